//! One function per operation, by who does it.

mod amending;
mod assigning;
mod attaching;
mod earlier;
mod exporting;
mod filing;
mod mine;
mod renewing;
mod saving;
mod seeking;
mod staff;
mod withdrawing;

pub use crate::forms::table::Format;
pub use amending::amend;
pub use attaching::{attach, attachment};
pub use exporting::{Ask, export};
pub use mine::{list, questionnaire, questionnaire_staff, read, start};
pub use renewing::{abandon, renew};
pub use saving::{save, submit};
pub use seeking::{Judged, Sought, questionnaires, responses, validate};
pub use staff::*;
pub use withdrawing::withdraw;

pub(in crate::forms) use assigning::{assign_assessment, assign_recheck};
pub(in crate::forms) use attaching::sweep;
pub(in crate::forms) use filing::record_completed;
