//! What the answers to the risk table suggest; never changed.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, PatientId, ResponseId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::episode::model::{Color, Episode, Suggestion};
use crate::vault::{Class, Sealed};

/// Keeps a suggestion.
pub async fn add_suggestion(tx: &mut Tx, episode: &Episode, suggestion: &Suggestion) -> Result<Uuid> {
    let id: Uuid = tx.id();
    let place = Some(episode.facility_id);
    let grounds = tx
        .seal_json(place, id, Class::Clinical, "grounds", &suggestion.grounds)
        .await?;
    tx.q(
        "insert into risk_suggestion (id, facility_id, patient_id, episode_id, response_id, response_version, color, purple, \
          grounds, form, rules_version, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(id)
    .bind(episode.facility_id)
    .bind(episode.patient_id)
    .bind(episode.id)
    .bind(suggestion.response)
    .bind(suggestion.response_version)
    .bind(suggestion.color.word())
    .bind(suggestion.purple)
    .bind(grounds)
    .bind(suggestion.form.clone())
    .bind(suggestion.rules_version.clone())
    .bind(suggestion.at)
    .run()
    .await?;
    Ok(id)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    response_id: ResponseId,
    response_version: i64,
    color: String,
    purple: bool,
    grounds: Sealed,
    form: String,
    rules_version: String,
    at: DateTime<Utc>,
}

macro_rules! suggestions {
    ($rest:literal) => {
        concat!(
            "select id, response_id, response_version, color, purple, grounds, form, rules_version, at from risk_suggestion \
             where facility_id = $1 and ",
            $rest
        )
    };
}

/// The newest suggestion of a pregnancy.
pub async fn newest_suggestion(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<Suggestion>> {
    let row: Option<Row> = r
        .q(suggestions!("episode_id = $2 order by at desc, id desc limit 1"))
        .bind(facility)
        .bind(episode)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(read(r, row).await?))
}

/// All suggestions for a woman, oldest first.
pub async fn suggestions_of(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<(Uuid, Suggestion)>> {
    let rows: Vec<Row> = r
        .q(suggestions!("patient_id = $2 order by at, id"))
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push((row.id, read(r, row).await?));
    }
    Ok(all)
}

async fn read(r: &mut impl Records, row: Row) -> Result<Suggestion> {
    Ok(Suggestion {
        response: row.response_id,
        response_version: row.response_version,
        color: Color::parse(&row.color).ok_or_else(|| Error::broken("a suggestion has an unknown color"))?,
        purple: row.purple,
        grounds: r.open_json(row.id, "grounds", &row.grounds).await?,
        form: row.form,
        rules_version: row.rules_version,
        at: row.at,
    })
}
