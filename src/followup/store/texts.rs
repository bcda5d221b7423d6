//! Which replies hold a suggestion, and how its check stands. Her words stay among her answers.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, PatientId, ResponseId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::followup::model::{SurveyText, TextCheck};
use crate::forms::model::Response;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    patient_id: PatientId,
    response_id: ResponseId,
    at: DateTime<Utc>,
    checked: Option<String>,
}

impl TryFrom<Row> for SurveyText {
    type Error = Error;

    fn try_from(row: Row) -> Result<SurveyText> {
        let check = match row.checked.as_deref() {
            Some(word) => Some(
                TextCheck::parse(word)
                    .ok_or_else(|| Error::broken("a checked suggestion holds an unknown word"))?,
            ),
            None => None,
        };
        Ok(SurveyText {
            id: row.id,
            patient_id: row.patient_id,
            response_id: row.response_id,
            at: row.at,
            check,
        })
    }
}

/// Notes that a reply holds a suggestion.
pub async fn add_text(tx: &mut Tx, response: &Response) -> Result<Uuid> {
    let (id, now) = (tx.id::<Uuid>(), tx.now);
    tx.q(
        "insert into survey_text (id, facility_id, patient_id, response_id, form, at) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(response.facility_id)
    .bind(response.patient_id)
    .bind(response.id)
    .bind(response.name.clone())
    .bind(now)
    .run()
    .await?;
    Ok(id)
}

/// One of them.
pub async fn text(q: &mut impl Q, facility: FacilityId, id: Uuid) -> Result<Option<SurveyText>> {
    let row: Option<Row> = q
        .q(
            "select id, patient_id, response_id, at, checked from survey_text \
             where facility_id = $1 and id = $2",
        )
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    row.map(SurveyText::try_from).transpose()
}

/// The suggestions of a period, newest first, before one of them.
pub async fn texts(
    q: &mut impl Q,
    facility: FacilityId,
    form: &str,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<SurveyText>> {
    let rows: Vec<Row> = q
        .q(
            "select id, patient_id, response_id, at, checked from survey_text where facility_id = $1 and form = $2 \
             and at >= $3 and at < $4 and id < $5 order by id desc limit $6",
        )
        .bind(facility)
        .bind(form.to_owned())
        .bind(from)
        .bind(to)
        .bind(before.unwrap_or(Uuid::max()))
        .bind(limit)
        .all()
        .await?;
    rows.into_iter().map(SurveyText::try_from).collect()
}

/// Sets how the check of one stands, if it still stands as it was known to; whether it did.
pub async fn set_check(
    tx: &mut Tx,
    facility: FacilityId,
    id: Uuid,
    (known, check): (Option<TextCheck>, TextCheck),
) -> Result<bool> {
    let set = tx
        .q(
            "update survey_text set checked = $1 where facility_id = $2 and id = $3 and coalesce(checked, '') = $4",
        )
        .bind(check.word())
        .bind(facility)
        .bind(id)
        .bind(known.map_or("", TextCheck::word))
        .run()
        .await?;
    Ok(set == 1)
}
