//! One function per operation of the prenatal school.

pub mod classes;

use std::sync::Arc;

use serde_json::json;
use tracing::instrument;

use crate::base::error::{Error, Result};
use crate::base::{Act, Code, Noun, Subject};
use crate::content::lessons::{Found, Language, Lesson};
use crate::ctx::{Ctx, Tx};
use crate::education::model::{Attempt, Chosen, Progress, Standing};
use crate::education::rules::{self, Report, When};
use crate::education::store;
use crate::episode::facts as episode;
use crate::episode::model::{Episode, StepKind, StepState, day};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::{facts as people, policy};

/// Most characters that are looked for at once.
const LONGEST_QUESTION: usize = 50;

/// The lessons in recommended order with how far she is; before a hospital knows her she may read all the same. After a loss
/// only those that are for her alone.
#[instrument(name = "education.lessons", skip_all)]
pub async fn lessons(ctx: &Ctx, caller: &Caller) -> Result<Vec<Standing>> {
    policy::allowed(caller, Act::EducationLessons)?;
    standings(ctx, caller).await
}

async fn standings(ctx: &Ctx, caller: &Caller) -> Result<Vec<Standing>> {
    let mut view = ctx.view();
    let current = match caller.mine() {
        Ok(mine) => episode::current(&mut view, mine.facility, mine.patient).await?,
        Err(_) => None,
    };
    let begun = match &current {
        Some(current) => store::progress(&mut view, current.facility_id, current.id).await?,
        None => Vec::new(),
    };
    let ending = current.as_ref().and_then(|current| current.ending);
    let when = When::of(current.as_ref(), day(ctx.clock.now()));
    let standing = |lesson: &Arc<Lesson>| {
        let head = &lesson.head;
        let mine = begun.iter().find(|one| one.slug == head.slug).cloned();
        let progress = mine.unwrap_or_else(|| Progress::none(&head.slug, &head.version));
        Standing {
            lesson: lesson.clone(),
            due: rules::due(head, progress.done(), when),
            progress,
        }
    };
    let all = ctx.content.lessons.all().iter();
    let offered = all.filter(|lesson| rules::is_offered(&lesson.head, ending));
    Ok(offered.map(standing).collect())
}

/// The lessons to be read now, to be taken along in one file.
#[instrument(name = "education.pack", skip_all)]
pub async fn pack(ctx: &Ctx, caller: &Caller) -> Result<Vec<Arc<Lesson>>> {
    policy::allowed(caller, Act::EducationPack)?;
    let all = standings(ctx, caller).await?.into_iter();
    Ok(all.filter(|one| one.due).map(|one| one.lesson).collect())
}

/// Where words stand in the lessons, the best lesson first. What she looks for is kept nowhere.
///
/// Errors: `http.invalid`.
#[instrument(name = "education.search", skip_all)]
pub async fn search(ctx: &Ctx, caller: &Caller, words: &str, language: Language) -> Result<Vec<Found>> {
    policy::allowed(caller, Act::EducationSearch)?;
    let mut faults = Faults::default();
    faults.check(
        (1..=LONGEST_QUESTION).contains(&words.trim().chars().count()),
        "/q",
        "length",
    );
    faults.done()?;
    let mut found = ctx.content.lessons.find(words, language);
    let offered = standings(ctx, caller).await?;
    found.retain(|one| {
        offered
            .iter()
            .any(|other| other.lesson.head.slug == one.lesson.head.slug)
    });
    Ok(found)
}

/// One lesson.
#[instrument(name = "education.lesson", skip_all)]
pub async fn lesson(ctx: &Ctx, caller: &Caller, slug: &str) -> Result<Arc<Lesson>> {
    policy::allowed(caller, Act::EducationLesson)?;
    find(ctx, slug).cloned()
}

fn find<'a>(ctx: &'a Ctx, slug: &str) -> Result<&'a Arc<Lesson>> {
    ctx.content.lessons.get(slug).ok_or(Error::Missing(Noun::Lesson))
}

