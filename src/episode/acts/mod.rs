//! One function per operation of a pregnancy.

mod clinic;
mod mine;
mod subscriptions;
mod tasks;

pub use clinic::*;
pub use mine::*;
pub use subscriptions::*;
pub use tasks::*;
