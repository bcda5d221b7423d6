//! The SQL of people and nothing else.

mod accounts;
mod journal;
mod patients;
mod proxies;
mod staff;

pub use accounts::*;
pub use journal::*;
pub use patients::*;
pub use proxies::*;
pub use staff::*;
