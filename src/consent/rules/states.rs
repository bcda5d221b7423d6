//! The one table of transitions (CE §4.3). What is not in it is refused.

use crate::consent::model::State;

/// Who may pull a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// She herself.
    Patient,
    /// She herself, or staff who heard her, with a witness.
    PatientOrHeard,
    /// An anesthesiologist.
    Anesthesiologist,
    /// An anesthesiologist, and a midwife as the second person.
    AnesthesiologistAndMidwife,
    /// An officer of the institution, asked by an anesthesiologist.
    Institution,
    /// An anesthesiologist, and the quality office as the second person.
    AnesthesiologistAndQuality,
    /// Whoever prepares: midwife, anesthesiologist, or the service on her request.
    Preparer,
    /// The service itself.
    System,
}

/// What makes a consent move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A draft is made.
    Prepare,
    /// The anesthesiologist releases it.
    Release,
    /// Her first reading event.
    FirstRead,
    /// All gates are passed.
    GatesPass,
    /// A gate is closed with a reason and none is left.
    Waive,
    /// She signs.
    Sign,
    /// The anesthesiologist countersigns.
    Countersign,
    /// It goes back to her for a defect.
    Return,
    /// She says no.
    Refuse,
    /// She takes it back.
    Withdraw,
    /// The time to sign or to countersign is over.
    DeadlinePassed,
    /// Its validity ends.
    ValidityEnded,
    /// The analgesia record is closed.
    RecordClosed,
    /// Another one is begun in its place before it is in force.
    Reissue,
    /// The one that was begun in its place is in force.
    SuccessorActive,
    /// It was entered in error.
    Void,
    /// An original on paper is filed.
    File,
    /// The institution approves in her place, where life is in danger and nobody can be asked. No operation offers it:
    /// labor analgesia on request is no emergency (CE-050), and no template of ours allows it.
    ApproveEmergency,
}

impl Trigger {
    /// All of them.
    pub const ALL: [Trigger; 18] = [
        Trigger::Prepare,
        Trigger::Release,
        Trigger::FirstRead,
        Trigger::GatesPass,
        Trigger::Waive,
        Trigger::Sign,
        Trigger::Countersign,
        Trigger::Return,
        Trigger::Refuse,
        Trigger::Withdraw,
        Trigger::DeadlinePassed,
        Trigger::ValidityEnded,
        Trigger::RecordClosed,
        Trigger::Reissue,
        Trigger::SuccessorActive,
        Trigger::Void,
        Trigger::File,
        Trigger::ApproveEmergency,
    ];
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    /// The id of the requirement.
    pub id: &'static str,
    /// From; none for a new instance.
    pub from: &'static [State],
    /// To.
    pub to: State,
    /// By what.
    pub trigger: Trigger,
    /// By whom.
    pub who: By,
}

const fn row(id: &'static str, from: &'static [State], to: State, trigger: Trigger, who: By) -> Transition {
    Transition {
        id,
        from,
        to,
        trigger,
        who,
    }
}

use State::{Active, Draft, Issued, PatientSigned, Reading, Ready};

/// The table.
pub const TRANSITIONS: &[Transition] = &[
    row("T01", &[], Draft, Trigger::Prepare, By::Preparer),
    row("T02", &[Draft], Issued, Trigger::Release, By::Anesthesiologist),
    row("T03", &[Issued], Reading, Trigger::FirstRead, By::Patient),
    row("T04", &[Reading], Ready, Trigger::GatesPass, By::System),
    row("T05", &[Reading], Ready, Trigger::Waive, By::Anesthesiologist),
    row("T06", &[Ready], PatientSigned, Trigger::Sign, By::Patient),
    row(
        "T07",
        &[PatientSigned],
        Active,
        Trigger::Countersign,
        By::Anesthesiologist,
    ),
    row(
        "T08",
        &[PatientSigned],
        Ready,
        Trigger::Return,
        By::Anesthesiologist,
    ),
    row(
        "T09",
        &[Issued, Reading, Ready],
        State::Refused,
        Trigger::Refuse,
        By::PatientOrHeard,
    ),
    row(
        "T10",
        &[PatientSigned, Active],
        State::Withdrawn,
        Trigger::Withdraw,
        By::PatientOrHeard,
    ),
    row(
        "T11",
        &[Issued, Reading, Ready, PatientSigned],
        State::Superseded,
        Trigger::Reissue,
        By::Anesthesiologist,
    ),
    row(
        "T12",
        &[Active],
        State::Superseded,
        Trigger::SuccessorActive,
        By::System,
    ),
    row(
        "T13",
        &[Issued, Reading, Ready, PatientSigned],
        State::Expired,
        Trigger::DeadlinePassed,
        By::System,
    ),
    row(
        "T14",
        &[Active],
        State::Expired,
        Trigger::ValidityEnded,
        By::System,
    ),
    row(
        "T15",
        &[Active],
        State::Fulfilled,
        Trigger::RecordClosed,
        By::System,
    ),
    row(
        "T16",
        &[Draft, Issued, Reading, Ready, PatientSigned, Active],
        State::Voided,
        Trigger::Void,
        By::AnesthesiologistAndQuality,
    ),
    row(
        "T17",
        &[Draft],
        Active,
        Trigger::File,
        By::AnesthesiologistAndMidwife,
    ),
    row(
        "T18",
        &[Draft],
        Active,
        Trigger::ApproveEmergency,
        By::Institution,
    ),
];

/// Where a trigger leads from a state.
///
/// Refuses: `consent.illegal_transition` for every pair without a row.
pub fn next(state: State, trigger: Trigger) -> Result<State, super::Refusal> {
    TRANSITIONS
        .iter()
        .find(|row| row.trigger == trigger && row.from.contains(&state))
        .map(|row| row.to)
        .ok_or(super::Refusal::IllegalTransition { current: state })
}

/// The states that a trigger leads on from.
pub fn from(trigger: Trigger) -> &'static [State] {
    TRANSITIONS
        .iter()
        .find(|row| row.trigger == trigger)
        .map_or(&[], |row| row.from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::rules::Refusal;

    #[test]
    fn every_pair_without_a_row_is_refused() {
        let mut refused = 0;
        for state in State::ALL {
            for trigger in Trigger::ALL {
                let row = TRANSITIONS
                    .iter()
                    .find(|row| row.trigger == trigger && row.from.contains(state));
                match (next(*state, trigger), row) {
                    (Ok(to), Some(row)) => assert_eq!(to, row.to, "{}", row.id),
                    (Err(Refusal::IllegalTransition { current }), None) => {
                        assert_eq!(current, *state);
                        refused += 1;
                    }
                    (answer, row) => panic!("{state:?} {trigger:?}: {answer:?} against {row:?}"),
                }
            }
        }
        let rows: usize = TRANSITIONS.iter().map(|row| row.from.len()).sum();
        assert_eq!(refused, State::ALL.len() * Trigger::ALL.len() - rows);
    }

    #[test]
    fn nothing_leads_out_of_a_terminal_state() {
        for row in TRANSITIONS {
            assert!(row.from.iter().all(|state| !state.is_terminal()), "{}", row.id);
        }
    }

    #[test]
    fn each_trigger_has_one_row_with_an_id_of_its_own() {
        for trigger in Trigger::ALL {
            assert_eq!(
                TRANSITIONS.iter().filter(|row| row.trigger == trigger).count(),
                1,
                "{trigger:?}"
            );
        }
    }
}
