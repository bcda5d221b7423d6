//! Steps over the log: the entry of the seal, its inclusion, the checkpoint, and other checkpoints of the same log.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};

use super::report::{Log, Name, Outcome, Step};
use super::{Asked, Chosen, Found};
use crate::base::canonical::sha256;
use crate::base::merkle;
use crate::base::merkle::proof::{verify_consistency, verify_inclusion};
use crate::evidence::bundle::log::{
    Consistencies, Entries, Entry, Inclusion, Inclusions, SEAL, digest, path, read as read_file,
};
use crate::evidence::bundle::{Files, names};
use crate::evidence::timestamp::{Token, granted};
use crate::evidence::trust::Trust;
use crate::journal::checkpoint::Checkpoint;
use crate::journal::key::LogPublic;
use crate::journal::receipt::WITHIN;

/// A checkpoint is shorter than a kilobyte; a proof adds 64 lines at most.
const MAX_NOTE: usize = 64 << 10;
const MAX_PATH: usize = 64;

/// The last four steps, and the dimension of the log.
pub(super) fn check(
    found: &mut Found,
    files: &Files<'_>,
    trust: &Chosen<'_>,
    asked: &Asked<'_>,
    signed: Option<[u8; 32]>,
    root: Option<&[u8; 32]>,
) {
    let entries: Option<Entries> = files.get(names::ENTRIES).and_then(|bytes| read_file(bytes).ok());
    let sealed = seal_entry(found, entries.as_ref(), signed, root);
    let (checkpoint, checked) = checkpoint(files, trust.table());
    let promised = match (&checkpoint, entries.as_ref()) {
        (None, Some(entries)) if files.get(names::CHECKPOINT).is_none() => {
            receipt(entries, sealed.as_ref(), trust.table(), asked.now)
        }
        _ => None,
    };
    let included = match promised {
        Some((step, log)) => {
            found.step(step);
            log
        }
        None => inclusion(
            found,
            files,
            entries.as_ref(),
            sealed.as_ref(),
            checkpoint.as_ref(),
        ),
    };
    found.step(checked);
    checkpoint_time(found, files, trust.table());
    let consistent = consistency(found, files, trust.table(), asked, checkpoint.as_ref());
    found.dimensions.log = match (consistent, included) {
        (false, _) => Log::Inconsistent,
        (true, included) => included,
    };
}

/// The entry that names this document and this root.
fn seal_entry(
    found: &mut Found,
    entries: Option<&Entries>,
    signed: Option<[u8; 32]>,
    root: Option<&[u8; 32]>,
) -> Option<Entry> {
    let all = entries
        .map(|entries| entries.entries.as_slice())
        .unwrap_or_default();
    // What is signed holds the root, where there is one; a document without evidence of its own has none to compare.
    let fits = |entry: &&Entry| {
        entry.seal().is_some_and(|seal| {
            signed.is_some_and(|signed| seal.signed_sha256 == hex::encode(signed))
                && root.is_none_or(|root| seal.root_sha256 == Some(hex::encode(root)))
        })
    };
    let fitting = all.iter().find(fits);
    let any = all
        .iter()
        .any(|entry| entry.entry.get("type").is_some_and(|act| *act == SEAL));
    let told = all.iter().all(Entry::is_told_truly);
    if !told {
        found.differs([names::ENTRIES.to_owned()]);
    }
    let step = match fitting.and_then(Entry::seq) {
        _ if !told => Step::new(Name::SealEntry, Outcome::Failed, "payload_differs"),
        Some(seq) => Step::new(Name::SealEntry, Outcome::Passed, "entry_matches").with([seq.to_string()]),
        None if any => Step::new(Name::SealEntry, Outcome::Failed, "entry_differs"),
        None => Step::new(Name::SealEntry, Outcome::Missing, "entry_missing"),
    };
    found.step(step);
    fitting.filter(|entry| entry.seq().is_some()).cloned()
}

/// For an entry that no checkpoint covers yet: does the log's promise hold?
fn receipt(
    entries: &Entries,
    sealed: Option<&Entry>,
    trust: Option<&Trust>,
    now: DateTime<Utc>,
) -> Option<(Step, Log)> {
    let receipt = entries.receipt.as_ref()?;
    let by = stamp(receipt.include_by);
    let about = sealed.and_then(|entry| entry.unsequenced().ok()).map(hex::encode);
    let holds = about.as_deref() == Some(receipt.entry_digest.as_str())
        && trust.is_some_and(|trust| {
            let given = receipt.include_by.checked_sub_signed(WITHIN);
            given.is_some_and(|given| receipt.verify(&keys_at(trust, given)))
        });
    Some(if !holds {
        (
            Step::new(Name::Inclusion, Outcome::Failed, "receipt_fails"),
            Log::Missing,
        )
    } else if receipt.include_by < now {
        (
            Step::new(Name::Inclusion, Outcome::Failed, "receipt_overdue").with([by]),
            Log::Missing,
        )
    } else {
        (
            Step::new(Name::Inclusion, Outcome::Passed, "receipt_holds").with([by]),
            Log::PendingCheckpoint,
        )
    })
}

