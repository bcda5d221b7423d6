//! What must be filled in before a record is complete; nothing of it stops a step. Sources: CN-EP, OB-QC-2019; the level
//! of the block and the sums of the pump GK.

use chrono::{DateTime, Duration, Utc};

use super::birth::unscored;
use super::stopping::removed_at;
use super::{as_read, has_block, standing_end, window};
use crate::analgesia::model::{
    Chart, ComplicationCode, Delivery, LaborStage, Observation, ObservationRow, PumpMode, Record, Stop,
};

/// A score so soon after the first dose is still the one before its effect.
const WITH_DOSE: Duration = Duration::minutes(3);
/// The level of the block is felt from here on, and asked for here.
const LEVEL_FROM: Duration = Duration::minutes(18);
const LEVEL_AT: Duration = Duration::minutes(30);

/// Pointers of what is missing.
struct Missing(Vec<&'static str>);

impl Missing {
    fn need(&mut self, present: bool, pointer: &'static str) {
        if !present {
            self.0.push(pointer);
        }
    }
}

/// Pointers of what must be filled in before the record of a labor is complete.
///
/// `window_min` is what the hospital allows either side of one hour for the score.
pub fn missing(chart: &Chart, window_min: i64) -> Vec<&'static str> {
    let mut missing = Missing(Vec::new());
    let found = &chart.labor.admission;
    let latent = found.labor_stage != LaborStage::Active;
    missing.need(
        latent || found.cervical_dilation_cm.is_some(),
        "/admission/cervical_dilation_cm",
    );
    missing.need(found.fhr_baseline.is_some(), "/admission/fhr_baseline");
    missing.need(found.fhr_category.is_some(), "/admission/fhr_category");
    let record = chart.record.as_ref().map(|version| &version.record);
    let written = chart.stop.as_ref().map(|version| &version.stop);
    let is_out = removed_at(record, written).is_some();
    let stop = standing_end(record, written).or(written.filter(|_| is_out));
    if let Some(record) = record.filter(|record| has_block(record)) {
        of_block(&mut missing, &as_read(record, &chart.observations), stop);
        if let Some(first) = chart.labor.first_dose_at {
            let ended = [stop.map(|stop| stop.stop_at), chart.labor.born_at];
            let seen = Seen {
                rows: &chart.observations,
                first,
                ended: ended.into_iter().flatten().min(),
            };
            seen.of_relief(&mut missing, window(first, window_min), chart.labor.born_at);
        }
    }
    let in_context = |row: &ObservationRow| {
        row.observation.pain_tenths().is_none() || row.observation.vas_context.is_some()
    };
    let told = chart.observations.iter().all(in_context);
    missing.need(told, "/observations/vas_context");
    // A dural puncture that was found by the record: nobody has said what was done next.
    let decided = chart
        .complications
        .iter()
        .all(|row| row.event.code != ComplicationCode::Adp || row.event.adp_next.is_some());
    missing.need(decided, "/complications/adp_next");
    let catheter_problem = chart
        .complications
        .iter()
        .any(|row| row.event.code == ComplicationCode::CatheterProblem);
    let unmeasured = written.is_some_and(|stop| is_out && stop.catheter_removed_cm.is_none());
    missing.need(!(catheter_problem && unmeasured), "/stop/catheter_removed_cm");
    if let Some(version) = &chart.delivery {
        of_birth(&mut missing, &version.delivery);
    }
    missing.0
}

/// What was seen around the first dose.
struct Seen<'a> {
    rows: &'a [ObservationRow],
    first: DateTime<Utc>,
    /// The birth or the end of analgesia, whichever was first.
    ended: Option<DateTime<Utc>>,
}

