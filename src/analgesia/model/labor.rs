//! One labor: from admission to the delivery room's door.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Amount, Complication, Correction, DeliveryVersion, Due, ObservationRow, PainReport, Raised,
    RecordVersion, StopVersion,
};
use crate::base::id::{EpisodeId, FacilityId, LaborId, ObservationId, PatientId, StaffId};
use crate::people::model::AsphyxiaDefinition;

crate::words! {
    /// Where a labor stands.
    LaborState {
        /// She is in labor.
        Open = "open",
        /// Her child is born.
        Delivered = "delivered",
        /// Nothing more is recorded.
        Closed = "closed",
    }

    /// Stage of labor at admission.
    LaborStage {
        /// Before the active phase.
        Latent = "latent",
        /// Active phase, from about 5 cm.
        Active = "active",
        /// Full dilation to birth.
        Second = "second",
        /// Not in labor.
        NotInLabor = "not_in_labor",
    }

    /// The membranes.
    Membranes {
        /// Whole.
        Intact = "intact",
        /// Broken.
        Ruptured = "ruptured",
    }

    /// Category of the fetal heart trace.
    FhrCategory {
        /// Normal.
        I = "I",
        /// Indeterminate.
        II = "II",
        /// Abnormal.
        III = "III",
    }

    /// Why a labor is closed.
    CloseReason {
        /// To another hospital before birth.
        Transferred = "transferred",
        /// Born elsewhere.
        DeliveredElsewhere = "delivered_elsewhere",
        /// Home.
        Discharged = "discharged",
        /// Opened by mistake, or labor did not begin.
        Cancelled = "cancelled",
    }
}

/// What is found at admission.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(skip_serializing_if_is_none)]
pub struct Admission {
    /// Stage of labor.
    pub labor_stage: LaborStage,
    /// Cervical dilation, cm, 0–10 in halves.
    pub cervical_dilation_cm: Option<Amount>,
    /// Station of the presenting part, −5…+5.
    pub station: Option<i64>,
    /// The membranes.
    pub membranes: Membranes,
    /// When they broke.
    pub ruptured_at: Option<DateTime<Utc>>,
    /// Fetal heart baseline, bpm, 0–240.
    pub fhr_baseline: Option<i64>,
    /// Category of the trace.
    pub fhr_category: Option<FhrCategory>,
    /// Whether a vein is accessible; needed before puncture.
    pub iv_access: Option<bool>,
    /// Group B streptococcus was found.
    pub gbs: Option<bool>,
    /// She is given antibiotics.
    pub antibiotics: Option<bool>,
    /// Pointers of the unusual values that were checked.
    #[oai(default, skip_serializing_if_is_empty)]
    #[serde(default)]
    pub confirmed: Vec<String>,
    /// Why they are right.
    pub confirmed_reason: Option<String>,
}

/// A labor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Labor {
    /// Its id.
    pub id: LaborId,
    /// Where.
    pub facility_id: FacilityId,
    /// Whose.
    pub patient_id: PatientId,
    /// The pregnancy.
    pub episode_id: EpisodeId,
    /// When she was admitted.
    pub admitted_at: DateTime<Utc>,
    /// When that was written down.
    #[serde(default)]
    pub recorded_at: DateTime<Utc>,
    /// What was found then.
    pub admission: Admission,
    /// Where it stands.
    pub state: LaborState,
    /// Her first request for analgesia: the response clock.
    pub requested_at: Option<DateTime<Utc>>,
    /// First neuraxial dose with the indication `labor`.
    pub first_dose_at: Option<DateTime<Utc>>,
    /// Birth of the first baby.
    pub born_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why.
    pub close_reason: Option<CloseReason>,
    /// A rehearsal's record.
    pub is_test: bool,
    /// Revision of labor, analgesia and delivery together.
    pub version: i64,
}

/// A request for analgesia.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: Uuid,
    /// The labor.
    pub labor: LaborId,
    /// When she asked.
    pub requested_at: DateTime<Utc>,
    /// Whether she tapped herself.
    pub by_patient: bool,
    /// Her pain then, tenths 0–100.
    pub vas_tenths: Option<i64>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
}

/// The checks before the block; each must hold.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields)]
pub struct Checks {
    /// Name and one more identifier.
    pub identity: bool,
    /// The consent holds.
    pub consent_valid: bool,
    /// Allergies asked.
    pub allergies: bool,
    /// The interval since the last anticoagulant.
    pub anticoagulant_interval: bool,
    /// The platelet count was seen.
    pub platelets_seen: bool,
    /// A vein is accessible.
    pub iv_access: bool,
    /// Monitoring is on.
    pub monitoring_on: bool,
    /// Resuscitation equipment is ready.
    pub resuscitation_ready: bool,
    /// Lipid emulsion 20 % is ready.
    pub lipid_emulsion_ready: bool,
    /// She still wants it.
    pub still_wants: bool,
}

/// A time-out that was held.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TimeOut {
    /// Its id.
    pub id: Uuid,
    /// The labor.
    pub labor: LaborId,
    /// When.
    pub at: DateTime<Utc>,
    /// When the block was decided on.
    pub decision_at: Option<DateTime<Utc>>,
    /// The anesthesiologist.
    pub operator: StaffId,
    /// Who supervises.
    pub supervisor: Option<StaffId>,
    /// The midwife.
    pub second: StaffId,
    /// What was checked.
    pub checks: Checks,
    /// Why before the anticoagulant's interval was over.
    pub early_reason: Option<String>,
    /// Why without a re-check that holds.
    pub recheck_reason: Option<String>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
}

/// A labor with everything recorded of it.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The labor.
    pub labor: Labor,
    /// Her requests, first to last.
    pub requests: Vec<Request>,
    /// Time-outs, first to last.
    pub time_outs: Vec<TimeOut>,
    /// The analgesia record as it is now.
    pub record: Option<RecordVersion>,
    /// Observations by time.
    pub observations: Vec<ObservationRow>,
    /// Complications by onset.
    pub complications: Vec<Complication>,
    /// The end of analgesia.
    pub stop: Option<StopVersion>,
    /// The birth as it is now.
    pub delivery: Option<DeliveryVersion>,
    /// Corrections, first to last.
    pub corrections: Vec<Correction>,
    /// Her own words on her pain, first to last.
    pub pain_reports: Vec<PainReport>,
    /// The definition of asphyxia that the hospital reports by.
    pub reporting_definition: AsphyxiaDefinition,
    /// Alarms by time.
    pub alarms: Vec<Raised>,
    /// Her baseline, with which later values are compared.
    pub baseline: Option<ObservationId>,
    /// What is due, and what comes next.
    pub due: Vec<Due>,
    /// Pointers of what must be filled in before the record is complete.
    pub missing: Vec<&'static str>,
}
