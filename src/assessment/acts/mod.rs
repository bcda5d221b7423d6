//! One function per operation; the hook that runs the rules.

mod assess;
mod reviews;

pub use assess::on_submitted;
pub use reviews::*;
