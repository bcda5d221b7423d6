//! What follows a refusal; what is told of it, of a withdrawal, and of a bedside where nothing could be confirmed.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::wire::ConsentOut;
use crate::base::id::{ConsentId, StaffId};
use crate::consent::acts::{self, Explained};
use crate::consent::model::{Explanation, Heard, Later, Refusal, Unconfirmed, Withdrawal, WithdrawalPhase};
use crate::ctx::Ctx;
use crate::http::answer::CreatedVersioned;
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// What follows her no.
pub struct AfterApi;

#[OpenApi]
impl AfterApi {
    /// Record what was explained to her after she had said no
    #[oai(
        path = "/consents/:id/explanation",
        method = "post",
        operation_id = "consent.explain"
    )]
    async fn explain(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        body: Json<ExplanationIn>,
    ) -> Result<CreatedVersioned<ConsentOut>, Failure> {
        let consent = acts::explain(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(CreatedVersioned::of(consent, version))
    }
}

/// What was explained to her after she had said no.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ExplanationIn {
    /// When; now if absent, never before she said no.
    held_at: Option<DateTime<Utc>>,
    /// Consequences and alternatives, 1–1000 characters.
    said: String,
    /// Who else was told of her decision, at most 10 of 1–60 characters.
    #[oai(default)]
    told: Vec<String>,
    /// When she wants to be asked again.
    ask_again_at: Option<DateTime<Utc>>,
}

impl From<ExplanationIn> for Explained {
    fn from(body: ExplanationIn) -> Explained {
        Explained {
            held_at: body.held_at,
            said: body.said,
            told: body.told,
            ask_again_at: body.ask_again_at,
        }
    }
}

/// That she said no.
#[derive(Clone, Debug, Object)]
pub struct RefusalOut {
    /// When.
    at: DateTime<Utc>,
    /// Whether she wants to be asked again.
    ask_again: bool,
    /// Whether consequences and alternatives were explained to her.
    explained: bool,
    /// The explanation, where it came after her no.
    explanation: Option<ExplanationOut>,
}

/// What was explained to her after she had said no.
#[derive(Clone, Debug, Object)]
pub struct ExplanationOut {
    /// Who explained.
    by: StaffId,
    /// When it was explained.
    held_at: DateTime<Utc>,
    /// Consequences and alternatives.
    said: String,
    /// Who else was told of her decision.
    told: Vec<String>,
    /// When she wants to be asked again.
    ask_again_at: Option<DateTime<Utc>>,
    /// When it was recorded.
    at: DateTime<Utc>,
}

impl From<Explanation> for ExplanationOut {
    fn from(one: Explanation) -> ExplanationOut {
        ExplanationOut {
            by: one.by,
            held_at: one.body.held_at,
            said: one.body.said,
            told: one.body.told,
            ask_again_at: one.body.ask_again_at,
            at: one.at,
        }
    }
}

impl From<Refusal> for RefusalOut {
    fn from(refusal: Refusal) -> RefusalOut {
        RefusalOut {
            at: refusal.at,
            ask_again: refusal.ask_again,
            explained: refusal.explained,
            explanation: refusal.explanation.map(ExplanationOut::from),
        }
    }
}

/// She wants time to think.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct LaterIn {
    /// Until when, if she names a time; in the future.
    pub until: Option<DateTime<Utc>>,
}

/// That she wants time to think.
#[derive(Clone, Debug, Object)]
pub struct LaterOut {
    /// When she said so.
    at: DateTime<Utc>,
    /// Until when, where she named a time.
    until: Option<DateTime<Utc>>,
}

impl From<Later> for LaterOut {
    fn from(later: Later) -> LaterOut {
        LaterOut {
            at: later.at,
            until: later.until,
        }
    }
}

/// That the consent could not be confirmed at the bedside, and was not since.
#[derive(Clone, Debug, Object)]
pub struct BedsideUnconfirmedOut {
    /// Who found it.
    by: StaffId,
    /// Why.
    reason: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<Unconfirmed> for BedsideUnconfirmedOut {
    fn from(one: Unconfirmed) -> BedsideUnconfirmedOut {
        BedsideUnconfirmedOut {
            by: one.by,
            reason: one.reason,
            at: one.at,
        }
    }
}

/// That she took it back.
#[derive(Clone, Debug, Object)]
pub struct WithdrawalOut {
    /// When.
    at: DateTime<Utc>,
    /// Whether analgesia had been started.
    phase: WithdrawalPhase,
    /// Who said that they know of it, by doing the task.
    heard: Vec<HeardOut>,
}

/// Somebody's word that they know of it.
#[derive(Clone, Debug, Object)]
pub struct HeardOut {
    /// Who.
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
}

impl From<Withdrawal> for WithdrawalOut {
    fn from(withdrawal: Withdrawal) -> WithdrawalOut {
        let heard = |one: Heard| HeardOut {
            by: one.by,
            at: one.at,
        };
        WithdrawalOut {
            at: withdrawal.at,
            phase: withdrawal.phase,
            heard: withdrawal.heard.into_iter().map(heard).collect(),
        }
    }
}
