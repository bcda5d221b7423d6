//! One function per operation of quality.

mod events;
mod figures;

pub use events::*;
pub use figures::*;
