//! How WeChat signs and encrypts. Written apart from `wechat::crypto`, which reads it: code shared by both sides would
//! agree with itself in a mistake. Each is held to the published vectors on its own.

use aes::{Aes128, Aes256};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use cbc::cipher::{
    BlockModeEncrypt, KeyIvInit,
    block_padding::{NoPadding, Pkcs7},
};
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::Sha256;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// The signature of a push over some words.
pub(super) fn signature(words: &[&str]) -> String {
    let mut sorted = words.to_vec();
    sorted.sort_unstable();
    hex::encode(Sha1::digest(sorted.concat()))
}

/// A pushed message, encrypted for an app; none when the key is not 43 characters of base64.
pub(super) fn pushed(key: &str, random: [u8; 16], message: &str, app_id: &str) -> Option<String> {
    let key = LENIENT.decode(format!("{key}=")).ok()?;
    let mut plain = random.to_vec();
    plain.extend(u32::try_from(message.len()).ok()?.to_be_bytes());
    plain.extend(message.as_bytes());
    plain.extend(app_id.as_bytes());
    let pad = 32 - plain.len() % 32;
    plain.extend(std::iter::repeat_n(u8::try_from(pad).ok()?, pad));
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(&key, key.get(..16)?).ok()?;
    let length = plain.len();
    let sealed = cipher.encrypt_padded::<NoPadding>(&mut plain, length).ok()?;
    Some(BASE64_STANDARD.encode(sealed))
}

/// Data of the mini-program, encrypted with a session key.
pub(super) fn user_data(session_key: &str, iv: [u8; 16], plain: &str) -> Option<String> {
    let key = BASE64_STANDARD.decode(session_key).ok()?;
    let mut bytes = vec![0; plain.len() + 16];
    bytes.get_mut(..plain.len())?.copy_from_slice(plain.as_bytes());
    let cipher = cbc::Encryptor::<Aes128>::new_from_slices(&key, &iv).ok()?;
    let sealed = cipher.encrypt_padded::<Pkcs7>(&mut bytes, plain.len()).ok()?;
    Some(BASE64_STANDARD.encode(sealed))
}

/// What proves that somebody holds a session key.
pub(super) fn session_signature(session_key: &str) -> Option<String> {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(session_key.as_bytes()).ok()?;
    Some(hex::encode(mac.finalize().into_bytes()))
}

/// The name of encrypted data.
pub(super) fn blob_hash(encrypted: &str) -> String {
    hex::encode(Sha256::digest(encrypted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_is_what_wechat_would_push() {
        let random = *b"707722b803182950";
        let message = r#"{"demo_resp":"good luck"}"#;
        let sealed = pushed(&"A".repeat(43), random, message, "wxba5fad812f8e6fb9").unwrap();
        assert_eq!(
            sealed,
            "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
        );
        let signed = signature(&["AAAAA", "1713424427", "415670741", &sealed]);
        assert_eq!(signed, "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1");
    }

    #[test]
    fn user_data_is_encrypted_as_wechat_does() {
        let plain = r#"{"openId":"oTEST","nickName":"测试","watermark":{"timestamp":1767225600,"appid":"wx0123456789abcdef"}}"#;
        let key = "MDEyMzQ1Njc4OWFiY2RlZg==";
        assert_eq!(
            user_data(key, *b"fedcba9876543210", plain).unwrap(),
            "/AcSbUzNsqz9fSLEJFnRVwlELLCT7QZSoOmpTsC+WIu8vEOJAWWbfTr1akUZL27QRjRSlyrS2thbxkWG7Qcwnq/XDNg+QKRISF2LcHeGBou1naFoY9YGEXBF/cOZFJt5tZjbqSwTd5Y5dKjufeT4nQ=="
        );
        assert_eq!(
            session_signature(key).unwrap(),
            "65c26191fb220dd48254bddaae22d91dbbfeabf55089d8b176eb6e7cd3109414"
        );
    }
}
