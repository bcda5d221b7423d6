//! When a version corrects the one before it, so that it says why: something that stood there is changed or left out.
//! What is only added, as another dose or a field that was open, corrects nothing.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::analgesia::model::{Delivery, Record, Stop};
use crate::base::error::Result;

/// Whether a version of the record corrects the one before it. The pump goes on running, and the bags before it have a
/// list of their own; what is carried over when it is left out is not lost.
///
/// Errors: `Broken`.
pub fn corrects_record(before: &Record, now: &Record) -> Result<bool> {
    let carried = before.clone();
    let before = Record {
        pump: None,
        abandoned: before.abandoned || now.abandoned,
        exception: carried.exception.filter(|_| now.exception.is_some()),
        // Each puncture may have a reason of its own.
        unqualified: None,
        after_withdrawal: carried
            .after_withdrawal
            .filter(|_| now.after_withdrawal.is_some()),
        confirmed: Vec::new(),
        confirmed_reason: None,
        correction_reason: None,
        ..before.clone()
    };
    corrects(&before, now)
}

/// Whether what lies beyond the limits is what stood there before: the dose, puncture or test itself, and of a sum all doses.
///
/// Errors: `Broken`.
pub fn unchanged(before: &Record, now: &Record, outside: &BTreeSet<String>) -> Result<bool> {
    let (before, now) = (serde_json::to_value(before)?, serde_json::to_value(now)?);
    let same = |pointer: &String| {
        let mut parts = pointer.split('/').skip(1);
        let whole = format!("/{}", parts.next().unwrap_or_default());
        let index = parts.next().filter(|part| part.parse::<usize>().is_ok());
        let place = index.map_or_else(|| whole.clone(), |index| format!("{whole}/{index}"));
        before.pointer(&place) == now.pointer(&place)
    };
    Ok(outside.iter().all(same))
}

/// Whether a version of the end of analgesia corrects the one before it. Her legs are tried again and again.
///
/// Errors: `Broken`.
pub fn corrects_stop(before: &Stop, now: &Stop) -> Result<bool> {
    let mut before = Stop {
        correction_reason: None,
        ..before.clone()
    };
    if now.leg_raise_at > before.leg_raise_at {
        before.leg_raise = None;
        before.leg_raise_at = None;
    }
    corrects(&before, now)
}

/// Whether a version of the birth corrects the one before it, whichever baby it names first.
///
/// Errors: `Broken`.
pub fn corrects_delivery(before: &Delivery, now: &Delivery) -> Result<bool> {
    let before = Delivery {
        confirmed: Vec::new(),
        confirmed_reason: None,
        correction_reason: None,
        ..before.clone()
    };
    let mut now = now.clone();
    now.babies.sort_by_key(|baby| baby.baby_no);
    corrects(&before, &now)
}

fn corrects(before: &impl Serialize, now: &impl Serialize) -> Result<bool> {
    let (before, now) = (serde_json::to_value(before)?, serde_json::to_value(now)?);
    Ok(changes(&before, &now))
}

