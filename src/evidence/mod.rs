//! What makes a record provable: the canonical form, digests and trees over it, ink, the documents, and the signatures
//! and time-stamps that go onto them.
//!
//! It is not the consent: states, gates and wording belong to that slice and to the content, and nothing
//! here knows a patient, a database or a clock.
//!
//! Start at [`crate::base::canonical`] for what is hashed, at [`document`] for what is printed, at [`cms`] for a seal, at
//! [`timestamp`] for the proof of its time, at [`trust`] for whom to believe, at [`pades`] for how a printed
//! document is sealed and preserved, and recognized years later.

pub mod algorithm;
mod asn1;
pub mod authority;
pub mod cms;
pub mod document;
pub mod fonts;
#[cfg(test)]
mod foreign_tests;
pub mod ink;
pub mod keys;
pub mod merkle;
pub mod pades;
#[cfg(test)]
mod pki_tests;
pub mod press;
pub mod qr;
pub mod sm;
#[cfg(test)]
mod sm_tests;
pub mod timestamp;
pub mod trust;
#[cfg(test)]
mod trust_tests;
pub mod x509;
#[cfg(test)]
mod x509_tests;
