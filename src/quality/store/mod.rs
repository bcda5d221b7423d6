//! The SQL of quality and nothing else.

mod events;
mod readiness;

pub use events::*;
pub use readiness::*;
