//! The SQL of consents and nothing else. Every function takes the hospital and filters by it.

mod ceremony;
mod consents;
mod decisions;
mod keeping;
mod proofs;
mod told;

pub use ceremony::*;
pub use consents::*;
pub use decisions::*;
pub use keeping::*;
pub use proofs::*;
pub use told::*;
