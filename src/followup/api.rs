//! Staff's routes of follow-up. She herself answers through the forms.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;

use super::acts::{self, Entered, Listed, Shown};
use super::model::{AlertEntry, AlertEntryKind, AlertState, Flag, Point, PointState};
use crate::base::PageRequest;
use crate::base::id::{AlertId, EpisodeId, FollowUpId, LaborId, PatientId, ResponseId, StaffId};
use crate::ctx::Ctx;
use crate::http::answer::{Created, List};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// Follow-up points and alerts.
pub struct StaffApi;

/// A follow-up point.
#[derive(Clone, Debug, Object)]
struct FollowUpOut {
    /// Its id.
    id: FollowUpId,
    /// Who.
    patient: PatientId,
    /// Her name.
    name: Option<String>,
    /// Record number of the hospital.
    record_number: String,
    /// Her pregnancy.
    episode: EpisodeId,
    /// Her labor.
    labor: LaborId,
    /// Which point.
    point: Point,
    /// Name of its form.
    form: String,
    /// A baby died: nothing said to her may speak of a baby or congratulate.
    after_loss: bool,
    /// Where it stands now.
    state: PointState,
    /// When the first baby was born.
    born_at: DateTime<Utc>,
    /// From when she can answer.
    opens: DateTime<Utc>,
    /// When she should have.
    due: DateTime<Utc>,
    /// From when staff phone her.
    overdue_at: DateTime<Utc>,
    /// The answers.
    response: Option<ResponseId>,
    /// Highest level of the answers: `none`, `yellow`, `orange`, `red`.
    level: Option<String>,
    /// Whether every question that a red flag needs was answered.
    complete: Option<bool>,
    /// When she answered.
    answered_at: Option<DateTime<Utc>>,
}

impl From<Listed> for FollowUpOut {
    fn from(listed: Listed) -> FollowUpOut {
        let point = listed.point;
        FollowUpOut {
            id: point.id,
            patient: point.patient_id,
            name: listed.name,
            record_number: listed.record_number,
            episode: point.episode_id,
            labor: point.labor_id,
            point: point.point,
            form: point.form,
            after_loss: point.after_loss,
            state: listed.state,
            born_at: point.born_at,
            opens: point.opens,
            due: point.due,
            overdue_at: point.overdue_at,
            response: point.response_id,
            level: point.level,
            complete: point.complete,
            answered_at: point.answered_at,
        }
    }
}

/// Her answers, asked at the bedside or by phone.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct AnswersIn {
    /// A FHIR `QuestionnaireResponse` to the point's form.
    content: Any<Value>,
}

/// What answers came to.
#[derive(Object)]
struct EnteredOut {
    /// The answers.
    response: ResponseId,
    /// Highest level: `none`, `yellow`, `orange`, `red`.
    level: String,
    /// Whether every question that a red flag needs was answered.
    complete: bool,
    /// What it raised.
    alert: Option<AlertId>,
    /// What to tell her, in the language asked for.
    lines: Vec<String>,
}

impl From<Entered> for EnteredOut {
    fn from(entered: Entered) -> EnteredOut {
        EnteredOut {
            response: entered.response,
            level: entered.level,
            complete: entered.complete,
            alert: entered.alert,
            lines: entered.lines,
        }
    }
}

/// One rule that fired.
#[derive(Clone, Debug, Object)]
struct FlagOut {
    /// Rule id.
    rule: String,
    /// Its level.
    level: String,
    /// What staff read.
    staff: String,
    /// The answers that decided it.
    decided_by: Vec<FlagDecidedByOut>,
    /// Guideline it rests on.
    source: String,
    /// Whether a clinician has confirmed the rule.
    confirmed: bool,
    /// Minutes within which somebody must act.
    within_minutes: Option<u32>,
}

/// An answer that decided.
#[derive(Clone, Debug, Object)]
struct FlagDecidedByOut {
    /// The question.
    link_id: String,
    /// The answer; several as a list.
    value: Any<Value>,
}

impl From<Flag> for FlagOut {
    fn from(flag: Flag) -> FlagOut {
        let decided_by = flag
            .decided_by
            .into_iter()
            .map(|(link_id, value)| FlagDecidedByOut {
                link_id,
                value: Any(value),
            });
        FlagOut {
            rule: flag.rule,
            level: flag.level,
            staff: flag.staff,
            decided_by: decided_by.collect(),
            source: flag.source,
            confirmed: flag.confirmed,
            within_minutes: flag.within_minutes,
        }
    }
}

