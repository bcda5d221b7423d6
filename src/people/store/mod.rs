//! The SQL of people and nothing else.

mod accounts;
mod journal;
mod patients;
mod requests;
mod rights;
mod staff;

pub use accounts::*;
pub use journal::*;
pub use patients::*;
pub use requests::*;
pub use rights::*;
pub use staff::*;
