//! Nouns of forms and their small words.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use poem_openapi::Enum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::error::Result;
use crate::base::id::{AssignmentId, AttachmentId, EpisodeId, FacilityId, PatientId, ResponseId, StaffId};
use crate::base::{Actor, Locale};
use crate::ctx::{Ctx, Tx, View};
use crate::episode::model::Episode;
use crate::files::clean::Kind;
use crate::people::caller::Caller;
use crate::questionnaire::Answers;

mod status;

pub use status::{ResponseStatus, Withdrawn};

/// A form that she is asked to fill in, with its window.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// Where.
    pub facility_id: FacilityId,
    /// Whose.
    pub patient_id: PatientId,
    /// In which pregnancy.
    pub episode_id: EpisodeId,
    /// Name of the form.
    pub name: String,
    /// What it is asked for, unique per form and pregnancy.
    pub reference: String,
    /// When it opens.
    pub opens_at: DateTime<Utc>,
    /// By when it is wanted.
    pub due_at: Option<DateTime<Utc>>,
    /// When it closes; none leaves it open.
    pub closes_at: Option<DateTime<Utc>>,
    /// The form without the items on the baby.
    pub after_loss: bool,
    /// The answers given for it.
    pub response: Option<(ResponseId, ResponseStatus)>,
}

/// Where an assignment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum AssignmentState {
    /// Not open yet.
    Upcoming,
    /// Waits for her.
    Open,
    /// She has begun.
    Started,
    /// Submitted.
    Done,
    /// Over, unanswered.
    Closed,
}

/// An assignment as she sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assigned {
    /// The assignment.
    pub assignment: Assignment,
    /// Title of the form in her language.
    pub title: String,
    /// Where it stands.
    pub state: AssignmentState,
}

/// A set of answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Response {
    /// Its id.
    pub id: ResponseId,
    /// Where.
    pub facility_id: FacilityId,
    /// Whose.
    pub patient_id: PatientId,
    /// In which pregnancy.
    pub episode_id: EpisodeId,
    /// What it was asked for by, if it was.
    pub assignment_id: Option<AssignmentId>,
    /// `url|version` of the form.
    pub questionnaire: String,
    /// Name of the form.
    pub name: String,
    /// The form without the items on the baby.
    pub after_loss: bool,
    /// Draft, submitted, replaced, given up or entered in error.
    pub status: ResponseStatus,
    /// The FHIR `QuestionnaireResponse`.
    pub content: Value,
    /// What staff entered beside it, a `QuestionnaireResponse` of the staff part.
    pub staff_items: Option<Value>,
    /// When it was begun.
    pub authored_at: DateTime<Utc>,
    /// When it was submitted.
    pub completed_at: Option<DateTime<Utc>>,
    /// Who filled it in on her behalf.
    pub entered_by: Option<StaffId>,
    /// What it replaces, and what replaces it.
    #[serde(default)]
    pub amending: Amending,
    /// Of answers that were entered in error: why, and who said so.
    #[serde(default)]
    pub withdrawn: Option<Withdrawn>,
    /// Revision.
    pub version: i64,
}

/// The place of a set of answers in a chain of amendments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Amending {
    /// The submitted answers that these replace.
    pub amends: Option<ResponseId>,
    /// Why they do.
    pub reason: Option<String>,
    /// The submitted answers that replace these.
    pub amended_by: Option<ResponseId>,
    /// A draft that would.
    pub open: Option<ResponseId>,
}

impl Response {
    /// The uploaded files that the answers name.
    pub fn attachments(&self) -> Vec<AttachmentId> {
        let mut found = Vec::new();
        named_files(&self.content, &mut found);
        found
    }

    /// The version of the form, the part of `url|version` after the bar.
    pub fn form_version(&self) -> &str {
        self.questionnaire
            .rsplit_once('|')
            .map_or("", |(_, version)| version)
    }
}

fn named_files(node: &Value, found: &mut Vec<AttachmentId>) {
    match node {
        Value::Array(all) => all.iter().for_each(|one| named_files(one, found)),
        Value::Object(members) => {
            let file = members.get("valueAttachment");
            found.extend(file.and_then(|file| Attachment::named(file.get("url")?.as_str()?)));
            members.values().for_each(|one| named_files(one, found));
        }
        _ => {}
    }
}

/// A file that she uploaded, without its content.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// Where.
    pub facility_id: FacilityId,
    /// Whose.
    pub patient_id: PatientId,
    /// What it is.
    pub kind: Kind,
    /// Bytes, as it is kept.
    pub size: i64,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
}

impl Attachment {
    /// How answers name it: relative to either API, for she and staff read it at different places.
    pub fn url(&self) -> String {
        format!("attachments/{}", self.id)
    }

