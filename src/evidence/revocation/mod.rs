//! What issuers say of the certificates that seal (CE-167): revocation lists (RFC 5280), fetched, checked, believed while
//! they are fresh.
//!
//! OCSP is not asked: a list says the same, can be kept beside the document, and tells its publisher nothing of who was
//! sealed for. [`List`] is one list, [`client`] fetches it, [`Revocations`] is what is known when something is sealed. When
//! to ask again is not decided here. A list that is kept is read again before it counts: [`Heard`].

pub mod client;
mod list;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use self::list::{List, Refused};
use super::keys::RevocationStatus;
use super::trust::{self, Revoked, Trust};
use super::x509::Certificate;

/// The largest list that travels in a document or in a bundle, in bytes. Larger ones are kept in the database alone:
/// several of them would make a file that no verifier reads.
pub const LARGEST_IN_FILES: usize = 512 << 10;

/// What is known of certificates, from lists that were checked.
#[derive(Debug, Clone, Default)]
pub struct Revocations {
    /// Certificates on a list. They stay revoked when a later list leaves them out: issuers drop what has ended.
    pub revoked: Vec<Revoked>,
    /// Certificates that are on none, each until its list is too old.
    pub good: BTreeMap<[u8; 32], DateTime<Utc>>,
}

/// What a kept list says of one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// SHA-256 of the certificate.
    pub certificate: [u8; 32],
    /// From when it is revoked; none if it is not on the list.
    pub revoked: Option<DateTime<Utc>>,
    /// Until when the list is believed.
    pub next: DateTime<Utc>,
}

/// What this process has read of the lists that are kept, by their ids: those of large authorities take a while. None of one
/// that says nothing.
#[derive(Debug, Default)]
pub struct Heard(Mutex<BTreeMap<Uuid, Option<Said>>>);

impl Heard {
    /// What a list said when it was read; none if it was not read yet.
    pub fn get(&self, id: Uuid) -> Option<Option<Said>> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.get(&id).copied()
    }

    /// Reads a list with the certificate that was asked about, which must lead to a pinned root, and remembers it.
    pub fn read(&self, id: Uuid, certificate: &[u8], list: &[u8], trust: &Trust) -> Option<Said> {
        let said = says(certificate, list, trust);
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.insert(id, said);
        said
    }
}

fn says(certificate: &[u8], list: &[u8], trust: &Trust) -> Option<Said> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let path = trust::path(&certificate, &trust.issuers, &trust.roots)?;
    let list = List::read(&certificate, path.get(1)?, list).ok()?;
    Some(Said {
        certificate: *certificate.sha256(),
        revoked: list.revoked,
        next: list.next,
    })
}

impl Revocations {
    /// Takes in what a list says; the longest word of those that call a certificate good counts.
    pub fn hear(&mut self, said: Said) {
        let Some(at) = said.revoked else {
            let next = self.good.entry(said.certificate).or_insert(said.next);
            *next = said.next.max(*next);
            return;
        };
        let revoked = Revoked {
            certificate: said.certificate,
            at,
        };
        if !self.revoked.contains(&revoked) {
            self.revoked.push(revoked);
        }
    }

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
