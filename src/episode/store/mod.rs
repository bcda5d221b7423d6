//! The SQL of pregnancies and nothing else.

mod access;
mod deliveries;
mod episodes;
mod gradings;
mod keeping;
mod notices;
mod steps;
mod suggestions;
mod tasks;

pub use access::*;
pub use deliveries::*;
pub use episodes::*;
pub use gradings::*;
pub use keeping::*;
pub use notices::*;
pub use steps::*;
pub use suggestions::*;
pub use tasks::*;
