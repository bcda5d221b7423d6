//! Signed notes after C2SP: a text, an empty line, and a line for each signature over the text.
//!
//! Strict and bounded: whatever is not exactly the form is refused before anything is verified.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::key::{LogKey, LogPublic, may_name};

/// A checkpoint is shorter than a kilobyte; witnesses add a line each.
const LONGEST: usize = 64 * 1024;
const MOST_SIGNATURES: usize = 64;
const MARK: &str = "— ";

/// Why a note is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// Not the form.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// Nobody signed it whom we know.
    #[error("not signed by a known key")]
    UnknownKey,
    /// A known key's signature does not hold.
    #[error("the signature does not hold")]
    Signature,
}

/// Signs a text that ends with a newline.
pub fn sign(text: &str, key: &LogKey) -> String {
    let signature = [key.public().key_id().as_slice(), &key.sign(text.as_bytes())].concat();
    format!("{text}\n{MARK}{} {}\n", key.name(), STANDARD.encode(signature))
}

/// The text of a note, believed by nobody yet.
pub fn text(note: &str) -> Result<&str, NoteFault> {
    Ok(split(note)?.0)
}

/// The text of a note that one of these keys signed. Lines of unknown keys are passed over, a wrong one of a known key
/// condemns the note.
pub fn open<'a>(note: &'a str, keys: &[LogPublic]) -> Result<&'a str, NoteFault> {
    let (text, lines) = split(note)?;
    let mut signed = false;
    for (count, line) in lines.lines().enumerate() {
        if count >= MOST_SIGNATURES {
            return Err(NoteFault::Malformed("too many signatures"));
        }
        let (name, id, signature) = signature(line)?;
        let known = |key: &&LogPublic| key.name == name && key.key_id() == id;
        if let Some(key) = keys.iter().find(known) {
            if !key.verifies(text.as_bytes(), &signature) {
                return Err(NoteFault::Signature);
            }
            signed = true;
        }
    }
    if signed {
        Ok(text)
    } else {
        Err(NoteFault::UnknownKey)
    }
}

/// The text with its last newline, and the lines of signatures.
fn split(note: &str) -> Result<(&str, &str), NoteFault> {
    if note.len() > LONGEST {
        return Err(NoteFault::Malformed("too long"));
    }
    if note.chars().any(|c| c < ' ' && c != '\n') {
        return Err(NoteFault::Malformed("a control character"));
    }
    let (text, lines) = note
        .rsplit_once("\n\n")
        .ok_or(NoteFault::Malformed("no signature"))?;
    if lines.is_empty() || !lines.ends_with('\n') {
        return Err(NoteFault::Malformed("the last line does not end"));
    }
    let whole = note.get(..=text.len()).ok_or(NoteFault::Malformed("no text"))?;
    Ok((whole, lines))
}

fn signature(line: &str) -> Result<(&str, [u8; 4], Vec<u8>), NoteFault> {
    let malformed = NoteFault::Malformed("a signature line");
    let (name, value) = line
        .strip_prefix(MARK)
        .and_then(|rest| rest.split_once(' '))
        .ok_or(malformed)?;
    let bytes = STANDARD.decode(value).map_err(|_| malformed)?;
    let (id, signature) = bytes.split_first_chunk::<4>().ok_or(malformed)?;
    if !may_name(name) || signature.is_empty() {
        return Err(malformed);
    }
    Ok((name, *id, signature.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n";
    const LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn neumann() -> LogPublic {
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
            .parse()
            .unwrap()
    }

    #[test]
    fn the_note_of_another_implementation_is_believed() {
        let note = format!("{TEXT}\n{LINE}");
        assert_eq!(open(&note, &[neumann()]), Ok(TEXT));
        assert_eq!(open(&note, &[]), Err(NoteFault::UnknownKey));
        let changed = note.replace("cryptography", "Cryptography");
        assert_eq!(open(&changed, &[neumann()]), Err(NoteFault::Signature));
    }

    #[test]
    fn a_stranger_beside_a_known_key_is_passed_over() {
        let stranger = LogKey::from_pem("stranger", &LogKey::make().unwrap()).unwrap();
        let line = sign(TEXT, &stranger).replace(&format!("{TEXT}\n"), "");
        let note = format!("{TEXT}\n{line}{LINE}");
        assert_eq!(open(&note, &[neumann()]), Ok(TEXT));
        assert_eq!(
            open(&format!("{TEXT}\n{line}"), &[neumann()]),
            Err(NoteFault::UnknownKey)
        );
    }

    #[test]
    fn the_last_empty_line_ends_the_text() {
        let key = LogKey::from_pem("k", &LogKey::make().unwrap()).unwrap();
        let note = sign("one\n\ntwo\n", &key);
        assert_eq!(open(&note, &[key.public()]), Ok("one\n\ntwo\n"));
    }

    #[test]
    fn what_is_not_the_form_is_refused() {
        let long = "x".repeat(LONGEST) + "\n\n" + LINE;
        let many = format!("{TEXT}\n{}", LINE.repeat(MOST_SIGNATURES + 1));
        for note in [
            "",
            "\n\n",
            "text\n\n",
            TEXT,
            &format!("{TEXT}\n{}", LINE.trim_end()),
            &format!("{TEXT}\n{}", LINE.replace("— ", "- ")),
            &format!("{TEXT}\n{}", LINE.replace("PeterNeumann", "Peter+Neumann")),
            &format!("{TEXT}\n{}", LINE.replace("x08g", "x08")),
            &format!("{TEXT}\n— PeterNeumann x08gow==\n"),
            &format!("{TEXT}\r\n{LINE}"),
            &long,
            &many,
        ] {
            let refused = open(note, &[neumann()]);
            assert!(
                matches!(refused, Err(NoteFault::Malformed(_))),
                "{note}: {refused:?}"
            );
        }
    }
}
