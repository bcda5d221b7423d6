//! One certificate, read strictly and kept as the bytes that it came in.
//!
//! Reading says what a certificate states, not whether to believe it: that is [`super::trust`]. A certificate with an
//! algorithm or a key that is not accepted can be read, so that a report can name it; it verifies nothing.

use std::fmt::{self, Write as _};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use x509_cert::{
    TbsCertificate,
    der::{Decode as _, asn1::ObjectIdentifier},
    ext::pkix::{
        BasicConstraints, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage,
        name::{DistributionPointName, GeneralName},
    },
    name::Name,
    time::Time,
};

use super::{
    algorithm::{Algorithm, Key},
    asn1::{BIT_STRING, Malformed, SEQUENCE, Walk, context},
};

/// Certificates are 1 to 3 kB; a larger one only costs time.
const LARGEST: usize = 16 << 10;

const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const LISTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.31");
/// Read or without bearing on a signature, so they may be critical: names, identifiers, policies.
const HARMLESS: [ObjectIdentifier; 4] = [
    ObjectIdentifier::new_unwrap("2.5.29.14"),
    ObjectIdentifier::new_unwrap("2.5.29.17"),
    ObjectIdentifier::new_unwrap("2.5.29.32"),
    ObjectIdentifier::new_unwrap("2.5.29.35"),
];
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// Why bytes are no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// More than 16 kB.
    #[error("the certificate is too large")]
    TooLarge,
    /// Not the DER of an X.509 certificate of version 3, or with one extension twice.
    #[error("the bytes are not a certificate")]
    Malformed,
}

impl From<Malformed> for BadCertificate {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// What the key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Usage {
    signs: bool,
    certifies: bool,
    lists: bool,
}

/// What an extended key usage says about time-stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extended {
    Absent,
    /// `timeStamping` alone, critical: what RFC 3161 asks for.
    OnlyTimeStamps,
    /// Among others, or not critical.
    AlsoTimeStamps,
    Others,
}

/// An X.509 certificate, version 3.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    sha256: [u8; 32],
    signed: Vec<u8>,
    serial: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    subject_text: String,
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
    key: Option<Key>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    usage: Usage,
    extended: Extended,
    authority: Option<Option<u8>>,
    lists: Vec<String>,
    unknown_critical: bool,
}

impl Certificate {
    /// Reads one certificate; nothing may follow it.
    ///
    /// # Errors
    /// [`BadCertificate`].
    pub fn from_der(der: &[u8]) -> Result<Self, BadCertificate> {
        if der.len() > LARGEST {
            return Err(BadCertificate::TooLarge);
        }
        let mut outer = Walk::only(der, SEQUENCE)?;
        let signed = outer.expect(SEQUENCE)?;
        let algorithm = outer.expect(SEQUENCE)?.whole;
        let [0, signature @ ..] = outer.expect(BIT_STRING)?.content else {
            return Err(BadCertificate::Malformed);
        };
        outer.finish()?;

        // The names and the key are kept as bytes: they are compared and passed on, not understood.
        let mut fields = signed.walk();
        if fields.expect(context(0))?.walk().small()? != 2 {
            return Err(BadCertificate::Malformed);
        }
        let serial = fields.unsigned()?.to_vec();
        let inner_algorithm = fields.expect(SEQUENCE)?.whole;
        let issuer = fields.expect(SEQUENCE)?.whole.to_vec();
        fields.expect(SEQUENCE)?;
        let subject = fields.expect(SEQUENCE)?.whole.to_vec();
        let key = Key::read(fields.expect(SEQUENCE)?.whole)?;
        if inner_algorithm != algorithm {
            return Err(BadCertificate::Malformed);
        }

        let typed = TbsCertificate::from_der(signed.whole).map_err(|_| Malformed)?;
        let mut certificate = Self {
            der: der.to_vec(),
            sha256: Sha256::digest(der).into(),
            signed: signed.whole.to_vec(),
            serial,
            issuer,
            subject,
            subject_text: shown(typed.subject())?,
            not_before: time(typed.validity().not_before)?,
            not_after: time(typed.validity().not_after)?,
            key,
            algorithm: algorithm.to_vec(),
            signature: signature.to_vec(),
            usage: Usage::default(),
            extended: Extended::Absent,
            authority: None,
            lists: Vec::new(),
            unknown_critical: false,
        };
        certificate.read_extensions(&typed)?;
        Ok(certificate)
    }

    fn read_extensions(&mut self, typed: &TbsCertificate) -> Result<(), BadCertificate> {
        let mut seen = Vec::new();
        for extension in typed.extensions().into_iter().flatten() {
            if seen.contains(&extension.extn_id) {
                return Err(BadCertificate::Malformed);
            }
            seen.push(extension.extn_id);
            let value = extension.extn_value.as_bytes();
            match extension.extn_id {
                KEY_USAGE => {
                    let usage = KeyUsage::from_der(value).map_err(|_| Malformed)?;
                    self.usage = Usage {
                        signs: usage.digital_signature() || usage.non_repudiation(),
                        certifies: usage.key_cert_sign(),
                        lists: usage.crl_sign(),
                    };
                }
                BASIC_CONSTRAINTS => {
                    let basic = BasicConstraints::from_der(value).map_err(|_| Malformed)?;
                    self.authority = basic.ca.then_some(basic.path_len_constraint);
                }
                EXTENDED_KEY_USAGE => {
                    let ExtendedKeyUsage(purposes) =
                        ExtendedKeyUsage::from_der(value).map_err(|_| Malformed)?;
                    self.extended = match purposes.as_slice() {
                        [TIME_STAMPING] if extension.critical => Extended::OnlyTimeStamps,
                        purposes if purposes.contains(&TIME_STAMPING) => Extended::AlsoTimeStamps,
                        _ => Extended::Others,
                    };
                }
                // It only says where to ask: one that cannot be read is a certificate that nobody can be asked about.
                LISTS => {
                    self.lists = CrlDistributionPoints::from_der(value).map_or_else(|_| Vec::new(), listed)
                }
                other => self.unknown_critical |= extension.critical && !HARMLESS.contains(&other),
            }
        }
        Ok(())
    }

