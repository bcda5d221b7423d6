//! Signatures, bedside confirmations, evidence and the document: insert-only.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, FacilityId, SignatureId, StaffId};
use crate::consent::model::{ActKind, Consent, Salted, Signature, SignedAct};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::evidence::ink::Strokes;
use crate::vault::{Class, Sealed};

/// A signature act to be kept.
pub struct NewSignature<'a> {
    /// What it is.
    pub kind: ActKind,
    /// The account that it came from, or the staff member.
    pub signer: Uuid,
    /// What was drawn.
    pub strokes: Option<&'a Strokes>,
    /// What belongs to it.
    pub act: &'a SignedAct,
    /// The digest of its evidence section.
    pub digest: [u8; 32],
    /// When.
    pub at: DateTime<Utc>,
}

/// Keeps a signature act; none when these very strokes were used for this woman before.
pub async fn add_signature(
    tx: &mut Tx,
    consent: &Consent,
    new: NewSignature<'_>,
) -> Result<Option<SignatureId>> {
    let id: SignatureId = tx.id();
    let facility = Some(consent.facility_id);
    let sealed = match new.strokes {
        Some(strokes) => Some(
            tx.seal_json(facility, id, Class::Strokes, "strokes", strokes)
                .await?,
        ),
        None => None,
    };
    let body = tx
        .seal_json(facility, id, Class::Clinical, "body", new.act)
        .await?;
    let added = tx
        .q("insert into consent_signature (id, facility_id, consent_id, patient_id, kind, signer_id, strokes, strokes_digest, body, \
            digest, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
            on conflict (patient_id, strokes_digest) do nothing")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(consent.patient_id)
        .bind(new.kind.word())
        .bind(new.signer)
        .bind(sealed)
        .bind(new.strokes.map(|strokes| crate::evidence::ink::digest(strokes).to_vec()))
        .bind(body)
        .bind(new.digest.to_vec())
        .bind(new.at)
        .run()
        .await?;
    Ok((added == 1).then_some(id))
}

/// The acts of signing that stand, in the order made: neither returned nor the anesthesiologist's.
pub async fn signatures(r: &mut impl Records, facility: FacilityId, id: ConsentId) -> Result<Vec<Signature>> {
    let rows: Vec<(SignatureId, String, Sealed, DateTime<Utc>)> = r
        .q("select s.id, s.kind, s.body, s.at from consent_signature s left join consent_return b on b.signature_id = s.id \
            where s.facility_id = $1 and s.consent_id = $2 and s.kind <> $3 and b.signature_id is null order by s.id")
        .bind(facility)
        .bind(id)
        .bind(ActKind::Clinician.word())
        .all()
        .await?;
    let mut standing = Vec::new();
    for (id, kind, body, at) in rows {
        let act: SignedAct = r.open_json(id, "body", &body).await?;
        standing.push(Signature {
            id,
            kind: ActKind::parse(&kind).ok_or_else(|| Error::broken("a signature of an unknown kind"))?,
            at,
            section: act.section,
            device: act.device,
            canvas: act.canvas,
        });
    }
    Ok(standing)
}

/// What was drawn in a signature act; for the picture in the document alone.
pub async fn strokes(r: &mut impl Records, facility: FacilityId, id: SignatureId) -> Result<Option<Strokes>> {
    let row: Option<(Option<Sealed>,)> = r
        .q("select strokes from consent_signature where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row.and_then(|(sealed,)| sealed) {
        Some(sealed) => Ok(Some(r.open_json(id, "strokes", &sealed).await?)),
        None => Ok(None),
    }
}

/// Marks a signature act as superseded; the act itself stays.
pub async fn add_return(
    tx: &mut Tx,
    consent: &Consent,
    signature: SignatureId,
    staff: StaffId,
    reason: &(impl Serialize + Sync),
) -> Result<()> {
    let facility = Some(consent.facility_id);
    let reason = tx
        .seal_json(facility, signature, Class::FreeText, "reason", reason)
        .await?;
    let now = tx.now;
    tx.q("insert into consent_return (signature_id, facility_id, consent_id, staff_id, reason, at) values ($1, $2, $3, $4, $5, $6)")
        .bind(signature)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(staff)
        .bind(reason)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Keeps one section of the evidence.
pub async fn add_evidence(
    tx: &mut Tx,
    consent: &Consent,
    no: i64,
    name: &'static str,
    section: &Salted,
    digest: [u8; 32],
) -> Result<()> {
    let body = tx
        .seal_json(
            Some(consent.facility_id),
            consent.id,
            Class::Clinical,
            name,
            section,
        )
        .await?;
    tx.q("insert into consent_evidence (consent_id, facility_id, no, name, body, digest) values ($1, $2, $3, $4, $5, $6)")
        .bind(consent.id)
        .bind(consent.facility_id)
        .bind(no)
        .bind(name)
        .bind(body)
        .bind(digest.to_vec())
        .run()
        .await?;
    Ok(())
}

/// The document to be kept.
pub struct NewDocument<'a> {
    /// The PDF.
    pub pdf: &'a [u8],
    /// Its SHA-256, lower-case hex.
    pub sha256: &'a str,
    /// The evidence root, lower-case hex.
    pub root: &'a str,
    /// SHA-256 of the verification code (CE-210).
    pub code_digest: [u8; 32],
    /// It comes with its seal.
    pub sealed: bool,
}

/// Keeps the document.
pub async fn add_document(tx: &mut Tx, consent: &Consent, new: NewDocument<'_>) -> Result<()> {
    let pdf = tx
        .seal_bytes(
            Some(consent.facility_id),
            consent.id,
            Class::Document,
            "pdf",
            new.pdf,
        )
        .await?;
    let now = tx.now;
    tx.q("insert into consent_document (consent_id, facility_id, pdf, sha256, root, code_digest, sealing_status, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(consent.id)
        .bind(consent.facility_id)
        .bind(pdf)
        .bind(new.sha256.to_owned())
        .bind(new.root.to_owned())
        .bind(new.code_digest.to_vec())
        .bind(if new.sealed { "sealed" } else { "none" })
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// SHA-256 of the document as it was printed, which its seal and every proof of time leave as they found it, and its
/// evidence root.
pub async fn document_digests(
    q: &mut impl Q,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Option<(String, String)>> {
    q.q("select sha256, root from consent_document where facility_id = $1 and consent_id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await
}