/// Her pregnancy, locked, and how far she is with a lesson.
async fn standing(tx: &mut Tx, ctx: &Ctx, caller: &Caller, lesson: &Lesson) -> Result<(Episode, Progress)> {
    let mine = caller.mine()?;
    people::require_agreements(tx, ctx, caller).await?;
    let none = || Error::Refused(Code::PeopleNotEnrolled);
    let current = episode::current(tx, mine.facility, mine.patient)
        .await?
        .ok_or_else(none)?;
    let current = episode::lock(tx, mine.facility, current.id)
        .await?
        .ok_or_else(none)?;
    let head = &lesson.head;
    let begun = store::progress(tx, mine.facility, current.id).await?;
    let progress = begun.into_iter().find(|one| one.slug == head.slug);
    Ok((
        current,
        progress.unwrap_or_else(|| Progress::none(&head.slug, &head.version)),
    ))
}

async fn keep(tx: &mut Tx, current: &Episode, progress: &Progress) -> Result<()> {
    store::save_progress(tx, current, progress).await?;
    if !progress.done() {
        return Ok(());
    }
    let steps = episode::steps(tx, current.facility_id, current.id).await?;
    let waiting = steps
        .into_iter()
        .find(|step| step.kind == StepKind::Lessons && step.reference == progress.slug);
    if let Some(mut step) = waiting.filter(|step| step.state != StepState::Done) {
        step.state = StepState::Done;
        episode::set_step(tx, &step).await?;
    }
    Ok(())
}

/// Her phone tells how far she is with a lesson.
///
/// Errors: `http.invalid`, `education.version_old`, `people.agreement_missing`, `people.not_enrolled`.
#[instrument(name = "education.progress", skip_all)]
pub async fn progress(ctx: &Ctx, caller: &Caller, slug: &str, report: Report) -> Result<Progress> {
    policy::allowed(caller, Act::EducationProgress)?;
    let lesson = find(ctx, slug)?;
    let mut faults = Faults::default();
    rules::check_report(&mut faults, &report);
    faults.done()?;
    rules::is_current(&lesson.head, &report.version).map_err(Error::Refused)?;
    let mut tx = ctx.write(Act::EducationProgress).await?;
    let (current, before) = standing(&mut tx, ctx, caller, lesson).await?;
    let progress = rules::grown(before, &report, tx.now);
    keep(&mut tx, &current, &progress).await?;
    tx.journal(
        caller,
        Subject::of_patient("episode", current.id, current.patient_id),
        json!({ "lesson": lesson.head.code, "position": progress.position, "done": progress.done() }),
    )
    .await?;
    tx.commit().await?;
    Ok(progress)
}

/// She tries the quiz of a lesson, and has it explained in a language; every try is kept.
///
/// Errors: `http.invalid`, `education.version_old`, `people.agreement_missing`, `people.not_enrolled`.
#[instrument(name = "education.quiz_attempt", skip_all)]
pub async fn quiz_attempt(
    ctx: &Ctx,
    caller: &Caller,
    slug: &str,
    version: &str,
    answers: Vec<Chosen>,
    language: Language,
) -> Result<Attempt> {
    policy::allowed(caller, Act::EducationQuizAttempt)?;
    let lesson = find(ctx, slug)?;
    let mut tx = once!(ctx, Act::EducationQuizAttempt, caller);
    rules::is_current(&lesson.head, version).map_err(Error::Refused)?;
    let body = lesson.body(language);
    let mut faults = Faults::default();
    rules::check_answers(&mut faults, body, &answers);
    faults.done()?;
    let (current, mut progress) = standing(&mut tx, ctx, caller, lesson).await?;
    let attempt = rules::mark(&lesson.head, body, &answers);
    store::add_attempt(&mut tx, &current, &lesson.head, &answers, &attempt).await?;
    if attempt.passed {
        progress.passed_at = progress.passed_at.or(Some(tx.now));
        keep(&mut tx, &current, &progress).await?;
    }
    tx.journal(
        caller,
        Subject::of_patient("episode", current.id, current.patient_id),
        json!({ "lesson": lesson.head.code, "score": attempt.score, "of": attempt.of, "done": progress.done() }),
    )
    .await?;
    tx.commit_with(&attempt).await?;
    Ok(attempt)
}
