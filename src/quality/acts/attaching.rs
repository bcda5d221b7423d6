//! Files of a report: brought with the draft, or added to the report by whoever may read it; never taken from a report.

use chrono::Duration;
use serde_json::json;
use tracing::instrument;
use zeroize::Zeroizing;

use super::drafts::{Unnamed, missing, noted};
use super::events::{loaded, subject};
use crate::base::error::{Error, Result};
use crate::base::id::{AdverseEventId, AttachmentId, FacilityId};
use crate::base::{Act, Code, Noun};
use crate::ctx::{Ctx, Tx};
use crate::files::clean::{Kind, LARGEST};
use crate::once;
use crate::outbox::Message;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::draft::EventFile;
use crate::quality::model::EventState;
use crate::quality::{jobs, store};

/// Files of one report: with the largest ones, as many bytes as are kept of a woman's uploads.
const MOST: usize = 20;
/// Longer than any request takes that stores a file.
const PATIENCE: Duration = Duration::days(1);

/// A file that is stored; it stays if a row comes to name its address.
pub(super) struct Stored {
    pub kind: Kind,
    pub size: i64,
    pub address: String,
    pub key: Zeroizing<Vec<u8>>,
}

impl Stored {
    /// Errors: `http.too_large`, `http.unsupported_media_type`, `forms.attachment_invalid`.
    pub(super) async fn put(ctx: &Ctx, facility: FacilityId, bytes: Vec<u8>) -> Result<Stored> {
        if bytes.len() > LARGEST {
            return Err(Error::Malformed(Code::HttpTooLarge));
        }
        let clean = ctx.files.clean(bytes).await??;
        let size = i64::try_from(clean.bytes.len()).unwrap_or(i64::MAX);
        let parcel = ctx.files.seal(clean.bytes).await?;
        let (address, key) = (parcel.address.clone(), parcel.key.clone());
        // Before anything is stored: whatever happens from here on, nothing stays behind for good.
        let message = Message {
            kind: jobs::SWEEP,
            facility: Some(facility),
            payload: &json!({ "address": address }),
            dedupe: None,
            due: ctx.clock.now() + PATIENCE,
        };
        ctx.enqueue(message).await?;
        ctx.files.put(parcel).await?;
        Ok(Stored {
            kind: clean.kind,
            size,
            address,
            key,
        })
    }
}

/// Adds a file to a draft of the caller's or to a report that he may read.
///
/// Errors: `http.too_large`, `http.unsupported_media_type`, `forms.attachment_invalid`, `quality.files_full`,
/// `quality.illegal_transition` for a closed report.
#[instrument(name = "quality.attach", skip_all)]
pub async fn attach(ctx: &Ctx, caller: &Caller, id: AdverseEventId, bytes: Vec<u8>) -> Result<EventFile> {
    policy::allowed(caller, Act::QualityAttach)?;
    let staff = caller.staff()?;
    let sender = Unnamed::of(ctx, caller)?;
    if let Some(first) = ctx.answered(&sender).await? {
        return Ok(first);
    }
    let mut view = ctx.view();
    let is_draft = store::draft(&mut view, &staff, id).await?.is_some();
    if !is_draft {
        loaded(&mut view, caller, Act::QualityAttach, id).await?;
    }
    let stored = Stored::put(ctx, staff.facility, bytes).await?;
    let mut tx = once!(ctx, Act::QualityAttach, &sender);
    let file = EventFile {
        id: tx.id(),
        kind: stored.kind,
        size: stored.size,
        by: (!is_draft).then_some(staff.id),
        at: tx.now,
    };
    if is_draft {
        if !store::touch_draft(&mut tx, &staff, id).await? {
            return Err(missing());
        }
        noted(&mut tx, Act::QualityAttach, staff.facility, id).await?;
    } else {
        let event = loaded(&mut tx, caller, Act::QualityAttach, id).await?;
        if event.state == EventState::Closed {
            return Err(Error::Refused(Code::QualityIllegalTransition));
        }
        let detail = json!({ "kind": file.kind.suffix() });
        tx.journal(caller, subject(&event), detail).await?;
    }
    if store::files(&mut tx, staff.facility, id).await?.len() >= MOST {
        return Err(Error::Refused(Code::QualityFilesFull));
    }
    store::add_file(&mut tx, staff.facility, id, &file, &stored.address, &stored.key).await?;
    tx.commit_with(&file).await?;
    Ok(file)
}

/// A file of a draft of the caller's or of a report that he may read; a look at a report's is journaled before it is
/// answered.
#[instrument(name = "quality.attachment", skip_all)]
pub async fn attachment(
    ctx: &Ctx,
    caller: &Caller,
    id: AdverseEventId,
    file: AttachmentId,
) -> Result<(EventFile, Zeroizing<Vec<u8>>)> {
    policy::allowed(caller, Act::QualityAttachment)?;
    let staff = caller.staff()?;
    let mut view = ctx.view();
    let files = if let Some(draft) = store::draft(&mut view, &staff, id).await? {
        draft.files
    } else {
        let mut tx = ctx.write(Act::QualityAttachment).await?;
        let event = loaded(&mut tx, caller, Act::QualityAttachment, id).await?;
        tx.journal(caller, subject(&event), json!({ "file": file }))
            .await?;
        tx.commit().await?;
        event.files
    };
    let missing = || Error::Missing(Noun::Attachment);
    let told = files.into_iter().find(|one| one.id == file).ok_or_else(missing)?;
    let (address, key) = store::way_to_file(&mut view, staff.facility, id, file)
        .await?
        .ok_or_else(missing)?;
    Ok((told, ctx.files.get(&address, key).await?))
}

/// Takes a file from a draft.
#[instrument(name = "quality.detach", skip_all)]
pub async fn detach(ctx: &Ctx, caller: &Caller, id: AdverseEventId, file: AttachmentId) -> Result<()> {
    policy::allowed(caller, Act::QualityDetach)?;
    let staff = caller.staff()?;
    let mut tx = ctx.write(Act::QualityDetach).await?;
    if !store::touch_draft(&mut tx, &staff, id).await? {
        return Err(missing());
    }
    let address = store::drop_file(&mut tx, staff.facility, id, file).await?;
    let address = address.ok_or(Error::Missing(Noun::Attachment))?;
    sweep_at(&mut tx, staff.facility, &address).await?;
    noted(&mut tx, Act::QualityDetach, staff.facility, id).await?;
    tx.commit().await
}

/// Has a file removed whose row goes with this transaction.
pub(super) async fn sweep_at(tx: &mut Tx, facility: FacilityId, address: &str) -> Result<()> {
    tx.enqueue(Message {
        kind: jobs::SWEEP,
        facility: Some(facility),
        payload: &json!({ "address": address }),
        dedupe: None,
        due: tx.now,
    })
    .await
}

/// Removes a stored file that no report, no draft and no self-check has.
pub(in crate::quality) async fn sweep(ctx: &Ctx, facility: FacilityId, address: &str) -> Result<()> {
    let mut view = ctx.view();
    if store::is_kept(&mut view, facility, address).await?
        || store::is_evidence(&mut view, facility, address).await?
    {
        return Ok(());
    }
    ctx.files.remove(address).await
}
