//! Trainings and drills; insert-only.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::quality::training::{Trainee, Training, TrainingKind, TrainingResult};
use crate::vault::{Class, Sealed};

/// Keeps a training; false when another one stands in the place of the one that it replaces.
pub async fn add_training(tx: &mut Tx, facility: FacilityId, new: &Training) -> Result<bool> {
    let words = tx
        .seal_json(Some(facility), new.id, Class::FreeText, "words", &new.words)
        .await?;
    let added = tx
        .q(
            "insert into training (id, facility_id, kind, held_on, words, decided_at, delivered_at, replaces_id, \
             staff_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        )
        .bind(new.id)
        .bind(facility)
        .bind(new.kind.word())
        .bind(new.held_on)
        .bind(words)
        .bind(new.decided_at)
        .bind(new.delivered_at)
        .bind(new.replaces)
        .bind(new.by)
        .bind(new.at)
        .run()
        .await?;
    if added == 0 {
        return Ok(false);
    }
    for one in &new.people {
        tx.q(
            "insert into training_person (training_id, staff_id, facility_id, result, score) \
             values ($1, $2, $3, $4, $5)",
        )
        .bind(new.id)
        .bind(one.staff)
        .bind(facility)
        .bind(one.result.word())
        .bind(one.score)
        .run()
        .await?;
    }
    Ok(true)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    held_on: NaiveDate,
    words: Sealed,
    decided_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    replaces_id: Option<Uuid>,
    staff_id: StaffId,
    at: DateTime<Utc>,
}

fn known<T>(word: Option<T>) -> Result<T> {
    word.ok_or_else(|| Error::broken("a training holds an unknown word"))
}

/// Only what no other one stands in the place of.
macro_rules! standing {
    ($rest:literal) => {
        concat!(
            "select t.id, t.kind, t.held_on, t.words, t.decided_at, t.delivered_at, t.replaces_id, t.staff_id, t.at \
             from training t where t.facility_id = $1 \
             and not exists (select 1 from training n where n.replaces_id = t.id) and ",
            $rest
        )
    };
}

async fn with_people(r: &mut impl Records, rows: Vec<Row>) -> Result<Vec<Training>> {
    let mut people: BTreeMap<Uuid, Vec<Trainee>> = BTreeMap::new();
    if !rows.is_empty() {
        let mut query = r.q(format!(
            "select training_id, staff_id, result, score from training_person where training_id in ({}) \
             order by staff_id",
            placeholders(1, rows.len())
        ));
        for row in &rows {
            query = query.bind(row.id);
        }
        let all: Vec<(Uuid, StaffId, String, Option<i64>)> = query.all().await?;
        for (training, staff, result, score) in all {
            let result = known(TrainingResult::parse(&result))?;
            let one = Trainee { staff, result, score };
            people.entry(training).or_default().push(one);
        }
    }
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(Training {
            kind: known(TrainingKind::parse(&row.kind))?,
            words: r.open_json(row.id, "words", &row.words).await?,
            people: people.remove(&row.id).unwrap_or_default(),
            id: row.id,
            held_on: row.held_on,
            decided_at: row.decided_at,
            delivered_at: row.delivered_at,
            replaces: row.replaces_id,
            by: row.staff_id,
            at: row.at,
        });
    }
    Ok(all)
}

/// A training in whose place no other one stands.
pub async fn training(r: &mut impl Records, facility: FacilityId, id: Uuid) -> Result<Option<Training>> {
    let rows: Vec<Row> = r.q(standing!("t.id = $2")).bind(facility).bind(id).all().await?;
    Ok(with_people(r, rows).await?.pop())
}

/// The trainings, the last day first.
pub async fn trainings(
    r: &mut impl Records,
    facility: FacilityId,
    after: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> Result<Vec<Training>> {
    // Without a cursor everything comes before the end of the order.
    let (day, id) = after.unwrap_or((
        NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default(),
        Uuid::max(),
    ));
    let rows: Vec<Row> = r
        .q(standing!(
            "(t.held_on, t.id) < ($2, $3) order by t.held_on desc, t.id desc limit $4"
        ))
        .bind(facility)
        .bind(day)
        .bind(id)
        .bind(limit)
        .all()
        .await?;
    with_people(r, rows).await
}

/// The last training of a kind that was held by a day.
pub async fn last_training(
    r: &mut impl Records,
    facility: FacilityId,
    kind: TrainingKind,
    on: NaiveDate,
) -> Result<Option<Training>> {
    let rows: Vec<Row> = r
        .q(standing!(
            "t.kind = $3 and t.held_on <= $2 order by t.held_on desc, t.id desc limit 1"
        ))
        .bind(facility)
        .bind(on)
        .bind(kind.word())
        .all()
        .await?;
    Ok(with_people(r, rows).await?.pop())
}

/// Who took part in a training on labor analgesia by a day and did not fail.
pub async fn trained(q: &mut impl Q, facility: FacilityId, on: NaiveDate) -> Result<BTreeSet<StaffId>> {
    let rows: Vec<(StaffId,)> = q
        .q(
            "select p.staff_id from training_person p join training t on t.id = p.training_id \
             where t.facility_id = $1 and t.kind = 'analgesia' and t.held_on <= $2 and p.result <> 'failed' \
             and not exists (select 1 from training n where n.replaces_id = t.id)",
        )
        .bind(facility)
        .bind(on)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(staff,)| staff).collect())
}
