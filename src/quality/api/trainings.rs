//! Trainings and drills on the wire, and their routes.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;
use uuid::Uuid;

use crate::base::PageRequest;
use crate::base::id::StaffId;
use crate::ctx::Ctx;
use crate::http::answer::{Created, List};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;
use crate::quality::acts::{self, Recorded, RecordedReadiness, TrainingDraft};
use crate::quality::training::{Due, ItemValue, Trainee, Training, TrainingKind, TrainingResult};

/// One who took part.
#[derive(Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct TraineeIo {
    /// Who.
    staff: StaffId,
    /// How it went.
    result: TrainingResult,
    /// Points of an assessment, 0–100.
    score: Option<i64>,
}

/// A training or a drill that was held.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct TrainingIn {
    /// What was trained; a drill is of obstetrics and anesthesia together.
    kind: TrainingKind,
    /// The day.
    held_on: NaiveDate,
    /// What it was about; of a drill its scenario, 1–200 characters.
    title: String,
    /// What was found, 1–2000 characters.
    note: Option<String>,
    /// When a cesarean was decided on, in a drill.
    decided_at: Option<DateTime<Utc>>,
    /// When the baby was out, in a drill.
    delivered_at: Option<DateTime<Utc>>,
    /// Who took part, 1–300.
    people: Vec<TraineeIo>,
    /// The one in whose place it stands, as a correction.
    replaces: Option<Uuid>,
}

impl From<TrainingIn> for TrainingDraft {
    fn from(body: TrainingIn) -> TrainingDraft {
        let one = |one: TraineeIo| Trainee {
            staff: one.staff,
            result: one.result,
            score: one.score,
        };
        TrainingDraft {
            kind: body.kind,
            held_on: body.held_on,
            title: body.title,
            note: body.note,
            decided_at: body.decided_at,
            delivered_at: body.delivered_at,
            people: body.people.into_iter().map(one).collect(),
            replaces: body.replaces,
        }
    }
}

/// A training or a drill.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct TrainingOut {
    /// Its id.
    id: Uuid,
    /// What was trained.
    kind: TrainingKind,
    /// The day.
    held_on: NaiveDate,
    /// What it was about; of a drill its scenario.
    title: String,
    /// What was found.
    note: Option<String>,
    /// When a cesarean was decided on, in a drill.
    decided_at: Option<DateTime<Utc>>,
    /// When the baby was out, in a drill.
    delivered_at: Option<DateTime<Utc>>,
    /// Minutes from the decision to the delivery.
    ddi_min: Option<i64>,
    /// Who took part.
    people: Vec<TraineeIo>,
    /// The one in whose place it stands.
    replaces: Option<Uuid>,
    /// Who wrote it down.
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
}

impl From<Training> for TrainingOut {
    fn from(t: Training) -> TrainingOut {
        let one = |one: Trainee| TraineeIo {
            staff: one.staff,
            result: one.result,
            score: one.score,
        };
        TrainingOut {
            ddi_min: t.ddi_min(),
            id: t.id,
            kind: t.kind,
            held_on: t.held_on,
            title: t.words.title,
            note: t.words.note,
            decided_at: t.decided_at,
            delivered_at: t.delivered_at,
            people: t.people.into_iter().map(one).collect(),
            replaces: t.replaces,
            by: t.by,
            at: t.at,
        }
    }
}

/// Something that is due, or soon.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct TrainingDueOut {
    /// The item of the self-check: D1–D8 of a person, E7 of the drills.
    item: String,
    /// Whose; absent of the drills.
    staff: Option<StaffId>,
    /// The name.
    name: Option<String>,
    /// By when, or since when; absent of what was never shown or held.
    on: Option<NaiveDate>,
}

impl From<Due> for TrainingDueOut {
    fn from(due: Due) -> TrainingDueOut {
        let (staff, name) = due.staff.unzip();
        TrainingDueOut {
            item: due.item.to_owned(),
            staff,
            name,
            on: due.on,
        }
    }
}

/// What is due.
#[derive(Object)]
pub struct TrainingsDueOut {
    /// What was never shown first, then by day.
    items: Vec<TrainingDueOut>,
}

/// How an item of the self-check stands by the records.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct RecordedItemOut {
    /// The item.
    item: String,
    /// How it stands; absent where there is nothing to judge by.
    value: Option<ItemValue>,
    /// How many people or births meet it.
    met: Option<usize>,
    /// Of how many.
    of: Option<usize>,
}

impl From<Recorded> for RecordedItemOut {
    fn from(r: Recorded) -> RecordedItemOut {
        RecordedItemOut {
            item: r.item.to_owned(),
            value: r.value,
            met: r.met,
            of: r.of,
        }
    }
}

/// What the records say of the self-check today.
#[derive(Object)]
pub struct RecordedReadinessOut {
    /// D1–D8, E5 and E7.
    items: Vec<RecordedItemOut>,
    /// A self-check with these answers, to be completed by hand: a FHIR R4 `QuestionnaireResponse`.
    content: Any<Value>,
}

impl From<RecordedReadiness> for RecordedReadinessOut {
    fn from(r: RecordedReadiness) -> RecordedReadinessOut {
        RecordedReadinessOut {
            items: r.items.into_iter().map(Into::into).collect(),
            content: Any(r.content),
        }
    }
}

/// Trainings and drills of the service team.
pub struct TrainingsApi;

#[OpenApi]
impl TrainingsApi {
    /// Write a training or a drill down
    #[oai(path = "/trainings", method = "post", operation_id = "quality.train")]
    async fn train(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<TrainingIn>,
    ) -> Result<Created<TrainingOut>, Failure> {
        let training = acts::train(&ctx, &caller.0, body.0.into()).boxed().await?;
        Ok(Created::of(training))
    }

    /// The trainings and drills, the last day first
    #[oai(path = "/trainings", method = "get", operation_id = "quality.trainings")]
    async fn trainings(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<TrainingOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let all = acts::trainings(&ctx, &caller.0, page).boxed().await?;
        Ok(Json(List::of(all)))
    }

    /// What is due: the next drill, and what people lack or will lack within a month
    #[oai(
        path = "/trainings/due",
        method = "get",
        operation_id = "quality.trainings_due"
    )]
    async fn due(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Json<TrainingsDueOut>, Failure> {
        let all = acts::trainings_due(&ctx, &caller.0).boxed().await?;
        Ok(Json(TrainingsDueOut {
            items: all.into_iter().map(Into::into).collect(),
        }))
    }

    /// What the records say of the self-check today
    #[oai(
        path = "/readiness/recorded",
        method = "get",
        operation_id = "quality.recorded_readiness"
    )]
    async fn recorded(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
    ) -> Result<Json<RecordedReadinessOut>, Failure> {
        let recorded = acts::recorded_readiness(&ctx, &caller.0).boxed().await?;
        Ok(Json(recorded.into()))
    }
}
