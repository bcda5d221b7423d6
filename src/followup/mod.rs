//! After birth: when she is asked, what her answers raise, who must act by when, and how satisfied she was.
//!
//! Open: [`model`] and [`facts`] for quality, [`jobs`] and [`on_submitted`] for assembly, [`api`] for the routes.
//! Not here: the questions and the red-flag rules themselves; they are content (`content/questionnaires/follow-up-*`).

mod acts;
pub mod api;
mod asking;
mod checking;
mod course;
mod daily;
pub mod facts;
mod headache;
pub mod jobs;
mod keeping;
pub mod model;
mod mood;
mod planning;
mod rules;
mod schedule;
mod store;
mod surveys;

pub use acts::on_submitted;
pub use keeping::KEEPER;