/// Whether something that stood there is another one now, or gone. In a list something may come in between: what is
/// remembered later has its place by time.
fn changes(before: &Value, now: &Value) -> bool {
    match (before, now) {
        (Value::Null, _) => false,
        (Value::Object(before), Value::Object(now)) => before
            .iter()
            .any(|(member, old)| changes(old, now.get(member).unwrap_or(&Value::Null))),
        (Value::Array(before), Value::Array(now)) => {
            let mut now = now.iter();
            before.iter().any(|old| !now.any(|new| !changes(old, new)))
        }
        _ => before != now,
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;

    fn with<T: DeserializeOwned>(body: &Value, member: &str, value: Value) -> T {
        let mut body = body.clone();
        body[member] = value;
        serde_json::from_value(body).unwrap()
    }

    fn dose(time: &str, amount: &str) -> Value {
        json!({
            "given_at": format!("2026-03-02T{time}:00Z"), "drug": "ropivacaine", "route": "epidural", "use": "labor",
            "amount": amount
        })
    }

    fn record(member: &str, value: Value) -> Record {
        let body = json!({
            "technique": "epidural", "indication": "labor", "blood": false, "weight_kg": "70.0",
            "doses": [dose("08:00", "10"), dose("09:00", "5")], "exception": { "reason": "急诊" }
        });
        with(&body, member, value)
    }

    #[test]
    fn what_is_added_to_a_record_corrects_nothing() {
        let before = record("blood", json!(false));
        let (first, last) = (dose("08:00", "10"), dose("09:00", "5"));
        for (member, value) in [
            ("interspace", json!("L3-4")),
            ("weight_kg", json!("70")),
            ("doses", json!([first, last, dose("10:00", "5")])),
            ("doses", json!([first, dose("08:30", "5"), last])),
            ("abandoned", json!(true)),
            ("exception", Value::Null),
            ("confirmed", json!(["/weight_kg"])),
        ] {
            let now = record(member, value);
            assert!(!corrects_record(&before, &now).unwrap(), "{member}");
        }
        let mut wider = dose("08:00", "10");
        wider["volume_ml"] = json!("10");
        let now = record("doses", json!([wider, last]));
        assert!(!corrects_record(&before, &now).unwrap());
    }

    #[test]
    fn what_is_changed_or_left_out_of_a_record_is_corrected() {
        let before = record("catheter_depth_cm", json!("4"));
        let same = |member: &str, value: Value| {
            let mut now = record(member, value);
            now.catheter_depth_cm = now.catheter_depth_cm.or(before.catheter_depth_cm);
            now
        };
        for (member, value) in [
            ("technique", json!("cse")),
            ("blood", json!(true)),
            ("blood", Value::Null),
            ("catheter_depth_cm", json!("5")),
            ("doses", json!([dose("08:00", "10")])),
            ("doses", json!([dose("08:00", "12"), dose("09:00", "5")])),
            ("exception", json!({ "reason": "另一个原因" })),
        ] {
            let now = same(member, value);
            assert!(corrects_record(&before, &now).unwrap(), "{member}");
        }
        let given_up = same("abandoned", json!(true));
        assert!(corrects_record(&given_up, &before).unwrap());
    }

    #[test]
    fn a_birth_gains_what_was_not_known_and_its_babies_come_in_any_order() {
        let baby = |number: i64| {
            json!({
                "baby_no": number, "sex": "female", "born_at": "2026-03-02T08:00:00Z", "outcome": "alive"
            })
        };
        let body = json!({ "mode": "forceps", "birth_place": "here", "babies": [baby(1), baby(2)] });
        let birth = |babies: Value| -> Delivery { with(&body, "babies", babies) };
        let before = birth(json!([baby(1), baby(2)]));
        let mut weighed = baby(1);
        weighed["weight_g"] = json!(3000);
        let now = birth(json!([baby(2), weighed]));
        assert!(!corrects_delivery(&before, &now).unwrap());
        assert!(corrects_delivery(&now, &before).unwrap(), "her weight is gone");
        let other: Delivery = with(&body, "mode", json!("vacuum"));
        assert!(corrects_delivery(&before, &other).unwrap());
    }

    #[test]
    fn a_later_straight_leg_raise_is_another_one() {
        let stop = |raised: &str, time: &str| -> Stop {
            let body = json!({
                "stop_at": "2026-03-02T08:00:00Z", "reason": "delivered", "leg_raise": raised
            });
            with(&body, "leg_raise_at", json!(format!("2026-03-02T{time}:00Z")))
        };
        let before = stop("unable", "12:00");
        assert!(!corrects_stop(&before, &stop("able", "13:00")).unwrap());
        assert!(corrects_stop(&before, &stop("able", "12:00")).unwrap());
    }
}
