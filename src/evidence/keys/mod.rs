//! Where signing keys live: one interface for files, tokens and modules, and services of certification providers.
//!
//! A key is named by a reference that its place understands; the bytes of a private key never pass the interface. Which
//! key seals today is decided here ([`choose`]); what the signature goes into is not.

pub mod file;
pub mod pkcs11;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    algorithm::Signature,
    trust::{self, Standing, Trust},
    x509::Certificate,
};
pub use file::{FileKeys, SoftKey};

/// Why a key does not sign.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No key, or no certificate, with this reference.
    #[error("no key and certificate with this reference")]
    Missing,
    /// The key cannot be read, or is not P-256, P-384 or RSA from 3 072 bits.
    #[error("the key cannot be read or is of a kind that is not accepted")]
    Kind,
    /// The certificate is of another key or for another use.
    #[error("the certificate does not belong to the key or its use")]
    Mismatch,
    /// Keys in files are for demonstrations and tests only (CE-162).
    #[error("a key in a file may not be used in production")]
    FileInProduction,
    /// This place gives no certificates for single events.
    #[error("no certificates for events are offered here")]
    NotOffered,
    /// The token or module does not answer, refuses the PIN, or failed.
    #[error("the key's device failed: {0}")]
    Device(String),
}

/// What a certificate for one event binds together (level E2 of CE-160).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Salted digest of the identity evidence.
    pub identity: [u8; 32],
    /// Salted digest of the handwriting.
    pub handwriting: [u8; 32],
    /// Digest of what is signed.
    pub document: [u8; 32],
}

impl Event {
    /// What the event's key signs: the three digests, one after the other.
    pub fn message(&self) -> Vec<u8> {
        [self.identity, self.handwriting, self.document].concat()
    }
}

/// The certificate of one event and the only signature that its key ever made, over [`Event::message`].
#[derive(Debug, Clone)]
pub struct EventCertificate {
    /// The event's certificate, then its issuers.
    pub chain: Vec<Certificate>,
    /// The signature.
    pub signature: Signature,
}

/// A place where keys are. Its calls block: they are to be made where waiting is allowed.
pub trait KeyProvider: Send + Sync {
    /// Signs the message with the key. The message is hashed here, with SHA-256: a digest is not to be given.
    ///
    /// # Errors
    /// [`KeyError`].
    fn sign(&self, key: &str, message: &[u8]) -> Result<Signature, KeyError>;

    /// The certificate of the key, then its issuers as far as they are there.
    ///
    /// # Errors
    /// [`KeyError`].
    fn certificate_chain(&self, key: &str) -> Result<Vec<Certificate>, KeyError>;

    /// Has a certificate made for one event, and its signature.
    ///
    /// # Errors
    /// [`KeyError::NotOffered`] unless the place is a certification provider's.
    fn event_certificate(&self, _event: &Event, _now: DateTime<Utc>) -> Result<EventCertificate, KeyError> {
        Err(KeyError::NotOffered)
    }
}

/// What the issuer says of a certificate (CE-167).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationStatus {
    Good,
    Revoked,
    /// Nobody could be asked: sealing is allowed, marked, and asked again.
    Unknown,
}

/// Why a certificate may not seal now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There is none.
    #[error("there is no certificate")]
    Missing,
    /// Its key usage or the kind or strength of its key is not for sealing.
    #[error("the certificate is not for sealing")]
    Usage,
    /// It does not lead to a pinned root, or is not one of this institution's.
    #[error("the certificate does not lead to a pinned root")]
    Chain,
    /// It is not valid yet.
    #[error("the certificate is not valid yet")]
    NotYet,
    /// It, or one above it, is not valid any more.
    #[error("the certificate has expired")]
    Expired,
    /// It, or one above it, is revoked.
    #[error("the certificate is revoked")]
    Revoked,
}

/// May the first certificate of the chain seal at this time? Answers with what is known of it and of those above it, as
/// `revocation` says of a path without its root.
///
/// # Errors
/// [`Unfit`]: nothing may be sealed with it.
pub fn may_seal(
    chain: &[Certificate],
    trust: &Trust,
    revocation: impl Fn(&[&Certificate]) -> RevocationStatus,
    now: DateTime<Utc>,
) -> Result<RevocationStatus, Unfit> {
    let signer = chain.first().ok_or(Unfit::Missing)?;
    if signer.key().is_none() || !signer.may_sign() {
        return Err(Unfit::Usage);
    }
    if !trust.signers.is_empty() && !trust.signers.contains(signer.sha256()) {
        return Err(Unfit::Chain);
    }
    let path = trust::path(signer, &trust.issuers, &trust.roots).ok_or(Unfit::Chain)?;
    let known = revocation(path.split_last().map(|(_, below)| below).unwrap_or_default());
    if known == RevocationStatus::Revoked {
        return Err(Unfit::Revoked);
    }
    match trust.standing(&path, now) {
        Standing::Good => Ok(known),
        Standing::NotYet => Err(Unfit::NotYet),
        Standing::Expired => Err(Unfit::Expired),
        Standing::Revoked => Err(Unfit::Revoked),
    }
}

/// The key that seals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen<'a> {
    /// Its reference.
    pub key: &'a str,
    /// Its certificate, then its issuers.
    pub chain: Vec<Certificate>,
    /// What is known of the certificate and of those above it.
    pub known: RevocationStatus,
}

/// Which of several keys seals now: of those that may, the one whose certificate began last (CE-168).
///
/// Old keys stay in the list until their certificates end; a new one takes over on the day that its certificate begins.
/// `revocation` says what is known of a path without its root.
///
/// # Errors
/// Why the last that was looked at may not seal, when none may.
pub fn choose<'a>(
    provider: &dyn KeyProvider,
    keys: &'a [String],
    trust: &Trust,
    revocation: impl Fn(&[&Certificate]) -> RevocationStatus,
    now: DateTime<Utc>,
) -> Result<Chosen<'a>, Unfit> {
    let mut best: Option<Chosen<'a>> = None;
    let mut reason = Unfit::Missing;
    for key in keys {
        let Ok(chain) = provider.certificate_chain(key) else {
            continue;
        };
        let known = match may_seal(&chain, trust, &revocation, now) {
            Ok(known) => known,
            Err(unfit) => {
                reason = unfit;
                continue;
            }
        };
        let began = |chain: &[Certificate]| chain.first().map(Certificate::not_before);
        if best
            .as_ref()
            .is_none_or(|best| began(&best.chain) < began(&chain))
        {
            best = Some(Chosen { key, chain, known });
        }
    }
    best.ok_or(reason)
}