/// Does every proof lead to the checkpoint, and is the seal's among them?
fn inclusion(
    found: &mut Found,
    files: &Files<'_>,
    entries: Option<&Entries>,
    sealed: Option<&Entry>,
    checkpoint: Option<&Checkpoint>,
) -> Log {
    let proofs: Option<Inclusions> = files
        .get(names::INCLUSION)
        .and_then(|bytes| read_file(bytes).ok());
    let (Some(proofs), Some(entries), Some(checkpoint)) = (proofs, entries, checkpoint) else {
        found.step(Step::new(Name::Inclusion, Outcome::Missing, "inclusion_missing"));
        return Log::Missing;
    };
    let listed: BTreeMap<u64, &Inclusion> = proofs.proofs.iter().map(|proof| (proof.seq, proof)).collect();
    let leads = |entry: &Entry| {
        let seq = entry.seq()?;
        let proof = listed.get(&seq)?;
        let (leaf, path) = (entry.hash().ok()?, path(&proof.path).ok()?);
        verify_inclusion(
            &merkle::leaf(&leaf),
            seq - 1,
            checkpoint.size,
            &path,
            &checkpoint.root,
        )
        .then_some(())
    };
    let all = proofs.size == checkpoint.size && entries.entries.iter().all(|entry| leads(entry).is_some());
    if !all {
        found.step(Step::new(Name::Inclusion, Outcome::Failed, "inclusion_fails"));
        return Log::Missing;
    }
    match sealed {
        Some(_) => {
            let size = checkpoint.size.to_string();
            found.step(Step::new(Name::Inclusion, Outcome::Passed, "included").with([size]));
            Log::Included
        }
        None => {
            found.step(Step::new(Name::Inclusion, Outcome::Missing, "inclusion_missing"));
            Log::Missing
        }
    }
}

/// The checkpoint, if one of the log's keys signed it in its time.
fn checkpoint(files: &Files<'_>, trust: Option<&Trust>) -> (Option<Checkpoint>, Step) {
    let of = |outcome, code| Step::new(Name::Checkpoint, outcome, code);
    let Some(bytes) = files.get(names::CHECKPOINT) else {
        return (None, of(Outcome::Missing, "checkpoint_missing"));
    };
    let note = Some(bytes)
        .filter(|bytes| bytes.len() <= MAX_NOTE)
        .and_then(|bytes| std::str::from_utf8(bytes).ok());
    let read = note.and_then(|note| Some((note, Checkpoint::parse(note).ok()?)));
    let Some((note, _)) = read else {
        return (None, of(Outcome::Failed, "checkpoint_unreadable"));
    };
    if trust.is_some_and(|trust| trust.log_keys.is_empty()) {
        return (None, of(Outcome::NotChecked, "log_keyless"));
    }
    match trust.and_then(|trust| opened(note, trust)) {
        Some(checkpoint) => {
            let step = of(Outcome::Passed, "checkpoint_signed").with([stamp(checkpoint.at)]);
            (Some(checkpoint), step)
        }
        None => (None, of(Outcome::Failed, "checkpoint_fails")),
    }
}

/// Does the time-stamp beside the checkpoint attest it? Said only where there is one; it decides nothing, because the
/// checkpoint holds by its own signature.
fn checkpoint_time(found: &mut Found, files: &Files<'_>, trust: Option<&Trust>) {
    let of = |outcome, code| Step::new(Name::CheckpointTime, outcome, code);
    let Some(response) = files.get(names::CHECKPOINT_TOKEN) else {
        return;
    };
    let Some(trust) = trust else {
        found.step(of(Outcome::NotChecked, "trust_missing"));
        return;
    };
    let token = granted(response).and_then(Token::read).ok();
    let attested = token
        .zip(files.get(names::CHECKPOINT))
        .filter(|(token, note)| token.verify(&sha256(note), trust).is_ok());
    found.step(match attested {
        Some((token, _)) => of(Outcome::Passed, "checkpoint_stamped").with([stamp(token.time)]),
        None => of(Outcome::Failed, "checkpoint_stamp_fails"),
    });
}

fn opened(note: &str, trust: &Trust) -> Option<Checkpoint> {
    let at = Checkpoint::parse(note).ok()?.at;
    Checkpoint::verify(note, &keys_at(trust, at)).ok()
}

