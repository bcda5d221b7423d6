//! Staff's routes of quality.

mod events;
mod figures;
mod readiness;
mod staff;

pub use staff::StaffApi;
