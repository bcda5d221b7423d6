//! Staff's routes of quality.

mod events;
mod figures;
mod staff;

pub use staff::StaffApi;
