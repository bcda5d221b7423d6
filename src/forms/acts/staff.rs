//! What staff do with a woman's forms.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tracing::instrument;

use super::amending::{refused, replaced};
use super::earlier::asked_before;
use super::filing::{belongs, context, entry_of, invalid, must_be_answers, record_completed};
use super::mine::subject;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{PatientId, ResponseId};
use crate::base::{Act, Code, Noun, Role};
use crate::content::forms::{SATISFACTION, STAFF};
use crate::ctx::{Ctx, Sender, Tx};
use crate::episode;
use crate::forms::model::{
    Answered, AskedBefore, AssignmentState, Hooks, Kept, Response, ResponseStatus, Revision, Submitted,
    Verification,
};
use crate::forms::{rules, store};
use crate::http::params::answer_faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::questionnaire::{Answers, Mode};

/// A set of answers as staff read it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The answers with the staff items.
    pub response: Response,
    /// Which answers were compared with their source.
    pub verifications: Vec<Verification>,
    /// The versions that are kept.
    pub history: Vec<Kept>,
    /// Of an amendment: the questions that it answers differently.
    #[serde(default)]
    pub changed: Vec<String>,
    /// Of a re-check: the answers that it was begun with.
    #[serde(default)]
    pub asked_before: Option<AskedBefore>,
}

/// A woman's answers. The survey is anonymous to those who treat her.
#[instrument(name = "forms.read_staff", skip_all)]
pub async fn read_staff(ctx: &Ctx, caller: &Caller, id: ResponseId) -> Result<Record> {
    policy::allowed(caller, Act::FormsReadStaff)?;
    let mut tx = ctx.write(Act::FormsReadStaff).await?;
    let response = load(&mut tx, caller, Act::FormsReadStaff, id).await?;
    let (whose, now) = (response.patient_id, tx.now);
    episode::facts::may_read(&mut tx, caller, Act::FormsReadStaff, whose, now).await?;
    let record = with_marks(ctx, &mut tx, response).await?;
    tx.journal(
        caller,
        subject(&record.response),
        json!({ "version": record.response.version }),
    )
    .await?;
    tx.commit().await?;
    Ok(record)
}

/// Staff enter their part of the assessment beside her answers; all of it, what is left out is taken back. The
/// assessment is made again on the union.
///
/// Errors: `forms.not_completed`, `forms.stopped`, `forms.already_amended`, `forms.response_invalid`, `http.stale`.
#[instrument(name = "forms.staff_items", skip_all)]
pub async fn staff_items(
    ctx: &Ctx,
    hooks: &Hooks,
    caller: &Caller,
    id: ResponseId,
    given: Map<String, Value>,
) -> Result<Record> {
    policy::allowed(caller, Act::FormsStaffItems)?;
    let mut tx = ctx.write(Act::FormsStaffItems).await?;
    let mut response = load(&mut tx, caller, Act::FormsStaffItems, id).await?;
    let episode = episode::facts::lock(&mut tx, response.facility_id, response.episode_id)
        .await?
        .ok_or(Error::Missing(Noun::Episode))?;
    caller.request.must_match(response.version)?;
    if !rules::takes_staff_items(&response.name) {
        return Err(Error::Missing(Noun::Questionnaire));
    }
    must_be_completed(&response)?;
    let entry = ctx.content.forms.version(STAFF, response.form_version());
    let form = &entry.ok_or(Error::Missing(Noun::Questionnaire))?.form;
    // A draft to the engine: which staff items are still missing is a result of the assessment, not a refusal.
    let document = form.response_from_flat(&given);
    must_be_answers(&document, "/answers")?;
    let judged = form.judge(document, Mode::Draft, &context(&response.name, tx.now));
    if !judged.errors.is_empty() {
        return Err(invalid(answer_faults(
            judged.errors,
            caller.request.locale,
            |problem| match &problem.link_id {
                Some(link_id) => format!("/answers/{link_id}"),
                None => "/answers".to_owned(),
            },
        )));
    }
    response.staff_items = Some(judged.normalized);
    let read = response.version;
    response.version += 1;
    let actor = caller.actor();
    store::update(
        &mut tx,
        Revision {
            response: &response,
            actor,
        },
        read,
    )
    .await?;
    let answers = Answers::from_response(&entry_of(ctx, &response)?.form, &response.content);
    let submitted = Submitted {
        response: &response,
        answers: &answers,
        episode: &episode,
        locale: caller.request.locale,
        by: caller,
    };
    hooks.run(ctx, &mut tx, &submitted).await?;
    let items: Vec<&String> = given.keys().collect();
    tx.journal(
        caller,
        subject(&response),
        json!({ "version": response.version, "items": items }),
    )
    .await?;
    let record = with_marks(ctx, &mut tx, response).await?;
    tx.commit().await?;
    Ok(record)
}

