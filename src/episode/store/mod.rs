//! The SQL of pregnancies and nothing else.

mod deliveries;
mod episodes;
mod keeping;
mod notices;
mod steps;
mod suggestions;
mod tasks;

pub use deliveries::*;
pub use episodes::*;
pub use keeping::*;
pub use notices::*;
pub use steps::*;
pub use suggestions::*;
pub use tasks::*;
