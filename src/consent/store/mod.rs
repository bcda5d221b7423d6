//! The SQL of consents and nothing else. Every function takes the hospital and filters by it.

mod ceremony;
mod characters;
mod consents;
mod decisions;
mod explained;
mod family;
mod identity;
mod keeping;
mod over_time;
mod proofs;
mod records;
mod revocation;
mod seals;
mod standing;
mod strokes;
mod templates;
mod told;
mod verified;
mod voice;

pub use ceremony::*;
pub use characters::*;
pub use consents::*;
pub use decisions::*;
pub use explained::*;
pub use family::*;
pub use identity::*;
pub use keeping::*;
pub use over_time::*;
pub use proofs::*;

pub use records::{Printed, every_document, kept, kept_documents, newest_document};
pub use revocation::*;
pub use seals::*;
pub use standing::*;
pub use strokes::*;
pub use templates::*;
pub use told::*;
pub use verified::*;
pub use voice::*;
