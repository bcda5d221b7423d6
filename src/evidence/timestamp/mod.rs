//! Time-stamps (RFC 3161, RFC 5816): asking for them, believing them, and a test authority that gives them.
//!
//! A time-stamp says that a digest existed at a time, on the word of an authority. A time of our own clock is never put
//! in its place (CE-172). When to ask again after a failure is not decided here.
//!
//! [`Request`] and [`check`] are the exchange, [`Token`] what is kept, [`client`] sends it, [`local`] answers it in the
//! demo and in tests.

pub mod client;
pub mod local;
mod refused;
mod request;
mod response;
#[cfg(test)]
mod tests;
mod token;

use x509_cert::der::asn1::ObjectIdentifier;

pub use refused::Refused;
pub use request::Request;
pub use response::{check, granted};
pub use token::Token;

/// A time-stamp as it came.
#[derive(Debug, Clone)]
pub struct Stamped {
    /// The token, checked.
    pub token: Token,
    /// The whole response of the authority: what is kept (CE-174).
    pub response: Vec<u8>,
}

/// `id-ct-TSTInfo`: the content of a token.
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
