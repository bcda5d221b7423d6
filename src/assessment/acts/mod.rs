//! One function per operation; the hook that runs the rules; stored runs made again.

mod assess;
mod contradicting;
mod observing;
mod record;
mod reopening;
mod replay;
mod reviews;
mod suggest;
mod withdrawn;

pub use assess::{marked, on_submitted};
pub use observing::{About, Measured, observations};
pub use record::{Record, ShownFinding};
pub use reopening::due_date_changed;
pub use replay::{Made, Replayed, replay};
pub(super) use replay::{answers_of, read, seen};
pub use reviews::*;
