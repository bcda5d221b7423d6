//! Neonatal asphyxia by the definitions in use. Sources: CN-NOT (by Apgar score; the national indicator's default),
//! CN-NRP-2016 (GK), cord-gas mark.

use rust_decimal::Decimal;

use crate::analgesia::model::{Asphyxia, Baby, JudgedBaby};

/// A newborn with what is computed of it.
pub fn judge(baby: &Baby) -> JudgedBaby {
    JudgedBaby {
        asphyxia_apgar: by_apgar(baby.apgar1, baby.apgar5, baby.apgar10),
        asphyxia_consensus2016: baby
            .cord_ph
            .map(|ph| by_consensus2016(baby.apgar1, baby.apgar5, ph.0)),
        asphyxia_proposal2013: by_proposal2013(baby),
        low_apgar_score: is_low_without_gas(baby),
        cord_gas_high_risk: cord_gas_high_risk(baby),
        baby: baby.clone(),
    }
}

/// By Apgar alone: severe at 0–3 at 1 min, mild at 4–7 or when a good score falls to 7 or less later.
fn by_apgar(at1: Option<i64>, at5: Option<i64>, at10: Option<i64>) -> Option<Asphyxia> {
    let low = |score: Option<i64>| score.is_some_and(|s| s <= 7);
    Some(match at1? {
        ..=3 => Asphyxia::Severe,
        4..=7 => Asphyxia::Mild,
        _ if low(at5) || low(at10) => Asphyxia::Mild,
        _ => Asphyxia::None,
    })
}

/// By the consensus of 2016: a low score together with acidosis in the umbilical artery.
fn by_consensus2016(at1: Option<i64>, at5: Option<i64>, ph: Decimal) -> Asphyxia {
    let at_most = |score: Option<i64>, most: i64| score.is_some_and(|s| s <= most);
    if (at_most(at1, 3) || at_most(at5, 5)) && ph < Decimal::new(700, 2) {
        Asphyxia::Severe
    } else if (at_most(at1, 7) || at_most(at5, 7)) && ph < Decimal::new(720, 2) {
        Asphyxia::Mild
    } else {
        Asphyxia::None
    }
}

/// By the proposal of 2013: a low score, no effective breathing, acidosis, and no other cause.
fn by_proposal2013(baby: &Baby) -> Option<bool> {
    let low = |score: Option<i64>| score.is_some_and(|score| score <= 7);
    baby.apgar1?;
    if !low(baby.apgar1) && !low(baby.apgar5) {
        return Some(false);
    }
    let signs = [
        baby.effective_breathing.map(|breathes| !breathes),
        baby.cord_ph.map(|ph| ph.0 < Decimal::new(715, 2)),
        baby.other_causes_excluded,
    ];
    if signs.contains(&Some(false)) {
        return Some(false);
    }
    signs.iter().all(Option::is_some).then_some(true)
}

/// Without a cord gas a low score is a low score and no more.
fn is_low_without_gas(baby: &Baby) -> bool {
    let scored = by_apgar(baby.apgar1, baby.apgar5, baby.apgar10);
    let low = matches!(scored, Some(Asphyxia::Mild | Asphyxia::Severe));
    low && baby.cord_ph.is_none() && baby.cord_be.is_none()
}

fn cord_gas_high_risk(baby: &Baby) -> bool {
    let acid = baby.cord_ph.is_some_and(|ph| ph.0 < Decimal::new(700, 2))
        || baby.cord_be.is_some_and(|be| be.0 < Decimal::from(-12));
    acid && baby.cord_lactate.is_some_and(|l| l.0 >= Decimal::from(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vector_of_asphyxia_comes_out_as_given() {
        use Asphyxia::{Mild, None as No, Severe};
        for (at1, at5, at10, ph, apgar, consensus) in [
            (9, 10, None, None, No, None),
            (7, 9, None, None, Mild, None),
            (3, 8, None, None, Severe, None),
            (8, 7, None, None, Mild, None),
            (9, 9, Some(7), None, Mild, None),
            (6, 9, None, Some("7.25"), Mild, Some(No)),
            (6, 9, None, Some("7.18"), Mild, Some(Mild)),
            (4, 5, None, Some("6.98"), Mild, Some(Severe)),
        ] {
            let case = format!("{at1}/{at5}/{at10:?} {ph:?}");
            assert_eq!(by_apgar(Some(at1), Some(at5), at10), Some(apgar), "{case}");
            let found = ph.map(|ph| by_consensus2016(Some(at1), Some(at5), ph.parse().unwrap()));
            assert_eq!(found, consensus, "{case}");
        }
    }

    #[test]
    fn the_bounds_of_both_definitions_are_sharp() {
        assert_eq!(by_apgar(Some(4), Some(9), None), Some(Asphyxia::Mild));
        assert_eq!(by_apgar(Some(8), Some(8), Some(8)), Some(Asphyxia::None));
        let at = |ph: &str| by_consensus2016(Some(3), Some(8), ph.parse().unwrap());
        assert_eq!(at("7.20"), Asphyxia::None);
        assert_eq!(at("7.19"), Asphyxia::Mild);
        assert_eq!(at("7.00"), Asphyxia::Mild);
        assert_eq!(at("6.99"), Asphyxia::Severe);
    }

    fn baby(values: serde_json::Value) -> Baby {
        let mut body = serde_json::json!({
            "baby_no": 1, "sex": "female", "born_at": "2026-03-02T08:00:00Z", "outcome": "alive", "apgar1": 9, "apgar5": 9
        });
        for (key, value) in values.as_object().unwrap() {
            body[key] = value.clone();
        }
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn the_proposal_of_2013_wants_every_sign() {
        use serde_json::json;
        let all = json!({
            "apgar1": 6, "cord_ph": "7.14", "effective_breathing": false, "other_causes_excluded": true
        });
        let with = |key: &str, value: serde_json::Value| {
            let mut body = all.clone();
            body[key] = value;
            by_proposal2013(&baby(body))
        };
        assert_eq!(with("apgar1", json!(6)), Some(true));
        assert_eq!(with("cord_ph", json!("7.15")), Some(false));
        assert_eq!(with("effective_breathing", json!(true)), Some(false));
        assert_eq!(with("other_causes_excluded", json!(false)), Some(false));
        assert_eq!(with("cord_ph", json!(null)), None);
        assert_eq!(with("apgar1", json!(8)), Some(false));
        assert_eq!(with("apgar1", json!(null)), None);
    }

    #[test]
    fn a_low_score_without_a_gas_is_named_as_such() {
        use serde_json::json;
        let low = |values| judge(&baby(values)).low_apgar_score;
        assert!(low(json!({ "apgar1": 7 })));
        assert!(!low(json!({ "apgar1": 8 })));
        assert!(!low(json!({ "apgar1": 3, "cord_ph": "7.25" })));
    }

    #[test]
    fn the_gas_of_highest_risk_is_acid_with_much_lactate() {
        use serde_json::json;
        let risk = |ph: &str, be: &str, lactate: &str| {
            cord_gas_high_risk(&baby(
                json!({ "cord_ph": ph, "cord_be": be, "cord_lactate": lactate }),
            ))
        };
        assert!(risk("6.99", "-5", "6"));
        assert!(risk("7.10", "-12.1", "6.0"));
        assert!(!risk("7.00", "-12", "9"));
        assert!(!risk("6.90", "-20", "5.9"));
    }

    #[test]
    fn without_a_score_nothing_is_said() {
        assert_eq!(by_apgar(None, Some(5), None), None);
    }
}
