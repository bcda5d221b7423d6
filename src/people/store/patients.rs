//! Women's records.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use crate::base::error::{Error, Result};
use crate::base::id::{AccountId, FacilityId, PatientId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, dialect, placeholders};
use crate::people::model::{EmergencyContact, IdType, Patient};
use crate::vault::{Blind, Class, Sealed};

#[derive(sqlx::FromRow)]
struct PatientRow {
    id: PatientId,
    facility_id: FacilityId,
    account_id: Option<AccountId>,
    record_number: String,
    name: Option<Sealed>,
    birth_date: Option<Sealed>,
    id_type: Option<String>,
    id_number: Option<Sealed>,
    phone: Option<Sealed>,
    phone_confirmed: bool,
    height_cm: Option<String>,
    height: Option<Sealed>,
    language: String,
    emergency_contact: Option<Sealed>,
    level: i64,
    matched: bool,
    is_test: bool,
    version: i64,
}

const FIND: &str = "select id, facility_id, account_id, record_number, name, birth_date, id_type, id_number, phone, \
    phone_confirmed, height_cm, height, language, emergency_contact, level, matched, is_test, version from patient \
    where facility_id = $1 and id = $2";

pub async fn patient(r: &mut impl Records, facility: FacilityId, id: PatientId) -> Result<Option<Patient>> {
    let Some(row) = r.q(FIND).bind(facility).bind(id).opt::<PatientRow>().await? else {
        return Ok(None);
    };
    let birth_date = r.open_if(id, "birth_date", row.birth_date.as_ref()).await?;
    let contact = match &row.emergency_contact {
        Some(sealed) => Some(
            r.open_json::<EmergencyContact>(id, "emergency_contact", sealed)
                .await?,
        ),
        None => None,
    };
    // What was written before it was sealed stands in clear until the record is saved again.
    let height = r
        .open_if(id, "height", row.height.as_ref())
        .await?
        .or(row.height_cm);
    Ok(Some(Patient {
        name: r.open_if(id, "name", row.name.as_ref()).await?,
        birth_date: birth_date
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|_| Error::broken("a birth date is damaged"))?,
        id_number: r.open_if(id, "id_number", row.id_number.as_ref()).await?,
        phone: r.open_if(id, "phone", row.phone.as_ref()).await?,
        emergency_contact: contact,
        id: row.id,
        facility_id: row.facility_id,
        account_id: row.account_id,
        record_number: row.record_number,
        id_type: row.id_type.as_deref().and_then(IdType::parse),
        phone_confirmed: row.phone_confirmed,
        height_cm: height.as_deref().and_then(|text| text.parse::<Decimal>().ok()),
        language: row.language,
        level: row.level,
        matched: row.matched,
        is_test: row.is_test,
        version: row.version,
    }))
}

/// Names and record numbers of women, however many in one statement.
pub async fn named(
    r: &mut impl Records,
    facility: FacilityId,
    ids: &[PatientId],
) -> Result<BTreeMap<PatientId, (Option<String>, String)>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let marks = placeholders(2, ids.len());
    let mut query = r
        .q(format!(
            "select id, name, record_number from patient where facility_id = $1 and id in ({marks})"
        ))
        .bind(facility);
    for id in ids {
        query = query.bind(*id);
    }
    let rows: Vec<(PatientId, Option<Sealed>, String)> = query.all().await?;
    let vault = r.vault();
    let sealed: Vec<&Sealed> = rows.iter().filter_map(|(_, name, _)| name.as_ref()).collect();
    vault.warm(r, &sealed).await?;
    let mut named = BTreeMap::new();
    for (id, name, record_number) in rows {
        let name = r.open_if(id, "name", name.as_ref()).await?;
        named.insert(id, (name, record_number));
    }
    Ok(named)
}

