//! The SQL of quality and nothing else.

mod events;
mod readiness;
mod ways;

pub use events::*;
pub use readiness::*;
pub use ways::*;
