//! Pregnancies.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, PatientId};
use crate::ctx::{Records, Tx};
use crate::db::run::placeholders;
use crate::db::{Q, dialect};
use crate::episode::model::{Color, Ending, Episode, Stage};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct EpisodeRow {
    id: EpisodeId,
    facility_id: FacilityId,
    patient_id: PatientId,
    edd: NaiveDate,
    gravidity: i64,
    parity: i64,
    fetuses: i64,
    pre_pregnancy_weight_kg: Option<String>,
    weight: Option<Sealed>,
    stage: String,
    risk_color: Option<String>,
    purple: bool,
    is_test: bool,
    enrolled_at: Option<DateTime<Utc>>,
    born_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    ending: Option<String>,
    declined: bool,
    version: i64,
}

impl EpisodeRow {
    async fn read(self, r: &mut impl Records) -> Result<Episode> {
        let weight = match r.open_if(self.id, "weight", self.weight.as_ref()).await {
            // What was written before it was sealed stands in clear until her dates are saved again.
            Ok(weight) => weight.or(self.pre_pregnancy_weight_kg),
            // The record was destroyed; figures still count the pregnancy.
            Err(Error::Missing(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(Episode {
            id: self.id,
            facility_id: self.facility_id,
            patient_id: self.patient_id,
            edd: self.edd,
            gravidity: self.gravidity,
            parity: self.parity,
            fetuses: self.fetuses,
            pre_pregnancy_weight_kg: weight.and_then(|kg| kg.parse::<Decimal>().ok()),
            stage: Stage::parse(&self.stage)
                .ok_or_else(|| Error::broken("an episode row has an unknown stage"))?,
            risk_color: self.risk_color.as_deref().and_then(Color::parse),
            purple: self.purple,
            is_test: self.is_test,
            enrolled_at: self.enrolled_at,
            born_at: self.born_at,
            closed_at: self.closed_at,
            ending: self.ending.as_deref().and_then(Ending::parse),
            declined: self.declined,
            version: self.version,
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select e.id, e.facility_id, e.patient_id, e.edd, e.gravidity, e.parity, e.fetuses, ",
            "e.pre_pregnancy_weight_kg, e.weight, e.stage, e.risk_color, e.purple, e.is_test, e.enrolled_at, e.born_at, ",
            "e.closed_at, e.ending, e.declined, e.version from episode e ",
            $rest
        )
    };
}

pub async fn episode(r: &mut impl Records, facility: FacilityId, id: EpisodeId) -> Result<Option<Episode>> {
    let row: Option<EpisodeRow> = r
        .q(select!("where e.facility_id = $1 and e.id = $2"))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some(row) => row.read(r).await.map(Some),
        None => Ok(None),
    }
}

/// The newest that is not closed, else the newest.
pub async fn current(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Option<Episode>> {
    let row: Option<EpisodeRow> = r
        .q(select!(
            "where e.facility_id = $1 and e.patient_id = $2 \
             order by case when e.closed_at is null then 0 else 1 end, e.created_at desc, e.id desc limit 1"
        ))
        .bind(facility)
        .bind(patient)
        .opt()
        .await?;
    match row {
        Some(row) => row.read(r).await.map(Some),
        None => Ok(None),
    }
}

/// Takes the row's lock.
pub async fn lock(tx: &mut Tx, facility: FacilityId, id: EpisodeId) -> Result<Option<Episode>> {
    let _held: Option<(EpisodeId,)> = tx.q(dialect::LOCK_EPISODE).bind(facility).bind(id).opt().await?;
    episode(tx, facility, id).await
}

pub async fn add_episode(tx: &mut Tx, episode: &Episode) -> Result<()> {
    let now = tx.now;
    let weight = sealed_weight(tx, episode).await?;
    tx.q(
        "insert into episode (id, facility_id, patient_id, edd, gravidity, parity, fetuses, weight, \
          stage, risk_color, purple, is_test, enrolled_at, closed_at, version, created_at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(episode.id)
    .bind(episode.facility_id)
    .bind(episode.patient_id)
    .bind(episode.edd)
    .bind(episode.gravidity)
    .bind(episode.parity)
    .bind(episode.fetuses)
    .bind(weight)
    .bind(episode.stage.word())
    .bind(episode.risk_color.map(Color::word))
    .bind(episode.purple)
    .bind(episode.is_test)
    .bind(episode.enrolled_at)
    .bind(episode.closed_at)
    .bind(episode.version)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

async fn sealed_weight(tx: &mut Tx, episode: &Episode) -> Result<Option<Sealed>> {
    let weight = episode.pre_pregnancy_weight_kg.map(|kg| kg.to_string());
    let place = Some(episode.facility_id);
    tx.seal_if(place, episode.id, Class::Clinical, "weight", weight.as_deref())
        .await
}

/// Writes what she says of her pregnancy. The revision rises by one.
pub async fn save_dates(tx: &mut Tx, episode: &Episode) -> Result<()> {
    let weight = sealed_weight(tx, episode).await?;
    tx.q(
        "update episode set edd = $3, gravidity = $4, parity = $5, fetuses = $6, weight = $7, pre_pregnancy_weight_kg = null, \
          enrolled_at = $8, version = version + 1 where facility_id = $1 and id = $2",
    )
    .bind(episode.facility_id)
    .bind(episode.id)
    .bind(episode.edd)
    .bind(episode.gravidity)
    .bind(episode.parity)
    .bind(episode.fetuses)
    .bind(weight)
    .bind(episode.enrolled_at)
    .run()
    .await?;
    Ok(())
}

/// Moves the pregnancy on; `closed_at` is set with [`Stage::Closed`] and cleared with any other.
pub async fn set_stage(tx: &mut Tx, facility: FacilityId, id: EpisodeId, stage: Stage) -> Result<()> {
    let now = tx.now;
    set_stage_at(tx, facility, id, stage, now).await
}

/// `at` is since when it stands there; of a closed one it is kept.
pub async fn set_stage_at(
    tx: &mut Tx,
    facility: FacilityId,
    id: EpisodeId,
    stage: Stage,
    at: DateTime<Utc>,
) -> Result<()> {
    let closed_at = (stage == Stage::Closed).then_some(at);
    tx.q(
        "update episode set stage = $3, closed_at = $4, version = version + 1 where facility_id = $1 and id = $2",
    )
    .bind(facility)
    .bind(id)
    .bind(stage.word())
    .bind(closed_at)
    .run()
    .await?;
    Ok(())
}

pub async fn set_ending(
    tx: &mut Tx,
    facility: FacilityId,
    id: EpisodeId,
    ending: Option<Ending>,
) -> Result<()> {
    tx.q("update episode set ending = $3 where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .bind(ending.map(Ending::word))
        .run()
        .await?;
    Ok(())
}

pub async fn set_declined(tx: &mut Tx, facility: FacilityId, id: EpisodeId, declined: bool) -> Result<()> {
    tx.q("update episode set declined = $3 where facility_id = $1 and id = $2 and declined <> $3")
        .bind(facility)
        .bind(id)
        .bind(declined)
        .run()
        .await?;
    Ok(())
}

/// Writes when she gave birth.
pub async fn set_born(
    tx: &mut Tx,
    facility: FacilityId,
    id: EpisodeId,
    born_at: Option<DateTime<Utc>>,
) -> Result<()> {
    tx.q("update episode set born_at = $3 where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .bind(born_at)
        .run()
        .await?;
    Ok(())
}

/// What of a step that nobody has done is still to be done, as `rules::home` says it: after her no and after the pregnancy
/// nobody brings her to it.
const APPLIES: &str = " and (s.kind not in ('lessons', 'assessment') or (e.stage = 'antenatal' and not e.declined)) \
    and (s.kind <> 'recheck' or (e.stage = 'labor' and not e.declined)) \
    and (s.kind not in ('review', 'consent') or e.stage in ('antenatal', 'labor'))";

/// What the clinic's list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// These women; none means all.
    pub patients: Option<Vec<PatientId>>,
    /// At this stage; none means any that is not closed, or any at all beside `patients`.
    pub stage: Option<Stage>,
    /// Of this color.
    pub color: Option<Color>,
    /// With a step that is open and due by then.
    pub due: Option<DateTime<Utc>>,
}

/// The current pregnancies of the hospital by expected date, each with whether something urgent is open.
pub async fn listed(
    r: &mut impl Records,
    facility: FacilityId,
    filter: &Filter,
    after: Option<(NaiveDate, EpisodeId)>,
    limit: i64,
) -> Result<Vec<(Episode, bool)>> {
    let mut sql = String::from(select!(
        "where e.facility_id = $1 and not exists (select 1 from episode n where n.patient_id = e.patient_id \
         and n.created_at > e.created_at)"
    ));
    let mut used = 1;
    let mut next = |count: usize| {
        let first = used + 1;
        used += count;
        placeholders(first, count)
    };
    if let Some(ids) = &filter.patients {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        sql += &format!(" and e.patient_id in ({})", next(ids.len()));
    }
    if filter.stage.is_some() {
        sql += &format!(" and e.stage = {}", next(1));
    } else if filter.patients.is_none() {
        sql += " and e.closed_at is null";
    }
    if filter.color.is_some() {
        sql += &format!(" and e.risk_color = {}", next(1));
    }
    if filter.due.is_some() {
        sql += &format!(
            " and exists (select 1 from episode_step s where s.episode_id = e.id \
             and s.state in ('open', 'waiting') and s.due_to <= {}{APPLIES})",
            next(1)
        );
    }
    if after.is_some() {
        sql += &format!(" and (e.edd, e.id) > ({})", next(2));
    }
    sql += &format!(" order by e.edd, e.id limit {}", next(1));
    let mut query = r.q(sql).bind(facility);
    for id in filter.patients.iter().flatten() {
        query = query.bind(*id);
    }
    if let Some(stage) = filter.stage {
        query = query.bind(stage.word());
    }
    if let Some(color) = filter.color {
        query = query.bind(color.word());
    }
    if let Some(due) = filter.due {
        query = query.bind(due);
    }
    if let Some((edd, id)) = after {
        query = query.bind(edd).bind(id);
    }
    let rows: Vec<EpisodeRow> = query.bind(limit).all().await?;
    let mut found = Vec::with_capacity(rows.len());
    let urgent = urgent(r, facility, rows.iter().map(|row| row.id).collect()).await?;
    for row in rows {
        let pressing = urgent.contains(&row.id);
        found.push((row.read(r).await?, pressing));
    }
    Ok(found)
}

async fn urgent(q: &mut impl Q, facility: FacilityId, ids: Vec<EpisodeId>) -> Result<Vec<EpisodeId>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = q
        .q(format!(
            "select distinct episode_id from task where facility_id = $1 and done_at is null and urgent = $2 \
             and episode_id in ({})",
            placeholders(3, ids.len())
        ))
        .bind(facility)
        .bind(true);
    for id in ids {
        query = query.bind(id);
    }
    let rows: Vec<(EpisodeId,)> = query.all().await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
