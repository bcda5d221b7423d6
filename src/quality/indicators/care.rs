//! The further indicators: how births go, what analgesia brings with it, and how the service is run.

use chrono::{DateTime, Duration, Utc};

use super::parts::{is_vaginal, known, newborns};
use super::{Indicator, Part, PointFact, Reason, Seen};
use crate::analgesia::model::{BabyFacts, Birth, ComplicationCode, ComplicationFact, DeliveryMode};
use crate::followup::model::Point;

/// 37 weeks.
const TERM_DAYS: i64 = 37 * 7;
/// The lowest Apgar score at 5 min that is not low.
const APGAR5: i64 = 7;
/// From the decision on a cesarean to the birth, and from a request to the first dose.
const IN_TIME: Duration = Duration::minutes(30);
/// A headache or a deficit that lasts longer is severe.
const LASTING: Duration = Duration::hours(72);
/// Blood loss that is severe, ml.
const SEVERE_LOSS_ML: i64 = 1000;
/// How long before admission an assessment counts as made in pregnancy.
const IN_PREGNANCY: Duration = Duration::days(1);

/// Complications that should never be, beside a death of whatever cause.
const SEVERE: [ComplicationCode; 5] = [
    ComplicationCode::Last,
    ComplicationCode::HighTotalSpinal,
    ComplicationCode::Hematoma,
    ComplicationCode::AbscessMeningitis,
    ComplicationCode::MaternalArrest,
];

pub(super) fn of(indicator: Indicator, seen: &Seen<'_>, blank: Part) -> Vec<Part> {
    let birth = seen.birth;
    let part = match indicator {
        Indicator::A1 => {
            let part = blank.counted(birth.mode.is_cesarean());
            Some(known(
                part,
                birth.gestation_days.is_some(),
                Reason::GestationUnknown,
            ))
        }
        Indicator::A2 => first_births(birth, blank),
        Indicator::A3 => Some(blank.counted(birth.mode == DeliveryMode::CesareanIntrapartum)),
        Indicator::A4 => instrumental(birth, true, blank),
        Indicator::A4With => instrumental(birth, birth.first_dose_at.is_some(), blank),
        Indicator::A4Without => instrumental(birth, birth.first_dose_at.is_none(), blank),
        Indicator::A5 => return newborns(birth, blank, |baby, part| term(birth, baby, part)),
        Indicator::A6 => return placements(birth, &blank),
        Indicator::A7 => Some(blank.counted(has(birth, ComplicationCode::Pdph))),
        Indicator::A8 => Some(blank.counted(birth.resited || birth.abandoned)),
        Indicator::A9 => Some(lasting(seen, blank)),
        Indicator::A10 => Some(blank.counted(birth.complications.iter().any(is_severe))),
        Indicator::A11 => decision_to_delivery(birth, blank),
        Indicator::A12 => {
            let severe = birth.blood_loss_ml.is_some_and(|loss| loss >= SEVERE_LOSS_ML);
            let recorded = birth.blood_loss_ml.is_some();
            Some(known(blank.counted(severe), recorded, Reason::BloodLossMissing))
        }
        Indicator::A13 => Some(response(birth, blank)),
        Indicator::A14 => {
            let until = birth.admitted_at - IN_PREGNANCY;
            Some(blank.counted(seen.way.assessed_at.is_some_and(|at| at <= until)))
        }
        Indicator::A15 => {
            let until = birth.admitted_at - IN_PREGNANCY;
            let registered = seen.way.registered_at.is_some_and(|at| at <= until);
            registered.then(|| blank.counted(seen.way.taught))
        }
        Indicator::A16 => Some(blank.counted(seen.way.consented)),
        Indicator::A17At24h => followed(seen, Point::F24, blank),
        Indicator::A17At72h => followed(seen, Point::F72, blank),
        Indicator::A17At42d => followed(seen, Point::F42, blank),
        Indicator::A18 => Some(blank.counted(birth.fever || in_labor(birth, ComplicationCode::Fever))),
        Indicator::A19 => is_vaginal(birth).then(|| blank.counted(birth.technique.is_some() && birth.dosed)),
        // The national ones are counted before these.
        _ => None,
    };
    part.into_iter().collect()
}

fn has(birth: &Birth, code: ComplicationCode) -> bool {
    birth.complicated_by(code).next().is_some()
}

