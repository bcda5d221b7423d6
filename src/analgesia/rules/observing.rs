//! Observations: closed scales have an end, measured values have none, only a question to confirm.

use rust_decimal::Decimal;

use super::Sheet;
use crate::analgesia::limits::{self, Limit, Verdict};
use crate::analgesia::model::{ComplicationCode, Event, EventOutcome, Observation};

/// Checks one observation of a batch; `at` is its pointer. A confirmed observation may hold any measured value.
pub fn check_observation(sheet: &mut Sheet, seen: &Observation, at: &str) {
    let at = |member: &str| format!("{at}/{member}");
    sheet.past(Some(seen.observed_at), &at("observed_at"));
    sheet.past(seen.last_void_at, &at("last_void_at"));
    if let Some(vas) = seen.vas {
        sheet
            .faults
            .check(vas.in_halves(0, 10), &at("vas"), "score_halves");
    }
    sheet.agree(seen.vas.is_none() || seen.nrs.is_none(), &at("nrs"));
    sheet.agree(
        !seen.bp_unrecordable || seen.sbp.or(seen.dbp).is_none(),
        &at("bp_unrecordable"),
    );
    sheet.agree(!seen.spo2_no_signal || seen.spo2.is_none(), &at("spo2_no_signal"));
    for (score, member, high) in [
        (seen.nrs, "nrs", 10),
        (seen.bromage, "bromage", 3),
        (seen.sedation, "sedation", 3),
        (seen.nausea, "nausea", 3),
        (seen.pruritus, "pruritus", 3),
    ] {
        sheet.score(score, &at(member), 0, high);
    }
    if let Some(cm) = seen.cervix_cm {
        sheet
            .faults
            .check(cm.in_halves(0, 10), &at("cervix_cm"), "score_halves");
    }
    for (value, member, limit) in measured(seen) {
        sheet.faults.check(value >= Decimal::ZERO, &at(member), "format");
        if !seen.confirmed {
            sheet.measured(&at(member), limit, value);
        }
    }
    if let Some(boluses) = seen.pca_delivered {
        let possible = seen.pca_demands.is_none_or(|demands| boluses <= demands);
        sheet.agree(boluses >= 0 && possible, &at("pca_delivered"));
    }
    sheet.faults.check(
        seen.temp_c.is_none_or(|celsius| celsius.0 > Decimal::ZERO),
        &at("temp_c"),
        "format",
    );
    let explained = !is_out_of_range(seen) || seen.confirmed_reason.is_some();
    sheet.need(explained, &at("confirmed_reason"));
    sheet.note(seen.confirmed_reason.as_deref(), &at("confirmed_reason"), 500);
}

/// Checks a complication; `at` is its pointer. Its treatment is taken as it is kept.
pub fn check_event(sheet: &mut Sheet, event: &mut Event, at: &str) {
    let at = |member: &str| format!("{at}/{member}");
    sheet.past(Some(event.onset_at), &at("onset_at"));
    sheet.past(event.resolved_at, &at("resolved_at"));
    sheet.past(event.acted_at, &at("acted_at"));
    sheet.agree(
        event.resolved_at.is_none_or(|end| end >= event.onset_at),
        &at("resolved_at"),
    );
    let recovered = event.outcome == Some(EventOutcome::Recovered);
    sheet.need(!recovered || event.resolved_at.is_some(), &at("resolved_at"));
    sheet.score(Some(event.severity), &at("severity"), 1, 4);
    sheet.agree(
        event.severity >= 3 || event.intensive_care != Some(true),
        &at("severity"),
    );
    sheet.need(
        event.code != ComplicationCode::Adp || event.adp_next.is_some(),
        &at("adp_next"),
    );
    if let Some(treatment) = event.treatment.take() {
        event.treatment = Some(sheet.faults.text(&treatment, &at("treatment"), 1, 1000));
    }
}

