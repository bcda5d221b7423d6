//! Those who sign beside her or for her, and the hospital's devices.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::base::id::StaffId;

crate::words! {
    /// Who signs beside her or for her.
    Proxy {
        /// Her legal guardian.
        Guardian = "guardian",
        /// Whom she authorized in writing.
        Agent = "agent",
        /// A near relative.
        Relative = "relative",
    }
}

/// Somebody who signs beside her or for her.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherPerson {
    /// As what.
    pub kind: Proxy,
    /// Name as on the identity document.
    pub name: String,
    /// Relation to her.
    pub relation: String,
    /// What proves it: the kind and the last characters of a document.
    pub document_ref: String,
}

/// A check of somebody who signs beside her or for her, in person by staff.
#[derive(Clone, Debug)]
pub struct SignerCheck {
    /// Who was checked.
    pub person: OtherPerson,
    /// Who checked.
    pub staff: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// A hospital device on which one woman is logged in (CE-112).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its number in the hospital's inventory.
    pub asset: String,
    /// Where it stands.
    pub ward: Option<String>,
    /// Who handed it to her.
    pub staff: StaffId,
}
