//! The SQL of labor and nothing else. What is sealed is bound to the labor, so that one key opens, and destroys, all
//! of one labor.

mod alarms;
mod births;
mod corrections;
mod delivery;
mod events;
mod keeping;
mod labors;
mod records;
mod stops;

pub use alarms::*;
pub use births::*;
pub use corrections::*;
pub use delivery::*;
pub use events::*;
pub use keeping::*;
pub use labors::*;
pub use records::*;
pub use stops::*;

use crate::base::error::{Error, Result};

/// A stored word, or a defect: only this service writes them.
fn known<T>(word: Option<T>) -> Result<T> {
    word.ok_or_else(|| Error::broken("a word of labor is damaged"))
}
