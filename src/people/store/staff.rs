//! Hospitals and staff accounts.

use chrono::{DateTime, NaiveDate, Utc};

use crate::base::Role;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, dialect};
use crate::people::model::{Facility, Privilege, Settings, Staff};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct FacilityRow {
    id: FacilityId,
    code: String,
    name: String,
    time_zone: String,
    phone: String,
    settings: String,
    version: i64,
}

impl FacilityRow {
    fn read(self) -> Result<Facility> {
        let settings: Settings = serde_json::from_str(&self.settings)?;
        Ok(Facility {
            id: self.id,
            code: self.code,
            name: self.name,
            time_zone: self.time_zone,
            phone: self.phone,
            settings,
            version: self.version,
        })
    }
}

pub async fn facility(q: &mut impl Q, id: FacilityId) -> Result<Option<Facility>> {
    const SQL: &str =
        "select id, code, name, time_zone, phone, settings, version from facility where id = $1";
    q.q(SQL)
        .bind(id)
        .opt::<FacilityRow>()
        .await?
        .map(FacilityRow::read)
        .transpose()
}

pub async fn facility_by_code(q: &mut impl Q, code: &str) -> Result<Option<Facility>> {
    const SQL: &str =
        "select id, code, name, time_zone, phone, settings, version from facility where code = $1";
    q.q(SQL)
        .bind(code.to_owned())
        .opt::<FacilityRow>()
        .await?
        .map(FacilityRow::read)
        .transpose()
}

pub async fn facilities(q: &mut impl Q) -> Result<Vec<Facility>> {
    const SQL: &str =
        "select id, code, name, time_zone, phone, settings, version from facility order by code";
    q.q(SQL)
        .all::<FacilityRow>()
        .await?
        .into_iter()
        .map(FacilityRow::read)
        .collect()
}

