//! The worked examples and every edge case of the definitions; here the births that they are made of.

mod care;
mod mothers;
mod rates;
mod worked;

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use std::collections::BTreeMap;

use super::{Chosen, Data, Figure, Indicator, Part, PointFact, Reason, Way, rate, score_at_one_hour};
use crate::analgesia::model::{
    BabyFacts, BabyOutcome, Birth, BirthPlace, ComplicationCode, ComplicationFact, DeliveryMode,
    EventOutcome, Left, Mother, PainScore, Technique,
};
use crate::base::id::{EpisodeId, LaborId, PatientId};
use crate::followup::model::Reply;
use crate::people::model::AsphyxiaDefinition;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn baby(apgar1: i64, apgar5: i64) -> BabyFacts {
    BabyFacts {
        born_at: at("2025-06-15T12:00:00Z"),
        outcome: BabyOutcome::Alive,
        weight_g: Some(3300),
        apgar1: Some(apgar1),
        apgar5: Some(apgar5),
        apgar10: None,
        asphyxia_apgar: Some(apgar1.min(apgar5) <= 7),
        asphyxia_consensus2016: None,
        asphyxia_proposal2013: None,
    }
}

fn stillborn() -> BabyFacts {
    BabyFacts {
        outcome: BabyOutcome::Stillbirth,
        apgar1: None,
        apgar5: None,
        ..baby(0, 0)
    }
}

/// A vaginal birth at term without analgesia.
fn birth(n: u128) -> Birth {
    Birth {
        labor: LaborId(Uuid::from_u128(n)),
        episode: EpisodeId(Uuid::from_u128(n)),
        patient: PatientId(Uuid::from_u128(n)),
        admitted_at: at("2025-06-15T02:00:00Z"),
        requested_at: None,
        born_at: at("2025-06-15T12:00:00Z"),
        mode: DeliveryMode::SpontaneousVaginal,
        birth_place: BirthPlace::Here,
        gestation_days: Some(280),
        parity: Some(0),
        moved: false,
        took_back: false,
        is_test: false,
        first_dose_at: None,
        technique: None,
        dosed: false,
        placements: 0,
        resited: false,
        abandoned: false,
        cs_decision_at: None,
        blood_loss_ml: Some(300),
        mother: Mother::Well,
        pain: Vec::new(),
        fever: false,
        complications: Vec::new(),
        babies: vec![baby(9, 10)],
    }
}

/// The same with labor analgesia from five hours before; scores in minutes after the first dose and points.
fn eased(n: u128, scores: &[(i64, i64)]) -> Birth {
    let birth = birth(n);
    let dose = birth.born_at - Duration::hours(5);
    Birth {
        first_dose_at: Some(dose),
        technique: Some(Technique::Epidural),
        dosed: true,
        placements: 1,
        pain: scores
            .iter()
            .map(|(minute, points)| score(dose + Duration::minutes(*minute), points * 10))
            .collect(),
        ..birth
    }
}

fn score(at: DateTime<Utc>, tenths: i64) -> PainScore {
    PainScore {
        at,
        tenths,
        recorded_at: at,
    }
}

fn complication(
    code: ComplicationCode,
    onset_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
) -> ComplicationFact {
    ComplicationFact {
        code,
        severity: 2,
        intensive_care: false,
        onset_at,
        resolved_at,
        outcome: None,
    }
}

fn data<'a>(births: &'a [Birth], replies: &'a [Reply], ways: &'a BTreeMap<LaborId, Way>) -> Data<'a> {
    Data {
        births,
        replies,
        left: &[],
        ways,
        chosen: Chosen {
            window_min: 15,
            asphyxia: AsphyxiaDefinition::Apgar,
        },
        now: at("2025-07-01T00:00:00Z"),
    }
}

fn reply(birth: &Birth, overall: i64) -> Reply {
    Reply {
        labor: birth.labor,
        overall,
        at: birth.born_at + Duration::days(2),
    }
}

fn figure(births: &[Birth], replies: &[Reply], indicator: Indicator) -> Figure {
    data(births, replies, &BTreeMap::new()).figure(indicator)
}

fn shown(births: &[Birth], replies: &[Reply], indicator: Indicator) -> (i64, i64, Option<String>) {
    let figure = figure(births, replies, indicator);
    (figure.numerator, figure.denominator, figure.value())
}

fn expect(births: &[Birth], replies: &[Reply], rows: &[(Indicator, i64, i64, &str)]) {
    for (indicator, numerator, denominator, value) in rows {
        assert_eq!(
            shown(births, replies, *indicator),
            (*numerator, *denominator, Some((*value).to_owned())),
            "{}",
            indicator.code()
        );
    }
}

fn one(birth: Birth, indicator: Indicator) -> Vec<Part> {
    let births = [birth];
    data(&births, &[], &BTreeMap::new()).parts(indicator)
}
