//! The questionnaire engine: forms as FHIR R4 `Questionnaire`s, answers as `QuestionnaireResponse`s, scores and rules as
//! typed tables beside them.
//!
//! It is pure. There is no database, no clock and no text of a form in here but what kinds of scores are called: documents
//! and the present time are arguments, and the same input gives the same bytes. It knows nothing of labor analgesia; what
//! an item means stands in `content/questionnaires`.
//!
//! Start at [`compile`] for publishing a form, at [`Form::judge`] for what happens to her answers, at [`assess`] for what
//! follows from them, at [`foreign`] for forms of others. How other software gets our scores: `calculated`. Each item
//! has one place in a response; where some may have several, `occurrences` takes over, and rules do not look there. What the
//! engine does not know is refused at publication (`allowed`).

mod allowed;
mod answers;
mod assess;
mod calculated;
mod compile;
mod constraints;
mod dates;
mod decide;
mod definition;
mod dependencies;
mod evaluate;
mod faults;
mod fhirpath;
pub mod foreign;
mod form;
mod header;
mod kept;
mod limits;
mod literals;
mod meaning;
mod occurrences;
mod options;
mod parts;
mod predicate;
mod problems;
mod published;
mod reading;
mod reckon;
mod rules;
mod scope;
mod score;
mod unique;
mod value;

pub use answers::Answers;
pub use assess::{Assessment, ENGINE_VERSION, Finding, Outcome, Status, assess};
pub use compile::{compile, compile_foreign, misread_form, misread_rules};
pub use dates::PartialDate;
pub use definition::{AnswerOption, EnableWhen, Extension, Item, Questionnaire, english};
pub use evaluate::{Context, Evaluated, Mode};
pub use faults::Fault;
pub use form::{Form, Phase, Who};
pub use kept::only_answers;
pub use literals::exact_numbers;
pub use parts::{Attachment, Coding, Quantity};
pub use problems::{Language, Problem, message};
pub use published::{Published, after_loss, publish};
pub use rules::{Check, NotBefore, Rule, Severity, Text, Waiting};
pub use unique::Once;
pub use value::Answer;

#[cfg(test)]
mod tests;
