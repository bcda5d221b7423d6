//! Looking for forms and answers, and judging answers that nobody keeps.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tracing::instrument;

use super::filing::{context, must_be_answers};
use super::mine::{for_her, is_of_staff, is_theirs, without_staff_items};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{PatientId, ResponseId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::content::forms::{Entry, SATISFACTION};
use crate::ctx::Ctx;
use crate::episode;
use crate::forms::model::{Response, ResponseStatus};
use crate::forms::store;
use crate::http::params::answer_faults;
use crate::people;
use crate::people::caller::{Caller, Mine};
use crate::people::policy::{self, Belongs};
use crate::questionnaire::Mode;

/// The published forms in every version, by name: all of them for staff, for her those that are asked of her.
#[instrument(name = "forms.questionnaires", skip_all)]
pub async fn questionnaires(ctx: &Ctx, caller: &Caller) -> Result<Vec<Entry>> {
    policy::allowed(caller, Act::FormsQuestionnaires)?;
    let all = ctx.content.forms.all();
    if caller.staff().is_ok() {
        return Ok(all.cloned().collect());
    }
    let gentle = match caller.mine() {
        Ok(mine) => after_loss(ctx, mine).await?,
        Err(_) => BTreeSet::new(),
    };
    let hers = all.filter(|entry| !is_theirs(Some(entry)));
    Ok(hers
        .map(|entry| in_her_words(ctx, &gentle, entry).clone())
        .collect())
}

/// The form without the items on the baby, where it must be so.
fn in_her_words<'a>(ctx: &'a Ctx, gentle: &BTreeSet<String>, entry: &'a Entry) -> &'a Entry {
    let softened = gentle.contains(&entry.name);
    let asked = ctx
        .content
        .forms
        .asked(&entry.name, entry.form.canonical(), softened);
    asked.unwrap_or(entry)
}

/// Names of the forms that she is asked without the items on the baby.
async fn after_loss(ctx: &Ctx, mine: Mine) -> Result<BTreeSet<String>> {
    let mut view = ctx.view();
    let Some(episode) = episode::facts::current(&mut view, mine.facility, mine.patient).await? else {
        return Ok(BTreeSet::new());
    };
    let assignments = store::assignments(&mut view, mine.facility, episode.id).await?;
    let gentle = assignments.into_iter().filter(|assignment| assignment.after_loss);
    Ok(gentle.map(|assignment| assignment.name).collect())
}

/// Which answers of a woman.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Whose; her own if absent, staff have to say.
    pub patient: Option<PatientId>,
    /// The form, by `url` or `url|version`.
    pub questionnaire: Option<String>,
    /// Draft, submitted or replaced, and whether they replace others; any if empty.
    pub status: &'static [(ResponseStatus, bool)],
}

impl Sought {
    fn wants(&self, response: &Response) -> bool {
        let form = self.questionnaire.as_deref().is_none_or(|asked| {
            response
                .questionnaire
                .strip_prefix(asked)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('|'))
        });
        let amended = response.amending.amends.is_some() && response.status == ResponseStatus::Completed;
        let status = self.status.is_empty() || self.status.contains(&(response.status, amended));
        form && status
    }
}

/// A woman's answers, oldest first: hers for herself, for staff without the anonymous survey.
///
/// Errors: `http.malformed` when staff do not say whose.
#[instrument(name = "forms.responses", skip_all)]
pub async fn responses(
    ctx: &Ctx,
    caller: &Caller,
    sought: Sought,
    page: PageRequest,
) -> Result<Page<Response>> {
    policy::allowed(caller, Act::FormsResponses)?;
    let question = format!("{sought:?}");
    let after: Option<ResponseId> = page.after(&question)?;
    if caller.staff().is_err() {
        let mine = caller.mine()?;
        if sought.patient.is_some_and(|patient| patient != mine.patient) {
            return Err(Error::Missing(Noun::Patient));
        }
        let mut all = store::of_patient(&mut ctx.view(), mine.facility, mine.patient).await?;
        all.retain(|response| sought.wants(response) && !is_of_staff(ctx, response));
        return Ok(cut(all, after, &page, &question).map(without_staff_items));
    }
    let place = caller.place()?;
    let patient = sought
        .patient
        .ok_or_else(|| Error::Invalid(Code::HttpMalformed, vec![Fault::field("?patient", "required")]))?;
    let mut tx = ctx.write(Act::FormsResponses).await?;
    let known = people::facts::patient(&mut tx, place, patient).await?;
    let known = known.ok_or(Error::Missing(Noun::Patient))?;
    let whose = Belongs {
        facility: known.facility_id,
        account: known.account_id,
    };
    policy::may(caller, Act::FormsResponses, Noun::Patient, whose)?;
    let now = tx.now;
    episode::facts::may_read(&mut tx, caller, Act::FormsResponses, patient, now).await?;
    let mut all = store::of_patient(&mut tx, place, patient).await?;
    all.retain(|response| sought.wants(response) && response.name != SATISFACTION);
    let found = cut(all, after, &page, &question);
    tx.journal(
        caller,
        Subject::of_patient("patient", patient, patient),
        json!({ "count": found.items.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(found)
}

/// A woman has few answers: all are read, the page is cut out of them.
fn cut(all: Vec<Response>, after: Option<ResponseId>, page: &PageRequest, question: &str) -> Page<Response> {
    let rest = all
        .into_iter()
        .filter(|response| after.is_none_or(|after| response.id > after));
    let rows = rest.take(usize::try_from(page.limit).unwrap_or(0) + 1).collect();
    page.page(rows, question, |response: &Response| response.id)
}

/// What is wrong with answers that nobody keeps.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Why they would be refused.
    pub errors: Vec<Fault>,
    /// What would be remarked.
    pub warnings: Vec<Fault>,
}

/// Judges a `QuestionnaireResponse` as submission would; one that is in progress as saving would. Nothing is kept.
///
/// Errors: `http.malformed` for another resource, `http.too_large`, `Missing` for a form that is not there for the caller.
#[instrument(name = "forms.validate", skip_all)]
pub async fn validate(ctx: &Ctx, caller: &Caller, document: &Value, strict: bool) -> Result<Judged> {
    policy::allowed(caller, Act::FormsValidate)?;
    let member = |name: &str| document.get(name).and_then(Value::as_str);
    must_be_answers(document, "/resourceType")?;
    let canonical = member("questionnaire").unwrap_or_default();
    let forms = &ctx.content.forms;
    let newest = || {
        let name = canonical.rsplit('/').next()?;
        let current = forms.current(name)?;
        let url = current.form.definition().url.as_deref();
        (url == Some(canonical)).then_some(current)
    };
    let found = forms.canonical(canonical).or_else(newest);
    let mut entry = found.ok_or(Error::Missing(Noun::Questionnaire))?;
    if caller.staff().is_err() {
        entry = for_her(entry)?;
        if let Ok(mine) = caller.mine() {
            entry = in_her_words(ctx, &after_loss(ctx, mine).await?, entry);
        }
    }
    let mode = match member("status") {
        Some("in-progress") => Mode::Draft,
        _ if strict => Mode::SubmitStrict,
        _ => Mode::Submit,
    };
    let judged = entry
        .form
        .check(document, mode, &context(&entry.name, ctx.clock.now()));
    let locale = caller.request.locale;
    Ok(Judged {
        errors: answer_faults(judged.errors, locale, |problem| problem.pointer.clone()),
        warnings: answer_faults(judged.warnings, locale, |problem| problem.pointer.clone()),
    })
}
