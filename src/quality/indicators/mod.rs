//! Numerators and denominators, pure: births and replies in, figures and their cases out.
//!
//! The literal reading of the national text stands first, the sensible variants beside it; all are computed. Each birth
//! gives each indicator [`Part`]s, and a figure is their sum, so that every number can be opened to its cases.
//! Sources: 附件2《分娩镇痛工作评估指标》 of 国卫办医政发〔2025〕12号; 产科专业医疗质量控制指标(2019年版).

mod care;
pub mod chart;
mod codes;
pub mod limits;
mod parts;
mod sums;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

pub use codes::{Indicator, Population, Reason};
pub use sums::Sums;

use crate::analgesia::model::{BabyFacts, BabyOutcome, Birth, BirthPlace, Left, PainScore};
use crate::base::id::LaborId;
use crate::followup::facts::SURVEY_CLOSES;
use crate::followup::model::{Point, Reply};
use crate::people::model::AsphyxiaDefinition;
use crate::quality::model::BirthTotal;

/// Version of the definitions; a figure is comparable with another of the same one only.
pub const DEFINITION_VERSION: &str = "1.4.1";

/// Below this denominator a rate says little: show the counts.
pub const SMALL_SAMPLE: i64 = 30;

/// What one mother or one newborn contributes to one indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The labor.
    pub labor: LaborId,
    /// Counted above.
    pub numerator: bool,
    /// Counted below.
    pub denominator: bool,
    /// Left out of both, and why.
    pub excluded: Option<Reason>,
    /// What is to be known of a case that is counted.
    pub note: Option<Reason>,
    /// Whether the value that the indicator rests on is recorded; none where it does not apply.
    pub complete: Option<bool>,
    /// What was measured, minutes, for an indicator with a median.
    pub minutes: Option<i64>,
}

impl Part {
    /// Of a labor, counted nowhere yet.
    fn of(labor: LaborId) -> Part {
        Part {
            labor,
            numerator: false,
            denominator: false,
            excluded: None,
            note: None,
            complete: None,
            minutes: None,
        }
    }

    /// Counted below the line, and above it or not.
    fn counted(self, numerator: bool) -> Part {
        Part {
            numerator,
            denominator: true,
            ..self
        }
    }

    /// Left out of both.
    fn out(self, reason: Reason) -> Part {
        Part {
            excluded: Some(reason),
            ..self
        }
    }
}

/// What other slices know of the way to a birth and after it.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// When her first assessment in pregnancy came in.
    pub assessed_at: Option<DateTime<Utc>>,
    /// When her pregnancy was registered, by herself or by the clinic.
    pub registered_at: Option<DateTime<Utc>>,
    /// Whether all required lessons were done before the birth.
    pub taught: bool,
    /// Whether a consent with both signatures was in force at the first dose.
    pub consented: bool,
    /// Her follow-up points.
    pub points: Vec<PointFact>,
}

/// A follow-up point.
#[derive(Clone, Copy, Debug)]
pub struct PointFact {
    /// Which.
    pub point: Point,
    /// From when on it is overdue.
    pub overdue_at: DateTime<Utc>,
    /// Whether everything in it is answered.
    pub complete: bool,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Which.
    pub indicator: Indicator,
    /// Cases above the line.
    pub numerator: i64,
    /// Cases below it.
    pub denominator: i64,
    /// Left out, by reason.
    pub excluded: Vec<(Reason, i64)>,
    /// Counted, yet to be known, by reason.
    pub notes: Vec<(Reason, i64)>,
    /// Recorded values and those that there should be.
    pub completeness: (i64, i64),
    /// What was measured, minutes in order, and how often.
    pub minutes: Vec<(i64, i64)>,
}

impl Figure {
    /// Of no case at all.
    pub fn nothing(indicator: Indicator) -> Figure {
        Figure {
            indicator,
            numerator: 0,
            denominator: 0,
            excluded: Vec::new(),
            notes: Vec::new(),
            completeness: (0, 0),
            minutes: Vec::new(),
        }
    }

