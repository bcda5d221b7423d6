//! Wire structs and routes of consents; no decisions.

mod asks;
mod late;
mod orders;
mod patient;
mod shown;
mod staff;
mod steps;
mod wire;

pub use patient::PatientApi;
pub use staff::StaffApi;
