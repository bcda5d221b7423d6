//! Evidence for the self-check of the hospital: uploaded first, then named by its answers.

use serde_json::{Map, json};
use tracing::instrument;
use zeroize::Zeroizing;

use super::attaching::Stored;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{AttachmentId, FacilityId};
use crate::base::{Act, Code, Locale, Noun, Subject};
use crate::ctx::{Ctx, Tx};
use crate::http::params::answer_language;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};
use crate::quality::draft::EventFile;
use crate::quality::store;
use crate::questionnaire::{self, Answer, Answers, Attachment};

/// How an answer names evidence: relative to the interface for staff.
const PLACE: &str = "readiness/attachments";

/// Uploads evidence; an answer of a self-check may then name it as `readiness/attachments/{id}`.
///
/// Errors: `http.too_large`, `http.unsupported_media_type`, `forms.attachment_invalid`.
#[instrument(name = "quality.attach_readiness", skip_all)]
pub async fn attach_readiness(ctx: &Ctx, caller: &Caller, bytes: Vec<u8>) -> Result<EventFile> {
    policy::allowed(caller, Act::QualityAttachReadiness)?;
    let me = caller.staff()?;
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let stored = Stored::put(ctx, me.facility, bytes).await?;
    let mut tx = once!(ctx, Act::QualityAttachReadiness, caller);
    let file = EventFile {
        id: tx.id(),
        kind: stored.kind,
        size: stored.size,
        by: Some(me.id),
        at: tx.now,
    };
    store::add_evidence(&mut tx, me.facility, &file, &stored.address, &stored.key).await?;
    let detail = json!({ "kind": file.kind.suffix() });
    tx.journal(caller, Subject::thing("readiness_file", file.id), detail)
        .await?;
    tx.commit_with(&file).await?;
    Ok(file)
}

/// Evidence of the caller's hospital; a look is journaled before it is answered.
#[instrument(name = "quality.file_of_readiness", skip_all)]
pub async fn file_of_readiness(
    ctx: &Ctx,
    caller: &Caller,
    id: AttachmentId,
) -> Result<(EventFile, Zeroizing<Vec<u8>>)> {
    policy::allowed(caller, Act::QualityFileOfReadiness)?;
    let facility = caller.staff()?.facility;
    let mut tx = ctx.write(Act::QualityFileOfReadiness).await?;
    let kept = store::evidence(&mut tx, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Attachment))?;
    let belongs = Belongs {
        facility,
        account: None,
    };
    policy::may(caller, Act::QualityFileOfReadiness, Noun::Attachment, belongs)?;
    tx.journal(caller, Subject::thing("readiness_file", id), json!({}))
        .await?;
    tx.commit().await?;
    Ok((kept.file, ctx.files.get(&kept.address, kept.key).await?))
}

/// Every file that the answers name is evidence of this hospital, and what they say of it is so.
///
/// Errors: `forms.response_invalid` with `attachmentUnknown`.
pub(super) async fn known_evidence(
    tx: &mut Tx,
    facility: FacilityId,
    answers: &Answers,
    locale: Locale,
) -> Result<()> {
    let mut faults = Vec::new();
    for (link_id, given) in answers.iter() {
        for answer in given {
            if let Answer::Attachment(file) = answer
                && !is_known(tx, facility, file).await?
            {
                let code = "attachmentUnknown";
                faults.push(Fault {
                    link_id: Some(link_id.to_owned()),
                    message: Some(questionnaire::message(code, &Map::new(), answer_language(locale))),
                    ..Fault::field("/content", code)
                });
            }
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Error::Invalid(Code::FormsResponseInvalid, faults))
}

async fn is_known(tx: &mut Tx, facility: FacilityId, named: &Attachment) -> Result<bool> {
    let (None, Some((PLACE, id))) = (
        named.data_size,
        named.url.as_deref().and_then(|url| url.rsplit_once('/')),
    ) else {
        return Ok(false);
    };
    let Ok(id) = id.parse() else { return Ok(false) };
    let kept = store::evidence(tx, facility, AttachmentId(id)).await?;
    Ok(kept.is_some_and(|kept| {
        let size = named.size.and_then(|size| i64::try_from(size).ok());
        size == Some(kept.file.size) && named.content_type.as_deref() == Some(kept.file.kind.media_type())
    }))
}
