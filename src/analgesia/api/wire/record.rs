//! Admission, requests, time-outs, the analgesia record, observations, complications.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

use crate::analgesia::acts::TimeOutDraft;
use crate::analgesia::model::{
    Admission, Alarm, Amount, Checks, CloseReason, Complication, Event, FhrCategory, Labor, LaborStage,
    LaborState, Membranes, Observation, ObservationRow, Record, RecordVersion, Request, TimeOut, is_late,
};
use crate::base::id::{ComplicationId, EpisodeId, LaborId, ObservationId, PatientId, StaffId};

/// She is admitted for birth.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AdmitIn {
    /// Whom.
    pub patient: PatientId,
    /// When.
    pub admitted_at: DateTime<Utc>,
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
    /// Fetal heart baseline, bpm, 0–240; outside 110–160 to be confirmed, beyond 240 with a reason.
    pub fhr_baseline: Option<i64>,
    /// Category of the trace.
    pub fhr_category: Option<FhrCategory>,
    /// Whether a vein is accessible.
    pub iv_access: Option<bool>,
    /// Group B streptococcus was found.
    pub gbs: Option<bool>,
    /// She is given antibiotics.
    pub antibiotics: Option<bool>,
    /// Pointers of the unusual values that were checked.
    #[oai(default)]
    pub confirmed: Vec<String>,
    /// Why they are right, 1–500 characters.
    pub confirmed_reason: Option<String>,
}

impl From<AdmitIn> for Admission {
    fn from(a: AdmitIn) -> Admission {
        Admission {
            labor_stage: a.labor_stage,
            cervical_dilation_cm: a.cervical_dilation_cm,
            station: a.station,
            membranes: a.membranes,
            ruptured_at: a.ruptured_at,
            fhr_baseline: a.fhr_baseline,
            fhr_category: a.fhr_category,
            iv_access: a.iv_access,
            gbs: a.gbs,
            antibiotics: a.antibiotics,
            confirmed: a.confirmed,
            confirmed_reason: a.confirmed_reason,
        }
    }
}

/// A labor.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LaborOut {
    /// Its id.
    pub id: LaborId,
    /// Whose.
    pub patient: PatientId,
    /// The pregnancy.
    pub episode: EpisodeId,
    /// When she was admitted.
    pub admitted_at: DateTime<Utc>,
    /// Her admission was written down more than half an hour later.
    pub late: bool,
    /// What was found then.
    pub admission: Admission,
    /// Where it stands.
    pub state: LaborState,
    /// Her first request for analgesia.
    pub requested_at: Option<DateTime<Utc>>,
    /// First neuraxial dose with the indication `labor`.
    pub first_dose_at: Option<DateTime<Utc>>,
    /// From request to first dose, min.
    pub response_min: Option<i64>,
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

impl From<Labor> for LaborOut {
    fn from(l: Labor) -> LaborOut {
        let response = l.requested_at.zip(l.first_dose_at);
        LaborOut {
            id: l.id,
            patient: l.patient_id,
            episode: l.episode_id,
            late: is_late(l.admitted_at, l.recorded_at),
            admitted_at: l.admitted_at,
            admission: l.admission,
            state: l.state,
            requested_at: l.requested_at,
            first_dose_at: l.first_dose_at,
            response_min: response.map(|(asked, given)| (given - asked).num_minutes()),
            born_at: l.born_at,
            closed_at: l.closed_at,
            close_reason: l.close_reason,
            is_test: l.is_test,
            version: l.version,
        }
    }
}

/// She asks.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RequestIn {
    /// Her pain, 0–10 in halves.
    pub vas: Option<Amount>,
}

/// Staff write down that she asks.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RequestByStaffIn {
    /// Her pain, 0–10 in halves.
    pub vas: Option<Amount>,
    /// When she asked, where it is written down later.
    pub requested_at: Option<DateTime<Utc>>,
}

/// She asked; the anesthesiologist was called.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RequestOut {
    /// Its id.
    pub id: Uuid,
    /// The labor.
    pub labor: LaborId,
    /// When: the response clock.
    pub requested_at: DateTime<Utc>,
    /// Whether she tapped herself.
    pub by_patient: bool,
    /// Her pain then.
    pub vas: Option<Amount>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// It was written down more than half an hour later.
    pub late: bool,
}

impl From<Request> for RequestOut {
    fn from(r: Request) -> RequestOut {
        RequestOut {
            id: r.id,
            late: is_late(r.requested_at, r.recorded_at),
            recorded_at: r.recorded_at,
            labor: r.labor,
            requested_at: r.requested_at,
            by_patient: r.by_patient,
            vas: r.vas_tenths.map(Amount::from_tenths),
        }
    }
}

