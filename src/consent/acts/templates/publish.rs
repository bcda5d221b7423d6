//! A draft, its review, its publication, its recall: one transaction each, the consents follow (`change`).

use std::borrow::Cow;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::{Shelf, TemplateRow, check, row};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{FacilityId, StaffId};
use crate::base::{Act, Code, Noun, Subject};
use crate::consent::change::{self, Effective};
use crate::consent::model::{TemplateEvent, TemplateState, Touched};
use crate::consent::rules::templates::{Step, may_publish, original, step, translations};
use crate::consent::{store, templates};
use crate::content::consents::{Problem, Template, section_ids};
use crate::ctx::{Ctx, Tx};
use crate::http::params::Faults;
use crate::once;
use crate::outbox::Message;
use crate::people::caller::Caller;
use crate::people::policy;

/// A publication can wait so long for its time.
const AHEAD: Duration = Duration::days(366);
/// Two clocks may differ by so much.
const CLOCKS: Duration = Duration::minutes(5);

/// A template that entered a state, with the consents that this touches.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TemplateMoved {
    /// As it stands now.
    pub row: TemplateRow,
    /// Open consents, which end, and those in force, on which an anesthesiologist decides.
    pub touched: Vec<Touched>,
}

fn event(tx: &Tx, template: &str, state: TemplateState, staff: StaffId) -> TemplateEvent {
    TemplateEvent {
        id: tx.id(),
        template: template.to_owned(),
        state,
        staff,
        material_change: None,
        reason: None,
        effective_at: None,
        predecessor: None,
        at: tx.now,
    }
}

/// Keeps an event, journaled.
///
/// Errors: `consent.illegal_transition` when the template was there before, by another person's act.
async fn enter(tx: &mut Tx, caller: &Caller, facility: FacilityId, event: &TemplateEvent) -> Result<()> {
    if !store::add_template_event(tx, facility, event).await? {
        let state = json!({ "state": event.state.word() });
        return Err(Error::Conflict(Code::ConsentIllegalTransition, state));
    }
    let detail = json!({
        "template": event.template,
        "state": event.state.word(),
        "material_change": event.material_change,
        "effective_at": event.effective_at,
    });
    tx.journal(caller, Subject::thing("consent_template", event.id), detail)
        .await
}

fn fault(problem: Problem) -> Fault {
    let fault = Fault::field(problem.pointer, problem.code);
    match problem.params {
        Some(params) => fault.with(params),
        None => fault,
    }
}

/// An editor files a draft: a whole template document, which is never edited; another text is another draft.
///
/// Errors: `http.invalid` with every fault of the document, `consent.template_exists`.
#[instrument(name = "consent.template_draft", skip_all)]
pub async fn template_draft(ctx: &Ctx, caller: &Caller, document: &[u8]) -> Result<TemplateRow> {
    policy::allowed(caller, Act::ConsentTemplateDraft)?;
    let staff = caller.staff()?;
    let faults = |all: Vec<Problem>| Error::Invalid(Code::HttpInvalid, all.into_iter().map(fault).collect());
    let template = ctx.content.read_consent(document).map_err(faults)?;
    let mut tx = once!(ctx, Act::ConsentTemplateDraft, caller);
    let exists = || Error::Refused(Code::ConsentTemplateExists);
    if ctx.content.consents.get(&template.id).is_some() {
        return Err(exists());
    }
    let text = serde_json::to_string(&template.document)?;
    let listed = templates::listed(&template);
    if !store::add_template(&mut tx, staff.facility, &listed, &text, staff.id).await? {
        return Err(exists());
    }
    let drafted = event(&tx, &template.id, TemplateState::Draft, staff.id);
    enter(&mut tx, caller, staff.facility, &drafted).await?;
    let now = tx.now;
    let row = row(&mut tx, ctx, staff.facility, &template.id, now).await?;
    tx.commit_with(&row).await?;
    Ok(row)
}

/// A draft is handed in: every branch is tried, every character looked for in the fonts.
///
/// Errors: `Missing`, `consent.illegal_transition`, `consent.template_checks_failed` with what failed.
#[instrument(name = "consent.template_review", skip_all)]
pub async fn template_review(ctx: &Ctx, caller: &Caller, id: &str) -> Result<TemplateRow> {
    policy::allowed(caller, Act::ConsentTemplateReview)?;
    let staff = caller.staff()?;
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let renderer = ctx
        .press
        .version()
        .await
        .map_err(|error| Error::Broken(Box::new(error)))?;
    let mut view = ctx.view();
    let now = ctx.clock.now();
    let shelf = Shelf::open(&mut view, ctx, staff.facility, now).await?;
    step(shelf.standing(id)?.state, Step::Review)?;
    let template = existing(&mut view, ctx, staff.facility, id).await?;
    // The document never changes, so what is tried before the transaction holds in it.
    let stage = check::stage(&mut view, ctx, staff.facility, &template, &renderer, now).await?;
    check::every_branch(ctx, &stage).await?;
    let mut tx = once!(ctx, Act::ConsentTemplateReview, caller);
    store::lock_templates(&mut tx, staff.facility).await?;
    let now = tx.now;
    let shelf = Shelf::open(&mut tx, ctx, staff.facility, now).await?;
    step(shelf.standing(id)?.state, Step::Review)?;
    let handed_in = event(&tx, id, TemplateState::InReview, staff.id);
    enter(&mut tx, caller, staff.facility, &handed_in).await?;
    let row = row(&mut tx, ctx, staff.facility, id, now).await?;
    tx.commit_with(&row).await?;
    Ok(row)
}

