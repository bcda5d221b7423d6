//! The end of analgesia. Sources: SOAP-AC18 (intervals of heparin, to be confirmed for the hospital), UK-LEG-2020.

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;

use super::Sheet;
use super::birth::bled_much;
use super::doses::{bags, is_opioid, micrograms, milligrams, total};
use crate::analgesia::model::{Amount, Delivery, Dose, DoseUse, Drug, Record, Route, Stop};

/// She raises the straight leg by then, counted from the last dose.
pub const LEG_RAISE: Duration = Duration::hours(4);
/// The check is missed by then.
pub const LEG_RAISE_MISSED: Duration = Duration::minutes(270);

/// Sums that are this close are the same: what stays in a line is rounded by everybody in another way.
const SAME_TOTAL: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// When low-molecular-weight heparin may be given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextHeparin {
    /// Prophylactic: 4 h after removal and 12 h after the last puncture; none where it is decided by hand.
    pub prophylactic_at: Option<DateTime<Utc>>,
    /// Therapeutic: 4 h after removal and 24 h after the last puncture; none where it is decided by hand.
    pub therapeutic_at: Option<DateTime<Utc>>,
    /// The puncture was bloody or she bled much: anesthesiologist and obstetrician decide.
    pub by_hand: bool,
    /// The catheter came out less than 12 h after the last prophylactic dose.
    pub removed_early: bool,
}

/// The earliest next doses of heparin; none while the catheter is in, also a new one. A bloody puncture or heavy bleeding
/// is decided by hand.
pub fn next_heparin(stop: &Stop, record: &Record, birth: Option<&Delivery>) -> Option<NextHeparin> {
    let removed = removed_at(Some(record), Some(stop))?;
    let again = record.resitings.iter().map(|new| new.at);
    let puncture = record.puncture_at.into_iter().chain(again).max()?;
    let by_hand = record.blood == Some(true) || birth.is_some_and(bled_much);
    let after = |hours: i64| {
        let earliest = (removed + Duration::hours(4)).max(puncture + Duration::hours(hours));
        (!by_hand).then_some(earliest)
    };
    Some(NextHeparin {
        prophylactic_at: after(12),
        therapeutic_at: after(24),
        by_hand,
        removed_early: stop
            .last_lmwh_at
            .is_some_and(|last| removed - last < Duration::hours(12)),
    })
}

/// Whether a dose went to the spinal canal.
pub fn is_neuraxial(dose: &Dose) -> bool {
    matches!(dose.route, Route::Epidural | Route::Intrathecal)
}

/// The end of analgesia that counts: none where it began again after it.
pub fn standing_end<'a>(record: Option<&Record>, stop: Option<&'a Stop>) -> Option<&'a Stop> {
    stop.filter(|stop| !record.is_some_and(|record| resumes(record, stop)))
}

/// When the catheter came out for good: none while one is in that was placed, or dosed through, after that.
pub fn removed_at(record: Option<&Record>, stop: Option<&Stop>) -> Option<DateTime<Utc>> {
    let removed = stop?.catheter_removed_at?;
    (!record.is_some_and(|record| goes_on_after(record, removed))).then_some(removed)
}

fn resumes(record: &Record, stop: &Stop) -> bool {
    goes_on_after(record, stop.stop_at)
}

fn goes_on_after(record: &Record, end: DateTime<Utc>) -> bool {
    let after = |at: DateTime<Utc>| at > end;
    let dosed = |dose: &Dose| dose.purpose == DoseUse::Labor && is_neuraxial(dose) && after(dose.given_at);
    record.doses.iter().any(dosed)
        || record.resitings.iter().any(|new| after(new.at))
        || record
            .pump
            .as_ref()
            .and_then(|pump| pump.started_at)
            .is_some_and(after)
}

