//! One function per operation of quality.

mod births;
mod charts;
mod events;
mod exporting;
mod figures;
mod offers;
mod readiness;
mod supplies;

pub use births::*;
pub use charts::*;
pub use events::*;
pub use exporting::*;
pub use figures::{Case, cases, indicators};
pub use offers::*;
pub use readiness::*;
pub use supplies::*;
