//! The edge: problem details, the layers around every route, parameters and answers that several slices share.
//!
//! Statuses are known to [`problem`] alone.

pub mod answer;
pub mod body;
pub mod ink;
pub mod layers;
mod limits;
pub mod params;
pub mod problem;
mod refused;
mod unique;