pub async fn add_facility(tx: &mut Tx, facility: &Facility) -> Result<()> {
    let now = tx.now;
    tx.q(
        "insert into facility (id, code, name, time_zone, phone, settings, version, created_at) \
          values ($1, $2, $3, $4, $5, $6, 1, $7)",
    )
    .bind(facility.id)
    .bind(facility.code.clone())
    .bind(facility.name.clone())
    .bind(facility.time_zone.clone())
    .bind(facility.phone.clone())
    .bind(serde_json::to_string(&facility.settings)?)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

pub async fn update_facility(tx: &mut Tx, facility: &Facility) -> Result<()> {
    tx.q("update facility set name = $2, phone = $3, settings = $4, version = version + 1 where id = $1")
        .bind(facility.id)
        .bind(facility.name.clone())
        .bind(facility.phone.clone())
        .bind(serde_json::to_string(&facility.settings)?)
        .run()
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct StaffRow {
    id: StaffId,
    facility_id: FacilityId,
    username: String,
    name: Sealed,
    license: Option<Sealed>,
    title: String,
    role: String,
    senior: bool,
    grants: String,
    consent_privilege: bool,
    consent_privilege_until: Option<NaiveDate>,
    must_change: bool,
    second_factor_since: Option<DateTime<Utc>>,
    second_factor_reset_at: Option<DateTime<Utc>>,
    disabled_at: Option<DateTime<Utc>>,
    version: i64,
}

macro_rules! staff_columns {
    () => {
        "id, facility_id, username, name, license, title, role, senior, grants, consent_privilege, \
         consent_privilege_until, must_change, disabled_at, version, \
         (select f.since from second_factor f where f.staff_id = staff.id) as second_factor_since, \
         (select f.reset_at from second_factor f where f.staff_id = staff.id) as second_factor_reset_at"
    };
}

async fn read(r: &mut impl Records, row: StaffRow) -> Result<Staff> {
    Ok(Staff {
        name: r.open(row.id, "name", &row.name).await?,
        license: r.open_if(row.id, "license", row.license.as_ref()).await?,
        id: row.id,
        facility_id: row.facility_id,
        username: row.username,
        title: row.title,
        role: Role::parse(&row.role).ok_or_else(|| Error::broken("a staff row has an unknown role"))?,
        senior: row.senior,
        grants: serde_json::from_str(&row.grants)?,
        consent_privilege: Privilege {
            granted: row.consent_privilege,
            until: row.consent_privilege_until,
        },
        must_change: row.must_change,
        second_factor_since: row.second_factor_since,
        second_factor_reset_at: row.second_factor_reset_at,
        disabled_at: row.disabled_at,
        version: row.version,
    })
}

pub async fn staff(r: &mut impl Records, facility: FacilityId, id: StaffId) -> Result<Option<Staff>> {
    const SQL: &str = concat!(
        "select ",
        staff_columns!(),
        " from staff where facility_id = $1 and id = $2"
    );
    match r.q(SQL).bind(facility).bind(id).opt::<StaffRow>().await? {
        Some(row) => read(r, row).await.map(Some),
        None => Ok(None),
    }
}

/// The name of somebody on the staff of any hospital, for a woman who asks who looked at her record.
pub async fn staff_name(r: &mut impl Records, id: StaffId) -> Result<Option<String>> {
    let name: Option<(Sealed,)> = r.q("select name from staff where id = $1").bind(id).opt().await?;
    match name {
        Some((name,)) => r.open(id, "name", &name).await.map(Some),
        None => Ok(None),
    }
}

pub async fn staff_list(
    r: &mut impl Records,
    facility: FacilityId,
    after: Option<String>,
    limit: i64,
) -> Result<Vec<Staff>> {
    const SQL: &str = concat!(
        "select ",
        staff_columns!(),
        " from staff where facility_id = $1 and username > $2 order by username limit $3"
    );
    let rows: Vec<StaffRow> = r
        .q(SQL)
        .bind(facility)
        .bind(after.unwrap_or_default())
        .bind(limit)
        .all()
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push(read(r, row).await?);
    }
    Ok(found)
}

/// Active staff of a role, in the order in which they came.
pub async fn active_of_role(q: &mut impl Q, facility: FacilityId, role: Role) -> Result<Vec<StaffId>> {
    let rows: Vec<(StaffId,)> = q
        .q("select id from staff where facility_id = $1 and role = $2 and disabled_at is null order by created_at, id")
        .bind(facility)
        .bind(role.word())
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What a log-in needs.
#[derive(sqlx::FromRow)]
pub struct Credentials {
    pub id: StaffId,
    pub facility_id: FacilityId,
    pub password_hash: String,
    pub failures: i64,
    pub locked_until: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
}

pub async fn credentials(q: &mut impl Q, facility_code: &str, username: &str) -> Result<Option<Credentials>> {
    q.q(
        "select s.id, s.facility_id, s.password_hash, s.failures, s.locked_until, s.disabled_at \
         from staff s join facility f on f.id = s.facility_id where f.code = $1 and s.username = $2",
    )
    .bind(facility_code.to_owned())
    .bind(username.to_owned())
    .opt()
    .await
}

pub async fn credentials_of(
    q: &mut impl Q,
    facility: FacilityId,
    id: StaffId,
) -> Result<Option<Credentials>> {
    q.q(
        "select id, facility_id, password_hash, failures, locked_until, disabled_at from staff \
         where facility_id = $1 and id = $2",
    )
    .bind(facility)
    .bind(id)
    .opt()
    .await
}

/// Holds an account until the transaction ends.
pub async fn lock_staff(tx: &mut Tx, facility: FacilityId, id: StaffId) -> Result<()> {
    let _held: Option<(StaffId,)> = tx.q(dialect::LOCK_STAFF).bind(facility).bind(id).opt().await?;
    Ok(())
}

pub async fn note_failures(
    tx: &mut Tx,
    id: StaffId,
    failures: i64,
    locked_until: Option<DateTime<Utc>>,
) -> Result<()> {
    tx.q("update staff set failures = $2, locked_until = $3 where id = $1")
        .bind(id)
        .bind(failures)
        .bind(locked_until)
        .run()
        .await?;
    Ok(())
}

pub async fn add_staff(tx: &mut Tx, staff: &Staff, password_hash: String) -> Result<bool> {
    let facility = Some(staff.facility_id);
    let name = tx
        .seal(facility, staff.id, Class::Identity, "name", &staff.name)
        .await?;
    let license = tx
        .seal_if(
            facility,
            staff.id,
            Class::Identity,
            "license",
            staff.license.as_deref(),
        )
        .await?;
    let now = tx.now;
    let added = tx
        .q("insert into staff (id, facility_id, username, name, license, title, role, senior, grants, password_hash, \
            must_change, version, created_at, consent_privilege, consent_privilege_until) \
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12, $13, $14) \
            on conflict (facility_id, username) do nothing")
        .bind(staff.id)
        .bind(staff.facility_id)
        .bind(staff.username.clone())
        .bind(name)
        .bind(license)
        .bind(staff.title.clone())
        .bind(staff.role.word())
        .bind(staff.senior)
        .bind(serde_json::to_string(&staff.grants)?)
        .bind(password_hash)
        .bind(staff.must_change)
        .bind(now)
        .bind(staff.consent_privilege.granted)
        .bind(staff.consent_privilege.until)
        .run()
        .await?;
    Ok(added == 1)
}

pub async fn update_staff(tx: &mut Tx, staff: &Staff) -> Result<()> {
    let facility = Some(staff.facility_id);
    let name = tx
        .seal(facility, staff.id, Class::Identity, "name", &staff.name)
        .await?;
    let license = tx
        .seal_if(
            facility,
            staff.id,
            Class::Identity,
            "license",
            staff.license.as_deref(),
        )
        .await?;
    tx.q("update staff set name = $3, license = $4, title = $5, role = $6, senior = $7, grants = $8, disabled_at = $9, \
          consent_privilege = $10, consent_privilege_until = $11, version = version + 1 where facility_id = $1 and id = $2")
        .bind(staff.facility_id)
        .bind(staff.id)
        .bind(name)
        .bind(license)
        .bind(staff.title.clone())
        .bind(staff.role.word())
        .bind(staff.senior)
        .bind(serde_json::to_string(&staff.grants)?)
        .bind(staff.disabled_at)
        .bind(staff.consent_privilege.granted)
        .bind(staff.consent_privilege.until)
        .run()
        .await?;
    Ok(())
}

pub async fn set_password(tx: &mut Tx, id: StaffId, hash: String, must_change: bool) -> Result<()> {
    tx.q(
        "update staff set password_hash = $2, must_change = $3, failures = 0, locked_until = null, \
          version = version + 1 where id = $1",
    )
    .bind(id)
    .bind(hash)
    .bind(must_change)
    .run()
    .await?;
    Ok(())
}
