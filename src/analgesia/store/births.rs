//! Births as the indicators need them: clear columns only, three statements whatever the number.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::known;
use crate::analgesia::model::{BabyFacts, BabyOutcome, Birth, BirthPlace, DeliveryMode, Technique};
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, LaborId, PatientId};
use crate::db::Q;

#[derive(sqlx::FromRow)]
struct BirthRow {
    id: LaborId,
    episode_id: EpisodeId,
    patient_id: PatientId,
    is_test: bool,
    first_dose_at: Option<DateTime<Utc>>,
    technique: Option<String>,
    born_at: DateTime<Utc>,
    mode: String,
    birth_place: String,
    gestation_days: Option<i64>,
    parity: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct BabyRow {
    labor_id: LaborId,
    outcome: String,
    weight_g: Option<i64>,
    apgar1: Option<i64>,
    apgar5: Option<i64>,
    apgar10: Option<i64>,
}

macro_rules! over {
    ($select:literal, $order:literal, $which:literal) => {
        concat!($select, " where l.facility_id = $1 and ", $which, $order)
    };
}
macro_rules! texts {
    ($which:literal) => {
        [
            over!(
                "select l.id, l.episode_id, l.patient_id, l.is_test, l.first_dose_at, r.technique, d.born_at, d.mode, \
                 d.birth_place, d.gestation_days, d.parity from labor l join delivery d on d.id = l.delivery_id \
                 left join analgesia_record r on r.id = l.record_id",
                " order by l.born_at, l.id",
                $which
            ),
            over!(
                "select o.labor_id, o.observed_at, o.pain_tenths from labor_observation o join labor l on l.id = o.labor_id",
                " and o.pain_tenths is not null order by o.observed_at, o.id",
                $which
            ),
            over!(
                "select l.id as labor_id, n.outcome, n.weight_g, n.apgar1, n.apgar5, n.apgar10 from newborn n \
                 join labor l on l.delivery_id = n.delivery_id",
                " order by n.baby_no",
                $which
            ),
        ]
    };
}

const IN_PERIOD: [&str; 3] = texts!("l.born_at >= $2 and l.born_at < $3");
const OF_LABOR: [&str; 3] = texts!("l.id = $2");

/// Births whose first baby was born in `[from, to)`, by time.
pub async fn births(
    q: &mut impl Q,
    facility: FacilityId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Birth>> {
    let [births, pain, babies] = IN_PERIOD;
    let births = q.q(births).bind(facility).bind(from).bind(to).all().await?;
    let pain = q.q(pain).bind(facility).bind(from).bind(to).all().await?;
    let babies = q.q(babies).bind(facility).bind(from).bind(to).all().await?;
    together(births, pain, babies)
}

/// The birth of one labor.
pub async fn birth(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Option<Birth>> {
    let [births, pain, babies] = OF_LABOR;
    let births = q.q(births).bind(facility).bind(labor).all().await?;
    let pain = q.q(pain).bind(facility).bind(labor).all().await?;
    let babies = q.q(babies).bind(facility).bind(labor).all().await?;
    Ok(together(births, pain, babies)?.pop())
}

fn together(
    births: Vec<BirthRow>,
    pain: Vec<(LaborId, DateTime<Utc>, i64)>,
    babies: Vec<BabyRow>,
) -> Result<Vec<Birth>> {
    let mut scores: BTreeMap<LaborId, Vec<(DateTime<Utc>, i64)>> = BTreeMap::new();
    for (labor, at, tenths) in pain {
        scores.entry(labor).or_default().push((at, tenths));
    }
    let mut newborns: BTreeMap<LaborId, Vec<BabyFacts>> = BTreeMap::new();
    for row in babies {
        newborns.entry(row.labor_id).or_default().push(BabyFacts {
            outcome: known(BabyOutcome::parse(&row.outcome))?,
            weight_g: row.weight_g,
            apgar1: row.apgar1,
            apgar5: row.apgar5,
            apgar10: row.apgar10,
        });
    }
    births
        .into_iter()
        .map(|row| {
            Ok(Birth {
                pain: scores.remove(&row.id).unwrap_or_default(),
                babies: newborns.remove(&row.id).unwrap_or_default(),
                labor: row.id,
                episode: row.episode_id,
                patient: row.patient_id,
                record_number_patient: row.patient_id,
                born_at: row.born_at,
                mode: known(DeliveryMode::parse(&row.mode))?,
                birth_place: known(BirthPlace::parse(&row.birth_place))?,
                gestation_days: row.gestation_days,
                parity: row.parity,
                is_test: row.is_test,
                first_dose_at: row.first_dose_at,
                technique: row.technique.as_deref().and_then(Technique::parse),
            })
        })
        .collect()
}
