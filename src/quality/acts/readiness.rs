//! The hospital's self-check against the technical requirements of 2025 (Annex 1).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::instrument;
use uuid::Uuid;

use super::evidence::known_evidence;
use super::reminders::look_again;
use crate::base::error::{Error, Result};
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::content::forms::READINESS;
use crate::ctx::Ctx;
use crate::http::params::answer_faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::model::{Readiness, ReadinessLevel};
use crate::quality::store;
use crate::questionnaire::{self, Answer, Answers, Context, Form, Mode};

/// A self-check with how it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checked {
    /// As it was filed.
    pub check: Readiness,
    /// When it was filed.
    pub level: ReadinessLevel,
    /// Items that were met, and items that apply, then: the page gives no score, so this is no more than a share.
    pub share: (usize, usize),
    /// Items that were not met then, with the sentence for staff.
    pub unmet: Vec<Unmet>,
    /// Now: a check that is due again makes a hospital not ready without anybody's doing.
    pub level_now: ReadinessLevel,
    /// Rules that hold against it now and did not when it was filed.
    pub since: Vec<Unmet>,
}

/// A requirement that is not met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unmet {
    /// The rule: an item as in `B18`, or `B18-due` for a check that is overdue.
    pub rule: String,
    /// In words.
    pub staff: String,
    /// The source.
    pub source: String,
    /// Whether a clinician confirmed the rule.
    pub confirmed: bool,
}

/// The self-checks by the day of the check, the newest first.
#[instrument(name = "quality.readiness", skip_all)]
pub async fn readiness(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<Checked>> {
    policy::allowed(caller, Act::QualityReadiness)?;
    let facility = caller.staff()?.facility;
    let question = Act::QualityReadiness.word();
    let after: Option<(NaiveDate, Uuid)> = page.after(question)?;
    let mut tx = ctx.write(Act::QualityReadiness).await?;
    let rows = store::readiness(&mut tx, facility, after, page.limit + 1).await?;
    let found = page.page(rows, question, |check| (check.checked_on, check.id));
    let mut items = Vec::with_capacity(found.items.len());
    for check in found.items {
        items.push(standing(ctx, check, &Context::at(tx.now))?);
    }
    tx.journal(
        caller,
        Subject::list("readiness"),
        json!({ "count": items.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(Page {
        items,
        next_cursor: found.next_cursor,
    })
}

/// A self-check is filed, whole.
///
/// Errors: `forms.response_invalid` with every answer at fault, and then with every file that was not uploaded as evidence.
#[instrument(name = "quality.check_readiness", skip_all)]
pub async fn check_readiness(ctx: &Ctx, caller: &Caller, content: Value) -> Result<Checked> {
    policy::allowed(caller, Act::QualityCheckReadiness)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::QualityCheckReadiness, caller);
    let named = content.get("questionnaire").and_then(Value::as_str);
    let forms = &ctx.content.forms;
    let entry = match named {
        Some(named) => forms.canonical(named).filter(|entry| entry.name == READINESS),
        None => forms.current(READINESS),
    };
    let entry = entry.ok_or(Error::Missing(Noun::Questionnaire))?;
    let context = Context::at(tx.now);
    let judged = entry.form.judge(content, Mode::Submit, &context);
    if !judged.errors.is_empty() {
        let faults = answer_faults(judged.errors, caller.request.locale, |problem| {
            format!("/content{}", problem.pointer)
        });
        return Err(Error::Invalid(Code::FormsResponseInvalid, faults));
    }
    known_evidence(&mut tx, me.facility, &judged.answers, caller.request.locale).await?;
    let day = judged.answers.get("check.date").first().and_then(Answer::day);
    let check = Readiness {
        id: tx.id(),
        checked_on: day.ok_or_else(|| Error::invalid("/content", "required"))?,
        result: questionnaire::assess(&entry.form, &judged.answers, &context),
        content: judged.normalized,
        by: me.id,
        at: tx.now,
    };
    store::add_readiness(&mut tx, me.facility, &check).await?;
    look_again(&mut tx, me.facility).await?;
    tx.journal(
        caller,
        Subject::thing("readiness", check.id),
        json!({ "day": check.checked_on, "level": check.result.level }),
    )
    .await?;
    let checked = standing(ctx, check, &context)?;
    tx.commit_with(&checked).await?;
    Ok(checked)
}

fn standing(ctx: &Ctx, check: Readiness, context: &Context) -> Result<Checked> {
    let entry = ctx.content.forms.canonical(&check.result.form);
    let form = &entry
        .ok_or_else(|| Error::broken("the form of a self-check is no longer loaded"))?
        .form;
    let answers = Answers::from_response(form, &check.content);
    let now = questionnaire::assess(form, &answers, context);
    let then = check.result.fired_rules();
    let since: Vec<&str> = now.fired_rules().difference(&then).copied().collect();
    Ok(Checked {
        share: share(form, &answers, &then),
        level: level(&check.result.level)?,
        unmet: unmet(form, then),
        level_now: level(&now.level)?,
        since: unmet(form, since),
        check,
    })
}

/// Items that are met, and those that apply; an item is a letter and a number, as in `B18`.
///
/// The rules say which required item is met: not one whose check is overdue, but one whose place another drug takes. No
/// rule speaks of what is only encouraged: there the answer counts.
fn share(form: &Form, answers: &Answers, fired: &BTreeSet<&str>) -> (usize, usize) {
    let is_of = |rule: &str, link_id: &str| rule.split('-').any(|part| part == link_id);
    let item = |(link_id, given): (&str, &[Answer])| {
        let number = link_id.strip_prefix(['A', 'B', 'C', 'D', 'E'])?;
        number.parse::<u8>().ok()?;
        let code = given.first()?.code()?;
        let fails = fired.iter().any(|rule| is_of(rule, link_id));
        let required = form.rules().any(|rule| is_of(&rule.id, link_id));
        let applies = fails || code != "n_a";
        applies.then_some(!fails && (required || code == "met"))
    };
    let items: Vec<bool> = answers.iter().filter_map(item).collect();
    (items.iter().filter(|met| **met).count(), items.len())
}

fn level(word: &str) -> Result<ReadinessLevel> {
    ReadinessLevel::parse(word).ok_or_else(|| Error::broken("the self-check has an unknown level"))
}

fn unmet<'a>(form: &Form, rules: impl IntoIterator<Item = &'a str>) -> Vec<Unmet> {
    let rules: Vec<&str> = rules.into_iter().collect();
    let all = form.rules().filter(|rule| rules.contains(&rule.id.as_str()));
    all.map(|rule| Unmet {
        rule: rule.id.clone(),
        staff: rule.staff.clone(),
        source: rule.source.clone(),
        confirmed: rule.confirmed,
    })
    .collect()
}
