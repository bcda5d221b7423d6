//! What the hospital learns from its labors: the national indicators with their cases, and adverse events; and its
//! self-check against the technical requirements.
//!
//! Open: [`jobs`] for assembly, [`api`] for the routes, [`indicators`] because the definitions are worth reading alone.
//! Not here: the facts that indicators count; they belong to labor and follow-up.

mod acts;
pub mod api;
pub mod indicators;
pub mod jobs;
pub mod model;
mod period;
mod picture;
mod rules;
mod store;
pub mod supply;
mod table;
