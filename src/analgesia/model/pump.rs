//! The pump and its program.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::Amount;
use super::block::Drug;
use crate::base::id::{LaborId, PatientId};

crate::words! {
    /// What a pump does.
    PumpMode {
        /// Continuous background.
        Cei = "cei",
        /// She presses.
        Pcea = "pcea",
        /// Programmed boluses.
        Pieb = "pieb",
    }
}

/// What the reservoir's label says; the batch leads to the traceability register.
#[derive(Clone, Debug, PartialEq, Eq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields)]
pub struct Reservoir {
    /// Drugs and concentrations as on the label, 1–200 characters.
    pub label: String,
    /// Batch number, 1–60 characters.
    pub batch: String,
    /// Last day of use.
    pub expires_on: NaiveDate,
}

/// A bag of a pump, by the batch on its label.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bag {
    /// The labor.
    pub labor: LaborId,
    /// Whose.
    pub patient: PatientId,
    /// When the record that names it was written.
    pub at: DateTime<Utc>,
}

/// A pump's program: settings, all of them checked against the limits.
#[derive(Clone, Debug, PartialEq, Object, Serialize, Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Pump {
    /// At least one.
    pub modes: Vec<PumpMode>,
    /// Local anesthetic: ropivacaine, bupivacaine or levobupivacaine.
    pub drug: Drug,
    /// Its concentration, % (g/100 ml).
    pub concentration_percent: Amount,
    /// Opioid: sufentanil or fentanyl.
    pub opioid: Option<Drug>,
    /// Its concentration, µg/ml.
    pub opioid_ug_ml: Option<Amount>,
    /// Background, ml/h.
    pub background_ml_h: Option<Amount>,
    /// Programmed bolus, ml.
    pub pieb_volume_ml: Option<Amount>,
    /// Interval of programmed boluses, min.
    pub pieb_interval_min: Option<i64>,
    /// Her bolus, ml.
    pub bolus_volume_ml: Option<Amount>,
    /// Lockout, min.
    pub lockout_min: Option<i64>,
    /// Limit, ml/h.
    pub hourly_limit_ml_h: Amount,
    /// Filled, ml.
    pub solution_total_ml: Option<Amount>,
    /// The label.
    pub reservoir: Reservoir,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// Given so far, ml.
    pub given_ml: Option<Amount>,
    /// How often she pressed.
    pub pca_demands: Option<i64>,
    /// How often a bolus came; at most as often as she pressed.
    pub pca_delivered: Option<i64>,
}
