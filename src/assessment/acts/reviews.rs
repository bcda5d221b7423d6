//! The review queue: reading, taking in hand, deciding.

use serde_json::json;
use tracing::instrument;

use super::assess::{TASK, move_step};
use super::record::{Record, whole};
use crate::assessment::model::{Assessed, Decision, Outcome, Phase, Plan, QueueFilter, Review, ReviewState};
use crate::assessment::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{ReviewId, StaffId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Role, Subject};
use crate::content::forms::{ASSESSMENT, RECHECK};
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::{NewTask, StepKind, StepState};
use crate::http::params::Faults;
use crate::once;
use crate::people;
use crate::people::caller::{Caller, Colleague};
use crate::people::policy::{self, Belongs};
use crate::questionnaire::Assessment;

/// A line of the queue.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The assessment.
    pub review: Review,
    /// Her name.
    pub name: Option<String>,
    /// Record number of the hospital.
    pub record_number: String,
}

/// What a doctor decides.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What.
    pub outcome: Outcome,
    /// Under which conditions, at most 1000 characters; needed with `cleared_with_conditions`.
    pub conditions: Option<String>,
    /// What is planned.
    pub plan: Option<Plan>,
    /// In plain words, for her, 1–300 characters.
    pub summary: String,
    /// Why an absolute finding is overruled, at most 1000 characters.
    pub reason: Option<String>,
    /// The word of a second doctor, from `POST /attestations`.
    pub attestation: Option<String>,
}

/// The queue, most urgent first; none of a woman whose data may only be kept, unless she is admitted.
#[instrument(name = "assessment.reviews", skip_all)]
pub async fn reviews(
    ctx: &Ctx,
    caller: &Caller,
    filter: QueueFilter,
    page: PageRequest,
) -> Result<Page<Waiting>> {
    policy::allowed(caller, Act::AssessmentReviews)?;
    let facility = caller.staff()?.facility;
    let question = format!("{filter:?}");
    let after = page.after(&question)?;
    let mut tx = ctx.write(Act::AssessmentReviews).await?;
    let now = tx.now;
    let rows = store::queue(&mut tx, facility, &filter, after, now, page.limit + 1).await?;
    let found = page.page(rows, &question, |review| {
        (review.urgent, review.due_at, review.id)
    });
    let hidden = people::facts::out_of_lists(&mut tx, facility).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for mut review in found.items {
        if hidden.contains(&review.patient_id) {
            continue;
        }
        let patient = people::facts::patient(&mut tx, facility, review.patient_id).await?;
        let patient = patient.ok_or(Error::Missing(Noun::Patient))?;
        review.state = rules::state(&review, now);
        items.push(Waiting {
            review,
            name: patient.name,
            record_number: patient.record_number,
        });
    }
    tx.journal(caller, Subject::list("review"), json!({ "count": items.len() }))
        .await?;
    tx.commit().await?;
    Ok(Page {
        items,
        next_cursor: found.next_cursor,
    })
}

/// One assessment with answers, findings, history and decisions.
#[instrument(name = "assessment.review", skip_all)]
pub async fn review(ctx: &Ctx, caller: &Caller, id: ReviewId) -> Result<Record> {
    policy::allowed(caller, Act::AssessmentReview)?;
    let mut tx = ctx.write(Act::AssessmentReview).await?;
    let review = load(&mut tx, caller, Act::AssessmentReview, id).await?;
    let now = tx.now;
    episode::facts::may_read(&mut tx, caller, Act::AssessmentReview, review.patient_id, now).await?;
    let record = whole(ctx, &mut tx, review).await?;
    tx.journal(
        caller,
        subject(&record.review),
        json!({ "response_version": record.run.response_version }),
    )
    .await?;
    tx.commit().await?;
    Ok(record)
}

