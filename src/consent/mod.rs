//! Informed consent to neuraxial labor analgesia: the instance and its states, what she is shown, the gates before she
//! may sign, her signature, the anesthesiologist's, the evidence and the document.
//!
//! It never decides whether she may have analgesia: that is the anesthesiologist's review in `assessment`. Rules are in
//! [`rules`] (the one table of transitions first), what is shown in `present`, what is proved in `proof`. Which template
//! is in effect is asked of `templates`; what a change of one means for consents stands in `change`; what
//! documents draw where no font has a character, in `characters`.
//! Open: [`model`] and [`facts`] for later slices, [`api`] for assembly, [`jobs`] for what is due, [`door`] for the FHIR
//! facade.

mod acts;
pub mod api;
mod bundling;
mod change;
mod characters;
pub mod door;
pub mod facts;
mod flow;
mod integrity;
pub mod jobs;
mod keeping;
mod logged;
pub mod model;
mod present;
mod preview;
mod proof;
mod renew;
pub mod rules;
pub mod sealing;
mod store;
mod templates;
mod watch;
mod wording;

pub use keeping::{AGENCY, CHARACTERS, KEEPER};
