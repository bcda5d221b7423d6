//! Reading and the questions: what has to pass before she may sign.

use serde_json::json;
use tracing::instrument;

use super::prepare::task;
use super::{advance, floors, known, locked, missing, only_in, subject, template};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Code, Noun};
use crate::consent::flow::{self, By};
use crate::consent::model::{Consent, Dwell, Missing, ReadingBatch, ReadingEvent, Round, State};
use crate::consent::present::Inputs;
use crate::consent::rules::quiz::{self, Drawn, Given, Grade, OwnRisk};
use crate::consent::rules::states::Trigger;
use crate::consent::rules::{self, reading};
use crate::consent::store;
use crate::ctx::{Ctx, Records};
use crate::episode::model::NewTask;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{episode, people};

/// A consent and what is left to do, kept for a retry.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// The consent.
    pub consent: Consent,
    /// Reading per section.
    pub reading: Vec<Dwell>,
    /// What is left.
    pub missing: Missing,
}

/// Takes what she did while reading; the first batch begins the reading (T03), the last one may open the way to sign (T04).
///
/// Errors: `consent.reading_impossible` for what can't be true, `consent.identity_level` without a known identity,
/// `consent.deadline_passed`, `consent.illegal_transition`, `http.invalid` for unknown sections.
#[instrument(name = "consent.reading_events", skip_all)]
pub async fn reading_events(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    session: &str,
    events: Vec<ReadingEvent>,
) -> Result<Progress> {
    policy::allowed(caller, Act::ConsentReadingEvents)?;
    let mut tx = once!(ctx, Act::ConsentReadingEvents, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentReadingEvents, id).await?;
    only_in(&consent, &[State::Issued, State::Reading, State::Ready])?;
    in_time(&consent, tx.now)?;
    let template = &*template(&mut tx, ctx, &consent).await?;
    let floors = floors(template, consent.form);
    let mut faults = Faults::default();
    let session = faults.text(session, "/session", 1, 64);
    faults.check((1..=500).contains(&events.len()), "/events", "length");
    for (at, event) in events.iter().enumerate() {
        let known = floors.iter().any(|floor| floor.section == event.section);
        faults.check(known, &format!("/events/{at}/section"), "unknown");
        if let Err(code) = reading::fits(event) {
            faults.check(false, &format!("/events/{at}/range"), code);
        }
    }
    faults.done()?;
    let patient = people::facts::patient(&mut tx, consent.facility_id, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    if patient.level < 1 {
        return Err(Error::Refused(Code::ConsentIdentityLevel));
    }
    let batch = ReadingBatch {
        session,
        events,
        at: tx.now,
    };
    let before = store::reading(&mut tx, consent.facility_id, id).await?;
    let issued_at = consent.issued_at.unwrap_or(tx.now);
    if reading::may_take(&before, &batch, issued_at).is_err() {
        return Err(Error::Invalid(
            Code::ConsentReadingImpossible,
            vec![Fault::field("/events", "impossible")],
        ));
    }
    store::add_reading(&mut tx, &consent, &batch).await?;
    tx.journal(caller, subject(&consent), json!({ "events": batch.events.len() }))
        .await?;
    if consent.state == State::Issued {
        let by = By::System(Act::ConsentReadingStarted);
        flow::go(&mut tx, &mut consent, Trigger::FirstRead, by, json!({})).await?;
    }
    let now = tx.now;
    let (missing, reading) = missing(&mut tx, ctx, &consent, &episode, now).await?;
    advance(&mut tx, &mut consent, &missing).await?;
    let progress = Progress {
        consent,
        reading,
        missing,
    };
    tx.commit_with(&progress).await?;
    Ok(progress)
}

fn in_time(consent: &Consent, now: chrono::DateTime<chrono::Utc>) -> Result<()> {
    if consent.sign_deadline.is_some_and(|deadline| now > deadline) {
        return Err(Error::Refused(Code::ConsentDeadlinePassed));
    }
    Ok(())
}

/// A round as drawn.
pub struct Questions {
    /// The consent.
    pub consent: Consent,
    /// 1, 2, …
    pub round: i64,
    /// In the order shown.
    pub questions: Vec<Drawn>,
}

/// The questions of her next round.
///
/// Errors: `consent.already_understood`, `consent.illegal_transition`.
#[instrument(name = "consent.comprehension_questions", skip_all)]
pub async fn comprehension_questions(ctx: &Ctx, caller: &Caller, id: ConsentId) -> Result<Questions> {
    policy::allowed(caller, Act::ConsentComprehensionQuestions)?;
    let mut view = ctx.view();
    let consent = known(&mut view, caller, Act::ConsentComprehensionQuestions, id).await?;
    let (round, questions) = drawn(&mut view, ctx, &consent).await?;
    Ok(Questions {
        consent,
        round,
        questions,
    })
}

async fn drawn(r: &mut impl Records, ctx: &Ctx, consent: &Consent) -> Result<(i64, Vec<Drawn>)> {
    only_in(consent, &[State::Issued, State::Reading])?;
    in_time(consent, ctx.clock.now())?;
    if consent.understood_at.is_some() {
        return Err(Error::Refused(Code::ConsentAlreadyUnderstood));
    }
    let shown = store::presented(r, consent.facility_id, consent.id)
        .await?
        .ok_or(Error::Missing(Noun::Document))?;
    let inputs: Inputs = serde_json::from_value(shown.inputs)?;
    let own: Vec<OwnRisk> = inputs
        .risks
        .into_iter()
        .map(|risk| OwnRisk {
            id: risk.id,
            text: risk.text,
        })
        .collect();
    let round = consent.failed_rounds + 1;
    let template = template(r, ctx, consent).await?;
    let comprehension = template
        .get("comprehension")
        .ok_or_else(|| Error::broken("a template without questions"))?;
    Ok((
        round,
        quiz::draw(
            comprehension,
            consent.form,
            &own,
            &inputs.fired,
            consent.id,
            round,
        ),
    ))
}

/// A graded round, kept for a retry.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Understood {
    /// The consent.
    pub consent: Consent,
    /// The counts.
    pub round: Round,
    /// Each question with what was right.
    pub grade: Grade,
}

