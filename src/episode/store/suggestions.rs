//! What the answers to the risk table suggest; never changed.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, ResponseId};
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

/// The newest suggestion of a pregnancy.
pub async fn newest_suggestion(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<Suggestion>> {
    let row: Option<Row> = r
        .q(
            "select id, response_id, response_version, color, purple, grounds, form, rules_version, at from risk_suggestion \
            where facility_id = $1 and episode_id = $2 order by at desc, id desc limit 1",
        )
        .bind(facility)
        .bind(episode)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Suggestion {
        response: row.response_id,
        response_version: row.response_version,
        color: Color::parse(&row.color).ok_or_else(|| Error::broken("a suggestion has an unknown color"))?,
        purple: row.purple,
        grounds: r.open_json(row.id, "grounds", &row.grounds).await?,
        form: row.form,
        rules_version: row.rules_version,
        at: row.at,
    }))
}
