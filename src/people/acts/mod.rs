//! One function per operation of people.

mod assessments;
mod copies;
pub(in crate::people) mod copy;
mod demand;
mod device;
mod events;
mod guardians;
mod holds;
mod identity;
mod mine;
mod office;
mod pieces;
mod qualifications;
mod requests;
mod seal_signing;
pub(in crate::people) mod seals;
mod sessions;
mod totp;
mod wechat_events;

pub use assessments::*;
pub use copies::*;
pub use copy::export;
pub use device::device_session;
pub use events::events;
pub use guardians::*;
pub use holds::*;
pub use identity::*;
pub use mine::*;
pub use office::*;
pub use qualifications::*;
pub use requests::*;
pub use seal_signing::*;
pub use seals::{NewSeal, release_seal, seal, seal_again, seal_claim, seal_get, seals};
pub use sessions::*;
pub use totp::{Proposed, confirm_totp, enroll_totp, remove_totp, staff_reset_totp};
pub use wechat_events::*;
