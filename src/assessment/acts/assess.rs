//! Running the rules when answers come in.

use futures_util::future::BoxFuture;
use serde_json::json;

use super::contradicting::refuse_contradicting_staff_items;
use super::suggest::suggest;
use super::withdrawn::withdrawn;
use crate::assessment::model::{Assessed, Inputs, Level, Phase, Review, ReviewState};
use crate::assessment::{rules, store};
use crate::base::canonical::sha256;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, ResponseId};
use crate::base::{Act, Role, Subject};
use crate::content::forms::{ASSESSMENT, RECHECK, RISK};
use crate::ctx::{Ctx, Sender, Tx, View};
use crate::episode;
use crate::episode::model::{Episode, NewTask, Step, StepKind, StepState, day};
use crate::forms;
use crate::forms::model::{Mark, ResponseStatus, Submitted, Told};
use crate::outbox::Message;
use crate::people;
use crate::questionnaire::{self, Answers, Form, Status};

/// The kind of the task that asks a doctor to look.
pub(super) const TASK: &str = "assessment.review";

/// Runs the rules when the assessment, the re-check or staff items beside them come in, and those of the risk table; other
/// forms are not ours.
pub fn on_submitted<'a>(
    ctx: &'a Ctx,
    tx: &'a mut Tx,
    submitted: &'a Submitted<'a>,
) -> BoxFuture<'a, Result<Option<Told>>> {
    Box::pin(async move {
        let phase = match submitted.response.name.as_str() {
            ASSESSMENT => Phase::Antenatal,
            RECHECK => Phase::Recheck,
            RISK if submitted.response.status == ResponseStatus::EnteredInError => return Ok(None),
            RISK => {
                suggest(ctx, tx, submitted).await?;
                return Ok(None);
            }
            _ => return Ok(None),
        };
        if submitted.response.status == ResponseStatus::EnteredInError {
            withdrawn(ctx, tx, submitted, phase).await?;
            return Ok(None);
        }
        assess(ctx, tx, submitted, phase).await.map(Some)
    })
}

/// How answers were judged, as a table says it.
pub fn marked(
    view: &mut View,
    facility: FacilityId,
    response: ResponseId,
) -> BoxFuture<'_, Result<Option<Mark>>> {
    Box::pin(store::mark(view, facility, response))
}

async fn assess(ctx: &Ctx, tx: &mut Tx, submitted: &Submitted<'_>, phase: Phase) -> Result<Told> {
    let told = run(ctx, tx, submitted, phase, Filed::Now).await?;
    if phase == Phase::Antenatal {
        recheck_again(ctx, tx, submitted).await?;
    }
    Ok(told)
}

/// The re-check reads what was said in pregnancy: when that changes after it, its rules run again.
pub(super) async fn recheck_again(ctx: &Ctx, tx: &mut Tx, submitted: &Submitted<'_>) -> Result<()> {
    let episode = submitted.episode;
    let standing = store::standing_review(tx, episode.facility_id, episode.id).await?;
    let Some(review) = standing.filter(|review| review.phase == Phase::Recheck) else {
        return Ok(());
    };
    run_again(ctx, tx, submitted, review.response_id, Phase::Recheck).await
}

/// The rules run again on answers that came in before.
pub(super) async fn run_again(
    ctx: &Ctx,
    tx: &mut Tx,
    submitted: &Submitted<'_>,
    on: ResponseId,
    phase: Phase,
) -> Result<()> {
    let response = forms::facts::response(tx, submitted.episode.facility_id, on).await?;
    let response = response.ok_or_else(|| Error::broken("the answers of an assessment are gone"))?;
    let entry = ctx.content.forms.version(&response.name, response.form_version());
    let entry = entry.ok_or_else(|| Error::broken("the form of a response is no longer loaded"))?;
    let answers = Answers::from_response(&entry.form, &response.content);
    let again = Submitted {
        response: &response,
        answers: &answers,
        episode: submitted.episode,
        locale: submitted.locale,
        by: submitted.by,
    };
    run(ctx, tx, &again, phase, Filed::Before).await?;
    Ok(())
}