    /// The bytes that it was read from.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the bytes.
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// From when it is valid.
    pub fn not_before(&self) -> DateTime<Utc> {
        self.not_before
    }

    /// Until when, inclusive.
    pub fn not_after(&self) -> DateTime<Utc> {
        self.not_after
    }

    /// Is the time within the validity?
    pub fn valid_at(&self, at: DateTime<Utc>) -> bool {
        (self.not_before..=self.not_after).contains(&at)
    }

    /// The serial number, big-endian, without a sign byte.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Whom it is about, as RFC 4514 writes names. Names of people may be in it.
    pub fn subject(&self) -> &str {
        &self.subject_text
    }

    /// The key, if it is of a kind and strength that is accepted.
    pub fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// The issuer's name in DER.
    pub(super) fn issuer_der(&self) -> &[u8] {
        &self.issuer
    }

    /// May the key sign documents: digitalSignature or nonRepudiation (CE-167), and not a time authority's?
    pub fn may_sign(&self) -> bool {
        self.usage.signs
            && !self.unknown_critical
            && matches!(self.extended, Extended::Absent | Extended::Others)
    }

    /// May the key sign time-stamps: the extended usage `timeStamping` critical and alone (CE-171)?
    pub fn may_stamp(&self) -> bool {
        self.usage.signs && !self.unknown_critical && self.extended == Extended::OnlyTimeStamps
    }

    /// May it issue, with this many authorities below it?
    pub(super) fn may_issue(&self, below: usize) -> bool {
        let deep_enough = self
            .authority
            .is_some_and(|limit| limit.is_none_or(|limit| below <= usize::from(limit)));
        deep_enough && self.usage.certifies && !self.unknown_critical
    }

    /// Is it an authority's?
    pub(super) fn is_authority(&self) -> bool {
        self.authority.is_some()
    }

    /// May its key sign revocation lists?
    pub(super) fn may_list(&self) -> bool {
        self.is_authority() && self.usage.lists && !self.unknown_critical
    }

    /// Where its issuer's revocation lists are.
    pub fn lists(&self) -> &[String] {
        &self.lists
    }

    /// Do the names say that the other issued this one? Cheap, to be asked before [`Self::signed_by`].
    pub(super) fn names(&self, issuer: &Self) -> bool {
        self.issuer == issuer.subject
    }

    /// Did the other's key sign this one, with an accepted algorithm?
    pub(super) fn signed_by(&self, issuer: &Self) -> bool {
        issuer.signs(&self.algorithm, &self.signed, &self.signature)
    }

    /// Did its key sign these bytes, with an accepted algorithm?
    pub(super) fn signs(&self, algorithm: &[u8], signed: &[u8], signature: &[u8]) -> bool {
        let Some(key) = &self.key else { return false };
        let algorithm = Algorithm::read(algorithm, key, None).ok().flatten();
        algorithm.is_some_and(|algorithm| key.verifies(algorithm, signed, signature))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", hex::encode(self.sha256))
    }
}

/// As base64 of the DER.
impl Serialize for Certificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.der))
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let der = BASE64_STANDARD.decode(text).map_err(de::Error::custom)?;
        Self::from_der(&der).map_err(de::Error::custom)
    }
}

/// The name as text. What cannot be shown is no name.
fn shown(name: &Name) -> Result<String, Malformed> {
    let mut text = String::new();
    write!(text, "{name}").map_err(|_| Malformed)?;
    Ok(text)
}

/// The addresses of lists about every reason that the issuer itself signs.
fn listed(points: CrlDistributionPoints) -> Vec<String> {
    let own = points
        .0
        .iter()
        .filter(|point| point.reasons.is_none() && point.crl_issuer.is_none());
    own.filter_map(|point| point.distribution_point.as_ref())
        .flat_map(addresses)
        .collect()
}

/// The addresses in the name of a distribution point.
pub(super) fn addresses(point: &DistributionPointName) -> Vec<String> {
    let DistributionPointName::FullName(names) = point else {
        return Vec::new();
    };
    let address = |name: &GeneralName| match name {
        GeneralName::UniformResourceIdentifier(address) => Some(address.as_str().to_owned()),
        _ => None,
    };
    names.iter().filter_map(address).collect()
}

pub(super) fn time(time: Time) -> Result<DateTime<Utc>, Malformed> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).map_err(|_| Malformed)?;
    DateTime::from_timestamp(seconds, 0).ok_or(Malformed)
}
