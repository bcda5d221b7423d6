//! Labor: admission, request, time-out, block, doses, observations, complications, birth.
//!
//! Open: [`model`] and [`facts`] for later slices.

pub mod facts;
pub mod model;
#[expect(dead_code, reason = "its acts are being added")]
mod store;
