//! A record is opened by somebody who treats her no longer, and the quality office looks at it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use super::clinic::known;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, PatientId, RecordAccessId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{Access, AccessReason, AccessReview, AccessVerdict, NewTask};
use crate::episode::{facts, rules, store};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::facts as people;
use crate::people::policy::{self, Belongs};

/// Task of the quality office about an opened record.
const REVIEW: &str = "episode.review_access";

/// Opens a record for four hours to who treats her no longer; she is told at once, and the quality office has a task.
///
/// Errors: `episode.access_open` while the record is open to them anyway, `http.invalid`.
#[instrument(name = "episode.access", skip_all)]
pub async fn access(
    ctx: &Ctx,
    caller: &Caller,
    id: PatientId,
    reason: AccessReason,
    text: Option<String>,
) -> Result<Access> {
    policy::allowed(caller, Act::EpisodeAccess)?;
    let staff = caller.staff()?;
    let facility = staff.facility;
    let mut tx = once!(ctx, Act::EpisodeAccess, caller);
    let (patient, episode) = known(&mut tx, caller, Act::EpisodeAccess, facility, id).await?;
    let mut faults = Faults::default();
    let text = text.map(|text| faults.text(&text, "/text", 1, 500));
    faults.check(
        text.is_some() || reason != AccessReason::Other,
        "/text",
        "required",
    );
    faults.done()?;
    let now = tx.now;
    if facts::is_treated(&mut tx, facility, id, now).await? {
        return Err(Error::Refused(Code::EpisodeAccessOpen));
    }
    let access = Access {
        id: tx.id(),
        patient: patient.id,
        by: staff.id,
        role: staff.role,
        reason,
        text,
        at: now,
        until: now + rules::access::OPENED,
        review: None,
    };
    store::add_access(&mut tx, facility, &access).await?;
    let reference = access.id.to_string();
    facts::notify(&mut tx, facility, id, "record_opened", &reference).await?;
    let review = NewTask {
        facility,
        patient: id,
        episode: episode.id,
        kind: REVIEW,
        subject: access.id.into(),
        roles: vec![Role::Quality],
        due: now + rules::access::REVIEWED,
        urgent: false,
    };
    store::add_task(&mut tx, &review).await?;
    let subject = Subject::of_patient("record_access", access.id, id);
    let detail = json!({ "reason": reason.word(), "until": access.until });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&access).await?;
    Ok(access)
}

/// An opened record as the quality office sees it: her number, no name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// What was opened, by whom and why.
    pub access: Access,
    /// Her record number.
    pub record_number: String,
    /// Who opened it.
    pub name: String,
}

/// The records that were opened and wait for the quality office, or that it has judged; oldest first.
#[instrument(name = "episode.accesses", skip_all)]
pub async fn accesses(ctx: &Ctx, caller: &Caller, reviewed: bool, page: PageRequest) -> Result<Page<Opened>> {
    policy::allowed(caller, Act::EpisodeAccesses)?;
    let facility = caller.staff()?.facility;
    let filter = format!("accesses {reviewed}");
    let after = page.after(&filter)?;
    let mut tx = ctx.write(Act::EpisodeAccesses).await?;
    let rows = store::accesses(&mut tx, facility, reviewed, after, page.limit + 1).await?;
    let found = page.page(rows, &filter, |access| access.id);
    let mut items = Vec::with_capacity(found.items.len());
    for access in found.items {
        items.push(opened(&mut tx, facility, access).await?);
    }
    let count = json!({ "count": items.len() });
    tx.journal(caller, Subject::list("record_access"), count).await?;
    tx.commit().await?;
    Ok(Page {
        items,
        next_cursor: found.next_cursor,
    })
}

/// The quality office judges whether a record had to be opened.
///
/// Errors: `episode.access_reviewed`, `http.invalid`.
#[instrument(name = "episode.review_access", skip_all)]
pub async fn review_access(
    ctx: &Ctx,
    caller: &Caller,
    id: RecordAccessId,
    verdict: AccessVerdict,
    text: &str,
) -> Result<Opened> {
    policy::allowed(caller, Act::EpisodeReviewAccess)?;
    let staff = caller.staff()?;
    let facility = staff.facility;
    let mut tx = once!(ctx, Act::EpisodeReviewAccess, caller);
    let mut access = store::access(&mut tx, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Access))?;
    let belongs = Belongs {
        facility,
        account: None,
    };
    policy::may(caller, Act::EpisodeReviewAccess, Noun::Access, belongs)?;
    let mut faults = Faults::default();
    let review = AccessReview {
        verdict,
        text: faults.text(text, "/text", 1, 2000),
        by: staff.id,
        at: tx.now,
    };
    faults.done()?;
    if !store::add_access_review(&mut tx, facility, id, &review).await? {
        return Err(Error::Refused(Code::EpisodeAccessReviewed));
    }
    store::finish_tasks(&mut tx, facility, REVIEW, id.into()).await?;
    access.review = Some(review);
    let subject = Subject::of_patient("record_access", id, access.patient);
    tx.journal(caller, subject, json!({ "verdict": verdict.word() }))
        .await?;
    let opened = opened(&mut tx, facility, access).await?;
    tx.commit_with(&opened).await?;
    Ok(opened)
}

async fn opened(tx: &mut Tx, facility: FacilityId, access: Access) -> Result<Opened> {
    let staff = people::staff(tx, facility, access.by).await?;
    let mut numbers = people::named(tx, facility, &[access.patient]).await?;
    Ok(Opened {
        name: staff.map(|staff| staff.name).unwrap_or_default(),
        record_number: numbers.remove(&access.patient).unwrap_or_default().1,
        access,
    })
}
