//! Wire structs of a pregnancy.

mod clinic;
mod mine;
mod suggested;

pub use clinic::*;
pub use mine::*;
pub use suggested::RiskSuggestedOut;
