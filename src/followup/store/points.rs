//! Follow-up points.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, FollowUpId, LaborId, PatientId, ResponseId, StaffId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::db::run::placeholders;
use crate::followup::model::{CallOutcome, Ended, FollowUp, LostReason, PhoneCall, Point, PointState};
use crate::followup::schedule::{self, Slot};
use crate::forms::model::Response;

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
    window_h: Option<String>,
    response_id: Option<ResponseId>,
    level: Option<String>,
    complete: Option<bool>,
    answered_at: Option<DateTime<Utc>>,
    ended: Option<String>,
    lost_reason: Option<String>,
    reminded_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "id, facility_id, patient_id, episode_id, labor_id, point, form, after_loss, delivery_mode, born_at, \
    opens, due, overdue_at, window_h, response_id, level, complete, answered_at, ended, lost_reason, reminded_at";

impl Row {
    fn read(self) -> Result<FollowUp> {
        let point =
            Point::parse(&self.point).ok_or_else(|| Error::broken("a follow-up row has an unknown point"))?;
        Ok(FollowUp {
            point,
            window: match self.window_h {
                Some(window) => serde_json::from_str(&window)?,
                None => schedule::usual(point),
            },
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
            ended: self.ended.as_deref().and_then(Ended::parse),
            lost_reason: self.lost_reason.as_deref().and_then(LostReason::parse),
            reminded_at: self.reminded_at,
            calls: Vec::new(),
        })
    }
}

/// Points with the calls about them.
async fn whole(q: &mut impl Q, facility: FacilityId, rows: Vec<Row>) -> Result<Vec<FollowUp>> {
    let mut points = rows
        .into_iter()
        .map(Row::read)
        .collect::<Result<Vec<FollowUp>>>()?;
    if points.is_empty() {
        return Ok(points);
    }
    let mut query = q
        .q(format!(
            "select follow_up_id, outcome, staff_id, at from follow_up_call where facility_id = $1 \
             and follow_up_id in ({}) order by at, id",
            placeholders(2, points.len())
        ))
        .bind(facility);
    for point in &points {
        query = query.bind(point.id);
    }
    let calls: Vec<(FollowUpId, String, StaffId, DateTime<Utc>)> = query.all().await?;
    for (id, outcome, staff, at) in calls {
        let outcome =
            CallOutcome::parse(&outcome).ok_or_else(|| Error::broken("a call has an unknown outcome"))?;
        if let Some(point) = points.iter_mut().find(|point| point.id == id) {
            point.calls.push(PhoneCall { outcome, staff, at });
        }
    }
    Ok(points)
}

pub async fn point(q: &mut impl Q, facility: FacilityId, id: FollowUpId) -> Result<Option<FollowUp>> {
    let row = q
        .q(format!(
            "select {COLUMNS} from follow_up where facility_id = $1 and id = $2"
        ))
        .bind(facility)
        .bind(id)
        .opt::<Row>()
        .await?;
    Ok(whole(q, facility, row.into_iter().collect()).await?.pop())
}

