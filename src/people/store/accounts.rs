//! Accounts, sessions, agreements, attestations.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::Role;
use crate::base::error::{Error, Result};
use crate::base::id::{AccountId, AgreementId, AttestationId, FacilityId, PatientId, SessionId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::people::caller::{Mine, Who};
use crate::vault::{Class, Sealed};

/// A session that holds now.
pub struct Session {
    pub id: SessionId,
    pub who: Who,
    pub second_factor: bool,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: SessionId,
    second_factor: bool,
    account_id: Option<AccountId>,
    staff_id: Option<StaffId>,
    staff_facility: Option<FacilityId>,
    role: Option<String>,
    senior: Option<bool>,
    patient_id: Option<PatientId>,
    patient_facility: Option<FacilityId>,
    matched: Option<bool>,
}

pub async fn session(q: &mut impl Q, token_hash: Vec<u8>, now: DateTime<Utc>) -> Result<Option<Session>> {
    let row: Option<SessionRow> = q
        .q(
            "select s.id, s.second_factor, s.account_id, s.staff_id, t.facility_id as staff_facility, t.role, t.senior, \
            p.id as patient_id, p.facility_id as patient_facility, p.matched \
            from session s left join staff t on t.id = s.staff_id and t.disabled_at is null \
            left join device_session d on d.session_id = s.id \
            left join patient p on p.account_id = s.account_id and (d.patient_id is null or p.id = d.patient_id) \
            where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2 \
            order by p.bound_at desc limit 1",
        )
        .bind(token_hash)
        .bind(now)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let who = match (
        row.account_id,
        row.staff_id,
        row.staff_facility,
        row.role.as_deref().and_then(Role::parse),
    ) {
        (Some(account), ..) => Who::Patient {
            account,
            record: row
                .patient_id
                .zip(row.patient_facility)
                .map(|(patient, facility)| Mine { patient, facility }),
            matched: row.matched.unwrap_or(false),
        },
        (None, Some(id), Some(facility), Some(role)) => Who::Staff {
            id,
            facility,
            role,
            senior: row.senior.unwrap_or(false),
        },
        _ => return Ok(None),
    };
    Ok(Some(Session {
        id: row.id,
        who,
        second_factor: row.second_factor,
    }))
}

/// Whether a staff session still holds.
pub async fn session_holds(q: &mut impl Q, id: SessionId, now: DateTime<Utc>) -> Result<bool> {
    let found: Option<(i64,)> = q
        .q(
            "select cast(1 as bigint) from session s join staff t on t.id = s.staff_id and t.disabled_at is null \
            where s.id = $1 and s.ended_at is null and s.expires_at > $2",
        )
        .bind(id)
        .bind(now)
        .opt()
        .await?;
    Ok(found.is_some())
}

pub async fn end_session(tx: &mut Tx, id: SessionId) -> Result<()> {
    let now = tx.now;
    tx.q("update session set ended_at = $2 where id = $1 and ended_at is null")
        .bind(id)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

pub async fn end_sessions_of(tx: &mut Tx, staff: StaffId) -> Result<()> {
    let now = tx.now;
    tx.q("update session set ended_at = $2 where staff_id = $1 and ended_at is null")
        .bind(staff)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Ends all sessions of an account.
pub async fn end_sessions_of_account(tx: &mut Tx, account: AccountId) -> Result<()> {
    let now = tx.now;
    tx.q("update session set ended_at = $2 where account_id = $1 and ended_at is null")
        .bind(account)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

pub async fn step_up(tx: &mut Tx, id: SessionId) -> Result<()> {
    let now = tx.now;
    tx.q("update session set step_up_at = $2 where id = $1")
        .bind(id)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// From now on the session has a second factor.
pub async fn note_second_factor(tx: &mut Tx, id: SessionId) -> Result<()> {
    tx.q("update session set second_factor = $2 where id = $1")
        .bind(id)
        .bind(true)
        .run()
        .await?;
    Ok(())
}

pub async fn stepped_up_at(q: &mut impl Q, id: SessionId) -> Result<Option<DateTime<Utc>>> {
    let row: Option<(Option<DateTime<Utc>>,)> = q
        .q("select step_up_at from session where id = $1")
        .bind(id)
        .opt()
        .await?;
    Ok(row.and_then(|(at,)| at))
}

/// The account of an openid, made on first sight; the unionid is filled in whenever it is first seen.
pub async fn account(tx: &mut Tx, app_id: &str, openid: &str, unionid: Option<&str>) -> Result<AccountId> {
    // Nothing is sealed for a new id where an account is there: its key would stand for no record and outlive hers.
    if let Some(known) = known_account(tx, app_id, openid).await? {
        if let Some(unionid) = unionid {
            fill_in_unionid(tx, known, unionid).await?;
        }
        return Ok(known);
    }
    let id: AccountId = tx.id();
    let sealed = tx.seal(None, id, Class::Identity, "openid", openid).await?;
    let union = tx.seal_if(None, id, Class::Identity, "unionid", unionid).await?;
    let now = tx.now;
    let blind = tx.blind(None, "openid", openid);
    tx.q("insert into account (id, app_id, openid_blind, openid, unionid, created_at) values ($1, $2, $3, $4, $5, $6) \
          on conflict (app_id, openid_blind) do nothing")
        .bind(id)
        .bind(app_id.to_owned())
        .bind(blind)
        .bind(sealed)
        .bind(union)
        .bind(now)
        .run()
        .await?;
    let known = known_account(tx, app_id, openid).await?;
    known.ok_or_else(|| Error::broken("an account that was just made"))
}

async fn fill_in_unionid(tx: &mut Tx, account: AccountId, unionid: &str) -> Result<()> {
    let missing: Option<(AccountId,)> = tx
        .q("select id from account where id = $1 and unionid is null")
        .bind(account)
        .opt()
        .await?;
    if missing.is_none() {
        return Ok(());
    }
    let sealed = tx
        .seal(None, account, Class::Identity, "unionid", unionid)
        .await?;
    tx.q("update account set unionid = $2 where id = $1 and unionid is null")
        .bind(account)
        .bind(sealed)
        .run()
        .await?;
    Ok(())
}

/// The account of an openid, if there is one.
pub async fn known_account(tx: &mut Tx, app_id: &str, openid: &str) -> Result<Option<AccountId>> {
    let blind = tx.blind(None, "openid", openid);
    let row: Option<(AccountId,)> = tx
        .q("select id from account where app_id = $1 and openid_blind = $2")
        .bind(app_id.to_owned())
        .bind(blind)
        .opt()
        .await?;
    Ok(row.map(|(id,)| id))
}

/// The openid of an account, for calls to WeChat.
pub async fn openid(r: &mut impl Records, id: AccountId) -> Result<String> {
    let (sealed,): (Sealed,) = r
        .q("select openid from account where id = $1")
        .bind(id)
        .one()
        .await?;
    r.open(id, "openid", &sealed).await
}

/// Her latest word on each agreement.
#[derive(sqlx::FromRow)]
pub struct AgreementRow {
    pub id: AgreementId,
    pub kind: String,
    pub version: String,
    pub accepted: bool,
    pub at: DateTime<Utc>,
}

pub async fn agreements(q: &mut impl Q, account: AccountId) -> Result<Vec<AgreementRow>> {
    q.q("select id, kind, version, accepted, at from agreement_act where account_id = $1 order by at, id")
        .bind(account)
        .all()
        .await
}

pub async fn agree(tx: &mut Tx, account: AccountId, kind: &str, version: &str, accepted: bool) -> Result<()> {
    let id: AgreementId = tx.id();
    let now = tx.now;
    tx.q("insert into agreement_act (id, account_id, kind, version, accepted, at) values ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(account)
        .bind(kind.to_owned())
        .bind(version.to_owned())
        .bind(accepted)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// A second person's word, to be kept.
pub struct NewAttestation {
    pub facility: FacilityId,
    pub staff: StaffId,
    pub role: Role,
    pub act: String,
    pub subject: Uuid,
    pub token_hash: Vec<u8>,
    pub expires_at: DateTime<Utc>,
}

pub async fn add_attestation(tx: &mut Tx, new: NewAttestation) -> Result<()> {
    let id: AttestationId = tx.id();
    let now = tx.now;
    tx.q("insert into attestation (id, facility_id, token_hash, staff_id, role, act, subject, expires_at, created_at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(id)
        .bind(new.facility)
        .bind(new.token_hash)
        .bind(new.staff)
        .bind(new.role.word())
        .bind(new.act)
        .bind(new.subject)
        .bind(new.expires_at)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Uses a second person's word up: who gave it, if it is for this act and subject and still good.
pub async fn use_attestation(
    tx: &mut Tx,
    facility: FacilityId,
    token_hash: Vec<u8>,
    act: &str,
    subject: Uuid,
) -> Result<Option<(StaffId, Role)>> {
    let now = tx.now;
    let row: Option<(StaffId, String)> = tx
        .q("update attestation set used_at = $5 where facility_id = $1 and token_hash = $2 and act = $3 and subject = $4 \
            and used_at is null and expires_at > $5 returning staff_id, role")
        .bind(facility)
        .bind(token_hash)
        .bind(act.to_owned())
        .bind(subject)
        .bind(now)
        .opt()
        .await?;
    row.map(|(id, role)| {
        Role::parse(&role)
            .map(|role| (id, role))
            .ok_or_else(|| Error::broken("an attestation has an unknown role"))
    })
    .transpose()
}
