//! Labor: admission, request, time-out, block, doses, observations, complications, birth.
//!
//! Open: [`model`] and [`facts`] for later slices, [`jobs`] for the worker, [`api`] for assembly, [`limits`] with the
//! table of doses, settings and measured values.

mod acts;
pub mod api;
pub mod facts;
pub mod jobs;
mod keeping;
pub mod limits;
pub mod model;
mod rules;
mod store;

pub use keeping::KEEPER;
