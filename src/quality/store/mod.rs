//! The SQL of quality and nothing else.

mod births;
mod events;
mod offers;
mod readiness;
mod supplies;
mod ways;

pub use births::*;
pub use events::*;
pub use offers::*;
pub use readiness::*;
pub use supplies::*;
pub use ways::*;
