//! The key of the log: Ed25519, and never the one of the seal (CE-183).
//!
//! Its public half is written as a verifier key of C2SP signed notes, `name+id+base64(1 ‖ key)`, which everybody who
//! checks a checkpoint pins. Bytes in, bytes out; where the key is kept is said by the settings.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The type of an Ed25519 signature in a signed note.
const ED25519_TYPE: u8 = 1;
const LABEL: &str = "PRIVATE KEY";

/// Why a key can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Empty, or with a space or a plus sign.
    #[error("the name of a log key is empty or has a space or a plus sign")]
    Name,
    /// Not an Ed25519 key in PKCS#8.
    #[error("not an Ed25519 key in PKCS#8")]
    Private,
    /// Not `name+id+base64`, or the id is not the one of name and key.
    #[error("not a verifier key")]
    Public,
}

/// A log key that signs.
pub struct LogKey {
    name: String,
    pair: Ed25519KeyPair,
}

/// The public half of a log key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPublic {
    /// Its name, as in signature lines.
    pub name: String,
    /// 32 bytes after RFC 8032.
    pub key: [u8; 32],
}

impl LogKey {
    /// Reads PKCS#8, with or without the public half.
    pub fn from_pkcs8(name: &str, der: &[u8]) -> Result<LogKey, KeyFault> {
        if !may_name(name) {
            return Err(KeyFault::Name);
        }
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| KeyFault::Private)?;
        Ok(LogKey {
            name: name.to_owned(),
            pair,
        })
    }

    /// Reads PKCS#8 in PEM, as `openssl genpkey -algorithm ed25519` writes it.
    pub fn from_pem(name: &str, pem: &str) -> Result<LogKey, KeyFault> {
        let body: Option<String> = pem
            .trim()
            .strip_prefix(&format!("-----BEGIN {LABEL}-----"))
            .and_then(|rest| rest.strip_suffix(&format!("-----END {LABEL}-----")))
            .map(|body| body.split_whitespace().collect());
        let body = Zeroizing::new(body.ok_or(KeyFault::Private)?);
        let der = STANDARD.decode(body.as_bytes()).map_err(|_| KeyFault::Private)?;
        LogKey::from_pkcs8(name, &Zeroizing::new(der))
    }

    /// A fresh key as PKCS#8 in PEM.
    pub fn make() -> Result<Zeroizing<String>, KeyFault> {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyFault::Private)?;
        let body = Zeroizing::new(STANDARD.encode(der.as_ref()));
        Ok(Zeroizing::new(format!(
            "-----BEGIN {LABEL}-----\n{}\n-----END {LABEL}-----\n",
            body.as_str()
        )))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its public half.
    pub fn public(&self) -> LogPublic {
        let mut key = [0; 32];
        for (to, from) in key.iter_mut().zip(self.pair.public_key().as_ref()) {
            *to = *from;
        }
        LogPublic {
            name: self.name.clone(),
            key,
        }
    }

    /// Signs bytes.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }
}

impl std::fmt::Debug for LogKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.public())
    }
}

impl LogPublic {
    /// The first four bytes of `SHA-256(name ‖ 0x0a ‖ 1 ‖ key)`.
    pub fn key_id(&self) -> [u8; 4] {
        let digest = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', ED25519_TYPE])
            .chain_update(self.key)
            .finalize();
        let mut id = [0; 4];
        for (to, from) in id.iter_mut().zip(digest) {
            *to = from;
        }
        id
    }

    /// Whether `signature` is this key's over `bytes`.
    #[must_use]
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.key)
            .verify(bytes, signature)
            .is_ok()
    }
}

impl std::fmt::Display for LogPublic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = STANDARD.encode([&[ED25519_TYPE], self.key.as_slice()].concat());
        write!(f, "{}+{}+{key}", self.name, hex::encode(self.key_id()))
    }
}

impl std::str::FromStr for LogPublic {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<LogPublic, KeyFault> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyFault::Public);
        };
        let bytes = STANDARD.decode(key).map_err(|_| KeyFault::Public)?;
        let key = match bytes.split_first() {
            Some((&ED25519_TYPE, key)) => key.try_into().map_err(|_| KeyFault::Public)?,
            _ => return Err(KeyFault::Public),
        };
        let public = LogPublic {
            name: name.to_owned(),
            key,
        };
        if !may_name(name) || hex::encode(public.key_id()) != id {
            return Err(KeyFault::Public);
        }
        Ok(public)
    }
}

/// Whether a text may name a key in a signed note.
pub(super) fn may_name(text: &str) -> bool {
    !text.is_empty()
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_keys_of_others_have_the_ids_they_say() {
        for text in [
            "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ] {
            let key: LogPublic = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
        }
    }

    #[test]
    fn a_verifier_key_that_is_not_whole_is_refused() {
        for text in [
            "",
            "a",
            "a+b",
            "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq",
            "+00000000+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ] {
            assert_eq!(text.parse::<LogPublic>(), Err(KeyFault::Public), "{text}");
        }
    }

    #[test]
    fn a_key_comes_back_from_its_file_and_prints_only_its_public_half() {
        let pem = LogKey::make().unwrap();
        let key = LogKey::from_pem("example.org/log", &pem).unwrap();
        let again = LogKey::from_pem("example.org/log", &pem).unwrap();
        assert_eq!(key.public(), again.public());
        let signature = key.sign(b"what");
        assert!(again.public().verifies(b"what", &signature));
        assert!(!again.public().verifies(b"else", &signature));
        assert!(!again.public().verifies(b"what", &[]));
        assert_eq!(format!("{key:?}"), key.public().to_string());
        for name in ["", "a b", "a+b", "a\n"] {
            assert_eq!(LogKey::from_pem(name, &pem).unwrap_err(), KeyFault::Name);
        }
        assert_eq!(LogKey::from_pem("a", "").unwrap_err(), KeyFault::Private);
    }

    #[test]
    fn a_key_that_openssl_made_is_read() {
        // The example of RFC 8410 §10.3.
        let pem = "-----BEGIN PRIVATE KEY-----\n\
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
            -----END PRIVATE KEY-----\n";
        let key = LogKey::from_pem("a", pem).unwrap();
        assert_eq!(
            hex::encode(key.public().key),
            "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"
        );
    }
}
