//! Births as the indicators need them: clear columns only, five statements whatever the number.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::known;
use crate::analgesia::model::{
    Asphyxia, BabyFacts, BabyOutcome, Birth, BirthPlace, ComplicationCode, ComplicationFact, DeliveryMode,
    EventOutcome, Left, Mother, PainScore, Technique,
};
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, LaborId, PatientId};
use crate::db::Q;

#[derive(sqlx::FromRow)]
struct BirthRow {
    id: LaborId,
    episode_id: EpisodeId,
    patient_id: PatientId,
    is_test: bool,
    admitted_at: DateTime<Utc>,
    requested_at: Option<DateTime<Utc>>,
    first_dose_at: Option<DateTime<Utc>>,
    technique: Option<String>,
    block_dose_at: Option<DateTime<Utc>>,
    resited: Option<bool>,
    placements: Option<i64>,
    abandoned: Option<bool>,
    born_at: DateTime<Utc>,
    mode: String,
    birth_place: String,
    cs_decision_at: Option<DateTime<Utc>>,
    blood_loss_ml: Option<i64>,
    gestation_days: Option<i64>,
    parity: Option<i64>,
    moved: i64,
    took_back: i64,
    gravest: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct PainRow {
    labor_id: LaborId,
    observed_at: DateTime<Utc>,
    pain_tenths: i64,
    recorded_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct ComplicationRow {
    labor_id: LaborId,
    code: String,
    severity: i64,
    intensive_care: Option<bool>,
    onset_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
}

#[derive(sqlx::FromRow)]
struct BabyRow {
    labor_id: LaborId,
    born_at: DateTime<Utc>,
    outcome: String,
    weight_g: Option<i64>,
    apgar1: Option<i64>,
    apgar5: Option<i64>,
    apgar10: Option<i64>,
    asphyxia_apgar: Option<String>,
    asphyxia_consensus2016: Option<String>,
    asphyxia_proposal2013: Option<bool>,
}

fn technique(row: &BirthRow) -> Option<Technique> {
    row.technique.as_deref().and_then(Technique::parse)
}

/// A record that does not count its placements tells of the first one, and whether there was another.
fn placements(row: &BirthRow) -> i64 {
    let first = technique(row).is_some_and(Technique::has_epidural_needle);
    let told = if first {
        1 + i64::from(row.resited == Some(true))
    } else {
        0
    };
    row.placements.unwrap_or(told)
}

/// Mild and severe are both asphyxia.
fn is_asphyxia(word: Option<&str>) -> Result<Option<bool>> {
    let found = word.map(|word| known(Asphyxia::parse(word))).transpose()?;
    Ok(found.map(|degree| degree != Asphyxia::None))
}

/// What was corrected, or entered in error, does not count.
macro_rules! stands {
    ($row:literal) => {
        concat!(
            "not exists (select 1 from labor_correction k where k.target_id = ",
            $row,
            ".id)"
        )
    };
}
/// The gravest thing that happened to the mother, as [`Mother::of`] reads it: 2 she died, 1 she nearly did. Nearly is an
/// arrest, intensive care, what left permanent harm, and those complications that kill where they cost her a longer stay
/// (GK: near misses are named nowhere in detail). Binds nothing but the labor `l`.
macro_rules! gravest {
    () => {
        concat!(
            "(select max(cast(case when c.code = 'maternal_death' or c.outcome = 'death' then 2 \
             when c.code = 'maternal_arrest' or c.severity >= 4 or c.outcome = 'permanent_harm' or c.intensive_care then 1 \
             when c.severity >= 3 and c.code in ('last', 'high_total_spinal', 'hematoma', 'abscess_meningitis') then 1 \
             else 0 end as bigint)) from labor_complication c \
             where c.labor_id = l.id and ",
            stands!("c"),
            ")"
        )
    };
}
/// 1 where she took her consent back during analgesia, and no other one was in force then or later. Binds nothing but the labor `l`.
macro_rules! took_back {
    () => {
        "cast(case when exists (select 1 from consent c where c.episode_id = l.episode_id and c.state = 'withdrawn' \
         and c.ended_at >= l.first_dose_at and not exists (select 1 from consent a where a.episode_id = c.episode_id \
         and a.id <> c.id and a.activated_at is not null and a.state <> 'voided' \
         and (a.ended_at is null or a.ended_at > c.ended_at))) then 1 else 0 end as bigint)"
    };
}
macro_rules! over {
    ($select:literal, $order:literal, $which:literal) => {
        concat!($select, " where l.facility_id = $1 and ", $which, $order)
    };
    ($row:literal of $select:literal, $order:literal, $which:literal) => {
        concat!(
            $select,
            " where l.facility_id = $1 and ",
            $which,
            " and ",
            stands!($row),
            $order
        )
    };
}
macro_rules! texts {
    ($which:literal) => {
        [
            concat!(
                "select l.id, l.episode_id, l.patient_id, l.is_test, l.admitted_at, l.requested_at, l.first_dose_at, \
                 r.technique, r.first_dose_at as block_dose_at, r.resited, r.placements, r.abandoned, d.born_at, d.mode, \
                 d.birth_place, d.cs_decision_at, d.blood_loss_ml, d.gestation_days, \
                 case when e.gravidity > 0 then d.parity end as parity, \
                 cast(case when l.close_reason = 'transferred' then 1 else 0 end as bigint) as moved, ",
                took_back!(),
                " as took_back, ",
                gravest!(),
                " as gravest from labor l join delivery d on d.id = l.delivery_id join episode e on e.id = l.episode_id \
                 left join analgesia_record r on r.id = l.record_id where l.facility_id = $1 and ",
                $which,
                " order by l.born_at, l.id"
            ),
            over!(
                "o" of "select o.labor_id, o.observed_at, o.pain_tenths, o.recorded_at from labor_observation o \
                 join labor l on l.id = o.labor_id",
                " and o.pain_tenths is not null and o.observed_at > l.first_dose_at order by o.observed_at, o.id",
                $which
            ),
            over!(
                "o" of "select distinct l.id as labor_id from labor_observation o join labor l on l.id = o.labor_id",
                " and o.alarms like '%\"fever\"%' and o.observed_at <= l.born_at",
                $which
            ),
            over!(
                "c" of "select c.labor_id, c.code, c.severity, c.intensive_care, c.onset_at, c.resolved_at, c.outcome \
                 from labor_complication c \
                 join labor l on l.id = c.labor_id",
                " order by c.onset_at, c.id",
                $which
            ),
            over!(
                "select l.id as labor_id, n.born_at, n.outcome, n.weight_g, n.apgar1, n.apgar5, n.apgar10, \
                 n.asphyxia_apgar, n.asphyxia_consensus2016, n.asphyxia_proposal2013 from newborn n \
                 join labor l on l.delivery_id = n.delivery_id",
                " order by n.baby_no",
                $which
            ),
        ]
    };
}

const IN_PERIOD: [&str; 5] = texts!("l.born_at >= $2 and l.born_at < $3");
const OF_LABOR: [&str; 5] = texts!("l.id = $2");

/// Births whose first baby was born in `[from, to)`, by time.
pub async fn births(
    q: &mut impl Q,
    facility: FacilityId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Birth>> {
    let [births, pain, fever, complications, babies] = IN_PERIOD;
    Read {
        births: q.q(births).bind(facility).bind(from).bind(to).all().await?,
        pain: q.q(pain).bind(facility).bind(from).bind(to).all().await?,
        fever: q.q(fever).bind(facility).bind(from).bind(to).all().await?,
        complications: q
            .q(complications)
            .bind(facility)
            .bind(from)
            .bind(to)
            .all()
            .await?,
        babies: q.q(babies).bind(facility).bind(from).bind(to).all().await?,
    }
    .together()
}

/// Labors that were closed in `[from, to)` after a dose and before the birth, by time.
pub async fn left(
    q: &mut impl Q,
    facility: FacilityId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Left>> {
    let rows: Vec<(LaborId, PatientId, DateTime<Utc>)> = q
        .q(
            "select id, patient_id, closed_at from labor where facility_id = $1 and closed_at >= $2 and closed_at < $3 \
             and born_at is null and first_dose_at is not null and not is_test order by closed_at, id",
        )
        .bind(facility)
        .bind(from)
        .bind(to)
        .all()
        .await?;
    let left = |(labor, patient, at)| Left { labor, patient, at };
    Ok(rows.into_iter().map(left).collect())
}

/// The birth of one labor.
pub async fn birth(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Option<Birth>> {
    let [births, pain, fever, complications, babies] = OF_LABOR;
    let births = Read {
        births: q.q(births).bind(facility).bind(labor).all().await?,
        pain: q.q(pain).bind(facility).bind(labor).all().await?,
        fever: q.q(fever).bind(facility).bind(labor).all().await?,
        complications: q.q(complications).bind(facility).bind(labor).all().await?,
        babies: q.q(babies).bind(facility).bind(labor).all().await?,
    }
    .together()?;
    Ok(births.into_iter().next())
}

/// How a mother came out of a labor, whether the birth is known or not.
pub async fn mother(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Mother> {
    let gravest: Option<(Option<i64>,)> = q
        .q(concat!(
            "select ",
            gravest!(),
            " from labor l where l.facility_id = $1 and l.id = $2"
        ))
        .bind(facility)
        .bind(labor)
        .opt()
        .await?;
    Ok(Mother::of(gravest.and_then(|(gravest,)| gravest)))
}

struct Read {
    births: Vec<BirthRow>,
    pain: Vec<PainRow>,
    fever: Vec<(LaborId,)>,
    complications: Vec<ComplicationRow>,
    babies: Vec<BabyRow>,
}

impl Read {
    fn together(self) -> Result<Vec<Birth>> {
        let mut pain: BTreeMap<LaborId, Vec<PainScore>> = BTreeMap::new();
        for row in self.pain {
            pain.entry(row.labor_id).or_default().push(PainScore {
                at: row.observed_at,
                tenths: row.pain_tenths,
                recorded_at: row.recorded_at,
            });
        }
        let fever: BTreeSet<LaborId> = self.fever.into_iter().map(|(labor,)| labor).collect();
        let mut complications: BTreeMap<LaborId, Vec<ComplicationFact>> = BTreeMap::new();
        for row in self.complications {
            complications
                .entry(row.labor_id)
                .or_default()
                .push(ComplicationFact {
                    code: known(ComplicationCode::parse(&row.code))?,
                    severity: row.severity,
                    intensive_care: row.intensive_care == Some(true),
                    onset_at: row.onset_at,
                    resolved_at: row.resolved_at,
                    outcome: row.outcome.as_deref().and_then(EventOutcome::parse),
                });
        }
        let mut babies: BTreeMap<LaborId, Vec<BabyFacts>> = BTreeMap::new();
        for row in self.babies {
            babies.entry(row.labor_id).or_default().push(BabyFacts {
                born_at: row.born_at,
                outcome: known(BabyOutcome::parse(&row.outcome))?,
                weight_g: row.weight_g,
                apgar1: row.apgar1,
                apgar5: row.apgar5,
                apgar10: row.apgar10,
                asphyxia_apgar: is_asphyxia(row.asphyxia_apgar.as_deref())?,
                asphyxia_consensus2016: is_asphyxia(row.asphyxia_consensus2016.as_deref())?,
                asphyxia_proposal2013: row.asphyxia_proposal2013,
            });
        }
        let birth = |row: BirthRow| {
            Ok(Birth {
                pain: pain.remove(&row.id).unwrap_or_default(),
                fever: fever.contains(&row.id),
                complications: complications.remove(&row.id).unwrap_or_default(),
                babies: babies.remove(&row.id).unwrap_or_default(),
                labor: row.id,
                episode: row.episode_id,
                patient: row.patient_id,
                admitted_at: row.admitted_at,
                requested_at: row.requested_at,
                born_at: row.born_at,
                mode: known(DeliveryMode::parse(&row.mode))?,
                birth_place: known(BirthPlace::parse(&row.birth_place))?,
                gestation_days: row.gestation_days,
                parity: row.parity,
                moved: row.moved == 1,
                took_back: row.took_back == 1,
                is_test: row.is_test,
                first_dose_at: row.first_dose_at,
                placements: placements(&row),
                technique: technique(&row),
                dosed: row.block_dose_at.is_some(),
                resited: row.resited.unwrap_or(false),
                abandoned: row.abandoned.unwrap_or(false),
                cs_decision_at: row.cs_decision_at,
                blood_loss_ml: row.blood_loss_ml,
                mother: Mother::of(row.gravest),
            })
        };
        self.births.into_iter().map(birth).collect()
    }
}
