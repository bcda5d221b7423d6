//! A report before it is handed in: its writer's alone, with no clock, in nobody's list and in no count.
//!
//! It may be handed in without a name. So what is done to a draft stands in the journal without one, and the key of a
//! retry is kept as a digest that names nobody: what links the draft to its writer is its row and the reminder of it, which
//! go when it is handed in.

use serde_json::json;
use tracing::instrument;

use super::attaching::sweep_at;
use super::events::{ReportDraft, handed_in, unkept};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{AdverseEventId, FacilityId};
use crate::base::request::RequestInfo;
use crate::base::{Act, Actor, Code, Noun, Page, PageRequest, Role, Subject};
use crate::ctx::{Ctx, Records, Sender, Tx};
use crate::episode;
use crate::episode::model::{DRAFT, NewDuty};
use crate::files::clean::Kind;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::draft::{EventDraft, FORGOTTEN, Unsent};
use crate::quality::model::{AdverseEvent, Report};
use crate::quality::store;

/// Those who may write a report.
const WRITERS: [Role; 4] = [
    Role::Midwife,
    Role::Obstetrician,
    Role::Anesthesiologist,
    Role::Quality,
];

/// Whoever writes a report, as far as may be kept beside it.
pub(super) struct Unnamed {
    facility: FacilityId,
    request: RequestInfo,
}

impl Unnamed {
    pub(super) fn of(ctx: &Ctx, caller: &Caller) -> Result<Unnamed> {
        let staff = caller.staff()?;
        let mut request = caller.request.clone();
        request.idempotency_key = request.idempotency_key.map(|key| {
            let own = format!("{}\0{key}", staff.id);
            hex::encode(ctx.view().blind(Some(staff.facility), "retry_key", &own))
        });
        Ok(Unnamed {
            facility: staff.facility,
            request,
        })
    }
}

impl Sender for Unnamed {
    fn actor(&self) -> Actor {
        Actor::ANONYMOUS
    }

    fn facility(&self) -> Option<FacilityId> {
        Some(self.facility)
    }

    fn request(&self) -> &RequestInfo {
        &self.request
    }
}

/// Journals what was done to a draft.
pub(super) async fn noted(tx: &mut Tx, act: Act, facility: FacilityId, id: AdverseEventId) -> Result<()> {
    let subject = Subject::thing("adverse_event_draft", id);
    tx.journal_as(act, Actor::ANONYMOUS, Some(facility), subject, json!({}), None)
        .await
}

pub(super) fn missing() -> Error {
    Error::Missing(Noun::AdverseEvent)
}

/// Begins a report that is handed in later.
#[instrument(name = "quality.keep_draft", skip_all)]
pub async fn keep_draft(ctx: &Ctx, caller: &Caller, written: Unsent) -> Result<EventDraft> {
    policy::allowed(caller, Act::QualityKeepDraft)?;
    let staff = caller.staff()?;
    let sender = Unnamed::of(ctx, caller)?;
    let mut tx = once!(ctx, Act::QualityKeepDraft, &sender);
    let draft = EventDraft {
        id: tx.id(),
        written,
        created_at: tx.now,
        saved_at: tx.now,
        files: Vec::new(),
        version: 1,
    };
    store::add_draft(&mut tx, &staff, &draft).await?;
    noted(&mut tx, Act::QualityKeepDraft, staff.facility, draft.id).await?;
    tx.commit_with(&draft).await?;
    Ok(draft)
}