/// What happened to an alert.
#[derive(Clone, Debug, Object)]
struct AlertEntryOut {
    /// What.
    kind: AlertEntryKind,
    /// Who.
    staff: StaffId,
    /// At which step: 0 first on call, 1 next on call, 2 duty officer.
    step: i64,
    /// When.
    at: DateTime<Utc>,
}

impl From<AlertEntry> for AlertEntryOut {
    fn from(entry: AlertEntry) -> AlertEntryOut {
        AlertEntryOut {
            kind: entry.kind,
            staff: entry.staff,
            step: entry.step,
            at: entry.at,
        }
    }
}

/// An alert.
#[derive(Clone, Debug, Object)]
struct AlertOut {
    /// Its id.
    id: AlertId,
    /// Who.
    patient: PatientId,
    /// Her name.
    name: Option<String>,
    /// Her phone, to call her.
    phone: Option<String>,
    /// Record number of the hospital.
    record_number: String,
    /// The follow-up point, if the answers belong to one.
    follow_up: Option<FollowUpId>,
    /// The answers.
    response: ResponseId,
    /// Name of the form.
    form: String,
    /// `yellow`, `orange` or `red`.
    level: String,
    /// What fired, the most urgent first.
    flags: Vec<FlagOut>,
    /// Version of the rules.
    rules_version: String,
    /// Whose it is: roles or `mental_health`.
    notify: Vec<String>,
    /// Where it stands.
    state: AlertState,
    /// How far it went: 0 first on call, 1 next on call, 2 duty officer.
    step: i64,
    /// When it was raised.
    raised_at: DateTime<Utc>,
    /// By when somebody must act.
    due: DateTime<Utc>,
    /// What came of it.
    outcome: Option<String>,
    /// Who was called, took it and closed it.
    history: Vec<AlertEntryOut>,
}

impl From<Shown> for AlertOut {
    fn from(shown: Shown) -> AlertOut {
        let alert = shown.alert;
        AlertOut {
            id: alert.id,
            patient: alert.patient_id,
            name: shown.name,
            phone: shown.phone,
            record_number: shown.record_number,
            follow_up: alert.follow_up_id,
            response: alert.response_id,
            form: alert.form,
            level: alert.level,
            flags: alert.flags.into_iter().map(Into::into).collect(),
            rules_version: alert.rules_version,
            notify: alert.notify,
            state: alert.state,
            step: alert.step,
            raised_at: alert.raised_at,
            due: alert.due,
            outcome: alert.outcome,
            history: alert.history.into_iter().map(Into::into).collect(),
        }
    }
}

/// What came of an alert.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct OutcomeIn {
    /// 2–1000 characters.
    outcome: String,
}

#[OpenApi]
impl StaffApi {
    /// Whom to ask: due, overdue and answered points, the longest due first
    #[oai(path = "/follow-ups", method = "get", operation_id = "followup.list")]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        state: Query<Option<PointState>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<FollowUpOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::list(&ctx, &caller.0, state.0, page).boxed().await?,
        )))
    }

    /// Enter her answers, asked at the bedside or by phone
    #[oai(
        path = "/follow-ups/:id/responses",
        method = "post",
        operation_id = "followup.enter"
    )]
    async fn enter(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<FollowUpId>,
        body: Json<AnswersIn>,
    ) -> Result<Created<EnteredOut>, Failure> {
        Ok(Created::of(
            acts::enter(&ctx, &caller.0, id.0, body.0.content.0)
                .boxed()
                .await?,
        ))
    }

    /// Red flags: open first, red first, the longest waiting first
    #[oai(path = "/alerts", method = "get", operation_id = "followup.alerts")]
    async fn alerts(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        state: Query<Option<AlertState>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<AlertOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::alerts(&ctx, &caller.0, state.0, page).boxed().await?,
        )))
    }

    /// Take an alert: it goes no further
    #[oai(
        path = "/alerts/:id/acknowledge",
        method = "post",
        operation_id = "followup.acknowledge"
    )]
    async fn acknowledge(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AlertId>,
    ) -> Result<Json<AlertOut>, Failure> {
        Ok(Json(
            acts::acknowledge(&ctx, &caller.0, id.0).boxed().await?.into(),
        ))
    }

    /// Close an alert with what came of it
    #[oai(
        path = "/alerts/:id/close",
        method = "post",
        operation_id = "followup.close_alert"
    )]
    async fn close_alert(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AlertId>,
        body: Json<OutcomeIn>,
    ) -> Result<Json<AlertOut>, Failure> {
        Ok(Json(
            acts::close_alert(&ctx, &caller.0, id.0, &body.outcome)
                .boxed()
                .await?
                .into(),
        ))
    }
}
