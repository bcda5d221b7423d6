//! What makes a record provable: the ink and the documents.
//!
//! It is not the consent: states, gates and wording belong to that slice and to the content, and nothing
//! here knows a patient, a database or a clock. It is not the seal either: a document leaves this module
//! unsigned.
//!
//! Start at [`crate::base::canonical`] and [`crate::base::merkle`] for what is hashed, at [`document`] for what is printed.

pub mod document;
pub mod fonts;
pub mod ink;
pub mod press;
pub mod qr;
