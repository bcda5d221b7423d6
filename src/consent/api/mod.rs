//! Wire structs and routes of consents; no decisions.

mod after;
mod asks;
mod characters;
mod late;
mod orders;
mod patient;
mod proved;
mod report;
mod shown;
mod signing;
mod staff;
mod steps;
mod strokes;
mod template_wire;
mod templates;
mod voice;
mod wire;

pub use after::AfterApi;
pub use characters::CharactersApi;
pub use patient::PatientApi;
pub use proved::{ProvedPatientApi, ProvedStaffApi};
pub use report::{DigestOut, RecordedOut, VerifiedOut};
pub use staff::StaffApi;
pub use strokes::StrokesApi;
pub use templates::TemplatesApi;
pub use voice::{VoicePatientApi, VoiceStaffApi};
