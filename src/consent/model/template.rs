//! Templates of a hospital: where each stands and how it came there.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{State, TemplateState};
use crate::base::Locale;
use crate::base::id::{ConsentId, PatientId, StaffId};

/// A template that a hospital can see: its own or the release's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Content address.
    pub id: String,
    /// What it is for.
    pub code: String,
    /// Semantic version.
    pub version: String,
    /// Language.
    pub locale: Locale,
    /// Title.
    pub title: String,
    /// Who wrote the draft; none for the release's.
    pub editor: Option<StaffId>,
}

/// A template that entered a state. Never changed, never taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateEvent {
    /// Its id.
    pub id: Uuid,
    /// The template.
    pub template: String,
    /// The state that it entered.
    pub state: TemplateState,
    /// Who did it.
    pub staff: StaffId,
    /// Of a publication: whether what women agree to has changed in substance (CE-200).
    pub material_change: Option<bool>,
    /// Why: of a publication and a recall.
    pub reason: Option<String>,
    /// Of a publication: from when on.
    pub effective_at: Option<DateTime<Utc>>,
    /// Of a publication: what was in effect in this language when it was decided.
    pub predecessor: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where a template stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateStanding {
    /// Which.
    pub template: Listed,
    /// Its state.
    pub state: TemplateState,
    /// From when on, once published by this hospital.
    pub effective_at: Option<DateTime<Utc>>,
}

/// A consent that a change of the wording touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The consent.
    pub consent: ConsentId,
    /// Hers.
    pub patient: PatientId,
    /// Where it stood then.
    pub then: State,
    /// Where it stands now.
    pub now: State,
}
