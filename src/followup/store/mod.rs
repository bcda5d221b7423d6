//! The SQL of follow-up and nothing else.

mod alerts;
mod examinations;
mod keeping;
mod points;
mod replies;
mod texts;

pub use alerts::*;
pub use examinations::*;
pub use keeping::*;
pub use points::*;
pub use replies::*;
pub use texts::*;
