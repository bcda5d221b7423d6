//! Who did something and to what, as the journal keeps it: opaque ids and roles, no names (CE-180).

use uuid::Uuid;

use super::role::Role;

/// The kind of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A woman, by her account.
    Patient,
    /// A staff member.
    Staff,
    /// The scheduler and the workers.
    System,
    /// Nobody known: a failed log-in, an anonymous report.
    Anonymous,
}

impl ActorKind {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            ActorKind::Patient => "patient",
            ActorKind::Staff => "staff",
            ActorKind::System => "system",
            ActorKind::Anonymous => "anonymous",
        }
    }
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// The account or staff id, absent for system and anonymous.
    pub id: Option<Uuid>,
    /// The staff role at that moment.
    pub role: Option<Role>,
}

impl Actor {
    /// The scheduler and the workers.
    pub const SYSTEM: Actor = Actor {
        kind: ActorKind::System,
        id: None,
        role: None,
    };
    /// Somebody unknown.
    pub const ANONYMOUS: Actor = Actor {
        kind: ActorKind::Anonymous,
        id: None,
        role: None,
    };

    /// The word of the log: `staff:<id>/anesthesiologist`, `patient:<id>`, `system`.
    pub fn word(&self) -> String {
        match (self.id, self.role) {
            (Some(id), Some(role)) => format!("{}:{id}/{}", self.kind.word(), role.word()),
            (Some(id), None) => format!("{}:{id}", self.kind.word()),
            (None, _) => self.kind.word().to_owned(),
        }
    }
}

/// What an entry of the journal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The noun, as in `consent`.
    pub noun: &'static str,
    /// Its id; none for a list or an unknown account.
    pub id: Option<Uuid>,
    /// The woman it concerns, so that she can be told who looked.
    pub patient: Option<Uuid>,
}

impl Subject {
    /// A subject that concerns one woman.
    pub fn of_patient(noun: &'static str, id: impl Into<Uuid>, patient: impl Into<Uuid>) -> Subject {
        Subject {
            noun,
            id: Some(id.into()),
            patient: Some(patient.into()),
        }
    }

    /// A subject that concerns nobody in particular.
    pub fn thing(noun: &'static str, id: impl Into<Uuid>) -> Subject {
        Subject {
            noun,
            id: Some(id.into()),
            patient: None,
        }
    }

    /// A list or a whole collection.
    pub fn list(noun: &'static str) -> Subject {
        Subject {
            noun,
            id: None,
            patient: None,
        }
    }

    /// The word of the log: `consent:<id>`, or the noun alone.
    pub fn word(&self) -> String {
        match self.id {
            Some(id) => format!("{}:{id}", self.noun),
            None => self.noun.to_owned(),
        }
    }
}
