//! Files that answers name, such as a photo of a lab sheet: uploaded by her, seen by those who may see the answers.

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::{Value, json};
use tracing::instrument;
use zeroize::Zeroizing;

use super::filing::{belongs, invalid};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{AttachmentId, FacilityId};
use crate::base::{Act, Code, Noun, Subject};
use crate::content::forms::SATISFACTION;
use crate::ctx::{Ctx, Tx};
use crate::db::Q;
use crate::episode;
use crate::files::clean::LARGEST;
use crate::forms::model::{Attachment, Response};
use crate::forms::{rules, store};
use crate::http::params::answer_language;
use crate::once;
use crate::outbox::Message;
use crate::people;
use crate::people::caller::{Caller, Mine, Who};
use crate::people::policy;
use crate::questionnaire;

/// All files of one woman, bytes: dozens of photos, and still a record that can be copied as one file.
const ALL_OF_HERS: u64 = 200 << 20;
/// How long a file that no answer names is kept: a draft may lie for a while.
const PATIENCE: Duration = Duration::days(7);

/// She uploads a file; an answer of hers may then name it.
///
/// Errors: `people.agreement_missing`, `http.too_large`, `http.unsupported_media_type` when its content is neither JPEG nor
/// PNG nor PDF, `forms.attachment_invalid` when it can't be read or has too many pixels, `forms.attachments_full` when she
/// has uploaded too much.
#[instrument(name = "forms.attach", skip_all)]
pub async fn attach(ctx: &Ctx, caller: &Caller, bytes: Vec<u8>) -> Result<Attachment> {
    policy::allowed(caller, Act::FormsAttach)?;
    let mine = caller.mine()?;
    if bytes.len() > LARGEST {
        return Err(Error::Malformed(Code::HttpTooLarge));
    }
    let caller = &caller.sending(Act::FormsAttach, mine.patient.into(), &bytes);
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    people::facts::require_agreements(&mut ctx.view(), ctx, caller).await?;
    has_room(&mut ctx.view(), mine, bytes.len() as u64).await?;
    let clean = ctx.files.clean(bytes).await??;
    let size = i64::try_from(clean.bytes.len()).unwrap_or(i64::MAX);
    let parcel = ctx.files.seal(clean.bytes).await?;
    let (address, key) = (parcel.address.clone(), parcel.key.clone());
    // Before anything is stored: whatever happens from here on, nothing stays behind for good.
    sweep_later(ctx, mine.facility, &address).await?;
    ctx.files.put(parcel).await?;
    let mut tx = once!(ctx, Act::FormsAttach, caller);
    // Others came in meanwhile.
    has_room(&mut tx, mine, size.unsigned_abs()).await?;
    let attachment = Attachment {
        id: tx.id(),
        facility_id: mine.facility,
        patient_id: mine.patient,
        kind: clean.kind,
        size,
        created_at: tx.now,
    };
    store::add_attachment(&mut tx, &attachment, &address, &key).await?;
    tx.journal(
        caller,
        subject(&attachment),
        json!({ "kind": attachment.kind.suffix(), "size": size }),
    )
    .await?;
    tx.commit_with(&attachment).await?;
    Ok(attachment)
}

async fn has_room(q: &mut impl Q, mine: Mine, size: u64) -> Result<()> {
    let stored = store::stored_bytes(q, mine.facility, mine.patient).await?;
    if stored + size > ALL_OF_HERS {
        return Err(Error::Refused(Code::FormsAttachmentsFull));
    }
    Ok(())
}