    fn is_nothing(&self) -> bool {
        *self == Figure::nothing(self.indicator)
    }

    /// Adds the cases of the same indicator over other births.
    pub fn add(&mut self, other: &Figure) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
        sums::add_counts(&mut self.excluded, &other.excluded);
        sums::add_counts(&mut self.notes, &other.notes);
        self.completeness.0 += other.completeness.0;
        self.completeness.1 += other.completeness.1;
        sums::add_counts(&mut self.minutes, &other.minutes);
    }

    /// The rate, percent (per 10 000 where it is rare) with one decimal; none when there is nothing below the line.
    pub fn value(&self) -> Option<String> {
        rate(self.numerator, self.denominator, self.indicator.per())
    }

    /// Whether a rate of so few says little.
    pub fn is_small(&self) -> bool {
        self.denominator < SMALL_SAMPLE
    }

    /// The nearest-rank percentile of the minutes, 1–100; none where nothing was measured.
    pub fn percentile(&self, percent: usize) -> Option<i64> {
        let measured: i64 = self.minutes.iter().map(|(_, times)| times).sum();
        let rank = (usize::try_from(measured).ok()? * percent).div_ceil(100);
        let mut below = 0;
        let reached = |(_, times): &&(i64, i64)| {
            below += usize::try_from(*times).unwrap_or_default();
            rank > 0 && below >= rank
        };
        self.minutes.iter().find(reached).map(|(minutes, _)| *minutes)
    }

    /// How many of the needed values are recorded, percent.
    pub fn completeness(&self) -> Option<String> {
        rate(self.completeness.0, self.completeness.1, 100)
    }
}

/// `numerator ÷ denominator × per`, one decimal, half up; none for a denominator of 0, which is not 0 %.
pub fn rate(numerator: i64, denominator: i64, per: i64) -> Option<String> {
    if denominator == 0 {
        return None;
    }
    let rate = Decimal::from(numerator) * Decimal::from(per) / Decimal::from(denominator);
    let rounded = rate.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    Some(format!("{rounded:.1}"))
}

/// What the definitions leave to each hospital.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Minutes either side of one hour that a pain score counts for: 10, 15 or 30.
    pub window_min: i64,
    /// The definition of neonatal asphyxia that it reports by.
    pub asphyxia: AsphyxiaDefinition,
}

impl Chosen {
    /// Whether two hospitals count an indicator alike.
    pub fn is_like(self, other: Chosen, indicator: Indicator) -> bool {
        (!indicator.is_of_pain() || self.window_min == other.window_min)
            && (!indicator.is_of_asphyxia() || self.asphyxia == other.asphyxia)
    }
}

/// What all indicators of a period are computed from.
pub struct Data<'a> {
    /// Births in the period, by the birth of the first baby.
    pub births: &'a [Birth],
    /// Replies to the survey, the earliest first; later than the period too, since they may come in for 30 days.
    pub replies: &'a [Reply],
    /// Labors that ended here after a dose and before the birth, in the period.
    pub left: &'a [Left],
    /// What other slices know of each labor.
    pub ways: &'a BTreeMap<LaborId, Way>,
    /// What the hospital chose.
    pub chosen: Chosen,
    /// What is due by now.
    pub now: DateTime<Utc>,
}

/// One birth with all that is known of it.
struct Seen<'a> {
    birth: &'a Birth,
    /// Her overall satisfaction, 1–5.
    score: Option<i64>,
    way: &'a Way,
    chosen: Chosen,
    now: DateTime<Utc>,
}

