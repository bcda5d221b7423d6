//! What a record consists of, thing by thing with its bytes, and the file in which it leaves the service.
//!
//! Not here: who may have it, and what is said on the paper around it (`papers`).

use serde_json::{Value, json};

use super::copy;
use crate::base::canonical::{canonical, sha256};
use crate::base::error::{Error, Result};
use crate::base::{Code, Noun};
use crate::ctx::{Ctx, View};
use crate::evidence::bundle::{self, Limits};
use crate::journal::sha256_hex;
use crate::people::caller::Mine;
use crate::people::model::{HeldFile, HeldItem, Keepers, LARGEST_RECORD, Patient, Piece, SealedItem};
use crate::people::store;

use super::AuditFilter;

/// Names, sizes and digests of everything else in the file.
pub const LIST: &str = "list.json";
/// Who did what with the record.
const TRACES: &str = "traces.json";
/// Entries of the journal that are taken along: far more than a record has in thirty years.
const MOST_TRACES: i64 = 100_000;

/// A record with photographs of laboratory sheets; more than [`LARGEST_RECORD`], because of the list and the traces.
const LIMITS: Limits = Limits {
    bytes: 256 << 20,
    files: 10_000,
    allowed: |name| {
        (1..=120).contains(&name.len())
            && name
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/'))
    },
};

/// Her row of the register, and everything that the slices keep of her.
///
/// Errors: `Missing` for a woman who is not there, or whose record was destroyed, `people.record_too_large`.
pub(super) async fn gather(
    ctx: &Ctx,
    keepers: &Keepers,
    view: &mut View,
    mine: Mine,
) -> Result<(Patient, Vec<Piece>)> {
    let patient = store::patient(view, mine.facility, mine.patient).await?;
    let patient = patient.ok_or(Error::Missing(Noun::Patient))?;
    if store::is_destroyed(view, mine.facility, mine.patient).await? {
        return Err(Error::Missing(Noun::Patient));
    }
    let mut parts = vec![
        ("profile", json!([patient])),
        ("agreements", copy::agreements(view, mine).await?.into()),
        (
            "guardian_agreements",
            copy::guardian_agreements(view, mine).await?.into(),
        ),
    ];
    parts.extend(copy::parts(ctx, keepers, view, mine).await?);
    let mut pieces = Vec::new();
    for (kind, id, one) in copy::things(&parts)? {
        let bytes = serde_json::to_vec(one)?;
        pieces.push(Piece {
            item: HeldItem {
                kind: kind.to_owned(),
                id: id.to_owned(),
                sha256: sha256_hex(&bytes),
            },
            ending: "json",
            bytes,
            finished: !is_unfinished(keepers, kind, one),
        });
    }
    for keeper in &keepers.all {
        let files = (keeper.papers)(ctx, view, mine).await?;
        pieces.extend(off(move || Ok(files.into_iter().map(piece).collect::<Vec<Piece>>())).await?);
        let size: u64 = pieces.iter().map(|piece| piece.bytes.len() as u64).sum();
        if size > LARGEST_RECORD {
            return Err(Error::Refused(Code::PeopleRecordTooLarge));
        }
    }
    Ok((patient, pieces))
}

fn piece(file: HeldFile) -> Piece {
    Piece {
        item: HeldItem {
            kind: file.kind.to_owned(),
            id: file.id,
            sha256: sha256_hex(&file.bytes),
        },
        ending: file.ending,
        bytes: file.bytes,
        finished: true,
    }
}

/// Off the threads that answer others: digests and checksums of a whole record take seconds.
async fn off<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Broken(Box::new(error)))?
}

fn is_unfinished(keepers: &Keepers, part: &str, one: &Value) -> bool {
    let mut told = keepers.all.iter().flat_map(|keeper| keeper.unfinished);
    told.any(|unfinished| {
        let word = one.get(unfinished.member).and_then(Value::as_str);
        unfinished.part == part && word.is_some_and(|word| unfinished.words.contains(&word))
    })
}