/// Whether the answers of a run came in just now: only then can whoever sends them be refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filed {
    Now,
    Before,
}

async fn run(ctx: &Ctx, tx: &mut Tx, submitted: &Submitted<'_>, phase: Phase, filed: Filed) -> Result<Told> {
    let (response, episode) = (submitted.response, submitted.episode);
    let place = episode.facility_id;
    let facility = people::facts::facility(tx, place).await?;
    let form = ctx.content.forms.authored(response.form_version());
    let form = form.ok_or_else(|| Error::broken("the form of a response is no longer loaded"))?;
    let (answers, earlier) = union(ctx, tx, form, submitted, phase).await?;
    let context = rules::context(tx.now, phase, facility.settings.aptt_uln);
    if filed == Filed::Now {
        refuse_contradicting_staff_items(form, &answers, &context, submitted)?;
    }
    let result = questionnaire::assess(form, &answers, &context);
    let told = rules::told(form, &result, &facility.phone, submitted.locale);

    let salt: [u8; 32] = rand::random();
    let document = serde_json_canonicalizer::to_vec(&response.content)?;
    let assessed = Assessed {
        id: tx.id(),
        response_version: response.version,
        at: tx.now,
        inputs: Inputs {
            answers_used: rules::answers_used(&result, &answers),
            earlier,
            aptt_uln: facility.settings.aptt_uln.to_string(),
            response_digest: hex::encode(sha256(&[salt.as_slice(), &document].concat())),
            response_salt: hex::encode(salt),
            answers_digest: Some(rules::digest(&salt, &answers)?),
            content_digest: ctx
                .content
                .forms
                .authored_digest(response.form_version())
                .map(str::to_owned),
        },
        result,
    };
    let review = reviewed(tx, submitted, phase, form, &assessed).await?;
    store::add_assessed(tx, &review, &assessed).await?;
    onward(tx, episode, &review, &rules::asked(form, &assessed.result)).await?;
    journaled(tx, submitted, &review, &assessed).await?;
    reassessed(tx, episode).await?;
    Ok(told)
}

/// Tells the consent that what it rests on may have changed.
pub(super) async fn reassessed(tx: &mut Tx, episode: &Episode) -> Result<()> {
    let due = tx.now;
    tx.enqueue(Message {
        kind: "consent.reassessed",
        facility: Some(episode.facility_id),
        payload: &json!({ "episode": episode.id }),
        dedupe: None,
        due,
    })
    .await
}

/// All answers that the rules read, and which earlier ones are among them.
async fn union(
    ctx: &Ctx,
    tx: &mut Tx,
    form: &Form,
    submitted: &Submitted<'_>,
    phase: Phase,
) -> Result<(Answers, Option<(ResponseId, i64)>)> {
    let response = submitted.response;
    let (place, id) = (response.facility_id, response.episode_id);
    let again = ctx.content.forms.version(RECHECK, response.form_version());
    let earlier = match phase {
        Phase::Antenatal => None,
        Phase::Recheck => forms::facts::latest_completed(tx, place, id, ASSESSMENT).await?,
    };
    let before = earlier.as_ref().zip(again).and_then(|(before, again)| {
        let answers = rules::Before {
            form: ctx.content.forms.authored(before.form_version())?,
            content: &before.content,
            staff_items: before.staff_items.as_ref(),
        };
        Some((answers, again.form.as_ref()))
    });
    let joined = before.is_some();
    let answers = rules::union(
        form,
        before,
        submitted.answers.clone(),
        response.staff_items.as_ref(),
    );
    let earlier = earlier.filter(|_| joined);
    Ok((answers, earlier.map(|before| (before.id, before.version))))
}

