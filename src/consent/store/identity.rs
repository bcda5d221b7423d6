//! Proofs of identity: what was tried, what was confirmed, codes that were sent.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{ConsentId, FacilityId, PatientId};
use crate::consent::model::{Check, Consent, ProofMethod};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

/// A proof that she tried to give, to be kept (CE-100).
pub struct NewIdentity<'a> {
    /// How.
    pub method: ProofMethod,
    /// Whether it was right.
    pub confirmed: bool,
    /// What vouches for it.
    pub provider: &'a str,
    /// How the provider calls it.
    pub reference: Option<String>,
    /// Until when it counts as fresh.
    pub expires_at: DateTime<Utc>,
}

/// Keeps it.
pub async fn add_identity(tx: &mut Tx, consent: &Consent, new: NewIdentity<'_>) -> Result<()> {
    let id: Uuid = tx.id();
    let now = tx.now;
    let result = if new.confirmed { "confirmed" } else { "refused" };
    tx.q("insert into consent_identity (id, facility_id, consent_id, method, level, result, provider, reference, at, expires_at) \
          values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9)")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(new.method.word())
        .bind(result)
        .bind(new.provider.to_owned())
        .bind(new.reference)
        .bind(now)
        .bind(new.expires_at)
        .run()
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct IdentityRow {
    method: String,
    level: i64,
    provider: Option<String>,
    reference: Option<String>,
    at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

/// Proofs that she gave for this consent, newest first.
pub async fn identities(q: &mut impl Q, facility: FacilityId, id: ConsentId) -> Result<Vec<Check>> {
    tries(q, facility, id, "confirmed").await
}

/// Tries of hers that failed, newest first: evidence, and no proof of anything.
pub async fn failed_identities(q: &mut impl Q, facility: FacilityId, id: ConsentId) -> Result<Vec<Check>> {
    tries(q, facility, id, "refused").await
}

async fn tries(
    q: &mut impl Q,
    facility: FacilityId,
    id: ConsentId,
    result: &'static str,
) -> Result<Vec<Check>> {
    let rows: Vec<IdentityRow> = q
        .q(
            "select method, level, provider, reference, at, expires_at from consent_identity \
            where facility_id = $1 and consent_id = $2 and result = $3 order by at desc",
        )
        .bind(facility)
        .bind(id)
        .bind(result)
        .all()
        .await?;
    let check = |row: IdentityRow| Check {
        method: row.method,
        level: row.level,
        staff: None,
        provider: row.provider,
        reference: row.reference,
        at: row.at,
        expires_at: row.expires_at,
    };
    Ok(rows.into_iter().map(check).collect())
}

/// Until when a method rests for her; none while it may be tried.
pub async fn locked_until(
    q: &mut impl Q,
    patient: PatientId,
    method: ProofMethod,
) -> Result<Option<DateTime<Utc>>> {
    let row: Option<(Option<DateTime<Utc>>,)> = q
        .q("select locked_until from identity_tries where patient_id = $1 and method = $2")
        .bind(patient)
        .bind(method.word())
        .opt()
        .await?;
    Ok(row.and_then(|(until,)| until))
}

/// Counts a wrong try of a method; the count.
pub async fn note_failure(tx: &mut Tx, consent: &Consent, method: ProofMethod) -> Result<i64> {
    let (failures,): (i64,) = tx
        .q(
            "insert into identity_tries (patient_id, facility_id, method, failures) values ($1, $2, $3, 1) \
            on conflict (patient_id, method) do update set failures = identity_tries.failures + 1 returning failures",
        )
        .bind(consent.patient_id)
        .bind(consent.facility_id)
        .bind(method.word())
        .one()
        .await?;
    Ok(failures)
}

/// Begins the count anew, and lets the method rest until a moment where one is given.
pub async fn begin_tries(
    tx: &mut Tx,
    consent: &Consent,
    method: ProofMethod,
    locked_until: Option<DateTime<Utc>>,
) -> Result<()> {
    tx.q("update identity_tries set failures = 0, locked_until = $3 where patient_id = $1 and method = $2")
        .bind(consent.patient_id)
        .bind(method.word())
        .bind(locked_until)
        .run()
        .await?;
    Ok(())
}

/// Keeps a code that is about to be sent: its keyed digest, and until it is sent itself, sealed.
pub async fn add_code(
    tx: &mut Tx,
    consent: &Consent,
    code: &str,
    hash: Vec<u8>,
    expires_at: DateTime<Utc>,
) -> Result<Uuid> {
    let id: Uuid = tx.id();
    let sealed = tx
        .seal(Some(consent.facility_id), id, Class::Transient, "code", code)
        .await?;
    let now = tx.now;
    // A new code takes the place of the one before it.
    tx.q("update consent_code set used_at = $3, code = null where facility_id = $1 and consent_id = $2 and used_at is null")
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(now)
        .run()
        .await?;
    tx.q(
        "insert into consent_code (id, facility_id, consent_id, code_hash, code, expires_at, at) \
          values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(consent.facility_id)
    .bind(consent.id)
    .bind(hash)
    .bind(sealed)
    .bind(expires_at)
    .bind(now)
    .run()
    .await?;
    Ok(id)
}

/// Uses a code up: its id, if it is right and still good.
pub async fn use_code(tx: &mut Tx, consent: &Consent, hash: Vec<u8>) -> Result<Option<Uuid>> {
    let now = tx.now;
    let row: Option<(Uuid,)> = tx
        .q("update consent_code set used_at = $4, code = null where facility_id = $1 and consent_id = $2 and code_hash = $3 \
            and used_at is null and expires_at > $4 returning id")
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(hash)
        .bind(now)
        .opt()
        .await?;
    Ok(row.map(|(id,)| id))
}

/// A code that is still to be sent, with its consent.
pub async fn code_to_send(
    r: &mut impl Records,
    facility: FacilityId,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<(ConsentId, String)>> {
    let row: Option<(ConsentId, Option<Sealed>)> = r
        .q("select consent_id, code from consent_code where facility_id = $1 and id = $2 and used_at is null and expires_at > $3")
        .bind(facility)
        .bind(id)
        .bind(now)
        .opt()
        .await?;
    match row {
        Some((consent, Some(code))) => Ok(Some((consent, r.open(id, "code", &code).await?))),
        _ => Ok(None),
    }
}

/// Forgets a code that was sent; its digest stays.
pub async fn forget_code(tx: &mut Tx, facility: FacilityId, id: Uuid) -> Result<()> {
    tx.q("update consent_code set code = null where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .run()
        .await?;
    Ok(())
}
