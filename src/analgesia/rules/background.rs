//! What an observation is compared with: her baseline, what was seen before it, what had been given.

use chrono::{DateTime, Duration, Utc};

use super::last_dose;
use super::stopping::is_neuraxial;
use crate::analgesia::model::{Dermatome, DoseUse, Observation, ObservationRow, Record, Stop};
use crate::people::model::LowPressure;

/// From when until when after the first dose a score counts as that of half an hour, whatever the window of one hour.
const HALF_HOUR: (Duration, Duration) = (Duration::minutes(20), Duration::minutes(45));
/// Anesthesia for an operation takes the legs away for so long.
const STRONG: Duration = Duration::hours(4);

/// What an observation is compared with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Background {
    /// Systolic pressure of the baseline, and when it was measured.
    pub baseline: Option<(DateTime<Utc>, i64)>,
    /// What counts as low pressure.
    pub low_pressure: LowPressure,
    /// The first dose for labor.
    pub first_dose_at: Option<DateTime<Utc>>,
    /// The window of the one-hour score.
    pub one_hour: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// When anesthesia for an operation was given.
    pub anesthesia: Vec<DateTime<Utc>>,
    /// The last dose of an analgesia that has ended.
    pub last_dose_at: Option<DateTime<Utc>>,
    /// Since when pressure has been low, seen without a break.
    pub low_since: Option<DateTime<Utc>>,
    /// Since when the fetal heart has been below 100, seen without a break.
    pub below_100_since: Option<DateTime<Utc>>,
    /// Since when it has been below 110.
    pub below_110_since: Option<DateTime<Utc>>,
    /// The newest Bromage score, and when.
    pub bromage: Option<(DateTime<Utc>, i64)>,
    /// The newest upper level of the block, and when.
    pub level: Option<(DateTime<Utc>, Dermatome)>,
    /// Whether her pain was 4 or more half an hour after the first dose.
    pub pain_at_half_hour: bool,
}

impl Background {
    /// What the record and the end of analgesia say, before anything was seen; `left_at` is when she gave birth or left,
    /// beyond which no pump runs that nobody stopped.
    pub fn of(record: Option<&Record>, stop: Option<&Stop>, left_at: Option<DateTime<Utc>>) -> Background {
        let anesthesia = record.iter().flat_map(|record| &record.doses);
        let anesthesia = anesthesia.filter(|dose| dose.purpose == DoseUse::Anesthesia && is_neuraxial(dose));
        Background {
            anesthesia: anesthesia.map(|dose| dose.given_at).collect(),
            last_dose_at: record.and_then(|record| last_dose(record, stop, left_at)),
            ..Background::default()
        }
    }

    /// Whether pressure is low; none when it was not measured.
    pub fn is_low(&self, seen: &Observation) -> Option<bool> {
        if seen.bp_unrecordable {
            return Some(true);
        }
        let sbp = seen.sbp?;
        let left = 100 - self.low_pressure.fall_percent;
        let fallen = self
            .baseline
            .is_some_and(|(at, first)| at < seen.observed_at && sbp * 100 < first * left);
        Some(sbp < self.low_pressure.below || fallen)
    }

    /// Whether her legs are still taken away by anesthesia for an operation.
    pub fn is_strong(&self, at: DateTime<Utc>) -> bool {
        let within = |given: &DateTime<Utc>| *given <= at && at - *given < STRONG;
        self.anesthesia.iter().any(within)
    }

    /// The background of the next observation, once this one was seen.
    pub fn after(mut self, seen: &Observation) -> Background {
        let at = seen.observed_at;
        if let Some(low) = self.is_low(seen) {
            self.low_since = low.then(|| self.low_since.unwrap_or(at));
        }
        if let Some(fhr) = seen.fhr {
            self.below_100_since = (fhr < 100).then(|| self.below_100_since.unwrap_or(at));
            self.below_110_since = (fhr < 110).then(|| self.below_110_since.unwrap_or(at));
        }
        self.bromage = seen.bromage.map(|score| (at, score)).or(self.bromage);
        self.level = highest(seen).map(|level| (at, level)).or(self.level);
        if let (Some(first), Some(tenths)) = (self.first_dose_at, seen.pain_tenths())
            && at >= first + HALF_HOUR.0
            && at < first + HALF_HOUR.1
        {
            self.pain_at_half_hour = tenths >= 40;
        }
        self
    }
}

/// The upper end of the block on the side where it reaches further.
pub fn highest(seen: &Observation) -> Option<Dermatome> {
    [seen.block_level_left, seen.block_level_right]
        .into_iter()
        .flatten()
        .min()
}

/// Her baseline: the pressure that is marked as such, else the last pressure before the first dose, else the first one.
pub fn baseline<'a>(
    rows: impl Iterator<Item = &'a ObservationRow> + Clone,
    first_dose_at: Option<DateTime<Utc>>,
) -> Option<&'a ObservationRow> {
    let at = |row: &&ObservationRow| row.observation.observed_at;
    let measured = rows.filter(|row| row.observation.sbp.is_some());
    let before =
        first_dose_at.and_then(|first| measured.clone().filter(|row| at(row) <= first).max_by_key(at));
    // A row that is marked and holds no pressure is nothing to compare a pressure with.
    let marked = measured
        .clone()
        .filter(|row| row.observation.baseline)
        .max_by_key(at);
    marked.or(before).or_else(|| measured.min_by_key(at))
}
