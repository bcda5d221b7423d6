//! Wire structs and routes of people; no decisions.

mod patient;
mod rights;
mod staff;
mod wire;
mod wire_guardians;
mod wire_identity;
mod wire_rights;
mod wire_staff;

pub use patient::PatientApi;
pub use rights::{PatientRightsApi, StaffRightsApi};
pub use staff::StaffApi;
