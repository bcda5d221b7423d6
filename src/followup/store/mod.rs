//! The SQL of follow-up and nothing else.

mod alerts;
mod points;
mod replies;

pub use alerts::*;
pub use points::*;
pub use replies::*;