impl Understood {
    /// Whether the phone offers her a talk with the doctor (CE-092).
    pub fn conversation_offered(&self) -> bool {
        !self.grade.passed && self.consent.failed_rounds >= rules::FAILED_ROUNDS
    }
}

/// She answers the questions of a round (CE-091).
///
/// After two failed rounds an anesthesiologist is asked to talk with her (CE-092); she may try again all the same.
///
/// Errors: `http.invalid` unless each question is answered once, `consent.already_understood`.
#[instrument(name = "consent.comprehension", skip_all)]
pub async fn comprehension(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    given: Vec<Given>,
) -> Result<Understood> {
    policy::allowed(caller, Act::ConsentComprehension)?;
    let mut tx = once!(ctx, Act::ConsentComprehension, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentComprehension, id).await?;
    let (number, questions) = drawn(&mut tx, ctx, &consent).await?;
    let template = &*template(&mut tx, ctx, &consent).await?;
    let least = template.get("comprehension").map_or(usize::MAX, |questions| {
        quiz::pass_correct(questions, consent.form)
    });
    let grade = quiz::grade(questions, &given, least).map_err(|ids| {
        let fault = |id: String| Fault::field("/answers", "required").with(json!({ "question": id }));
        Error::Invalid(Code::HttpInvalid, ids.into_iter().map(fault).collect())
    })?;
    let (correct, critical, critical_correct) = grade.counts();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let round = Round {
        round: number,
        asked: count(grade.graded.len()),
        correct: count(correct),
        critical: count(critical),
        critical_correct: count(critical_correct),
        passed: grade.passed,
        at: tx.now,
    };
    store::add_round(&mut tx, &consent, &round, &grade).await?;
    if grade.passed {
        consent.understood_at = Some(tx.now);
    } else {
        consent.failed_rounds += 1;
    }
    flow::save(&mut tx, &mut consent).await?;
    if !grade.passed && consent.failed_rounds >= rules::FAILED_ROUNDS {
        let task = NewTask {
            due: tx.now + rules::ANSWER,
            ..task(&consent, "consent.conversation", tx.now)
        };
        episode::facts::add_task(&mut tx, &task).await?;
    }
    let detail =
        json!({ "round": number, "correct": correct, "passed": grade.passed, "revision": consent.revision });
    tx.journal(caller, subject(&consent), detail).await?;
    let now = tx.now;
    let (missing, _) = missing(&mut tx, ctx, &consent, &episode, now).await?;
    advance(&mut tx, &mut consent, &missing).await?;
    let understood = Understood {
        consent,
        round,
        grade,
    };
    tx.commit_with(&understood).await?;
    Ok(understood)
}