/// The points of a pregnancy, the newest labor's first, in the order of time.
pub async fn points_of_episode(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Vec<FollowUp>> {
    let rows = q
        .q(format!(
            "select {COLUMNS} from follow_up where facility_id = $1 and episode_id = $2 \
             order by born_at desc, labor_id, due, id"
        ))
        .bind(facility)
        .bind(episode)
        .all::<Row>()
        .await?;
    whole(q, facility, rows).await
}

/// The labor of a pregnancy that is followed up, its birth and the mode of it; the newest if there were two that were so.
pub async fn labor_of(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<(LaborId, DateTime<Utc>, String)>> {
    q.q(
        "select labor_id, born_at, delivery_mode from follow_up where facility_id = $1 and episode_id = $2 \
         order by case when ended = 'mistaken' then 1 else 0 end, born_at desc, id desc limit 1",
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
         delivery_mode, born_at, opens, due, overdue_at, window_h, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
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
    .bind(serde_json::to_string(&point.window)?)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Moves a point that nobody has answered, after the birth was corrected, and opens it again if it had ended.
pub async fn move_point(
    tx: &mut Tx,
    point: &FollowUp,
    born_at: DateTime<Utc>,
    mode: &str,
    slot: &Slot,
) -> Result<()> {
    tx.q(
        "update follow_up set born_at = $3, delivery_mode = $4, opens = $5, due = $6, overdue_at = $7, ended = null, \
         ended_at = null, lost_reason = null where facility_id = $1 and id = $2",
    )
    .bind(point.facility_id)
    .bind(point.id)
    .bind(born_at)
    .bind(mode.to_owned())
    .bind(slot.opens)
    .bind(slot.due)
    .bind(slot.overdue_at)
    .run()
    .await?;
    Ok(())
}

/// Nobody asks any more.
pub async fn end_point(
    tx: &mut Tx,
    point: &FollowUp,
    ended: Ended,
    reason: Option<LostReason>,
) -> Result<()> {
    let now = tx.now;
    tx.q(
        "update follow_up set ended = $3, ended_at = $4, lost_reason = $5 where facility_id = $1 and id = $2",
    )
    .bind(point.facility_id)
    .bind(point.id)
    .bind(ended.word())
    .bind(now)
    .bind(reason.map(LostReason::word))
    .run()
    .await?;
    Ok(())
}

/// Keeps which reminder was sent, so that none comes twice.
pub async fn set_reminded(tx: &mut Tx, point: &FollowUp, at: DateTime<Utc>) -> Result<()> {
    tx.q("update follow_up set reminded_at = $3 where facility_id = $1 and id = $2")
        .bind(point.facility_id)
        .bind(point.id)
        .bind(at)
        .run()
        .await?;
    Ok(())
}

pub async fn add_call(tx: &mut Tx, point: &mut FollowUp, outcome: CallOutcome, staff: StaffId) -> Result<()> {
    let (id, now) = (tx.id::<Uuid>(), tx.now);
    tx.q(
        "insert into follow_up_call (id, facility_id, follow_up_id, outcome, staff_id, at) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(point.facility_id)
    .bind(point.id)
    .bind(outcome.word())
    .bind(staff)
    .bind(now)
    .run()
    .await?;
    point.calls.push(PhoneCall {
        outcome,
        staff,
        at: now,
    });
    Ok(())
}

/// She was reached after all.
pub async fn reopen_point(tx: &mut Tx, point: &FollowUp) -> Result<()> {
    tx.q(
        "update follow_up set ended = null, ended_at = null, lost_reason = null where facility_id = $1 and id = $2",
    )
    .bind(point.facility_id)
    .bind(point.id)
    .run()
    .await?;
    Ok(())
}

/// Whether her forms leave out the baby from now on.
pub async fn set_after_loss(
    tx: &mut Tx,
    facility: FacilityId,
    labor: LaborId,
    after_loss: bool,
) -> Result<()> {
    tx.q("update follow_up set after_loss = $3 where facility_id = $1 and labor_id = $2 and answered_at is null")
        .bind(facility)
        .bind(labor)
        .bind(after_loss)
        .run()
        .await?;
    Ok(())
}

/// The answers of a point, or none, as it were never answered.
pub async fn set_answered(
    tx: &mut Tx,
    point: &FollowUp,
    answered: Option<(&Response, &str, bool)>,
) -> Result<()> {
    let now = tx.now;
    let at = answered.map(|(response, ..)| response.completed_at.unwrap_or(now));
    tx.q(
        "update follow_up set response_id = $3, level = $4, complete = $5, answered_at = $6, ended = null, \
         ended_at = null, lost_reason = null where facility_id = $1 and id = $2",
    )
    .bind(point.facility_id)
    .bind(point.id)
    .bind(answered.map(|(response, ..)| response.id))
    .bind(answered.map(|(_, level, _)| level.to_owned()))
    .bind(answered.map(|(.., complete)| complete))
    .bind(at)
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
        Some(PointState::Upcoming) => "answered_at is null and ended is null and opens > $2",
        Some(PointState::Due) => "answered_at is null and ended is null and opens <= $2 and overdue_at > $2",
        Some(PointState::Overdue) => "answered_at is null and ended is null and overdue_at <= $2",
        Some(PointState::Answered) => "answered_at <= $2",
        Some(PointState::Lost) => "ended = 'lost' and ended_at <= $2",
        Some(PointState::Ended) => "ended in ('died', 'replaced', 'mistaken') and ended_at <= $2",
    };
    let (due, id) = after.unwrap_or((DateTime::UNIX_EPOCH, Uuid::nil()));
    let rows = q
        .q(format!(
            "select {COLUMNS} from follow_up where facility_id = $1 and {condition} and (due, id) > ($3, $4) \
             order by due, id limit $5"
        ))
        .bind(facility)
        .bind(now)
        .bind(due)
        .bind(id)
        .bind(limit)
        .all::<Row>()
        .await?;
    whole(q, facility, rows).await
}
