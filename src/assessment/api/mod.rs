//! Wire structs and routes of the assessment; no decisions.

mod staff;
mod wire;

pub use staff::StaffApi;