/// The measured values of an observation with their limits.
fn measured(seen: &Observation) -> impl Iterator<Item = (Decimal, &'static str, &'static Limit)> {
    let whole = [
        (seen.sbp, "sbp", &limits::SBP),
        (seen.dbp, "dbp", &limits::DBP),
        (seen.hr, "hr", &limits::HR),
        (seen.spo2, "spo2", &limits::SPO2),
        (seen.rr, "rr", &limits::RR),
        (seen.fhr, "fhr", &limits::FHR),
        (seen.toco, "toco", &limits::TOCO),
        (seen.pvr_ml, "pvr_ml", &limits::PVR),
        (seen.pca_demands, "pca_demands", &limits::PCA_DEMANDS),
    ];
    let celsius = seen
        .temp_c
        .map(|celsius| (celsius.0, "temp_c", &limits::TEMPERATURE));
    let given = seen
        .total_given_ml
        .map(|ml| (ml.0, "total_given_ml", &limits::PUMP_GIVEN));
    whole
        .into_iter()
        .filter_map(|(value, member, limit)| Some((Decimal::from(value?), member, limit)))
        .chain(celsius)
        .chain(given)
}

/// Whether a value is one that no monitor and no body shows; it stays a fact, and somebody comes to look.
pub fn is_out_of_range(seen: &Observation) -> bool {
    measured(seen).any(|(value, _, limit)| limit.judge(value) == Verdict::Hard)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use serde_json::{Value, json};

    use super::*;
    use crate::base::Error;

    fn faults(values: Value) -> Vec<String> {
        let mut body = json!({ "observed_at": "2026-03-02T09:00:00Z" });
        for (key, value) in values.as_object().unwrap() {
            body[key] = value.clone();
        }
        let seen: Observation = serde_json::from_value(body).unwrap();
        let now: DateTime<Utc> = "2026-03-02T10:00:00Z".parse().unwrap();
        let mut sheet = Sheet::new(now, &[], false);
        check_observation(&mut sheet, &seen, "");
        match sheet.done() {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(_, faults)) => faults
                .iter()
                .map(|fault| format!("{} {}", fault.pointer, fault.code))
                .collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_the_pump_shows_is_usual_up_to_its_bounds() {
        let usual = json!({ "total_given_ml": "2000", "pca_demands": 500, "pca_delivered": 500 });
        assert!(faults(usual).is_empty());
        assert!(faults(json!({ "total_given_ml": "0", "pca_demands": 0, "pca_delivered": 0 })).is_empty());
        assert!(faults(json!({ "pca_delivered": 3 })).is_empty());
    }

    #[test]
    fn what_no_pump_shows_is_confirmed_with_its_reason() {
        for (values, member) in [
            (json!({ "total_given_ml": "2000.1" }), "total_given_ml"),
            (json!({ "pca_demands": 501 }), "pca_demands"),
        ] {
            let asked = [
                format!("/{member} unconfirmed"),
                "/confirmed_reason required".to_owned(),
            ];
            assert_eq!(faults(values.clone()), asked);
            let mut sure = values;
            sure["confirmed"] = json!(true);
            sure["confirmed_reason"] = json!("泵的计数器如此");
            assert!(faults(sure).is_empty());
        }
    }

    #[test]
    fn more_boluses_than_presses_contradict_each_other_whatever_is_confirmed() {
        let sure = json!({ "confirmed": true, "confirmed_reason": "泵的计数器如此" });
        for (demands, boluses) in [(json!(4), 5), (Value::Null, -1)] {
            let mut body = sure.clone();
            body["pca_demands"] = demands;
            body["pca_delivered"] = json!(boluses);
            assert_eq!(faults(body), ["/pca_delivered inconsistent"]);
        }
        let mut negative = sure;
        negative["total_given_ml"] = json!("-1");
        assert_eq!(faults(negative), ["/total_given_ml format"]);
    }
}
