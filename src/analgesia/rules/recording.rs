//! The analgesia record. Sources: CN-EP; interspaces and depths GK.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::json;

use super::Sheet;
use super::doses::check_doses;
use super::program::{check_earlier, check_pump};
use crate::analgesia::limits;
use crate::analgesia::model::{
    AdpNext, CatheterSite, Complication, DoseUse, Indication, Interspace, Record, Route, Technique,
    TestResult,
};

/// Since when the catheter lies in the spinal fluid: by the record, or by the report of a dural puncture or a test dose that
/// no new puncture followed.
fn intrathecal_since(record: &Record, reported: &[Complication]) -> Option<DateTime<Utc>> {
    let left_there = reported
        .iter()
        .filter(|row| row.event.adp_next == Some(AdpNext::IntrathecalCatheter))
        .map(|row| row.event.onset_at);
    let tested = record.test_dose.iter();
    let tested = tested
        .filter(|test| test.result == TestResult::PositiveIt)
        .map(|test| test.given_at);
    let told = left_there
        .chain(tested)
        .filter(|since| !record.resitings.iter().any(|new| new.at > *since))
        .min();
    let lies = record.catheter_site == Some(CatheterSite::Intrathecal);
    told.or(lies.then(|| record.catheter_at.unwrap_or(DateTime::<Utc>::MIN_UTC)))
}

/// Checks a record in the light of the complications that were reported, and of when analgesia ended, if it has; whether
/// something was given beyond the hard limits.
pub fn check_record(
    sheet: &mut Sheet,
    record: &Record,
    reported: &[Complication],
    ended: Option<DateTime<Utc>>,
) {
    let intrathecal = intrathecal_since(record, reported);
    times(sheet, record);
    puncture(sheet, record);
    first_dose(sheet, record);
    check_doses(sheet, record, intrathecal, ended);
    check_earlier(sheet, record);
    if let Some(pump) = &record.pump {
        if intrathecal.is_some() {
            sheet.refuse("/pump", "intrathecal_catheter", json!({}));
        }
        check_pump(sheet, pump);
    }
    for (index, other) in record.other_analgesia.iter().enumerate() {
        let at = format!("/other_analgesia/{index}");
        sheet.past(other.at, &format!("{at}/at"));
        sheet.note(other.note.as_deref(), &format!("{at}/note"), 200);
    }
    for (why, pointer) in [
        (&record.exception, "/exception/reason"),
        (&record.unqualified, "/unqualified/reason"),
        (&record.after_withdrawal, "/after_withdrawal/reason"),
    ] {
        if let Some(why) = why {
            sheet.faults.text(&why.reason, pointer, 1, 500);
        }
    }
    sheet.reasoned(record.confirmed_reason.as_deref(), "/confirmed_reason");
    if let Some(declared) = &record.given_outside_limits {
        sheet
            .faults
            .text(&declared.reason, "/given_outside_limits/reason", 1, 500);
    }
}

fn times(sheet: &mut Sheet, record: &Record) {
    for (at, pointer) in [
        (record.decision_at, "/decision_at"),
        (record.puncture_at, "/puncture_at"),
        (record.catheter_at, "/catheter_at"),
        (record.first_dose_at, "/first_dose_at"),
    ] {
        sheet.past(at, pointer);
    }
    let in_order = |first: Option<_>, then: Option<_>| first.zip(then).is_none_or(|(a, b)| a <= b);
    sheet.agree(in_order(record.puncture_at, record.catheter_at), "/catheter_at");
    sheet.agree(
        in_order(record.puncture_at, record.first_dose_at),
        "/first_dose_at",
    );
}

fn puncture(sheet: &mut Sheet, record: &Record) {
    if let Some(attempts) = record.needle_attempts {
        sheet
            .faults
            .check(attempts >= 1, "/needle_attempts", "range_attempts");
        sheet.measured("/needle_attempts", &limits::NEEDLE_ATTEMPTS, attempts);
    }
    for (depth, pointer, limit) in [
        (record.lor_depth_cm, "/lor_depth_cm", &limits::LOR_DEPTH),
        (
            record.catheter_depth_cm,
            "/catheter_depth_cm",
            &limits::CATHETER_DEPTH,
        ),
        (record.weight_kg, "/weight_kg", &limits::WEIGHT),
    ] {
        if let Some(depth) = depth {
            sheet.faults.check(depth.0 > Decimal::ZERO, pointer, "format");
            sheet.measured(pointer, limit, depth.0);
        }
    }
    interspace(sheet, record.technique, record.interspace, "/interspace");
    for (index, new) in record.resitings.iter().enumerate() {
        let at = format!("/resitings/{index}");
        sheet.past(Some(new.at), &format!("{at}/at"));
        sheet.faults.text(&new.reason, &format!("{at}/reason"), 1, 500);
        interspace(
            sheet,
            Some(new.technique),
            new.interspace,
            &format!("{at}/interspace"),
        );
    }
}

/// Palpation is often one space off, and the cord may end at L2: passing the dura above L2-3 is never meant.
fn interspace(sheet: &mut Sheet, technique: Option<Technique>, space: Option<Interspace>, pointer: &str) {
    let epidural = matches!(technique, None | Some(Technique::Epidural));
    match space {
        Some(Interspace::T12L1) => sheet.beyond(pointer, "out_of_limits", json!({ "max": "L2-3" })),
        Some(Interspace::L1L2) if epidural => sheet.unusual(pointer, json!({ "max": "L2-3" })),
        Some(Interspace::L1L2) => sheet.beyond(pointer, "out_of_limits", json!({ "max": "L3-4" })),
        Some(Interspace::L2L3) if !epidural => sheet.unusual(pointer, json!({ "max": "L3-4" })),
        _ => {}
    }
}

fn first_dose(sheet: &mut Sheet, record: &Record) {
    let neuraxial = record
        .doses
        .iter()
        .filter(|dose| matches!(dose.route, Route::Epidural | Route::Intrathecal));
    if neuraxial.clone().next().is_some() || record.first_dose_at.is_some() {
        sheet.need(record.technique.is_some(), "/technique");
        sheet.need(record.indication.is_some(), "/indication");
    }
    let for_labor = neuraxial.filter(|dose| dose.purpose == DoseUse::Labor);
    if record.indication == Some(Indication::Labor)
        && let Some(earliest) = for_labor.map(|dose| dose.given_at).min()
    {
        match record.first_dose_at {
            None => sheet.need(false, "/first_dose_at"),
            Some(first) => sheet.agree(first <= earliest, "/first_dose_at"),
        }
    }
}

#[cfg(test)]
#[path = "recording_tests/mod.rs"]
mod tests;
