//! Classes on site and who comes.

use chrono::{DateTime, Utc};

use crate::base::error::{Error, Result};
use crate::base::id::{ClassId, FacilityId, PatientId, StaffId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::education::class::{Booking, BookingState, Class};

#[derive(sqlx::FromRow)]
struct Row {
    id: ClassId,
    facility_id: FacilityId,
    title: String,
    place: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    places: i64,
    code: String,
    cancelled_at: Option<DateTime<Utc>>,
    bookings: i64,
    staff_id: StaffId,
    at: DateTime<Utc>,
}

impl From<Row> for Class {
    fn from(row: Row) -> Class {
        Class {
            id: row.id,
            facility: row.facility_id,
            title: row.title,
            place: row.place,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            places: row.places,
            code: row.code,
            cancelled_at: row.cancelled_at,
            bookings: row.bookings,
            by: row.staff_id,
            at: row.at,
        }
    }
}

macro_rules! classes {
    ($rest:literal) => {
        concat!(
            "select id, facility_id, title, place, starts_at, ends_at, places, code, cancelled_at, bookings, staff_id, at \
             from school_class where facility_id = $1 and ",
            $rest
        )
    };
}

pub async fn add(tx: &mut Tx, class: &Class) -> Result<()> {
    tx.q(
        "insert into school_class (id, facility_id, title, place, starts_at, ends_at, places, code, cancelled_at, \
         bookings, staff_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(class.id)
    .bind(class.facility)
    .bind(class.title.clone())
    .bind(class.place.clone())
    .bind(class.starts_at)
    .bind(class.ends_at)
    .bind(class.places)
    .bind(class.code.clone())
    .bind(class.cancelled_at)
    .bind(class.bookings)
    .bind(class.by)
    .bind(class.at)
    .run()
    .await?;
    Ok(())
}

/// Writes what may change of a class.
pub async fn save(tx: &mut Tx, class: &Class) -> Result<()> {
    tx.q("update school_class set cancelled_at = $3, bookings = $4 where facility_id = $1 and id = $2")
        .bind(class.facility)
        .bind(class.id)
        .bind(class.cancelled_at)
        .bind(class.bookings)
        .run()
        .await?;
    Ok(())
}

pub async fn get(q: &mut impl Q, facility: FacilityId, id: ClassId) -> Result<Option<Class>> {
    let row: Option<Row> = q.q(classes!("id = $2")).bind(facility).bind(id).opt().await?;
    Ok(row.map(Into::into))
}

/// A class whose row is held until the transaction ends.
pub async fn lock(tx: &mut Tx, facility: FacilityId, id: ClassId) -> Result<Option<Class>> {
    // Both engines hold the row of an update.
    tx.q("update school_class set bookings = bookings where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .run()
        .await?;
    get(tx, facility, id).await
}

/// The classes, the last one first.
pub async fn page(
    q: &mut impl Q,
    facility: FacilityId,
    after: Option<(DateTime<Utc>, ClassId)>,
    limit: i64,
) -> Result<Vec<Class>> {
    let rows: Vec<Row> = match after {
        Some((starts_at, id)) => {
            q.q(classes!(
                "(starts_at, id) < ($2, $3) order by starts_at desc, id desc limit $4"
            ))
            .bind(facility)
            .bind(starts_at)
            .bind(id)
            .bind(limit)
            .all()
            .await?
        }
        None => {
            q.q(classes!(
                "id is not null order by starts_at desc, id desc limit $2"
            ))
            .bind(facility)
            .bind(limit)
            .all()
            .await?
        }
    };
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Those that have not ended, the next one first; at most a hundred.
pub async fn upcoming(q: &mut impl Q, facility: FacilityId, now: DateTime<Utc>) -> Result<Vec<Class>> {
    let rows: Vec<Row> = q
        .q(classes!("ends_at > $2 order by starts_at, id limit 100"))
        .bind(facility)
        .bind(now)
        .all()
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

fn booking(row: (ClassId, PatientId, String, i64, DateTime<Utc>)) -> Result<Booking> {
    let (class, patient, state, turn, at) = row;
    Ok(Booking {
        class,
        patient,
        state: BookingState::parse(&state).ok_or_else(|| Error::broken("a booking holds an unknown word"))?,
        turn,
        at,
    })
}

/// Who asked for a place, in the order of asking.
pub async fn bookings(q: &mut impl Q, facility: FacilityId, class: ClassId) -> Result<Vec<Booking>> {
    let rows = q
        .q("select class_id, patient_id, state, turn, at from class_booking \
             where facility_id = $1 and class_id = $2 order by turn")
        .bind(facility)
        .bind(class)
        .all()
        .await?;
    rows.into_iter().map(booking).collect()
}

/// What she asked for, with the class.
pub async fn bookings_of(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<(Class, Booking)>> {
    let rows = q
        .q("select class_id, patient_id, state, turn, at from class_booking \
             where facility_id = $1 and patient_id = $2 order by at")
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let mut all = Vec::new();
    for row in rows {
        let booking = booking(row)?;
        if let Some(class) = get(q, facility, booking.class).await? {
            all.push((class, booking));
        }
    }
    Ok(all)
}

/// Writes a booking as it is now.
pub async fn put(tx: &mut Tx, facility: FacilityId, booking: &Booking) -> Result<()> {
    tx.q(
        "insert into class_booking (class_id, patient_id, facility_id, state, turn, at) \
         values ($1, $2, $3, $4, $5, $6) on conflict (class_id, patient_id) do update set \
         state = excluded.state, turn = excluded.turn, at = excluded.at",
    )
    .bind(booking.class)
    .bind(booking.patient)
    .bind(facility)
    .bind(booking.state.word())
    .bind(booking.turn)
    .bind(booking.at)
    .run()
    .await?;
    Ok(())
}
