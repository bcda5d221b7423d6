//! One function per operation of follow-up, and what her answers set going.

mod alerts;
mod judge;
mod points;

pub use alerts::*;
pub(super) use judge::call;
pub use judge::on_submitted;
pub use points::*;