/// A doctor takes an assessment in hand, for half an hour; taken again it starts anew.
///
/// Errors: `assessment.claimed_by_another`, `assessment.already_decided`, `forms.entered_in_error`.
#[instrument(name = "assessment.claim", skip_all)]
pub async fn claim(ctx: &Ctx, caller: &Caller, id: ReviewId) -> Result<Review> {
    policy::allowed(caller, Act::AssessmentClaim)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::AssessmentClaim, caller);
    let mut review = load(&mut tx, caller, Act::AssessmentClaim, id).await?;
    must_stand(&mut tx, &review).await?;
    if review.state == ReviewState::Decided {
        return Err(Error::Refused(Code::AssessmentAlreadyDecided));
    }
    rules::may_work_on(&review, me.id, tx.now).map_err(Error::Refused)?;
    review.state = ReviewState::Claimed;
    review.claimed_by = Some(me.id);
    review.claim_ends_at = Some(tx.now + rules::CLAIM);
    store::save_review(&mut tx, &review).await?;
    tx.journal(caller, subject(&review), json!({ "until": review.claim_ends_at }))
        .await?;
    tx.commit_with(&review).await?;
    Ok(review)
}

/// A doctor decides on an assessment. A later decision is another one; all are kept.
///
/// Errors: `assessment.claimed_by_another`, `assessment.needs_anesthesiologist`, `forms.entered_in_error`,
/// `people.second_person_required` for a second word that is no other doctor's, `http.invalid`.
#[instrument(name = "assessment.decide", skip_all)]
pub async fn decide(ctx: &Ctx, caller: &Caller, id: ReviewId, verdict: Verdict) -> Result<Record> {
    policy::allowed(caller, Act::AssessmentDecide)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::AssessmentDecide, caller);
    let mut review = load(&mut tx, caller, Act::AssessmentDecide, id).await?;
    must_stand(&mut tx, &review).await?;
    let run = newest(&mut tx, &review).await?;
    rules::may_work_on(&review, me.id, tx.now).map_err(Error::Refused)?;
    let before = store::decisions(&mut tx, review.facility_id, review.episode_id).await?;
    rules::may_decide(&run.result, verdict.outcome, me.role, &before).map_err(Error::Refused)?;
    let verdict = checked(verdict, &run.result)?;
    let outcome = verdict.outcome;
    let second = second_doctor(&mut tx, me, verdict.attestation.as_deref(), review.id).await?;
    let decision = Decision {
        id: tx.id(),
        review_id: review.id,
        assessment_id: run.id,
        outcome,
        by: me.id,
        by_role: me.role,
        second,
        at: tx.now,
        conditions: verdict.conditions,
        plan: verdict.plan,
        summary: verdict.summary,
        reason: verdict.reason,
    };
    store::add_decision(&mut tx, review.facility_id, review.episode_id, &decision).await?;
    review.state = rules::state_after(outcome);
    review.claimed_by = None;
    review.claim_ends_at = None;
    store::save_review(&mut tx, &review).await?;
    onward(&mut tx, &review, outcome).await?;
    tx.journal(
        caller,
        subject(&review),
        json!({
            "outcome": outcome,
            "assessment": run.id,
            "level": review.level,
            "second": second,
            "state": review.state,
        }),
    )
    .await?;
    let record = whole(ctx, &mut tx, review).await?;
    tx.commit_with(&record).await?;
    Ok(record)
}

/// Her pathway, the work lists and a word to her.
async fn onward(tx: &mut Tx, review: &Review, outcome: Outcome) -> Result<()> {
    let (place, id) = (review.facility_id, review.episode_id);
    let found = episode::facts::get(tx, place, id).await?;
    let episode = found.ok_or(Error::Missing(Noun::Episode))?;
    let reference = match review.phase {
        Phase::Antenatal => ASSESSMENT,
        Phase::Recheck => RECHECK,
    };
    let step = match review.state {
        ReviewState::Decided => StepState::Done,
        _ => StepState::Waiting,
    };
    move_step(tx, &episode, StepKind::Review, reference, step, None).await?;
    episode::facts::finish_tasks(tx, place, TASK, review.id.into()).await?;
    if outcome == Outcome::NeedsConsult {
        let task = NewTask {
            facility: place,
            patient: review.patient_id,
            episode: id,
            kind: TASK,
            subject: review.id.into(),
            roles: vec![Role::Anesthesiologist],
            due: review.due_at,
            urgent: review.urgent,
        };
        episode::facts::add_task(tx, &task).await?;
    }
    let notice = match outcome {
        Outcome::Cleared | Outcome::ClearedWithConditions | Outcome::NotSuitable => "review_done",
        Outcome::NeedsConsult => "review_visit",
        Outcome::MoreInformation => "review_more_information",
    };
    episode::facts::notify(tx, place, review.patient_id, notice, &review.id.to_string()).await
}

