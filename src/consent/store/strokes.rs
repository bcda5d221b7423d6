//! What was drawn, for a forensic examination, and to whom it went: insert-only.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, FacilityId, SignatureId, StaffId, StrokesReleaseId};
use crate::consent::model::{ActKind, Consent, DrawnAct, Examination, SignedAct, StrokesRelease};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct DrawnRow {
    id: SignatureId,
    kind: String,
    strokes: Sealed,
    body: Sealed,
    digest: Vec<u8>,
    at: DateTime<Utc>,
    sent_back: Option<SignatureId>,
}

/// Every act of a consent in which something was drawn, in the order made, until a moment.
pub async fn drawn_acts(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
    until: DateTime<Utc>,
) -> Result<Vec<DrawnAct>> {
    let rows: Vec<DrawnRow> = r
        .q(
            "select s.id, s.kind, s.strokes, s.body, s.digest, s.at, b.signature_id as sent_back from consent_signature s \
            left join consent_return b on b.signature_id = s.id \
            where s.facility_id = $1 and s.consent_id = $2 and s.strokes is not null and s.at <= $3 order by s.id",
        )
        .bind(facility)
        .bind(id)
        .bind(until)
        .all()
        .await?;
    let mut acts = Vec::with_capacity(rows.len());
    let mut by_hand = Value::Null;
    for row in rows {
        let act: SignedAct = r.open_json(row.id, "body", &row.body).await?;
        let kind =
            ActKind::parse(&row.kind).ok_or_else(|| Error::broken("a signature of an unknown kind"))?;
        // Her own words are a part of the act that stands before them.
        let said = match kind {
            ActKind::Handwritten => by_hand.take(),
            _ => act.section.body,
        };
        by_hand = said.get("handwritten").cloned().unwrap_or_default();
        acts.push(DrawnAct {
            strokes: r.open_json(row.id, "strokes", &row.strokes).await?,
            digest: said
                .get("strokes_sha256")
                .filter(|digest| !digest.is_null())
                .map(|digest| serde_json::from_value(digest.clone()))
                .transpose()?,
            id: row.id,
            kind,
            standing: row.sent_back.is_none(),
            act_sha256: hex::encode(row.digest),
            canvas: act.canvas,
            at: row.at,
        });
    }
    Ok(acts)
}

/// Keeps to whom what was drawn went, and why.
pub async fn add_strokes_release(
    tx: &mut Tx,
    consent: &Consent,
    staff: StaffId,
    examination: &Examination,
) -> Result<StrokesReleaseId> {
    let id: StrokesReleaseId = tx.id();
    let body = tx
        .seal_json(
            Some(consent.facility_id),
            id,
            Class::FreeText,
            "body",
            examination,
        )
        .await?;
    let now = tx.now;
    tx.q("insert into strokes_release (id, facility_id, consent_id, staff_id, body, at) values ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(staff)
        .bind(body)
        .bind(now)
        .run()
        .await?;
    Ok(id)
}

/// The releases of what was drawn for a consent, oldest first.
pub async fn strokes_releases(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Vec<StrokesRelease>> {
    let rows: Vec<(StrokesReleaseId, Sealed, DateTime<Utc>)> = r
        .q("select id, body, at from strokes_release where facility_id = $1 and consent_id = $2 order by id")
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    let mut releases = Vec::with_capacity(rows.len());
    for (release, body, at) in rows {
        releases.push(StrokesRelease {
            examination: r.open_json(release, "body", &body).await?,
            id: release,
            consent: id,
            at,
        });
    }
    Ok(releases)
}
