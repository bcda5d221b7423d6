//! Wire structs and routes of people; no decisions.

mod patient;
mod staff;
mod wire;
mod wire_identity;
mod wire_staff;

pub use patient::PatientApi;
pub use staff::StaffApi;
