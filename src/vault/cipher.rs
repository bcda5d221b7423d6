//! The two ciphers of the vault: AES-256-GCM, and SM4-GCM (GB/T 32907, RFC 8998) where it is switched on.
//!
//! Both take a key of 32 bytes, a nonce of 12 and give a tag of 16. SM4 needs 16 bytes of key: they are derived.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sm4::Sm4;
use sm4::cipher::consts::U12;
use zeroize::Zeroizing;

use super::hmac;
use crate::base::error::{Error, Result};
use crate::config::Cipher;

pub(super) const NONCE: usize = 12;
pub(super) const TAG: usize = 16;
/// What a file's key is bound to: it seals one file and nothing else.
const FILE: &[u8] = b"file/v1";
/// What an SM4 key is derived for.
const SM4: &[u8] = b"sm4/v1";

type Sm4Gcm = aes_gcm::AesGcm<Sm4, U12>;

/// How a cipher is marked in front of what it sealed.
pub(super) fn version(cipher: Cipher) -> u8 {
    match cipher {
        Cipher::Aes256Gcm => 1,
        Cipher::Sm4Gcm => 2,
    }
}

/// The cipher of a mark.
pub(super) fn of_version(version: u8) -> Option<Cipher> {
    [Cipher::Aes256Gcm, Cipher::Sm4Gcm]
        .into_iter()
        .find(|cipher| self::version(*cipher) == version)
}

/// A fresh nonce, and the ciphertext with its tag.
pub(super) fn encrypt(
    cipher: Cipher,
    key: &[u8; 32],
    associated: &[u8],
    plain: &[u8],
) -> Option<([u8; NONCE], Vec<u8>)> {
    let nonce: [u8; NONCE] = rand::random();
    let sealed = match cipher {
        Cipher::Aes256Gcm => {
            let mut bytes = Vec::with_capacity(plain.len() + TAG);
            bytes.extend_from_slice(plain);
            let nonce = Nonce::assume_unique_for_key(nonce);
            aes(key)?
                .seal_in_place_append_tag(nonce, Aad::from(associated), &mut bytes)
                .ok()?;
            bytes
        }
        Cipher::Sm4Gcm => sm4_encrypt(&sm4_key(key), &nonce, associated, plain)?,
    };
    Some((nonce, sealed))
}

pub(super) fn decrypt(
    cipher: Cipher,
    key: &[u8; 32],
    nonce: &[u8],
    associated: &[u8],
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    match cipher {
        Cipher::Aes256Gcm => {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut bytes = Zeroizing::new(sealed.to_vec());
            let length = aes(key)?
                .open_in_place(nonce, Aad::from(associated), &mut bytes)
                .ok()?
                .len();
            bytes.truncate(length);
            Some(bytes)
        }
        Cipher::Sm4Gcm => sm4_decrypt(&sm4_key(key), nonce.try_into().ok()?, associated, sealed),
    }
}

/// Seals under a key that the caller has, for one purpose; the nonce comes first.
pub fn seal_under(key: &[u8; 32], purpose: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    wrap(Cipher::Aes256Gcm, key, purpose, plain)
}

/// Opens what was sealed under a key for a purpose; none when it was changed, or sealed for another one.
pub fn open_under(key: &[u8; 32], purpose: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    unwrap(Cipher::Aes256Gcm, key, purpose, sealed)
}

pub(super) fn wrap(cipher: Cipher, key: &[u8; 32], purpose: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = encrypt(cipher, key, purpose, plain)?;
    Some([nonce.as_slice(), &sealed].concat())
}

pub(super) fn unwrap(
    cipher: Cipher,
    key: &[u8; 32],
    purpose: &[u8],
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, body) = sealed.split_at_checked(NONCE)?;
    decrypt(cipher, key, nonce, purpose, body)
}