/// Anesthesiologist and midwife check together.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct TimeOutIn {
    /// Each must hold.
    pub checks: Checks,
    /// When the block was decided on.
    pub decision_at: Option<DateTime<Utc>>,
    /// Who supervises, an anesthesiologist.
    pub supervisor: Option<StaffId>,
    /// The midwife's word for `analgesia.time_out` on this labor.
    pub attestation: Option<String>,
    /// Why before her anticoagulant's interval is over, 1–500 characters.
    pub early_reason: Option<String>,
    /// Why without a re-check that holds, 1–500 characters.
    pub recheck_reason: Option<String>,
    /// When it was held, where it is written down later.
    pub at: Option<DateTime<Utc>>,
}

impl From<TimeOutIn> for TimeOutDraft {
    fn from(t: TimeOutIn) -> TimeOutDraft {
        TimeOutDraft {
            checks: t.checks,
            decision_at: t.decision_at,
            supervisor: t.supervisor,
            attestation: t.attestation,
            early_reason: t.early_reason,
            recheck_reason: t.recheck_reason,
            at: t.at,
        }
    }
}

/// A time-out that was held.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct TimeOutOut {
    /// Its id.
    pub id: Uuid,
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
    /// Why before the interval was over.
    pub early_reason: Option<String>,
    /// Why without a re-check that held.
    pub recheck_reason: Option<String>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// It was written down more than half an hour later.
    pub late: bool,
}

impl From<TimeOut> for TimeOutOut {
    fn from(t: TimeOut) -> TimeOutOut {
        TimeOutOut {
            late: is_late(t.at, t.recorded_at),
            recorded_at: t.recorded_at,
            id: t.id,
            at: t.at,
            decision_at: t.decision_at,
            operator: t.operator,
            supervisor: t.supervisor,
            second: t.second,
            checks: t.checks,
            early_reason: t.early_reason,
            recheck_reason: t.recheck_reason,
        }
    }
}

/// The analgesia record as it is now.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RecordOut {
    /// Which version, 1, 2, …; earlier ones stay.
    pub number: i64,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// Who confirmed what was given beyond the hard limits.
    pub second: Option<StaffId>,
    /// What was done, given and set.
    #[oai(flatten)]
    pub record: Record,
}

impl From<RecordVersion> for RecordOut {
    fn from(v: RecordVersion) -> RecordOut {
        RecordOut {
            number: v.number,
            written_at: v.at,
            by: v.by,
            second: v.second,
            record: v.record,
        }
    }
}

/// Observations.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ObservationsIn {
    /// 1–100 of them.
    pub observations: Vec<Observation>,
}

/// Observations as they were recorded.
#[derive(Object)]
pub struct ObservationsOut {
    /// By time.
    pub observations: Vec<ObservationOut>,
}

impl From<Vec<ObservationRow>> for ObservationsOut {
    fn from(rows: Vec<ObservationRow>) -> ObservationsOut {
        ObservationsOut {
            observations: rows.into_iter().map(Into::into).collect(),
        }
    }
}

/// An observation as it was recorded.
#[derive(Object)]
pub struct ObservationOut {
    /// Its id.
    pub id: ObservationId,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// It was written down more than half an hour later.
    pub late: bool,
    /// What it calls for.
    pub alarms: Vec<Alarm>,
    /// What was seen.
    #[oai(flatten)]
    pub observation: Observation,
}

impl From<ObservationRow> for ObservationOut {
    fn from(r: ObservationRow) -> ObservationOut {
        ObservationOut {
            late: is_late(r.observation.observed_at, r.recorded_at),
            id: r.id,
            recorded_at: r.recorded_at,
            by: r.by,
            alarms: r.alarms,
            observation: r.observation,
        }
    }
}

/// A complication as it was recorded.
#[derive(Object)]
pub struct ComplicationOut {
    /// Its id.
    pub id: ComplicationId,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// It was written down more than half an hour later.
    pub late: bool,
    /// What happened.
    #[oai(flatten)]
    pub event: Event,
}

impl From<Complication> for ComplicationOut {
    fn from(c: Complication) -> ComplicationOut {
        ComplicationOut {
            late: is_late(c.event.onset_at, c.recorded_at),
            id: c.id,
            recorded_at: c.recorded_at,
            by: c.by,
            event: c.event,
        }
    }
}
