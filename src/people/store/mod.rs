//! The SQL of people and nothing else.

mod accounts;
mod binding;
mod guardians;
mod journal;
mod patients;
mod proxies;
mod requests;
mod rights;
mod staff;

pub use accounts::*;
pub use binding::*;
pub use guardians::*;
pub use journal::*;
pub use patients::*;
pub use proxies::*;
pub use requests::*;
pub use rights::*;
pub use staff::*;
