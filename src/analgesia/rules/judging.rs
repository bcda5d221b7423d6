//! New observations in their place among the known ones: one that is entered late may change what a later one means.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::alarms::{BELOW_100, BELOW_110, LASTING_LOW, condition, tells_of};
use super::background::{Background, baseline};
use super::clocks::RESITING;
use super::{Call, of_observation};
use crate::analgesia::model::{Alarm, AlarmState, Correction, ObservationRow, Raised};
use crate::base::id::ObservationId;

/// What one observation calls for that nobody was called for yet.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The observation.
    pub id: ObservationId,
    /// When it was seen.
    pub observed_at: DateTime<Utc>,
    /// What it calls for.
    pub calls: Vec<(Alarm, Call)>,
    /// All that it calls for.
    pub named: Vec<Alarm>,
    /// What the next one is compared with.
    pub after: Background,
    /// The observations in which a condition has lasted without a break, by the alarm for it.
    lasting: BTreeMap<Alarm, Vec<Uuid>>,
}

impl Judged {
    /// The clocks that it starts, all of them at its own time: those of conditions that began with it.
    pub fn clocks(&self) -> Vec<(Alarm, Duration)> {
        let begins = |since: Option<DateTime<Utc>>| since == Some(self.observed_at);
        let named = |alarm: Alarm| self.named.contains(&alarm);
        let low = named(Alarm::Hypotension) && begins(self.after.low_since);
        let slow = named(Alarm::FetalHeart) || named(Alarm::FetalBradycardia);
        let clocks = [
            (low, Alarm::LastingHypotension, LASTING_LOW),
            (
                slow && begins(self.after.below_100_since),
                Alarm::FetalBradycardia,
                BELOW_100,
            ),
            (
                slow && begins(self.after.below_110_since),
                Alarm::FetalBradycardia,
                BELOW_110,
            ),
            (named(Alarm::NoRelief), Alarm::ResitingDue, RESITING),
        ];
        let started = clocks.into_iter().filter(|(starts, ..)| *starts);
        started.map(|(_, alarm, after)| (alarm, after)).collect()
    }

    /// Whether what another observation called for has lasted from there to this one.
    pub fn lasts(&self, alarm: Alarm, since: Uuid) -> bool {
        let rows = self.lasting.get(&condition(alarm));
        rows.is_some_and(|rows| rows.contains(&since))
    }
}

/// Judges the new observations, and again each known one that a new one precedes, or one that counts no longer did.
pub fn judge(
    known: &[ObservationRow],
    new: &[ObservationRow],
    gone: Option<&ObservationRow>,
    background: Background,
) -> Vec<Judged> {
    let at = |row: &ObservationRow| row.observation.observed_at;
    let Some(earliest) = new.iter().chain(gone).map(at).min() else {
        return Vec::new();
    };
    let mut all: Vec<(bool, &ObservationRow)> = known.iter().map(|row| (false, row)).collect();
    all.extend(new.iter().map(|row| (true, row)));
    all.sort_by_key(|(_, row)| at(row));
    let mut before = with_baseline(known.iter().chain(new), background);
    let mut judged = Vec::new();
    let mut lasting: BTreeMap<Alarm, Vec<Uuid>> = BTreeMap::new();
    for (is_new, row) in all {
        let mut calls = of_observation(&row.observation, &before);
        before = before.after(&row.observation);
        let named: Vec<Alarm> = calls.iter().map(|(alarm, _)| *alarm).collect();
        let found: BTreeSet<Alarm> = named.iter().copied().map(condition).collect();
        lasting.retain(|alarm, _| found.contains(alarm) || !tells_of(*alarm, &row.observation));
        for alarm in found {
            lasting.entry(alarm).or_default().push(row.id.0);
        }
        if is_new || at(row) >= earliest {
            calls.retain(|(alarm, _)| !row.alarms.contains(alarm));
            judged.push(Judged {
                id: row.id,
                observed_at: at(row),
                calls,
                named,
                after: before.clone(),
                lasting: lasting.clone(),
            });
        }
    }
    judged
}

/// Judges all that was seen again: what it is compared with has changed.
pub fn judge_all(known: &[ObservationRow], background: Background) -> Vec<Judged> {
    let first = known.iter().min_by_key(|row| row.observation.observed_at);
    judge(known, &[], first, background)
}

