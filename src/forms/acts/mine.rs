//! Her forms and her answers: what she is asked, what she begins, what she reads. Saving and submitting: `saving`;
//! changing what she submitted: `amending`.

use serde_json::{Map, Value, json};
use tracing::instrument;

use super::earlier;
use super::filing::{begun, belongs, current, entry_of, must_be_offered, stop, warnings};
use crate::base::error::{Error, Result};
use crate::base::id::{AssignmentId, FacilityId, ResponseId};
use crate::base::{Act, Code, Locale, Noun, Subject};
use crate::content::forms::{Entry, RECHECK};
use crate::ctx::{Ctx, Sender, Tx};
use crate::db::Q;
use crate::episode;
use crate::episode::model::Episode;
use crate::forms::model::{Assigned, Assignment, Drafted, Response, Revision};
use crate::forms::rules::{self, Known};
use crate::forms::store;
use crate::once;
use crate::people;
use crate::people::caller::{Caller, Mine};
use crate::people::policy;
use crate::questionnaire::Mode;

/// The forms of her pregnancy with state and window.
#[instrument(name = "forms.list", skip_all)]
pub async fn list(ctx: &Ctx, caller: &Caller) -> Result<Vec<Assigned>> {
    policy::allowed(caller, Act::FormsList)?;
    let mine = caller.mine()?;
    let mut view = ctx.view();
    let Some(episode) = episode::facts::current(&mut view, mine.facility, mine.patient).await? else {
        return Ok(Vec::new());
    };
    let now = ctx.clock.now();
    let assignments = store::assignments(&mut view, mine.facility, episode.id).await?;
    Ok(assignments
        .into_iter()
        .filter(|assignment| !is_theirs(ctx.content.forms.current(&assignment.name)))
        .map(|assignment| Assigned {
            title: ctx
                .content
                .forms
                .current(&assignment.name)
                .map(|entry| title(entry, caller.request.locale))
                .unwrap_or_default(),
            state: rules::state(&assignment, now),
            assignment,
        })
        .collect())
}

fn title(entry: &Entry, locale: Locale) -> String {
    let translated = entry
        .served
        .pointer("/_title/extension/0/extension/1/valueString")
        .and_then(Value::as_str)
        .filter(|_| locale == Locale::En);
    translated
        .map(str::to_owned)
        .or_else(|| entry.form.definition().title.clone())
        .unwrap_or_else(|| entry.name.clone())
}

/// The definition of a form: the current one, or a named version of it. Staff read every form, she those that are asked of
/// her.
#[instrument(name = "forms.questionnaire", skip_all)]
pub async fn questionnaire(ctx: &Ctx, caller: &Caller, name: &str, version: Option<&str>) -> Result<Entry> {
    policy::allowed(caller, Act::FormsQuestionnaire)?;
    if caller.staff().is_ok() {
        let forms = &ctx.content.forms;
        let entry = match version {
            Some(version) => forms.version(name, version),
            None => forms.current(name),
        };
        return entry.cloned().ok_or(Error::Missing(Noun::Questionnaire));
    }
    let after_loss = match caller.mine() {
        Ok(mine) => comes_after_loss(ctx, mine, name).await?,
        Err(_) => false,
    };
    let entry = match version {
        Some(version) => {
            let forms = &ctx.content.forms;
            let usual = forms.version(name, version);
            usual
                .and_then(|usual| forms.asked(name, usual.form.canonical(), after_loss))
                .ok_or(Error::Missing(Noun::Questionnaire))?
        }
        None => current(ctx, name, after_loss)?,
    };
    for_her(entry).cloned()
}