/// The caller's own drafts, the newest first; not journaled, for nobody reads what another one wrote.
#[instrument(name = "quality.drafts", skip_all)]
pub async fn drafts(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<EventDraft>> {
    policy::allowed(caller, Act::QualityDrafts)?;
    let staff = caller.staff()?;
    let after = page.after("own")?;
    let rows = store::drafts(&mut ctx.view(), &staff, after, page.limit + 1).await?;
    Ok(page.page(rows, "own", |draft| (draft.created_at, draft.id.0)))
}

/// A draft of the caller's.
#[instrument(name = "quality.draft", skip_all)]
pub async fn draft(ctx: &Ctx, caller: &Caller, id: AdverseEventId) -> Result<EventDraft> {
    policy::allowed(caller, Act::QualityDraft)?;
    let staff = caller.staff()?;
    store::draft(&mut ctx.view(), &staff, id)
        .await?
        .ok_or_else(missing)
}

/// Writes a draft anew, as a whole.
///
/// Errors: `Stale`.
#[instrument(name = "quality.change_draft", skip_all)]
pub async fn change_draft(
    ctx: &Ctx,
    caller: &Caller,
    id: AdverseEventId,
    written: Unsent,
) -> Result<EventDraft> {
    policy::allowed(caller, Act::QualityChangeDraft)?;
    let staff = caller.staff()?;
    let mut tx = ctx.write(Act::QualityChangeDraft).await?;
    let mut draft = store::draft(&mut tx, &staff, id).await?.ok_or_else(missing)?;
    caller.request.must_match(draft.version)?;
    draft.written = written;
    draft.saved_at = tx.now;
    if !store::save_draft(&mut tx, &staff, &draft).await? {
        return Err(Error::Stale {
            current: draft.version + 1,
        });
    }
    draft.version += 1;
    noted(&mut tx, Act::QualityChangeDraft, staff.facility, id).await?;
    tx.commit().await?;
    Ok(draft)
}

/// Gives a draft up, with its files.
#[instrument(name = "quality.drop_draft", skip_all)]
pub async fn drop_draft(ctx: &Ctx, caller: &Caller, id: AdverseEventId) -> Result<()> {
    policy::allowed(caller, Act::QualityDropDraft)?;
    let staff = caller.staff()?;
    let mut tx = ctx.write(Act::QualityDropDraft).await?;
    if !store::drop_draft(&mut tx, &staff, id).await? {
        return Err(missing());
    }
    episode::facts::drop_tasks(&mut tx, staff.facility, id.0).await?;
    tx.destroy_keys(id).await?;
    for file in store::files(&mut tx, staff.facility, id).await? {
        if let Some(address) = store::drop_file(&mut tx, staff.facility, id, file.id).await? {
            sweep_at(&mut tx, staff.facility, &address).await?;
        }
    }
    noted(&mut tx, Act::QualityDropDraft, staff.facility, id).await?;
    tx.commit().await
}

/// Hands a draft in: from now on it is a report like any other, with its files. Without a name it is nobody's: as with
/// [`super::report`], no retry key is kept, and a repeat finds no draft.
///
/// Errors: `http.invalid`, also without a name while a PDF is among its files; `http.idempotency_key_missing`, `Missing` for
/// a woman or labor of another hospital.
#[instrument(name = "quality.submit_draft", skip_all)]
pub async fn submit_draft(
    ctx: &Ctx,
    caller: &Caller,
    id: AdverseEventId,
    anonymous: bool,
) -> Result<AdverseEvent> {
    policy::allowed(caller, Act::QualitySubmitDraft)?;
    let staff = caller.staff()?;
    let mut tx = if anonymous {
        unkept(ctx, Act::QualitySubmitDraft, caller).await?
    } else {
        once!(ctx, Act::QualitySubmitDraft, caller)
    };
    let draft = store::draft(&mut tx, &staff, id).await?.ok_or_else(missing)?;
    // A picture is written anew when it comes; a document is kept as it is, and its program may have named its author.
    if anonymous && draft.files.iter().any(|file| file.kind == Kind::Pdf) {
        return Err(Error::invalid("/anonymous", "document_names_author"));
    }
    if !store::drop_draft(&mut tx, &staff, id).await? {
        return Err(missing());
    }
    episode::facts::drop_tasks(&mut tx, staff.facility, id.0).await?;
    let report = complete(draft.written, anonymous)?;
    handed_in(tx, Act::QualitySubmitDraft, caller, id, report).await
}

/// Reminds each writer of drafts that were left alone for some days, of each once; how many. Nobody else sees the task, and
/// it goes with its draft without a trace.
pub(super) async fn remind_writers(tx: &mut Tx, facility: FacilityId) -> Result<usize> {
    let mut told = 0;
    let since = tx.now - FORGOTTEN;
    for (draft, writer) in store::hold_forgotten_drafts(tx, facility, since).await? {
        let before = episode::facts::tasks_about(tx, facility, draft.0).await?;
        if !before.is_empty() {
            continue;
        }
        let duty = NewDuty {
            facility,
            kind: DRAFT.to_owned(),
            subject: draft.0,
            roles: WRITERS.to_vec(),
            only: Some(writer),
            due: tx.now,
            urgent: false,
        };
        episode::facts::add_duty(tx, &duty).await?;
        told += 1;
    }
    Ok(told)
}

/// A draft that has all that a report needs.
fn complete(written: Unsent, anonymous: bool) -> Result<ReportDraft> {
    let lacking = [
        ("/class", written.class.is_none()),
        ("/category", written.category.is_none()),
        ("/occurred_at", written.occurred_at.is_none()),
        ("/discovered_at", written.discovered_at.is_none()),
        ("/place", written.place.is_none()),
        ("/what_happened", written.what_happened.is_none()),
        ("/outcome", written.outcome.is_none()),
    ];
    let (
        Some(class),
        Some(category),
        Some(occurred_at),
        Some(discovered_at),
        Some(place),
        Some(what_happened),
        Some(outcome),
    ) = (
        written.class,
        written.category,
        written.occurred_at,
        written.discovered_at,
        written.place,
        written.what_happened,
        written.outcome,
    )
    else {
        let faults = lacking.into_iter().filter(|(_, lacks)| *lacks);
        let faults = faults.map(|(pointer, _)| Fault::field(pointer, "required"));
        return Err(Error::Invalid(Code::HttpInvalid, faults.collect()));
    };
    Ok(ReportDraft {
        class,
        category,
        anonymous,
        occurred_at,
        discovered_at,
        severity: written.severity,
        patient: written.patient,
        labor: written.labor,
        report: Report {
            age: written.age,
            diagnosis: written.diagnosis,
            place,
            what_happened,
            immediate_measures: written.immediate_measures,
            outcome,
            people_involved: written.people_involved,
            family_informed: written.family_informed,
        },
    })
}
