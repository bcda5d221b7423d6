//! What one birth contributes to each indicator.

use chrono::Duration;

use super::{Indicator, Part, Reason, score_at_one_hour};
use crate::analgesia::model::{BabyFacts, BabyOutcome, Birth, BirthPlace, DeliveryMode};
use crate::followup::facts::is_survey_suppressed;

/// 28 weeks.
const DELIVERY_DAYS: i64 = 28 * 7;
/// Below it a baby of less than 28 weeks is not a live birth by definition, g.
const LIVE_BIRTH_G: i64 = 1000;
/// The most pain that counts as relieved, tenths: 3.0 does, 3.5 does not.
const RELIEVED: i64 = 30;
/// The least overall satisfaction that counts as satisfied.
const SATISFIED: i64 = 4;
/// The highest Apgar score that counts as asphyxia.
const ASPHYXIA: i64 = 7;

/// The parts of one birth; `score` is her overall satisfaction, 1–5.
pub(super) fn of(indicator: Indicator, birth: &Birth, score: Option<i64>, window_min: i64) -> Vec<Part> {
    let blank = Part {
        labor: birth.labor,
        numerator: false,
        denominator: false,
        excluded: None,
        note: None,
        complete: None,
    };
    let out = |reason: Reason| {
        vec![Part {
            excluded: Some(reason),
            ..blank.clone()
        }]
    };
    let analgesia = birth.first_dose_at.is_some();
    let of_all_births = matches!(
        indicator,
        Indicator::N1Literal | Indicator::N1Trial | Indicator::ObEpd02 | Indicator::A1
    );
    if !analgesia && !of_all_births {
        return Vec::new();
    }
    if birth.is_test {
        return out(Reason::TestRecord);
    }
    if birth.birth_place != BirthPlace::Here {
        return out(Reason::BornElsewhere);
    }
    let episode = analgesia && birth.mode != DeliveryMode::CesareanPlanned;
    match indicator {
        Indicator::N1Literal | Indicator::N1Trial | Indicator::ObEpd02 | Indicator::A1 => {
            if birth.gestation_days.is_some_and(|days| days < DELIVERY_DAYS) {
                return out(Reason::Before28Weeks);
            }
            if analgesia && !episode && indicator != Indicator::A1 {
                return out(Reason::PlannedCesarean);
            }
            of_deliveries(indicator, birth, episode, blank)
        }
        _ if !episode => out(Reason::PlannedCesarean),
        Indicator::N2Literal | Indicator::N2CompleteCase => {
            vec![of_pain(indicator, birth, window_min, blank)]
        }
        Indicator::N3Literal => birth
            .babies
            .iter()
            .map(|baby| of_newborn(birth, baby, blank.clone()))
            .collect(),
        Indicator::N4Literal | Indicator::N4Response | Indicator::N4ResponseRate => {
            vec![of_satisfaction(indicator, birth, score, blank)]
        }
        Indicator::A3 => vec![Part {
            numerator: birth.mode == DeliveryMode::CesareanIntrapartum,
            denominator: true,
            ..blank
        }],
    }
}

fn is_vaginal(mode: DeliveryMode) -> bool {
    !mode.is_cesarean()
}

fn of_deliveries(indicator: Indicator, birth: &Birth, episode: bool, blank: Part) -> Vec<Part> {
    let vaginal = is_vaginal(birth.mode);
    let (numerator, denominator) = match indicator {
        Indicator::N1Literal => (episode, vaginal),
        Indicator::N1Trial => (
            episode,
            vaginal || birth.mode == DeliveryMode::CesareanIntrapartum,
        ),
        Indicator::ObEpd02 => (episode && vaginal, vaginal),
        _ => (birth.mode.is_cesarean(), true),
    };
    if !numerator && !denominator {
        return Vec::new();
    }
    let known = birth.gestation_days.is_some();
    vec![Part {
        numerator,
        denominator,
        note: (!known).then_some(Reason::GestationUnknown),
        complete: Some(known),
        ..blank
    }]
}

fn of_pain(indicator: Indicator, birth: &Birth, window_min: i64, blank: Part) -> Part {
    let score = score_at_one_hour(birth, window_min);
    let missing = if score.is_some() {
        None
    } else if birth
        .first_dose_at
        .is_some_and(|dose| birth.born_at < dose + Duration::minutes(60 - window_min))
    {
        Some(Reason::DeliveredBefore1h)
    } else {
        Some(Reason::NoScore)
    };
    let literal = indicator == Indicator::N2Literal;
    Part {
        numerator: score.is_some_and(|tenths| tenths <= RELIEVED),
        denominator: literal || score.is_some(),
        excluded: missing.filter(|_| !literal),
        note: missing.filter(|_| literal),
        complete: Some(score.is_some()),
        ..blank
    }
}

fn of_newborn(birth: &Birth, baby: &BabyFacts, blank: Part) -> Part {
    let excluded = if baby.outcome == BabyOutcome::Stillbirth {
        Some(Reason::Stillbirth)
    } else if birth.gestation_days.is_some_and(|days| days < DELIVERY_DAYS)
        && baby.weight_g.is_some_and(|grams| grams < LIVE_BIRTH_G)
    {
        Some(Reason::BelowLiveBirth)
    } else {
        None
    };
    if excluded.is_some() {
        return Part { excluded, ..blank };
    }
    // A low score that was recorded is a fact, even if the one before it is missing.
    let low = [baby.apgar1, baby.apgar5, baby.apgar10]
        .into_iter()
        .flatten()
        .any(|score| score <= ASPHYXIA);
    let complete = baby.apgar1.is_some() && baby.apgar5.is_some();
    Part {
        numerator: low,
        denominator: true,
        note: (!complete).then_some(Reason::ApgarMissing),
        complete: Some(complete),
        ..blank
    }
}

fn of_satisfaction(indicator: Indicator, birth: &Birth, score: Option<i64>, blank: Part) -> Part {
    let missing = match score {
        Some(_) => None,
        None if is_survey_suppressed(birth) => Some(Reason::SurveySuppressed),
        None => Some(Reason::NoReply),
    };
    let satisfied = score.is_some_and(|score| score >= SATISFIED);
    let suppressed = missing == Some(Reason::SurveySuppressed);
    let (numerator, denominator) = match indicator {
        Indicator::N4Literal => (satisfied, true),
        Indicator::N4Response => (satisfied, score.is_some()),
        _ => (score.is_some(), !suppressed),
    };
    Part {
        numerator,
        denominator,
        excluded: missing.filter(|_| !denominator),
        note: missing.filter(|_| denominator),
        complete: (!suppressed).then_some(score.is_some()),
        ..blank
    }
}
