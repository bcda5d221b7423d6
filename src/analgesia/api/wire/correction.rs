//! Corrections, everything that was ever written down, her own words on her pain.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

use super::{ComplicationOut, DeliveryOut, ObservationOut, RecordOut, RequestOut, StopOut, TimeOutOut};
use crate::analgesia::acts::CorrectionDraft;
use crate::analgesia::model::{Amount, CorrectedKind, Correction, Event, History, Observation, PainReport};
use crate::base::id::{LaborId, StaffId};

/// A row that is not so, with what stands in its place; without anything it was entered in error.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CorrectionIn {
    /// The observation, the complication or the request; or, to be taken back only, a time-out, or the end of analgesia or the
    /// birth as they stand, which are corrected by writing them again.
    pub target: Uuid,
    /// Why, 2–500 characters.
    pub reason: String,
    /// What was seen instead.
    pub observation: Option<Observation>,
    /// What happened instead, or how it went on.
    pub complication: Option<Event>,
}

impl From<CorrectionIn> for CorrectionDraft {
    fn from(c: CorrectionIn) -> CorrectionDraft {
        CorrectionDraft {
            target: c.target,
            reason: c.reason,
            observation: c.observation,
            complication: c.complication,
        }
    }
}

/// A correction.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CorrectionOut {
    /// Its id.
    pub id: Uuid,
    /// What kind of row.
    pub kind: CorrectedKind,
    /// The row that counts no longer.
    pub target: Uuid,
    /// The row in its place; absent for what was entered in error.
    pub replacement: Option<Uuid>,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<Correction> for CorrectionOut {
    fn from(c: Correction) -> CorrectionOut {
        CorrectionOut {
            id: c.id,
            kind: c.kind,
            target: c.target,
            replacement: c.replacement,
            reason: c.reason,
            by: c.by,
            at: c.at,
        }
    }
}

/// Everything that was ever written down of a labor, the old versions too.
#[derive(Object)]
pub struct HistoryOut {
    /// Time-outs, also those that were corrected.
    pub time_outs: Vec<TimeOutOut>,
    /// Versions of the record, first to last.
    pub records: Vec<RecordOut>,
    /// Versions of the end of analgesia, first to last.
    pub stops: Vec<StopOut>,
    /// Versions of the birth, first to last.
    pub deliveries: Vec<DeliveryOut>,
    /// Observations by time, also those that were corrected.
    pub observations: Vec<ObservationOut>,
    /// Complications by onset, also those that were corrected.
    pub complications: Vec<ComplicationOut>,
    /// Requests, also those that were corrected.
    pub requests: Vec<RequestOut>,
    /// Corrections, first to last.
    pub corrections: Vec<CorrectionOut>,
}

impl From<History> for HistoryOut {
    fn from(h: History) -> HistoryOut {
        HistoryOut {
            time_outs: h.time_outs.into_iter().map(Into::into).collect(),
            records: h.records.into_iter().map(Into::into).collect(),
            stops: h.stops.into_iter().map(Into::into).collect(),
            deliveries: h.deliveries.into_iter().map(Into::into).collect(),
            observations: h.observations.into_iter().map(Into::into).collect(),
            complications: h.complications.into_iter().map(Into::into).collect(),
            requests: h.requests.into_iter().map(Into::into).collect(),
            corrections: h.corrections.into_iter().map(Into::into).collect(),
        }
    }
}

/// She says how strong her pain is.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PainIn {
    /// 0–10 in halves.
    pub vas: Amount,
}

/// Her own word on her pain; it stands beside the midwife's score.
#[derive(Object)]
pub struct PainOut {
    /// The labor.
    pub labor: LaborId,
    /// When.
    pub at: DateTime<Utc>,
    /// 0–10.
    pub vas: Amount,
    /// She said it herself.
    pub by_patient: bool,
}

impl From<PainReport> for PainOut {
    fn from(p: PainReport) -> PainOut {
        PainOut {
            labor: p.labor,
            at: p.at,
            vas: Amount::from_tenths(p.vas_tenths),
            by_patient: true,
        }
    }
}
