//! Staff's routes of quality.

mod events;
mod figures;
mod readiness;
mod staff;
mod supplies;

pub use staff::StaffApi;
pub use supplies::SupplyApi;
