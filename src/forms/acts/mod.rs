//! One function per operation, by who does it.

mod filing;
mod mine;
mod staff;

pub use mine::*;
pub use staff::*;

pub(in crate::forms) use filing::{assign_assessment, record_completed};
