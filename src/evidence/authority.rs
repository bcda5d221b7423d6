//! A certification authority of our own: a root, a seal, a time authority and certificates for single events, for
//! demonstrations and tests.
//!
//! Without configuration the service makes one, so that everything can be tried (decision 35). Every name in it says
//! TEST and 测试. It is not for production: who holds the root could seal anything.

use std::{fs, io, path::Path, time::Duration};

use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension, DistinguishedName,
    DnType, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, RevokedCertParams,
    SerialNumber, date_time_ymd,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    algorithm::Signature,
    asn1::{self, OCTETS, SEQUENCE},
    keys::{Event, EventCertificate, KeyError, KeyProvider, SoftKey},
    timestamp::local::POLICY,
    trust::Trust,
    x509::Certificate,
};

const ORGANIZATION: &str = "Muan TEST ONLY 仅供测试";
const EXTENDED_KEY_USAGE: [u64; 4] = [2, 5, 29, 37];
const TIME_STAMPING: x509_cert::der::asn1::ObjectIdentifier =
    x509_cert::der::asn1::ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// What an event's certificate binds together, under the number that is reserved for examples (RFC 5612).
const EVENT: [u64; 9] = [1, 3, 6, 1, 4, 1, 32473, 162, 1];

const ROOT_LASTS: TimeDelta = TimeDelta::days(30 * 365);
const TIME_LASTS: TimeDelta = TimeDelta::days(15 * 365);
const SEAL_LASTS: TimeDelta = TimeDelta::days(5 * 365);
const EVENT_LASTS: TimeDelta = TimeDelta::days(2);
const LIST_LASTS: TimeDelta = TimeDelta::days(7);

/// Why no authority could be made or read.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The library refused; never for our own parameters.
    #[error("the certificate could not be made: {0}")]
    Making(#[from] rcgen::Error),
    /// What was made or read is no certificate that we accept.
    #[error("the certificate cannot be read")]
    Certificate(#[from] super::x509::BadCertificate),
    /// A file of it cannot be written or read.
    #[error("the authority's files: {0}")]
    Files(#[from] io::Error),
}

/// A certificate and its private key in PKCS#8.
pub struct Pair {
    /// The certificate.
    pub certificate: Certificate,
    /// The private key; wiped when dropped.
    pub key: Zeroizing<Vec<u8>>,
}

/// A test authority: all that sealing and time-stamping need.
pub struct TestAuthority {
    /// The root, of seals and of time-stamps.
    pub root: Pair,
    /// Seals documents.
    pub seal: Pair,
    /// Signs time-stamps.
    pub time: Pair,
}

impl TestAuthority {
    /// Makes new keys and certificates, valid from the day of `now` on (UTC).
    ///
    /// # Errors
    /// [`AuthorityError::Making`].
    pub fn make(now: DateTime<Utc>) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let params = root_params(now);
        let certificate = params.self_signed(&key)?;
        let root = Pair {
            certificate: Certificate::from_der(certificate.der())?,
            key: Zeroizing::new(key.serialize_der()),
        };
        let issuer = Issuer::new(params, key);
        Ok(Self {
            root,
            seal: seal(&issuer, now)?,
            time: time(&issuer, now)?,
        })
    }

    /// The trust table that has this authority and nothing else. The log's keys are not in it.
    pub fn trust(&self) -> Trust {
        Trust {
            roots: vec![self.root.certificate.clone()],
            time_roots: vec![self.root.certificate.clone()],
            signers: vec![*self.seal.certificate.sha256()],
            policies: vec![POLICY.to_owned()],
            ..Trust::default()
        }
    }

    /// Writes `root`, `seal` and `time`, each as `.cer` and `.key`, into an existing folder, as [`super::keys::FileKeys`]
    /// reads them. Keys are readable by their owner only.
    ///
    /// # Errors
    /// [`AuthorityError::Files`], also when one of the files is there already.
    pub fn write(&self, folder: &Path) -> Result<(), AuthorityError> {
        for (name, pair) in [("root", &self.root), ("seal", &self.seal), ("time", &self.time)] {
            create(&folder.join(name).with_extension("key"), &pair.key)?;
            let issuer = if name == "root" {
                &[]
            } else {
                self.root.certificate.der()
            };
            let chain = [pair.certificate.der(), issuer].concat();
            create(&folder.join(name).with_extension("cer"), &chain)?;
        }
        Ok(())
    }
}

/// Certificates for single events under the test root, as a certification provider gives them (level E2 of CE-160).
pub struct TestEvents {
    root: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl TestEvents {
    /// The provider of this root.
    ///
    /// # Errors
    /// [`AuthorityError::Making`] when the key cannot be read.
    pub fn new(root: &Pair) -> Result<Self, AuthorityError> {
        let key = KeyPair::try_from(root.key.as_slice())?;
        Ok(Self {
            root: root.certificate.clone(),
            // Of the parameters an issuer gives on its name alone.
            issuer: Issuer::new(root_params(root.certificate.not_before()), key),
        })
    }

    fn issue(&self, event: &Event, now: DateTime<Utc>) -> Result<Pair, AuthorityError> {
        let mut params = params("Muan TEST Event 测试事件", now, EVENT_LASTS);
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::ContentCommitment,
        ];
        let bound = asn1::tlv(OCTETS, &[&event.message()]);
        params.custom_extensions = vec![CustomExtension::from_oid_content(&EVENT, bound)];
        issue(&params, &self.issuer)
    }
}

impl KeyProvider for TestEvents {
    /// No key is kept here.
    fn sign(&self, _key: &str, _message: &[u8]) -> Result<Signature, KeyError> {
        Err(KeyError::Missing)
    }

    fn certificate_chain(&self, _key: &str) -> Result<Vec<Certificate>, KeyError> {
        Err(KeyError::Missing)
    }

    fn event_certificate(&self, event: &Event, now: DateTime<Utc>) -> Result<EventCertificate, KeyError> {
        let one = self
            .issue(event, now)
            .map_err(|error| KeyError::Device(error.to_string()))?;
        // The key signs once and is gone.
        let signature = SoftKey::from_pkcs8(&one.key)?.sign(&event.message());
        Ok(EventCertificate {
            chain: vec![one.certificate, self.root.clone()],
            signature,
        })
    }
}

/// A certificate that the test root revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestRevoked {
    /// Its serial number, hexadecimal.
    pub serial: String,
    /// From when.
    pub at: DateTime<Utc>,
}