    /// What an answer says of it, a FHIR `Attachment`.
    pub fn answer(&self) -> Value {
        json!({ "contentType": self.kind.media_type(), "url": self.url(), "size": self.size })
    }

    /// The file that an address in an answer names: relative, or at one of the two APIs.
    pub fn named(url: &str) -> Option<AttachmentId> {
        let (before, id) = url.rsplit_once('/').unwrap_or(("", url));
        let place = before == "attachments"
            || before.ends_with("/api/patient/v1/attachments")
            || before.ends_with("/api/staff/v1/attachments");
        place.then(|| id.parse().ok()).flatten().map(AttachmentId)
    }
}

/// Something that she should look at again, though it does not stop her.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Warning {
    /// Stable code of the engine.
    pub code: String,
    /// The question.
    pub link_id: Option<String>,
    /// One sentence in the language asked for.
    pub message: String,
}

/// A draft with what the engine remarks on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Drafted {
    /// The draft.
    pub response: Response,
    /// Remarks.
    pub warnings: Vec<Warning>,
    /// Of a re-check: the answers that it was begun with.
    #[serde(default)]
    pub asked_before: Option<AskedBefore>,
}

/// A draft that moved to a newer version of its form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Renewed {
    /// The draft.
    pub drafted: Drafted,
    /// Questions whose answers did not come along, by linkId: she answers them again.
    pub dropped: Vec<String>,
}

/// What a re-check asks again, and what she said then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskedBefore {
    /// The earlier answers.
    pub response: ResponseId,
    /// When she gave them; when she began them, if she did not submit them.
    pub answered_at: DateTime<Utc>,
    /// Whether she submitted them.
    #[serde(default = "submitted")]
    pub submitted: bool,
    /// Questions that were filled in with them.
    pub link_ids: Vec<String>,
    /// Of what was asked both times, the questions that are answered differently now.
    pub changed: Vec<String>,
}

/// What was kept before drafts were offered too.
fn submitted() -> bool {
    true
}

/// A submission with what she is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answered {
    /// The answers.
    pub response: Response,
    /// Remarks.
    pub warnings: Vec<Warning>,
    /// What she is told, if a slice has something to say.
    pub told: Option<Told>,
}

/// One answer that staff compared with its source.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow)]
pub struct Verification {
    /// The question.
    pub link_id: String,
    /// Who compared it.
    pub staff_id: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// One kept version of submitted answers, without the answers.
#[derive(Clone, Debug, Serialize, Deserialize, sqlx::FromRow)]
pub struct Kept {
    /// Revision.
    pub version: i64,
    /// Who made it, as the journal writes it.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What she is told after a submission, in her language.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    /// Something needs her today.
    pub urgent: bool,
    /// Sentences in the order in which she reads them.
    pub lines: Vec<String>,
    /// The number to call, when something is urgent.
    pub phone: Option<String>,
    /// The level whose sentence she reads.
    pub level: Option<String>,
}

/// A submission, new staff items beside one, or answers found to be entered in error, as later slices hear of it.
pub struct Submitted<'a> {
    /// The answers as they now are.
    pub response: &'a Response,
    /// The enabled answers of her form.
    pub answers: &'a Answers,
    /// The pregnancy.
    pub episode: &'a Episode,
    /// The language of what she is told.
    pub locale: Locale,
    /// Who sent it.
    pub by: &'a Caller,
}

/// What a later slice does in the transaction of a submission.
///
/// Its refusal is the submission's refusal.
pub type Hook = for<'a> fn(&'a Ctx, &'a mut Tx, &'a Submitted<'a>) -> BoxFuture<'a, Result<Option<Told>>>;

/// All hooks, in pathway order.
#[derive(Clone, Default)]
pub struct Hooks(pub Vec<Hook>);

impl Hooks {
    /// Runs all of them; what the first with something to say tells her.
    pub(super) async fn run(
        &self,
        ctx: &Ctx,
        tx: &mut Tx,
        submitted: &Submitted<'_>,
    ) -> Result<Option<Told>> {
        let mut told = None;
        for hook in &self.0 {
            let said = hook(ctx, &mut *tx, submitted).await?;
            told = told.or(said);
        }
        Ok(told)
    }
}

/// How a later slice judged submitted answers, as a table says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Where its review stands.
    pub review_state: String,
    /// Version of the rules that made its scores and findings.
    pub rules_version: String,
    /// Version of the engine that ran them.
    pub engine_version: String,
}

/// How a later slice judged submitted answers; none of those that it does not judge.
pub type Marked = for<'a> fn(&'a mut View, FacilityId, ResponseId) -> BoxFuture<'a, Result<Option<Mark>>>;

/// What is kept with each version.
pub(super) struct Revision<'a> {
    /// The answers.
    pub response: &'a Response,
    /// Who changed them.
    pub actor: Actor,
}
