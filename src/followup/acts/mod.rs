//! One function per operation of follow-up, and what her answers set going.

mod alerts;
mod examinations;
mod judge;
mod points;
mod raising;
mod replies;
mod surveys;

pub use alerts::*;
pub use examinations::*;
pub(super) use judge::form_of;
pub use judge::on_submitted;
pub use points::*;
pub(super) use raising::{call, escalation_task};
pub use surveys::*;