/// The keys that signed for the log at a time: one that is retired may be in anybody's hands.
fn keys_at(trust: &Trust, at: DateTime<Utc>) -> Vec<LogPublic> {
    let keys = trust.log_keys.iter();
    let keys = keys.filter(|key| key.from <= at && key.until.is_none_or(|until| at <= until));
    keys.map(|key| LogPublic {
        name: key.name.clone(),
        key: key.public,
    })
    .collect()
}

/// Is the log the same one as at other checkpoints? False only when it is not.
fn consistency(
    found: &mut Found,
    files: &Files<'_>,
    trust: Option<&Trust>,
    asked: &Asked<'_>,
    checkpoint: Option<&Checkpoint>,
) -> bool {
    let of = |outcome, code| Step::new(Name::Consistency, outcome, code);
    let file = files.get(names::CONSISTENCY);
    let earlier = file.map(|bytes| read_file::<Consistencies>(bytes).ok());
    let (step, consistent) = match (checkpoint, earlier, asked.newer) {
        (_, None, None) => (of(Outcome::NotChecked, "no_other_checkpoint"), true),
        (_, Some(None), _) => (of(Outcome::Failed, "consistency_unreadable"), true),
        (None, ..) => (of(Outcome::Missing, "checkpoint_missing"), true),
        (Some(checkpoint), earlier, newer) => {
            let earlier = earlier.flatten();
            let whole = earlier.as_ref().is_none_or(|earlier| leads(earlier, checkpoint));
            match newer {
                _ if !whole => (of(Outcome::Failed, "inconsistent"), false),
                None => (of(Outcome::Passed, "consistent"), true),
                Some(newer) => match trust.and_then(|trust| other(newer, trust, checkpoint)) {
                    None => (of(Outcome::Failed, "newer_unreadable"), true),
                    Some((other, proof)) => match compare(checkpoint, &other, proof, earlier.as_ref()) {
                        Some(true) => (of(Outcome::Passed, "consistent"), true),
                        Some(false) => (of(Outcome::Failed, "inconsistent"), false),
                        None => (of(Outcome::Missing, "newer_unproved"), true),
                    },
                },
            }
        }
    };
    found.step(step);
    consistent
}

/// Does every earlier tree of the bundle lead to its checkpoint?
fn leads(earlier: &Consistencies, checkpoint: &Checkpoint) -> bool {
    earlier.size == checkpoint.size
        && earlier.proofs.iter().all(|proof| {
            let Ok(path) = path(&proof.path) else { return false };
            let Ok(root) = digest(&proof.old_root) else {
                return false;
            };
            verify_consistency(proof.old_size, checkpoint.size, &path, &root, &checkpoint.root)
        })
}

struct Proof {
    size: u64,
    path: Vec<[u8; 32]>,
}

/// The other checkpoint, of the same log and signed by one of its keys, with its proof if it came with one.
fn other(bytes: &[u8], trust: &Trust, checkpoint: &Checkpoint) -> Option<(Checkpoint, Option<Proof>)> {
    let text = Some(bytes)
        .filter(|bytes| bytes.len() <= MAX_NOTE)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())?;
    let (note, proof) = match text.strip_prefix("old ") {
        None => (text, None),
        Some(rest) => {
            let (proof, note) = rest.split_once("\n\n")?;
            let mut lines = proof.split('\n');
            let size: u64 = lines.next()?.parse().ok()?;
            let path: Option<Vec<[u8; 32]>> = lines
                .map(|line| STANDARD.decode(line).ok()?.try_into().ok())
                .collect();
            let path = path.filter(|path| path.len() <= MAX_PATH)?;
            (note, Some(Proof { size, path }))
        }
    };
    let other = opened(note, trust)?;
    (other.origin == checkpoint.origin).then_some((other, proof))
}

/// Are both checkpoints of one history? `None` when that cannot be said.
fn compare(
    ours: &Checkpoint,
    other: &Checkpoint,
    proof: Option<Proof>,
    earlier: Option<&Consistencies>,
) -> Option<bool> {
    if other.size == ours.size {
        return Some(other.root == ours.root);
    }
    // A log only grows: the later of two is the longer one.
    if (other.at > ours.at) != (other.size > ours.size) {
        return Some(false);
    }
    if other.size > ours.size {
        let proof = proof.filter(|proof| proof.size == ours.size)?;
        return Some(verify_consistency(
            ours.size,
            other.size,
            &proof.path,
            &ours.root,
            &other.root,
        ));
    }
    let known = earlier?
        .proofs
        .iter()
        .find(|proof| proof.old_size == other.size)?;
    Some(known.old_root == hex::encode(other.root))
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
