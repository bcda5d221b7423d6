//! The national algorithms: a detached SM2 signature with SM3 over the evidence root (CE-144, CE-165).
//!
//! It stands beside the seal and never in its place, because readers of PDF do not check SM2. The signature is the DER
//! sequence of r and s, as others exchange it.

use std::fmt;

use sm2::{
    SecretKey,
    dsa::{
        self, VerifyingKey,
        signature::{Signer as _, Verifier as _},
    },
    pkcs8::DecodePrivateKey as _,
};

use super::asn1;

/// The identifier that goes into the hash: the usual one of GB/T 32918 where nobody agreed on another.
pub const IDENTIFIER: &str = "1234567812345678";

/// Why there is no signature, or it does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmError {
    /// Not a key on the SM2 curve.
    #[error("the key is not an SM2 key")]
    Key,
    /// The signature could not be made; never with a good key.
    #[error("no signature could be made")]
    Signing,
    /// Not the DER of two numbers, or it does not hold.
    #[error("the SM2 signature does not hold")]
    Signature,
}

/// A private SM2 key in memory, never shown.
pub struct SmKey(dsa::SigningKey);

impl fmt::Debug for SmKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmKey([secret])")
    }
}

impl SmKey {
    /// Reads a PKCS#8 DER.
    ///
    /// # Errors
    /// [`SmError::Key`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, SmError> {
        let secret = SecretKey::from_pkcs8_der(der).map_err(|_| SmError::Key)?;
        dsa::SigningKey::new(IDENTIFIER, &secret)
            .map(Self)
            .map_err(|_| SmError::Key)
    }

    /// The public point, uncompressed: 65 bytes.
    pub fn public(&self) -> Vec<u8> {
        self.0.verifying_key().to_sec1_bytes().to_vec()
    }

    /// Signs an evidence root.
    ///
    /// # Errors
    /// [`SmError::Signing`].
    pub fn sign(&self, root: &[u8; 32]) -> Result<Vec<u8>, SmError> {
        let signature = self.0.try_sign(root).map_err(|_| SmError::Signing)?;
        asn1::from_halves(&signature.to_bytes()).ok_or(SmError::Signing)
    }
}

/// What stands before the point in a public key in DER.
const HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81,
    0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x03, 0x42, 0x00,
];

/// A public point as others exchange a key: `SubjectPublicKeyInfo` in DER.
pub fn spki(point: &[u8]) -> Vec<u8> {
    [&HEAD, point].concat()
}

/// The uncompressed point of a public key in DER: 65 bytes.
pub fn point(spki: &[u8]) -> Option<&[u8]> {
    let point = spki.strip_prefix(&HEAD)?;
    (point.len() == 65 && point.first() == Some(&4)).then_some(point)
}

/// Does the signature over an evidence root hold under this public point?
///
/// # Errors
/// [`SmError::Key`], [`SmError::Signature`].
pub fn verify(root: &[u8; 32], signature: &[u8], public: &[u8]) -> Result<(), SmError> {
    let key = VerifyingKey::from_sec1_bytes(IDENTIFIER, public).map_err(|_| SmError::Key)?;
    let raw = asn1::halves(signature).map_err(|_| SmError::Signature)?;
    let signature = dsa::Signature::from_slice(&raw).map_err(|_| SmError::Signature)?;
    key.verify(root, &signature).map_err(|_| SmError::Signature)
}
