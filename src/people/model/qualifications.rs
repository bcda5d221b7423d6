//! What a staff member is qualified by.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::Role;
use crate::base::id::StaffId;

crate::words! {
    /// A requirement on a person, by its row in part D of Annex 1.
    Requirement {
        /// License to practice, whose scope is anesthesiology.
        License = "D1",
        /// Three years as a resident, or a higher title.
        Seniority = "D2",
        /// The department found that labor analgesia can be left to this person.
        Competence = "D3",
        /// The right to prescribe controlled drugs.
        ControlledDrugs = "D4",
        /// Resuscitation without help.
        Resuscitation = "D5",
        /// An obstetrician's license for maternal and child care.
        ObstetricLicense = "D6",
        /// The same of a midwife or nurse.
        MidwifeLicense = "D7",
        /// Trained in neuraxial labor analgesia.
        Training = "D8",
    }

    /// The field that a license to practice is for.
    Scope {
        /// Anesthesiology.
        Anesthesiology = "anesthesiology",
        /// Another one.
        Other = "other",
    }
}

impl Requirement {
    /// Those on a role.
    pub fn of(role: Role) -> &'static [Requirement] {
        match role {
            Role::Anesthesiologist => &[
                Requirement::License,
                Requirement::Seniority,
                Requirement::Competence,
                Requirement::ControlledDrugs,
                Requirement::Resuscitation,
            ],
            Role::Obstetrician => &[Requirement::ObstetricLicense, Requirement::Training],
            Role::Midwife => &[Requirement::MidwifeLicense, Requirement::Training],
            Role::Quality | Role::Admin => &[],
        }
    }
}

/// Something that was shown of a person, or taken away. Never changed: what is newer counts from its day on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Qualification {
    /// Its id.
    pub id: Uuid,
    /// What for.
    pub item: Requirement,
    /// From its day on it is not met.
    pub withdrawn: bool,
    /// The first day; of the years as a resident the day on which they began.
    pub from: NaiveDate,
    /// The last day; none without an end.
    pub until: Option<NaiveDate>,
    /// The field, of a license to practice.
    pub scope: Option<Scope>,
    /// A higher title than that of a resident: the years are not asked.
    pub higher_title: bool,
    /// The number on the license, certificate or card.
    pub number: Option<String>,
    /// Who approved of it for the department.
    pub approver: Option<StaffId>,
    /// Who wrote it down; nobody when the hospital was set up.
    pub by: Option<StaffId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// How a requirement stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Which.
    pub item: Requirement,
    /// Whether it is met.
    pub met: bool,
    /// The last day of what meets it, or met it.
    pub until: Option<NaiveDate>,
}

/// A person with all that was shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Qualified {
    /// Who.
    pub staff: StaffId,
    /// The name.
    pub name: String,
    /// As what.
    pub role: Role,
    /// The day that is asked about.
    pub on: NaiveDate,
    /// The requirements on the role on that day.
    pub standing: Vec<Standing>,
    /// All that was written down, the newest first.
    pub records: Vec<Qualification>,
}

impl Qualified {
    /// Whether this person may place a block without a supervisor.
    pub fn can_do_analgesia(&self) -> bool {
        self.role == Role::Anesthesiologist && self.standing.iter().all(|one| one.met)
    }
}
