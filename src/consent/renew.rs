//! When another consent is needed in the place of one (CE §12.2): what was shown against what is known now, and the tasks
//! that follow. The table is in `rules::triggers`.

use serde_json::{Value, json};

use super::model::{Consent, Medium};
use super::present::Inputs;
use super::rules::triggers::{self, Change, Shown, TRIGGERS};
use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId};
use crate::base::{Act, Actor, Role, Subject};
use crate::ctx::{Records, Tx};
use crate::episode;
use crate::episode::model::{NewTask, Stage};

/// The findings that were put before her or left out with a reason, with their levels then.
pub async fn shown(r: &mut impl Records, consent: &Consent) -> Result<Vec<Shown>> {
    let (facility, id) = (consent.facility_id, consent.id);
    if consent.medium == Medium::Paper {
        // What stands on paper is what the anesthesiologist decided in the draft.
        let decided = store::risks(r, facility, id).await?;
        let decided = decided.map(|(risks, _)| risks).unwrap_or_default();
        let removed = decided.remove.into_iter().map(|one| one.rule);
        let known = |rule| Shown { rule, level: None };
        return Ok(decided.confirm.into_iter().chain(removed).map(known).collect());
    }
    let Some(presented) = store::presented(r, facility, id).await? else {
        return Ok(Vec::new());
    };
    let inputs: Inputs = serde_json::from_value(presented.inputs)?;
    let fired = inputs.assessment.get("fired").and_then(Value::as_array);
    let level = |rule: &str| {
        fired
            .into_iter()
            .flatten()
            .find(|one| one.get("rule").and_then(Value::as_str) == Some(rule))
            .and_then(|one| one.get("level")?.as_str().map(str::to_owned))
    };
    let removed = inputs.removed.iter().map(|one| &one.rule);
    let rules = inputs.risks.iter().map(|risk| &risk.id).chain(removed);
    Ok(rules
        .map(|rule| Shown {
            rule: rule.clone(),
            level: level(rule),
        })
        .collect())
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
        urgent: in_labor || row.effect == triggers::Effect::Incident,
    };
    episode::facts::add_task(tx, &task).await?;
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let detail = json!({ "trigger": row.id, "task": kind });
    let place = Some(consent.facility_id);
    tx.journal_as(Act::ConsentRenew, Actor::SYSTEM, place, subject, detail, None)
        .await
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
