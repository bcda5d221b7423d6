//! What is due in labor, by the record and by what was seen. Sources: CN-EP (T0, +5 … +30, hourly, one hour), UK-LEG-2020
//! (legs); temperature, bladder and the level of the block GK.

use chrono::{DateTime, Duration, Utc};

use super::clocks::DELIVERY;
use super::stopping::{LEG_RAISE, LEG_RAISE_MISSED, removed_at, standing_end};
use super::{ONE_HOUR, has_block, last_dose, window};
use crate::analgesia::model::{
    CloseReason, Dose, DoseUse, Drug, Due, DueKind, Labor, LaborState, LegRaise, Observation, ObservationRow,
    Raised, Rank, Record, Route, Stop,
};

/// After each loading dose and top-up, min; then by the hour.
const AFTER_DOSE: [i64; 6] = [0, 5, 10, 15, 20, 30];
const HOUR: i64 = 60;
/// An observation counts for the time that it is a little early for, min: by the minute, and by the hour.
const EARLY: (i64, i64) = (2, 15);
/// So long after its time an observation is missed, min.
const GRACE: (i64, i64) = (5, 15);
/// A baseline is this old at most.
const BASELINE: Duration = Duration::hours(1);
/// The level of the block is felt from here on.
const LEVEL_FROM: i64 = 18;
const LEVEL_AT: i64 = 30;
/// Pain is scored with the dose, and from here on: no relief at half an hour and at one hour is a failed block.
const PAIN_FROM: i64 = 30;
/// She is reminded of the score of one hour this long before.
const REMINDER: Duration = Duration::minutes(5);
/// From then on after the first dose she is asked for it.
const NEAR_ONE_HOUR: Duration = Duration::minutes(45);
const FETAL_HEART: (Duration, Duration) = (Duration::minutes(30), Duration::minutes(45));
const TEMPERATURE: (Duration, Duration) = (Duration::hours(2), Duration::hours(4));
const BLADDER: (Duration, Duration) = (Duration::hours(3), Duration::hours(4));
/// Somebody answers her request within this time.
const RESPONSE: Duration = Duration::minutes(30);
/// Her legs are tried this much early at most.
const EARLY_LEGS: Duration = Duration::minutes(30);
const AT_BIRTH: (Duration, Duration) = (Duration::minutes(15), Duration::minutes(30));

/// What is looked at to say what is due.
#[derive(Clone, Copy)]
pub struct Course<'a> {
    /// The labor.
    pub labor: &'a Labor,
    /// The analgesia record.
    pub record: Option<&'a Record>,
    /// The end of analgesia.
    pub stop: Option<&'a Stop>,
    /// What was seen, by time.
    pub seen: &'a [ObservationRow],
    /// Minutes either side of one hour that a score counts for.
    pub window_min: i64,
    /// Until when her re-check holds; none before there is one.
    pub recheck_until: Option<DateTime<Utc>>,
    /// Since when a cesarean waits for the birth.
    pub converted_at: Option<DateTime<Utc>>,
}

type Has = fn(&Observation) -> bool;

const PRESSURE: (&str, Has) = ("sbp", |seen| seen.sbp.is_some() || seen.bp_unrecordable);
const PULSE: (&str, Has) = ("hr", |seen| seen.hr.is_some());
const SATURATION: (&str, Has) = ("spo2", |seen| seen.spo2.is_some() || seen.spo2_no_signal);
const LEGS: (&str, Has) = ("bromage", |seen| seen.bromage.is_some());
const FETUS: (&str, Has) = ("fhr", |seen| seen.fhr.is_some());
const PAIN: (&str, Has) = ("vas", |seen| seen.pain_tenths().is_some());
const BREATHS: (&str, Has) = ("rr", |seen| seen.rr.is_some());
const LEVEL: (&str, Has) = ("block_level_left", |seen| seen.block_level_left.is_some());
const LEVEL_RIGHT: (&str, Has) = ("block_level_right", |seen| seen.block_level_right.is_some());
const WARMTH: (&str, Has) = ("temp_c", |seen| seen.temp_c.is_some());
const WATER: &str = "last_void_at";