/// A file: hers, or one that answers name which this staff member may read. Staff's look is journaled before it is answered.
#[instrument(name = "forms.attachment", skip_all)]
pub async fn attachment(
    ctx: &Ctx,
    caller: &Caller,
    id: AttachmentId,
) -> Result<(Attachment, Zeroizing<Vec<u8>>)> {
    policy::allowed(caller, Act::FormsAttachment)?;
    let place = caller.place()?;
    let missing = || Error::Missing(Noun::Attachment);
    let kept = match &caller.who {
        Who::Patient { .. } => {
            let mut view = ctx.view();
            let kept = store::attachment(&mut view, place, id)
                .await?
                .ok_or_else(missing)?;
            let whose = belongs(&mut view, place, kept.attachment.patient_id).await?;
            policy::may(caller, Act::FormsAttachment, Noun::Attachment, whose)?;
            kept
        }
        Who::Staff { .. } => {
            let mut tx = ctx.write(Act::FormsAttachment).await?;
            let kept = store::attachment(&mut tx, place, id).await?.ok_or_else(missing)?;
            let whose = belongs(&mut tx, place, kept.attachment.patient_id).await?;
            policy::may(caller, Act::FormsAttachment, Noun::Attachment, whose)?;
            let (patient, now) = (kept.attachment.patient_id, tx.now);
            episode::facts::may_read(&mut tx, caller, Act::FormsAttachment, patient, now).await?;
            let naming = store::forms_naming(&mut tx, place, id).await?;
            if !naming.iter().any(|name| name != SATISFACTION) {
                return Err(missing());
            }
            tx.journal(caller, subject(&kept.attachment), json!({})).await?;
            tx.commit().await?;
            kept
        }
    };
    let content = ctx.files.get(&kept.address, kept.key).await?;
    Ok((kept.attachment, content))
}

/// Answers with what the server knows of the files that they name, whatever the client wrote there.
///
/// Errors: `forms.response_invalid` with `attachmentUnknown` for a file that is not hers, is no upload, or stands in the
/// answer itself.
pub(super) async fn with_files(
    tx: &mut Tx,
    caller: &Caller,
    response: &Response,
    mut content: Value,
) -> Result<Value> {
    let named = rules::files(&content);
    if named.is_empty() {
        return Ok(content);
    }
    let ids: Vec<AttachmentId> = named.iter().filter_map(|file| file.id).collect();
    let hers = if ids.is_empty() {
        Vec::new()
    } else {
        store::attachments_of(tx, response.facility_id, response.patient_id, &ids).await?
    };
    let hers: BTreeMap<AttachmentId, Attachment> = hers.into_iter().map(|file| (file.id, file)).collect();
    let mut faults = Vec::new();
    for file in named {
        let known = file.id.and_then(|id| hers.get(&id));
        match (known, content.pointer_mut(&file.pointer)) {
            (Some(known), Some(slot)) => *slot = known.answer(),
            _ => faults.push(Fault {
                link_id: file.link_id,
                message: Some(questionnaire::message(
                    "attachmentUnknown",
                    &serde_json::Map::new(),
                    answer_language(caller.request.locale),
                )),
                ..Fault::field(format!("/content{}", file.pointer), "attachmentUnknown")
            }),
        }
    }
    if faults.is_empty() {
        Ok(content)
    } else {
        Err(invalid(faults))
    }
}

async fn sweep_later(ctx: &Ctx, facility: FacilityId, address: &str) -> Result<()> {
    ctx.enqueue(Message {
        kind: "forms.sweep",
        facility: Some(facility),
        payload: &json!({ "address": address }),
        dedupe: None,
        due: ctx.clock.now() + PATIENCE,
    })
    .await
}

/// A file that no answers name goes, with its row; one that only drafts name is looked at again.
pub(in crate::forms) async fn sweep(ctx: &Ctx, facility: FacilityId, address: &str) -> Result<()> {
    let found = store::at_address(&mut ctx.view(), facility, address).await?;
    if let Some(file) = found {
        if file.submitted > 0 {
            return Ok(());
        }
        if file.named > 0 {
            return sweep_later(ctx, facility, address).await;
        }
        let mut tx = ctx.write(Act::FormsSweep).await?;
        if !store::drop_unnamed(&mut tx, facility, file.id).await? {
            // Named since it was looked at.
            drop(tx);
            return sweep_later(ctx, facility, address).await;
        }
        let subject = Subject::of_patient("attachment", file.id, file.patient_id);
        tx.journal_own(Act::FormsSweep, Some(facility), subject, json!({}))
            .await?;
        tx.commit().await?;
    }
    ctx.files.remove(address).await
}

fn subject(attachment: &Attachment) -> Subject {
    Subject::of_patient("attachment", attachment.id, attachment.patient_id)
}