/// Whether an observation calls for this, as it is judged now.
pub fn names(judged: &[Judged], row: Uuid, alarm: Alarm) -> bool {
    let mut own = judged.iter().filter(|one| one.id.0 == row);
    own.any(|one| one.named.contains(&alarm))
}

/// What alarms about observations call for that none of them calls for any more. What a clock called for is left to it.
pub fn unnamed(judged: &[Judged], raised: &[Raised]) -> Vec<Alarm> {
    let about = |one: &&Raised| judged.iter().any(|row| row.id.0 == one.subject);
    let codes = raised
        .iter()
        .filter(about)
        .flat_map(|one| one.codes.iter().copied());
    let by_clock = [
        Alarm::LastingHypotension,
        Alarm::FetalBradycardia,
        Alarm::ResitingDue,
    ];
    let named = |alarm: &Alarm| judged.iter().any(|one| one.named.contains(alarm));
    codes
        .filter(|alarm| !by_clock.contains(alarm) && !named(alarm))
        .collect()
}

/// The background before the first observation, with her baseline among them.
fn with_baseline<'a>(
    rows: impl Iterator<Item = &'a ObservationRow> + Clone,
    background: Background,
) -> Background {
    let row = baseline(rows, background.first_dose_at).map(|row| &row.observation);
    Background {
        baseline: row.and_then(|seen| Some((seen.observed_at, seen.sbp?))),
        ..background
    }
}

/// The background after all that was seen.
pub fn after_all(rows: &[ObservationRow], background: Background) -> Background {
    let before = with_baseline(rows.iter(), background);
    let seen = rows.iter().map(|row| &row.observation);
    seen.fold(before, |before, seen| before.after(seen))
}

/// What of it nobody is called for yet: an alarm that waits for somebody is not raised a second time, unless it has become
/// urgent. One that somebody has taken stands for as long only as what it is about lasts: what comes back calls again.
pub fn unheard(
    raised: &[Raised],
    calls: Vec<(Alarm, Call)>,
    lasts: impl Fn(Alarm, &Raised) -> bool,
) -> Vec<(Alarm, Call)> {
    let stands = |one: &Raised, alarm: Alarm| match one.state {
        AlarmState::Open => true,
        AlarmState::Taken => lasts(alarm, one),
        AlarmState::Closed => false,
    };
    let heard = |alarm: &Alarm, call: &Call| {
        let mut about = raised.iter().filter(|one| one.codes.contains(alarm));
        about.any(|one| (one.urgent || !call.urgent) && stands(one, *alarm))
    };
    calls
        .into_iter()
        .filter(|(alarm, call)| !heard(alarm, call))
        .collect()
}

/// What observations call for that no alarm of their own stands for: there another one's alarm may go on.
pub fn standing(judged: &[Judged], raised: &[Raised]) -> Vec<(Alarm, Uuid)> {
    let pairs = judged
        .iter()
        .flat_map(|one| one.named.iter().map(move |alarm| (*alarm, one.id.0)));
    let own = |alarm: Alarm, row: Uuid| {
        let mut about = raised.iter().filter(|one| one.subject == row);
        about.any(|one| one.codes.contains(&alarm))
    };
    pairs.filter(|(alarm, row)| !own(*alarm, *row)).collect()
}

/// The row that stands in the place of another one now.
pub fn newest(corrections: &[Correction], row: Uuid) -> Uuid {
    let next = |row: Uuid| corrections.iter().find(|one| one.target == row)?.replacement;
    std::iter::successors(Some(row), |row| next(*row))
        .last()
        .unwrap_or(row)
}

/// Known observations with what they were found to call for later on.
pub fn with_late_alarms(mut rows: Vec<ObservationRow>, raised: &[Raised]) -> Vec<ObservationRow> {
    for row in &mut rows {
        let about = raised.iter().filter(|one| one.subject == row.id.0);
        let late: Vec<Alarm> = about
            .flat_map(|one| one.codes.iter().copied())
            .filter(|alarm| !row.alarms.contains(alarm))
            .collect();
        row.alarms.extend(late);
    }
    rows
}
