//! Which characters a document can show, decided before anything is printed.
//!
//! A box or a question mark in a signed document is a defect that nobody can repair later (CE-152), so
//! every name and every free text is checked when it is entered and again before it is sealed.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use typst::foundations::Bytes;
use typst::text::Font;

/// A character that must not reach a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissingChar {
    /// The character itself.
    pub character: char,
    /// Its place in the text, counted in characters from 0.
    pub position: usize,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No font has it: an extended font or a picture of the character is needed.
    NoFont,
    /// A control character.
    Control,
    /// An invisible format character; some of them reverse the order of a name.
    Format,
    /// A private-use character: rare surnames come so from old systems, the real character must be entered.
    PrivateUse,
    /// U+FFFD: the text was already damaged where it came from.
    Replacement,
}

impl Why {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoFont => "no_font",
            Self::Control => "control",
            Self::Format => "format",
            Self::PrivateUse => "private_use",
            Self::Replacement => "replacement",
        }
    }
}

impl fmt::Display for MissingChar {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "U+{:04X} ({}) at {}",
            u32::from(self.character),
            self.why.code(),
            self.position
        )
    }
}

/// Reads fonts from their bytes; `None` if one of them is not a font.
pub(super) fn load(files: Vec<Cow<'static, [u8]>>) -> Option<Vec<Font>> {
    let mut fonts = Vec::new();
    for file in files {
        let before = fonts.len();
        fonts.extend(Font::iter(Bytes::new(file)));
        if fonts.len() == before {
            return None;
        }
    }
    Some(fonts)
}

/// Can all of the text be shown with these fonts?
///
/// Line ends are layout and pass.
///
/// # Errors
///
/// Every character that cannot, in the order of the text.
pub(super) fn check(fonts: &[Font], text: &str) -> Result<(), Vec<MissingChar>> {
    let missing: Vec<_> = text
        .chars()
        .enumerate()
        .filter_map(|(position, character)| {
            Some(MissingChar {
                character,
                position,
                why: refusal(fonts, character)?,
            })
        })
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}

fn refusal(fonts: &[Font], character: char) -> Option<Why> {
    match character {
        '\n' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => None,
        '\u{FFFD}' => Some(Why::Replacement),
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' => Some(Why::PrivateUse),
        _ if character.is_control() => Some(Why::Control),
        _ if is_format(character) => Some(Why::Format),
        _ if fonts
            .iter()
            .any(|font| font.info().coverage.contains(u32::from(character))) =>
        {
            None
        }
        _ => Some(Why::NoFont),
    }
}

fn is_format(character: char) -> bool {
    // U+2028 and U+2029 break lines unseen and belong to the same trick.
    static FORMAT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[\p{Cf}\p{Zl}\p{Zp}]").expect("a constant expression compiles"));
    FORMAT.is_match(character.encode_utf8(&mut [0; 4]))
}
