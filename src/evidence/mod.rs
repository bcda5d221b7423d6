//! What makes a record provable: the ink, the documents, the signatures and time-stamps that go onto them, and the bundles
//! by which anybody can check them.
//!
//! It is not the consent: states, gates and wording belong to that slice and to the content, and nothing
//! here knows a patient, a database or a clock.
//!
//! Start at [`crate::base::canonical`] and [`crate::base::merkle`] for what is hashed, at [`document`] for what is printed,
//! at [`cms`] for a seal, at [`pades`] for its place in a document, at [`timestamp`] for the proof of its time, at [`trust`]
//! for whom to believe, at [`verify`] for what is checked in which order.

pub mod algorithm;
mod asn1;
pub mod authority;
pub mod bundle;
mod characters;
pub mod cms;
pub mod document;
pub mod fonts;
#[cfg(test)]
mod foreign_tests;
pub mod ink;
pub mod keys;
pub mod pades;
#[cfg(test)]
mod pki_tests;
pub mod press;
pub mod qr;
pub mod revocation;
pub mod seal;
pub mod sm;
#[cfg(test)]
mod sm_tests;
pub mod timestamp;
pub mod trust;
#[cfg(test)]
mod trust_tests;
pub mod verify;
pub mod x509;
#[cfg(test)]
mod x509_tests;
