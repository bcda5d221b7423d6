//! After a puncture of the dura she is asked about a headache every morning, from the first answer that tells of one until
//! one that tells of none.

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;

use super::course::Course;
use super::jobs::{OfSurvey, locked, put_off, restricted};
use super::model::{HEADACHE_FORM, Point};
use super::{headache, schedule};
use crate::analgesia::model::Mother;
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId};
use crate::base::{Act, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::day;
use crate::forms::model::Response;
use crate::outbox::Message;
use crate::questionnaire::Answers;
use crate::{episode, forms};

/// Job: she is asked about a headache.
pub const HEADACHE: &str = "followup.headache";

/// Asks her about a headache after dural puncture again in the morning.
pub async fn ask_tomorrow(tx: &mut Tx, course: &Course, due: DateTime<Utc>) -> Result<()> {
    let payload = OfSurvey {
        labor: course.labor,
        planned: due,
    };
    tx.enqueue(Message {
        kind: HEADACHE,
        facility: Some(course.facility),
        payload: &payload,
        dedupe: Some(format!("{}@{}", course.labor, due.timestamp())),
        due,
    })
    .await
}

/// The newest answers that say whether she has a headache, whatever they were asked for.
async fn latest(tx: &mut Tx, facility: FacilityId, episode: EpisodeId) -> Result<Option<Response>> {
    let mut latest: Option<Response> = None;
    let every_birth = [Point::F24, Point::F72, Point::F7, Point::F42].map(Point::form);
    for form in every_birth.into_iter().chain([HEADACHE_FORM]) {
        let found = forms::facts::latest_completed(tx, facility, episode, form).await?;
        latest = latest.into_iter().chain(found).max_by_key(|one| one.completed_at);
    }
    Ok(latest)
}

/// The morning after an answer with a headache: she is asked again, every day until it has gone.
#[instrument(name = "followup.headache", skip_all)]
pub async fn ask(ctx: &Ctx, facility: FacilityId, job: OfSurvey) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupRemind).await?;
    let Some(course) = locked(&mut tx, facility, job.labor).await? else {
        return Ok(());
    };
    let last = latest(&mut tx, facility, course.episode).await?;
    let form = last.as_ref().and_then(|last| {
        let forms = &ctx.content.forms;
        forms.asked(&last.name, &last.questionnaire, last.after_loss)
    });
    let (Some(last), Some(form)) = (&last, form) else {
        return Ok(());
    };
    let has_headache = headache::has_headache(&Answers::from_response(&form.form, &last.content));
    if !has_headache
        || !course.has_puncture
        || course.mother == Mother::Died
        || tx.now > schedule::headache_asked_until(course.born_at)
        || restricted(&mut tx, facility, course.patient).await?
    {
        return Ok(());
    }
    let subject = Subject::of_patient("labor", course.labor, course.patient);
    if !put_off(&mut tx, facility, HEADACHE, &job, &subject).await? {
        let now = tx.now;
        let tomorrow = schedule::tomorrow(now);
        let reference = format!("headache-{}", day(now));
        let (patient, episode) = (course.patient, course.episode);
        forms::facts::assign(
            &mut tx,
            facility,
            patient,
            episode,
            HEADACHE_FORM,
            &reference,
            now,
            None,
            Some(tomorrow),
        )
        .await?;
        forms::facts::mark_after_loss(&mut tx, facility, episode, course.without_baby).await?;
        if course.mother == Mother::Well {
            episode::facts::notify(&mut tx, facility, patient, "follow_up_due", &reference).await?;
        }
        ask_tomorrow(&mut tx, &course, tomorrow).await?;
        tx.journal_own(Act::FollowupRemind, Some(facility), subject, json!({}))
            .await?;
    }
    tx.commit().await
}
