//! One function per operation of quality.

mod alliance;
mod attaching;
mod births;
mod cases;
mod charts;
mod compared;
mod days;
mod drafts;
mod events;
mod exporting;
mod figures;
mod offers;
mod openings;
mod readiness;
mod referrals;
mod shared;
mod supplies;
mod trainings;

pub use alliance::*;
pub use attaching::*;
pub use births::*;
pub use cases::*;
pub use charts::*;
pub use compared::*;
pub use drafts::*;
pub use events::*;
pub use exporting::*;
pub use figures::{Case, cases, indicators};
pub use offers::*;
pub use openings::*;
pub use readiness::*;
pub use referrals::*;
pub use shared::*;
pub use supplies::*;
pub use trainings::*;
