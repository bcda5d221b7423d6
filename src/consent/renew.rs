//! When another consent is needed in the place of one (CE §12.2): what was shown against what is known now, and the tasks
//! that follow. The table is in `rules::triggers`.

use serde_json::{Value, json};

use super::model::{Consent, Medium};
use super::present::Inputs;
use super::rules::triggers::{self, Change, Effect, Shown, TRIGGERS};
use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId};
use crate::base::{Act, Role, Subject};
use crate::ctx::{Records, Tx};
use crate::episode;
use crate::episode::model::{NewTask, Stage};

/// The findings that were put before her or left out with a reason, with their levels then.
pub async fn shown(r: &mut impl Records, consent: &Consent) -> Result<Vec<Shown>> {
    let Some((rules, assessment)) = frozen(r, consent).await? else {
        return Ok(Vec::new());
    };
    let level = |rule: &str| {
        fired(&assessment)
            .find(|one| one.get("rule").and_then(Value::as_str) == Some(rule))
            .and_then(|one| one.get("level")?.as_str().map(str::to_owned))
    };
    let shown = rules.into_iter().map(|rule| Shown {
        level: level(&rule),
        rule,
    });
    Ok(shown.collect())
}

/// The rules that were put before her or left out, and the assessment as it was then.
async fn frozen(r: &mut impl Records, consent: &Consent) -> Result<Option<(Vec<String>, Value)>> {
    let (facility, id) = (consent.facility_id, consent.id);
    let (mut rules, removed, assessment) = match consent.medium {
        Medium::Paper => match store::paper(r, facility, id).await? {
            Some(filed) => (filed.confirmed, filed.removed, filed.assessment),
            None => return Ok(None),
        },
        Medium::Electronic => {
            let Some(presented) = store::presented(r, facility, id).await? else {
                return Ok(None);
            };
            let inputs: Inputs = serde_json::from_value(presented.inputs)?;
            let shown = inputs.risks.into_iter().map(|risk| risk.id).collect();
            (shown, inputs.removed, inputs.assessment)
        }
    };
    rules.extend(removed.into_iter().map(|one| one.rule));
    Ok(Some((rules, assessment)))
}

fn fired(assessment: &Value) -> impl Iterator<Item = &Value> {
    let fired = assessment.get("fired").and_then(Value::as_array);
    fired.into_iter().flatten()
}

/// Asks the anesthesiologists for what a change needs; while it is asked already, that is meant.
pub async fn ask(tx: &mut Tx, consent: &Consent, change: Change) -> Result<()> {
    let row = triggers::of(change).ok_or_else(|| Error::broken("a change without its row"))?;
    let Some(kind) = row.task else { return Ok(()) };
    let episode = episode::facts::get(tx, consent.facility_id, consent.episode_id).await?;
    let stage = episode.map(|episode| episode.stage);
    // After the birth nobody needs a consent to labor analgesia any more.
    if !matches!(stage, Some(Stage::Antenatal | Stage::Labor)) {
        return Ok(());
    }
    let in_labor = stage == Some(Stage::Labor);
    let task = NewTask {
        facility: consent.facility_id,
        patient: consent.patient_id,
        episode: consent.episode_id,
        kind,
        subject: consent.id.0,
        roles: vec![Role::Anesthesiologist],
        due: triggers::due(row, in_labor, tx.now),
        urgent: in_labor || matches!(row.effect, Effect::Block | Effect::Incident),
    };
    episode::facts::add_task(tx, &task).await?;
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let detail = json!({ "trigger": row.id, "task": kind });
    let place = Some(consent.facility_id);
    tx.journal_own(Act::ConsentRenew, place, subject, detail).await
}

/// Nothing is asked for any more: another consent is in force, or she has decided.
pub async fn settled(tx: &mut Tx, facility: FacilityId, episode: EpisodeId) -> Result<()> {
    for consent in store::of_episode(tx, facility, episode).await? {
        for kind in TRIGGERS.iter().filter_map(|row| row.task) {
            episode::facts::finish_tasks(tx, facility, kind, consent.id.0).await?;
        }
    }
    Ok(())
}
