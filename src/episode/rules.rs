//! Decisions about a pregnancy, pure.

pub mod access;
pub mod deliveries;
pub mod home;
mod likeness;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::json;

use super::model::{Color, Episode, Grading, NewTask, Stage, Step, StepKind, StepState, TERM_DAYS, day};
use crate::base::{Code, Fault, Role};
use crate::content::lessons::Head;
use crate::http::params::Faults;

pub use likeness::{Likeness, Said, is_she};

/// A pregnancy may be three weeks beyond its date; longer ago is a slip of the year.
const LONGEST_OVERDUE: i64 = 21;

/// Task of the managed case of a woman at high risk.
pub const MANAGED_CASE: &str = "episode.managed_case";
/// Task of the anesthesia clinic for a woman at high risk.
pub const ANESTHESIA_CLINIC: &str = "episode.anesthesia_clinic";

/// What somebody says of a pregnancy.
#[derive(Clone, Debug)]
pub struct Dates {
    /// Expected date of delivery.
    pub edd: Option<NaiveDate>,
    /// First day of the last period, where the expected date is not known.
    pub lmp: Option<NaiveDate>,
    /// Pregnancies, this one included, 1–20.
    pub gravidity: i64,
    /// Births before, 0–15 and fewer than the pregnancies.
    pub parity: i64,
    /// Fetuses, 1–5.
    pub fetuses: i64,
    /// Weight before the pregnancy, kg, 30–220.
    pub pre_pregnancy_weight_kg: Option<Decimal>,
}

/// Checks what is said of a pregnancy; the expected date, from the last period if need be.
///
/// The bounds are those of `pre-analgesia` (`preg.gravida`, `preg.para`, `preg.fetus_count`,
/// `preg.prepreg_weight_kg`).
pub fn check_dates(faults: &mut Faults, dates: &Dates, today: NaiveDate) -> Option<NaiveDate> {
    faults.number(dates.gravidity, "/gravidity", 1, 20);
    faults.number(dates.parity, "/parity", 0, (dates.gravidity - 1).clamp(0, 15));
    faults.number(dates.fetuses, "/fetuses", 1, 5);
    if let Some(kg) = dates.pre_pregnancy_weight_kg
        && !(Decimal::from(30)..=Decimal::from(220)).contains(&kg)
    {
        let limits = json!({ "min": 30, "max": 220 });
        faults.push(Fault::field("/pre_pregnancy_weight", "range").with(limits));
    }
    match (dates.edd, dates.lmp) {
        (Some(edd), None) => {
            faults.check(plausible(edd, today), "/edd", "range_edd");
            Some(edd)
        }
        (None, Some(lmp)) => {
            let edd = lmp.checked_add_signed(Duration::days(TERM_DAYS));
            faults.check(edd.is_some_and(|edd| plausible(edd, today)), "/lmp", "range_lmp");
            edd
        }
        (Some(_), Some(_)) => {
            faults.check(false, "/lmp", "only_one");
            None
        }
        (None, None) => {
            faults.check(false, "/edd", "required");
            None
        }
    }
}

/// Whether an expected date can be that of a woman who is pregnant today.
pub fn plausible(edd: NaiveDate, today: NaiveDate) -> bool {
    (-LONGEST_OVERDUE..=TERM_DAYS).contains(&(edd - today).num_days())
}

/// After a birth, an expected date so much later than the last one is another pregnancy's: conceived after the earliest
/// birth that is followed up, at 24 weeks.
const ANOTHER_PREGNANCY: i64 = TERM_DAYS - 16 * 7;

/// After a loss outside the hospital: nobody knows of a pregnancy before its fourth week, nor conceives again within two.
const ANOTHER_AFTER_LOSS: i64 = 6 * 7;

/// Whether an expected date begins another pregnancy after the one that stands: one that ended is not begun again by its own
/// date, sent once more by her phone.
pub fn begins_another(standing: &Episode, edd: NaiveDate, today: NaiveDate) -> bool {
    let least = match home::is_lost_outside(standing) {
        true => ANOTHER_AFTER_LOSS,
        false => ANOTHER_PREGNANCY,
    };
    let later = (edd - standing.edd).num_days() >= least;
    match standing.stage {
        Stage::Closed => later || standing.ending.is_none(),
        Stage::Postpartum => later,
        Stage::Antenatal => later && home::is_long_past(standing, today),
        Stage::Labor => false,
    }
}

