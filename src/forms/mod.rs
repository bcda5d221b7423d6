//! Forms: what is assigned to her, her drafts and answers, what staff add beside them. Knows no meaning of an answer.
//!
//! Open: [`model`] and [`facts`] for later slices, which hear of a submission through [`model::Hooks`]; [`api`] and
//! [`jobs`] for assembly; [`door`] for what looks at the slice from outside. What follows from answers to the assessment:
//! `assessment`.

mod acts;
pub mod api;
pub mod door;
pub mod facts;
pub mod jobs;
mod keeping;
pub mod model;
mod rules;
mod store;
mod table;

pub use keeping::KEEPER;
