//! Passkeys of staff.

use chrono::{DateTime, Utc};
use webauthn_rs::prelude::Passkey;

use crate::base::error::Result;
use crate::base::id::{FacilityId, PasskeyId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::people::model::PasskeyListed;
use crate::vault::{Blind, Class, Sealed};

/// What is kept to find a passkey by the id that its authenticator gave it, in which letters count.
pub fn passkey_blind(r: &impl Records, key: &Passkey) -> Blind {
    credential_blind(r, key.cred_id().as_ref())
}

/// The same of an id as it is sent.
pub fn credential_blind(r: &impl Records, credential: &[u8]) -> Blind {
    r.blind(None, "passkey", &hex::encode(credential))
}

/// Keeps a passkey; whether nobody had it.
pub async fn add_passkey(
    tx: &mut Tx,
    facility: FacilityId,
    staff: StaffId,
    name: &str,
    key: &Passkey,
) -> Result<Option<PasskeyListed>> {
    let id: PasskeyId = tx.id();
    let place = Some(facility);
    let sealed_name = tx.seal(place, id, Class::Identity, "name", name).await?;
    let sealed_key = tx.seal_json(place, id, Class::Credential, "key", key).await?;
    let blind = passkey_blind(tx, key);
    let now = tx.now;
    let added = tx
        .q(
            "insert into passkey (id, facility_id, staff_id, credential_blind, name, key, created_at) \
            values ($1, $2, $3, $4, $5, $6, $7) on conflict (credential_blind) do nothing",
        )
        .bind(id)
        .bind(facility)
        .bind(staff)
        .bind(blind)
        .bind(sealed_name)
        .bind(sealed_key)
        .bind(now)
        .run()
        .await?;
    Ok((added == 1).then(|| PasskeyListed {
        id,
        name: name.to_owned(),
        created_at: now,
        used_at: None,
    }))
}

/// Passkeys of an account, the oldest first.
pub async fn passkeys(
    r: &mut impl Records,
    facility: FacilityId,
    staff: StaffId,
) -> Result<Vec<(PasskeyListed, Passkey)>> {
    type Row = (PasskeyId, Sealed, Sealed, DateTime<Utc>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = r
        .q(
            "select id, name, key, created_at, used_at from passkey where facility_id = $1 and staff_id = $2 \
            order by id",
        )
        .bind(facility)
        .bind(staff)
        .all()
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, name, key, created_at, used_at) in rows {
        let listed = PasskeyListed {
            id,
            name: r.open(id, "name", &name).await?,
            created_at,
            used_at,
        };
        found.push((listed, r.open_json(id, "key", &key).await?));
    }
    Ok(found)
}

/// A passkey and whose it is.
pub struct Held {
    pub id: PasskeyId,
    pub facility: FacilityId,
    pub staff: StaffId,
    pub key: Passkey,
}

/// The passkey with an id of its authenticator's.
pub async fn passkey_of(r: &mut impl Records, credential: &[u8]) -> Result<Option<Held>> {
    let blind = credential_blind(r, credential);
    let row: Option<(PasskeyId, FacilityId, StaffId, Sealed)> = r
        .q("select id, facility_id, staff_id, key from passkey where credential_blind = $1")
        .bind(blind)
        .opt()
        .await?;
    let Some((id, facility, staff, key)) = row else {
        return Ok(None);
    };
    let key = r.open_json(id, "key", &key).await?;
    Ok(Some(Held {
        id,
        facility,
        staff,
        key,
    }))
}

/// A passkey was used; it is kept as it is now, with its counter.
pub async fn use_passkey(tx: &mut Tx, held: &Held) -> Result<()> {
    let place = Some(held.facility);
    let sealed = tx
        .seal_json(place, held.id, Class::Credential, "key", &held.key)
        .await?;
    let now = tx.now;
    tx.q("update passkey set key = $3, used_at = $4 where facility_id = $1 and id = $2")
        .bind(held.facility)
        .bind(held.id)
        .bind(sealed)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Takes one passkey off an account; whether it was there.
pub async fn remove_passkey(
    tx: &mut Tx,
    facility: FacilityId,
    staff: StaffId,
    id: PasskeyId,
) -> Result<bool> {
    let removed = tx
        .q("delete from passkey where facility_id = $1 and staff_id = $2 and id = $3")
        .bind(facility)
        .bind(staff)
        .bind(id)
        .run()
        .await?;
    Ok(removed == 1)
}

/// Takes all passkeys off an account.
pub async fn remove_passkeys(tx: &mut Tx, facility: FacilityId, staff: StaffId) -> Result<()> {
    tx.q("delete from passkey where facility_id = $1 and staff_id = $2")
        .bind(facility)
        .bind(staff)
        .run()
        .await?;
    Ok(())
}
