//! What forms look like on the wire. Questionnaires and answers are FHIR R4 documents as they are.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;

use crate::base::id::{AssignmentId, ResponseId, StaffId};
use crate::forms::model::{
    Answered, AskedBefore, Assigned, AssignmentState, Drafted, Kept, Renewed, ResponseStatus, Told,
    Verification, Warning,
};

/// A form that she is asked to fill in.
#[derive(Object)]
pub struct AssignedOut {
    /// The assignment.
    pub id: AssignmentId,
    /// Name of the form, for `GET /questionnaires/{name}`.
    pub name: String,
    /// Title in her language.
    pub title: String,
    /// What it is asked for.
    pub reference: String,
    /// Where it stands.
    pub state: AssignmentState,
    /// When it opens.
    pub opens_at: DateTime<Utc>,
    /// By when it is wanted.
    pub due_at: Option<DateTime<Utc>>,
    /// When it closes.
    pub closes_at: Option<DateTime<Utc>>,
    /// Her answers.
    pub response_id: Option<ResponseId>,
}

impl From<Assigned> for AssignedOut {
    fn from(a: Assigned) -> AssignedOut {
        AssignedOut {
            id: a.assignment.id,
            name: a.assignment.name,
            title: a.title,
            reference: a.assignment.reference,
            state: a.state,
            opens_at: a.assignment.opens_at,
            due_at: a.assignment.due_at,
            closes_at: a.assignment.closes_at,
            response_id: a.assignment.response.map(|(id, _)| id),
        }
    }
}

/// She begins a form.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct StartIn {
    /// Name of the form.
    pub questionnaire: String,
    /// Which assignment of it; the first open one if absent.
    pub assignment: Option<AssignmentId>,
}

/// Answers as a whole.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ContentIn {
    /// A FHIR R4 `QuestionnaireResponse`.
    pub content: Any<Value>,
}

/// She begins to change submitted answers.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AmendIn {
    /// Why, in her words, 1-500 characters.
    pub reason: String,
}

/// Nothing.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct EmptyIn {}

/// Something to look at again, which does not stop her.
#[derive(Object)]
pub struct WarningOut {
    /// Stable.
    pub code: String,
    /// The question.
    pub link_id: Option<String>,
    /// One sentence in the language asked for.
    pub message: String,
}

impl From<Warning> for WarningOut {
    fn from(w: Warning) -> WarningOut {
        WarningOut {
            code: w.code,
            link_id: w.link_id,
            message: w.message,
        }
    }
}

/// What a re-check asks again, and what she said then.
#[derive(Object)]
pub struct AskedBeforeOut {
    /// The earlier answers.
    pub response: ResponseId,
    /// When she gave them: shown beside each that was filled in. When she began them, if she did not submit them.
    pub answered_at: DateTime<Utc>,
    /// False of a draft that admission overtook: nobody has judged it.
    pub submitted: bool,
    /// Questions that were filled in with them.
    pub link_ids: Vec<String>,
    /// Of what was asked both times, the questions that are answered differently now.
    pub changed_link_ids: Vec<String>,
}

impl From<AskedBefore> for AskedBeforeOut {
    fn from(a: AskedBefore) -> AskedBeforeOut {
        AskedBeforeOut {
            response: a.response,
            answered_at: a.answered_at,
            submitted: a.submitted,
            link_ids: a.link_ids,
            changed_link_ids: a.changed,
        }
    }
}

/// Her answers.
#[derive(Object)]
pub struct ResponseOut {
    /// Their id.
    pub id: ResponseId,
    /// `url|version` of the form.
    pub questionnaire: String,
    /// Name of the form.
    pub name: String,
    /// Draft, submitted, replaced or given up.
    pub status: ResponseStatus,
    /// A FHIR R4 `QuestionnaireResponse`.
    pub content: Any<Value>,
    /// Things to look at again.
    pub warnings: Vec<WarningOut>,
    /// Of a re-check: the answers that it was begun with.
    pub asked_before: Option<AskedBeforeOut>,
    /// The submitted answers that these replace, or will with their submission.
    pub amends: Option<ResponseId>,
    /// Why they do, in her words.
    pub reason: Option<String>,
    /// The submitted answers that replaced these.
    pub amended_by: Option<ResponseId>,
    /// A draft that would replace these; she can go on with it.
    pub amendment_draft: Option<ResponseId>,
    /// When they were begun.
    pub authored_at: DateTime<Utc>,
    /// When they were submitted.
    pub completed_at: Option<DateTime<Utc>>,
    /// Revision.
    pub version: i64,
}

impl From<Drafted> for ResponseOut {
    fn from(d: Drafted) -> ResponseOut {
        ResponseOut {
            id: d.response.id,
            questionnaire: d.response.questionnaire,
            name: d.response.name,
            status: d.response.status,
            content: Any(d.response.content),
            warnings: d.warnings.into_iter().map(Into::into).collect(),
            asked_before: d.asked_before.map(Into::into),
            amends: d.response.amending.amends,
            reason: d.response.amending.reason,
            amended_by: d.response.amending.amended_by,
            amendment_draft: d.response.amending.open,
            authored_at: d.response.authored_at,
            completed_at: d.response.completed_at,
            version: d.response.version,
        }
    }
}

/// A draft that moved to a newer version of its form.
#[derive(Object)]
pub struct RenewedOut {
    /// The draft.
    pub response: ResponseOut,
    /// Questions whose answers did not come along, by linkId: she answers them again.
    pub dropped: Vec<String>,
}

impl From<Renewed> for RenewedOut {
    fn from(r: Renewed) -> RenewedOut {
        RenewedOut {
            response: r.drafted.into(),
            dropped: r.dropped,
        }
    }
}

/// What she is told.
#[derive(Object)]
pub struct ToldOut {
    /// Something needs her today.
    pub urgent: bool,
    /// Sentences in the order in which she reads them.
    pub lines: Vec<String>,
    /// The number to call, when something is urgent.
    pub phone: Option<String>,
    /// The level whose sentence she reads.
    pub level: Option<String>,
}

impl From<Told> for ToldOut {
    fn from(t: Told) -> ToldOut {
        ToldOut {
            urgent: t.urgent,
            lines: t.lines,
            phone: t.phone,
            level: t.level,
        }
    }
}

/// Submitted answers with what she is told.
#[derive(Object)]
pub struct SubmittedOut {
    /// The answers.
    pub response: ResponseOut,
    /// What she is told, if there is something to say.
    pub told: Option<ToldOut>,
}

impl From<Answered> for SubmittedOut {
    fn from(a: Answered) -> SubmittedOut {
        SubmittedOut {
            response: Drafted {
                response: a.response,
                warnings: a.warnings,
                asked_before: None,
            }
            .into(),
            told: a.told.map(Into::into),
        }
    }
}

/// One answer that was compared with its source.
#[derive(Object)]
pub struct VerificationOut {
    /// The question.
    pub link_id: String,
    /// Who compared it.
    pub staff_id: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<Verification> for VerificationOut {
    fn from(v: Verification) -> VerificationOut {
        VerificationOut {
            link_id: v.link_id,
            staff_id: v.staff_id,
            at: v.at,
        }
    }
}

/// One kept version.
#[derive(Object)]
pub struct KeptOut {
    /// Revision.
    pub version: i64,
    /// Who made it, as the journal writes it.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<Kept> for KeptOut {
    fn from(k: Kept) -> KeptOut {
        KeptOut {
            version: k.version,
            actor: k.actor,
            at: k.at,
        }
    }
}
