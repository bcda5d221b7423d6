//! Complications, and the end of analgesia.

use chrono::{DateTime, Duration, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Amount;
use crate::base::id::{ComplicationId, StaffId};

crate::words! {
    /// A complication.
    ComplicationCode {
        /// Low pressure.
        Hypotension = "hypotension",
        /// Slow fetal heart.
        FetalBradycardia = "fetal_bradycardia",
        /// No or not enough effect.
        FailedBlock = "failed_block",
        /// One side only.
        Unilateral = "unilateral",
        /// Accidental dural puncture.
        Adp = "adp",
        /// Headache after dural puncture.
        Pdph = "pdph",
        /// High or total spinal block.
        HighTotalSpinal = "high_total_spinal",
        /// Into a vessel.
        Intravascular = "intravascular",
        /// Local anesthetic toxicity.
        Last = "last",
        /// Fever in labor.
        Fever = "fever",
        /// Itching.
        Pruritus = "pruritus",
        /// Nausea or vomiting.
        Nausea = "nausea",
        /// Shivering.
        Shivering = "shivering",
        /// Urine retention.
        UrinaryRetention = "urinary_retention",
        /// Nerve injury.
        NerveInjury = "nerve_injury",
        /// Epidural hematoma.
        Hematoma = "hematoma",
        /// Abscess or meningitis.
        AbscessMeningitis = "abscess_meningitis",
        /// Respiratory depression.
        RespiratoryDepression = "respiratory_depression",
        /// Catheter out or broken.
        CatheterProblem = "catheter_problem",
        /// Conversion to cesarean.
        ConversionCs = "conversion_cs",
        /// Maternal cardiac arrest.
        MaternalArrest = "maternal_arrest",
        /// Maternal death.
        MaternalDeath = "maternal_death",
    }

    /// What was done after an accidental dural puncture.
    AdpNext {
        /// Epidural at another place: small increments, the doses may pass the hole.
        ResitedEpidural = "resited_epidural",
        /// The catheter was left in the spinal fluid.
        IntrathecalCatheter = "intrathecal_catheter",
        /// No catheter.
        Abandoned = "abandoned",
    }

    /// How it ended.
    #[oai(rename = "ComplicationOutcome")]
    EventOutcome {
        /// Without a trace.
        Recovered = "recovered",
        /// Still there.
        Ongoing = "ongoing",
        /// Lasting harm.
        PermanentHarm = "permanent_harm",
        /// She died.
        Death = "death",
    }

    /// Why analgesia ended.
    StopReason {
        /// Her child is born.
        Delivered = "delivered",
        /// She wished it.
        Request = "request",
        /// Cesarean.
        Conversion = "conversion",
        /// A complication.
        Complication = "complication",
        /// No effect.
        Failed = "failed",
    }

    /// What was recorded of a straight-leg raise.
    LegRaise {
        /// Both legs.
        Able = "able",
        /// Not both: the anesthesiologist comes at once.
        Unable = "unable",
    }
}

/// A complication as it is reported.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Event {
    /// Which.
    pub code: ComplicationCode,
    /// When it began.
    pub onset_at: DateTime<Utc>,
    /// 1 no treatment, 2 treated on the ward, 3 longer stay, intensive care or a procedure, 4 permanent harm or death.
    pub severity: i64,
    /// What was done, up to 1000 characters.
    pub treatment: Option<String>,
    /// She was moved to intensive care, which nobody had planned: severity 3 or more.
    pub intensive_care: Option<bool>,
    /// How it ended.
    pub outcome: Option<EventOutcome>,
    /// When it was over; needed with `recovered`.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Needed with `adp`.
    pub adp_next: Option<AdpNext>,
    /// When the step was done that its clock asks for: the new puncture, the imaging of a hematoma, the review of a headache.
    pub acted_at: Option<DateTime<Utc>>,
}

/// A complication as it was recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Complication {
    /// Its id.
    pub id: ComplicationId,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// What happened.
    pub event: Event,
}

/// A complication as the indicators need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComplicationFact {
    /// Which.
    pub code: ComplicationCode,
    /// 1 no treatment – 4 permanent harm or death.
    pub severity: i64,
    /// She was moved to intensive care, which nobody had planned.
    pub intensive_care: bool,
    /// When it began.
    pub onset_at: DateTime<Utc>,
    /// When it was over.
    pub resolved_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: Option<EventOutcome>,
}

impl ComplicationFact {
    /// Whether she died of it, by its name or by how it ended.
    pub fn died(&self) -> bool {
        self.code == ComplicationCode::MaternalDeath || self.outcome == Some(EventOutcome::Death)
    }

    /// How long it lasted, or has by now; none when it is over and nobody wrote down since when.
    pub fn lasted(&self, now: DateTime<Utc>) -> Option<Duration> {
        let over = self.outcome == Some(EventOutcome::Recovered);
        let until = self.resolved_at.or((!over).then_some(now))?;
        Some(until - self.onset_at)
    }
}

/// The end of analgesia and the catheter.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Stop {
    /// When it ended.
    pub stop_at: DateTime<Utc>,
    /// Why.
    pub reason: StopReason,
    /// Last dose, if later than the pump's stop.
    pub last_dose_at: Option<DateTime<Utc>>,
    /// Local anesthetic in all, mg.
    pub local_anesthetic_mg: Option<Amount>,
    /// Opioid in all, µg.
    pub opioid_ug: Option<Amount>,
    /// Catheter out.
    pub catheter_removed_at: Option<DateTime<Utc>>,
    /// Its tip was whole; needed once it is out.
    pub tip_intact: Option<bool>,
    /// Length of catheter that came out, cm; asked for after a `catheter_problem`.
    pub catheter_removed_cm: Option<Amount>,
    /// Last dose of low-molecular-weight heparin.
    pub last_lmwh_at: Option<DateTime<Utc>>,
    /// The site, up to 200 characters.
    pub puncture_site: Option<String>,
    /// Modified Bromage on leaving, 0–3.
    pub bromage: Option<i64>,
    /// Why it is not 0, up to 200 characters; needed then.
    pub bromage_explanation: Option<String>,
    /// First urine.
    pub first_void_at: Option<DateTime<Utc>>,
    /// First steps, with help.
    pub first_walk_at: Option<DateTime<Utc>>,
    /// Straight-leg raise four hours after the last dose.
    pub leg_raise: Option<LegRaise>,
    /// When it was tried.
    pub leg_raise_at: Option<DateTime<Utc>>,
    /// Why what was written before was not so, 2–500 characters; needed when something of it is changed or left out. A
    /// later straight-leg raise corrects nothing.
    pub correction_reason: Option<String>,
}

/// One version of the end of analgesia.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StopVersion {
    /// Its id.
    pub id: Uuid,
    /// When it was written down.
    pub at: DateTime<Utc>,
    /// When the first version was; what completes it comes hours later.
    #[serde(default)]
    pub first_at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// What.
    pub stop: Stop,
}
