//! One function per operation, by who does it.

mod amending;
mod assigning;
mod earlier;
mod filing;
mod mine;
mod saving;
mod seeking;
mod staff;

pub use amending::amend;
pub use mine::{list, questionnaire, questionnaire_staff, read, start};
pub use saving::{save, submit};
pub use seeking::{Judged, Sought, questionnaires, responses, validate};
pub use staff::*;

pub(in crate::forms) use assigning::{assign_assessment, assign_recheck};
pub(in crate::forms) use filing::record_completed;