fn in_labor(birth: &Birth, code: ComplicationCode) -> bool {
    birth
        .complicated_by(code)
        .any(|one| one.onset_at <= birth.born_at)
}

fn is_severe(complication: &ComplicationFact) -> bool {
    complication.died() || SEVERE.contains(&complication.code)
}

fn first_births(birth: &Birth, blank: Part) -> Option<Part> {
    match birth.parity {
        Some(0) => Some(blank.counted(birth.mode.is_cesarean())),
        Some(_) => None,
        None => Some(blank.out(Reason::ParityUnknown)),
    }
}

fn instrumental(birth: &Birth, of_this_kind: bool, blank: Part) -> Option<Part> {
    let assisted = matches!(birth.mode, DeliveryMode::Forceps | DeliveryMode::Vacuum);
    (of_this_kind && is_vaginal(birth)).then(|| blank.counted(assisted))
}

fn term(birth: &Birth, baby: &BabyFacts, blank: Part) -> Option<Part> {
    match birth.gestation_days {
        None => Some(blank.out(Reason::GestationUnknown)),
        Some(days) => (days >= TERM_DAYS).then(|| {
            let low = baby.apgar5.is_some_and(|score| score < APGAR5);
            known(blank.counted(low), baby.apgar5.is_some(), Reason::ApgarMissing)
        }),
    }
}

/// Each placement of an epidural needle; each puncture of the dura is one of theirs.
fn placements(birth: &Birth, blank: &Part) -> Vec<Part> {
    let punctures = birth.complicated_by(ComplicationCode::Adp).count() as i64;
    (0..birth.placements)
        .map(|n| blank.clone().counted(n < punctures))
        .collect()
}

/// What is severe once it lasts.
const SEVERE_LATER: [ComplicationCode; 2] = [ComplicationCode::NerveInjury, ComplicationCode::Pdph];

fn may_last(birth: &Birth) -> impl Iterator<Item = &ComplicationFact> {
    SEVERE_LATER
        .into_iter()
        .flat_map(move |code| birth.complicated_by(code))
}

fn lasting(seen: &Seen<'_>, blank: Part) -> Part {
    let lasted = || may_last(seen.birth).map(|one| one.lasted(seen.now));
    let severe = lasted().flatten().any(|lasted| lasted > LASTING);
    if !severe && lasted().any(|lasted| lasted.is_none()) {
        return blank.out(Reason::EndMissing);
    }
    blank.counted(severe)
}

/// The first moment from which on something that is not over counts as lasting, and does not yet; the clock has milliseconds.
pub(super) fn lasts_from(birth: &Birth, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let open = may_last(birth).filter(|one| one.resolved_at.is_none() && one.lasted(now).is_some());
    let from = open.map(|one| one.onset_at + LASTING + Duration::milliseconds(1));
    from.filter(|from| *from > now).min()
}

fn decision_to_delivery(birth: &Birth, blank: Part) -> Option<Part> {
    if birth.mode != DeliveryMode::CesareanIntrapartum {
        return None;
    }
    // A twin may have been born before it was decided on.
    let took = birth.cs_decision_at.and_then(|decided| {
        let born = birth.babies.iter().map(|baby| baby.born_at - decided);
        born.filter(|took| *took >= Duration::zero()).min()
    });
    Some(match took {
        None => blank.out(Reason::DecisionTimeMissing),
        Some(took) => within(took, blank),
    })
}

/// Judged to the second; what is shown of it are whole minutes.
fn within(took: Duration, blank: Part) -> Part {
    Part {
        minutes: Some(took.num_minutes()),
        ..blank.counted(took <= IN_TIME)
    }
}

fn response(birth: &Birth, blank: Part) -> Part {
    let asked = birth.requested_at.zip(birth.first_dose_at);
    match asked.filter(|(asked, dose)| asked <= dose) {
        None => blank.out(Reason::RequestMissing),
        Some((asked, dose)) => within(dose - asked, blank),
    }
}

fn followed(seen: &Seen<'_>, point: Point, blank: Part) -> Option<Part> {
    let of_point = |fact: &&PointFact| fact.point == point;
    let fact = seen.way.points.iter().find(of_point)?;
    Some(if fact.complete || fact.overdue_at <= seen.now {
        blank.counted(fact.complete)
    } else {
        blank.out(Reason::NotYetDue)
    })
}
