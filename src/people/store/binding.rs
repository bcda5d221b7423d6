//! Whose account a record is bound to, and who said so: invitations, tries to match, checks of identity.

use chrono::{DateTime, Utc};

use crate::base::error::Result;
use crate::base::id::{AccountId, FacilityId, IdentityCheckId, InvitationId, PatientId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, dialect};
use crate::people::caller::Mine;

/// Counts a try to match her with the record; the count.
pub async fn note_match_try(tx: &mut Tx, id: PatientId) -> Result<i64> {
    let (tries,): (i64,) = tx
        .q("update patient set match_tries = match_tries + 1 where id = $1 returning match_tries")
        .bind(id)
        .one()
        .await?;
    Ok(tries)
}

pub async fn add_invitation(
    tx: &mut Tx,
    facility: FacilityId,
    patient: PatientId,
    code_hash: Vec<u8>,
    expires_at: DateTime<Utc>,
) -> Result<InvitationId> {
    let id: InvitationId = tx.id();
    let now = tx.now;
    tx.q(
        "insert into invitation (id, facility_id, patient_id, code_hash, expires_at, created_at) \
          values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(facility)
    .bind(patient)
    .bind(code_hash)
    .bind(expires_at)
    .bind(now)
    .run()
    .await?;
    Ok(id)
}

/// An invitation that was just used up.
#[derive(Clone, Copy, sqlx::FromRow)]
pub struct Invited {
    /// Who was invited.
    pub patient_id: PatientId,
    /// Where.
    pub facility_id: FacilityId,
    /// When staff made it.
    pub created_at: DateTime<Utc>,
}

/// Uses an invitation up: whose it is.
pub async fn use_invitation(tx: &mut Tx, code_hash: Vec<u8>) -> Result<Option<Invited>> {
    let now = tx.now;
    tx.q(
        "update invitation set used_at = $2 where code_hash = $1 and used_at is null and expires_at > $2 \
          returning patient_id, facility_id, created_at",
    )
    .bind(code_hash)
    .bind(now)
    .opt()
    .await
}

/// When the account that is bound now was bound.
pub async fn bound_at(q: &mut impl Q, facility: FacilityId, id: PatientId) -> Result<Option<DateTime<Utc>>> {
    let row: Option<(Option<DateTime<Utc>>,)> = q
        .q("select bound_at from patient where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.and_then(|(at,)| at))
}

/// What is kept of a code of six digits: keyed, because whoever reads the table tries a million of them in a second, and
/// bound to `subject`, so that equal codes are not seen to be equal.
pub fn code_digest(
    r: &impl Records,
    facility: FacilityId,
    subject: impl Into<uuid::Uuid>,
    code: &str,
) -> Vec<u8> {
    let bound = format!("{} {code}", subject.into());
    r.blind(Some(facility), "identity_code", &bound)
}

/// A staff check of identity, to be kept.
pub struct NewIdentityCheck {
    pub facility: FacilityId,
    pub patient: PatientId,
    pub staff: StaffId,
    pub method: &'static str,
    pub identifiers: Vec<String>,
    pub code_hash: Option<Vec<u8>>,
    pub confirmed: bool,
    pub expires_at: Option<DateTime<Utc>>,
}

pub async fn add_identity_check(tx: &mut Tx, new: NewIdentityCheck) -> Result<IdentityCheckId> {
    let id: IdentityCheckId = tx.id();
    let now = tx.now;
    tx.q("insert into identity_check (id, facility_id, patient_id, method, identifiers, staff_id, code_hash, confirmed_at, \
          at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(id)
        .bind(new.facility)
        .bind(new.patient)
        .bind(new.method)
        .bind(serde_json::to_string(&new.identifiers)?)
        .bind(new.staff)
        .bind(new.code_hash)
        .bind(new.confirmed.then_some(now))
        .bind(now)
        .bind(new.expires_at)
        .run()
        .await?;
    Ok(id)
}

/// Binds an account to her record in the place of any other. It begins anew: nothing of the record is hers to see until
/// she is matched, and no check of before counts for it (CE-102).
pub async fn bind(tx: &mut Tx, mine: Mine, account: AccountId) -> Result<()> {
    let now = tx.now;
    tx.q(
        "update patient set account_id = $3, bound_at = $4, identity_since = $4, level = 1, matched = $5, match_tries = 0, \
          version = version + 1 where facility_id = $1 and id = $2",
    )
    .bind(mine.facility)
    .bind(mine.patient)
    .bind(account)
    .bind(now)
    .bind(false)
    .run()
    .await?;
    Ok(())
}

/// What says who she is changed: checks of before count no more.
pub async fn identity_changed(tx: &mut Tx, mine: Mine) -> Result<()> {
    let now = tx.now;
    tx.q("update patient set identity_since = $3 where facility_id = $1 and id = $2")
        .bind(mine.facility)
        .bind(mine.patient)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Since when her account and what says who she is are what they are; none while no account of hers was ever bound.
pub async fn identity_since(
    q: &mut impl Q,
    facility: FacilityId,
    id: PatientId,
) -> Result<Option<DateTime<Utc>>> {
    let row: Option<(Option<DateTime<Utc>>,)> = q
        .q("select identity_since from patient where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.and_then(|(since,)| since))
}

/// Locks her record until the transaction ends; whether it is there and not destroyed.
pub async fn lock_patient(tx: &mut Tx, mine: Mine) -> Result<bool> {
    let row: Option<(Option<DateTime<Utc>>,)> = tx
        .q(dialect::LOCK_PATIENT)
        .bind(mine.facility)
        .bind(mine.patient)
        .opt()
        .await?;
    Ok(row.is_some_and(|(destroyed,)| destroyed.is_none()))
}

/// Whether this invitation once bound this account.
pub async fn was_invited_by(q: &mut impl Q, code_hash: Vec<u8>, account: AccountId) -> Result<bool> {
    let row: Option<(InvitationId,)> = q
        .q(
            "select i.id from invitation i join patient p on p.id = i.patient_id \
            where i.code_hash = $1 and i.used_at is not null and p.account_id = $2",
        )
        .bind(code_hash)
        .bind(account)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Tries to match her with the record so far.
pub async fn match_tries(q: &mut impl Q, id: PatientId) -> Result<i64> {
    let (tries,): (i64,) = q
        .q("select match_tries from patient where id = $1")
        .bind(id)
        .one()
        .await?;
    Ok(tries)
}

/// One check of who she is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct IdentityCheck {
    /// `in_person` or `bedside_code`.
    pub method: String,
    /// Who checked.
    pub staff_id: StaffId,
    /// When it was finished; a code that she has not typed in is none.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// Finished checks of who she is that count for the account bound now, newest first.
pub async fn identity_checks(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<IdentityCheck>> {
    q.q(
        "select c.method, c.staff_id, c.confirmed_at from identity_check c join patient p on p.id = c.patient_id \
         where c.facility_id = $1 and c.patient_id = $2 and c.confirmed_at is not null \
         and (p.identity_since is null or c.at >= p.identity_since) order by c.confirmed_at desc",
    )
        .bind(facility)
        .bind(patient)
        .all()
        .await
}

pub async fn confirm_code(
    tx: &mut Tx,
    facility: FacilityId,
    patient: PatientId,
    code_hash: Vec<u8>,
) -> Result<bool> {
    let now = tx.now;
    let confirmed = tx
        .q("update identity_check set confirmed_at = $4 where facility_id = $1 and patient_id = $2 and code_hash = $3 \
            and confirmed_at is null and expires_at > $4 and failures < 5 \
            and not exists (select 1 from patient p where p.id = identity_check.patient_id and p.identity_since > identity_check.at)")
        .bind(facility)
        .bind(patient)
        .bind(code_hash)
        .bind(now)
        .run()
        .await?;
    if confirmed == 0 {
        tx.q(
            "update identity_check set failures = failures + 1 where facility_id = $1 and patient_id = $2 \
              and code_hash is not null and confirmed_at is null and expires_at > $3",
        )
        .bind(facility)
        .bind(patient)
        .bind(now)
        .run()
        .await?;
    }
    Ok(confirmed == 1)
}
