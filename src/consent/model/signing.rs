//! Who signs, and the acts of signing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ActKind, Basis, Power, Salted, SignerKind};
use crate::base::id::{AuthorityId, SignatureId, StaffId};
use crate::evidence::ink::Canvas;

/// Who signs, as it was decided at release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningPlan {
    /// By whose right.
    pub basis: Basis,
    /// She can decide herself.
    pub able: bool,
    /// At 16 or 17 she lives mainly on income from her own labor, and counts as an adult.
    pub own_income: bool,
    /// Why it is not she alone who signs.
    pub reason: Option<String>,
    /// The second doctor who says so.
    pub second: Option<StaffId>,
    /// The written authority of her agent.
    pub authority: Option<AuthorityId>,
}

impl Default for SigningPlan {
    fn default() -> SigningPlan {
        SigningPlan {
            basis: Basis::Patient,
            able: true,
            own_income: false,
            reason: None,
            second: None,
            authority: None,
        }
    }
}

/// One of those who sign.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signer {
    /// Who.
    pub kind: SignerKind,
    /// When; none yet.
    pub signed_at: Option<DateTime<Utc>>,
}

/// The written authority of an agent (CE-063).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Authority {
    /// Its id.
    pub id: AuthorityId,
    /// The procedure class that it is about.
    pub matter: String,
    /// What the agent may do.
    pub scope: Vec<Power>,
    /// Since when.
    pub begins_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// Who, and where it is written.
    pub body: AuthorityBody,
}

/// Who is an agent, and where it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuthorityBody {
    /// The agent's name.
    pub agent: String,
    /// Relation to her.
    pub relation: String,
    /// The agent's identity document.
    pub agent_document_ref: String,
    /// Where the document with her signature is.
    pub document_ref: String,
}

impl Authority {
    /// Whether it lets the agent do this in this matter now.
    pub fn covers(&self, matter: &str, power: Power, now: DateTime<Utc>) -> bool {
        self.matter == matter && self.scope.contains(&power) && self.begins_at <= now && now < self.ends_at
    }
}

/// A signature act that stands.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its id.
    pub id: SignatureId,
    /// What it is.
    pub kind: ActKind,
    /// When.
    pub at: DateTime<Utc>,
    /// What was affirmed and drawn: for the decisive one section 10 of the evidence with its salt.
    pub section: Salted,
    /// On what it was made: for the decisive one section 9.
    pub device: serde_json::Value,
    /// The field that was drawn in, where something was.
    pub canvas: Option<Canvas>,
}

impl Signature {
    /// A text of whoever signed: `name`, `relation`, `document_ref`.
    pub fn signer(&self, member: &str) -> Option<&str> {
        self.section.body.get("signer")?.get(member)?.as_str()
    }
}

/// What is kept of a signature act beside the strokes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedAct {
    /// What was affirmed and drawn, with its salt.
    pub section: Salted,
    /// On what it was made.
    pub device: serde_json::Value,
    /// The field that was drawn in.
    pub canvas: Option<Canvas>,
}
