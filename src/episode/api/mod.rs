//! Routes of a pregnancy: hers and staff's.

mod access;
mod loss;
mod patient;
mod staff;
mod wire;

pub use access::AccessApi;
pub use loss::LossApi;
pub use patient::PatientApi;
pub use staff::StaffApi;
