//! The acts that the FHIR facade and the public pages call, as the routes do: one way in, one authorization.

pub use super::acts::{AboutDecisions, Decided, Decisions, decisions};
pub use super::acts::{verify_code, verify_digest, verify_file};
