//! Decisions on a whole consent, and the documents of them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::records;
use crate::base::error::Result;
use crate::base::id::{ConsentId, FacilityId};
use crate::consent::model::{Consent, Decision, Salted};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

/// A decision on the whole consent to be kept: a refusal or a withdrawal (CE-190), a reissue, a void.
pub struct NewDecision<'a, T> {
    /// `refused`, `withdrawn`, `reissued`, `voided`.
    pub kind: &'static str,
    /// Whether she wants to be asked again.
    pub ask_again: bool,
    /// `pending` until a doctor has explained the consequences of a refusal, `explained`, `not_needed` for the others.
    pub explained: &'static str,
    /// Reasons and what was offered.
    pub body: &'a T,
}

/// Keeps it; its id.
pub async fn add_decision<T: Serialize + Sync>(
    tx: &mut Tx,
    consent: &Consent,
    new: NewDecision<'_, T>,
) -> Result<Uuid> {
    let id: Uuid = tx.id();
    let body = tx
        .seal_json(Some(consent.facility_id), id, Class::FreeText, "body", new.body)
        .await?;
    let now = tx.now;
    tx.q(
        "insert into consent_decision (id, facility_id, consent_id, kind, ask_again, explained, body, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(consent.facility_id)
    .bind(consent.id)
    .bind(new.kind)
    .bind(new.ask_again)
    .bind(new.explained)
    .bind(body)
    .bind(now)
    .run()
    .await?;
    Ok(id)
}

/// One decision.
pub async fn decision(r: &mut impl Records, facility: FacilityId, id: Uuid) -> Result<Option<Decision>> {
    let row: Option<(ConsentId, String, bool, String, Sealed, DateTime<Utc>)> = r
        .q(
            "select consent_id, kind, ask_again, explained, body, at from consent_decision \
            where facility_id = $1 and id = $2",
        )
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    let Some((consent, kind, ask_again, explained, body, at)) = row else {
        return Ok(None);
    };
    Ok(Some(Decision {
        consent,
        kind,
        ask_again,
        explained,
        body: Salted::body_of(r.open_json(id, "body", &body).await?),
        at,
    }))
}

/// Keeps the document of a decision; false when there is one.
pub async fn add_record(
    tx: &mut Tx,
    consent: &Consent,
    decision: Uuid,
    pdf: &[u8],
    sha256: &str,
) -> Result<bool> {
    const INSERT: &str = "insert into consent_record (decision_id, facility_id, consent_id, pdf, sha256, at) \
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    records::keep(tx, INSERT, consent, decision, (pdf, sha256)).await
}

/// Whether a refusal or a withdrawal of this consent has its document.
pub async fn has_record(q: &mut impl Q, facility: FacilityId, id: ConsentId) -> Result<bool> {
    let row: Option<(Uuid,)> = q
        .q("select decision_id from consent_record where facility_id = $1 and consent_id = $2 \
            union all select explanation_id from consent_explanation_record where facility_id = $1 and consent_id = $2 limit 1")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.is_some())
}
