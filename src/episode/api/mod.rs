//! Routes of a pregnancy: hers and staff's.

mod access;
mod patient;
mod staff;
mod wire;

pub use access::AccessApi;
pub use patient::PatientApi;
pub use staff::StaffApi;
