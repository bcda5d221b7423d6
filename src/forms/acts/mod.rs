//! One function per operation, by who does it.

mod assigning;
mod filing;
mod mine;
mod staff;

pub use mine::*;
pub use staff::*;

pub(in crate::forms) use assigning::{assign_assessment, assign_recheck};
pub(in crate::forms) use filing::record_completed;
