//! Wire structs and routes of people; no decisions.

mod assessments;
mod copies;
mod passkeys;
mod patient;
mod qualifications;
mod rights;
mod seals;
mod sessions;
mod sign_on;
mod staff;
mod totp;
mod wire;
mod wire_copies;
mod wire_demand;
mod wire_guardians;
mod wire_identity;
mod wire_looks;
mod wire_rights;
mod wire_seals;
mod wire_staff;
mod wire_totp;

pub use assessments::AssessmentsApi;
pub use copies::{CopiesApi, PatientCopiesApi};
pub use passkeys::PasskeysApi;
pub use patient::PatientApi;
pub use qualifications::QualificationsApi;
pub use rights::{PatientRightsApi, StaffRightsApi};
pub use seals::SealsApi;
pub use sessions::{PatientSessionsApi, StaffSessionsApi};
pub use sign_on::SignOnApi;
pub use staff::StaffApi;
pub use totp::TotpApi;
