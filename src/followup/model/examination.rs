//! What staff find when they look at her themselves, a day and three days after birth.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::analgesia::model::Amount;
use crate::base::id::{ResponseId, StaffId};

crate::words! {
    /// What the skin at the puncture site looks like, in the words of her own form.
    SiteFinding {
        /// As it should be.
        Normal = "normal",
        /// Red.
        Red = "red",
        /// Swollen.
        Swollen = "swollen",
        /// Something comes out of it.
        Discharge = "discharge",
        /// It hurts.
        Pain = "pain",
    }
}

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
    /// The puncture site in words, up to 200 characters; it raises nothing by itself.
    pub site: Option<String>,
    /// What was found at the puncture site; `normal` stands alone. Discharge, or redness with swelling, raises an alert,
    /// with a temperature of 38.0 or more a red one.
    #[oai(default)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub site_findings: Vec<SiteFinding>,
    /// Temperature, °C, usually 34–43; 38.0 and more raises an alert, 39.0 a red one. One beyond is taken once it is
    /// confirmed, and calls an anesthesiologist.
    pub temperature_c: Option<Amount>,
    /// The unusual temperature was checked.
    #[oai(default)]
    #[serde(default)]
    pub confirmed: bool,
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
