//! The hospital states its own totals, against which it shows how far the births are recorded.

use chrono::{Months, NaiveDate};
use serde_json::json;
use tracing::instrument;

use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::{Act, Subject};
use crate::ctx::Ctx;
use crate::http::params::Faults;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::model::BirthTotal;
use crate::quality::store;

/// More births than any hospital has in a month.
const MOST: i64 = 20_000;

/// How many births a month had; stated again, the last one counts.
///
/// Errors: `http.invalid` for a month that has not ended, and for impossible numbers.
#[instrument(name = "quality.state_births", skip_all)]
pub async fn state_births(ctx: &Ctx, caller: &Caller, month: &str, total: BirthTotal) -> Result<BirthTotal> {
    policy::allowed(caller, Act::QualityStateBirths)?;
    let me = caller.staff()?;
    let first: NaiveDate = format!("{month}-01")
        .parse()
        .map_err(|_| Error::invalid("/month", "format"))?;
    let next = first.checked_add_months(Months::new(1));
    let mut tx = ctx.write(Act::QualityStateBirths).await?;
    if next.is_none_or(|next| next > clinic_date(tx.now)) {
        return Err(Error::invalid("/month", "period"));
    }
    let mut faults = Faults::default();
    faults.number(total.vaginal, "/vaginal", 0, MOST);
    faults.number(total.cesarean, "/cesarean", 0, MOST);
    faults.number(total.newborns, "/newborns", 0, 2 * MOST);
    faults.done()?;
    store::add_birth_total(&mut tx, me.facility, me.id, first, total).await?;
    let detail = json!({
        "month": month,
        "vaginal": total.vaginal,
        "cesarean": total.cesarean,
        "newborns": total.newborns,
    });
    tx.journal(caller, Subject::list("birth_total"), detail).await?;
    tx.commit().await?;
    Ok(total)
}