async fn existing<'a>(
    q: &mut impl crate::db::Q,
    ctx: &'a Ctx,
    facility: FacilityId,
    id: &str,
) -> Result<Cow<'a, Template>> {
    let found = templates::find(q, ctx, facility, id).await?;
    found.ok_or(Error::Missing(Noun::Template))
}

/// How a template is published.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Whether what women agree to has changed in substance; the approver's judgment, never inferred (CE-200).
    pub material_change: bool,
    /// Why it is so judged.
    pub reason: String,
    /// From when on; at once if absent.
    pub effective_at: Option<DateTime<Utc>>,
}

/// The quality office publishes what another person wrote. From its time on consents are made from it; what it replaces
/// is retired, and with a material change the consents of that are touched (RC1).
///
/// Errors: `Missing`, `consent.illegal_transition`, `people.second_person_required`, `consent.template_version_old`,
/// `consent.template_scheduled`, `consent.template_original_missing`, `http.invalid`.
#[instrument(name = "consent.template_publish", skip_all)]
pub async fn template_publish(
    ctx: &Ctx,
    caller: &Caller,
    id: &str,
    publication: Publication,
) -> Result<TemplateMoved> {
    policy::allowed(caller, Act::ConsentTemplatePublish)?;
    let (staff, facility) = (caller.staff()?, caller.staff()?.facility);
    let mut faults = Faults::default();
    let reason = faults.text(&publication.reason, "/reason", 1, 500);
    let begins = publication.effective_at;
    let now = ctx.clock.now();
    let fits = begins.is_none_or(|at| at >= now - CLOCKS && at <= now + AHEAD);
    faults.check(fits, "/effective_at", "out_of_limits");
    faults.done()?;
    let mut tx = once!(ctx, Act::ConsentTemplatePublish, caller);
    store::lock_templates(&mut tx, facility).await?;
    let now = tx.now;
    let effective_at = begins.map_or(now, |at| at.max(now));
    let shelf = Shelf::open(&mut tx, ctx, facility, now).await?;
    let standing = shelf.standing(id)?;
    let editor = shelf.editor(standing);
    may_publish(standing, &shelf.all, editor, staff.id, effective_at, now)?;
    let template = existing(&mut tx, ctx, facility, id).await?;
    if let Some(original) = original(&standing.template, &shelf.all, effective_at) {
        let original = existing(&mut tx, ctx, facility, &original.template.id).await?;
        if section_ids(&original.document) != section_ids(&template.document) {
            return Err(Error::Refused(Code::ConsentTemplateOriginalMissing));
        }
    }
    let published = TemplateEvent {
        material_change: Some(publication.material_change),
        reason: Some(reason),
        effective_at: Some(effective_at),
        predecessor: shelf.current(standing).map(|one| one.template.id.clone()),
        ..event(&tx, id, TemplateState::Published, staff.id)
    };
    enter(&mut tx, caller, facility, &published).await?;
    if effective_at <= now {
        change::take_effect(&mut tx, ctx, facility, &published, &standing.template).await?;
    } else {
        tx.enqueue(Message {
            kind: "consent.template_effective",
            facility: Some(facility),
            payload: &Effective {
                template: id.to_owned(),
            },
            dedupe: Some(published.id.to_string()),
            due: effective_at,
        })
        .await?;
    }
    moved(tx, ctx, facility, id, published.id).await
}

/// The quality office takes a template out of use for a defect of safety (RC2): at once nothing is prepared or released
/// from it and no analgesia is begun on it; its open and active consents are listed, and told about. With the Chinese text
/// go the translations of it.
///
/// Errors: `Missing`, `consent.illegal_transition`, `http.invalid`.
#[instrument(name = "consent.template_recall", skip_all)]
pub async fn template_recall(ctx: &Ctx, caller: &Caller, id: &str, reason: &str) -> Result<TemplateMoved> {
    policy::allowed(caller, Act::ConsentTemplateRecall)?;
    let (staff, facility) = (caller.staff()?, caller.staff()?.facility);
    let mut faults = Faults::default();
    let reason = faults.text(reason, "/reason", 1, 500);
    faults.done()?;
    let mut tx = once!(ctx, Act::ConsentTemplateRecall, caller);
    store::lock_templates(&mut tx, facility).await?;
    let now = tx.now;
    let shelf = Shelf::open(&mut tx, ctx, facility, now).await?;
    let standing = shelf.standing(id)?;
    step(standing.state, Step::Recall)?;
    let recalled = TemplateEvent {
        reason: Some(reason),
        ..event(&tx, id, TemplateState::Recalled, staff.id)
    };
    enter(&mut tx, caller, facility, &recalled).await?;
    store::touch(&mut tx, facility, recalled.id, id).await?;
    for translation in translations(standing, &shelf.all) {
        let with_it = TemplateEvent {
            reason: recalled.reason.clone(),
            ..event(&tx, &translation.template.id, TemplateState::Recalled, staff.id)
        };
        enter(&mut tx, caller, facility, &with_it).await?;
        store::touch(&mut tx, facility, recalled.id, &translation.template.id).await?;
    }
    change::reworded(&mut tx, facility, recalled.id).await?;
    moved(tx, ctx, facility, id, recalled.id).await
}

/// What has become of it, and what that touches.
async fn moved(mut tx: Tx, ctx: &Ctx, facility: FacilityId, id: &str, event: Uuid) -> Result<TemplateMoved> {
    let now = tx.now;
    let moved = TemplateMoved {
        row: row(&mut tx, ctx, facility, id, now).await?,
        touched: store::touched_by(&mut tx, facility, event).await?,
    };
    tx.commit_with(&moved).await?;
    Ok(moved)
}