/// Writes a record as it is now; makes the row on first sight. The revision rises by one.
pub async fn save_patient(tx: &mut Tx, patient: &Patient) -> Result<()> {
    let (facility, id) = (Some(patient.facility_id), patient.id);
    let now = tx.now;
    let name = tx
        .seal_if(facility, id, Class::Identity, "name", patient.name.as_deref())
        .await?;
    let birth = patient.birth_date.map(|date| date.to_string());
    let birth_date = tx
        .seal_if(facility, id, Class::Identity, "birth_date", birth.as_deref())
        .await?;
    let id_number = tx
        .seal_if(
            facility,
            id,
            Class::Identity,
            "id_number",
            patient.id_number.as_deref(),
        )
        .await?;
    let phone = tx
        .seal_if(facility, id, Class::Contact, "phone", patient.phone.as_deref())
        .await?;
    let height = patient.height_cm.map(|cm| cm.to_string());
    let height = tx
        .seal_if(facility, id, Class::Clinical, "height", height.as_deref())
        .await?;
    let contact = match &patient.emergency_contact {
        Some(contact) => Some(
            tx.seal_json(facility, id, Class::Contact, "emergency_contact", contact)
                .await?,
        ),
        None => None,
    };
    let id_blind: Option<Blind> = patient
        .id_number
        .as_deref()
        .map(|number| tx.blind(facility, "id_number", number));
    let phone_blind: Option<Blind> = patient
        .phone
        .as_deref()
        .map(|phone| tx.blind(facility, "phone", phone));
    tx.q("insert into patient (id, facility_id, account_id, record_number, name, birth_date, id_type, id_number, phone, \
          phone_confirmed, height, language, emergency_contact, id_blind, phone_blind, level, matched, is_test, \
          bound_at, version, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
          $18, $19, 1, $20) on conflict (id) do update set account_id = excluded.account_id, name = excluded.name, \
          birth_date = excluded.birth_date, id_type = excluded.id_type, id_number = excluded.id_number, \
          phone = excluded.phone, phone_confirmed = excluded.phone_confirmed, height = excluded.height, height_cm = null, \
          language = excluded.language, emergency_contact = excluded.emergency_contact, id_blind = excluded.id_blind, \
          phone_blind = excluded.phone_blind, level = excluded.level, matched = excluded.matched, \
          bound_at = coalesce(patient.bound_at, excluded.bound_at), version = patient.version + 1")
        .bind(id)
        .bind(patient.facility_id)
        .bind(patient.account_id)
        .bind(patient.record_number.clone())
        .bind(name)
        .bind(birth_date)
        .bind(patient.id_type.map(IdType::word))
        .bind(id_number)
        .bind(phone)
        .bind(patient.phone_confirmed)
        .bind(height)
        .bind(patient.language.clone())
        .bind(contact)
        .bind(id_blind)
        .bind(phone_blind)
        .bind(patient.level)
        .bind(patient.matched)
        .bind(patient.is_test)
        .bind(patient.account_id.map(|_| now))
        .bind(now)
        .run()
        .await?;
    tx.q("delete from patient_name_prefix where patient_id = $1")
        .bind(id)
        .run()
        .await?;
    let prefixes = patient
        .name
        .as_deref()
        .map(|name| tx.vault().blind_prefixes(facility.map(Into::into), "name", name))
        .unwrap_or_default();
    for prefix in prefixes {
        tx.q("insert into patient_name_prefix (patient_id, facility_id, prefix) values ($1, $2, $3)")
            .bind(id)
            .bind(patient.facility_id)
            .bind(prefix)
            .run()
            .await?;
    }
    Ok(())
}

/// Nobody else is registered at this hospital until the transaction ends.
pub async fn lock_register(tx: &mut Tx, facility: FacilityId) -> Result<()> {
    let _held: Option<(FacilityId,)> = tx.q(dialect::LOCK_REGISTER).bind(facility).opt().await?;
    Ok(())
}

/// The next record number of a hospital: the year and a running number.
pub async fn count_patients(q: &mut impl Q, facility: FacilityId) -> Result<i64> {
    let (count,): (i64,) = q
        .q("select count(*) from patient where facility_id = $1")
        .bind(facility)
        .one()
        .await?;
    Ok(count)
}

/// Her record in a hospital, by her account.
pub async fn patient_of(
    q: &mut impl Q,
    account: AccountId,
    facility: FacilityId,
) -> Result<Option<PatientId>> {
    let row: Option<(PatientId,)> = q
        .q("select id from patient where account_id = $1 and facility_id = $2")
        .bind(account)
        .bind(facility)
        .opt()
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Her records, newest binding first.
pub async fn records_of(q: &mut impl Q, account: AccountId) -> Result<Vec<(PatientId, FacilityId)>> {
    q.q("select id, facility_id from patient where account_id = $1 order by bound_at desc")
        .bind(account)
        .all()
        .await
}

/// When she was last discharged; none when she was never admitted here.
pub async fn discharged_at(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Option<DateTime<Utc>>> {
    let row: Option<(Option<DateTime<Utc>>,)> = q
        .q("select last_discharge_at from retention where facility_id = $1 and patient_id = $2")
        .bind(facility)
        .bind(patient)
        .opt()
        .await?;
    Ok(row.and_then(|(at,)| at))
}

pub async fn account_of(q: &mut impl Q, facility: FacilityId, id: PatientId) -> Result<Option<AccountId>> {
    let row: Option<(Option<AccountId>,)> = q
        .q("select account_id from patient where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.and_then(|(account,)| account))
}

/// Exact phone, identity or record number, or the beginning of a name; at most a hundred.
pub async fn search(r: &mut impl Records, facility: FacilityId, text: &str) -> Result<Vec<PatientId>> {
    let name = r.blind(Some(facility), "name", &text.chars().take(8).collect::<String>());
    let phone = r.blind(Some(facility), "phone", text);
    let number = r.blind(Some(facility), "id_number", text);
    let rows: Vec<(PatientId,)> = r
        .q("select id from patient where facility_id = $1 and (phone_blind = $2 or id_blind = $3 or record_number = $4 \
            or id in (select patient_id from patient_name_prefix where facility_id = $1 and prefix = $5)) \
            order by id limit 100")
        .bind(facility)
        .bind(phone)
        .bind(number)
        .bind(text.trim().to_owned())
        .bind(name)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
