//! Reading a signed message into its parts, and checking its signature.

use x509_cert::der::asn1::ObjectIdentifier;

use super::{CmsError, Flaw, SIGNED_DATA, attributes};
use crate::evidence::{
    algorithm::{Algorithm, Hash},
    asn1::{Malformed, SEQUENCE, SET, Walk, context},
    x509::Certificate,
};

/// A seal with its token is 3 to 8 kB; the space in a document for it is smaller than this.
const LARGEST: usize = 128 << 10;
const MOST_CERTIFICATES: usize = 10;

/// The parts of a signed message with one signer. The signature is not checked by reading.
#[derive(Debug, Clone)]
pub(in crate::evidence) struct Message {
    pub der: Vec<u8>,
    pub version: u8,
    pub content_type: ObjectIdentifier,
    pub content: Option<Vec<u8>>,
    pub signer: Certificate,
    /// The signer's first.
    pub certificates: Vec<Certificate>,
    /// The hash of the content; `None` when it is not accepted.
    pub hash: Option<Hash>,
    /// As the set that is signed.
    pub attributes: Vec<u8>,
    /// `None` when it is not accepted or does not fit the key.
    pub algorithm: Option<Algorithm>,
    pub signature: Vec<u8>,
    /// The unsigned attributes, with their tag.
    pub unsigned: Option<Vec<u8>>,
}

impl Message {
    pub fn read(der: &[u8]) -> Result<Self, CmsError> {
        if der.len() > LARGEST {
            return Err(CmsError::TooLarge);
        }
        let mut info = Walk::only(der, SEQUENCE)?;
        if info.oid()? != SIGNED_DATA {
            return Err(CmsError::Malformed);
        }
        let mut signed_data = Walk::only(info.expect(context(0))?.content, SEQUENCE)?;
        info.finish()?;

        let version = signed_data.small()?;
        let mut hashes = signed_data.expect(SET)?.walk();
        let announced = Hash::read(hashes.expect(SEQUENCE)?.whole)?;
        hashes.finish()?;
        let mut encapsulated = signed_data.sequence()?;
        let content_type = encapsulated.oid()?;
        let content = match encapsulated.optional(context(0))? {
            Some(explicit) => {
                let mut explicit = explicit.walk();
                let content = explicit.octets()?.to_vec();
                explicit.finish()?;
                Some(content)
            }
            None => None,
        };
        encapsulated.finish()?;
        let certificates = signed_data.expect(context(0))?.walk();
        let mut signers = signed_data.expect(SET)?.walk();
        let signer = signers.sequence()?;
        signers.finish()?;
        signed_data.finish()?;

        let signer = SignerInfo::read(signer)?;
        let (certificate, certificates) = sorted(certificates, &signer)?;
        let hash = Hash::read(signer.hash)?;
        if announced != hash {
            return Err(CmsError::Malformed);
        }
        let algorithm = match certificate.key() {
            Some(key) => Algorithm::read(signer.algorithm, key, hash)?,
            None => None,
        };
        Ok(Self {
            der: der.to_vec(),
            version,
            content_type,
            content,
            signer: certificate,
            certificates,
            hash,
            attributes: [&[SET], signer.attributes.get(1..).unwrap_or_default()].concat(),
            algorithm,
            signature: signer.signature.to_vec(),
            unsigned: signer.unsigned.map(<[u8]>::to_vec),
        })
    }

    /// Does the signature hold over a content of this kind with this digest?
    pub fn verify(&self, kind: &ObjectIdentifier, hash: Hash, digest: &[u8]) -> Result<(), Flaw> {
        let stated = attributes::read(&self.attributes).map_err(|_| Flaw::Attributes)?;
        if self.content_type != *kind || stated.content_type != *kind {
            return Err(Flaw::ContentType);
        }
        let (Some(key), Some(algorithm)) = (self.signer.key(), self.algorithm) else {
            return Err(Flaw::Algorithm);
        };
        if self.hash != Some(hash) {
            return Err(Flaw::Algorithm);
        }
        if stated.digest != digest {
            return Err(Flaw::Digest);
        }
        if !stated.certificate.is(&self.signer) {
            return Err(Flaw::SigningCertificate);
        }
        if !key.verifies(algorithm, &self.attributes, &self.signature) {
            return Err(Flaw::Signature);
        }
        Ok(())
    }
}

struct SignerInfo<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    hash: &'a [u8],
    attributes: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
    unsigned: Option<&'a [u8]>,
}

impl<'a> SignerInfo<'a> {
    fn read(mut walk: Walk<'a>) -> Result<Self, Malformed> {
        // Version 1 names the certificate by issuer and serial number; nobody we meet uses the other.
        if walk.small()? != 1 {
            return Err(Malformed);
        }
        let mut name = walk.sequence()?;
        let signer = Self {
            issuer: name.expect(SEQUENCE)?.whole,
            serial: name.unsigned()?,
            hash: walk.expect(SEQUENCE)?.whole,
            attributes: walk.expect(context(0))?.whole,
            algorithm: walk.expect(SEQUENCE)?.whole,
            signature: walk.octets()?,
            unsigned: walk.optional(context(1))?.map(|element| element.whole),
        };
        name.finish()?;
        walk.finish()?;
        Ok(signer)
    }
}

/// The signer's certificate, and all with it first and the others in their order. It must be there, and none twice.
fn sorted(mut walk: Walk<'_>, signer: &SignerInfo<'_>) -> Result<(Certificate, Vec<Certificate>), CmsError> {
    let mut found = None;
    let mut others = Vec::new();
    while !walk.is_empty() {
        let certificate = Certificate::from_der(walk.expect(SEQUENCE)?.whole)?;
        let named = certificate.issuer_der() == signer.issuer && certificate.serial() == signer.serial;
        if others.contains(&certificate) {
            return Err(CmsError::Malformed);
        }
        if !named {
            others.push(certificate);
        } else if found.replace(certificate).is_some() {
            return Err(CmsError::Malformed);
        }
        if others.len() >= MOST_CERTIFICATES {
            return Err(CmsError::TooLarge);
        }
    }
    let found = found.ok_or(CmsError::Malformed)?;
    others.insert(0, found.clone());
    Ok((found, others))
}
