//! What must be filled in before a record is complete; nothing of it stops a step. Sources: CN-EP, OB-QC-2019; the level of
//! the block and the sums of the pump GK.

use super::birth::unscored;
use super::has_block;
use crate::analgesia::model::{Chart, ComplicationCode, Delivery, LaborStage, Record, Stop};

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
pub fn missing(chart: &Chart) -> Vec<&'static str> {
    let mut missing = Missing(Vec::new());
    let found = &chart.labor.admission;
    let latent = found.labor_stage != LaborStage::Active;
    missing.need(
        latent || found.cervical_dilation_cm.is_some(),
        "/admission/cervical_dilation_cm",
    );
    missing.need(found.fhr_baseline.is_some(), "/admission/fhr_baseline");
    missing.need(found.fhr_category.is_some(), "/admission/fhr_category");
    let stop = chart.stop.as_ref().map(|version| &version.stop);
    let record = chart.record.as_ref().map(|version| &version.record);
    if let Some(record) = record.filter(|record| has_block(record)) {
        of_block(&mut missing, record, stop);
        let scored = chart
            .observations
            .iter()
            .any(|row| row.observation.pain_tenths().is_some());
        missing.need(scored, "/observations/vas");
    }
    // A dural puncture that was found by the record: nobody has said what was done next.
    let decided = chart
        .complications
        .iter()
        .all(|row| row.event.code != ComplicationCode::Adp || row.event.adp_next.is_some());
    missing.need(decided, "/complications/adp_next");
    if let Some(version) = &chart.delivery {
        of_birth(&mut missing, &version.delivery);
    }
    missing.0
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