/// The definition of any form, for staff: also of those that they alone answer, and of the hospital's self-check.
#[instrument(name = "forms.questionnaire", skip_all)]
pub async fn questionnaire_staff(
    ctx: &Ctx,
    caller: &Caller,
    name: &str,
    version: Option<&str>,
) -> Result<Entry> {
    policy::allowed(caller, Act::FormsQuestionnaire)?;
    caller.staff()?;
    let forms = &ctx.content.forms;
    let found = match version {
        Some(version) => forms.version(name, version),
        None => forms.current(name),
    };
    found.cloned().ok_or(Error::Missing(Noun::Questionnaire))
}

/// Forms that staff alone answer do not exist for her.
pub(super) fn for_her(entry: &Entry) -> Result<&Entry> {
    if is_theirs(Some(entry)) {
        return Err(Error::Missing(Noun::Questionnaire));
    }
    Ok(entry)
}

pub(super) fn is_theirs(entry: Option<&Entry>) -> bool {
    entry.is_some_and(|entry| rules::is_for_staff(&entry.form))
}

/// Whether answers are to a form that staff alone answer.
pub(super) fn is_of_staff(ctx: &Ctx, response: &Response) -> bool {
    is_theirs(ctx.content.forms.canonical(&response.questionnaire))
}

/// Whether she is asked this form without the items on the baby.
async fn comes_after_loss(ctx: &Ctx, mine: Mine, name: &str) -> Result<bool> {
    let mut view = ctx.view();
    let Some(episode) = episode::facts::current(&mut view, mine.facility, mine.patient).await? else {
        return Ok(false);
    };
    let assignments = store::assignments(&mut view, mine.facility, episode.id).await?;
    Ok(assignments
        .iter()
        .any(|assignment| assignment.name == name && assignment.after_loss))
}

/// She begins a form; a draft that she has begun before is given back. One that she can no longer submit is given up where
/// she is asked the same form again.
///
/// Errors: `people.agreement_missing`, `forms.window_closed`, `forms.already_completed`, `forms.questionnaire_retired`.
#[instrument(name = "forms.start", skip_all)]
pub async fn start(
    ctx: &Ctx,
    caller: &Caller,
    name: &str,
    assignment: Option<AssignmentId>,
) -> Result<Drafted> {
    policy::allowed(caller, Act::FormsStart)?;
    let mine = caller.mine()?;
    let mut tx = once!(ctx, Act::FormsStart, caller);
    people::facts::require_agreements(&mut tx, ctx, caller).await?;
    let episode = hers(&mut tx, mine).await?;
    let entry = for_her(current(ctx, name, false)?)?;
    let all = store::assignments(&mut tx, mine.facility, episode.id).await?;
    let asked: Vec<&Assignment> = all
        .iter()
        .filter(|one| one.name == entry.name && assignment.is_none_or(|id| one.id == id))
        .collect();
    if assignment.is_some() && asked.is_empty() {
        return Err(Error::Missing(Noun::Assignment));
    }
    let found = store::draft(&mut tx, mine.facility, episode.id, &entry.name).await?;
    let found = match found {
        Some(draft) if rules::is_outlived(&draft, &all, &asked, tx.now) => {
            stop(&mut tx, caller, draft).await?;
            None
        }
        found => found,
    };
    let existing = found.is_some();
    let response = match found {
        Some(draft) => draft,
        None => {
            let assignment = rules::answerable(asked, tx.now).map_err(Error::Refused)?;
            let entry = current(ctx, name, assignment.after_loss)?;
            must_be_offered(entry, tx.now)?;
            let mut response = begun(&tx, entry, &episode, Some(assignment));
            let (known, earlier) = known_of(ctx, &mut tx, mine, &episode, &entry.name).await?;
            response.content = rules::prefilled(&entry.form, &known, earlier);
            let actor = caller.actor();
            store::add(
                &mut tx,
                Revision {
                    response: &response,
                    actor,
                },
            )
            .await?;
            response
        }
    };
    let judged = entry_of(ctx, &response)?.form.check(
        &response.content,
        Mode::Draft,
        &super::filing::context(&response.name, tx.now),
    );
    let drafted = Drafted {
        warnings: warnings(&judged.warnings, caller.request.locale),
        asked_before: earlier::asked_before(ctx, &mut tx, &response).await?,
        response,
    };
    tx.journal(
        caller,
        subject(&drafted.response),
        json!({ "form": drafted.response.questionnaire, "existing": existing }),
    )
    .await?;
    tx.commit_with(&drafted).await?;
    Ok(drafted)
}

