//! The prenatal school: how far she is with each lesson, and her tries at the quizzes.
//!
//! Later slices ask [`facts`] whether the required lessons are done. Not here: the texts, which are content.

pub mod facts;
pub mod model;
mod store;
