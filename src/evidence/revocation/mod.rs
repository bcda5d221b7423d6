//! What issuers say of the certificates that seal (CE-167): revocation lists (RFC 5280), fetched, checked, believed while they
//! are fresh.
//!
//! OCSP is not asked: a list says the same, can be kept beside the document, and tells its publisher nothing of who was
//! sealed for. [`List`] is one list, [`client`] fetches it, [`Revocations`] is what is known when something is sealed. When to
//! ask again is not decided here.

pub mod client;
mod list;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub use self::list::{List, Refused};
use super::keys::RevocationStatus;
use super::trust::{Revoked, Trust};
use super::x509::Certificate;

/// What is known of certificates, from lists that were checked.
#[derive(Debug, Clone, Default)]
pub struct Revocations {
    /// Certificates on a list. They stay revoked when a later list leaves them out: issuers drop what has ended.
    pub revoked: Vec<Revoked>,
    /// Certificates that are on none, each until its list is too old.
    pub good: BTreeMap<[u8; 32], DateTime<Utc>>,
}

impl Revocations {
    /// This table of trust with what the lists say.
    #[must_use]
    pub fn within(&self, trust: &Trust) -> Trust {
        let mut trust = trust.clone();
        let new = |revoked: &&Revoked| !trust.revoked.contains(revoked);
        let new: Vec<Revoked> = self.revoked.iter().filter(new).cloned().collect();
        trust.revoked.extend(new);
        trust
    }

    /// What is known of a certificate at a time.
    #[must_use]
    pub fn status(&self, certificate: &Certificate, at: DateTime<Utc>) -> RevocationStatus {
        let digest = certificate.sha256();
        // From whenever: whoever holds the key of a revoked certificate chooses the time.
        if self.revoked.iter().any(|revoked| revoked.certificate == *digest) {
            return RevocationStatus::Revoked;
        }
        match self.good.get(digest) {
            Some(next) if at <= *next => RevocationStatus::Good,
            _ => RevocationStatus::Unknown,
        }
    }

    /// What is known of all certificates of a path below its root, which nobody speaks of: the worst of them.
    #[must_use]
    pub fn along(&self, below: &[&Certificate], at: DateTime<Utc>) -> RevocationStatus {
        let known: Vec<RevocationStatus> = below.iter().map(|one| self.status(one, at)).collect();
        if known.contains(&RevocationStatus::Revoked) {
            RevocationStatus::Revoked
        } else if known.is_empty() || known.contains(&RevocationStatus::Unknown) {
            RevocationStatus::Unknown
        } else {
            RevocationStatus::Good
        }
    }
}
