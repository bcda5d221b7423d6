//! One function per operation of a pregnancy.

mod clinic;
mod mine;
mod tasks;

pub use clinic::*;
pub use mine::*;
pub use tasks::*;
