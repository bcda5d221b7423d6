//! What makes a record provable: the ink, the documents and their seals.
//!
//! It is not the consent: states, gates and wording belong to that slice and to the content, and nothing
//! here knows a patient, a database or a clock.
//!
//! Start at [`crate::base::canonical`] and [`crate::base::merkle`] for what is hashed, at [`document`] for what is printed,
//! at [`pades`] for how a printed document is sealed and preserved, and recognized years later.

pub mod document;
pub mod fonts;
pub mod ink;
pub mod pades;
pub mod press;
pub mod qr;
