//! What a record consists of, thing by thing with its bytes, and the file in which it leaves the service.
//!
//! Not here: who may have it, and what is said on the paper around it (`papers`).

use serde_json::{Value, json};

use super::copy;
use crate::base::Noun;
use crate::base::canonical::{canonical, sha256};
use crate::base::error::{Error, Result};
use crate::ctx::{Ctx, View};
use crate::evidence::bundle::{self, Limits};
use crate::journal::sha256_hex;
use crate::people::caller::Mine;
use crate::people::model::{HeldItem, Keepers, Patient, Piece, SealedItem};
use crate::people::store;

use super::AuditFilter;

/// Names, sizes and digests of everything else in the file.
pub const LIST: &str = "list.json";
/// Who did what with the record.
const TRACES: &str = "traces.json";
/// Entries of the journal that are taken along, the newest: far more than a record has in thirty years.
const MOST_TRACES: i64 = 100_000;

/// A record with photographs of laboratory sheets.
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
/// Errors: `Missing` for a woman who is not there, or whose record was destroyed.
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
    let mut parts = vec![("profile", json!([patient]))];
    parts.extend(copy::parts(ctx, keepers, view, mine).await?);
    let mut pieces = Vec::new();
    for (kind, part) in &parts {
        for one in part.as_array().into_iter().flatten() {
            let Some(id) = one.get("id").and_then(Value::as_str) else {
                continue;
            };
            let bytes = serde_json::to_vec(one)?;
            pieces.push(Piece {
                item: HeldItem {
                    kind: (*kind).to_owned(),
                    id: id.to_owned(),
                    sha256: sha256_hex(&bytes),
                },
                ending: "json",
                bytes,
                finished: !is_unfinished(keepers, kind, one),
            });
        }
    }
    for keeper in &keepers.all {
        for file in (keeper.papers)(ctx, view, mine).await? {
            pieces.push(Piece {
                item: HeldItem {
                    kind: file.kind.to_owned(),
                    id: file.id,
                    sha256: sha256_hex(&file.bytes),
                },
                ending: file.ending,
                bytes: file.bytes,
                finished: true,
            });
        }
    }
    Ok((patient, pieces))
}

fn is_unfinished(keepers: &Keepers, part: &str, one: &Value) -> bool {
    let mut told = keepers.all.iter().flat_map(|keeper| keeper.unfinished);
    told.any(|unfinished| {
        let word = one.get(unfinished.member).and_then(Value::as_str);
        unfinished.part == part && word.is_some_and(|word| unfinished.words.contains(&word))
    })
}

/// What was done with the record, by whom and when: as the journal has it, the newest first.
pub(super) async fn traces(view: &mut View, mine: Mine) -> Result<Vec<u8>> {
    let filter = AuditFilter {
        patient: Some(mine.patient),
        ..AuditFilter::default()
    };
    let rows = store::audit(view, mine.facility, &filter, None, MOST_TRACES).await?;
    let told = rows.into_iter().map(|row| {
        json!({
            "id": row.id, "seq": row.seq, "at": row.at, "act": row.act, "actor": row.actor,
            "subject": row.subject, "detail": row.detail, "request_id": row.request_id,
        })
    });
    Ok(serde_json::to_vec(&told.collect::<Vec<Value>>())?)
}

/// A list of pieces with the file that holds them.
pub(super) struct Packed {
    /// The things on the list.
    pub items: Vec<SealedItem>,
    /// SHA-256 of `list.json`, lower-case hex.
    pub sha256: String,
    /// The ZIP: the list, the things, and what was done with them.
    pub zip: Vec<u8>,
}

/// Lists and packs pieces; `head` is what the list says beside them. Same pieces, same bytes.
///
/// Errors: `Broken` for a record larger than any.
pub(super) fn packed(pieces: &[Piece], traces: Option<&[u8]>, head: Value) -> Result<Packed> {
    let items: Vec<SealedItem> = (1..)
        .zip(pieces)
        .map(|(no, piece): (usize, &Piece)| SealedItem {
            file: format!("files/{no:04}-{}.{}", piece.item.kind, piece.ending),
            size: piece.bytes.len() as u64,
            finished: piece.finished,
            item: piece.item.clone(),
        })
        .collect();
    let mut list = head;
    if let Some(members) = list.as_object_mut() {
        members.insert("items".to_owned(), serde_json::to_value(&items)?);
        members.insert("traces_sha256".to_owned(), json!(traces.map(sha256_hex)));
    }
    let list = canonical(&list).map_err(|error| Error::Broken(Box::new(error)))?;
    let names = items.iter().map(|item| item.file.as_str());
    let mut files: Vec<(&str, &[u8])> = names
        .zip(pieces.iter().map(|piece| piece.bytes.as_slice()))
        .collect();
    files.push((LIST, &list));
    files.extend(traces.map(|traces| (TRACES, traces)));
    Ok(Packed {
        sha256: hex::encode(sha256(&list)),
        zip: bundle::write_within(&files, &LIMITS).map_err(|error| Error::Broken(Box::new(error)))?,
        items,
    })
}

/// The same file with one more in it.
pub(super) fn with_file(zip: &[u8], name: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    let broken = |error: bundle::Refused| Error::Broken(Box::new(error));
    let known = bundle::read_within(zip, &LIMITS).map_err(broken)?;
    let mut files: Vec<(&str, &[u8])> = known.all.into_iter().collect();
    files.push((name, bytes));
    bundle::write_within(&files, &LIMITS).map_err(broken)
}

/// Whether one of the lists has this thing in this form.
pub(super) fn is_listed<'a>(mut items: impl Iterator<Item = &'a SealedItem>, piece: &Piece) -> bool {
    items.any(|item| item.item == piece.item)
}