/// What is due or comes next, the soonest first; one row of each kind at most.
pub fn due(course: Course, now: DateTime<Utc>) -> Vec<Due> {
    let labor = course.labor;
    let mut all = Vec::new();
    if labor.state == LaborState::Open
        && let Some(asked) = labor.requested_at.filter(|_| labor.first_dose_at.is_none())
    {
        all.push(row(DueKind::Response, asked, asked + RESPONSE, &[]));
        let lapses = course.recheck_until.map_or(asked, |until| until.max(asked));
        all.push(row(DueKind::Recheck, lapses, lapses + RESPONSE, &[]));
    }
    if labor.state == LaborState::Open
        && let Some(since) = course.converted_at
    {
        all.push(row(DueKind::Delivery, since, since + DELIVERY, &[]));
    }
    if labor.state != LaborState::Closed
        && let Some(first) = labor.first_dose_at
    {
        all.extend(course.round(first, now));
        all.extend(course.one_hour(first));
        all.extend(course.at_dilation());
        all.extend(course.at_birth());
        if course.ended().is_none() {
            all.push(course.again(DueKind::FetalHeart, FETUS, first, FETAL_HEART));
            all.push(course.again(DueKind::Temperature, WARMTH, first, TEMPERATURE));
            all.push(course.bladder(first));
        }
    }
    all.extend(course.catheter());
    all.extend(course.legs());
    all.sort_by_key(|due| (due.due_at, due.kind.word()));
    all
}

/// How soon somebody looks at a line of the board.
pub fn rank(open: &[Raised], due: &[Due], waits: bool, now: DateTime<Utc>) -> Rank {
    if open.iter().any(|alarm| alarm.urgent) {
        Rank::Urgent
    } else if !open.is_empty() {
        Rank::Alarm
    } else if waits {
        Rank::Waiting
    } else if due.iter().any(|due| due.overdue_at <= now) {
        Rank::Overdue
    } else if due.iter().any(|due| due.due_at <= now) {
        Rank::Due
    } else {
        Rank::Calm
    }
}

