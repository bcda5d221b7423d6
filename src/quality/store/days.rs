//! What was summed of each day of births, and how often the records behind it have changed; triggers count the changes.

use chrono::{DateTime, NaiveDate, Utc};

use crate::base::error::Result;
use crate::base::id::FacilityId;
use crate::db::Q;

/// A day of births.
#[derive(sqlx::FromRow)]
pub struct Day {
    /// The hospital's calendar day.
    pub day: NaiveDate,
    /// How often its records have changed.
    pub changes: i64,
    /// Its sums, if they were kept and still hold.
    pub sums: Option<String>,
}

/// What is kept of a day.
pub struct DaySums {
    /// The day.
    pub day: NaiveDate,
    /// How often its records had changed before they were read.
    pub changes: i64,
    /// When time alone changes it.
    pub valid_until: Option<DateTime<Utc>>,
    /// What it comes to.
    pub sums: String,
}

/// Days on which something is counted, both ends included.
pub async fn days(
    q: &mut impl Q,
    facility: FacilityId,
    (from, to): (NaiveDate, NaiveDate),
    basis: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Day>> {
    q.q(
        "select c.day, c.changes, f.sums from figure_change c left join figure_day f \
         on f.facility_id = c.facility_id and f.day = c.day and f.changes = c.changes and f.basis = $4 \
         and (f.valid_until is null or f.valid_until > $5) \
         where c.facility_id = $1 and c.day >= $2 and c.day <= $3 order by c.day",
    )
    .bind(facility)
    .bind(from)
    .bind(to)
    .bind(basis.to_owned())
    .bind(now)
    .all()
    .await
}

/// Keeps what a day came to, in the place of what was kept of it before.
pub async fn keep_day(tx: &mut impl Q, facility: FacilityId, basis: &str, day: &DaySums) -> Result<()> {
    tx.q(
        "insert into figure_day (facility_id, day, changes, basis, valid_until, sums) values ($1, $2, $3, $4, $5, $6) \
         on conflict (facility_id, day) do update set changes = excluded.changes, basis = excluded.basis, \
         valid_until = excluded.valid_until, sums = excluded.sums",
    )
    .bind(facility)
    .bind(day.day)
    .bind(day.changes)
    .bind(basis.to_owned())
    .bind(day.valid_until)
    .bind(day.sums.clone())
    .run()
    .await?;
    Ok(())
}
