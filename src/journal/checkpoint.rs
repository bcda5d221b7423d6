//! Checkpoints: how far the log of an institution is and the root over all its entries, signed (CE-183).
//!
//! The text is C2SP's tlog-checkpoint with one extension line for the time. One key signs for all institutions of an
//! installation, so an origin is the key's name with the institution's id. Pure: bytes in, bytes out, time is an
//! argument.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use super::key::{LogKey, LogPublic, may_name};
use super::note::{self, NoteFault};
use crate::base::merkle::Hash;

/// The state of a log at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: key name and institution.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// When it was signed, to the millisecond.
    pub at: DateTime<Utc>,
}

/// The origin of an institution's log under a key.
pub fn origin(key_name: &str, facility: Uuid) -> String {
    format!("{key_name}/{facility}")
}

impl Checkpoint {
    /// What is signed.
    pub fn text(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        format!(
            "{}\n{}\n{}\ntime {at}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root)
        )
    }

    /// The signed note.
    pub fn sign(&self, key: &LogKey) -> String {
        note::sign(&self.text(), key)
    }

    /// Reads a note without believing it.
    pub fn parse(note: &str) -> Result<Checkpoint, NoteFault> {
        read(note::text(note)?)
    }

    /// Reads a note that one of these keys signed, under an origin that is the key's.
    pub fn verify(note: &str, keys: &[LogPublic]) -> Result<Checkpoint, NoteFault> {
        let checkpoint = read(note::open(note, keys)?)?;
        let own = |key: &LogPublic| {
            checkpoint
                .origin
                .strip_prefix(&key.name)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        // A key speaks for the logs under its own name only, and only its own line counts.
        let keys: Vec<LogPublic> = keys.iter().filter(|key| own(key)).cloned().collect();
        note::open(note, &keys)?;
        Ok(checkpoint)
    }
}

fn read(text: &str) -> Result<Checkpoint, NoteFault> {
    let malformed = NoteFault::Malformed("not a checkpoint");
    let lines: Vec<&str> = text.strip_suffix('\n').ok_or(malformed)?.split('\n').collect();
    let [origin, size, root, time] = lines.as_slice() else {
        return Err(malformed);
    };
    let at = time
        .strip_prefix("time ")
        .and_then(|at| DateTime::parse_from_rfc3339(at).ok())
        .ok_or(malformed)?
        .to_utc();
    let checkpoint = Checkpoint {
        origin: (*origin).to_owned(),
        size: size.parse().map_err(|_| malformed)?,
        root: STANDARD
            .decode(root)
            .ok()
            .and_then(|root| root.try_into().ok())
            .ok_or(malformed)?,
        at,
    };
    // One state has one text: no other spelling of a number or a time passes.
    if !may_name(origin) || checkpoint.text() != text {
        return Err(malformed);
    }
    Ok(checkpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> LogKey {
        LogKey::from_pem("example.org/log", &LogKey::make().unwrap()).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: origin("example.org/log", Uuid::nil()),
            size: 20_852_163,
            root: [7; 32],
            at: "2026-03-02T01:00:00.250Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_checkpoint_is_four_lines_and_a_signature() {
        let key = key();
        let note = checkpoint().sign(&key);
        let (text, line) = note.rsplit_once("\n\n").unwrap();
        assert_eq!(
            text,
            "example.org/log/00000000-0000-0000-0000-000000000000\n20852163\n\
             BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\ntime 2026-03-02T01:00:00.250Z"
        );
        assert!(line.starts_with("— example.org/log "));
        assert_eq!(Checkpoint::parse(&note), Ok(checkpoint()));
        assert_eq!(Checkpoint::verify(&note, &[key.public()]), Ok(checkpoint()));
    }

    #[test]
    fn the_checkpoint_of_another_key_or_with_a_changed_line_is_not_believed() {
        let (key, other) = (key(), key());
        let note = checkpoint().sign(&key);
        assert_eq!(
            Checkpoint::verify(&note, &[other.public()]),
            Err(NoteFault::UnknownKey)
        );
        for (from, to) in [
            ("20852163", "20852162"),
            ("BwcH", "CwcH"),
            ("00.250Z", "00.251Z"),
            ("-0000", "-0001"),
        ] {
            let changed = note.replacen(from, to, 1);
            assert_ne!(changed, note);
            assert_eq!(
                Checkpoint::verify(&changed, &[key.public()]),
                Err(NoteFault::Signature),
                "{from}"
            );
        }
    }

    #[test]
    fn no_checkpoint_with_another_character_anywhere_is_believed() {
        let key = key();
        let note = checkpoint().sign(&key);
        for (place, character) in note.char_indices() {
            for other in ['0', 'A', '=', '\n', ' ', '\u{0}', '—'] {
                if other == character {
                    continue;
                }
                let (before, after) = (&note[..place], &note[place + character.len_utf8()..]);
                let changed = format!("{before}{other}{after}");
                assert!(
                    Checkpoint::verify(&changed, &[key.public()]).is_err(),
                    "{changed}"
                );
            }
        }
    }

    #[test]
    fn a_key_speaks_only_for_logs_under_its_name() {
        let key = key();
        let mut foreign = checkpoint();
        foreign.origin = "example.org/logs/1".to_owned();
        let note = foreign.sign(&key);
        assert_eq!(Checkpoint::parse(&note), Ok(foreign));
        assert_eq!(
            Checkpoint::verify(&note, &[key.public()]),
            Err(NoteFault::UnknownKey)
        );
    }

    #[test]
    fn another_spelling_of_the_same_state_is_refused() {
        let key = key();
        let text = checkpoint().text();
        for (from, to) in [
            ("20852163", "020852163"),
            ("20852163", "+20852163"),
            ("20852163", "-1"),
            ("20852163", "99999999999999999999"),
            ("00.250Z", "00.25Z"),
            ("00.250Z", "00.250+00:00"),
            ("time ", "time  "),
            ("time ", "Time "),
            ("Bwc=\n", "Bwc\n"),
            ("Bwc=\n", "Bwc=\n\n"),
            ("Bwc=\n", "Bwc=\nmore\n"),
            ("BwcHBwcHBwcHBwcHBwcH", "BwcH"),
            ("example", "exam ple"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text);
            let note = note::sign(&changed, &key);
            let refused = Checkpoint::verify(&note, &[key.public()]);
            assert!(
                matches!(refused, Err(NoteFault::Malformed(_))),
                "{changed}: {refused:?}"
            );
        }
    }
}
