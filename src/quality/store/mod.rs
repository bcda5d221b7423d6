//! The SQL of quality and nothing else.

mod births;
mod cases;
mod days;
mod drafts;
mod events;
mod evidence;
mod offers;
mod readiness;
mod referrals;
mod supplies;
mod trainings;
mod ways;

pub use births::*;
pub use cases::*;
pub use days::*;
pub use drafts::*;
pub use events::*;
pub use evidence::*;
pub use offers::*;
pub use readiness::*;
pub use referrals::*;
pub use supplies::*;
pub use trainings::*;
pub use ways::*;
