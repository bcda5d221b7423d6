//! What must be before what: admission, time-out, the start of the block, the one-hour score.
//!
//! Sources: CN-EP, CE-202; the interval of an anticoagulant SOAP-AC18.

use chrono::{DateTime, Duration, Timelike, Utc};

use super::Sheet;
use crate::analgesia::limits;
use crate::analgesia::model::{
    Admission, Checks, Countdown, CountdownState, DoseUse, Indication, Labor, Membranes, Record, Route,
    Technique,
};
use crate::consent::model::TechniqueClass;

/// The score that the national indicator asks for.
pub const ONE_HOUR: Duration = Duration::minutes(60);

/// The span within which a score counts as the one of one hour, both ends included.
pub fn window(first_dose_at: DateTime<Utc>, either_side_min: i64) -> (DateTime<Utc>, DateTime<Utc>) {
    let middle = first_dose_at + ONE_HOUR;
    let side = Duration::minutes(either_side_min);
    (middle - side, middle + side)
}

/// Checks what was found at admission.
pub fn check_admission(sheet: &mut Sheet, admitted_at: DateTime<Utc>, found: &Admission) {
    sheet.past(Some(admitted_at), "/admitted_at");
    sheet.past(found.ruptured_at, "/ruptured_at");
    if let Some(cm) = found.cervical_dilation_cm {
        let pointer = "/cervical_dilation_cm";
        sheet.faults.check(cm.in_halves(0, 10), pointer, "score_halves");
    }
    sheet.agree(
        found.ruptured_at.is_none() || found.membranes == Membranes::Ruptured,
        "/ruptured_at",
    );
    sheet.score(found.station, "/station", -5, 5);
    sheet.score(found.fhr_baseline, "/fhr_baseline", 0, i64::MAX);
    if let Some(fhr) = found.fhr_baseline {
        sheet.measured("/fhr_baseline", &limits::FHR, fhr);
    }
    sheet.explained(found.confirmed_reason.as_deref(), "/confirmed_reason");
}

/// Each check of the time-out must hold; those that don't are named.
pub fn check_time_out(sheet: &mut Sheet, checks: &Checks) {
    for (holds, name) in [
        (checks.identity, "identity"),
        (checks.consent_valid, "consent_valid"),
        (checks.allergies, "allergies"),
        (checks.anticoagulant_interval, "anticoagulant_interval"),
        (checks.platelets_seen, "platelets_seen"),
        (checks.iv_access, "iv_access"),
        (checks.monitoring_on, "monitoring_on"),
        (checks.resuscitation_ready, "resuscitation_ready"),
        (checks.lipid_emulsion_ready, "lipid_emulsion_ready"),
        (checks.still_wants, "still_wants"),
    ] {
        sheet
            .faults
            .check(holds, &format!("/checks/{name}"), "check_failed");
    }
}

/// Whether the interval of her anticoagulant is not over, or nobody knows whether it is.
pub fn too_early(countdown: Option<&Countdown>) -> bool {
    countdown.is_some_and(|one| one.state != CountdownState::Over)
}

/// What she said at admission holds for a day.
const RECHECK_HOLDS: Duration = Duration::hours(24);
/// Then she is asked again, at most so long before the puncture.
const RECHECKED_BEFORE: Duration = Duration::hours(2);

/// Until when the re-check of a labor holds; none before there is one. `filed` is when those of her pregnancy came in; one
/// from just before the admission is that of the admission.
pub fn recheck_holds_until(labor: &Labor, filed: &[DateTime<Utc>]) -> Option<DateTime<Utc>> {
    let from = labor.admitted_at - RECHECKED_BEFORE;
    let own = || filed.iter().copied().filter(|at| *at >= from);
    let (first, last) = (own().min()?, own().max()?);
    Some((first + RECHECK_HOLDS).max(last + RECHECKED_BEFORE))
}

/// Whether a record says that something neuraxial was done.
pub fn has_block(record: &Record) -> bool {
    record.technique.is_some()
        || record.puncture_at.is_some()
        || record.first_dose_at.is_some()
        || record
            .doses
            .iter()
            .any(|dose| matches!(dose.route, Route::Epidural | Route::Intrathecal))
}

/// Whether a record needs her consent to labor analgesia: a block that was meant for labor. Anesthesia for an
/// operation has its own consent, outside this service.
pub fn needs_consent(record: &Record) -> bool {
    has_block(record) && matches!(record.indication, None | Some(Indication::Labor))
}

/// The class of a technique, as a consent names it (RC4).
pub fn class(technique: Technique) -> TechniqueClass {
    match technique {
        Technique::Epidural | Technique::Cse | Technique::Dpe => TechniqueClass::Catheter,
        Technique::SpinalSingle => TechniqueClass::SpinalSingle,
    }
}

/// Whether a version of a record for labor names another class of technique than the one before it.
pub fn changes_class(before: Option<&Record>, now: &Record) -> bool {
    let class_of = |record: &Record| record.technique.map(class);
    let former = before.and_then(class_of);
    needs_consent(now) && former.is_some() && class_of(now).is_some() && former != class_of(now)
}

/// Whether a version of a record says that analgesia of labor went on after she took her consent back: a dose, a new
/// puncture, a program of the pump that the version before did not have. What treats an effect is no part of it.
pub fn goes_on(before: Option<&Record>, now: &Record, taken_back: DateTime<Utc>) -> bool {
    // Doses are written to the minute.
    let since = taken_back - Duration::seconds(i64::from(taken_back.second()));
    let is_new = |at: DateTime<Utc>, known: bool| at >= since && !known;
    let dosed = now.doses.iter().any(|dose| {
        let known = before.is_some_and(|before| before.doses.contains(dose));
        dose.purpose == DoseUse::Labor && is_new(dose.given_at, known)
    });
    let tested = now.test_dose.as_ref().is_some_and(|dose| {
        let known = before.is_some_and(|before| before.test_dose.as_ref() == Some(dose));
        is_new(dose.given_at, known)
    });
    let resited = now.resitings.iter().any(|one| {
        let known = before.is_some_and(|before| before.resitings.contains(one));
        is_new(one.at, known)
    });
    let pump = now.pump.is_some() && before.is_none_or(|before| before.pump != now.pump);
    needs_consent(now) && (dosed || tested || resited || pump)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_hour_window_has_both_ends() {
        let first = DateTime::<Utc>::UNIX_EPOCH;
        let (from, to) = window(first, 15);
        assert_eq!(from - first, Duration::minutes(45));
        assert_eq!(to - first, Duration::minutes(75));
    }

    #[test]
    fn only_an_interval_that_is_over_lets_her_through() {
        let countdown = |state| Countdown {
            state,
            not_before: None,
            remaining_min: None,
            waits: Vec::new(),
            unknown: Vec::new(),
            unsettled: Vec::new(),
        };
        assert!(too_early(Some(&countdown(CountdownState::Waiting))));
        assert!(too_early(Some(&countdown(CountdownState::Unknown))));
        assert!(!too_early(Some(&countdown(CountdownState::Over))));
        assert!(!too_early(None));
    }
}
