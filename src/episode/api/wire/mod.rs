//! Wire structs of a pregnancy.

mod clinic;
mod mine;

pub use clinic::*;
pub use mine::*;
