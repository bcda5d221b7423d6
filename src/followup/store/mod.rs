//! The SQL of follow-up and nothing else.

mod alerts;
mod keeping;
mod points;
mod replies;

pub use alerts::*;
pub use keeping::*;
pub use points::*;
pub use replies::*;
