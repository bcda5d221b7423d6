//! The acts that the FHIR facade calls, as the routes do: one way in, one authorization.

pub use super::acts::{
    Judged, Record, Sought, questionnaire, questionnaires, read, read_staff, responses, validate,
};
