//! What was explained after a refusal, its document, what was found at a bedside where nothing could be confirmed, and that
//! she wants time: insert-only.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::records;
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, FacilityId, StaffId};
use crate::consent::model::{Consent, Explanation, Later, Salted, Unconfirmed};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

/// Keeps an explanation; none when the decision has one.
pub async fn add_explanation(
    tx: &mut Tx,
    consent: &Consent,
    decision: Uuid,
    staff: StaffId,
    body: &(impl Serialize + Sync),
) -> Result<Option<Uuid>> {
    let id: Uuid = tx.id();
    let body = tx
        .seal_json(Some(consent.facility_id), id, Class::FreeText, "body", body)
        .await?;
    let now = tx.now;
    let added = tx
        .q(
            "insert into consent_explanation (id, decision_id, facility_id, consent_id, staff_id, body, at) \
            values ($1, $2, $3, $4, $5, $6, $7) on conflict (decision_id) do nothing",
        )
        .bind(id)
        .bind(decision)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(staff)
        .bind(body)
        .bind(now)
        .run()
        .await?;
    Ok((added == 1).then_some(id))
}

/// The explanation that a decision has, with its id.
pub async fn explanation(
    r: &mut impl Records,
    facility: FacilityId,
    decision: Uuid,
) -> Result<Option<(Uuid, Explanation)>> {
    let row: Option<(Uuid, StaffId, Sealed, DateTime<Utc>)> = r
        .q("select id, staff_id, body, at from consent_explanation where facility_id = $1 and decision_id = $2")
        .bind(facility)
        .bind(decision)
        .opt()
        .await?;
    let Some((id, by, body, at)) = row else {
        return Ok(None);
    };
    let body = Salted::body_of(r.open_json(id, "body", &body).await?);
    let body = serde_json::from_value(body)?;
    Ok(Some((id, Explanation { by, body, at })))
}

/// Her refusal of this consent: its id, when, whether she wants to be asked again, and whether it was explained with it.
pub async fn refusal(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Option<(Uuid, DateTime<Utc>, bool, bool)>> {
    let row: Option<(Uuid, DateTime<Utc>, bool, String)> = r
        .q("select id, at, ask_again, explained from consent_decision \
            where facility_id = $1 and consent_id = $2 and kind = 'refused' order by id desc limit 1")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(id, at, ask_again, explained)| (id, at, ask_again, explained == "explained")))
}

/// Keeps the document of a decision that says how it was explained; false when there is one.
pub async fn add_explained_record(
    tx: &mut Tx,
    consent: &Consent,
    explanation: Uuid,
    pdf: &[u8],
    sha256: &str,
) -> Result<bool> {
    const INSERT: &str = "insert into consent_explanation_record (explanation_id, facility_id, consent_id, pdf, sha256, at) \
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    records::keep(tx, INSERT, consent, explanation, (pdf, sha256)).await
}

/// Keeps what was found at the bedside when the consent could not be confirmed.
pub async fn add_unconfirmed(
    tx: &mut Tx,
    consent: &Consent,
    staff: StaffId,
    body: &(impl Serialize + Sync),
) -> Result<()> {
    let id: Uuid = tx.id();
    let body = tx
        .seal_json(Some(consent.facility_id), id, Class::Clinical, "body", body)
        .await?;
    let now = tx.now;
    tx.q("insert into consent_unconfirmed (id, facility_id, consent_id, staff_id, body, at) values ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(staff)
        .bind(body)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// What was found there last, unless the consent was confirmed afterwards.
pub async fn unconfirmed(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Option<Unconfirmed>> {
    let row: Option<(Uuid, StaffId, Sealed, DateTime<Utc>)> = r
        .q(
            "select u.id, u.staff_id, u.body, u.at from consent_unconfirmed u \
            where u.facility_id = $1 and u.consent_id = $2 and not exists \
            (select 1 from consent_bedside b where b.consent_id = u.consent_id and b.id > u.id) \
            order by u.id desc limit 1",
        )
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    let Some((record, by, body, at)) = row else {
        return Ok(None);
    };
    let body = Salted::body_of(r.open_json(record, "body", &body).await?);
    let reason = body.get("unable").and_then(serde_json::Value::as_str);
    let reason = reason.ok_or_else(|| Error::broken("a finding at the bedside without its reason"))?;
    Ok(Some(Unconfirmed {
        by,
        reason: reason.to_owned(),
        at,
    }))
}

/// Keeps that she wants time.
pub async fn add_later(tx: &mut Tx, consent: &Consent, until: Option<DateTime<Utc>>) -> Result<()> {
    let id: Uuid = tx.id();
    let now = tx.now;
    tx.q("insert into consent_later (id, facility_id, consent_id, until, at) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(until)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// That she wanted time, the last time she said so.
pub async fn later(q: &mut impl Q, facility: FacilityId, id: ConsentId) -> Result<Option<Later>> {
    let row: Option<(DateTime<Utc>, Option<DateTime<Utc>>)> = q
        .q("select at, until from consent_later where facility_id = $1 and consent_id = $2 order by id desc limit 1")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(at, until)| Later { at, until }))
}
