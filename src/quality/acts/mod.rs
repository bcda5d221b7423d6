//! One function per operation of quality.

mod events;
mod figures;
mod readiness;

pub use events::*;
pub use figures::*;
pub use readiness::*;
