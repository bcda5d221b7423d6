//! Staff's routes of quality.

mod alliance;
mod cases;
mod compared;
mod drafts;
mod events;
mod figures;
mod readiness;
mod referrals;
mod shared;
mod staff;
mod supplies;
mod trainings;

pub use alliance::AllianceApi;
pub use cases::CasesApi;
pub use compared::ComparedApi;
pub use drafts::DraftsApi;
pub use referrals::ReferralsApi;
pub use staff::StaffApi;
pub use supplies::SupplyApi;
pub use trainings::TrainingsApi;
