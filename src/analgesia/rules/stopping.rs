//! The end of analgesia. Sources: SOAP-AC18 (intervals of heparin, to be confirmed for the hospital), UK-LEG-2020.

use chrono::{DateTime, Duration, Utc};

use super::Sheet;
use crate::analgesia::model::{Record, Route, Stop};

/// She raises the straight leg by then, counted from the last dose.
pub const LEG_RAISE: Duration = Duration::hours(4);
/// The check is missed by then.
pub const LEG_RAISE_MISSED: Duration = Duration::minutes(270);

/// When low-molecular-weight heparin may be given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextHeparin {
    /// Prophylactic: 4 h after removal and 12 h after puncture.
    pub prophylactic_at: DateTime<Utc>,
    /// Therapeutic: 4 h after removal and 24 h after puncture.
    pub therapeutic_at: DateTime<Utc>,
    /// The catheter came out less than 12 h after the last prophylactic dose.
    pub removed_early: bool,
}

/// The earliest next doses of heparin; none while the catheter is in. A bloody puncture or heavy bleeding is decided
/// by hand.
pub fn next_heparin(stop: &Stop, puncture_at: Option<DateTime<Utc>>) -> Option<NextHeparin> {
    let removed = stop.catheter_removed_at?;
    let puncture = puncture_at?;
    let after_removal = removed + Duration::hours(4);
    Some(NextHeparin {
        prophylactic_at: after_removal.max(puncture + Duration::hours(12)),
        therapeutic_at: after_removal.max(puncture + Duration::hours(24)),
        removed_early: stop
            .last_lmwh_at
            .is_some_and(|last| removed - last < Duration::hours(12)),
    })
}

/// The last neuraxial dose, from which four hours count until she raises her legs. While a pump runs there is none yet;
/// one that nobody stopped is taken to have run until she gave birth or left.
pub fn last_dose(
    record: &Record,
    stop: Option<&Stop>,
    left_at: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    let doses = record.doses.iter();
    let neuraxial = doses.filter(|dose| matches!(dose.route, Route::Epidural | Route::Intrathecal));
    let by_hand = neuraxial
        .map(|dose| dose.given_at)
        .chain(record.test_dose.as_ref().map(|test| test.given_at))
        .chain(record.first_dose_at)
        .max();
    let ended = match (stop, &record.pump) {
        (Some(stop), Some(_)) => Some(stop.last_dose_at.unwrap_or(stop.stop_at)),
        (Some(stop), None) => stop.last_dose_at,
        (None, Some(_)) => Some(left_at?),
        (None, None) => None,
    };
    by_hand.max(ended)
}

/// Checks the end of analgesia.
pub fn check_stop(sheet: &mut Sheet, stop: &Stop) {
    for (at, pointer) in [
        (Some(stop.stop_at), "/stop_at"),
        (stop.last_dose_at, "/last_dose_at"),
        (stop.catheter_removed_at, "/catheter_removed_at"),
        (stop.last_lmwh_at, "/last_lmwh_at"),
        (stop.first_void_at, "/first_void_at"),
        (stop.first_walk_at, "/first_walk_at"),
        (stop.leg_raise_at, "/leg_raise_at"),
    ] {
        sheet.past(at, pointer);
    }
    let out = stop.catheter_removed_at.is_some();
    sheet.need(!out || stop.tip_intact.is_some(), "/tip_intact");
    sheet.need(
        stop.leg_raise.is_none() || stop.leg_raise_at.is_some(),
        "/leg_raise_at",
    );
    sheet.need(
        stop.leg_raise_at.is_none() || stop.leg_raise.is_some(),
        "/leg_raise",
    );
    sheet.score(stop.bromage, "/bromage", 0, 3);
    let weak = stop.bromage.is_some_and(|score| score > 0);
    sheet.need(
        !weak || stop.bromage_explanation.is_some(),
        "/bromage_explanation",
    );
    sheet.note(stop.bromage_explanation.as_deref(), "/bromage_explanation", 200);
    sheet.note(stop.puncture_site.as_deref(), "/puncture_site", 200);
    for (amount, pointer) in [
        (stop.local_anesthetic_mg, "/local_anesthetic_mg"),
        (stop.opioid_ug, "/opioid_ug"),
    ] {
        sheet.agree(amount.is_none_or(|a| !a.0.is_sign_negative()), pointer);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::analgesia::model::StopReason;

    fn stop(removed: i64, heparin: Option<i64>) -> Stop {
        let hour = |h: i64| DateTime::<Utc>::UNIX_EPOCH + Duration::hours(h);
        Stop {
            stop_at: hour(0),
            reason: StopReason::Delivered,
            last_dose_at: None,
            local_anesthetic_mg: None,
            opioid_ug: None,
            catheter_removed_at: Some(hour(removed)),
            tip_intact: Some(true),
            last_lmwh_at: heparin.map(hour),
            puncture_site: None,
            bromage: None,
            bromage_explanation: None,
            first_void_at: None,
            first_walk_at: None,
            leg_raise: None,
            leg_raise_at: None,
        }
    }

    #[test]
    fn the_later_interval_counts() {
        let puncture = DateTime::<Utc>::UNIX_EPOCH;
        let early = next_heparin(&stop(6, None), Some(puncture)).unwrap();
        assert_eq!(early.prophylactic_at - puncture, Duration::hours(12));
        assert_eq!(early.therapeutic_at - puncture, Duration::hours(24));
        let late = next_heparin(&stop(22, None), Some(puncture)).unwrap();
        assert_eq!(late.prophylactic_at - puncture, Duration::hours(26));
        assert_eq!(late.therapeutic_at - puncture, Duration::hours(26));
    }

    #[test]
    fn a_catheter_that_came_out_too_soon_after_heparin_is_named() {
        let puncture = Some(DateTime::<Utc>::UNIX_EPOCH);
        assert!(next_heparin(&stop(11, Some(0)), puncture).unwrap().removed_early);
        assert!(!next_heparin(&stop(12, Some(0)), puncture).unwrap().removed_early);
    }

    #[test]
    fn the_legs_are_checked_after_the_last_dose_whether_or_not_the_end_was_written_down() {
        let at = |h: i64| DateTime::<Utc>::UNIX_EPOCH + Duration::hours(h);
        let record = |pump: bool| -> Record {
            let mut body = json!({
                "technique": "spinal_single",
                "doses": [
                    { "given_at": at(1), "drug": "sufentanil", "route": "intrathecal", "use": "labor", "amount": "5" },
                    { "given_at": at(3), "drug": "ephedrine", "route": "intravenous", "use": "treatment", "amount": "5" },
                ],
            });
            if pump {
                body["pump"] = json!({
                    "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": "0.1", "hourly_limit_ml_h": "20",
                    "reservoir": { "label": "x", "batch": "B", "expires_on": "2027-01-01" },
                });
            }
            serde_json::from_value(body).unwrap()
        };
        let ended = stop(6, None);
        assert_eq!(last_dose(&record(false), None, None), Some(at(1)));
        assert_eq!(last_dose(&record(false), Some(&ended), None), Some(at(1)));
        assert_eq!(last_dose(&record(true), None, None), None);
        assert_eq!(last_dose(&record(true), None, Some(at(9))), Some(at(9)));
        let late = Stop { stop_at: at(7), ..ended };
        assert_eq!(last_dose(&record(true), Some(&late), Some(at(9))), Some(at(7)));
    }
}