/// What the hospital knows of her that a form may ask, and, at the re-check, what she said before.
async fn known_of(
    ctx: &Ctx,
    tx: &mut Tx,
    mine: Mine,
    episode: &Episode,
    name: &str,
) -> Result<(Known, Map<String, Value>)> {
    let found = people::facts::patient(tx, mine.facility, mine.patient).await?;
    let patient = found.ok_or(Error::Missing(Noun::Patient))?;
    // Staff may have registered her without it.
    let asked = episode.gravidity > 0;
    let known = Known {
        name: patient.name,
        birth_date: patient.birth_date,
        phone: patient.phone,
        height_cm: patient.height_cm,
        edd: Some(episode.edd),
        gravidity: asked.then_some(episode.gravidity),
        parity: asked.then_some(episode.parity),
        fetuses: Some(episode.fetuses),
        pre_pregnancy_weight_kg: episode.pre_pregnancy_weight_kg,
    };
    if name != RECHECK {
        return Ok((known, Map::new()));
    }
    Ok((known, earlier::to_offer(ctx, tx, episode).await?))
}

/// Her own answers.
#[instrument(name = "forms.read", skip_all)]
pub async fn read(ctx: &Ctx, caller: &Caller, id: ResponseId) -> Result<Drafted> {
    policy::allowed(caller, Act::FormsRead)?;
    let mine = caller.mine()?;
    let mut view = ctx.view();
    let found = store::response(&mut view, mine.facility, id).await?;
    let response = found
        .filter(|response| !is_of_staff(ctx, response))
        .ok_or(Error::Missing(Noun::Response))?;
    own(&mut view, caller, Act::FormsRead, &response).await?;
    Ok(Drafted {
        asked_before: earlier::asked_before(ctx, &mut view, &response).await?,
        response: without_staff_items(response),
        warnings: Vec::new(),
    })
}

/// Her pregnancy of now, locked.
async fn hers(tx: &mut Tx, mine: Mine) -> Result<Episode> {
    let found = episode::facts::current(tx, mine.facility, mine.patient).await?;
    let episode = found.ok_or(Error::Refused(Code::PeopleNotEnrolled))?;
    episode::facts::lock(tx, mine.facility, episode.id)
        .await?
        .ok_or(Error::Missing(Noun::Episode))
}

/// Her answers as they are once her pregnancy is locked: whoever was faster has committed by then.
pub(super) async fn locked(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    id: ResponseId,
) -> Result<(Response, Episode)> {
    let place = caller.mine()?.facility;
    let missing = || Error::Missing(Noun::Response);
    let found = store::response(tx, place, id).await?.ok_or_else(missing)?;
    own(tx, caller, act, &found).await?;
    let episode = episode::facts::lock(tx, place, found.episode_id)
        .await?
        .ok_or(Error::Missing(Noun::Episode))?;
    let response = store::response(tx, place, id).await?.ok_or_else(missing)?;
    Ok((response, episode))
}

pub(super) async fn own(q: &mut impl Q, caller: &Caller, act: Act, response: &Response) -> Result<()> {
    let facility: FacilityId = response.facility_id;
    let whose = belongs(q, facility, response.patient_id).await?;
    policy::may(caller, act, Noun::Response, whose)
}

/// What staff wrote beside her answers is theirs.
pub(super) fn without_staff_items(response: Response) -> Response {
    Response {
        staff_items: None,
        ..response
    }
}

pub(super) fn subject(response: &Response) -> Subject {
    Subject::of_patient("response", response.id, response.patient_id)
}
