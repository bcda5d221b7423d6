//! Decisions on consents, pure: no database, no clock; time arrives as an argument.
//!
//! [`states`] is the table of transitions, [`ladder`] says who signs, [`reading`] the gate of reading, [`quiz`] the
//! questions, [`guards`] what has to hold for a release, a signature, a countersignature and a bedside confirmation,
//! [`bedside`] the last of these, [`triggers`] when another consent is needed, [`templates`] the life of a template,
//! [`force`] what whoever verifies a document is told of its consent.

pub mod bedside;
pub mod force;
pub mod guards;
pub mod ladder;
pub mod quiz;
pub mod reading;
pub mod states;
pub mod templates;
pub mod triggers;

use chrono::Duration;
use serde_json::json;

use super::model::{Basis, SignerKind, State, TemplateState};
use crate::base::{Code, Error};

pub use states::next;

/// What a check of identity counts as fresh for signing (T06).
pub const FRESH: Duration = Duration::minutes(10);
/// A check in person of somebody who signs beside her or for her counts as long as one of hers.
pub const SIGNER_CHECK: Duration = FRESH;
/// A code that was sent to her lives this long (CE-103).
pub const CODE_LIVES: Duration = Duration::minutes(5);
/// After so many wrong tries a method rests (CE-103).
pub const MOST_TRIES: i64 = 5;
/// How long it rests.
pub const METHOD_RESTS: Duration = Duration::minutes(15);
/// A bedside confirmation counts this long (CE-201).
pub const BEDSIDE: Duration = Duration::hours(24);
/// The explanation after a refusal is due within this.
pub const EXPLAIN: Duration = Duration::hours(24);
/// A release is due this long after it was asked for.
pub const RELEASE: Duration = Duration::hours(24);
/// An answer to a question of hers is due within this.
pub const ANSWER: Duration = Duration::hours(24);
/// Somebody comes this soon after she withdrew.
pub const WITHDRAWN: Duration = Duration::minutes(10);
/// What a new wording means for a consent in force is decided within this; at once for a recalled one.
pub const REWORDED: Duration = Duration::hours(24);
/// While analgesia runs, anesthesiologist and midwife each say within this that they know of her withdrawal (CE-052).
pub const WITHDRAWN_DURING: Duration = Duration::minutes(2);
/// The tasks that tell her team of a withdrawal: the first for both, or for the anesthesiologist and the second for the
/// midwife.
pub const CALLS: [&str; 2] = ["consent.withdrawn", "consent.withdrawn_midwife"];
/// What is kept of a consent in force is looked at again this often (RC10).
pub const INTEGRITY: Duration = Duration::days(7);
/// After so many failed rounds of questions an anesthesiologist is asked to talk with her (CE-092).
pub const FAILED_ROUNDS: i64 = 2;

/// May a refusal be explained? Once, and not where it was explained with her word.
///
/// Refuses: `consent.already_explained`.
pub fn may_explain(explained: bool) -> Result<(), Refusal> {
    match explained {
        true => Err(Refusal::Plain(Code::ConsentAlreadyExplained)),
        false => Ok(()),
    }
}

/// Why a rule says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No row of the table leads on from here.
    IllegalTransition {
        /// Where it stands.
        current: State,
    },
    /// No row of the table of templates leads on from here.
    TemplateState {
        /// Where it stands.
        current: TemplateState,
    },
    /// A rule says no, and its code says all.
    Plain(Code),
    /// She is not in the situation in which this person signs.
    BasisNotAllowed {
        /// The grounds that are open.
        open: Vec<Basis>,
    },
    /// The decision belongs to somebody else.
    SignerNotAccepted {
        /// By whose right the consent is signed.
        basis: Basis,
        /// Who may sign it.
        signers: Vec<SignerKind>,
    },
    /// Injected risks wait for a decision.
    RisksOpen {
        /// Their rules.
        rules: Vec<String>,
    },
    /// Her own risks have gained what she was never shown: another consent is needed.
    NewConsentRequired {
        /// Their rules.
        rules: Vec<String>,
    },
    /// Risks are new since the release and not confirmed at the bedside.
    RisksUnconfirmed {
        /// Their rules.
        rules: Vec<String>,
    },
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        match refusal {
            Refusal::IllegalTransition { current } => {
                Error::Conflict(Code::ConsentIllegalTransition, json!({ "state": current.word() }))
            }
            Refusal::TemplateState { current } => {
                Error::Conflict(Code::ConsentIllegalTransition, json!({ "state": current.word() }))
            }
            Refusal::Plain(code) => Error::Refused(code),
            Refusal::BasisNotAllowed { open } => {
                Error::Conflict(Code::ConsentBasisNotAllowed, json!({ "open": open }))
            }
            Refusal::SignerNotAccepted { basis, signers } => {
                let current = json!({ "basis": basis, "signers": signers });
                Error::Conflict(Code::ConsentSignerNotAccepted, current)
            }
            Refusal::RisksOpen { rules } => {
                Error::Conflict(Code::ConsentRisksOpen, json!({ "rules": rules }))
            }
            Refusal::NewConsentRequired { rules } => {
                Error::Conflict(Code::ConsentNewRequired, json!({ "rules": rules }))
            }
            Refusal::RisksUnconfirmed { rules } => {
                Error::Conflict(Code::ConsentRisksUnconfirmed, json!({ "rules": rules }))
            }
        }
    }
}
