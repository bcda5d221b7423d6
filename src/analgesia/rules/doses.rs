//! Doses that were given. Every row has a route, and limits of one route are never used for another.
//! Source: CN-EP, labels; limits in `limits`.

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;

use super::Sheet;
use super::stopping::is_neuraxial;
use crate::analgesia::limits::{self, Limit};
use crate::analgesia::model::{Dose, DoseUse, Drug, Pump, Record, Route};

const TWO_HOURS: Duration = Duration::hours(2);
const ONE_DAY: Duration = Duration::hours(24);
/// No labor runs longer: a start that is further back is a slip.
const LONGEST_BAG_H: i64 = 240;

/// Checks everything given so far: each dose, totals, and sums within two hours and a day. The last bag ran until
/// `ended`, if analgesia has.
pub fn check_doses(
    sheet: &mut Sheet,
    record: &Record,
    intrathecal: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
) {
    for (index, dose) in record.doses.iter().enumerate() {
        check_dose(sheet, dose, intrathecal, &format!("/doses/{index}"));
    }
    test_dose(sheet, record);
    loading(sheet, record);
    totals(sheet, record);
    sums(sheet, record, ended.unwrap_or(sheet.now));
}

fn check_dose(sheet: &mut Sheet, dose: &Dose, intrathecal: Option<DateTime<Utc>>, at: &str) {
    let amount = format!("{at}/amount");
    sheet.past(Some(dose.given_at), &format!("{at}/given_at"));
    sheet.agree(dose.amount.0 > Decimal::ZERO, &amount);
    if let Some(volume) = dose.volume_ml {
        sheet.agree(volume.0 > Decimal::ZERO, &format!("{at}/volume_ml"));
    }
    let for_pain = is_opioid(dose.drug) || solution(dose.drug).is_some();
    // Only anesthesia for an operation is beyond these limits: a rescue dose is one of labor.
    let mistaken = for_pain && is_neuraxial(dose) && dose.purpose == DoseUse::Treatment;
    sheet.agree(!mistaken, &format!("{at}/use"));
    let through_dura = intrathecal.is_some_and(|since| dose.given_at >= since);
    if through_dura && dose.route == Route::Epidural && dose.purpose == DoseUse::Labor {
        let member = if dose.loading { "loading" } else { "route" };
        sheet.beyond(
            &format!("{at}/{member}"),
            "intrathecal_catheter",
            serde_json::json!({}),
        );
    }
    if dose.purpose == DoseUse::Labor
        && dose.route == Route::Epidural
        && let Some(limit) = solution(dose.drug)
    {
        let pointer = format!("{at}/concentration");
        match strength(dose) {
            Some(concentration) => sheet.given(&pointer, limit, concentration),
            // An opioid is also given undiluted; a local anesthetic of unknown strength may be a slip.
            None if is_opioid(dose.drug) => {}
            None => sheet.unusual(&pointer, limit.params()),
        }
    }
    if let Some(limit) = single(dose) {
        sheet.given(&amount, limit, dose.amount.0);
    }
}

/// Whether it is given in µg against pain.
pub fn is_opioid(drug: Drug) -> bool {
    matches!(drug, Drug::Sufentanil | Drug::Fentanyl)
}

/// How strong the solution of a dose was: as written, else from amount and volume. 1 % is 10 mg/ml.
fn strength(dose: &Dose) -> Option<Decimal> {
    if let Some(written) = dose.concentration {
        return Some(written.0);
    }
    let volume = dose.volume_ml.filter(|ml| ml.0 > Decimal::ZERO)?;
    let per_ml = dose.amount.0.checked_div(volume.0)?;
    match is_opioid(dose.drug) {
        true => dose.loading.then_some(per_ml),
        false => Some(per_ml / Decimal::TEN),
    }
}

fn solution(drug: Drug) -> Option<&'static Limit> {
    match drug {
        Drug::Ropivacaine => Some(&limits::ROPIVACAINE_SOLUTION),
        Drug::Bupivacaine | Drug::Levobupivacaine => Some(&limits::BUPIVACAINE_SOLUTION),
        Drug::Sufentanil => Some(&limits::SUFENTANIL_SOLUTION),
        Drug::Fentanyl => Some(&limits::FENTANYL_SOLUTION),
        _ => None,
    }
}

fn single(dose: &Dose) -> Option<&'static Limit> {
    match (dose.purpose, dose.route, dose.drug) {
        (DoseUse::Labor, Route::Intrathecal, Drug::Sufentanil) => Some(&limits::SUFENTANIL_INTRATHECAL),
        (DoseUse::Labor, Route::Intrathecal, Drug::Fentanyl) => Some(&limits::FENTANYL_INTRATHECAL),
        (DoseUse::Labor, Route::Intrathecal, Drug::Ropivacaine) => Some(&limits::ROPIVACAINE_INTRATHECAL),
        (DoseUse::Labor, Route::Intrathecal, Drug::Bupivacaine | Drug::Levobupivacaine) => {
            Some(&limits::BUPIVACAINE_INTRATHECAL)
        }
        (_, Route::Intravenous, Drug::Ephedrine) => Some(&limits::EPHEDRINE_BOLUS),
        (_, Route::Intravenous, Drug::Phenylephrine) => Some(&limits::PHENYLEPHRINE_BOLUS),
        _ => None,
    }
}

fn test_dose(sheet: &mut Sheet, record: &Record) {
    let Some(test) = &record.test_dose else { return };
    sheet.past(Some(test.given_at), "/test_dose/given_at");
    sheet.agree(test.amount.0 > Decimal::ZERO, "/test_dose/amount");
    if test.drug == Drug::Lidocaine {
        sheet.given("/test_dose/amount", &limits::TEST_DOSE, test.amount.0);
    }
}

