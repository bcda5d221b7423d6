//! What a woman's answers look like to staff, and what staff send.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;

use super::wire::{AskedBeforeOut, KeptOut, VerificationOut};
use crate::base::id::{EpisodeId, PatientId, ResponseId, StaffId};
use crate::forms::acts::Record;
use crate::forms::model::{Response, ResponseStatus, Withdrawn};

/// A woman's answers as staff read them; findings stand in the review.
#[derive(Object)]
pub struct StaffResponseOut {
    /// Their id.
    pub id: ResponseId,
    /// Whose.
    pub patient_id: PatientId,
    /// In which pregnancy.
    pub episode_id: EpisodeId,
    /// `url|version` of the form.
    pub questionnaire: String,
    /// Name of the form.
    pub name: String,
    /// Draft, submitted, replaced, given up or entered in error.
    pub status: ResponseStatus,
    /// Her answers, a FHIR R4 `QuestionnaireResponse`.
    pub content: Any<Value>,
    /// What staff entered beside them, a `QuestionnaireResponse` of the staff part.
    pub staff_items: Option<Any<Value>>,
    /// Who filled the form in on her behalf.
    pub entered_by: Option<StaffId>,
    /// The submitted answers that these replace, or will with their submission.
    pub amends: Option<ResponseId>,
    /// Why they do, in her words.
    pub reason: Option<String>,
    /// Of an amendment: the questions that it answers differently.
    pub changed_link_ids: Vec<String>,
    /// Of a re-check: the answers that it was begun with.
    pub asked_before: Option<AskedBeforeOut>,
    /// The submitted answers that replaced these.
    pub amended_by: Option<ResponseId>,
    /// Of answers that were entered in error: why, and who said so.
    pub entered_in_error: Option<WithdrawnOut>,
    /// Answers that were compared with their source.
    pub verifications: Vec<VerificationOut>,
    /// The versions that are kept, oldest first.
    pub history: Vec<KeptOut>,
    /// When they were begun.
    pub authored_at: DateTime<Utc>,
    /// When they were submitted.
    pub completed_at: Option<DateTime<Utc>>,
    /// Revision.
    pub version: i64,
}

impl From<Record> for StaffResponseOut {
    fn from(r: Record) -> StaffResponseOut {
        let Response {
            id,
            patient_id,
            episode_id,
            questionnaire,
            name,
            status,
            content,
            staff_items,
            entered_by,
            amending,
            withdrawn,
            authored_at,
            completed_at,
            version,
            ..
        } = r.response;
        StaffResponseOut {
            id,
            patient_id,
            episode_id,
            questionnaire,
            name,
            status,
            content: Any(content),
            staff_items: staff_items.map(Any),
            entered_by,
            amends: amending.amends,
            reason: amending.reason,
            changed_link_ids: r.changed,
            asked_before: r.asked_before.map(Into::into),
            amended_by: amending.amended_by,
            entered_in_error: withdrawn.map(Into::into),
            verifications: r.verifications.into_iter().map(Into::into).collect(),
            history: r.history.into_iter().map(Into::into).collect(),
            authored_at,
            completed_at,
            version,
        }
    }
}

/// Why answers were entered in error.
#[derive(Object)]
pub struct WithdrawnOut {
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<Withdrawn> for WithdrawnOut {
    fn from(w: Withdrawn) -> WithdrawnOut {
        WithdrawnOut {
            reason: w.reason,
            by: w.by,
            at: w.at,
        }
    }
}

/// Answers that were entered in error.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct WithdrawIn {
    /// What went wrong, 1–500 characters.
    pub reason: String,
}

/// The staff part beside her answers, all of it.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct StaffItemsIn {
    /// Answers by linkId: numbers, texts, codes, dates, lists of them. What is left out is taken back.
    pub answers: HashMap<String, Any<Value>>,
}

/// Which answers were compared with their source.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct VerifyIn {
    /// The questions.
    pub link_ids: Vec<String>,
}

/// A form that staff fill in on her behalf.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct EnterIn {
    /// Name of the form.
    pub questionnaire: String,
    /// A FHIR R4 `QuestionnaireResponse`.
    pub content: Any<Value>,
}
