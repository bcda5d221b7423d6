//! A time authority of our own, for the demo, for tests and for a hospital that has none yet.
//!
//! Its certificate says that it is a test authority. It attests nothing that our own clock could not claim; what it gives
//! is shown as such, and a production trust table does not have its root.

use chrono::{DateTime, SubsecRound as _, Utc};
use x509_cert::der::asn1::ObjectIdentifier;

use super::{
    TST_INFO,
    request::{Asked, imprint_of},
};
use crate::evidence::{
    asn1::{self, BIT_STRING, GENERALIZED_TIME, INTEGER, SEQUENCE},
    cms::{self, Draft},
    keys::{KeyError, SoftKey},
    x509::Certificate,
};

/// The policy of its tokens: under the number that is reserved for examples (RFC 5612), so that nobody takes it for real.
pub const POLICY: &str = "1.3.6.1.4.1.32473.3161.1";

const POLICY_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap(POLICY);
/// `badDataFormat`, bit 5 of the failure info.
const BAD_DATA: [u8; 2] = [2, 0b0000_0100];
/// `badAlg`, bit 0.
const BAD_ALGORITHM: [u8; 2] = [7, 0b1000_0000];
const GRANTED: u8 = 0;
const REJECTION: u8 = 2;

/// The key and certificates of a test authority.
#[derive(Debug)]
pub struct LocalAuthority {
    key: SoftKey,
    certificate: Certificate,
}

impl LocalAuthority {
    /// The authority with this key and its certificate.
    ///
    /// # Errors
    /// [`KeyError::Mismatch`] when the certificate is of another key or not for time-stamps.
    pub fn new(key: SoftKey, certificate: Certificate) -> Result<Self, KeyError> {
        if certificate.key() != Some(&key.public()) || !certificate.may_stamp() {
            return Err(KeyError::Mismatch);
        }
        Ok(Self { key, certificate })
    }

    /// An authority whatever its certificate says, for the tests of those who check it.
    #[cfg(test)]
    pub(in crate::evidence) fn unchecked(key: SoftKey, certificate: Certificate) -> Self {
        Self { key, certificate }
    }

    /// Answers the DER of a request with the DER of a response that says this time. No serial number may be given twice.
    pub fn answer(&self, request: &[u8], now: DateTime<Utc>, serial: u64) -> Vec<u8> {
        match Asked::read(request) {
            Err(_) => refusal(BAD_DATA),
            Ok(asked) if !matches!(imprint_of(asked.imprint), Ok(Some(_))) => refusal(BAD_ALGORITHM),
            Ok(asked) => {
                let status = asn1::tlv(SEQUENCE, &[&asn1::unsigned(&[GRANTED])]);
                asn1::tlv(SEQUENCE, &[&status, &self.token(&asked, now, serial)])
            }
        }
    }

    fn token(&self, asked: &Asked<'_>, now: DateTime<Utc>, serial: u64) -> Vec<u8> {
        let now = now.trunc_subsecs(0).format("%Y%m%d%H%M%SZ").to_string();
        let nonce = asked.nonce.map(asn1::unsigned).unwrap_or_default();
        let accuracy = asn1::tlv(SEQUENCE, &[&asn1::tlv(INTEGER, &[&[1]])]);
        let info = asn1::tlv(
            SEQUENCE,
            &[
                &asn1::unsigned(&[1]),
                &asn1::oid(&POLICY_OID),
                asked.imprint,
                &asn1::unsigned(&serial.to_be_bytes()),
                &asn1::tlv(GENERALIZED_TIME, &[now.as_bytes()]),
                &accuracy,
                &nonce,
            ],
        );
        let attributes = cms::attributes_of(&TST_INFO, &info, &self.certificate);
        let signature = self.key.sign(&attributes);
        let chain = std::slice::from_ref(&self.certificate);
        Draft {
            version: 3,
            content_type: &TST_INFO,
            content: Some(&info),
            // The root is what the asker must have from elsewhere.
            chain: if asked.wants_certificate { chain } else { &[] },
            signer: &self.certificate,
            attributes: &attributes,
            algorithm: signature.alg,
            signature: &signature.value,
            token: None,
        }
        .write()
    }
}

/// A response without a token: the status and why.
fn refusal(failure: [u8; 2]) -> Vec<u8> {
    let info = asn1::tlv(BIT_STRING, &[&failure]);
    let status = asn1::tlv(SEQUENCE, &[&asn1::unsigned(&[REJECTION]), &info]);
    asn1::tlv(SEQUENCE, &[&status])
}
