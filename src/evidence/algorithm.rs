//! The algorithms of CE-165 and their names on the wire; checking a signature.
//!
//! What is not named here does not exist: SHA-1, MD5, RSA below 3 072 bits and curves but P-256 and P-384 are read
//! as "no algorithm of ours" and never verify. Making signatures is the work of [`super::keys`].

use ring::signature::{self as ring_signature, UnparsedPublicKey};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::der::asn1::ObjectIdentifier;

use super::asn1::{self, Malformed, NULL, SEQUENCE, Walk};

const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

const SHORTEST_RSA_BITS: usize = 3072;
// What the verifying library takes at most; it bounds the work that a certificate can ask for.
const LONGEST_RSA_BITS: usize = 8192;

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// The algorithm identifier, without parameters (RFC 5754).
    pub(super) fn identifier(self) -> Vec<u8> {
        let oid = match self {
            Self::Sha256 => SHA256,
            Self::Sha384 => SHA384,
            Self::Sha512 => SHA512,
        };
        asn1::tlv(SEQUENCE, &[&asn1::oid(&oid)])
    }

    /// The hash of an algorithm identifier; `None` for one that is not ours.
    pub(super) fn read(identifier: &[u8]) -> Result<Option<Self>, Malformed> {
        let oid = plain_identifier(identifier)?;
        Ok(match oid {
            Some(SHA256) => Some(Self::Sha256),
            Some(SHA384) => Some(Self::Sha384),
            Some(SHA512) => Some(Self::Sha512),
            _ => None,
        })
    }
}

/// How a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    EcdsaP256Sha256,
    EcdsaP256Sha384,
    EcdsaP384Sha256,
    EcdsaP384Sha384,
    RsaPkcs1Sha256,
    RsaPkcs1Sha384,
    RsaPkcs1Sha512,
}

impl Algorithm {
    /// The hash over what is signed.
    pub fn hash(self) -> Hash {
        match self {
            Self::EcdsaP256Sha256 | Self::EcdsaP384Sha256 | Self::RsaPkcs1Sha256 => Hash::Sha256,
            Self::EcdsaP256Sha384 | Self::EcdsaP384Sha384 | Self::RsaPkcs1Sha384 => Hash::Sha384,
            Self::RsaPkcs1Sha512 => Hash::Sha512,
        }
    }

    pub(super) fn identifier(self) -> Vec<u8> {
        let null = asn1::tlv(NULL, &[]);
        let (oid, parameters): (_, &[u8]) = match self {
            Self::EcdsaP256Sha256 | Self::EcdsaP384Sha256 => (ECDSA_SHA256, &[]),
            Self::EcdsaP256Sha384 | Self::EcdsaP384Sha384 => (ECDSA_SHA384, &[]),
            Self::RsaPkcs1Sha256 => (RSA_SHA256, &null),
            Self::RsaPkcs1Sha384 => (RSA_SHA384, &null),
            Self::RsaPkcs1Sha512 => (RSA_SHA512, &null),
        };
        asn1::tlv(SEQUENCE, &[&asn1::oid(&oid), parameters])
    }

    /// The algorithm of an identifier beside a key and, in signed messages, the hash named with it.
    ///
    /// `None` when it is not ours or does not fit the key or the hash.
    pub(super) fn read(identifier: &[u8], key: &Key, hash: Option<Hash>) -> Result<Option<Self>, Malformed> {
        let Some(oid) = plain_identifier(identifier)? else {
            return Ok(None);
        };
        let algorithm = match (key, oid, hash) {
            (Key::P256(_), ECDSA_SHA256, _) => Self::EcdsaP256Sha256,
            (Key::P256(_), ECDSA_SHA384, _) => Self::EcdsaP256Sha384,
            (Key::P384(_), ECDSA_SHA256, _) => Self::EcdsaP384Sha256,
            (Key::P384(_), ECDSA_SHA384, _) => Self::EcdsaP384Sha384,
            (Key::Rsa(_), RSA_SHA256, _) | (Key::Rsa(_), RSA, Some(Hash::Sha256)) => Self::RsaPkcs1Sha256,
            (Key::Rsa(_), RSA_SHA384, _) | (Key::Rsa(_), RSA, Some(Hash::Sha384)) => Self::RsaPkcs1Sha384,
            (Key::Rsa(_), RSA_SHA512, _) | (Key::Rsa(_), RSA, Some(Hash::Sha512)) => Self::RsaPkcs1Sha512,
            _ => return Ok(None),
        };
        Ok(hash
            .is_none_or(|hash| hash == algorithm.hash())
            .then_some(algorithm))
    }
}

