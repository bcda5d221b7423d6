//! What a version of the record takes over from the one before it: to leave it out changes nothing.

use chrono::{DateTime, Utc};

use super::program::carry_pumps;
use crate::analgesia::model::{Dose, Record, Resiting, is_late};

/// Takes over the bags before this one, who placed what, and what was entered late. What is new is late as of now.
pub fn carry(before: Option<&Record>, now: &mut Record, at: DateTime<Utc>) {
    if let Some(before) = before {
        carry_pumps(before, now);
        if now.operator.is_none() {
            now.operator = before.operator;
            now.supervisor = now.supervisor.or(before.supervisor);
        }
    }
    let resitings = before.map_or(&[][..], |before| &before.resitings);
    for new in now.resitings.iter_mut().filter(|new| new.operator.is_none()) {
        if let Some(known) = resitings.iter().find(|known| is_same_puncture(known, new)) {
            new.operator = known.operator;
            new.supervisor = new.supervisor.or(known.supervisor);
        }
    }
    let doses = before.map_or(&[][..], |before| &before.doses);
    for new in &mut now.doses {
        let known = doses.iter().find(|known| is_same_dose(known, new));
        let late = known.map_or(is_late(new.given_at, at), |known| known.late == Some(true));
        new.late = late.then_some(true);
    }
    if let Some(new) = &mut now.test_dose {
        let known = before.and_then(|before| before.test_dose.as_ref());
        let known = known.filter(|known| known.given_at == new.given_at);
        let late = known.map_or(is_late(new.given_at, at), |known| known.late == Some(true));
        new.late = late.then_some(true);
    }
}

/// Whatever else is corrected of it.
fn is_same_dose(known: &Dose, new: &Dose) -> bool {
    (known.given_at, known.drug, known.route) == (new.given_at, new.drug, new.route)
}

fn is_same_puncture(known: &Resiting, new: &Resiting) -> bool {
    known.at == new.at
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn record(doses: Value) -> Record {
        serde_json::from_value(json!({ "technique": "epidural", "indication": "labor", "doses": doses }))
            .unwrap()
    }

    fn dose(time: &str, amount: &str) -> Value {
        json!({
            "given_at": format!("2026-03-02T{time}:00Z"), "drug": "ropivacaine", "route": "epidural", "use": "labor",
            "amount": amount, "late": true
        })
    }

    fn lates(record: &Record) -> Vec<Option<bool>> {
        record.doses.iter().map(|dose| dose.late).collect()
    }

    #[test]
    fn a_dose_is_late_by_the_version_that_told_of_it_first() {
        let at = |time: &str| format!("2026-03-02T{time}:00Z").parse().unwrap();
        let mut first = record(json!([dose("08:00", "10"), dose("08:40", "5")]));
        carry(None, &mut first, at("09:00"));
        assert_eq!(lates(&first), [Some(true), None], "whatever its writer says");
        let mut next = record(json!([
            dose("08:00", "10"),
            dose("08:40", "6"),
            dose("08:50", "5")
        ]));
        carry(Some(&first), &mut next, at("09:30"));
        assert_eq!(lates(&next), [Some(true), None, Some(true)]);
    }
}