/// The revocation lists of the test root, made when they are asked for.
pub struct TestLists {
    issuer: Issuer<'static, KeyPair>,
    revoked: Vec<TestRevoked>,
}

impl TestLists {
    /// Of this root, with what it revoked.
    ///
    /// # Errors
    /// [`AuthorityError::Making`] when the key cannot be read.
    pub fn new(root: &Certificate, key: &[u8], revoked: Vec<TestRevoked>) -> Result<Self, AuthorityError> {
        let key = KeyPair::try_from(key)?;
        let issuer = Issuer::new(root_params(root.not_before()), key);
        Ok(Self { issuer, revoked })
    }

    /// The list of now, in DER.
    ///
    /// # Errors
    /// [`AuthorityError::Making`].
    pub fn answer(&self, now: DateTime<Utc>) -> Result<Vec<u8>, AuthorityError> {
        let moment = |at: DateTime<Utc>| {
            let (year, month, day) = day(at);
            let since = Duration::from_secs(u64::from(at.num_seconds_from_midnight()));
            date_time_ymd(year, month, day) + since
        };
        let entry = |revoked: &TestRevoked| RevokedCertParams {
            serial_number: SerialNumber::from(hex::decode(&revoked.serial).unwrap_or_default()),
            revocation_time: moment(revoked.at),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: moment(now),
            next_update: moment(now + LIST_LASTS),
            crl_number: SerialNumber::from(now.timestamp().unsigned_abs()),
            issuing_distribution_point: None,
            revoked_certs: self.revoked.iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer)?.der().to_vec())
    }
}

fn root_params(now: DateTime<Utc>) -> CertificateParams {
    let mut params = params("Muan TEST Root 测试根", now, ROOT_LASTS);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn seal(issuer: &Issuer<'_, KeyPair>, now: DateTime<Utc>) -> Result<Pair, AuthorityError> {
    let mut params = params("Muan TEST Seal 测试印章", now, SEAL_LASTS);
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment,
    ];
    issue(&params, issuer)
}

fn time(issuer: &Issuer<'_, KeyPair>, now: DateTime<Utc>) -> Result<Pair, AuthorityError> {
    let mut params = params("Muan TEST Time Authority 测试时间戳", now, TIME_LASTS);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    // The library writes this extension without the critical flag that RFC 3161 wants.
    let purposes = asn1::tlv(SEQUENCE, &[&asn1::oid(&TIME_STAMPING)]);
    let mut usage = CustomExtension::from_oid_content(&EXTENDED_KEY_USAGE, purposes);
    usage.set_criticality(true);
    params.custom_extensions = vec![usage];
    issue(&params, issuer)
}

fn params(name: &str, now: DateTime<Utc>, lasts: TimeDelta) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "CN");
    params
        .distinguished_name
        .push(DnType::OrganizationName, ORGANIZATION);
    params.distinguished_name.push(DnType::CommonName, name);
    let [(year, month, day), (last_year, last_month, last_day)] = [now, now + lasts].map(day);
    params.not_before = date_time_ymd(year, month, day);
    params.not_after = date_time_ymd(last_year, last_month, last_day);
    params.use_authority_key_identifier_extension = true;
    params
}

/// A day as the library takes it.
fn day(at: DateTime<Utc>) -> (i32, u8, u8) {
    // Months and days have two digits.
    let small = |number: u32| u8::try_from(number).unwrap_or(1);
    (at.year(), small(at.month()), small(at.day()))
}

fn issue(params: &CertificateParams, issuer: &Issuer<'_, KeyPair>) -> Result<Pair, AuthorityError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = params.signed_by(&key, issuer)?;
    Ok(Pair {
        certificate: Certificate::from_der(certificate.der())?,
        key: Zeroizing::new(key.serialize_der()),
    })
}

fn create(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}
