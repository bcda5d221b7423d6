//! Follow-up points.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, FollowUpId, LaborId, PatientId, ResponseId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::followup::model::{FollowUp, Point, PointState};

#[derive(sqlx::FromRow)]
struct Row {
    id: FollowUpId,
    facility_id: FacilityId,
    patient_id: PatientId,
    episode_id: EpisodeId,
    labor_id: LaborId,
    point: String,
    form: String,
    after_loss: bool,
    delivery_mode: String,
    born_at: DateTime<Utc>,
    opens: DateTime<Utc>,
    due: DateTime<Utc>,
    overdue_at: DateTime<Utc>,
    response_id: Option<ResponseId>,
    level: Option<String>,
    complete: Option<bool>,
    answered_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "id, facility_id, patient_id, episode_id, labor_id, point, form, after_loss, delivery_mode, born_at, \
    opens, due, overdue_at, response_id, level, complete, answered_at";

impl Row {
    fn read(self) -> Result<FollowUp> {
        Ok(FollowUp {
            point: Point::parse(&self.point)
                .ok_or_else(|| Error::broken("a follow-up row has an unknown point"))?,
            id: self.id,
            facility_id: self.facility_id,
            patient_id: self.patient_id,
            episode_id: self.episode_id,
            labor_id: self.labor_id,
            form: self.form,
            after_loss: self.after_loss,
            delivery_mode: self.delivery_mode,
            born_at: self.born_at,
            opens: self.opens,
            due: self.due,
            overdue_at: self.overdue_at,
            response_id: self.response_id,
            level: self.level,
            complete: self.complete,
            answered_at: self.answered_at,
        })
    }
}

pub async fn point(q: &mut impl Q, facility: FacilityId, id: FollowUpId) -> Result<Option<FollowUp>> {
    q.q(format!(
        "select {COLUMNS} from follow_up where facility_id = $1 and id = $2"
    ))
    .bind(facility)
    .bind(id)
    .opt::<Row>()
    .await?
    .map(Row::read)
    .transpose()
}

pub async fn point_of_labor(
    q: &mut impl Q,
    facility: FacilityId,
    labor: LaborId,
    point: Point,
) -> Result<Option<FollowUp>> {
    q.q(format!(
        "select {COLUMNS} from follow_up where facility_id = $1 and labor_id = $2 and point = $3"
    ))
    .bind(facility)
    .bind(labor)
    .bind(point.word())
    .opt::<Row>()
    .await?
    .map(Row::read)
    .transpose()
}

/// The newest point of a pregnancy that a form belongs to.
pub async fn point_of_form(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
    form: &str,
) -> Result<Option<FollowUp>> {
    q.q(format!(
        "select {COLUMNS} from follow_up where facility_id = $1 and episode_id = $2 and form = $3 \
         order by born_at desc, id desc limit 1"
    ))
    .bind(facility)
    .bind(episode)
    .bind(form.to_owned())
    .opt::<Row>()
    .await?
    .map(Row::read)
    .transpose()
}

/// The labor of a pregnancy that is followed up, the newest if there were two.
pub async fn labor_of(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<(LaborId, DateTime<Utc>)>> {
    q.q(
        "select labor_id, born_at from follow_up where facility_id = $1 and episode_id = $2 \
         order by born_at desc, id desc limit 1",
    )
    .bind(facility)
    .bind(episode)
    .opt()
    .await
}

pub async fn add_point(tx: &mut Tx, point: &FollowUp) -> Result<()> {
    let now = tx.now;
    tx.q(
        "insert into follow_up (id, facility_id, patient_id, episode_id, labor_id, point, form, after_loss, \
         delivery_mode, born_at, opens, due, overdue_at, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(point.id)
    .bind(point.facility_id)
    .bind(point.patient_id)
    .bind(point.episode_id)
    .bind(point.labor_id)
    .bind(point.point.word())
    .bind(point.form.clone())
    .bind(point.after_loss)
    .bind(point.delivery_mode.clone())
    .bind(point.born_at)
    .bind(point.opens)
    .bind(point.due)
    .bind(point.overdue_at)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// From now on her forms leave out the baby.
pub async fn set_after_loss(tx: &mut Tx, facility: FacilityId, labor: LaborId) -> Result<()> {
    tx.q("update follow_up set after_loss = $3 where facility_id = $1 and labor_id = $2 and answered_at is null")
        .bind(facility)
        .bind(labor)
        .bind(true)
        .run()
        .await?;
    Ok(())
}

pub async fn set_answered(
    tx: &mut Tx,
    facility: FacilityId,
    id: FollowUpId,
    response: ResponseId,
    level: &str,
    complete: bool,
) -> Result<()> {
    let now = tx.now;
    tx.q(
        "update follow_up set response_id = $3, level = $4, complete = $5, answered_at = $6 \
         where facility_id = $1 and id = $2",
    )
    .bind(facility)
    .bind(id)
    .bind(response)
    .bind(level.to_owned())
    .bind(complete)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Points that have opened, the longest due first.
pub async fn points(
    q: &mut impl Q,
    facility: FacilityId,
    state: Option<PointState>,
    now: DateTime<Utc>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<FollowUp>> {
    let condition = match state {
        None => "(opens <= $2 or answered_at is not null)",
        Some(PointState::Upcoming) => "answered_at is null and opens > $2",
        Some(PointState::Due) => "answered_at is null and opens <= $2 and overdue_at > $2",
        Some(PointState::Overdue) => "answered_at is null and overdue_at <= $2",
        Some(PointState::Answered) => "answered_at <= $2",
    };
    let (due, id) = after.unwrap_or((DateTime::UNIX_EPOCH, Uuid::nil()));
    q.q(format!(
        "select {COLUMNS} from follow_up where facility_id = $1 and {condition} and (due, id) > ($3, $4) \
         order by due, id limit $5"
    ))
    .bind(facility)
    .bind(now)
    .bind(due)
    .bind(id)
    .bind(limit)
    .all::<Row>()
    .await?
    .into_iter()
    .map(Row::read)
    .collect()
}
