//! Staff roles of a facility (the notice's team: obstetrics, midwifery, anesthesiology, quality office, administration).

use poem_openapi::Enum;
use serde::{Deserialize, Serialize};

/// What a staff member is here. One account has one role in one facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Midwife or nurse.
    Midwife,
    /// Obstetrician.
    Obstetrician,
    /// Anesthesiologist; the senior ones carry a flag of their own.
    Anesthesiologist,
    /// Quality and medical-affairs office.
    Quality,
    /// Accounts and settings of the facility; no clinical record.
    Admin,
}

impl Role {
    /// All roles, in the order of the policy table.
    pub const ALL: [Role; 5] = [
        Role::Midwife,
        Role::Obstetrician,
        Role::Anesthesiologist,
        Role::Quality,
        Role::Admin,
    ];

    /// The stored and journaled word.
    pub fn word(self) -> &'static str {
        match self {
            Role::Midwife => "midwife",
            Role::Obstetrician => "obstetrician",
            Role::Anesthesiologist => "anesthesiologist",
            Role::Quality => "quality",
            Role::Admin => "admin",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }
}
