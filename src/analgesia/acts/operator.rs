//! Who placed a block, and whether they may. Source: the technical requirements of 2025, Annex 1 二.

use chrono::NaiveDate;
use serde_json::Value;

use super::time_out::require_qualified;
use crate::analgesia::model::{Labor, Record};
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::StaffId;
use crate::base::{Code, Role};
use crate::ctx::Tx;
use crate::episode::model::day;
use crate::people;

/// Says who placed the block where the record leaves it out: whoever held the last time-out, without one its writer, who
/// also did each new puncture. A block that was recorded before this was kept stays as it is.
pub(super) async fn fill_in(
    tx: &mut Tx,
    labor: &Labor,
    writer: StaffId,
    before: Option<&Record>,
    record: &mut Record,
) -> Result<()> {
    if record.operator.is_none() && rules::has_block(record) && !before.is_some_and(rules::has_block) {
        let held = store::last_operator(tx, labor.facility_id, labor.id).await?;
        let (operator, supervisor) = held.unwrap_or((writer, None));
        record.operator = Some(operator);
        record.supervisor = record.supervisor.or(supervisor);
    }
    for new in &mut record.resitings {
        let known = before.is_some_and(|before| before.resitings.contains(new));
        if new.operator.is_none() && !known {
            new.operator = Some(writer);
        }
    }
    Ok(())
}

/// One puncture, and where the record says who did it.
struct Puncture {
    people: (StaffId, Option<StaffId>),
    on: NaiveDate,
    at: String,
}

/// What whoever placed a block of labor was not shown to have, where the record gives the reason why he did all the same.
///
/// Errors: `analgesia.operator_unqualified`, `http.invalid` for somebody who is no anesthesiologist of this hospital.
pub(super) async fn placed_by(
    tx: &mut Tx,
    labor: &Labor,
    before: Option<&Record>,
    record: &Record,
) -> Result<Option<Value>> {
    let mut lacking = None;
    for puncture in new_punctures(before, record, day(tx.now)) {
        require_known(tx, labor, &puncture).await?;
        match require_qualified(tx, labor, puncture.people, puncture.on).await {
            Ok(()) => {}
            Err(Error::Conflict(Code::AnalgesiaOperatorUnqualified, current))
                if record.unqualified.is_some() =>
            {
                lacking = lacking.or(Some(current));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(lacking)
}

/// The punctures of a block of labor that the version before did not have, or had by somebody else.
fn new_punctures(before: Option<&Record>, record: &Record, today: NaiveDate) -> Vec<Puncture> {
    if !rules::needs_consent(record) {
        return Vec::new();
    }
    let former = before.filter(|before| rules::needs_consent(before));
    let people = (record.operator, record.supervisor);
    let known = former.is_some_and(|former| (former.operator, former.supervisor) == people);
    let at = record.puncture_at.or(record.first_dose_at);
    let block = people.0.filter(|_| !known).map(|operator| Puncture {
        people: (operator, people.1),
        on: at.map_or(today, day),
        at: String::new(),
    });
    let again = record.resitings.iter().enumerate().filter_map(|(index, new)| {
        let known = former.is_some_and(|former| former.resitings.contains(new));
        let operator = new.operator.filter(|_| !known)?;
        Some(Puncture {
            people: (operator, new.supervisor),
            on: day(new.at),
            at: format!("/resitings/{index}"),
        })
    });
    block.into_iter().chain(again).collect()
}

async fn require_known(tx: &mut Tx, labor: &Labor, puncture: &Puncture) -> Result<()> {
    let (operator, supervisor) = puncture.people;
    for (who, member) in [(Some(operator), "operator"), (supervisor, "supervisor")] {
        let Some(who) = who else { continue };
        let staff = people::facts::staff(tx, labor.facility_id, who).await?;
        if staff.is_none_or(|staff| staff.role != Role::Anesthesiologist) {
            return Err(Error::invalid(format!("{}/{member}", puncture.at), "unknown"));
        }
    }
    Ok(())
}
