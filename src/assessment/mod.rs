//! Assessment: what follows from her answers before analgesia, who looks at it, what is decided.
//!
//! Open: [`model`] and [`facts`] for later slices, [`on_submitted`] and [`marked`] for forms, [`replay`] for the command
//! line, [`api`] and [`jobs`] for assembly, [`door`] for what looks at the slice from outside.
//! The rules themselves are data, run by `questionnaire`.

mod acts;
pub mod api;
pub mod door;
pub mod facts;
pub mod jobs;
mod keeping;
pub mod model;
mod rules;
mod store;

pub use acts::{Made, Replayed, marked, on_submitted, replay};
pub use keeping::KEEPER;
