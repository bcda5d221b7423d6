//! The signed message (CMS, RFC 5652) that stands in a PDF's signature and in a time-stamp.
//!
//! It signs a digest that is outside of it and says by whose certificate; it knows neither the PDF around it nor whom to
//! trust ([`super::trust`]). What is written here has one form, and only that form verifies as a seal: a message whose
//! unsigned parts were changed would otherwise stay valid. Time-stamps of foreign authorities are read by the same
//! reader, which takes their sets in any order.
//!
//! Sealing: [`signed_attributes`], a signature over them by [`super::keys`], [`build`], later [`SignedData::with_token`].
//! Checking: [`read`], [`SignedData::verify`], then [`super::trust::Trust::judge`] over the certificates.

mod attributes;
mod message;
#[cfg(test)]
mod tests;
mod write;

use sha2::{Digest, Sha256};
use x509_cert::der::asn1::ObjectIdentifier;

use super::{
    algorithm::{Hash, Signature},
    x509::{BadCertificate, Certificate},
};
pub(super) use message::Message;
pub(super) use write::Draft;

pub(super) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const TIME_STAMP_TOKEN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");

/// Why a message cannot be read or built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// More than 128 kB, or more than ten certificates.
    #[error("the signed message is too large")]
    TooLarge,
    /// Not DER of a signed message with one signer, signed attributes and the signer's certificate.
    #[error("the bytes are not a signed message of one signer")]
    Malformed,
    /// A certificate in it cannot be read.
    #[error("a certificate in the message cannot be read")]
    Certificate(#[from] BadCertificate),
    /// The certificate's key may not sign documents, or its kind or strength is not accepted.
    #[error("the key of the certificate may not sign")]
    Key,
    /// The signature is not one over these attributes by the first certificate of the chain, with SHA-256.
    #[error("the signature does not belong to the attributes and the certificate")]
    Signature,
}

impl From<super::asn1::Malformed> for CmsError {
    fn from(_: super::asn1::Malformed) -> Self {
        Self::Malformed
    }
}

/// Why a message does not verify. The first that is found, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The signed attributes are not those that must be there, each once.
    #[error("the signed attributes are not the expected ones")]
    Attributes,
    /// What is signed is of another kind.
    #[error("the signed content is of another kind")]
    ContentType,
    /// An algorithm, key or strength that is not accepted, or one that does not fit another.
    #[error("an algorithm or key is not accepted")]
    Algorithm,
    /// The content is not what was signed.
    #[error("the content is not what was signed")]
    Digest,
    /// The certificate is not the one that the signer named.
    #[error("the certificate is not the one that was signed with")]
    SigningCertificate,
    /// The signature does not hold under the certificate's key.
    #[error("the signature does not hold")]
    Signature,
    /// It holds, but the message is not in the one form that seals have.
    #[error("the message is not in the form of a seal")]
    Form,
}

/// The DER of the attributes to sign for a content with this SHA-256: content-type, message-digest,
/// signing-certificate-v2. No signing-time: the only proof of time is a token (CE-163).
///
/// The signature goes over these bytes as they are, tagged as a set; they are not to be hashed before.
///
/// # Errors
/// [`CmsError::Key`].
pub fn signed_attributes(content: &[u8; 32], signer: &Certificate) -> Result<Vec<u8>, CmsError> {
    if signer.key().is_none() || !signer.may_sign() {
        return Err(CmsError::Key);
    }
    Ok(attributes::write(&DATA, content, signer))
}

/// The attributes to sign for a content of another kind.
pub(super) fn attributes_of(kind: &ObjectIdentifier, content: &[u8], signer: &Certificate) -> Vec<u8> {
    attributes::write(kind, &Hash::Sha256.digest(content), signer)
}