impl Seen<'_> {
    /// Her pain with the first dose and one hour after it, and how far the block reached.
    fn of_relief(
        &self,
        missing: &mut Missing,
        hour: (DateTime<Utc>, DateTime<Utc>),
        born_at: Option<DateTime<Utc>>,
    ) {
        let pain = |seen: &Observation| seen.pain_tenths().is_some();
        missing.need(
            self.was_seen(pain, DateTime::<Utc>::MIN_UTC, self.first + WITH_DOSE),
            "/observations/baseline/vas",
        );
        let nobody_to_ask = born_at.is_some_and(|born| born < hour.0);
        missing.need(
            nobody_to_ask || self.was_seen(pain, hour.0, hour.1),
            "/observations/one_hour/vas",
        );
        let ended_before = self.ended.is_some_and(|end| end <= self.first + LEVEL_AT);
        let felt = |side: fn(&Observation) -> bool| self.was_seen(side, self.first + LEVEL_FROM, hour.1);
        let left = felt(|seen| seen.block_level_left.is_some());
        missing.need(ended_before || left, "/observations/block_level_left");
        let right = felt(|seen| seen.block_level_right.is_some());
        missing.need(ended_before || right, "/observations/block_level_right");
    }

    fn was_seen(&self, has: impl Fn(&Observation) -> bool, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        let mut rows = self.rows.iter().map(|row| &row.observation);
        rows.any(|seen| (from..=to).contains(&seen.observed_at) && has(seen))
    }
}

fn of_block(missing: &mut Missing, record: &Record, stop: Option<&Stop>) {
    missing.need(record.interspace.is_some(), "/analgesia/interspace");
    missing.need(record.needle_attempts.is_some(), "/analgesia/needle_attempts");
    missing.need(record.paresthesia.is_some(), "/analgesia/paresthesia");
    missing.need(record.blood.is_some(), "/analgesia/blood");
    missing.need(record.csf.is_some(), "/analgesia/csf");
    let catheter = record.catheter_at.is_some();
    missing.need(
        !catheter || record.catheter_depth_cm.is_some(),
        "/analgesia/catheter_depth_cm",
    );
    missing.need(!catheter || record.test_dose.is_some(), "/analgesia/test_dose");
    missing.need(
        !catheter || stop.is_some_and(|stop| stop.tip_intact.is_some()),
        "/stop/tip_intact",
    );
    missing.need(
        stop.is_some_and(|stop| stop.leg_raise.is_some()),
        "/stop/leg_raise",
    );
    if let Some(pump) = record.pump.as_ref().filter(|_| stop.is_some()) {
        missing.need(pump.given_ml.is_some(), "/analgesia/pump/given_ml");
        let presses = pump.modes.contains(&PumpMode::Pcea);
        missing.need(
            !presses || pump.pca_demands.is_some(),
            "/analgesia/pump/pca_demands",
        );
        missing.need(
            !presses || pump.pca_delivered.is_some(),
            "/analgesia/pump/pca_delivered",
        );
    }
}

fn of_birth(missing: &mut Missing, birth: &Delivery) {
    let vaginal = !birth.mode.is_cesarean();
    missing.need(birth.blood_loss_ml.is_some(), "/delivery/blood_loss_ml");
    missing.need(birth.oxytocin.is_some(), "/delivery/oxytocin");
    for (known, pointer) in [
        (birth.first_stage_min.is_some(), "/delivery/first_stage_min"),
        (birth.second_stage_min.is_some(), "/delivery/second_stage_min"),
        (birth.third_stage_min.is_some(), "/delivery/third_stage_min"),
        (birth.second_stage_start.is_some(), "/delivery/second_stage_start"),
        (birth.episiotomy.is_some(), "/delivery/episiotomy"),
        (birth.tear.is_some(), "/delivery/tear"),
    ] {
        missing.need(!vaginal || known, pointer);
    }
    let weighed = birth.babies.iter().all(|baby| baby.weight_g.is_some());
    missing.need(weighed, "/delivery/babies/weight_g");
    for (member, pointer) in [
        ("apgar1", "/delivery/babies/apgar1"),
        ("apgar5", "/delivery/babies/apgar5"),
        ("apgar10", "/delivery/babies/apgar10"),
    ] {
        let mut babies = birth.babies.iter();
        let scored = babies.all(|baby| !unscored(birth.birth_place, baby).contains(&member));
        missing.need(scored, pointer);
    }
}
