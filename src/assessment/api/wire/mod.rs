//! What the assessment looks like on the wire.

mod run;

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;
use uuid::Uuid;

use crate::assessment::acts::{Record, Verdict, Waiting};
use crate::assessment::model::{
    Decision, Level, Outcome, Phase, Plan, PlannedTechnique, Review, ReviewState,
};
use crate::base::Role;
use crate::base::id::{EpisodeId, PatientId, ResponseId, ReviewId, StaffId};
pub use run::{ComparedOut, FindingOut, RunOut, UsedOut};

/// An assessment in the queue.
#[derive(Object)]
pub struct ReviewOut {
    /// Its id.
    pub id: ReviewId,
    /// Whose.
    pub patient_id: PatientId,
    /// In which pregnancy.
    pub episode_id: EpisodeId,
    /// The answers.
    pub response_id: ResponseId,
    /// When the questions were asked.
    pub phase: Phase,
    /// The highest level that fired. `none` of an unfinished assessment is "not assessed": see `assessed`.
    pub level: Level,
    /// The level whose sentence she read.
    pub told_level: Option<Level>,
    /// False when nothing fired, but answers are missing.
    pub assessed: bool,
    /// Whether everything was answered.
    pub complete: bool,
    /// Something needs her today.
    pub urgent: bool,
    /// Where it stands.
    pub state: ReviewState,
    /// By when a doctor looks at it.
    pub due_at: DateTime<Utc>,
    /// Who has it in hand.
    pub claimed_by: Option<StaffId>,
    /// Until when.
    pub claim_ends_at: Option<DateTime<Utc>>,
    /// When she submitted.
    pub created_at: DateTime<Utc>,
}

impl From<Review> for ReviewOut {
    fn from(r: Review) -> ReviewOut {
        let claimed = r.state == ReviewState::Claimed;
        ReviewOut {
            id: r.id,
            patient_id: r.patient_id,
            episode_id: r.episode_id,
            response_id: r.response_id,
            phase: r.phase,
            level: r.level,
            told_level: r.told_level,
            assessed: r.complete || r.level > Level::None,
            complete: r.complete,
            urgent: r.urgent,
            state: r.state,
            due_at: r.due_at,
            claimed_by: r.claimed_by.filter(|_| claimed),
            claim_ends_at: r.claim_ends_at.filter(|_| claimed),
            created_at: r.created_at,
        }
    }
}

/// A line of the queue.
#[derive(Object)]
pub struct ReviewWaitingOut {
    /// The assessment.
    pub review: ReviewOut,
    /// Her name.
    pub name: Option<String>,
    /// Record number of the hospital.
    pub record_number: String,
}

impl From<Waiting> for ReviewWaitingOut {
    fn from(w: Waiting) -> ReviewWaitingOut {
        ReviewWaitingOut {
            review: w.review.into(),
            name: w.name,
            record_number: w.record_number,
        }
    }
}

/// What is planned for her.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PlanIo {
    /// The technique.
    pub technique: PlannedTechnique,
    /// ASA physical status, 1–6.
    pub asa_class: Option<i64>,
    /// When anticoagulants are stopped and given again, at most 1000 characters.
    pub anticoagulation: Option<String>,
    /// Airway, spine, neurological baseline and whatever else the team must know, at most 1000 characters.
    pub notes: Option<String>,
}

impl From<Plan> for PlanIo {
    fn from(p: Plan) -> PlanIo {
        PlanIo {
            technique: p.technique,
            asa_class: p.asa_class,
            anticoagulation: p.anticoagulation,
            notes: p.notes,
        }
    }
}

/// One decision.
#[derive(Object)]
pub struct DecisionOut {
    /// Its id.
    pub id: Uuid,
    /// The assessment in the queue.
    pub review_id: ReviewId,
    /// The run of the rules that it was made on.
    pub assessment_id: Uuid,
    /// What was decided.
    pub outcome: Outcome,
    /// Who.
    pub by: StaffId,
    /// As what.
    pub by_role: Role,
    /// The second doctor who vouches for it.
    pub second_by: Option<StaffId>,
    /// When.
    pub at: DateTime<Utc>,
    /// Under which conditions.
    pub conditions: Option<String>,
    /// What is planned.
    pub plan: Option<PlanIo>,
    /// In plain words, for her.
    pub summary: String,
    /// Why an absolute finding was overruled.
    pub reason: Option<String>,
}

impl From<Decision> for DecisionOut {
    fn from(d: Decision) -> DecisionOut {
        DecisionOut {
            id: d.id,
            review_id: d.review_id,
            assessment_id: d.assessment_id,
            outcome: d.outcome,
            by: d.by,
            by_role: d.by_role,
            second_by: d.second,
            at: d.at,
            conditions: d.conditions,
            plan: d.plan.map(Into::into),
            summary: d.summary,
            reason: d.reason,
        }
    }
}

/// One assessment, whole.
#[derive(Object)]
pub struct ReviewRecordOut {
    /// The assessment in the queue.
    pub review: ReviewOut,
    /// The newest run of the rules.
    pub run: RunOut,
    /// All findings in the order of the rule table; what hangs on missing answers is `not_assessed`.
    pub findings: Vec<FindingOut>,
    /// Her answers, a FHIR `QuestionnaireResponse`.
    pub answers: Any<Value>,
    /// What staff entered beside them.
    pub staff_items: Option<Any<Value>>,
    /// She changed what she had submitted: `GET /responses/{id}` tells what and why.
    pub edited: bool,
    /// The answers that rules looked at.
    pub answers_used: Vec<UsedOut>,
    /// Of a re-check: what it changed since the assessment of pregnancy.
    pub compared: Option<ComparedOut>,
    /// Earlier runs, newest first.
    pub history: Vec<RunOut>,
    /// The decisions of this pregnancy, newest first.
    pub decisions: Vec<DecisionOut>,
}

impl From<Record> for ReviewRecordOut {
    fn from(r: Record) -> ReviewRecordOut {
        ReviewRecordOut {
            review: r.review.into(),
            run: r.run.into(),
            findings: r.findings.into_iter().map(Into::into).collect(),
            answers: Any(r.answers),
            staff_items: r.staff_items.map(Any),
            edited: r.edited,
            answers_used: r.answers_used.into_iter().map(Into::into).collect(),
            compared: r.compared.map(Into::into),
            history: r.earlier.into_iter().map(Into::into).collect(),
            decisions: r.decisions.into_iter().map(Into::into).collect(),
        }
    }
}

/// What a doctor decides.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct DecisionIn {
    /// What.
    pub outcome: Outcome,
    /// Under which conditions, at most 1000 characters; needed with `cleared_with_conditions`.
    pub conditions: Option<String>,
    /// What is planned.
    pub plan: Option<PlanIo>,
    /// In plain words, for her, 1–300 characters.
    pub summary: String,
    /// Why an absolute finding is overruled, at most 1000 characters.
    pub reason: Option<String>,
    /// The word of a second doctor, from `POST /attestations` for `assessment.decide` and this review: where a waiting time is
    /// waived, two doctors say so.
    pub attestation: Option<String>,
}

impl From<DecisionIn> for Verdict {
    fn from(d: DecisionIn) -> Verdict {
        Verdict {
            outcome: d.outcome,
            conditions: d.conditions,
            plan: d.plan.map(|p| Plan {
                technique: p.technique,
                asa_class: p.asa_class,
                anticoagulation: p.anticoagulation,
                notes: p.notes,
            }),
            summary: d.summary,
            reason: d.reason,
            attestation: d.attestation,
        }
    }
}
