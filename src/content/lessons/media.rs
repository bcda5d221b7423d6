//! What stands beside the texts of a lesson, served by its digest: drawings (SVG) and the text read aloud (MP3).

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use regex::Regex;
use sha2::{Digest, Sha256};

use super::Language;
use crate::content::Defects;

/// Largest drawing, bytes: a phone on a slow network waits for it.
const LARGEST_DRAWING: usize = 32 * 1024;
/// Largest recording, bytes: eight minutes at 64 kbit/s, with room.
const LARGEST_RECORDING: usize = 4 * 1024 * 1024;
/// What makes a drawing more than a drawing.
const FOREIGN: [&str; 9] = [
    "<script",
    "<foreignobject",
    "<!doctype",
    "<!entity",
    "<?xml-stylesheet",
    "<style",
    "href",
    "url(",
    "javascript:",
];

/// An attribute that runs something.
static LISTENS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\son[a-z]+\s*=").expect("a constant expression compiles"));

/// A drawing or a recording.
#[derive(Clone, Debug)]
pub struct Media {
    bytes: Arc<[u8]>,
    kind: &'static str,
}

impl Media {
    /// A file by what its name ends in; what is neither a drawing nor a recording is none.
    pub(super) fn read(file: &str, bytes: &[u8], defects: &mut Defects) -> Option<(String, Media)> {
        let (ending, kind) = match file.rsplit_once('.')?.1 {
            "svg" => ("svg", "image/svg+xml"),
            "mp3" => ("mp3", "audio/mpeg"),
            _ => return None,
        };
        match ending {
            "svg" => check_drawing(file, bytes, defects),
            _ => check_recording(file, bytes, defects),
        }
        let name = format!("{}.{ending}", hex::encode(Sha256::digest(bytes)));
        let bytes = bytes.into();
        Some((name, Media { bytes, kind }))
    }

    /// Its file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its media type.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

/// The recording of a text: `<language>-<version>.mp3`, so that she never hears another version than she reads.
pub(super) fn recording(own: &BTreeMap<String, String>, language: Language, version: &str) -> Option<String> {
    own.get(&format!("{}-{version}.mp3", language.word())).cloned()
}

fn check_recording(file: &str, bytes: &[u8], defects: &mut Defects) {
    defects.check(bytes.len() <= LARGEST_RECORDING, file, "", || {
        format!("{} bytes, {LARGEST_RECORDING} at most", bytes.len())
    });
    // A tag in front, or the first frame at once (ISO/IEC 11172-3).
    let begins = bytes.starts_with(b"ID3")
        || matches!(bytes, [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 == 0x02);
    defects.check(begins, file, "", || "is no MP3".to_owned());
}

fn check_drawing(file: &str, bytes: &[u8], defects: &mut Defects) {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    defects.check(bytes.len() <= LARGEST_DRAWING, file, "", || {
        format!("{} bytes, {LARGEST_DRAWING} at most", bytes.len())
    });
    defects.check(text.trim_start().starts_with("<svg"), file, "", || {
        "does not begin with <svg".to_owned()
    });
    for foreign in FOREIGN {
        defects.check(!text.contains(foreign), file, "", || {
            format!("{foreign} does not belong in a drawing")
        });
    }
    defects.check(!LISTENS.is_match(&text), file, "", || {
        "a drawing listens to nothing".to_owned()
    });
}
