//! Writing a signed message: the one form that this service gives to seals and time-stamps.

use x509_cert::der::asn1::ObjectIdentifier;

use super::{SIGNED_DATA, TIME_STAMP_TOKEN, attributes};
use crate::evidence::{
    algorithm::Algorithm,
    asn1::{self, OCTETS, SEQUENCE, SET, context},
    x509::Certificate,
};

/// Everything that goes into a message.
pub(in crate::evidence) struct Draft<'a> {
    /// 1 for plain data, 3 for any other content.
    pub version: u8,
    pub content_type: &'a ObjectIdentifier,
    /// `None`: the content is elsewhere.
    pub content: Option<&'a [u8]>,
    /// Every certificate that goes in.
    pub chain: &'a [Certificate],
    pub signer: &'a Certificate,
    /// As the set that was signed.
    pub attributes: &'a [u8],
    pub algorithm: Algorithm,
    pub signature: &'a [u8],
    pub token: Option<&'a [u8]>,
}

impl Draft<'_> {
    /// The DER of the message.
    pub fn write(&self) -> Vec<u8> {
        let hash = self.algorithm.hash().identifier();
        let name = asn1::tlv(
            SEQUENCE,
            &[self.signer.issuer_der(), &asn1::unsigned(self.signer.serial())],
        );
        let unsigned = match self.token {
            Some(token) => asn1::tlv(context(1), &[&attributes::attribute(&TIME_STAMP_TOKEN, token)]),
            None => Vec::new(),
        };
        let signer = asn1::tlv(
            SEQUENCE,
            &[
                &asn1::unsigned(&[1]),
                &name,
                &hash,
                // The same bytes as were signed, under the tag of their place.
                &[context(0)],
                self.attributes.get(1..).unwrap_or_default(),
                &self.algorithm.identifier(),
                &asn1::tlv(OCTETS, &[self.signature]),
                &unsigned,
            ],
        );
        let content = match self.content {
            Some(content) => asn1::tlv(context(0), &[&asn1::tlv(OCTETS, &[content])]),
            None => Vec::new(),
        };
        let certificates = self.chain.iter().map(|certificate| certificate.der().to_vec());
        let signed_data = asn1::tlv(
            SEQUENCE,
            &[
                &asn1::unsigned(&[self.version]),
                &asn1::tlv(SET, &[&hash]),
                &asn1::tlv(SEQUENCE, &[&asn1::oid(self.content_type), &content]),
                &asn1::set_of(context(0), certificates.collect()),
                &asn1::tlv(SET, &[&signer]),
            ],
        );
        asn1::tlv(
            SEQUENCE,
            &[&asn1::oid(&SIGNED_DATA), &asn1::tlv(context(0), &[&signed_data])],
        )
    }
}
