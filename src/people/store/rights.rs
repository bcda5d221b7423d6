//! How long records are kept, restrictions, holds.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::base::clock::clinic_date;
use crate::base::error::Result;
use crate::base::id::{ConsentId, FacilityId, LegalHoldId, PatientId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::people::caller::Mine;
use crate::people::model::{Care, HeldItem, HoldRelease, LegalHold};
use crate::vault::{Class, Sealed};

/// She was here; whether she is admitted is as it was before.
pub async fn visited(tx: &mut Tx, facility: FacilityId, patient: PatientId) -> Result<()> {
    let now = tx.now;
    tx.q(
        "insert into retention (patient_id, facility_id, last_visit_at, in_hospital) values ($1, $2, $3, $4) \
          on conflict (patient_id) do update set last_visit_at = excluded.last_visit_at",
    )
    .bind(patient)
    .bind(facility)
    .bind(now)
    .bind(false)
    .run()
    .await?;
    Ok(())
}

/// She was admitted or discharged.
pub async fn set_in_hospital(
    tx: &mut Tx,
    facility: FacilityId,
    patient: PatientId,
    in_hospital: bool,
) -> Result<()> {
    visited(tx, facility, patient).await?;
    let now = tx.now;
    tx.q(
        "update retention set in_hospital = $3, last_discharge_at = coalesce($4, last_discharge_at) \
          where facility_id = $1 and patient_id = $2",
    )
    .bind(facility)
    .bind(patient)
    .bind(in_hospital)
    .bind((!in_hospital).then_some(now))
    .run()
    .await?;
    Ok(())
}

/// What the time of keeping is counted from.
pub async fn care(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<Option<Care>> {
    let row: Option<(DateTime<Utc>, Option<DateTime<Utc>>, bool)> = q
        .q("select last_visit_at, last_discharge_at, in_hospital from retention where facility_id = $1 and patient_id = $2")
        .bind(facility)
        .bind(patient)
        .opt()
        .await?;
    Ok(row.map(|(visit, discharge, in_hospital)| Care {
        last_visit: clinic_date(visit),
        last_discharge: discharge.map(clinic_date),
        in_hospital,
    }))
}

/// Records that nobody visited since, the longest unvisited first: whose, record number, what the time is counted from.
pub async fn unvisited_since(
    q: &mut impl Q,
    facility: FacilityId,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(PatientId, String)>> {
    q.q(
        "select p.id, p.record_number from retention r join patient p on p.id = r.patient_id \
         where r.facility_id = $1 and r.last_visit_at < $2 and r.in_hospital = $3 and p.destroyed_at is null \
         order by r.last_visit_at, p.id limit $4",
    )
    .bind(facility)
    .bind(since)
    .bind(false)
    .bind(limit)
    .all()
    .await
}

/// Begins or ends a restriction.
pub async fn restrict(tx: &mut Tx, facility: FacilityId, patient: PatientId, begun: bool) -> Result<()> {
    let id: Uuid = tx.id();
    let now = tx.now;
    tx.q("insert into restriction (id, facility_id, patient_id, begun, at) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(facility)
        .bind(patient)
        .bind(begun)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Women of whose data all use but storage and security has stopped.
pub async fn restricted(q: &mut impl Q, facility: FacilityId) -> Result<BTreeSet<PatientId>> {
    let rows: Vec<(PatientId, bool)> = q
        .q("select patient_id, begun from restriction where facility_id = $1 order by id")
        .bind(facility)
        .all()
        .await?;
    let mut now = BTreeSet::new();
    for (patient, begun) in rows {
        if begun {
            now.insert(patient);
        } else {
            now.remove(&patient);
        }
    }
    Ok(now)
}

/// A hold to be kept.
pub struct NewHold<'a, T> {
    /// Whose record.
    pub patient: PatientId,
    /// The one consent.
    pub consent: Option<ConsentId>,
    /// Reason and parties.
    pub body: &'a T,
    /// The list.
    pub items: &'a [HeldItem],
    /// Who.
    pub by: StaffId,
}

/// Keeps a hold.
pub async fn add_hold<T: Serialize + Sync>(
    tx: &mut Tx,
    facility: FacilityId,
    new: NewHold<'_, T>,
) -> Result<LegalHoldId> {
    let id: LegalHoldId = tx.id();
    let body = tx
        .seal_json(Some(facility), id, Class::FreeText, "body", new.body)
        .await?;
    // The digests of what can be guessed would tell it.
    let listed = tx
        .seal_json(Some(facility), id, Class::Clinical, "listed", &new.items)
        .await?;
    let now = tx.now;
    tx.q(
        "insert into legal_hold (id, facility_id, patient_id, consent_id, body, items, listed, staff_id, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(facility)
    .bind(new.patient)
    .bind(new.consent)
    .bind(body)
    .bind("[]")
    .bind(listed)
    .bind(new.by)
    .bind(now)
    .run()
    .await?;
    Ok(id)
}

/// Ends a hold; false when it has ended before.
pub async fn release_hold(
    tx: &mut Tx,
    facility: FacilityId,
    id: LegalHoldId,
    reason: &str,
    by: StaffId,
) -> Result<bool> {
    let reason = tx
        .seal(Some(facility), id, Class::FreeText, "reason", reason)
        .await?;
    let now = tx.now;
    let added = tx
        .q(
            "insert into legal_hold_release (hold_id, facility_id, reason, staff_id, at) \
            values ($1, $2, $3, $4, $5) on conflict do nothing",
        )
        .bind(id)
        .bind(facility)
        .bind(reason)
        .bind(by)
        .bind(now)
        .run()
        .await?;
    Ok(added == 1)
}

#[derive(sqlx::FromRow)]
struct HoldRow {
    id: LegalHoldId,
    patient_id: PatientId,
    consent_id: Option<ConsentId>,
    body: Sealed,
    items: String,
    listed: Option<Sealed>,
    staff_id: StaffId,
    at: DateTime<Utc>,
    release_reason: Option<Sealed>,
    released_by: Option<StaffId>,
    released_at: Option<DateTime<Utc>>,
}

const HOLDS: &str = concat!(
    "select h.id, h.patient_id, h.consent_id, h.body, h.items, h.listed, h.staff_id, h.at, \
     r.reason as release_reason, r.staff_id as released_by, r.at as released_at \
     from legal_hold h left join legal_hold_release r on r.hold_id = h.id where h.facility_id = $1",
    not_destroyed!("h"),
    " and "
);

async fn read(r: &mut impl Records, row: HoldRow) -> Result<LegalHold> {
    let released = match (&row.release_reason, row.released_by, row.released_at) {
        (Some(reason), Some(by), Some(at)) => Some(HoldRelease {
            reason: r.open(row.id, "reason", reason).await?,
            by,
            at,
        }),
        _ => None,
    };
    let items = match &row.listed {
        Some(listed) => r.open_json(row.id, "listed", listed).await?,
        // Of a hold from before the list was sealed.
        None => serde_json::from_str(&row.items)?,
    };
    Ok(LegalHold {
        body: r.open_json(row.id, "body", &row.body).await?,
        items,
        id: row.id,
        patient: row.patient_id,
        consent: row.consent_id,
        by: row.staff_id,
        at: row.at,
        released,
    })
}

/// One hold.
pub async fn hold(r: &mut impl Records, facility: FacilityId, id: LegalHoldId) -> Result<Option<LegalHold>> {
    let row: Option<HoldRow> = r
        .q(format!("{HOLDS} h.id = $2"))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some(row) => read(r, row).await.map(Some),
        None => Ok(None),
    }
}

/// Holds, newest first, after a key.
pub async fn holds(
    r: &mut impl Records,
    facility: FacilityId,
    after: Option<LegalHoldId>,
    limit: i64,
) -> Result<Vec<LegalHold>> {
    let rows: Vec<HoldRow> = r
        .q(format!("{HOLDS} h.id < $2 order by h.id desc limit $3"))
        .bind(facility)
        .bind(after.unwrap_or(LegalHoldId(Uuid::max())))
        .bind(limit)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(read(r, row).await?);
    }
    Ok(all)
}

/// Women whose records are under a hold, or sealed in a dispute.
pub async fn held(q: &mut impl Q, facility: FacilityId) -> Result<BTreeSet<PatientId>> {
    let rows: Vec<(PatientId,)> = q
        .q(concat!(
            "select h.patient_id from legal_hold h left join legal_hold_release r on r.hold_id = h.id \
             where h.facility_id = $1 and r.hold_id is null union select s.patient_id",
            standing_seals!()
        ))
        .bind(facility)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(patient,)| patient).collect())
}

/// Ids that a text of one slice finds for a woman. Binds: hospital, woman.
pub async fn ids(tx: &mut Tx, texts: &[&'static str], mine: Mine) -> Result<Vec<Uuid>> {
    let mut all = Vec::new();
    for text in texts {
        let rows: Vec<(Uuid,)> = tx.q(*text).bind(mine.facility).bind(mine.patient).all().await?;
        all.extend(rows.into_iter().map(|(id,)| id));
    }
    Ok(all)
}

/// The part of people in a destroyed record: nothing of the person stays in the row, and nobody finds it any more.
pub async fn blank(tx: &mut Tx, mine: Mine) -> Result<()> {
    let now = tx.now;
    tx.q(
        "update patient set account_id = null, name = null, birth_date = null, id_number = null, id_type = null, \
          phone = null, emergency_contact = null, height = null, height_cm = null, id_blind = null, phone_blind = null, \
          matched = $3, destroyed_at = $4, version = version + 1 where facility_id = $1 and id = $2",
    )
    .bind(mine.facility)
    .bind(mine.patient)
    .bind(false)
    .bind(now)
    .run()
    .await?;
    tx.q("delete from patient_name_prefix where patient_id = $1")
        .bind(mine.patient)
        .run()
        .await?;
    Ok(())
}

/// Women who are admitted now.
pub async fn admitted(q: &mut impl Q, facility: FacilityId) -> Result<BTreeSet<PatientId>> {
    let rows: Vec<(PatientId,)> = q
        .q("select patient_id from retention where facility_id = $1 and in_hospital = $2")
        .bind(facility)
        .bind(true)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(patient,)| patient).collect())
}

/// Whether her record is under a hold, or sealed in a dispute.
pub async fn is_held(q: &mut impl Q, mine: Mine) -> Result<bool> {
    if super::is_sealed(q, mine).await? {
        return Ok(true);
    }
    let row: Option<(LegalHoldId,)> = q
        .q(
            "select h.id from legal_hold h left join legal_hold_release r on r.hold_id = h.id \
            where h.facility_id = $1 and h.patient_id = $2 and r.hold_id is null limit 1",
        )
        .bind(mine.facility)
        .bind(mine.patient)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Women whose records were destroyed.
pub async fn destroyed(q: &mut impl Q, facility: FacilityId) -> Result<Vec<PatientId>> {
    let rows: Vec<(PatientId,)> = q
        .q("select id from patient where facility_id = $1 and destroyed_at is not null")
        .bind(facility)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(patient,)| patient).collect())
}

/// Whether the keys of her record are gone.
pub async fn is_destroyed(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<bool> {
    let row: Option<(PatientId,)> = q
        .q("select id from patient where facility_id = $1 and id = $2 and destroyed_at is not null")
        .bind(facility)
        .bind(patient)
        .opt()
        .await?;
    Ok(row.is_some())
}