/// Seals a file under a key of its own; the key belongs into a sealed column.
pub fn seal_file(cipher: Cipher, plain: Vec<u8>) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>)> {
    let key: Zeroizing<[u8; 32]> = Zeroizing::new(rand::random());
    let plain = Zeroizing::new(plain);
    let (nonce, sealed) =
        encrypt(cipher, &key, FILE, &plain).ok_or_else(|| Error::broken("a file could not be sealed"))?;
    let bytes = [&[version(cipher)], nonce.as_slice(), &sealed].concat();
    Ok((Zeroizing::new(key.to_vec()), bytes))
}

/// Opens a sealed file.
///
/// Errors: `Broken` when it was changed or the key is another one's.
pub fn open_file(key: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let damaged = || Error::broken("a sealed file is damaged");
    let key: Zeroizing<[u8; 32]> = Zeroizing::new(key.try_into().map_err(|_| damaged())?);
    let (version, rest) = sealed.split_first().ok_or_else(damaged)?;
    let (nonce, body) = rest.split_at_checked(NONCE).ok_or_else(damaged)?;
    let cipher = of_version(*version).ok_or_else(damaged)?;
    decrypt(cipher, &key, nonce, FILE, body).ok_or_else(damaged)
}

fn aes(key: &[u8; 32]) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?))
}

fn sm4_key(key: &[u8; 32]) -> Zeroizing<[u8; 16]> {
    let derived = Zeroizing::new(hmac(key, SM4));
    let mut half = Zeroizing::new([0; 16]);
    for (to, from) in half.iter_mut().zip(derived.iter()) {
        *to = *from;
    }
    half
}

fn sm4_encrypt(key: &[u8; 16], nonce: &[u8; NONCE], aad: &[u8], msg: &[u8]) -> Option<Vec<u8>> {
    let gcm = Sm4Gcm::new(&(*key).into());
    gcm.encrypt(&(*nonce).into(), Payload { msg, aad }).ok()
}

fn sm4_decrypt(key: &[u8; 16], nonce: &[u8; NONCE], aad: &[u8], msg: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let gcm = Sm4Gcm::new(&(*key).into());
    gcm.decrypt(&(*nonce).into(), Payload { msg, aad })
        .ok()
        .map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8998, appendix A.1.
    #[test]
    fn sm4_gcm_gives_what_the_rfc_prints() {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let key = bytes("0123456789abcdeffedcba9876543210").try_into().unwrap();
        let nonce = bytes("00001234567800000000abcd").try_into().unwrap();
        let aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plain = bytes(concat!(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd",
            "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
        ));
        let sealed = bytes(concat!(
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735",
            "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
            "83de3541e4c2b58177e065a9bf7b62ec"
        ));
        assert_eq!(sm4_encrypt(&key, &nonce, &aad, &plain).unwrap(), sealed);
        assert_eq!(*sm4_decrypt(&key, &nonce, &aad, &sealed).unwrap(), plain);
        let mut changed = sealed;
        changed[3] ^= 1;
        assert!(sm4_decrypt(&key, &nonce, &aad, &changed).is_none());
    }

    #[test]
    fn each_cipher_opens_its_own_and_no_other() {
        let key = [7; 32];
        for (own, other) in [
            (Cipher::Aes256Gcm, Cipher::Sm4Gcm),
            (Cipher::Sm4Gcm, Cipher::Aes256Gcm),
        ] {
            let (nonce, sealed) = encrypt(own, &key, b"for this", b"words").unwrap();
            let open = |cipher, purpose| decrypt(cipher, &key, &nonce, purpose, &sealed);
            assert_eq!(*open(own, b"for this").unwrap(), b"words");
            assert!(open(own, b"for that").is_none() && open(other, b"for this").is_none());
            assert_eq!(of_version(version(own)), Some(own));
        }
    }

    #[test]
    fn files_of_both_ciphers_are_opened() {
        for cipher in [Cipher::Aes256Gcm, Cipher::Sm4Gcm] {
            let (key, file) = seal_file(cipher, b"a lab sheet".to_vec()).unwrap();
            assert_eq!(*open_file(&key, &file).unwrap(), b"a lab sheet");
        }
    }
}