/// A signature and how it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// How.
    pub alg: Algorithm,
    /// ECDSA: the DER sequence of r and s. RSA: as long as the modulus.
    pub value: Vec<u8>,
}

/// A public key of a kind and strength that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The uncompressed point.
    P256(Vec<u8>),
    /// The uncompressed point.
    P384(Vec<u8>),
    /// The PKCS#1 DER of modulus and exponent; 3 072 to 8 192 bits.
    Rsa(Vec<u8>),
}

impl Key {
    /// The key of a `SubjectPublicKeyInfo`; `None` when it is of another kind or too weak.
    pub(super) fn read(info: &[u8]) -> Result<Option<Self>, Malformed> {
        let mut info = Walk::only(info, SEQUENCE)?;
        let mut algorithm = info.sequence()?;
        let bits = info.expect(asn1::BIT_STRING)?.content;
        info.finish()?;
        let oid = algorithm.oid()?;
        let [0, bytes @ ..] = bits else {
            return Err(Malformed);
        };
        if oid == EC {
            // A curve spelled out instead of named is none of ours.
            let curve = algorithm.oid().ok();
            return Ok(match (curve, bytes) {
                (Some(P256), [4, point @ ..]) if point.len() == 64 => Some(Self::P256(bytes.to_vec())),
                (Some(P384), [4, point @ ..]) if point.len() == 96 => Some(Self::P384(bytes.to_vec())),
                _ => None,
            });
        }
        if oid != RSA {
            return Ok(None);
        }
        let mut numbers = Walk::only(bytes, SEQUENCE)?;
        let modulus = numbers.unsigned()?;
        numbers.unsigned()?;
        numbers.finish()?;
        let unused = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        let bits = modulus.len() * 8 - unused;
        Ok((SHORTEST_RSA_BITS..=LONGEST_RSA_BITS)
            .contains(&bits)
            .then(|| Self::Rsa(bytes.to_vec())))
    }

    /// Does the signature over the message hold under this key?
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let check = |with: &'static dyn ring_signature::VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(with, key)
                .verify(message, signature)
                .is_ok()
        };
        match (self, algorithm) {
            (Self::P256(key), Algorithm::EcdsaP256Sha256) => {
                check(&ring_signature::ECDSA_P256_SHA256_ASN1, key)
            }
            (Self::P256(key), Algorithm::EcdsaP256Sha384) => {
                check(&ring_signature::ECDSA_P256_SHA384_ASN1, key)
            }
            (Self::P384(key), Algorithm::EcdsaP384Sha256) => {
                check(&ring_signature::ECDSA_P384_SHA256_ASN1, key)
            }
            (Self::P384(key), Algorithm::EcdsaP384Sha384) => {
                check(&ring_signature::ECDSA_P384_SHA384_ASN1, key)
            }
            (Self::Rsa(key), Algorithm::RsaPkcs1Sha256) => {
                check(&ring_signature::RSA_PKCS1_2048_8192_SHA256, key)
            }
            (Self::Rsa(key), Algorithm::RsaPkcs1Sha384) => {
                check(&ring_signature::RSA_PKCS1_2048_8192_SHA384, key)
            }
            (Self::Rsa(key), Algorithm::RsaPkcs1Sha512) => {
                check(&ring_signature::RSA_PKCS1_2048_8192_SHA512, key)
            }
            _ => false,
        }
    }
}

/// The name in an algorithm identifier whose parameters are absent or NULL; `None` when it has other ones.
fn plain_identifier(identifier: &[u8]) -> Result<Option<ObjectIdentifier>, Malformed> {
    let mut walk = Walk::only(identifier, SEQUENCE)?;
    let oid = walk.oid()?;
    if walk.is_empty() {
        return Ok(Some(oid));
    }
    let parameters = walk.element()?;
    walk.finish()?;
    Ok((parameters.tag == NULL && parameters.content.is_empty()).then_some(oid))
}
