//! Routes of a pregnancy: hers and staff's.

mod patient;
mod staff;
mod wire;

pub use patient::PatientApi;
pub use staff::StaffApi;
