//! The attributes of a signer: what was signed, and with which certificate.

use x509_cert::der::asn1::ObjectIdentifier;

use crate::evidence::{
    algorithm::Hash,
    asn1::{self, Malformed, OCTETS, SEQUENCE, SET, Walk, context},
    x509::Certificate,
};

const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// More attributes than any signer writes.
const MOST_ATTRIBUTES: usize = 32;

/// What the signer states in the attributes that are always there.
pub(super) struct Stated<'a> {
    pub content_type: ObjectIdentifier,
    pub digest: &'a [u8],
    pub certificate: CertificateId<'a>,
}

/// The digest of a certificate and, optionally, its issuer and serial number (`ESSCertIDv2`, RFC 5035).
pub(super) struct CertificateId<'a> {
    hash: Option<Hash>,
    digest: &'a [u8],
    issuer_serial: Option<Walk<'a>>,
}

impl CertificateId<'_> {
    /// Is it this certificate? A digest with another hash than ours names none.
    pub fn is(&self, certificate: &Certificate) -> bool {
        let named = self
            .hash
            .is_some_and(|hash| hash.digest(certificate.der()) == self.digest);
        let same = self
            .issuer_serial
            .is_none_or(|walk| issuer_serial_is(walk, certificate) == Ok(true));
        named && same
    }
}

/// The attributes as the set that is signed.
pub(super) fn write(content_type: &ObjectIdentifier, digest: &[u8], signer: &Certificate) -> Vec<u8> {
    // SHA-256 is the default of the hash algorithm, so DER leaves it out.
    let id = asn1::tlv(SEQUENCE, &[&asn1::tlv(OCTETS, &[signer.sha256()])]);
    let ids = asn1::tlv(SEQUENCE, &[&asn1::tlv(SEQUENCE, &[&id])]);
    let attributes = vec![
        attribute(&CONTENT_TYPE, &asn1::oid(content_type)),
        attribute(&MESSAGE_DIGEST, &asn1::tlv(OCTETS, &[digest])),
        attribute(&SIGNING_CERTIFICATE_V2, &ids),
    ];
    asn1::set_of(SET, attributes)
}

/// One attribute with one value.
pub(super) fn attribute(name: &ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    asn1::tlv(SEQUENCE, &[&asn1::oid(name), &asn1::tlv(SET, &[value])])
}

/// Reads the set that is signed.
pub(super) fn read(attributes: &[u8]) -> Result<Stated<'_>, Malformed> {
    let value = |name| find(attributes, name)?.ok_or(Malformed);
    let mut content_type = Walk::new(value(&CONTENT_TYPE)?);
    let mut digest = Walk::new(value(&MESSAGE_DIGEST)?);
    let stated = Stated {
        content_type: content_type.oid()?,
        digest: digest.octets()?,
        certificate: certificate_id(value(&SIGNING_CERTIFICATE_V2)?)?,
    };
    content_type.finish()?;
    digest.finish()?;
    Ok(stated)
}

/// The one value of the attribute with this name. No name may occur twice, and each has one value.
pub(super) fn find<'a>(attributes: &'a [u8], name: &ObjectIdentifier) -> Result<Option<&'a [u8]>, Malformed> {
    let mut whole = Walk::new(attributes);
    let mut walk = whole.element()?.walk();
    whole.finish()?;
    let mut names = Vec::new();
    let mut found = None;
    while !walk.is_empty() {
        let mut attribute = walk.sequence()?;
        let this = attribute.oid()?;
        let mut values = attribute.expect(SET)?.walk();
        attribute.finish()?;
        let value = values.element()?.whole;
        values.finish()?;
        if names.contains(&this) || names.len() == MOST_ATTRIBUTES {
            return Err(Malformed);
        }
        if this == *name {
            found = Some(value);
        }
        names.push(this);
    }
    Ok(found)
}

/// The first of the certificates named: the signer's. Others would be its issuers.
fn certificate_id(value: &[u8]) -> Result<CertificateId<'_>, Malformed> {
    let mut ids = Walk::only(value, SEQUENCE)?.sequence()?;
    let mut id = ids.sequence()?;
    let hash = match id.optional(SEQUENCE)? {
        Some(algorithm) => Hash::read(algorithm.whole)?,
        None => Some(Hash::Sha256),
    };
    let digest = id.octets()?;
    let issuer_serial = id.optional(SEQUENCE)?.map(|element| element.walk());
    id.finish()?;
    Ok(CertificateId {
        hash,
        digest,
        issuer_serial,
    })
}

/// `IssuerSerial`: general names, of which one directory name counts, and the serial number.
fn issuer_serial_is(mut walk: Walk<'_>, certificate: &Certificate) -> Result<bool, Malformed> {
    let mut names = walk.sequence()?;
    let directory_name = names.expect(context(4))?.content;
    names.finish()?;
    let serial = walk.unsigned()?;
    walk.finish()?;
    Ok(directory_name == certificate.issuer_der() && serial == certificate.serial())
}