/// May she still change her dates?
///
/// Refuses: `episode.past_antenatal`, since from admission on staff answer for them; `episode.closed` after a loss.
pub fn may_enroll(episode: &Episode) -> Result<(), Code> {
    if episode.stage == Stage::Antenatal {
        Ok(())
    } else if home::is_lost_outside(episode) {
        Err(Code::EpisodeClosed)
    } else {
        Err(Code::EpisodePastAntenatal)
    }
}

/// The step of a required lesson with its recommended window; one that stands keeps its state.
pub fn lesson_step(episode: &Episode, lesson: &Head, standing: &[Step]) -> Step {
    let before = standing
        .iter()
        .find(|step| step.kind == StepKind::Lessons && step.reference == lesson.slug);
    Step {
        episode: episode.id,
        facility: episode.facility_id,
        kind: StepKind::Lessons,
        reference: lesson.slug.clone(),
        subject: None,
        state: before.map_or(StepState::Open, |step| step.state),
        due_from: Some(episode.reaches(lesson.weeks.from, 0)),
        due_to: lesson.weeks.to.map(|week| episode.reaches(week + 1, 0)),
        required: true,
    }
}

/// Whether a grading agrees with its own items: the color is at least the highest of them, and an infectious
/// disease raises the flag. Items are named by the national table (`Y1.1`, `O1.1`, `R1.6.2`, `P1`); a table of
/// the hospital's own may name them otherwise and is not judged.
pub fn check_grading(faults: &mut Faults, grading: &Grading) {
    let named = |letter: char| grading.items.iter().any(|item| item.starts_with(letter));
    let least = [('R', Color::Red), ('O', Color::Orange), ('Y', Color::Yellow)]
        .into_iter()
        .find(|(letter, _)| named(*letter))
        .map_or(Color::Green, |(_, color)| color);
    faults.check(grading.color >= least, "/color", "against_items");
    faults.check(grading.purple || !named('P'), "/purple", "against_items");
    let plain = |item: &String| {
        (1..=12).contains(&item.len())
            && item
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
    };
    faults.check(
        grading.items.len() <= 60 && grading.items.iter().all(plain),
        "/items",
        "format",
    );
}

/// What a grading makes wait for whom.
///
/// Orange, red and purple are managed as cases, reported within 3 days, red within 24 hours. The anesthesia clinic
/// sees orange by 32 weeks, or within 7 days if that is later, and red within 48 hours.
/// Source: pregnancy risk assessment and management, 2017 No. 35.
pub fn high_risk_tasks(episode: &Episode, grading: &Grading, now: DateTime<Utc>) -> Vec<NewTask> {
    let task = |kind, role, due, urgent| NewTask {
        facility: episode.facility_id,
        patient: episode.patient_id,
        episode: episode.id,
        kind,
        subject: episode.id.0,
        roles: vec![role],
        due,
        urgent,
    };
    let case = |due, urgent| task(MANAGED_CASE, Role::Obstetrician, now + due, urgent);
    let clinic = |due, urgent| task(ANESTHESIA_CLINIC, Role::Anesthesiologist, due, urgent);
    match grading.color {
        Color::Red => vec![
            case(Duration::hours(24), true),
            clinic(now + Duration::hours(48), true),
        ],
        Color::Orange => vec![
            case(Duration::days(3), false),
            clinic(episode.reaches(32, 0).max(now + Duration::days(7)), false),
        ],
        _ if grading.purple => vec![case(Duration::days(3), false)],
        _ => Vec::new(),
    }
}

/// The birth date inside a resident identity number.
pub fn birth_date_of(resident_id: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(resident_id.get(6..14)?, "%Y%m%d").ok()
}

/// Whether somebody born then can be a woman giving birth today: 12–60 years.
pub fn plausible_age(birth_date: NaiveDate, now: DateTime<Utc>) -> bool {
    day(now)
        .years_since(birth_date)
        .is_some_and(|years| (12..=60).contains(&years))
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
