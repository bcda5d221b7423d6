//! Certificates for the tests of this module: an authority that issues whatever is asked for.

use chrono::{DateTime, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};

use super::{
    cms,
    keys::SoftKey,
    timestamp::local::{LocalAuthority, POLICY},
    trust::Trust,
    x509::Certificate,
};

/// The day on which the tests happen.
pub(super) fn today() -> DateTime<Utc> {
    at("2026-11-21T01:30:00Z")
}

pub(super) fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

/// An authority with its certificate.
pub(super) struct Ca {
    pub certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A key with its certificate.
pub(super) struct Signer {
    pub certificate: Certificate,
    pub key: SoftKey,
}

/// Valid through 2025 to 2028.
fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2028, 12, 31);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

impl Ca {
    pub fn root(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let params = authority_params(name);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: Certificate::from_der(certificate.der()).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    /// One that signs revocation lists, too.
    pub fn lists(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = authority_params(name);
        params.key_usages.push(KeyUsagePurpose::CrlSign);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: Certificate::from_der(certificate.der()).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    pub fn list(&self, list: &rcgen::CertificateRevocationListParams) -> Vec<u8> {
        list.signed_by(&self.issuer).unwrap().der().to_vec()
    }

    /// An authority below this one.
    pub fn below(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = authority_params(name);
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self {
            certificate: Certificate::from_der(certificate.der()).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    pub fn issue(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Signer {
        let key = KeyPair::generate().unwrap();
        let mut params = params(name);
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Signer {
            certificate: Certificate::from_der(certificate.der()).unwrap(),
            key: SoftKey::from_pkcs8(&key.serialize_der()).unwrap(),
        }
    }

    pub fn seal(&self) -> Signer {
        self.issue("TEST seal", |_| {})
    }

    pub fn time_authority(&self) -> LocalAuthority {
        let signer = self.issue("TEST time", time_stamping);
        LocalAuthority::new(signer.key, signer.certificate).unwrap()
    }
}

/// The extended key usage that a time authority has: critical and alone.
pub(super) fn time_stamping(params: &mut CertificateParams) {
    let purposes = [
        0x30, 0x0A, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08,
    ];
    let mut usage = CustomExtension::from_oid_content(&[2, 5, 29, 37], purposes.to_vec());
    usage.set_criticality(true);
    params.custom_extensions = vec![usage];
}

pub(super) fn time_stamping_not_critical(params: &mut CertificateParams) {
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::TimeStamping];
}

pub(super) fn time_stamping_and_another(params: &mut CertificateParams) {
    let purposes = [
        0x30, 0x14, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08, 0x06, 0x08, 0x2B, 0x06, 0x01,
        0x05, 0x05, 0x07, 0x03, 0x04,
    ];
    let mut usage = CustomExtension::from_oid_content(&[2, 5, 29, 37], purposes.to_vec());
    usage.set_criticality(true);
    params.custom_extensions = vec![usage];
}

pub(super) fn expired(params: &mut CertificateParams) {
    params.not_after = date_time_ymd(2026, 6, 1);
}

pub(super) fn revoked(certificate: &Certificate, from: &str) -> super::trust::Revoked {
    super::trust::Revoked {
        certificate: *certificate.sha256(),
        at: at(from),
    }
}

/// Everything for a seal: a root, an issuer below it, a seal of that issuer and a time authority of the root.
pub(super) struct World {
    pub root: Ca,
    pub issuer: Ca,
    pub seal: Signer,
    pub time: LocalAuthority,
    pub trust: Trust,
}

pub(super) const CONTENT: [u8; 32] = [7; 32];

impl World {
    pub fn new() -> Self {
        let root = Ca::root("TEST root");
        let issuer = root.below("TEST issuer", |_| {});
        let seal = issuer.seal();
        let time = root.time_authority();
        let trust = Trust {
            roots: vec![root.certificate.clone()],
            time_roots: vec![root.certificate.clone()],
            issuers: vec![issuer.certificate.clone()],
            signers: vec![*seal.certificate.sha256()],
            policies: vec![POLICY.to_owned()],
            ..Trust::default()
        };
        Self {
            root,
            issuer,
            seal,
            time,
            trust,
        }
    }

    pub fn chain(&self) -> Vec<Certificate> {
        vec![self.seal.certificate.clone(), self.issuer.certificate.clone()]
    }

    /// A seal over [`CONTENT`], without a token.
    pub fn sealed(&self) -> Vec<u8> {
        let attributes = cms::signed_attributes(&CONTENT, &self.seal.certificate).unwrap();
        let signature = self.seal.key.sign(&attributes);
        cms::build(&attributes, &signature, &self.chain(), None).unwrap()
    }
}