fn row(kind: DueKind, due_at: DateTime<Utc>, overdue_at: DateTime<Utc>, fields: &[&'static str]) -> Due {
    Due {
        kind,
        due_at,
        overdue_at,
        fields: fields.to_vec(),
    }
}

impl Course<'_> {
    /// When the rounds end: with the birth, or with analgesia.
    fn ended(&self) -> Option<DateTime<Utc>> {
        let stopped = standing_end(self.record, self.stop).map(|stop| stop.stop_at);
        [stopped, self.labor.born_at].into_iter().flatten().min()
    }

    fn was_seen(&self, has: Has, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        let mut rows = self.seen.iter().map(|row| &row.observation);
        rows.any(|seen| seen.observed_at >= from && seen.observed_at < until && has(seen))
    }

    fn last(&self, has: Has) -> Option<DateTime<Utc>> {
        let rows = self.seen.iter().map(|row| &row.observation);
        rows.filter(|seen| has(seen)).map(|seen| seen.observed_at).max()
    }

    /// Every loading dose and top-up for labor, the first dose first.
    fn doses(&self, first: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let neuraxial = |dose: &&Dose| {
            dose.purpose == DoseUse::Labor && matches!(dose.route, Route::Epidural | Route::Intrathecal)
        };
        let given = self.record.iter().flat_map(|record| &record.doses);
        let mut times: Vec<DateTime<Utc>> = given
            .filter(neuraxial)
            .map(|dose| dose.given_at)
            .filter(|at| *at > first)
            .chain([first])
            .collect();
        times.sort();
        times.dedup();
        times
    }

    /// The round that is due, or the next one: by the minute after each dose, then by the hour.
    fn round(&self, first: DateTime<Utc>, now: DateTime<Utc>) -> Option<Due> {
        let doses = self.doses(first);
        let ended = self.ended();
        let last = doses.iter().rev().find(|at| **at <= now).or(doses.first())?;
        let next_dose = doses.iter().find(|at| *at > last).copied();
        let since = (now - *last).num_minutes().max(0);
        let by_hour = (1..=since / HOUR + 2).map(|n| n * HOUR);
        let offsets: Vec<i64> = AFTER_DOSE.into_iter().chain(by_hour).collect();
        let at = |offset: i64| *last + Duration::minutes(offset);
        let current = offsets.iter().rposition(|offset| at(*offset) <= now).unwrap_or(0);
        for (index, offset) in offsets.iter().enumerate().skip(current) {
            let slot = at(*offset);
            if ended.is_some_and(|end| slot >= end) || next_dose.is_some_and(|next| slot >= next) {
                return None;
            }
            let hourly = *offset >= HOUR;
            let early = |offset: i64| Duration::minutes(if offset >= HOUR { EARLY.1 } else { EARLY.0 });
            let from = match *offset {
                0 => slot - BASELINE,
                offset => slot - early(offset),
            };
            let until = offsets
                .get(index + 1)
                .map_or(DateTime::<Utc>::MAX_UTC, |next| at(*next) - early(*next));
            let fields: Vec<&'static str> = self
                .wanted(*offset)
                .into_iter()
                .filter(|(name, has)| {
                    let is_level = [LEVEL.0, LEVEL_RIGHT.0].contains(name);
                    let from = if is_level { at(LEVEL_FROM) } else { from };
                    !self.was_seen(*has, from, until)
                })
                .map(|(name, _)| name)
                .collect();
            if !fields.is_empty() {
                let grace = Duration::minutes(if hourly { GRACE.1 } else { GRACE.0 });
                return Some(row(DueKind::Round, slot, slot + grace, &fields));
            }
        }
        None
    }

    /// What a round asks for, so many minutes after a dose.
    fn wanted(&self, offset: i64) -> Vec<(&'static str, Has)> {
        let mut wanted = vec![PRESSURE, PULSE, SATURATION, LEGS, FETUS];
        if offset == 0 || offset >= PAIN_FROM {
            wanted.push(PAIN);
        }
        if offset == LEVEL_AT {
            wanted.extend([LEVEL, LEVEL_RIGHT]);
        }
        if self.breathes_slowly() {
            wanted.push(BREATHS);
        }
        wanted
    }

    /// An opioid in the spinal fluid, or sleepiness: her breaths are counted.
    fn breathes_slowly(&self) -> bool {
        let opioid = |dose: &Dose| {
            dose.route == Route::Intrathecal && matches!(dose.drug, Drug::Sufentanil | Drug::Fentanyl)
        };
        let given = self.record.is_some_and(|record| record.doses.iter().any(opioid));
        let newest = self.seen.iter().rev().find_map(|row| row.observation.sedation);
        given || newest.is_some_and(|score| score >= 1)
    }

    /// The score of one hour. Who gave birth before its window had nobody to ask her.
    fn one_hour(&self, first: DateTime<Utc>) -> Option<Due> {
        let (from, to) = window(first, self.window_min);
        let born = self.labor.born_at.is_some_and(|at| at < from);
        // Where the window is wide, the score of half an hour stands in it and is none of one hour.
        let near = from.max(first + NEAR_ONE_HOUR);
        let scored = self.was_seen(PAIN.1, near, to + Duration::milliseconds(1));
        let wanted = !born && !scored;
        wanted.then(|| row(DueKind::OneHourPain, first + ONE_HOUR - REMINDER, to, &[PAIN.0]))
    }

    /// Her pain at full dilation.
    fn at_dilation(&self) -> Option<Due> {
        let full = |seen: &&Observation| seen.cervix_cm.and_then(|cm| cm.tenths()) == Some(100);
        let rows = self.seen.iter().map(|row| &row.observation);
        let at = rows.filter(full).map(|seen| seen.observed_at).min()?;
        let (early, late) = AT_BIRTH;
        let scored = self.was_seen(PAIN.1, at - early, DateTime::<Utc>::MAX_UTC);
        let over = self.ended().is_some_and(|end| end <= at + late);
        (!scored && !over).then(|| row(DueKind::FullDilation, at, at + late, &[PAIN.0]))
    }

    /// A round at birth.
    fn at_birth(&self) -> Option<Due> {
        let born = self.labor.born_at?;
        let (early, late) = AT_BIRTH;
        let wanted = [PAIN, PRESSURE, PULSE, SATURATION, LEGS];
        let until = DateTime::<Utc>::MAX_UTC;
        let missing = wanted
            .iter()
            .filter(|(_, has)| !self.was_seen(*has, born - early, until));
        let fields: Vec<&'static str> = missing.map(|(name, _)| *name).collect();
        (!fields.is_empty()).then(|| row(DueKind::Birth, born, born + late, &fields))
    }

    /// Something that is looked at again and again, from the first dose on.
    fn again(
        &self,
        kind: DueKind,
        (field, has): (&'static str, Has),
        first: DateTime<Utc>,
        every: (Duration, Duration),
    ) -> Due {
        let (due, overdue) = every;
        let from = self.last(has).filter(|at| *at >= first - BASELINE);
        match from {
            Some(last) => row(kind, last + due, last + overdue, &[field]),
            None => row(kind, first, first + overdue, &[field]),
        }
    }

    /// Her bladder: from when she passed urine, not from when somebody wrote that down.
    fn bladder(&self, first: DateTime<Utc>) -> Due {
        let rows = self.seen.iter().map(|row| &row.observation);
        let emptied = |seen: &Observation| {
            let looked = seen.bladder_catheter == Some(true) || seen.pvr_ml.is_some();
            seen.last_void_at
                .into_iter()
                .chain(looked.then_some(seen.observed_at))
                .max()
        };
        let last = rows.filter_map(emptied).max();
        let (due, overdue) = BLADDER;
        match last.filter(|at| *at >= first - overdue) {
            Some(last) => row(DueKind::Bladder, last + due, last + overdue, &[WATER]),
            None => row(DueKind::Bladder, first, first + overdue, &[WATER]),
        }
    }

    /// The catheter of a woman who has given birth.
    pub fn catheter(&self) -> Option<Due> {
        let born = self
            .labor
            .born_at
            .filter(|_| self.labor.state == LaborState::Delivered)?;
        let lies = self.record.is_some_and(|record| record.catheter_at.is_some());
        let out = removed_at(self.record, self.stop).is_some();
        (lies && !out).then(|| {
            row(
                DueKind::Catheter,
                born,
                born + Duration::hours(12),
                &["catheter_removed_at"],
            )
        })
    }

    /// Her legs, four hours after the last dose, until she raised both of them then: sooner tells nothing of what comes
    /// later. Who went to another hospital before the birth is looked after there.
    pub fn legs(&self) -> Option<Due> {
        let elsewhere = [
            Some(CloseReason::Transferred),
            Some(CloseReason::DeliveredElsewhere),
        ];
        if elsewhere.contains(&self.labor.close_reason) {
            return None;
        }
        let record = self.record.filter(|record| has_block(record))?;
        let left_at = self.labor.born_at.or(self.labor.closed_at);
        let last = last_dose(record, self.stop, left_at)?;
        let raised = |stop: &Stop| {
            let in_time = stop
                .leg_raise_at
                .is_some_and(|at| at >= last + LEG_RAISE - EARLY_LEGS);
            stop.leg_raise == Some(LegRaise::Able) && in_time
        };
        (!self.stop.is_some_and(raised)).then(|| {
            row(
                DueKind::LegRaise,
                last + LEG_RAISE,
                last + LEG_RAISE_MISSED,
                &["leg_raise"],
            )
        })
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
