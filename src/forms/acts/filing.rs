//! What her acts, those of staff and `facts` have in common: judging answers and filing them.

use serde_json::{Map, Value, json};

use super::attaching::with_files;
use crate::base::clock::clinic_zone;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{FacilityId, PatientId};
use crate::base::{Code, Locale, Noun};
use crate::content::forms::Entry;
use crate::ctx::{Ctx, Sender, Tx};
use crate::db::Q;
use crate::episode::model::Episode;
use crate::forms::model::{Amending, Assignment, Response, ResponseStatus, Revision, Warning};
use crate::forms::{rules, store};
use crate::http::params::{answer_faults, answer_language};
use crate::people::caller::Caller;
use crate::people::facts::account_of;
use crate::people::policy::Belongs;
use crate::questionnaire::{self, Answers, Context, Mode, Problem};

/// The newest version of a form, without the items on the baby where it must be so.
pub(super) fn current<'a>(ctx: &'a Ctx, name: &str, after_loss: bool) -> Result<&'a Entry> {
    let gentle = after_loss.then(|| ctx.content.forms.after_loss(name)).flatten();
    gentle
        .or_else(|| ctx.content.forms.current(name))
        .filter(|entry| rules::stands_alone(name) && rules::is_about_her(&entry.form))
        .ok_or(Error::Missing(Noun::Questionnaire))
}

/// Nobody begins a form that is retired.
///
/// Errors: `forms.questionnaire_retired`.
pub(super) fn must_be_offered(entry: &Entry, now: chrono::DateTime<chrono::Utc>) -> Result<()> {
    if entry.retired(now) {
        return Err(retired("/questionnaire"));
    }
    Ok(())
}

pub(super) fn retired(pointer: &str) -> Error {
    Error::Invalid(
        Code::FormsQuestionnaireRetired,
        vec![Fault::field(pointer, "retired")],
    )
}

/// The form that answers were begun with.
pub(super) fn entry_of<'a>(ctx: &'a Ctx, response: &Response) -> Result<&'a Entry> {
    ctx.content
        .forms
        .asked(&response.name, &response.questionnaire, response.after_loss)
        .ok_or(Error::Missing(Noun::Questionnaire))
}

/// The context in which answers to a form are judged.
pub(super) fn context(name: &str, now: chrono::DateTime<chrono::Utc>) -> Context {
    let context = Context::at(now);
    match rules::phase(name) {
        Some(phase) => context.in_phase(phase),
        None => context,
    }
}

/// The engine's remarks.
pub(super) fn warnings(problems: &[Problem], locale: Locale) -> Vec<Warning> {
    problems
        .iter()
        .map(|problem| Warning {
            code: problem.code.to_owned(),
            link_id: problem.link_id.clone(),
            message: questionnaire::message(problem.code, &problem.params, answer_language(locale)),
        })
        .collect()
}

/// Judges the whole document of a response and takes it over in its normal form.
///
/// Errors: `http.malformed`, `http.too_large`, `forms.response_invalid` with every answer at fault.
pub(super) fn take(
    ctx: &Ctx,
    response: &mut Response,
    content: Value,
    mode: Mode,
    now: chrono::DateTime<chrono::Utc>,
    locale: Locale,
) -> Result<(Answers, Vec<Warning>)> {
    must_be_answers(&content, "/content/resourceType")?;
    let entry = entry_of(ctx, response)?;
    let named = content.get("questionnaire").and_then(Value::as_str);
    if named.is_some_and(|named| named != response.questionnaire) {
        return Err(invalid(vec![Fault {
            message: Some(questionnaire::message(
                "invalidStructure",
                &Map::new(),
                answer_language(locale),
            )),
            ..Fault::field("/content/questionnaire", "invalidStructure")
        }]));
    }
    let judged = entry.form.judge(content, mode, &context(&response.name, now));
    // A draft may contradict itself while she is still typing.
    let (soft, hard): (Vec<_>, Vec<_>) = judged
        .errors
        .into_iter()
        .partition(|problem| mode == Mode::Draft && problem.code == "inconsistent");
    if !hard.is_empty() {
        return Err(invalid(answer_faults(hard, locale, |p| {
            format!("/content{}", p.pointer)
        })));
    }
    let mut remarks = warnings(&judged.warnings, locale);
    remarks.extend(warnings(&soft, locale));
    response.content = stamped(judged.normalized, response, now);
    Ok((judged.answers, remarks))
}

/// Whether a document is a set of answers, of a size that a form can have.
///
/// Errors: `http.malformed` for another resource, `http.too_large`.
pub(super) fn must_be_answers(content: &Value, pointer: &str) -> Result<()> {
    let kind = content.get("resourceType").and_then(Value::as_str);
    if kind != Some("QuestionnaireResponse") {
        let fault = Fault::field(pointer, "unknown");
        return Err(Error::Invalid(Code::HttpMalformed, vec![fault]));
    }
    if rules::too_large(content) {
        return Err(Error::Malformed(Code::HttpTooLarge));
    }
    Ok(())
}