/// Staff confirm that answers are what their source says, such as the laboratory's sheet.
///
/// Errors: `http.invalid` for a question without an answer, `forms.not_completed`, `forms.stopped`,
/// `forms.already_amended`.
#[instrument(name = "forms.verify", skip_all)]
pub async fn verify(
    ctx: &Ctx,
    caller: &Caller,
    id: ResponseId,
    link_ids: Vec<String>,
) -> Result<Vec<Verification>> {
    policy::allowed(caller, Act::FormsVerify)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::FormsVerify, caller);
    let response = load(&mut tx, caller, Act::FormsVerify, id).await?;
    must_be_completed(&response)?;
    let answered = Answers::from_response(&entry_of(ctx, &response)?.form, &response.content);
    let mut wrong: Vec<Fault> = link_ids
        .iter()
        .enumerate()
        .filter(|(_, link_id)| answered.get(link_id).is_empty())
        .map(|(position, _)| Fault::field(format!("/link_ids/{position}"), "unknown"))
        .collect();
    if link_ids.is_empty() {
        wrong.push(Fault::field("/link_ids", "required"));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(Code::HttpInvalid, wrong));
    }
    let now = tx.now;
    let mut verified = Vec::with_capacity(link_ids.len());
    for link_id in &link_ids {
        verified.push(store::verify(&mut tx, response.facility_id, response.id, link_id, me.id, now).await?);
    }
    tx.journal(caller, subject(&response), json!({ "items": link_ids }))
        .await?;
    tx.commit_with(&verified).await?;
    Ok(verified)
}

/// Staff fill in a form on her behalf, whole.
///
/// Errors: `forms.response_invalid` with every answer at fault.
#[instrument(name = "forms.enter", skip_all)]
pub async fn enter(
    ctx: &Ctx,
    hooks: &Hooks,
    caller: &Caller,
    patient: PatientId,
    name: &str,
    content: Value,
) -> Result<Answered> {
    policy::allowed(caller, Act::FormsEnter)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::FormsEnter, caller);
    let found = episode::facts::current(&mut tx, me.facility, patient).await?;
    let episode = found.ok_or(Error::Missing(Noun::Patient))?;
    let whose = belongs(&mut tx, episode.facility_id, patient).await?;
    policy::may(caller, Act::FormsEnter, Noun::Patient, whose)?;
    if !is_theirs(me.role, name) {
        return Err(Error::Missing(Noun::Questionnaire));
    }
    let episode = episode::facts::lock(&mut tx, me.facility, episode.id)
        .await?
        .ok_or(Error::Missing(Noun::Episode))?;
    let all = store::assignments(&mut tx, me.facility, episode.id).await?;
    // Staff may fill in a form that nobody assigned, or again: a woman in labor who was never seen before.
    let assignment = all
        .iter()
        .find(|one| one.name == name && rules::state(one, tx.now) != AssignmentState::Done);
    let (response, answers, warnings) =
        record_completed(ctx, &mut tx, caller, &episode, name, assignment, &content).await?;
    let submitted = Submitted {
        response: &response,
        answers: &answers,
        episode: &episode,
        locale: caller.request.locale,
        by: caller,
    };
    let told = hooks.run(ctx, &mut tx, &submitted).await?;
    tx.journal(
        caller,
        subject(&response),
        json!({ "form": response.questionnaire, "version": response.version }),
    )
    .await?;
    let answered = Answered {
        response,
        warnings,
        told,
    };
    tx.commit_with(&answered).await?;
    Ok(answered)
}

/// The survey is anonymous to those who treat her: a reply that came in on paper is the quality office's, and nothing else
/// is.
fn is_theirs(role: Role, form: &str) -> bool {
    (form == SATISFACTION) == (role == Role::Quality)
}

pub(super) async fn load(tx: &mut Tx, caller: &Caller, act: Act, id: ResponseId) -> Result<Response> {
    let me = caller.staff()?;
    let found = store::response(tx, me.facility, id).await?;
    let response = found
        .filter(|response| is_theirs(me.role, &response.name))
        .ok_or(Error::Missing(Noun::Response))?;
    let whose = belongs(tx, response.facility_id, response.patient_id).await?;
    policy::may(caller, act, Noun::Response, whose)?;
    Ok(response)
}

pub(super) async fn with_marks(ctx: &Ctx, tx: &mut Tx, response: Response) -> Result<Record> {
    let verifications = store::verifications(tx, response.facility_id, response.id).await?;
    let history = store::versions(tx, response.facility_id, response.id).await?;
    let changed = replaced(tx, &response)
        .await?
        .map(|before| rules::changed(&before.content, &response.content))
        .unwrap_or_default();
    Ok(Record {
        verifications,
        history,
        changed,
        asked_before: asked_before(ctx, tx, &response).await?,
        response,
    })
}

pub(super) fn must_be_completed(response: &Response) -> Result<()> {
    match response.status {
        ResponseStatus::Completed => Ok(()),
        ResponseStatus::InProgress => Err(Error::Refused(Code::FormsNotCompleted)),
        ResponseStatus::Stopped => Err(Error::Refused(Code::FormsStopped)),
        ResponseStatus::EnteredInError => Err(Error::Refused(Code::FormsEnteredInError)),
        // What staff add belongs beside the answers that stand.
        ResponseStatus::Amended => Err(refused(Code::FormsAlreadyAmended, response)),
    }
}
