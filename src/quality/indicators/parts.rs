//! What one birth contributes to each indicator: who is counted, and the national indicators.

use chrono::Duration;

use super::{Indicator, Part, Population, Reason, Seen, care, score_at_one_hour};
use crate::analgesia::model::{BabyFacts, BabyOutcome, Birth, BirthPlace, ComplicationCode, DeliveryMode};
use crate::followup::facts::is_survey_suppressed;

/// 28 weeks.
const DELIVERY_DAYS: i64 = 28 * 7;
/// Below it a baby of less than 28 weeks is not a live birth by definition, g.
const LIVE_BIRTH_G: i64 = 1000;
/// The most pain that counts as relieved, tenths: 3.0 does, 3.5 does not.
const RELIEVED: i64 = 30;
/// The least overall satisfaction that counts as satisfied.
const SATISFIED: i64 = 4;
/// The highest Apgar score that is low: without one no definition finds asphyxia.
const LOW: i64 = 7;

/// A complication of this degree or more puts her life in danger.
const DANGER: i64 = 3;
/// A score that is written down later than this after it was seen is a late entry.
const LATE: Duration = Duration::hours(1);

/// The parts of one birth.
pub(super) fn of(indicator: Indicator, seen: &Seen<'_>) -> Vec<Part> {
    let birth = seen.birth;
    let blank = Part::of(birth.labor);
    let analgesia = birth.first_dose_at.is_some();
    let concerns = match indicator.population() {
        Population::Mothers => true,
        Population::Neuraxial => birth.technique.is_some(),
        Population::Episodes => analgesia,
    };
    if !concerns {
        return Vec::new();
    }
    if birth.is_test {
        return vec![blank.out(Reason::TestRecord)];
    }
    if birth.birth_place != BirthPlace::Here {
        return vec![blank.out(Reason::BornElsewhere)];
    }
    let early = birth.gestation_days.is_some_and(|days| days < DELIVERY_DAYS);
    if early && indicator.population() == Population::Mothers {
        return vec![blank.out(Reason::Before28Weeks)];
    }
    let planned = analgesia && birth.mode == DeliveryMode::CesareanPlanned;
    if planned && indicator.concerns_episodes() {
        return vec![blank.out(Reason::PlannedCesarean)];
    }
    match indicator {
        Indicator::N1Literal | Indicator::N1Trial | Indicator::ObEpd02 => {
            of_deliveries(indicator, birth, analgesia, blank)
                .into_iter()
                .collect()
        }
        Indicator::N2Literal | Indicator::N2CompleteCase => vec![of_pain(indicator, seen, blank)],
        Indicator::N3Literal => newborns(birth, blank, |baby, part| {
            Some(of_newborn(baby.asphyxia(seen.chosen.asphyxia), baby, part))
        }),
        Indicator::N4Literal | Indicator::N4Response | Indicator::N4ResponseRate => {
            vec![of_satisfaction(indicator, seen, blank)]
        }
        _ => care::of(indicator, seen, blank),
    }
}

/// Whether she gave birth vaginally.
pub(super) fn is_vaginal(birth: &Birth) -> bool {
    !birth.mode.is_cesarean()
}

/// The value that the indicator rests on is recorded; if not, that is to be known.
pub(super) fn known(part: Part, known: bool, missing: Reason) -> Part {
    Part {
        note: (!known).then_some(missing),
        complete: Some(known),
        ..part
    }
}

fn of_deliveries(indicator: Indicator, birth: &Birth, episode: bool, blank: Part) -> Option<Part> {
    let vaginal = is_vaginal(birth);
    let trial = vaginal || birth.mode == DeliveryMode::CesareanIntrapartum;
    let (numerator, denominator) = match indicator {
        Indicator::N1Literal => (episode, vaginal),
        Indicator::N1Trial => (episode, trial),
        _ => (episode && vaginal, vaginal),
    };
    let part = Part {
        numerator,
        denominator,
        ..blank
    };
    let counted = numerator || denominator;
    counted.then(|| known(part, birth.gestation_days.is_some(), Reason::GestationUnknown))
}

/// A part of each newborn; those who are none by definition are left out.
pub(super) fn newborns(
    birth: &Birth,
    blank: Part,
    of: impl Fn(&BabyFacts, Part) -> Option<Part>,
) -> Vec<Part> {
    let early = birth.gestation_days.is_some_and(|days| days < DELIVERY_DAYS);
    let one = |baby: &BabyFacts| {
        if baby.outcome == BabyOutcome::Stillbirth {
            Some(blank.clone().out(Reason::Stillbirth))
        } else if early && baby.weight_g.is_some_and(|grams| grams < LIVE_BIRTH_G) {
            Some(blank.clone().out(Reason::BelowLiveBirth))
        } else {
            of(baby, blank.clone())
        }
    };
    birth.babies.iter().filter_map(one).collect()
}

fn of_newborn(asphyxia: Option<bool>, baby: &BabyFacts, blank: Part) -> Part {
    let part = blank.counted(asphyxia == Some(true));
    let (Some(at1), Some(at5)) = (baby.apgar1, baby.apgar5) else {
        return known(part, false, Reason::ApgarMissing);
    };
    let decided = asphyxia.is_some() || at1.min(at5) > LOW;
    known(part, decided, Reason::AsphyxiaUndecided)
}

fn of_pain(indicator: Indicator, seen: &Seen<'_>, blank: Part) -> Part {
    let birth = seen.birth;
    let early = before(birth, 60 - seen.chosen.window_min);
    // Born before the window opens: what is seen within it is no longer labor.
    let score = score_at_one_hour(birth, seen.chosen.window_min).filter(|_| !early);
    let part = Part {
        numerator: score.is_some_and(|score| score.tenths <= RELIEVED),
        complete: Some(score.is_some()),
        ..blank
    };
    let missing = match score {
        Some(score) => {
            let late = score.recorded_at - score.at > LATE;
            return Part {
                denominator: true,
                note: late.then_some(Reason::LateEntry),
                ..part
            };
        }
        None if in_danger(birth, seen.chosen.window_min) => Reason::MotherInDanger,
        None if early => Reason::DeliveredBefore1h,
        None => Reason::NoScore,
    };
    if indicator == Indicator::N2Literal {
        Part {
            denominator: true,
            note: Some(missing),
            ..part
        }
    } else {
        part.out(missing)
    }
}

fn before(birth: &Birth, minutes: i64) -> bool {
    let dose = birth.first_dose_at;
    dose.is_some_and(|dose| birth.born_at < dose + Duration::minutes(minutes))
}

/// Whether a score at one hour could not be asked of her.
fn in_danger(birth: &Birth, window_min: i64) -> bool {
    let Some(dose) = birth.first_dose_at else {
        return false;
    };
    let until = dose + Duration::minutes(60 + window_min);
    birth.complications.iter().any(|one| {
        let grave = one.died() || one.code == ComplicationCode::MaternalArrest;
        (grave || one.severity >= DANGER) && (dose..=until).contains(&one.onset_at)
    })
}

fn of_satisfaction(indicator: Indicator, seen: &Seen<'_>, blank: Part) -> Part {
    let score = seen.score;
    let missing = match score {
        Some(_) => None,
        None if is_survey_suppressed(seen.birth) => Some(Reason::SurveySuppressed),
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
