//! Tokens, codes and passwords: made from the system's randomness, kept as digests.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::base::error::{Error, Result};
use crate::ctx::Crew;

/// Compared with when the name is unknown, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

/// A fresh opaque token, 256 bits.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// A fresh code of 22 characters, 128 bits: fits a WeChat scene.
pub fn scene() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}

/// A fresh secret to be shared with an authenticator app.
pub fn shared() -> [u8; 20] {
    rand::random()
}

/// A fresh code of six digits.
pub fn digits() -> String {
    format!("{:06}", rand::random_range(0..1_000_000))
}

/// What is kept of a token or code.
pub fn digest(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// A one-time password that is read aloud easily: four groups without look-alikes.
pub fn one_time_password() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let group = || -> String {
        (0..4)
            .filter_map(|_| {
                LETTERS
                    .get(rand::random_range(0..LETTERS.len()))
                    .map(|b| char::from(*b))
            })
            .collect()
    };
    [group(), group(), group(), group()].join("-")
}

/// Hashes a password with argon2id.
///
/// Errors: `http.overloaded` when too many wait.
pub async fn hash(crew: &Crew, password: String) -> Result<String> {
    crew.run(move || hash_now(&password)).await?
}

/// Whether a password is the one of a hash; without a hash it takes as long and is not.
///
/// Errors: `http.overloaded` when too many wait.
pub async fn verify(crew: &Crew, password: String, hash: Option<String>) -> Result<bool> {
    crew.run(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let parsed =
            PasswordHash::new(&hash).map_err(|_| Error::broken("a stored password hash is damaged"))?;
        Ok(argon2().verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await?
}

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("constant parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> Result<String> {
    let hashed = argon2()
        .hash_password(password.as_bytes())
        .map_err(|_| Error::broken("a password could not be hashed"))?;
    Ok(hashed.to_string())
}
