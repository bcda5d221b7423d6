//! Labor: admission, request, time-out, block, doses, observations, complications, birth.
//!
//! Open: [`model`] and [`facts`] for later slices, [`jobs`] for the worker, [`api`] for assembly, [`limits`] with the
//! table of doses and settings.

pub mod facts;
pub mod model;
mod store;