fn loading(sheet: &mut Sheet, record: &Record) {
    let volumes: Vec<Decimal> = record
        .doses
        .iter()
        .filter(|dose| dose.loading)
        .filter_map(|dose| dose.volume_ml.map(|ml| ml.0))
        .collect();
    if !volumes.is_empty() {
        sheet.given(
            "/doses/loading_volume",
            &limits::LOADING_VOLUME,
            total(volumes.into_iter()),
        );
    }
}

/// Their sum.
pub fn total(values: impl Iterator<Item = Decimal>) -> Decimal {
    values.fold(Decimal::ZERO, |sum, value| sum.saturating_add(value))
}

fn totals(sheet: &mut Sheet, record: &Record) {
    let all = |drug: Drug| {
        let doses = record.doses.iter();
        total(doses.filter(|dose| dose.drug == drug).map(|dose| dose.amount.0))
    };
    sheet.given(
        "/doses/ephedrine_total",
        &limits::EPHEDRINE_TOTAL,
        all(Drug::Ephedrine),
    );
    sheet.given(
        "/doses/phenylephrine_total",
        &limits::PHENYLEPHRINE_TOTAL,
        all(Drug::Phenylephrine),
    );
    let (lipid, limit) = (all(Drug::LipidEmulsion), &limits::LIPID_PER_KG);
    match record.weight_kg.filter(|kg| kg.0 > Decimal::ZERO) {
        Some(weight) => sheet.given("/doses/lipid_per_kg", limit, lipid / weight.0),
        None if lipid.is_zero() => {}
        None => sheet.unusual("/doses/lipid_per_kg", limit.params()),
    }
}

fn sums(sheet: &mut Sheet, record: &Record, ended: DateTime<Utc>) {
    let of = |wanted: &[Drug], with_anesthesia: bool| -> Vec<(DateTime<Utc>, Decimal)> {
        let doses = record
            .doses
            .iter()
            .filter(|dose| with_anesthesia || dose.purpose != DoseUse::Anesthesia)
            .map(|dose| (dose.drug, dose.given_at, dose.amount.0));
        let test = record
            .test_dose
            .iter()
            .map(|test| (test.drug, test.given_at, test.amount.0));
        doses
            .chain(test)
            .filter(|(drug, _, _)| wanted.contains(drug))
            .map(|(_, at, amount)| (at, amount))
            .collect()
    };
    let lidocaine = most_within(&of(&[Drug::Lidocaine], false), TWO_HOURS);
    sheet.given("/doses/lidocaine_2h", &limits::LIDOCAINE_TWO_HOURS, lidocaine);
    for (pointer, drugs, limit) in [
        (
            "/doses/ropivacaine_24h",
            &[Drug::Ropivacaine][..],
            &limits::ROPIVACAINE_DAY,
        ),
        (
            "/doses/bupivacaine_24h",
            &[Drug::Bupivacaine, Drug::Levobupivacaine][..],
            &limits::BUPIVACAINE_DAY,
        ),
    ] {
        let mut given = of(drugs, true);
        given.extend(by_pumps(record, drugs, ended));
        sheet.given(pointer, limit, most_within(&given, ONE_DAY));
    }
}

/// Every bag, the earlier ones first.
pub fn bags(record: &Record) -> impl Iterator<Item = &Pump> {
    record.earlier_pumps.iter().flatten().chain(&record.pump)
}

/// What a bag gave of its local anesthetic, mg.
pub fn milligrams(pump: &Pump) -> Decimal {
    pump.given_ml.map_or(Decimal::ZERO, |ml| {
        let percent = pump.concentration_percent.0;
        ml.0.saturating_mul(percent).saturating_mul(Decimal::TEN)
    })
}

/// What a bag gave of its opioid, µg.
pub fn micrograms(pump: &Pump) -> Decimal {
    let given = pump.given_ml.zip(pump.opioid_ug_ml);
    given.map_or(Decimal::ZERO, |(ml, strength)| ml.0.saturating_mul(strength.0))
}

/// What the bags gave of these, mg, each spread evenly over the hours until the next one began.
fn by_pumps(record: &Record, drugs: &[Drug], ended: DateTime<Utc>) -> Vec<(DateTime<Utc>, Decimal)> {
    let all: Vec<&Pump> = bags(record).collect();
    let mut given = Vec::new();
    for (index, pump) in all
        .iter()
        .enumerate()
        .filter(|(_, pump)| drugs.contains(&pump.drug))
    {
        let next = all.iter().skip(index + 1).find_map(|later| later.started_at);
        let end = next.unwrap_or(ended);
        let ran = pump.started_at.map_or(Duration::zero(), |start| end - start);
        let hours = (ran.num_hours() + 1).clamp(1, LONGEST_BAG_H);
        let each = milligrams(pump) / Decimal::from(hours);
        given.extend((0..hours).map(|before| (end - Duration::hours(before), each)));
    }
    given
}

/// The largest sum within any span of this length.
fn most_within(given: &[(DateTime<Utc>, Decimal)], span: Duration) -> Decimal {
    let ending_at = |end: DateTime<Utc>| {
        let within = given.iter().filter(|(at, _)| *at <= end && end - *at < span);
        total(within.map(|(_, amount)| *amount))
    };
    given
        .iter()
        .map(|(at, _)| ending_at(*at))
        .max()
        .unwrap_or(Decimal::ZERO)
}
