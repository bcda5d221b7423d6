//! Replies to the surveys.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::judge::form_of;
use crate::base::error::Result;
use crate::base::{Locale, Role};
use crate::content::forms::REFUSAL;
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::{Episode, NewTask, StepState};
use crate::followup::course::course;
use crate::followup::model::SurveyAnswer;
use crate::followup::{asking, checking, jobs, rules, schedule, store};
use crate::forms::model::{Response, Told};
use crate::people;
use crate::questionnaire::{Answers, Context, assess};

/// A reply to a survey: what can be counted of it is kept, the rest stays sealed among her answers.
pub(super) async fn replied(
    ctx: &Ctx,
    tx: &mut Tx,
    response: &Response,
    answers: &Answers,
    episode: &Episode,
    locale: Locale,
) -> Result<Option<Told>> {
    let facility = response.facility_id;
    let overall = answers
        .get("sat.overall")
        .first()
        .and_then(|answer| answer.code()?.parse::<i64>().ok())
        .filter(|score| (1..=5).contains(score));
    if checking::suggestion(answers).is_some() {
        checking::noted(ctx, tx, response).await?;
    }
    let labor = store::labor_of(tx, facility, episode.id).await?;
    let mode = labor.as_ref().map(|(.., mode)| mode.as_str());
    store::add_answers(tx, response, mode, &countable(answers)).await?;
    if let (Some(overall), Some((labor, born_at, _))) = (overall, labor) {
        let by_staff = response.entered_by.is_some();
        store::add_reply(tx, facility, labor, response.id, overall, by_staff).await?;
        let step = asking::survey_step(facility, episode.id, born_at, StepState::Done);
        episode::facts::set_step(tx, &step).await?;
    }
    if response.name == REFUSAL {
        if says(answers, "ref.contact", "true") {
            call_task(tx, response, tx.now + schedule::SERVICE_RECOVERY).await?;
        }
        return Ok(None);
    }
    let form = form_of(ctx, response)?;
    let assessment = assess(form, answers, &Context::at(tx.now));
    let flags = rules::flags(form, &assessment);
    if flags.is_empty() {
        return Ok(None);
    }
    let due = rules::due(&assessment.level, &flags, tx.now).min(tx.now + schedule::SERVICE_RECOVERY);
    call_task(tx, response, due).await?;
    let phone = people::facts::facility(tx, facility).await?.phone;
    let told = rules::told(form, &assessment.level, &flags, locale, &phone);
    Ok(Some(Told {
        phone: None,
        level: None,
        ..told
    }))
}

/// After a reply that was entered in error she is asked again, unless another of hers stands.
pub(super) async fn asked_anew(tx: &mut Tx, response: &Response) -> Result<()> {
    let facility = response.facility_id;
    let Some((labor, ..)) = store::labor_of(tx, facility, response.episode_id).await? else {
        return Ok(());
    };
    match course(tx, facility, labor).await? {
        Some(course) if course.has_survey => asking::open_survey(tx, &course).await,
        _ => Ok(()),
    }
}

/// The answers that can be counted: options, yes and no, whole numbers.
fn countable(answers: &Answers) -> Vec<SurveyAnswer> {
    let all = answers
        .iter()
        .flat_map(|(item, given)| given.iter().map(move |one| (item, one)));
    all.filter_map(|(item, one)| {
        let code = match one.code() {
            Some(code) => code.to_owned(),
            None => plain(&one.plain())?,
        };
        Some(SurveyAnswer {
            item: item.to_owned(),
            score: code.parse().ok(),
            code,
        })
    })
    .collect()
}

/// A number or a yes and no as text; nothing of what she wrote.
fn plain(one: &Value) -> Option<String> {
    match one {
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn says(answers: &Answers, item: &str, word: &str) -> bool {
    countable(answers)
        .iter()
        .any(|one| one.item == item && one.code == word)
}

/// She asked to be called, by the quality office: what she says of her care is none of the business of those who give it.
async fn call_task(tx: &mut Tx, response: &Response, due: DateTime<Utc>) -> Result<()> {
    let task = NewTask {
        facility: response.facility_id,
        patient: response.patient_id,
        episode: response.episode_id,
        kind: jobs::SERVICE_RECOVERY,
        subject: response.episode_id.0,
        roles: vec![Role::Quality],
        due,
        urgent: false,
    };
    episode::facts::add_task(tx, &task).await?;
    Ok(())
}
