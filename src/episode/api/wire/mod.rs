//! Wire structs of a pregnancy.

mod access;
mod clinic;
mod mine;
mod suggested;

pub use access::*;
pub use clinic::*;
pub use mine::*;
pub use suggested::RiskSuggestedOut;
