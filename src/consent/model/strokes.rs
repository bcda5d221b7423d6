//! Strokes that leave for a forensic examination (CE-124).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ActKind;
use crate::base::id::{ConsentId, SignatureId, StrokesReleaseId};
use crate::evidence::ink::{Canvas, Strokes};

/// Who examines what was drawn, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Examination {
    /// Why it is examined.
    pub reason: String,
    /// The institution or expert who gets it.
    pub examiner: String,
    /// The number of the case, where there is one.
    pub case_number: Option<String>,
}

/// The salted digest that the evidence holds of what was drawn.
#[derive(Clone, Debug, Deserialize)]
pub struct StrokesDigest {
    /// 16 bytes, lower-case hex.
    pub salt: String,
    /// SHA-256 over the salt and the strokes as JSON without white space, lower-case hex.
    pub sha256: String,
}

/// What was drawn in one act, as it was captured.
#[derive(Clone, Debug)]
pub struct DrawnAct {
    /// The act.
    pub id: SignatureId,
    /// What it is.
    pub kind: ActKind,
    /// It was not sent back.
    pub standing: bool,
    /// The digest of the act as the log holds it, lower-case hex.
    pub act_sha256: String,
    /// What was drawn.
    pub strokes: Strokes,
    /// The field that was drawn in.
    pub canvas: Option<Canvas>,
    /// What the evidence says of it; none of an act of before the evidence named it.
    pub digest: Option<StrokesDigest>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A release of what was drawn for one consent.
#[derive(Clone, Debug)]
pub struct StrokesRelease {
    /// Its id.
    pub id: StrokesReleaseId,
    /// The consent.
    pub consent: ConsentId,
    /// Who examines it, and why.
    pub examination: Examination,
    /// When.
    pub at: DateTime<Utc>,
}
