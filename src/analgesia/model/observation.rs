//! What is seen and measured, one row per time.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::{Amount, Dermatome};
use crate::base::id::{LaborId, ObservationId, StaffId};

crate::words! {
    /// When pain was scored.
    VasContext {
        /// Between contractions.
        Resting = "resting",
        /// At the peak of a contraction.
        Contraction = "contraction",
    }

    /// What an observation or a complication calls for.
    Alarm {
        /// Low systolic pressure, by the hospital's definition: below 90, or more than 20 % below her baseline.
        Hypotension = "hypotension",
        /// 160 systolic or 110 diastolic, or more.
        Hypertension = "hypertension",
        /// Below 50.
        Bradycardia = "bradycardia",
        /// Above 130.
        Tachycardia = "tachycardia",
        /// Below 95 %.
        LowSaturation = "low_saturation",
        /// Fewer than 10 breaths.
        SlowBreathing = "slow_breathing",
        /// More than 28 breaths.
        FastBreathing = "fast_breathing",
        /// Below 35 °C.
        Cold = "cold",
        /// 38 °C or more.
        Fever = "fever",
        /// Fetal heart outside 110–160.
        FetalHeart = "fetal_heart",
        /// More than 5 contractions in 10 min.
        Tachysystole = "tachysystole",
        /// She can't raise the straight leg.
        MotorBlock = "motor_block",
        /// Block above T6.
        HighBlock = "high_block",
        /// Four segments or more between the sides.
        UnilateralBlock = "unilateral_block",
        /// Sleepy, 2 or more.
        Sedation = "sedation",
        /// Nausea or itching, 2 or more.
        SideEffect = "side_effect",
        /// No urine for four hours.
        Bladder = "bladder",
        /// Pain of 4 or more at one hour.
        OneHourPain = "one_hour_pain",
        /// Low pressure for more than ten minutes.
        LastingHypotension = "lasting_hypotension",
        /// Fetal heart below 100 for three minutes or below 110 for ten.
        FetalBradycardia = "fetal_bradycardia",
        /// Slow breathing, saturation below 92 % or deep sleep.
        RespiratoryDepression = "respiratory_depression",
        /// Pain of 4 or more half an hour and one hour after the first dose.
        NoRelief = "no_relief",
        /// No movement at all with a weak solution: the spinal fluid, or a hematoma.
        DenseBlock = "dense_block",
        /// A block that comes back or grows after it wore off.
        ReturningBlock = "returning_block",
        /// A block that lasts four hours after the last dose.
        LastingBlock = "lasting_block",
        /// A test dose says that the catheter lies in a vein or in the spinal fluid.
        TestDose = "test_dose",
        /// A value that no monitor and no body shows.
        OutOfRange = "out_of_range",
        /// Nobody came for half an hour after she asked for analgesia.
        Unanswered = "unanswered",
        /// She says that she is in pain though analgesia runs.
        PatientPain = "patient_pain",
        /// A complication was reported.
        Complication = "complication",
        /// She can't raise her straight legs.
        LegRaise = "leg_raise",
        /// The tip of the catheter is not whole.
        CatheterTip = "catheter_tip",
        /// A new puncture is due after a block without relief.
        ResitingDue = "resiting_due",
        /// Nobody has tried her legs four and a half hours after the last dose.
        LegRaiseDue = "leg_raise_due",
        /// Imaging is due after signs of a hematoma.
        ImagingDue = "imaging_due",
        /// A hematoma is to be relieved.
        DecompressionDue = "decompression_due",
        /// A headache waits for the anesthesiologist.
        HeadacheReviewDue = "headache_review_due",
        /// The child is to be born after the decision on a cesarean.
        DeliveryDue = "delivery_due",
    }
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Observation {
    /// When it was seen.
    pub observed_at: DateTime<Utc>,
    /// Her values before the first dose, with which later ones are compared.
    #[oai(default)]
    #[serde(default)]
    pub baseline: bool,
    /// Pain on the visual scale, 0–10 in halves.
    pub vas: Option<Amount>,
    /// Pain as a number, 0–10; the same target, another scale.
    pub nrs: Option<i64>,
    /// When pain was scored: at the peak of a contraction wherever possible.
    pub vas_context: Option<VasContext>,
    /// Systolic pressure, mmHg, usually 90–159.
    pub sbp: Option<i64>,
    /// Diastolic pressure, mmHg, usually below 110.
    pub dbp: Option<i64>,
    /// The pressure could not be measured.
    #[oai(default)]
    #[serde(default)]
    pub bp_unrecordable: bool,
    /// Pulse, bpm, usually 50–130; 0 is a fact.
    pub hr: Option<i64>,
    /// Saturation, %, usually 95–100.
    pub spo2: Option<i64>,
    /// No signal.
    #[oai(default)]
    #[serde(default)]
    pub spo2_no_signal: bool,
    /// Breaths per minute, usually 10–28.
    pub rr: Option<i64>,
    /// Temperature, °C, usually 35.0–37.9.
    pub temp_c: Option<Amount>,
    /// Fetal heart, bpm, usually 110–160.
    pub fhr: Option<i64>,
    /// Contractions in 10 min, usually up to 5.
    pub toco: Option<i64>,
    /// Modified Bromage, 0 full movement – 3 none.
    pub bromage: Option<i64>,
    /// Upper level of the block on the left.
    pub block_level_left: Option<Dermatome>,
    /// Upper level of the block on the right.
    pub block_level_right: Option<Dermatome>,
    /// Cervix, cm, 0–10 in halves.
    pub cervix_cm: Option<Amount>,
    /// Sleepiness, 0–3.
    pub sedation: Option<i64>,
    /// Nausea or vomiting, 0–3.
    pub nausea: Option<i64>,
    /// Itching, 0–3.
    pub pruritus: Option<i64>,
    /// Last urine.
    pub last_void_at: Option<DateTime<Utc>>,
    /// A bladder catheter lies.
    pub bladder_catheter: Option<bool>,
    /// Urine left after voiding, ml, 0–2000.
    pub pvr_ml: Option<i64>,
    /// What the running bag has given so far, ml, 0–2000, read off the pump.
    pub total_given_ml: Option<Amount>,
    /// How often she has pressed so far, 0–500.
    pub pca_demands: Option<i64>,
    /// How often a bolus came; at most as often as she pressed.
    pub pca_delivered: Option<i64>,
    /// The unusual values were checked.
    #[oai(default)]
    #[serde(default)]
    pub confirmed: bool,
    /// Why they are right, 1–500 characters; needed with a value that no monitor and no body shows.
    pub confirmed_reason: Option<String>,
}

impl Observation {
    /// Her pain in tenths, by either scale.
    pub fn pain_tenths(&self) -> Option<i64> {
        self.vas
            .and_then(Amount::tenths)
            .or(self.nrs.map(|whole| whole * 10))
    }
}

/// An observation as it was recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ObservationRow {
    /// Its id.
    pub id: ObservationId,
    /// The labor.
    pub labor: LaborId,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// What was seen.
    pub observation: Observation,
    /// What it calls for.
    pub alarms: Vec<Alarm>,
}
