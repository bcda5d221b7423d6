//! The SQL of pregnancies and nothing else.

mod episodes;
mod notices;
mod steps;
mod tasks;

pub use episodes::*;
pub use notices::*;
pub use steps::*;
pub use tasks::*;
