//! One function per operation; the hook that runs the rules.

mod assess;
mod observing;
mod reviews;

pub use assess::on_submitted;
pub use observing::{About, Measured, observations};
pub use reviews::*;
