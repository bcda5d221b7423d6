//! The hospital's own totals of births; a correction is another row, the last one counts.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{FacilityId, StaffId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::quality::model::BirthTotal;

fn word(month: NaiveDate) -> String {
    month.format("%Y-%m").to_string()
}

pub async fn add_birth_total(
    tx: &mut Tx,
    facility: FacilityId,
    by: StaffId,
    month: NaiveDate,
    total: BirthTotal,
) -> Result<()> {
    let (id, now) = (tx.id::<Uuid>(), tx.now);
    tx.q(
        "insert into birth_total (id, facility_id, month, vaginal, cesarean, newborns, staff_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(facility)
    .bind(word(month))
    .bind(total.vaginal)
    .bind(total.cesarean)
    .bind(total.newborns)
    .bind(by)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// The totals that were stated last, by the first day of the month, from one month to another.
pub async fn birth_totals(
    q: &mut impl Q,
    facility: FacilityId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<BTreeMap<NaiveDate, BirthTotal>> {
    let rows: Vec<(String, i64, i64, i64)> = q
        .q("select month, vaginal, cesarean, newborns from birth_total \
             where facility_id = $1 and month >= $2 and month <= $3 order by at, id")
        .bind(facility)
        .bind(word(from))
        .bind(word(to))
        .all()
        .await?;
    let total = |(month, vaginal, cesarean, newborns): (String, i64, i64, i64)| {
        let first: NaiveDate = format!("{month}-01").parse().ok()?;
        let total = BirthTotal {
            vaginal,
            cesarean,
            newborns,
        };
        Some((first, total))
    };
    Ok(rows.into_iter().filter_map(total).collect())
}
