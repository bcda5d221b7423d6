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

/// The form that answers were begun with.
pub(super) fn entry_of<'a>(ctx: &'a Ctx, response: &Response) -> Result<&'a Entry> {
    let gentle = ctx
        .content
        .forms
        .after_loss(&response.name)
        .filter(|entry| response.after_loss && entry.form.canonical() == response.questionnaire);
    gentle
        .or_else(|| ctx.content.forms.canonical(&response.questionnaire))
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
/// Errors: `forms.response_invalid` with every answer at fault.
pub(super) fn take(
    ctx: &Ctx,
    response: &mut Response,
    content: &Value,
    mode: Mode,
    now: chrono::DateTime<chrono::Utc>,
    locale: Locale,
) -> Result<(Answers, Vec<Warning>)> {
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
    let judged = entry.form.check(content, mode, &context(&response.name, now));
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

/// Files a form that staff filled in on her behalf, complete. A draft of hers for the same assignment is completed
/// with what staff entered.
///
/// Errors: `forms.response_invalid`, `forms.already_completed`.
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
    let begun_before = match assignment.and_then(|a| a.response) {
        Some((_, ResponseStatus::Completed | ResponseStatus::Amended)) => {
            return Err(Error::Refused(Code::FormsAlreadyCompleted));
        }
        Some((id, ResponseStatus::InProgress)) => store::response(tx, episode.facility_id, id).await?,
        None => None,
    };
    let draft = begun_before.is_some();
    let mut response = begun_before.unwrap_or_else(|| begun(tx, entry, episode, assignment));
    response.status = ResponseStatus::Completed;
    response.completed_at = Some(tx.now);
    response.entered_by = Some(me.id);
    let content = with_files(tx, caller, &response, content.clone()).await?;
    let (answers, remarks) = take(
        ctx,
        &mut response,
        &content,
        Mode::Submit,
        tx.now,
        caller.request.locale,
    )?;
    let actor = caller.actor();
    if draft {
        let read = response.version;
        response.version += 1;
        store::update(
            tx,
            Revision {
                response: &response,
                actor,
            },
            read,
        )
        .await?;
    } else {
        store::add(
            tx,
            Revision {
                response: &response,
                actor,
            },
        )
        .await?;
    }
    Ok((response, answers, remarks))
}
