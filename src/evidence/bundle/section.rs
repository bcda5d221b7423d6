//! A section of the evidence as a file: salt and body, or its digest alone.
//!
//! The file is JCS with the members `body`, `name`, `salt`. As `salt` comes last, what is hashed after it is the file
//! without that member, so that `sed` and `sha256sum` suffice to repeat it.

use serde_json::{Value, json};

use super::Refused;
use crate::base::canonical::{canonical, parse, section_digest};

/// The largest section, in bytes; the one of a long reading has some hundred thousand.
const MAX_BYTES: usize = 2 << 20;

/// One section.
#[derive(Debug, Clone, PartialEq)]
pub enum Section {
    /// With its body.
    Open {
        /// 16 random bytes.
        salt: [u8; 16],
        /// The body, within CE-141.
        body: Value,
    },
    /// Its body is withheld.
    Withheld {
        /// The digest of the section.
        sha256: [u8; 32],
    },
}

impl Section {
    /// Reads the file of the section with this name.
    ///
    /// # Errors
    ///
    /// [`Refused::Content`] for anything but the one form, [`Refused::TooLarge`].
    pub fn read(name: &str, bytes: &[u8]) -> Result<Section, Refused> {
        if bytes.len() > MAX_BYTES {
            return Err(Refused::TooLarge);
        }
        let value = parse(bytes).map_err(|_| Refused::Content)?;
        let text = |member: &str| value.get(member).and_then(Value::as_str);
        let section = match (value.get("body"), text("salt"), text("sha256")) {
            (Some(body), Some(salt), None) => Section::Open {
                salt: fixed(salt)?,
                body: body.clone(),
            },
            (None, None, Some(sha256)) => Section::Withheld {
                sha256: fixed(sha256)?,
            },
            _ => return Err(Refused::Content),
        };
        // Whatever else stands in the file is not written again.
        if section.write(name)? != bytes {
            return Err(Refused::Content);
        }
        Ok(section)
    }

    /// Its file.
    ///
    /// # Errors
    ///
    /// [`Refused::Content`] when the body breaks CE-141.
    pub fn write(&self, name: &str) -> Result<Vec<u8>, Refused> {
        let value = match self {
            Section::Open { salt, body } => json!({ "body": body, "name": name, "salt": hex::encode(salt) }),
            Section::Withheld { sha256 } => json!({ "name": name, "sha256": hex::encode(sha256) }),
        };
        canonical(&value).map_err(|_| Refused::Content)
    }

    /// Its digest (CE-142).
    ///
    /// # Errors
    ///
    /// [`Refused::Content`] when the body breaks CE-141.
    pub fn digest(&self, name: &str) -> Result<[u8; 32], Refused> {
        match self {
            Section::Open { salt, body } => section_digest(name, salt, body).map_err(|_| Refused::Content),
            Section::Withheld { sha256 } => Ok(*sha256),
        }
    }

    /// The body, where it is not withheld.
    pub fn body(&self) -> Option<&Value> {
        match self {
            Section::Open { body, .. } => Some(body),
            Section::Withheld { .. } => None,
        }
    }

    /// The same without its body.
    ///
    /// # Errors
    ///
    /// [`Refused::Content`] when the body breaks CE-141.
    pub fn withheld(&self, name: &str) -> Result<Section, Refused> {
        Ok(Section::Withheld {
            sha256: self.digest(name)?,
        })
    }
}

/// Lower-case hexadecimal of a fixed length.
pub(super) fn fixed<const N: usize>(text: &str) -> Result<[u8; N], Refused> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| Refused::Content)?;
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Refused::Content);
    }
    Ok(bytes)
}
