//! Wire structs and routes of the assessment; no decisions.