/// The review of these answers as it now stands: new, or waiting again unless nothing new wants a decision. The review of
/// amended answers goes over to the new ones, and waits whatever was decided before.
async fn reviewed(
    tx: &mut Tx,
    submitted: &Submitted<'_>,
    phase: Phase,
    form: &Form,
    run: &Assessed,
) -> Result<Review> {
    let (response, episode) = (submitted.response, submitted.episode);
    let result = &run.result;
    let weeks = episode.gestation(day(tx.now)).weeks;
    let own = store::review_of_response(tx, episode.facility_id, response.id).await?;
    let before = match (own, response.amending.amends) {
        (None, Some(amended)) => store::review_of_response(tx, episode.facility_id, amended).await?,
        (own, _) => own,
    };
    let decisions = store::decisions(tx, episode.facility_id, episode.id).await?;
    let decided = before
        .as_ref()
        .filter(|before| before.response_id == response.id)
        .is_some_and(|before| rules::stays_decided(before, result, &decisions));
    let due_at = rules::due(form, result, phase, weeks, tx.now);
    let review = Review {
        id: before.as_ref().map_or_else(|| tx.id(), |before| before.id),
        facility_id: episode.facility_id,
        patient_id: episode.patient_id,
        episode_id: episode.id,
        response_id: response.id,
        phase,
        level: Level::of(&result.level),
        told_level: result.told_level.as_deref().and_then(Level::parse),
        urgent: result.urgent,
        complete: result.status == Status::Complete,
        state: if decided {
            ReviewState::Decided
        } else {
            ReviewState::Waiting
        },
        due_at: before
            .as_ref()
            .filter(|_| decided)
            .map_or(due_at, |before| before.due_at),
        claimed_by: None,
        claim_ends_at: None,
        created_at: before.as_ref().map_or(tx.now, |before| before.created_at),
    };
    store::save_review(tx, &review).await?;
    Ok(review)
}

/// Her pathway and the doctors' work lists.
async fn onward(tx: &mut Tx, episode: &Episode, review: &Review, roles: &[Role]) -> Result<()> {
    let (answered, reference) = match review.phase {
        Phase::Antenatal => (StepKind::Assessment, ASSESSMENT),
        Phase::Recheck => (StepKind::Recheck, RECHECK),
    };
    move_step(tx, episode, answered, reference, StepState::Done, None).await?;
    let place: FacilityId = review.facility_id;
    episode::facts::finish_tasks(tx, place, TASK, review.id.into()).await?;
    if review.state == ReviewState::Decided {
        return Ok(());
    }
    move_step(
        tx,
        episode,
        StepKind::Review,
        reference,
        StepState::Waiting,
        Some(review),
    )
    .await?;
    if !roles.is_empty() {
        let task = NewTask {
            facility: place,
            patient: review.patient_id,
            episode: review.episode_id,
            kind: TASK,
            subject: review.id.into(),
            roles: roles.to_vec(),
            due: review.due_at,
            urgent: review.urgent,
        };
        episode::facts::add_task(tx, &task).await?;
    }
    Ok(())
}

/// Changes the state of a step and leaves its window; one that is not there yet is made.
pub(super) async fn move_step(
    tx: &mut Tx,
    episode: &Episode,
    kind: StepKind,
    reference: &str,
    state: StepState,
    review: Option<&Review>,
) -> Result<()> {
    let steps = episode::facts::steps(tx, episode.facility_id, episode.id).await?;
    let known = steps
        .into_iter()
        .find(|step| step.kind == kind && step.reference == reference);
    let mut step = known.unwrap_or_else(|| Step {
        episode: episode.id,
        facility: episode.facility_id,
        kind,
        reference: reference.to_owned(),
        subject: None,
        state,
        due_from: None,
        due_to: None,
        required: true,
    });
    step.state = state;
    if let Some(review) = review {
        step.subject = Some(review.id.into());
        step.due_to = Some(review.due_at);
    }
    episode::facts::set_step(tx, &step).await
}

async fn journaled(tx: &mut Tx, submitted: &Submitted<'_>, review: &Review, run: &Assessed) -> Result<()> {
    let result = &run.result;
    tx.journal_as(
        Act::AssessmentAssess,
        submitted.by.actor(),
        Some(review.facility_id),
        Subject::of_patient("review", review.id, review.patient_id),
        json!({
            "form": result.form,
            "rules": result.rules_version,
            "engine": result.engine_version,
            "response_version": run.response_version,
            "level": review.level,
            "urgent": review.urgent,
            "complete": review.complete,
            "state": review.state,
        }),
        Some(&submitted.by.request.id),
    )
    .await
}
