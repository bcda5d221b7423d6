//! What this slice keeps of a woman, for her copy, for what is forgotten and for the end of her record.

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::model::Response;
use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::AttachmentId;
use crate::base::{Code, Noun};
use crate::ctx::{Ctx, View};
use crate::people::caller::Mine;
use crate::people::facts as people;
use crate::people::model::{HeldFile, Keeper, LARGEST_RECORD, Parts, Unfinished};

/// Answers and files; a draft that was never submitted was browsing.
pub const KEEPER: Keeper = Keeper {
    copy: |_, view, mine| copy(view, mine).boxed(),
    forget: |tx, what| store::forget(tx, what).boxed(),
    records: |tx, mine| people::ids(tx, &store::SEALED, mine).boxed(),
    papers: |ctx, view, mine| papers(ctx, view, mine).boxed(),
    unfinished: &[Unfinished {
        part: "responses",
        member: "status",
        words: &["in_progress"],
    }],
};

async fn copy(view: &mut View, mine: Mine) -> Result<Parts> {
    let responses = store::of_patient(view, mine.facility, mine.patient).await?;
    let told: Vec<Value> = responses.iter().map(hers).collect();
    let files = store::files_of(view, mine.facility, mine.patient).await?;
    Ok(vec![("responses", told.into()), ("attachments", files.into())])
}

/// The uploads, as the store keeps them.
///
/// Errors: `people.record_too_large`.
async fn papers(ctx: &Ctx, view: &mut View, mine: Mine) -> Result<Vec<HeldFile>> {
    // Before any of it is read.
    if store::stored_bytes(view, mine.facility, mine.patient).await? > LARGEST_RECORD {
        return Err(Error::Refused(Code::PeopleRecordTooLarge));
    }
    let mut all = Vec::new();
    for told in store::files_of(view, mine.facility, mine.patient).await? {
        let Some(id) = told
            .get("id")
            .and_then(Value::as_str)
            .and_then(|id| id.parse().ok())
        else {
            continue;
        };
        let found = store::attachment(view, mine.facility, AttachmentId(id)).await?;
        let kept = found.ok_or(Error::Missing(Noun::Attachment))?;
        all.push(HeldFile {
            kind: "file",
            id: kept.attachment.id.to_string(),
            ending: kept.attachment.kind.suffix(),
            bytes: ctx.files.get(&kept.address, kept.key).await?.to_vec(),
        });
    }
    Ok(all)
}

fn hers(response: &Response) -> Value {
    json!({
        "id": response.id,
        "questionnaire": response.questionnaire,
        "status": response.status.word(),
        "content": response.content,
        "entered_by_staff": response.staff_items,
        "authored_at": response.authored_at,
        "completed_at": response.completed_at,
        "amends": response.amending.amends,
        "reason": response.amending.reason,
    })
}
