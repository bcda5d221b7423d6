//! What staff find when they look at her themselves, a day and three days after birth.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::analgesia::model::Amount;
use crate::base::id::{ResponseId, StaffId};

/// An examination beside her answers.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Examination {
    /// Modified Bromage, 0–3; anything but 0 raises an alert, from 2 on a red one.
    pub bromage: i64,
    /// Where sensation is changed, up to 500 characters; anything but a word for "normal" raises an alert.
    pub sensory: Option<String>,
    /// The tip of the catheter was whole.
    pub tip_intact: Option<bool>,
    /// The puncture site, up to 200 characters.
    pub site: Option<String>,
    /// Temperature, °C, 34–43; 38.0 and more raises an alert, 39.0 a red one.
    pub temperature_c: Option<Amount>,
    /// First urine.
    pub first_void_at: Option<DateTime<Utc>>,
    /// First steps.
    pub first_walk_at: Option<DateTime<Utc>>,
    /// Whether she was asked and looked at for a headache after dural puncture.
    pub pdph_assessed: bool,
    /// What is to be done, up to 1000 characters.
    pub plan: Option<String>,
}

/// An examination as it was written down.
#[derive(Clone, Debug, Object, Serialize, Deserialize)]
pub struct Examined {
    /// Its id.
    pub id: Uuid,
    /// When it was written down.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub by: StaffId,
    /// What was found.
    pub found: Examination,
}

/// Where a red flag was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundIn {
    /// In what she says.
    Answers(ResponseId),
    /// By staff who examined her.
    Examination(Uuid),
}
