//! What was written down and corrected: the old row stays, the new one points back.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Complication, DeliveryVersion, ObservationRow, RecordVersion, Request, StopVersion, TimeOut};
use crate::base::id::{LaborId, StaffId};

/// What is written down so much later than it happened was entered late, as after a time without network.
const LATE: Duration = Duration::minutes(30);

/// Whether something was entered late.
pub fn is_late(happened_at: DateTime<Utc>, recorded_at: DateTime<Utc>) -> bool {
    recorded_at - happened_at > LATE
}

crate::words! {
    /// What is corrected.
    CorrectedKind {
        /// An observation.
        Observation = "observation",
        /// A complication.
        Complication = "complication",
        /// Her request.
        Request = "request",
        /// A time-out; it can only be entered in error.
        TimeOut = "time_out",
        /// The end of analgesia, all its versions; it can only be entered in error.
        Stop = "stop",
        /// The birth, all its versions; it can only be entered in error.
        Delivery = "delivery",
    }
}

/// A correction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Correction {
    /// Its id.
    pub id: Uuid,
    /// What kind of row.
    pub kind: CorrectedKind,
    /// The row that counts no longer.
    pub target: Uuid,
    /// The row in its place; none for what was entered in error.
    pub replacement: Option<Uuid>,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Her own word on her pain; it stands beside the midwife's score and never in its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PainReport {
    /// The labor.
    pub labor: LaborId,
    /// When.
    pub at: DateTime<Utc>,
    /// Tenths 0–100.
    pub vas_tenths: i64,
}

/// Everything that was ever written down of a labor, the old versions too.
#[derive(Clone, Debug)]
pub struct History {
    /// Time-outs, also those that were corrected.
    pub time_outs: Vec<TimeOut>,
    /// Versions of the record, first to last.
    pub records: Vec<RecordVersion>,
    /// Versions of the end of analgesia, first to last.
    pub stops: Vec<StopVersion>,
    /// Versions of the birth, first to last.
    pub deliveries: Vec<DeliveryVersion>,
    /// Observations, also those that were corrected.
    pub observations: Vec<ObservationRow>,
    /// Complications, also those that were corrected.
    pub complications: Vec<Complication>,
    /// Requests, also those that were corrected.
    pub requests: Vec<Request>,
    /// Corrections, first to last.
    pub corrections: Vec<Correction>,
}
