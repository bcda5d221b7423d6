//! Gradings of the risk; each is kept beside those before.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, PatientId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::episode::model::{Color, Episode, Graded, Grading};
use crate::vault::{Class, Sealed};

/// Appends a grading and shows its color on the pregnancy; items and reasons are sealed.
pub async fn add_grading(tx: &mut Tx, episode: &Episode, grading: &Grading, by: StaffId) -> Result<()> {
    let id: Uuid = tx.id();
    let now = tx.now;
    let grounds = (&grading.items, &grading.reasons);
    let sealed = tx
        .seal_json(
            Some(episode.facility_id),
            id,
            Class::Clinical,
            "grounds",
            &grounds,
        )
        .await?;
    tx.q(
        "insert into risk_color (id, facility_id, patient_id, episode_id, color, purple, grounds, table_version, \
          staff_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id)
    .bind(episode.facility_id)
    .bind(episode.patient_id)
    .bind(episode.id)
    .bind(grading.color.word())
    .bind(grading.purple)
    .bind(sealed)
    .bind(grading.table_version.clone())
    .bind(by)
    .bind(now)
    .run()
    .await?;
    tx.q(
        "update episode set risk_color = $3, purple = $4, version = version + 1 where facility_id = $1 and id = $2",
    )
    .bind(episode.facility_id)
    .bind(episode.id)
    .bind(grading.color.word())
    .bind(grading.purple)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct GradingRow {
    id: Uuid,
    color: String,
    purple: bool,
    grounds: Sealed,
    table_version: String,
    staff_id: StaffId,
    at: DateTime<Utc>,
}

/// The newest grading with its grounds.
pub async fn newest_grading(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<Graded>> {
    let row: Option<GradingRow> = r
        .q(
            "select id, color, purple, grounds, table_version, staff_id, at from risk_color \
            where facility_id = $1 and episode_id = $2 order by at desc, id desc limit 1",
        )
        .bind(facility)
        .bind(episode)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (items, reasons) = r.open_json(row.id, "grounds", &row.grounds).await?;
    Ok(Some(Graded {
        grading: Grading {
            color: Color::parse(&row.color)
                .ok_or_else(|| Error::broken("a grading row has an unknown color"))?,
            purple: row.purple,
            items,
            reasons,
            table_version: row.table_version,
        },
        by: row.staff_id,
        at: row.at,
    }))
}

/// The colors that were set for a woman, without their grounds, oldest first.
pub async fn gradings_of(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<Vec<Value>> {
    let rows: Vec<(Uuid, EpisodeId, String, String, DateTime<Utc>)> = q
        .q("select id, episode_id, color, table_version, at from risk_color \
            where facility_id = $1 and patient_id = $2 order by id")
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let told = rows.into_iter().map(|(id, episode, color, table_version, at)| {
        json!({ "id": id, "pregnancy": episode, "color": color, "table_version": table_version, "at": at })
    });
    Ok(told.collect())
}
