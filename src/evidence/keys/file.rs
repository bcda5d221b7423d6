//! Keys in files: for demonstrations and tests only (CE-162).
//!
//! `NAME.key` is a PKCS#8 DER of a P-256 key, `NAME.cer` the DER of its certificate and of the issuers, one after the
//! other.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use p256::{
    ecdsa::{self, SigningKey, signature::Signer as _},
    pkcs8::DecodePrivateKey as _,
};
use zeroize::Zeroizing;

use super::{KeyError, KeyProvider};
use crate::evidence::{
    algorithm::{Algorithm, Key, Signature},
    asn1::{SEQUENCE, Walk},
    x509::Certificate,
};

/// A private P-256 key in memory. It is wiped when it is dropped and never shown.
pub struct SoftKey(SigningKey);

impl SoftKey {
    /// Reads a PKCS#8 DER.
    ///
    /// # Errors
    /// [`KeyError::Kind`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        SigningKey::from_pkcs8_der(der)
            .map(Self)
            .map_err(|_| KeyError::Kind)
    }

    /// Its public key.
    pub fn public(&self) -> Key {
        Key::P256(self.0.verifying_key().to_sec1_point(false).as_bytes().to_vec())
    }

    /// Signs the message, hashed with SHA-256. The same message gives the same signature (RFC 6979).
    pub fn sign(&self, message: &[u8]) -> Signature {
        let signature: ecdsa::Signature = self.0.sign(message);
        Signature {
            alg: Algorithm::EcdsaP256Sha256,
            value: signature.to_der().as_bytes().to_vec(),
        }
    }
}

impl fmt::Debug for SoftKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SoftKey([secret])")
    }
}

/// A folder of keys.
#[derive(Debug)]
pub struct FileKeys(PathBuf);

impl FileKeys {
    /// The keys in a folder.
    ///
    /// # Errors
    /// [`KeyError::FileInProduction`].
    pub fn new(folder: impl Into<PathBuf>, production: bool) -> Result<Self, KeyError> {
        if production {
            return Err(KeyError::FileInProduction);
        }
        Ok(Self(folder.into()))
    }

    fn read(&self, key: &str, extension: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        // A reference is a name in this folder, never a way out of it.
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if key.is_empty() || !key.chars().all(plain) {
            return Err(KeyError::Missing);
        }
        let file = self.0.join(Path::new(key).with_extension(extension));
        fs::read(file).map(Zeroizing::new).map_err(|_| KeyError::Missing)
    }
}

impl KeyProvider for FileKeys {
    fn sign(&self, key: &str, message: &[u8]) -> Result<Signature, KeyError> {
        Ok(SoftKey::from_pkcs8(&self.read(key, "key")?)?.sign(message))
    }

    fn certificate_chain(&self, key: &str) -> Result<Vec<Certificate>, KeyError> {
        let bytes = self.read(key, "cer")?;
        let mut walk = Walk::new(&bytes);
        let mut chain = Vec::new();
        while !walk.is_empty() {
            let one = walk.expect(SEQUENCE).map_err(|_| KeyError::Mismatch)?;
            chain.push(Certificate::from_der(one.whole).map_err(|_| KeyError::Mismatch)?);
        }
        Ok(chain)
    }
}
