//! One function per operation of a pregnancy.

mod access;
mod clinic;
mod grading;
mod loss;
mod mine;
mod over;
mod subscriptions;
mod tasks;

pub use access::*;
pub use clinic::*;
pub use grading::*;
pub use loss::*;
pub use mine::*;
pub use over::{OVER, over};
pub use subscriptions::*;
pub use tasks::*;
