//! Wire structs and routes of consents; no decisions.

mod asks;
mod patient;
mod shown;
mod staff;
mod wire;

pub use patient::PatientApi;
pub use staff::StaffApi;
