//! Characters that no font has (CE-152).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::base::id::{CharacterPictureId, StaffId};

/// The recorded picture of a character that no font has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CharacterPicture {
    /// Its id.
    pub id: CharacterPictureId,
    /// The character.
    pub character: char,
    /// What it is made of, as an ideographic description sequence or in words.
    pub description: String,
    /// The picture, PNG.
    pub png: Vec<u8>,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
    /// Who recorded it.
    pub staff: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl CharacterPicture {
    /// `U+323AF`.
    pub fn code(&self) -> String {
        code(self.character)
    }
}

/// How a character is named where it can't be shown.
pub fn code(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
