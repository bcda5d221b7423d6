//! Sessions: opened, listed, ended.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{account_of, end_sessions_of_account};
use crate::base::error::{Error, Result};
use crate::base::id::{AccountId, FacilityId, SessionId, StaffId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::people::caller::Mine;
use crate::people::model::{DeviceKind, SessionListed, Whose};

impl Whose {
    fn account(self) -> Option<AccountId> {
        match self {
            Whose::Account(id) => Some(id),
            Whose::Staff(..) => None,
        }
    }

    fn staff(self) -> Option<StaffId> {
        match self {
            Whose::Account(_) => None,
            Whose::Staff(id, _) => Some(id),
        }
    }

    fn facility(self) -> Option<FacilityId> {
        match self {
            Whose::Account(_) => None,
            Whose::Staff(_, facility) => Some(facility),
        }
    }
}

/// Keeps a session that begins now.
pub async fn add_session(
    tx: &mut Tx,
    id: SessionId,
    token_hash: Vec<u8>,
    whose: Whose,
    device: DeviceKind,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let now = tx.now;
    tx.q("insert into session (id, token_hash, account_id, staff_id, facility_id, created_at, expires_at, step_up_at, device) \
          values ($1, $2, $3, $4, $5, $6, $7, $6, $8)")
        .bind(id)
        .bind(token_hash)
        .bind(whose.account())
        .bind(whose.staff())
        .bind(whose.facility())
        .bind(now)
        .bind(expires_at)
        .bind(device.word())
        .run()
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    id: SessionId,
    device: String,
    second_factor: bool,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    asset: Option<String>,
    ward: Option<String>,
}

/// Sessions of somebody that hold now, newest first, older than `after`.
pub async fn sessions(
    q: &mut impl Q,
    whose: Whose,
    current: SessionId,
    now: DateTime<Utc>,
    after: Option<SessionId>,
    limit: i64,
) -> Result<Vec<SessionListed>> {
    let rows: Vec<ListedRow> = q
        .q(
            "select s.id, s.device, s.second_factor, s.created_at, s.expires_at, d.asset, d.ward \
            from session s left join device_session d on d.session_id = s.id \
            where (s.account_id = $1 or s.staff_id = $2) and s.ended_at is null and s.expires_at > $3 and s.id < $4 \
            order by s.id desc limit $5",
        )
        .bind(whose.account())
        .bind(whose.staff())
        .bind(now)
        .bind(after.unwrap_or(SessionId(Uuid::max())))
        .bind(limit)
        .all()
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(SessionListed {
                id: row.id,
                current: row.id == current,
                device: DeviceKind::parse(&row.device)
                    .ok_or_else(|| Error::broken("a session has an unknown kind of device"))?,
                hospital_device: row.asset.map(|asset| (asset, row.ward)),
                second_factor: row.second_factor,
                began_at: row.created_at,
                expires_at: row.expires_at,
            })
        })
        .collect()
}

/// Ends one session of somebody; whether it was his and held.
pub async fn end_own_session(tx: &mut Tx, whose: Whose, id: SessionId) -> Result<bool> {
    let now = tx.now;
    let ended = tx
        .q(
            "update session set ended_at = $4 where id = $3 and (account_id = $1 or staff_id = $2) and ended_at is null \
            and expires_at > $4",
        )
        .bind(whose.account())
        .bind(whose.staff())
        .bind(id)
        .bind(now)
        .run()
        .await?;
    Ok(ended == 1)
}

/// Ends all sessions of somebody but one.
pub async fn end_other_sessions(tx: &mut Tx, whose: Whose, but: SessionId) -> Result<()> {
    let now = tx.now;
    tx.q(
        "update session set ended_at = $4 where (account_id = $1 or staff_id = $2) and id <> $3 and ended_at is null",
    )
    .bind(whose.account())
    .bind(whose.staff())
    .bind(but)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Lets her account go, whose sessions end: the record is nobody's to open until an invitation of later binds one. No check of
/// before and no invitation that is still out counts for it. Answers which account it was.
pub async fn let_go(tx: &mut Tx, mine: Mine) -> Result<Option<AccountId>> {
    let account = account_of(tx, mine.facility, mine.patient).await?;
    if let Some(account) = account {
        end_sessions_of_account(tx, account).await?;
    }
    let now = tx.now;
    tx.q(
        "update patient set account_id = null, bound_at = null, identity_since = $3, matched = $4, match_tries = 0, \
          version = version + 1 where facility_id = $1 and id = $2",
    )
    .bind(mine.facility)
    .bind(mine.patient)
    .bind(now)
    .bind(false)
    .run()
    .await?;
    tx.q(
        "update invitation set expires_at = $3 where facility_id = $1 and patient_id = $2 and used_at is null \
          and expires_at > $3",
    )
    .bind(mine.facility)
    .bind(mine.patient)
    .bind(now)
    .run()
    .await?;
    Ok(account)
}
