//! Who stands in a row of the table.

use crate::base::Role;

/// Who stands in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Without a session.
    Anyone,
    /// She herself.
    P,
    /// Midwife or nurse.
    M,
    /// Obstetrician.
    O,
    /// Anesthesiologist.
    A,
    /// Quality office.
    Q,
    /// Administrator.
    D,
    /// The scheduler and the command line.
    System,
}

/// The letter of a role.
pub fn party(role: Role) -> Party {
    match role {
        Role::Midwife => Party::M,
        Role::Obstetrician => Party::O,
        Role::Anesthesiologist => Party::A,
        Role::Quality => Party::Q,
        Role::Admin => Party::D,
    }
}
