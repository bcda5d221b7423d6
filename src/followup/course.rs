//! What is followed up: a labor with a block, as it is known once she is no longer in it.

use chrono::{DateTime, Duration, Utc};

use crate::analgesia;
use crate::analgesia::model::{Birth, CloseReason, ComplicationCode, LaborState, Mother};
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, LaborId, PatientId};
use crate::ctx::Tx;

use super::rules;

/// From the first dose to the moment that stands for a birth that nobody here knows of.
const UNKNOWN_BIRTH: Duration = Duration::hours(24);
/// How she gave birth, where nobody here knows.
const UNKNOWN_MODE: &str = "unknown";

/// A labor that is followed up.
pub struct Course {
    /// The labor.
    pub labor: LaborId,
    /// Where.
    pub facility: FacilityId,
    /// Whose.
    pub patient: PatientId,
    /// The pregnancy.
    pub episode: EpisodeId,
    /// Birth of the first baby; a day after the first dose, where the birth is not known.
    pub born_at: DateTime<Utc>,
    /// How.
    pub mode: &'static str,
    /// Whether a baby died.
    pub is_loss: bool,
    /// Whether nothing may speak of a baby: it died, she was taken to another hospital, or nobody here knows of it.
    pub without_baby: bool,
    /// How the mother came out of it.
    pub mother: Mother,
    /// When she had the block; the first dose stands for it, where it is known.
    pub punctured_at: DateTime<Utc>,
    /// Whether the dura was punctured by accident.
    pub has_puncture: bool,
    /// Whether she is asked how satisfied she was.
    pub has_survey: bool,
}

/// The course of a labor. None while she is in it, and without a block: the questions are about a puncture and its drugs.
pub async fn course(tx: &mut Tx, facility: FacilityId, labor: LaborId) -> Result<Option<Course>> {
    if let Some(birth) = analgesia::facts::birth(tx, facility, labor).await? {
        if birth.technique.is_none() {
            return Ok(None);
        }
        let has_puncture = has_puncture(tx, facility, birth.labor).await?;
        return Ok(Some(of_birth(facility, &birth, has_puncture)));
    }
    let Some(labor) = analgesia::facts::labor(tx, facility, labor).await? else {
        return Ok(None);
    };
    let left = labor.state == LaborState::Closed && labor.close_reason != Some(CloseReason::Cancelled);
    let Some(first_dose_at) = labor.first_dose_at.filter(|_| left) else {
        return Ok(None);
    };
    Ok(Some(Course {
        labor: labor.id,
        facility,
        patient: labor.patient_id,
        episode: labor.episode_id,
        born_at: first_dose_at + UNKNOWN_BIRTH,
        mode: UNKNOWN_MODE,
        is_loss: false,
        without_baby: true,
        mother: analgesia::facts::mother(tx, facility, labor.id).await?,
        punctured_at: first_dose_at,
        has_puncture: has_puncture(tx, facility, labor.id).await?,
        has_survey: false,
    }))
}

/// Whether she was taken to another hospital, before the birth or after it: how she and a baby are is not known here.
pub async fn was_moved(tx: &mut Tx, facility: FacilityId, labor: LaborId) -> Result<bool> {
    let labor = analgesia::facts::labor(tx, facility, labor).await?;
    Ok(labor.is_some_and(|labor| labor.close_reason == Some(CloseReason::Transferred)))
}

async fn has_puncture(tx: &mut Tx, facility: FacilityId, labor: LaborId) -> Result<bool> {
    analgesia::facts::had(tx, facility, labor, ComplicationCode::Adp).await
}

fn of_birth(facility: FacilityId, birth: &Birth, has_puncture: bool) -> Course {
    let is_loss = birth.is_loss();
    Course {
        labor: birth.labor,
        facility,
        patient: birth.patient,
        episode: birth.episode,
        born_at: birth.born_at,
        mode: birth.mode.word(),
        is_loss,
        without_baby: is_loss || birth.moved,
        mother: birth.mother,
        punctured_at: birth.first_dose_at.unwrap_or(birth.born_at),
        has_puncture,
        has_survey: birth.first_dose_at.is_some() && !rules::is_survey_suppressed(birth),
    }
}