/// The last neuraxial dose, from which four hours count until she raises her legs. While a pump runs there is none yet;
/// one that nobody stopped is taken to have run until she gave birth or left.
pub fn last_dose(
    record: &Record,
    stop: Option<&Stop>,
    left_at: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    let stop = standing_end(Some(record), stop);
    let doses = record.doses.iter();
    let by_hand = doses
        .filter(|dose| is_neuraxial(dose))
        .map(|dose| dose.given_at)
        .chain(record.test_dose.as_ref().map(|test| test.given_at))
        .chain(record.first_dose_at)
        .max();
    // Also one that was taken off the record has run.
    let ended = match (stop, bags(record).next()) {
        (Some(stop), Some(_)) => Some(stop.last_dose_at.unwrap_or(stop.stop_at)),
        (Some(stop), None) => stop.last_dose_at,
        (None, Some(_)) => Some(left_at?),
        (None, None) => None,
    };
    by_hand.max(ended)
}

/// What was given in all, by the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Local anesthetics, mg.
    pub local_anesthetic_mg: Decimal,
    /// Opioids, µg.
    pub opioid_ug: Decimal,
    /// Pointers of the sums at the end of analgesia that say something else.
    pub differs: Vec<&'static str>,
}

/// Sums doses, the test dose and every bag, and compares them with what was written down at the end.
pub fn totals(record: &Record, stop: Option<&Stop>) -> Totals {
    let local = |drug: Drug| {
        use Drug::{Bupivacaine, Chloroprocaine, Levobupivacaine, Lidocaine, Ropivacaine};
        matches!(
            drug,
            Ropivacaine | Bupivacaine | Levobupivacaine | Lidocaine | Chloroprocaine
        )
    };
    let given = |wanted: &dyn Fn(Drug) -> bool| {
        let doses = record.doses.iter().filter(|dose| wanted(dose.drug));
        total(doses.map(|dose| dose.amount.0))
    };
    let test = record
        .test_dose
        .iter()
        .filter(|test| local(test.drug))
        .map(|test| test.amount.0);
    let by_bags = total(bags(record).map(milligrams));
    let local_anesthetic_mg = given(&local).saturating_add(total(test)).saturating_add(by_bags);
    let opioid_ug = given(&is_opioid).saturating_add(total(bags(record).map(micrograms)));
    let far = |written: Option<Amount>, reckoned: Decimal| {
        written.is_some_and(|written| written.0.saturating_sub(reckoned).abs() > reckoned.abs() * SAME_TOTAL)
    };
    let mut differs = Vec::new();
    if far(
        stop.and_then(|stop| stop.local_anesthetic_mg),
        local_anesthetic_mg,
    ) {
        differs.push("/stop/local_anesthetic_mg");
    }
    if far(stop.and_then(|stop| stop.opioid_ug), opioid_ug) {
        differs.push("/stop/opioid_ug");
    }
    Totals {
        local_anesthetic_mg,
        opioid_ug,
        differs,
    }
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
        (stop.catheter_removed_cm, "/catheter_removed_cm"),
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
            catheter_removed_cm: None,
            last_lmwh_at: heparin.map(hour),
            puncture_site: None,
            bromage: None,
            bromage_explanation: None,
            first_void_at: None,
            first_walk_at: None,
            leg_raise: None,
            leg_raise_at: None,
            correction_reason: None,
        }
    }

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + Duration::hours(hours)
    }

    fn punctured(blood: bool, again: &[i64]) -> Record {
        let again: Vec<_> = again
            .iter()
            .map(|hours| json!({ "at": at(*hours), "technique": "epidural", "reason": "导管脱出" }))
            .collect();
        serde_json::from_value(json!({ "puncture_at": at(0), "blood": blood, "resitings": again })).unwrap()
    }

    #[test]
    fn the_later_interval_counts() {
        let ends = |removed| Stop {
            stop_at: at(removed),
            ..stop(removed, None)
        };
        for (removed, again, prophylactic, therapeutic) in
            [(6, &[][..], 12, 24), (22, &[], 26, 26), (12, &[10], 22, 34)]
        {
            let next = next_heparin(&ends(removed), &punctured(false, again), None).unwrap();
            assert_eq!(next.prophylactic_at, Some(at(prophylactic)), "{removed}");
            assert_eq!(next.therapeutic_at, Some(at(therapeutic)), "{removed}");
            assert!(!next.by_hand);
        }
        assert_eq!(
            next_heparin(&ends(6), &punctured(false, &[10]), None),
            None,
            "the new catheter is in"
        );
    }

    #[test]
    fn after_a_bloody_puncture_or_much_bleeding_the_time_is_set_by_hand() {
        let birth = |ml: i64| -> Delivery {
            let body = json!({ "mode": "forceps", "birth_place": "here", "blood_loss_ml": ml, "babies": [] });
            serde_json::from_value(body).unwrap()
        };
        for (blood, lost, by_hand) in [(false, 499, false), (false, 500, true), (true, 200, true)] {
            let next = next_heparin(&stop(6, None), &punctured(blood, &[]), Some(&birth(lost))).unwrap();
            assert_eq!(next.by_hand, by_hand, "{lost}");
            assert_eq!(next.prophylactic_at.is_none(), by_hand);
            assert_eq!(next.therapeutic_at.is_none(), by_hand);
        }
    }

    #[test]
    fn a_catheter_that_came_out_too_soon_after_heparin_is_named() {
        let early = |removed| {
            let next = next_heparin(&stop(removed, Some(0)), &punctured(false, &[]), None);
            next.unwrap().removed_early
        };
        assert!(early(11));
        assert!(!early(12));
    }

    #[test]
    fn an_end_after_which_analgesia_went_on_counts_no_longer() {
        let with = |dose: i64, purpose: &str| -> Record {
            let dose = json!({
                "given_at": at(dose), "drug": "ropivacaine", "route": "epidural", "use": purpose, "amount": "5"
            });
            serde_json::from_value(json!({ "doses": [dose] })).unwrap()
        };
        let ended = Stop {
            stop_at: at(3),
            ..stop(6, None)
        };
        assert!(!resumes(&with(2, "labor"), &ended));
        assert!(resumes(&with(4, "labor"), &ended));
        assert!(!resumes(&with(4, "anesthesia"), &ended), "a cesarean");
        assert!(resumes(&punctured(false, &[4]), &ended));
    }

    #[test]
    fn the_legs_are_checked_after_the_last_dose_whether_or_not_the_end_was_written_down() {
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
        let late = Stop {
            stop_at: at(7),
            ..ended
        };
        assert_eq!(last_dose(&record(true), Some(&late), Some(at(9))), Some(at(7)));
    }

    #[test]
    fn the_sums_at_the_end_are_those_of_doses_and_bags() {
        let bag = |ml: &str| {
            json!({
                "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": "0.1", "hourly_limit_ml_h": "20",
                "opioid": "sufentanil", "opioid_ug_ml": "0.5", "given_ml": ml,
                "reservoir": { "label": "x", "batch": "B", "expires_on": "2027-01-01" },
            })
        };
        let dose = |drug: &str, amount: &str| json!({ "given_at": DateTime::UNIX_EPOCH, "drug": drug, "route": "epidural", "use": "labor", "amount": amount });
        let record: Record = serde_json::from_value(json!({
            "doses": [dose("ropivacaine", "10"), dose("sufentanil", "5"), dose("ephedrine", "10")],
            "test_dose": { "given_at": DateTime::UNIX_EPOCH, "drug": "lidocaine", "amount": "45", "result": "negative" },
            "earlier_pumps": [bag("50")], "pump": bag("20"),
        }))
        .unwrap();
        let mut written = stop(6, None);
        let at = |written: &Stop| totals(&record, Some(written));
        // 10 + 45 + 50 + 20 mg; 5 + 25 + 10 µg.
        assert_eq!(at(&written).local_anesthetic_mg, Decimal::from(125));
        assert_eq!(at(&written).opioid_ug, Decimal::from(40));
        assert!(at(&written).differs.is_empty());
        written.local_anesthetic_mg = Some(Amount::from(131));
        written.opioid_ug = Some(Amount::from(43));
        assert_eq!(at(&written).differs, ["/stop/opioid_ug"]);
    }
}
