//! Wire structs and routes of forms; no decisions.

mod files;
mod patient;
mod staff;
mod wire;
mod wire_staff;

pub use patient::PatientApi;
pub use staff::StaffApi;
