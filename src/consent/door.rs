//! The acts that the FHIR facade calls, as the routes do: one way in, one authorization.

pub use super::acts::{AboutDecisions, Decided, Decisions, decisions};