/// What was done with the record, by whom and when: as the journal has it, the newest first.
///
/// Errors: `people.record_too_large`; nothing is left out in silence.
pub(super) async fn traces(view: &mut View, mine: Mine) -> Result<Vec<u8>> {
    let filter = AuditFilter {
        patient: Some(mine.patient),
        ..AuditFilter::default()
    };
    let rows = store::audit(view, mine.facility, &filter, None, MOST_TRACES + 1).await?;
    if rows.len() as i64 > MOST_TRACES {
        return Err(Error::Refused(Code::PeopleRecordTooLarge));
    }
    let told = rows.into_iter().map(|row| {
        json!({
            "id": row.id, "seq": row.seq, "at": row.at, "act": row.act, "actor": row.actor,
            "subject": row.subject, "detail": row.detail, "request_id": row.request_id,
        })
    });
    Ok(serde_json::to_vec(&told.collect::<Vec<Value>>())?)
}

/// A list of pieces, before they are packed.
pub(super) struct Listed {
    /// The things on the list.
    pub items: Vec<SealedItem>,
    /// SHA-256 of `list.json`, lower-case hex.
    pub sha256: String,
    list: Vec<u8>,
    pieces: Vec<Piece>,
    traces: Option<Vec<u8>>,
}

/// Lists pieces; `head` is what the list says beside them. It has a salt: its digest stands in clear in the journal, and
/// what is on it can be guessed.
pub(super) fn listed(pieces: Vec<Piece>, traces: Option<Vec<u8>>, head: Value) -> Result<Listed> {
    let items: Vec<SealedItem> = (1..)
        .zip(&pieces)
        .map(|(no, piece): (usize, &Piece)| SealedItem {
            file: format!("files/{no:04}-{}.{}", piece.item.kind, piece.ending),
            size: piece.bytes.len() as u64,
            finished: piece.finished,
            item: piece.item.clone(),
        })
        .collect();
    let salt: [u8; 16] = rand::random();
    let mut list = head;
    if let Some(members) = list.as_object_mut() {
        members.insert("salt".to_owned(), hex::encode(salt).into());
        members.insert("items".to_owned(), serde_json::to_value(&items)?);
        members.insert(
            "traces_sha256".to_owned(),
            json!(traces.as_deref().map(sha256_hex)),
        );
    }
    let list = canonical(&list).map_err(|error| Error::Broken(Box::new(error)))?;
    Ok(Listed {
        sha256: hex::encode(sha256(&list)),
        items,
        list,
        pieces,
        traces,
    })
}

impl Listed {
    /// The ZIP with its SHA-256, lower-case hex: the list, the things, what was done with them, and one more file.
    ///
    /// Errors: `people.record_too_large`.
    pub(super) async fn packed(self, more: Option<(&'static str, Vec<u8>)>) -> Result<(Vec<u8>, String)> {
        off(move || {
            let names = self.items.iter().map(|item| item.file.as_str());
            let mut files: Vec<(&str, &[u8])> = names
                .zip(self.pieces.iter().map(|piece| piece.bytes.as_slice()))
                .collect();
            files.push((LIST, &self.list));
            files.extend(self.traces.as_deref().map(|traces| (TRACES, traces)));
            files.extend(more.iter().map(|(name, bytes)| (*name, bytes.as_slice())));
            let zip = bundle::write_within(&files, &LIMITS).map_err(unpackable)?;
            let digest = sha256_hex(&zip);
            Ok((zip, digest))
        })
        .await
    }
}

fn unpackable(error: bundle::Refused) -> Error {
    match error {
        bundle::Refused::TooLarge => Error::Refused(Code::PeopleRecordTooLarge),
        other => Error::Broken(Box::new(other)),
    }
}

/// The same file with one more in it, and its SHA-256, lower-case hex.
pub(super) async fn with_file(zip: Vec<u8>, name: &'static str, bytes: Vec<u8>) -> Result<(Vec<u8>, String)> {
    off(move || {
        let known = bundle::read_within(&zip, &LIMITS).map_err(unpackable)?;
        let mut files: Vec<(&str, &[u8])> = known.all.into_iter().collect();
        files.push((name, &bytes));
        let zip = bundle::write_within(&files, &LIMITS).map_err(unpackable)?;
        let digest = sha256_hex(&zip);
        Ok((zip, digest))
    })
    .await
}

/// Whether one of the lists has this thing in this form.
pub(super) fn is_listed<'a>(mut items: impl Iterator<Item = &'a SealedItem>, piece: &Piece) -> bool {
    items.any(|item| item.item == piece.item)
}