impl Data<'_> {
    /// What every birth contributes to an indicator, by time of birth.
    pub fn parts(&self, indicator: Indicator) -> Vec<Part> {
        // Looked up for the few indicators that ask for it.
        let scores = match indicator.is_of_satisfaction() {
            true => valid_replies(self.births, self.replies),
            false => BTreeMap::new(),
        };
        let nothing = Way::default();
        let born = self.births.iter().flat_map(|birth| {
            let seen = Seen {
                birth,
                score: scores.get(&birth.labor).copied(),
                way: self.ways.get(&birth.labor).unwrap_or(&nothing),
                chosen: self.chosen,
                now: self.now,
            };
            parts::of(indicator, &seen)
        });
        // Who left is listed where every woman with analgesia would be counted.
        let left = self.left.iter().filter(|_| indicator.concerns_episodes());
        born.chain(left.map(|left| Part::of(left.labor).out(Reason::LeftBeforeBirth)))
            .collect()
    }

    /// The births here as a hospital counts them in its own books: every mother once, and each live newborn.
    pub fn recorded(&self) -> BirthTotal {
        let here = |birth: &&Birth| birth.birth_place == BirthPlace::Here && !birth.is_test;
        let mut total = BirthTotal {
            vaginal: 0,
            cesarean: 0,
            newborns: 0,
        };
        for birth in self.births.iter().filter(here) {
            if birth.mode.is_cesarean() {
                total.cesarean += 1;
            } else {
                total.vaginal += 1;
            }
            let alive = |baby: &&BabyFacts| baby.outcome != BabyOutcome::Stillbirth;
            total.newborns += birth.babies.iter().filter(alive).count() as i64;
        }
        total
    }

    /// One figure.
    pub fn figure(&self, indicator: Indicator) -> Figure {
        let parts = self.parts(indicator);
        let count = |is: fn(&Part) -> bool| parts.iter().filter(|part| is(part)).count() as i64;
        Figure {
            indicator,
            numerator: count(|part| part.numerator),
            denominator: count(|part| part.denominator),
            excluded: tally(parts.iter().filter_map(|part| part.excluded)),
            notes: tally(parts.iter().filter_map(|part| part.note)),
            completeness: (
                count(|part| part.complete == Some(true)),
                count(|part| part.complete.is_some()),
            ),
            minutes: tally(parts.iter().filter_map(|part| part.minutes)),
        }
    }

    /// When the figures change although nothing is recorded: a point is overdue, a complication has lasted. None where time
    /// changes nothing.
    pub fn turns_at(&self) -> Option<DateTime<Utc>> {
        let of_birth = |birth: &Birth| {
            let points = self.ways.get(&birth.labor).map(|way| way.points.as_slice());
            let open = points.unwrap_or_default().iter().filter(|point| !point.complete);
            let overdue = open.map(|point| point.overdue_at).filter(|at| *at > self.now);
            overdue.chain(care::lasts_from(birth, self.now)).min()
        };
        self.births.iter().filter_map(of_birth).min()
    }
}

fn tally<T: Ord>(of: impl Iterator<Item = T>) -> Vec<(T, i64)> {
    let mut counts: BTreeMap<T, i64> = BTreeMap::new();
    for one in of {
        *counts.entry(one).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// The last reply of each labor within 30 days of birth; one from before it was to another birth, which was none.
fn valid_replies(births: &[Birth], replies: &[Reply]) -> BTreeMap<LaborId, i64> {
    let born: BTreeMap<LaborId, DateTime<Utc>> =
        births.iter().map(|birth| (birth.labor, birth.born_at)).collect();
    replies
        .iter()
        .filter(|reply| {
            born.get(&reply.labor)
                .is_some_and(|born_at| (*born_at..=*born_at + SURVEY_CLOSES).contains(&reply.at))
        })
        .map(|reply| (reply.labor, reply.overall))
        .collect()
}

/// The pain score at one hour: the one nearest to 60 min within the window, both ends included; of two equally near the
/// earlier, of several at one time the highest.
pub fn score_at_one_hour(birth: &Birth, window_min: i64) -> Option<PainScore> {
    let hour = birth.first_dose_at? + Duration::minutes(60);
    let window = Duration::minutes(window_min);
    let near = birth
        .pain
        .iter()
        .filter(|score| (score.at - hour).abs() <= window);
    near.min_by_key(|score| ((score.at - hour).abs(), score.at, std::cmp::Reverse(score.tenths)))
        .copied()
}
