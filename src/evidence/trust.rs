//! Whom to believe: pinned roots and issuers, revoked certificates, allowed time policies, log keys.
//!
//! It decides over certificates at a time that the caller gives; it fetches nothing. The same table travels in a bundle
//! as `trust.json` (CE-220), where nobody has to believe it: a verifier may bring its own.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::x509::Certificate;

/// No chain of ours or of a time authority is longer, root and signer counted.
const LONGEST_PATH: usize = 6;
/// Certificates with the same names could make the search for a path long; honest ones need three checks or four.
const MOST_CHECKS: u32 = 24;

/// The authenticity of §13.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authenticity {
    /// One of this institution's seals, by a certificate that was good when it signed.
    Trusted,
    /// The certificate is not one of this institution's.
    OtherSigner,
    /// No path to a pinned root that held at the time, or an embedded issuer that is not the pinned one.
    UntrustedChain,
    /// Revoked before the attested time.
    Revoked,
    /// Expired or revoked by now, and nothing attests when it signed.
    Unknown,
}

/// A certificate that is not good from a time on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoked {
    /// SHA-256 of the certificate's DER.
    #[serde(with = "hex_digest")]
    pub certificate: [u8; 32],
    /// From when signatures by it are worth nothing.
    pub at: DateTime<Utc>,
}

/// A public key of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedLogKey {
    /// The name on its signature lines.
    pub name: String,
    /// Ed25519.
    #[serde(with = "base64_key")]
    pub public: [u8; 32],
    /// From when it signed.
    pub from: DateTime<Utc>,
    /// Until when; it still signs if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// What is trusted. Its JSON is `trust.json`; certificates are base64 of DER.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trust {
    /// Where chains of seals end.
    pub roots: Vec<Certificate>,
    /// Where chains of time authorities end.
    pub time_roots: Vec<Certificate>,
    /// Issuers between signers and roots, of seals and of time authorities. An issuer embedded in a signature is
    /// accepted only if it is one of these, byte for byte.
    pub issuers: Vec<Certificate>,
    /// SHA-256 of every certificate that this institution ever sealed with. Empty: whoever has a path is ours.
    #[serde(serialize_with = "hex_list", deserialize_with = "from_hex_list")]
    pub signers: Vec<[u8; 32]>,
    /// What is known to be revoked.
    pub revoked: Vec<Revoked>,
    /// Policies of time authorities that are accepted, as dotted numbers. Empty: none.
    pub policies: Vec<String>,
    /// Keys of the log.
    pub log_keys: Vec<TrustedLogKey>,
    /// Public points of the national signatures, uncompressed, lower-case hex. Left out where there are none: verifiers of
    /// before know no such member.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sm2_keys: Vec<String>,
}

impl Trust {
    /// Whose signature is it? `chain` is the signer and the other certificates that came with the signature.
    ///
    /// `attested` is the time that a good token proves. Without one the certificates are judged as of `now`, and those
    /// that do not hold any more give [`Authenticity::Unknown`]: they may have held when the signature was made.
    pub fn judge(
        &self,
        chain: &[Certificate],
        attested: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Authenticity {
        let Some((signer, others)) = chain.split_first() else {
            return Authenticity::Unknown;
        };
        if !self.signers.is_empty() && !self.signers.contains(signer.sha256()) {
            return Authenticity::OtherSigner;
        }
        // What is not signed must not be changeable: an issuer that differs in one bit is another one.
        let pinned = |other: &Certificate| self.issuers.contains(other) || self.roots.contains(other);
        if !signer.may_sign() || !others.iter().all(pinned) {
            return Authenticity::UntrustedChain;
        }
        let Some(path) = path(signer, &self.issuers, &self.roots) else {
            return Authenticity::UntrustedChain;
        };
        let at = attested.unwrap_or(now);
        match (self.standing(&path, at), attested) {
            (Standing::Good, _) => Authenticity::Trusted,
            (Standing::Revoked, Some(_)) => Authenticity::Revoked,
            (Standing::NotYet, _) | (Standing::Expired, Some(_)) => Authenticity::UntrustedChain,
            (Standing::Revoked | Standing::Expired, None) => Authenticity::Unknown,
        }
    }

    /// Does every certificate of a path hold at the time?
    pub(super) fn standing(&self, path: &[&Certificate], at: DateTime<Utc>) -> Standing {
        if path.iter().any(|certificate| at < certificate.not_before()) {
            return Standing::NotYet;
        }
        if path.iter().any(|certificate| self.is_revoked(certificate, at)) {
            return Standing::Revoked;
        }
        if path.iter().any(|certificate| certificate.not_after() < at) {
            return Standing::Expired;
        }
        Standing::Good
    }

    /// Is the certificate known to be revoked at the time?
    pub fn is_revoked(&self, certificate: &Certificate, at: DateTime<Utc>) -> bool {
        self.revoked
            .iter()
            .any(|revoked| revoked.certificate == *certificate.sha256() && revoked.at <= at)
    }
}

/// How the certificates of a path stand at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Good,
    NotYet,
    Expired,
    Revoked,
}

/// The path from a certificate to a root: itself first, the root last. Times and revocation are not looked at.
pub(super) fn path<'a>(
    leaf: &'a Certificate,
    issuers: &'a [Certificate],
    roots: &'a [Certificate],
) -> Option<Vec<&'a Certificate>> {
    let mut search = Search {
        issuers,
        roots,
        path: vec![leaf],
        checks: MOST_CHECKS,
    };
    search.climb(leaf).then_some(search.path)
}

struct Search<'a> {
    issuers: &'a [Certificate],
    roots: &'a [Certificate],
    path: Vec<&'a Certificate>,
    checks: u32,
}

impl<'a> Search<'a> {
    /// Depth first; at most [`LONGEST_PATH`] deep.
    fn climb(&mut self, from: &'a Certificate) -> bool {
        if self.roots.contains(from) {
            return true;
        }
        if self.path.len() >= LONGEST_PATH {
            return false;
        }
        let below = self.path.len() - 1;
        for candidate in self.roots.iter().chain(self.issuers) {
            if !from.names(candidate) || !candidate.may_issue(below) || self.path.contains(&candidate) {
                continue;
            }
            let Some(left) = self.checks.checked_sub(1) else {
                return false;
            };
            self.checks = left;
            if !from.signed_by(candidate) {
                continue;
            }
            self.path.push(candidate);
            if self.climb(candidate) {
                return true;
            }
            self.path.pop();
        }
        false
    }
}

fn hex_list<S: Serializer>(digests: &[[u8; 32]], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(digests.iter().map(hex::encode))
}

fn from_hex_list<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<[u8; 32]>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| hex_digest::read(text)).collect()
}

mod hex_digest {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(digest: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(digest))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        read(&String::deserialize(deserializer)?)
    }

    pub fn read<E: de::Error>(text: &str) -> Result<[u8; 32], E> {
        let mut digest = [0; 32];
        hex::decode_to_slice(text, &mut digest).map_err(E::custom)?;
        Ok(digest)
    }
}

mod base64_key {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(key: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(key))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64_STANDARD.decode(text).map_err(D::Error::custom)?;
        bytes
            .try_into()
            .map_err(|_| D::Error::custom("a key has 32 bytes"))
    }
}
