//! The second stage of a complication, or of what was seen: what is to be done by when, and who is called when it was not.
//! Sources: UK-LEG-2020; the rest GK.

use chrono::{DateTime, Duration, Utc};

use super::Call;
use super::alarms::LASTING_LOW;
use crate::analgesia::model::{Alarm, ComplicationCode, Event, Record};
use crate::base::Role::{Anesthesiologist as A, Obstetrician as O};

/// A block that gives no relief is replaced within this time.
pub const RESITING: Duration = Duration::minutes(30);

/// From the decision on a cesarean in labor to the birth.
pub const DELIVERY: Duration = Duration::minutes(30);

const LASTING: &[(Alarm, Duration)] = &[(Alarm::LastingHypotension, LASTING_LOW)];
const FAILED: &[(Alarm, Duration)] = &[(Alarm::ResitingDue, RESITING)];
const HEMATOMA: &[(Alarm, Duration)] = &[
    (Alarm::ImagingDue, Duration::hours(4)),
    (Alarm::DecompressionDue, Duration::hours(8)),
];
const CONVERSION: &[(Alarm, Duration)] = &[(Alarm::DeliveryDue, DELIVERY)];
const HEADACHE: &[(Alarm, Duration)] = &[(Alarm::HeadacheReviewDue, Duration::hours(24))];

/// The clocks that a complication starts: what is called out, and how long after its onset.
pub fn clocks(code: ComplicationCode) -> &'static [(Alarm, Duration)] {
    match code {
        ComplicationCode::Hypotension => LASTING,
        ComplicationCode::FailedBlock => FAILED,
        ComplicationCode::Hematoma => HEMATOMA,
        ComplicationCode::Pdph => HEADACHE,
        ComplicationCode::ConversionCs => CONVERSION,
        _ => &[],
    }
}

/// Whether a clock that a complication started still counts for it, as it stands now: it was not corrected to another one,
/// or to another onset, which has a clock of its own.
pub fn counts(alarm: Alarm, since: DateTime<Utc>, event: &Event) -> bool {
    let started = clocks(event.code).iter().any(|(known, _)| *known == alarm);
    started && event.onset_at.timestamp() == since.timestamp()
}

/// Whom a clock calls that has run out.
pub fn called_by(alarm: Alarm) -> Call {
    match alarm {
        Alarm::ImagingDue | Alarm::DecompressionDue | Alarm::FetalBradycardia | Alarm::DeliveryDue => {
            Call::now(&[A, O])
        }
        _ => Call::now(&[A]),
    }
}

/// Whether what a complication's clock asks for was done.
pub fn was_done(alarm: Alarm, event: &Event, record: Option<&Record>) -> bool {
    let over = event.resolved_at.is_some();
    match alarm {
        // Imaging is a step on the way, no relief; and so is the way to the operating room, no birth.
        Alarm::DecompressionDue | Alarm::DeliveryDue => over,
        Alarm::ResitingDue => over || event.acted_at.is_some() || was_replaced(record, event.onset_at),
        _ => over || event.acted_at.is_some(),
    }
}

/// Whether a block was placed anew, or given up, since a moment.
pub fn was_replaced(record: Option<&Record>, since: DateTime<Utc>) -> bool {
    record.is_some_and(|record| record.abandoned || record.resitings.iter().any(|new| new.at >= since))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(code: &str, more: Value) -> Event {
        let mut body = json!({ "code": code, "onset_at": "2026-03-02T08:00:00Z", "severity": 2 });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn imaging_within_four_hours_stops_its_clock_and_not_that_of_the_operation() {
        let imaged = event("hematoma", json!({ "acted_at": "2026-03-02T09:00:00Z" }));
        assert!(was_done(Alarm::ImagingDue, &imaged, None));
        assert!(!was_done(Alarm::DecompressionDue, &imaged, None));
        let relieved = event("hematoma", json!({ "resolved_at": "2026-03-02T12:00:00Z" }));
        assert!(was_done(Alarm::DecompressionDue, &relieved, None));
        let after: Vec<i64> = clocks(ComplicationCode::Hematoma)
            .iter()
            .map(|(_, after)| after.num_hours())
            .collect();
        assert_eq!(after, [4, 8]);
    }

    #[test]
    fn a_cesarean_in_labor_has_half_an_hour_until_the_birth_unless_it_was_called_off() {
        let conversion = [(Alarm::DeliveryDue, Duration::minutes(30))];
        assert_eq!(clocks(ComplicationCode::ConversionCs), conversion);
        let on_the_way = event("conversion_cs", json!({ "acted_at": "2026-03-02T08:10:00Z" }));
        assert!(!was_done(Alarm::DeliveryDue, &on_the_way, None));
        let called_off = event("conversion_cs", json!({ "resolved_at": "2026-03-02T08:10:00Z" }));
        assert!(was_done(Alarm::DeliveryDue, &called_off, None));
    }

    #[test]
    fn a_new_puncture_is_what_a_failed_block_waits_for() {
        let failed = event("failed_block", json!({}));
        let record = |at: &str| -> Record {
            serde_json::from_value(json!({
                "resitings": [{ "at": at, "technique": "epidural", "reason": "无效" }]
            }))
            .unwrap()
        };
        assert!(!was_done(Alarm::ResitingDue, &failed, None));
        assert!(!was_done(
            Alarm::ResitingDue,
            &failed,
            Some(&record("2026-03-02T07:50:00Z"))
        ));
        assert!(was_done(
            Alarm::ResitingDue,
            &failed,
            Some(&record("2026-03-02T08:20:00Z"))
        ));
    }
}
