//! Wire structs and routes of forms; no decisions.

mod files;
mod patient;
mod staff;
mod wire;

pub use patient::PatientApi;
pub use staff::StaffApi;
