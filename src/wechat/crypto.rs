//! What WeChat signs and encrypts: data of the mini-program, sessions, pushed messages.
//!
//! Whatever comes in may be hostile: nothing here panics, failures of one kind look alike, and signatures are compared in
//! constant time. Not here: what a pushed message says (`events.rs`), and encrypting, which only WeChat does; the simulator
//! has code of its own for it, so that one mistake can't stand on both sides.

use aes::{Aes128, Aes256};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use cbc::cipher::{
    BlockModeDecrypt, KeyIvInit,
    block_padding::{NoPadding, Pkcs7},
};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Error, Secret};

/// How far the time in her data may lie from ours.
const WINDOW: TimeDelta = TimeDelta::minutes(5);

/// What a pushed message is padded to: a multiple of 32, whatever AES's own blocks are.
const PUSH_BLOCK: usize = 32;

/// Before the message stand random bytes and its length.
const PUSH_RANDOM: usize = 16;
const PUSH_LENGTH: usize = 4;

// 43 characters hold two bits more than the key has; WeChat draws the last character without care for them.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Whether plain data of hers (`rawData`) bears the signature that WeChat gave the mini-program with it.
pub fn is_signed(raw: &str, session_key: &Secret, signature: &str) -> bool {
    let mut hash = Sha1::new();
    hash.update(raw.as_bytes());
    hash.update(session_key.expose().as_bytes());
    same(&hex::encode(hash.finalize()), signature)
}

/// Opens encrypted data of hers (`encryptedData`), which must be of this app and of this moment.
///
/// # Errors
/// `SessionStale`, whatever is wrong with it: it usually means that the session key has changed.
pub fn open_user_data(
    session_key: &Secret,
    iv: &str,
    encrypted: &str,
    app_id: &str,
    now: DateTime<Utc>,
) -> Result<Value, Error> {
    user_data(session_key, iv, encrypted, app_id, now).ok_or_else(Error::stale)
}

fn user_data(
    session_key: &Secret,
    iv: &str,
    encrypted: &str,
    app_id: &str,
    now: DateTime<Utc>,
) -> Option<Value> {
    let key = Zeroizing::new(BASE64_STANDARD.decode(session_key.expose()).ok()?);
    let iv = BASE64_STANDARD.decode(iv).ok()?;
    let mut bytes = Zeroizing::new(BASE64_STANDARD.decode(encrypted).ok()?);
    let cipher = cbc::Decryptor::<Aes128>::new_from_slices(&key, &iv).ok()?;
    let plain = cipher.decrypt_padded::<Pkcs7>(&mut bytes).ok()?;
    let data: Value = serde_json::from_slice(plain).ok()?;
    let watermark = data.get("watermark")?;
    let ours = watermark.get("appid")?.as_str()? == app_id;
    let at = DateTime::from_timestamp(watermark.get("timestamp")?.as_i64()?, 0)?;
    (ours && (now - at).abs() <= WINDOW).then_some(data)
}

/// The name under which WeChat knows encrypted data that it made.
pub(super) fn blob_hash(encrypted: &str) -> String {
    hex::encode(Sha256::digest(encrypted.as_bytes()))
}

/// The proof that we hold her session key: keyed with its text, not with the bytes that it stands for.
pub(super) fn session_signature(session_key: &Secret, message: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(session_key.expose().as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(message.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Whether a push bears the signature of these parts, in whatever order they are given.
pub(super) fn is_push_signed<const N: usize>(mut parts: [&str; N], signature: &str) -> bool {
    parts.sort_unstable();
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part.as_bytes());
    }
    same(&hex::encode(hash.finalize()), signature)
}

/// The key of pushed messages.
pub(super) struct PushKey(Zeroizing<[u8; 32]>);

impl PushKey {
    /// Reads the 43 characters of WeChat's console (`EncodingAESKey`).
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(LENIENT.decode(format!("{text}=")).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// Opens a pushed message for this app; none when it is not WeChat's for us.
    pub fn open(&self, encrypted: &str, app_id: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(BASE64_STANDARD.decode(encrypted).ok()?);
        let iv = self.0.get(..16)?;
        let cipher = cbc::Decryptor::<Aes256>::new_from_slices(self.0.as_slice(), iv).ok()?;
        // WeChat's padding reaches to 32, which AES's own unpadding refuses.
        let plain = unpadded(cipher.decrypt_padded::<NoPadding>(&mut bytes).ok()?)?;
        let rest = plain.get(PUSH_RANDOM..)?;
        let (length, rest) = rest.split_first_chunk::<PUSH_LENGTH>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (message, whose) = rest.split_at_checked(length)?;
        (whose == app_id.as_bytes()).then(|| Zeroizing::new(message.to_vec()))
    }
}

fn unpadded(plain: &[u8]) -> Option<&[u8]> {
    let pad = *plain.last()?;
    let count = usize::from(pad);
    if !(1..=PUSH_BLOCK).contains(&count) {
        return None;
    }
    let (kept, padding) = plain.split_at_checked(plain.len().checked_sub(count)?)?;
    padding.iter().all(|byte| *byte == pad).then_some(kept)
}

fn same(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
#[path = "tests/crypto.rs"]
pub(super) mod tests;
