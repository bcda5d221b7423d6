//! The SQL of consents and nothing else. Every function takes the hospital and filters by it.

mod ceremony;
mod consents;
mod decisions;
mod over_time;
mod proofs;

pub use ceremony::*;
pub use consents::*;
pub use decisions::*;
pub use over_time::*;
pub use proofs::*;
