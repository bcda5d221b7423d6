//! The prenatal school: how far she is with each lesson, and her tries at the quizzes.
//!
//! Later slices ask [`facts`] whether the required lessons are done; [`api`] is for assembly. Not here: the texts,
//! which are content.

mod acts;
pub mod api;
pub mod class;
pub mod facts;
pub mod jobs;
mod keeping;
pub mod model;
mod rules;
mod store;

pub use keeping::KEEPER;
