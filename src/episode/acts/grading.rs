//! Grading the risk of a pregnancy.

use serde_json::json;
use tracing::instrument;

use super::clinic::known;
use crate::base::error::{Error, Result};
use crate::base::id::PatientId;
use crate::base::{Act, Code, Noun, Subject};
use crate::ctx::Ctx;
use crate::episode::model::{Graded, Grading, Stage, TaskLine};
use crate::episode::rules;
use crate::episode::store;
use crate::http::params::Faults;
use crate::outbox::Message;
use crate::people::caller::Caller;
use crate::people::facts as people;
use crate::people::policy;

/// An obstetrician grades the risk of the pregnancy; each grading is kept beside those before.
///
/// Errors: `http.invalid`, `Stale`, `episode.closed`.
#[instrument(name = "episode.set_risk_color", skip_all)]
pub async fn set_risk_color(
    ctx: &Ctx,
    caller: &Caller,
    id: PatientId,
    grading: Grading,
) -> Result<(Graded, i64)> {
    policy::allowed(caller, Act::EpisodeSetRiskColor)?;
    let staff = caller.staff()?;
    let mut tx = ctx.write(Act::EpisodeSetRiskColor).await?;
    let (_, episode) = known(&mut tx, caller, Act::EpisodeSetRiskColor, staff.facility, id).await?;
    let episode = store::lock(&mut tx, staff.facility, episode.id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    // Read again behind the lock: two obstetricians shall not both see the older version.
    let patient = people::patient(&mut tx, staff.facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    caller.request.must_match(patient.version)?;
    if episode.stage == Stage::Closed {
        return Err(Error::Refused(Code::EpisodeClosed));
    }
    let mut faults = Faults::default();
    rules::check_grading(&mut faults, &grading);
    let grading = Grading {
        reasons: faults.text(&grading.reasons, "/reasons", 0, 500),
        table_version: faults.text(&grading.table_version, "/table_version", 1, 40),
        ..grading
    };
    faults.done()?;
    let before = store::newest_grading(&mut tx, staff.facility, episode.id).await?;
    store::add_grading(&mut tx, &episode, &grading, staff.id).await?;
    people::save_patient(&mut tx, &patient).await?;
    let color = (grading.color, grading.purple);
    // She is graded at every visit: what waits for a color goes on as it is while the color does.
    if before.is_none_or(|before| (before.grading.color, before.grading.purple) != color) {
        let waits = store::tasks_about(&mut tx, staff.facility, episode.id.0).await?;
        for kind in [rules::MANAGED_CASE, rules::ANESTHESIA_CLINIC] {
            store::finish_tasks(&mut tx, staff.facility, kind, episode.id.0).await?;
        }
        for mut task in rules::high_risk_tasks(&episode, &grading, tx.now) {
            // The time to report her runs from when her risk was found so high; another color does not begin it anew.
            let open = |line: &&TaskLine| line.kind == rules::MANAGED_CASE && line.done_at.is_none();
            if task.kind == rules::MANAGED_CASE
                && let Some(open) = waits.iter().find(open)
            {
                task.due = task.due.min(open.due_at);
            }
            store::add_task(&mut tx, &task).await?;
        }
    }
    // A case is opened by the slice that manages it.
    let told = json!({ "episode": episode.id });
    let due = tx.now;
    tx.enqueue(Message {
        kind: "quality.case",
        facility: Some(staff.facility),
        payload: &told,
        dedupe: None,
        due,
    })
    .await?;
    let detail =
        json!({ "color": grading.color.word(), "purple": grading.purple, "version": patient.version + 1 });
    tx.journal(caller, Subject::of_patient("patient", id, id), detail)
        .await?;
    let graded = Graded {
        grading,
        by: staff.id,
        at: tx.now,
    };
    tx.commit().await?;
    Ok((graded, patient.version + 1))
}