/// The signed message, without the content. The chain is the signer's certificate, then its issuers.
///
/// The signature is checked before: what is built verifies.
///
/// # Errors
/// [`CmsError::Malformed`] for attributes that are not those of [`signed_attributes`], an empty chain or a token that is
/// no message; [`CmsError::Signature`]; [`CmsError::TooLarge`].
pub fn build(
    attributes: &[u8],
    signature: &Signature,
    chain: &[Certificate],
    token: Option<&[u8]>,
) -> Result<Vec<u8>, CmsError> {
    let signer = chain.first().ok_or(CmsError::Malformed)?;
    if let Some(token) = token {
        Message::read(token)?;
    }
    if signature.alg.hash() != Hash::Sha256 {
        return Err(CmsError::Signature);
    }
    let der = Draft {
        version: 1,
        content_type: &DATA,
        content: None,
        chain,
        signer,
        attributes,
        algorithm: signature.alg,
        signature: &signature.value,
        token,
    }
    .write();
    let built = read(&der)?;
    let digest = attributes::read(attributes)?.digest;
    let digest = digest.try_into().map_err(|_| CmsError::Malformed)?;
    built.verify(digest).map_err(|_| CmsError::Signature)?;
    Ok(der)
}

/// Reads a signed message of one signer, without trusting any of it.
///
/// # Errors
/// [`CmsError`] other than `Key` and `Signature`.
pub fn read(der: &[u8]) -> Result<SignedData, CmsError> {
    let message = Message::read(der)?;
    let token = match &message.unsigned {
        Some(unsigned) => attributes::find(unsigned, &TIME_STAMP_TOKEN)?.map(<[u8]>::to_vec),
        None => None,
    };
    Ok(SignedData { message, token })
}

/// A signed message that was read, not verified.
#[derive(Debug, Clone)]
pub struct SignedData {
    message: Message,
    token: Option<Vec<u8>>,
}

impl SignedData {
    /// The certificate that it says it was signed with.
    pub fn signer(&self) -> &Certificate {
        &self.message.signer
    }

    /// All certificates in it, the signer's first.
    pub fn certificates(&self) -> &[Certificate] {
        &self.message.certificates
    }

    /// The signature.
    pub fn signature_value(&self) -> &[u8] {
        &self.message.signature
    }

    /// What a token of it must attest: the SHA-256 of the signature (CE-170).
    pub fn imprint(&self) -> [u8; 32] {
        Sha256::digest(&self.message.signature).into()
    }

    /// The time-stamp token in it, as it was received.
    pub fn token(&self) -> Option<&[u8]> {
        self.token.as_deref()
    }

    /// The same message with this token, in the place of an earlier one if there is one. Signed attributes and signature
    /// stay byte for byte.
    ///
    /// # Errors
    /// What [`read`] says of a token that is no signed message; [`CmsError::Key`] when this message could not have been
    /// made here.
    pub fn with_token(&self, token: &[u8]) -> Result<Vec<u8>, CmsError> {
        Message::read(token)?;
        self.written(Some(token)).ok_or(CmsError::Key)
    }

    /// Does the signature hold for a content with this SHA-256, and is the message one of our form?
    ///
    /// Not looked at: the token, and whether the certificates are to be trusted.
    ///
    /// # Errors
    /// The first [`Flaw`].
    pub fn verify(&self, content: &[u8; 32]) -> Result<(), Flaw> {
        self.message.verify(&DATA, Hash::Sha256, content)?;
        let attributes = attributes::write(&DATA, content, self.signer());
        let written = self.written(self.token());
        if self.message.attributes == attributes && written.as_ref() == Some(&self.message.der) {
            Ok(())
        } else {
            Err(Flaw::Form)
        }
    }

    /// How we would write it; `None` when its algorithm is not ours.
    fn written(&self, token: Option<&[u8]>) -> Option<Vec<u8>> {
        let draft = Draft {
            version: 1,
            content_type: &DATA,
            content: None,
            chain: self.certificates(),
            signer: self.signer(),
            attributes: &self.message.attributes,
            algorithm: self.message.algorithm?,
            signature: &self.message.signature,
            token,
        };
        Some(draft.write())
    }
}
