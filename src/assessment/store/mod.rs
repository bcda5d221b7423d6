//! The SQL of the assessment.

mod decisions;
mod keeping;
mod reviews;
mod runs;

pub use decisions::*;
pub use keeping::*;
pub use reviews::*;
pub use runs::*;

use crate::base::error::Error;

fn damaged() -> Error {
    Error::broken("a review holds an unknown word")
}

fn status(complete: bool) -> &'static str {
    if complete { "complete" } else { "incomplete" }
}
