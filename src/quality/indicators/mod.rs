//! Numerators and denominators, pure: births and replies in, figures and their cases out.
//!
//! The literal reading of the national text stands first, the sensible variants beside it; all are computed. Each birth
//! gives each indicator [`Part`]s, and a figure is their sum, so that every number can be opened to its cases.
//! Sources: 附件2《分娩镇痛工作评估指标》 of 国卫办医政发〔2025〕12号; 产科专业医疗质量控制指标(2019年版).

mod parts;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::analgesia::model::Birth;
use crate::base::id::LaborId;
use crate::followup::facts::SURVEY_CLOSES;
use crate::followup::model::Reply;

/// Version of the definitions; a figure is comparable with another of the same one only.
pub const DEFINITION_VERSION: &str = "1.0.0";

/// Below this denominator a rate says little: show the counts.
pub const SMALL_SAMPLE: i64 = 30;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal;)*) => {
        /// An indicator in one of its readings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Indicator { $($(#[$doc])* $variant,)* }

        impl Indicator {
            /// In the order in which they are published: each literal one before its variants.
            pub const ALL: &'static [Indicator] = &[$(Indicator::$variant,)*];

            /// The code, also the key of its title in `content/messages`.
            pub fn code(self) -> &'static str {
                match self { $(Indicator::$variant => $word,)* }
            }
        }
    };
}

codes! {
    /// Neuraxial labor analgesia, conversions included ÷ vaginal deliveries. May exceed 100 %.
    N1Literal = "N1-lit";
    /// The same ÷ vaginal deliveries and intrapartum cesareans: one population above and below.
    N1Trial = "N1-trial";
    /// Vaginal deliveries with labor analgesia ÷ vaginal deliveries.
    ObEpd02 = "OB-EPD-02";
    /// Pain ≤ 3 at one hour ÷ all episodes; a missing score counts as not relieved.
    N2Literal = "N2-lit";
    /// Pain ≤ 3 at one hour ÷ episodes with a valid score.
    N2CompleteCase = "N2-cc";
    /// Newborns with asphyxia by Apgar ÷ live newborns of mothers with analgesia.
    N3Literal = "N3-lit";
    /// Satisfied ÷ all episodes; no reply counts as not satisfied.
    N4Literal = "N4-lit";
    /// Satisfied ÷ replies.
    N4Response = "N4-resp";
    /// Replies ÷ episodes.
    N4ResponseRate = "N4-rate";
    /// Cesarean mothers ÷ all mothers.
    A1 = "A1";
    /// Conversions to cesarean ÷ episodes.
    A3 = "A3";
}

impl Indicator {
    /// Reads a code.
    pub fn parse(code: &str) -> Option<Indicator> {
        Indicator::ALL
            .iter()
            .copied()
            .find(|indicator| indicator.code() == code)
    }

    /// Whether its cases would show who was satisfied: for the quality office only.
    pub fn is_of_satisfaction(self) -> bool {
        matches!(
            self,
            Indicator::N4Literal | Indicator::N4Response | Indicator::N4ResponseRate
        )
    }
}

/// Why a case is not counted, or what is to be known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A rehearsal's record.
    TestRecord,
    /// Born on the way or in another place.
    BornElsewhere,
    /// Born before 28 weeks: not a delivery in the obstetric definition.
    Before28Weeks,
    /// Analgesia for a planned cesarean: no trial of labor.
    PlannedCesarean,
    /// No valid pain score around one hour.
    NoScore,
    /// Born before a score could be taken.
    DeliveredBefore1h,
    /// Not a newborn: no sign of life.
    Stillbirth,
    /// Below 28 weeks and below 1000 g: not a live birth by definition.
    BelowLiveBirth,
    /// An Apgar score is missing.
    ApgarMissing,
    /// She did not reply.
    NoReply,
    /// She was not asked, because her baby died.
    SurveySuppressed,
    /// Gestation at birth is not known; counted as at least 28 weeks.
    GestationUnknown,
}

impl Reason {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Reason::TestRecord => "test_record",
            Reason::BornElsewhere => "born_elsewhere",
            Reason::Before28Weeks => "before_28_weeks",
            Reason::PlannedCesarean => "planned_cesarean",
            Reason::NoScore => "no_score",
            Reason::DeliveredBefore1h => "delivered_before_1h",
            Reason::Stillbirth => "stillbirth",
            Reason::BelowLiveBirth => "below_live_birth",
            Reason::ApgarMissing => "apgar_missing",
            Reason::NoReply => "no_reply",
            Reason::SurveySuppressed => "survey_suppressed",
            Reason::GestationUnknown => "gestation_unknown",
        }
    }
}

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
}

impl Figure {
    /// The rate, percent with one decimal; none when there is nothing below the line.
    pub fn value(&self) -> Option<String> {
        percent(self.numerator, self.denominator)
    }

    /// How many of the needed values are recorded, percent.
    pub fn completeness(&self) -> Option<String> {
        percent(self.completeness.0, self.completeness.1)
    }
}

/// `numerator ÷ denominator × 100`, one decimal, half up; none for a denominator of 0, which is not 0 %.
pub fn percent(numerator: i64, denominator: i64) -> Option<String> {
    if denominator == 0 {
        return None;
    }
    let rate = Decimal::from(numerator) * Decimal::ONE_HUNDRED / Decimal::from(denominator);
    let rounded = rate.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    Some(format!("{rounded:.1}"))
}

/// What all indicators of a period are computed from.
pub struct Data<'a> {
    /// Births in the period, by the birth of the first baby.
    pub births: &'a [Birth],
    /// Replies to the survey, the earliest first; later than the period too, since they may come in for 30 days.
    pub replies: &'a [Reply],
    /// Minutes either side of one hour that a pain score counts for: 10, 15 or 30.
    pub window_min: i64,
}

impl Data<'_> {
    /// What every birth contributes to an indicator, by time of birth.
    pub fn parts(&self, indicator: Indicator) -> Vec<Part> {
        let scores = valid_replies(self.births, self.replies);
        self.births
            .iter()
            .flat_map(|birth| {
                let score = scores.get(&birth.labor).copied();
                parts::of(indicator, birth, score, self.window_min)
            })
            .collect()
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
        }
    }
}

fn tally(reasons: impl Iterator<Item = Reason>) -> Vec<(Reason, i64)> {
    let mut counts: BTreeMap<Reason, i64> = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// The last reply of each labor within 30 days of birth.
fn valid_replies(births: &[Birth], replies: &[Reply]) -> BTreeMap<LaborId, i64> {
    let born: BTreeMap<LaborId, DateTime<Utc>> =
        births.iter().map(|birth| (birth.labor, birth.born_at)).collect();
    replies
        .iter()
        .filter(|reply| {
            born.get(&reply.labor)
                .is_some_and(|born_at| reply.at <= *born_at + SURVEY_CLOSES)
        })
        .map(|reply| (reply.labor, reply.overall))
        .collect()
}

/// The pain score at one hour, tenths: the one nearest to 60 min within the window, both ends included; of two equally
/// near the earlier, of several at one time the highest.
pub fn score_at_one_hour(birth: &Birth, window_min: i64) -> Option<i64> {
    let hour = birth.first_dose_at? + Duration::minutes(60);
    let window = Duration::minutes(window_min);
    birth
        .pain
        .iter()
        .filter(|(at, _)| (*at - hour).abs() <= window)
        .min_by_key(|(at, tenths)| ((*at - hour).abs(), *at, std::cmp::Reverse(*tenths)))
        .map(|(_, tenths)| *tenths)
}
