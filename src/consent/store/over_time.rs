//! What is kept of a consent over time: bedside confirmations and their documents, originals on paper, digests that are
//! looked at again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::records;
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, FacilityId, SignatureId, StaffId};
use crate::consent::model::{Capacity, Consent, LeftOut, Salted, SigningPlan};
use crate::consent::proof::NAMES;
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

/// Keeps a bedside confirmation; its id.
pub async fn add_bedside(
    tx: &mut Tx,
    consent: &Consent,
    staff: StaffId,
    body: &(impl Serialize + Sync),
) -> Result<Uuid> {
    let id: Uuid = tx.id();
    let body = tx
        .seal_json(Some(consent.facility_id), id, Class::Clinical, "body", body)
        .await?;
    let now = tx.now;
    tx.q("insert into consent_bedside (id, facility_id, consent_id, staff_id, body, at) values ($1, $2, $3, $4, $5, $6)")
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

/// A bedside confirmation as it is kept.
pub struct Confirmed {
    /// The consent.
    pub consent: ConsentId,
    /// Who confirmed it.
    pub staff: StaffId,
    /// What was seen.
    pub body: Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// One bedside confirmation.
pub async fn bedside(r: &mut impl Records, facility: FacilityId, id: Uuid) -> Result<Option<Confirmed>> {
    let row: Option<(ConsentId, StaffId, Sealed, DateTime<Utc>)> = r
        .q("select consent_id, staff_id, body, at from consent_bedside where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    let Some((consent, staff, body, at)) = row else {
        return Ok(None);
    };
    Ok(Some(Confirmed {
        consent,
        staff,
        body: Salted::body_of(r.open_json(id, "body", &body).await?),
        at,
    }))
}

/// Every rule whose risk was confirmed at the bedside, whenever.
pub async fn confirmed_risks(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Vec<String>> {
    let rows: Vec<(Uuid, Sealed)> = r
        .q("select id, body from consent_bedside where facility_id = $1 and consent_id = $2 order by id")
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    let mut confirmed = Vec::new();
    for (record, body) in rows {
        let body = Salted::body_of(r.open_json(record, "body", &body).await?);
        let told = body.get("risks_confirmed").and_then(Value::as_array);
        let rule = |one: &Value| one.get("rule")?.as_str().map(str::to_owned);
        confirmed.extend(told.into_iter().flatten().filter_map(rule));
    }
    Ok(confirmed)
}

/// Keeps the document of a bedside confirmation; false when there is one.
pub async fn add_bedside_record(
    tx: &mut Tx,
    consent: &Consent,
    bedside: Uuid,
    pdf: &[u8],
    sha256: &str,
) -> Result<bool> {
    const INSERT: &str = "insert into consent_bedside_record (bedside_id, facility_id, consent_id, pdf, sha256, at) \
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    records::keep(tx, INSERT, consent, bedside, (pdf, sha256)).await
}

/// Whether a bedside confirmation of this consent has its document.
pub async fn has_bedside_record(q: &mut impl Q, facility: FacilityId, id: ConsentId) -> Result<bool> {
    let row: Option<(Uuid,)> = q
        .q("select bedside_id from consent_bedside_record where facility_id = $1 and consent_id = $2 limit 1")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// The sections of the evidence in their order, each with the digest that was kept.
pub async fn evidence(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Vec<(&'static str, Salted, Vec<u8>)>> {
    let rows: Vec<(String, Sealed, Vec<u8>)> = r
        .q("select name, body, digest from consent_evidence where facility_id = $1 and consent_id = $2 order by no")
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    let mut sections = Vec::new();
    for (name, body, digest) in rows {
        let name = NAMES.into_iter().find(|known| *known == name);
        let name = name.ok_or_else(|| Error::broken("a section of evidence has a strange name"))?;
        sections.push((name, r.open_json(id, name, &body).await?, digest));
    }
    Ok(sections)
}

/// The digest that a signature act went into the log with.
pub async fn signature_digest(
    q: &mut impl Q,
    facility: FacilityId,
    id: SignatureId,
) -> Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> = q
        .q("select digest from consent_signature where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(digest,)| digest))
}

/// What is said about an original on paper; sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperBody {
    /// When she signed it.
    pub signed_at: DateTime<Utc>,
    /// Where the original lies.
    pub original_place: String,
    /// Why it was not signed on a screen.
    pub reason: String,
    /// Who signed it.
    #[serde(default)]
    pub signing: SigningPlan,
    /// The statement on her capacity, where there is one.
    #[serde(default)]
    pub capacity: Option<Capacity>,
    /// Rules whose risk stands on the paper.
    #[serde(default)]
    pub confirmed: Vec<String>,
    /// Risks that had fired and were left out, with the reason.
    #[serde(default)]
    pub removed: Vec<LeftOut>,
    /// The assessment as evidence, as for a release; null without one.
    #[serde(default)]
    pub assessment: Value,
    /// Why there was no assessment.
    #[serde(default)]
    pub assessment_waived: Option<String>,
}

/// A page of a scan.
pub struct PaperPage {
    /// Its media type.
    pub kind: String,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Keeps what two people say about an original on paper.
pub async fn add_paper(
    tx: &mut Tx,
    consent: &Consent,
    (staff, second): (StaffId, StaffId),
    body: &PaperBody,
) -> Result<()> {
    let body = tx
        .seal_json(
            Some(consent.facility_id),
            consent.id,
            Class::FreeText,
            "paper",
            body,
        )
        .await?;
    let now = tx.now;
    tx.q(
        "insert into consent_paper (consent_id, facility_id, staff_id, second_id, body, at) \
          values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(consent.id)
    .bind(consent.facility_id)
    .bind(staff)
    .bind(second)
    .bind(body)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// What two people said about an original on paper.
pub async fn paper(r: &mut impl Records, facility: FacilityId, id: ConsentId) -> Result<Option<PaperBody>> {
    let row: Option<(Sealed,)> = r
        .q("select body from consent_paper where facility_id = $1 and consent_id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some((body,)) => Ok(Some(r.open_json(id, "paper", &body).await?)),
        None => Ok(None),
    }
}

/// Keeps a page of the scan.
pub async fn add_page(tx: &mut Tx, consent: &Consent, no: i64, page: &PaperPage) -> Result<()> {
    let body = tx
        .seal_bytes(
            Some(consent.facility_id),
            consent.id,
            Class::Document,
            "page",
            &page.bytes,
        )
        .await?;
    let now = tx.now;
    tx.q(
        "insert into consent_paper_page (consent_id, facility_id, no, kind, sha256, body, at) \
          values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(consent.id)
    .bind(consent.facility_id)
    .bind(no)
    .bind(page.kind.clone())
    .bind(page.sha256.clone())
    .bind(body)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// The pages of the scan in their order.
pub async fn pages(r: &mut impl Records, facility: FacilityId, id: ConsentId) -> Result<Vec<PaperPage>> {
    let rows: Vec<(String, String, Sealed)> = r
        .q("select kind, sha256, body from consent_paper_page where facility_id = $1 and consent_id = $2 order by no")
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    let mut pages = Vec::new();
    for (kind, sha256, body) in rows {
        let bytes = r.open_bytes(id, "page", &body).await?.to_vec();
        pages.push(PaperPage { kind, sha256, bytes });
    }
    Ok(pages)
}