pub(super) fn invalid(faults: Vec<Fault>) -> Error {
    Error::Invalid(Code::FormsResponseInvalid, faults)
}

/// What the server says in the document, whatever the client wrote there.
fn stamped(content: Value, response: &Response, now: chrono::DateTime<chrono::Utc>) -> Value {
    let Value::Object(mut document) = content else {
        return content;
    };
    document.values_mut().for_each(as_shown);
    document.insert("questionnaire".to_owned(), json!(response.questionnaire));
    let status = match response.status {
        ResponseStatus::InProgress => "in-progress",
        ResponseStatus::Stopped => "stopped",
        ResponseStatus::EnteredInError => "entered-in-error",
        ResponseStatus::Completed | ResponseStatus::Amended => {
            let authored = now.with_timezone(&clinic_zone()).to_rfc3339();
            document.insert("authored".to_owned(), json!(authored));
            "completed"
        }
    };
    document.insert("status".to_owned(), json!(status));
    Value::Object(document)
}

/// Answers show instants of UTC with `Z`. They are kept so too: what she was shown is what is kept, and sent back as it was
/// read it makes no new revision.
pub(super) fn as_shown(node: &mut Value) {
    match node {
        Value::Array(all) => all.iter_mut().for_each(as_shown),
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if name == "valueDateTime" => {
                        if let Some(instant) = text.strip_suffix("+00:00") {
                            *text = format!("{instant}Z");
                        }
                    }
                    other => as_shown(other),
                }
            }
        }
        _ => {}
    }
}

/// A submitted document as the draft of its amendment.
pub(super) fn drafted_from(mut content: Value) -> Value {
    if let Value::Object(document) = &mut content {
        document.remove("authored");
        document.insert("status".to_owned(), json!("in-progress"));
    }
    content
}

/// A new, empty set of answers of a pregnancy.
pub(super) fn begun(tx: &Tx, entry: &Entry, episode: &Episode, assignment: Option<&Assignment>) -> Response {
    Response {
        id: tx.id(),
        facility_id: episode.facility_id,
        patient_id: episode.patient_id,
        episode_id: episode.id,
        assignment_id: assignment.map(|a| a.id),
        questionnaire: entry.form.canonical().to_owned(),
        name: entry.name.clone(),
        after_loss: assignment.is_some_and(|a| a.after_loss),
        status: ResponseStatus::InProgress,
        content: entry.form.draft(),
        staff_items: None,
        authored_at: tx.now,
        completed_at: None,
        entered_by: None,
        amending: Amending::default(),
        withdrawn: None,
        version: 1,
    }
}

/// Whose a woman's record is.
pub(super) async fn belongs(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<Belongs> {
    Ok(Belongs {
        facility,
        account: account_of(q, facility, patient).await?,
    })
}

/// Files a form that staff filled in on her behalf, complete. What she had drafted for the same assignment is kept as she
/// left it.
///
/// Errors: `forms.response_invalid`, `forms.already_completed`, `forms.questionnaire_retired`.
pub(in crate::forms) async fn record_completed(
    ctx: &Ctx,
    tx: &mut Tx,
    caller: &Caller,
    episode: &Episode,
    name: &str,
    assignment: Option<&Assignment>,
    content: &Value,
) -> Result<(Response, Answers, Vec<Warning>)> {
    let me = caller.staff()?;
    let entry = current(ctx, name, assignment.is_some_and(|a| a.after_loss))?;
    match assignment.and_then(|a| a.response) {
        Some((_, ResponseStatus::Completed | ResponseStatus::Amended)) => {
            return Err(Error::Refused(Code::FormsAlreadyCompleted));
        }
        Some((id, ResponseStatus::InProgress)) => {
            if let Some(draft) = store::response(tx, episode.facility_id, id).await? {
                stop(tx, caller, draft).await?;
            }
        }
        Some((_, ResponseStatus::Stopped | ResponseStatus::EnteredInError)) | None => {}
    }
    must_be_offered(entry, tx.now)?;
    let mut response = begun(tx, entry, episode, assignment);
    response.status = ResponseStatus::Completed;
    response.completed_at = Some(tx.now);
    response.entered_by = Some(me.id);
    let content = with_files(tx, caller, &response, content.clone()).await?;
    let (answers, remarks) = take(
        ctx,
        &mut response,
        content,
        Mode::Submit,
        tx.now,
        caller.request.locale,
    )?;
    let actor = caller.actor();
    let revision = Revision {
        response: &response,
        actor,
    };
    store::add(tx, revision).await?;
    Ok((response, answers, remarks))
}

/// A draft is given up: it stays as it is, to be read, and takes no more changes.
pub(super) async fn stop(tx: &mut Tx, caller: &Caller, mut draft: Response) -> Result<Response> {
    let read = draft.version;
    draft.status = ResponseStatus::Stopped;
    draft.version += 1;
    if let Value::Object(document) = &mut draft.content {
        document.insert("status".to_owned(), json!("stopped"));
    }
    let actor = caller.actor();
    let revision = Revision {
        response: &draft,
        actor,
    };
    store::update(tx, revision, read).await?;
    Ok(draft)
}