fn checked(verdict: Verdict, result: &Assessment) -> Result<Verdict> {
    let mut faults = Faults::default();
    let summary = faults.text(&verdict.summary, "/summary", 1, 300);
    let conditions = verdict
        .conditions
        .map(|text| faults.text(&text, "/conditions", 1, 1000));
    let reason = verdict.reason.map(|text| faults.text(&text, "/reason", 1, 1000));
    faults.check(
        verdict.outcome != Outcome::ClearedWithConditions || conditions.is_some(),
        "/conditions",
        "required",
    );
    faults.check(
        !rules::overrules(result, verdict.outcome) || reason.is_some(),
        "/reason",
        "required",
    );
    let plan = verdict.plan.map(|plan| {
        if let Some(class) = plan.asa_class {
            faults.number(class, "/plan/asa_class", 1, 6);
        }
        let mut text = |text: Option<String>, pointer| text.map(|text| faults.text(&text, pointer, 1, 1000));
        Plan {
            anticoagulation: text(plan.anticoagulation, "/plan/anticoagulation"),
            notes: text(plan.notes, "/plan/notes"),
            ..plan
        }
    });
    faults.done()?;
    Ok(Verdict {
        outcome: verdict.outcome,
        conditions,
        plan,
        summary,
        reason,
        attestation: verdict.attestation,
    })
}

/// The second doctor who vouches for a decision, where one does.
async fn second_doctor(
    tx: &mut Tx,
    me: Colleague,
    word: Option<&str>,
    review: ReviewId,
) -> Result<Option<StaffId>> {
    if word.is_none() {
        return Ok(None);
    }
    let (second, role) = people::facts::second_person(tx, me, word, Act::AssessmentDecide, review).await?;
    if !matches!(role, Role::Anesthesiologist | Role::Obstetrician) {
        return Err(Error::Refused(Code::PeopleSecondPersonRequired));
    }
    Ok(Some(second))
}

/// Nobody decides on answers that were entered in error.
async fn must_stand(tx: &mut Tx, review: &Review) -> Result<()> {
    if store::are_withdrawn(tx, review.facility_id, review.response_id).await? {
        return Err(Error::Refused(Code::FormsEnteredInError));
    }
    Ok(())
}

/// The review with its pregnancy locked, so that no new answers slip in between reading and deciding.
async fn load(tx: &mut Tx, caller: &Caller, act: Act, id: ReviewId) -> Result<Review> {
    let facility = caller.place()?;
    let found = store::review(tx, facility, id).await?;
    let before = found.ok_or(Error::Missing(Noun::Review))?;
    let whose = Belongs {
        facility: before.facility_id,
        account: None,
    };
    policy::may(caller, act, Noun::Review, whose)?;
    episode::facts::lock(tx, facility, before.episode_id).await?;
    let mut review = store::review(tx, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Review))?;
    review.state = rules::state(&review, tx.now);
    Ok(review)
}

async fn newest(tx: &mut Tx, review: &Review) -> Result<Assessed> {
    store::newest_run(tx, review.facility_id, review.id)
        .await?
        .ok_or_else(|| Error::broken("a review without an assessment"))
}

fn subject(review: &Review) -> Subject {
    Subject::of_patient("review", review.id, review.patient_id)
}
