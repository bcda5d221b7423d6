//! The SQL of consents and nothing else. Every function takes the hospital and filters by it.

mod ceremony;
mod consents;
mod decisions;
mod proofs;
mod templates;

pub use ceremony::*;
pub use consents::*;
pub use decisions::*;
pub use proofs::*;
pub use templates::*;
