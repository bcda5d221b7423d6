//! Responses, their kept versions, verifications.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{AssignmentId, EpisodeId, FacilityId, PatientId, ResponseId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, Sql};
use crate::forms::model::{Kept, Response, ResponseStatus, Revision, Verification};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct ResponseRow {
    id: ResponseId,
    facility_id: FacilityId,
    patient_id: PatientId,
    episode_id: EpisodeId,
    assignment_id: Option<AssignmentId>,
    questionnaire: String,
    name: String,
    after_loss: bool,
    status: String,
    content: Sealed,
    staff_items: Option<Sealed>,
    entered_by_id: Option<StaffId>,
    authored_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    version: i64,
}

/// Adds a set of answers; a kept version as well if it is complete.
pub async fn add(tx: &mut Tx, revision: Revision<'_>) -> Result<()> {
    let response = revision.response;
    let (content, staff_items) = sealed(tx, response, response.id).await?;
    tx.q(
        "insert into response (id, facility_id, patient_id, episode_id, assignment_id, questionnaire, name, after_loss, \
          status, content, staff_items, entered_by_id, authored_at, completed_at, version) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(response.id)
    .bind(response.facility_id)
    .bind(response.patient_id)
    .bind(response.episode_id)
    .bind(response.assignment_id)
    .bind(response.questionnaire.clone())
    .bind(response.name.clone())
    .bind(response.after_loss)
    .bind(response.status.word())
    .bind(content)
    .bind(staff_items)
    .bind(response.entered_by)
    .bind(response.authored_at)
    .bind(response.completed_at)
    .bind(response.version)
    .run()
    .await?;
    keep(tx, revision).await
}

/// Writes the answers as the revision after the one that was read.
///
/// Errors: `Stale` when somebody was faster.
pub async fn update(tx: &mut Tx, revision: Revision<'_>) -> Result<()> {
    let response = revision.response;
    let (content, staff_items) = sealed(tx, response, response.id).await?;
    let changed = tx
        .q(
            "update response set status = $4, content = $5, staff_items = $6, completed_at = $7, version = $3 \
            where facility_id = $1 and id = $2 and version = $3 - 1",
        )
        .bind(response.facility_id)
        .bind(response.id)
        .bind(response.version)
        .bind(response.status.word())
        .bind(content)
        .bind(staff_items)
        .bind(response.completed_at)
        .run()
        .await?;
    if changed == 0 {
        return Err(Error::Stale {
            current: response.version,
        });
    }
    keep(tx, revision).await
}

/// From completion on every version is kept; drafts are not.
async fn keep(tx: &mut Tx, revision: Revision<'_>) -> Result<()> {
    let response = revision.response;
    if response.status != ResponseStatus::Completed {
        return Ok(());
    }
    let id: Uuid = tx.id();
    let now = tx.now;
    let (content, staff_items) = sealed(tx, response, id).await?;
    tx.q(
        "insert into response_version (id, facility_id, response_id, version, content, staff_items, actor, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(response.facility_id)
    .bind(response.id)
    .bind(response.version)
    .bind(content)
    .bind(staff_items)
    .bind(revision.actor.word())
    .bind(now)
    .run()
    .await?;
    Ok(())
}

async fn sealed(
    tx: &mut Tx,
    response: &Response,
    record: impl Into<Uuid>,
) -> Result<(Sealed, Option<Sealed>)> {
    let facility = Some(response.facility_id);
    let record = record.into();
    let content = tx
        .seal_json(facility, record, Class::Clinical, "content", &response.content)
        .await?;
    let staff_items = match &response.staff_items {
        Some(items) => Some(
            tx.seal_json(facility, record, Class::Clinical, "staff_items", items)
                .await?,
        ),
        None => None,
    };
    Ok((content, staff_items))
}

const COLUMNS: &str = "select id, facility_id, patient_id, episode_id, assignment_id, questionnaire, name, after_loss, status, \
    content, staff_items, entered_by_id, authored_at, completed_at, version from response where facility_id = $1";

fn find(condition: &str) -> Sql {
    Sql::Built(format!("{COLUMNS} and {condition}"))
}

/// A set of answers of this hospital.
pub async fn response(
    r: &mut impl Records,
    facility: FacilityId,
    id: ResponseId,
) -> Result<Option<Response>> {
    let row = r.q(find("id = $2")).bind(facility).bind(id).opt().await?;
    opened(r, row).await
}

/// The draft of a form in a pregnancy.
pub async fn draft(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
    name: &str,
) -> Result<Option<Response>> {
    let row = r
        .q(find("episode_id = $2 and name = $3 and status = 'in_progress'"))
        .bind(facility)
        .bind(episode)
        .bind(name.to_owned())
        .opt()
        .await?;
    opened(r, row).await
}

/// The newest submitted answers to a form in a pregnancy.
pub async fn latest_completed(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
    name: &str,
) -> Result<Option<Response>> {
    let row = r
        .q(find(
            "episode_id = $2 and name = $3 and completed_at is not null order by completed_at desc, id desc limit 1",
        ))
        .bind(facility)
        .bind(episode)
        .bind(name.to_owned())
        .opt()
        .await?;
    opened(r, row).await
}

async fn opened(r: &mut impl Records, row: Option<ResponseRow>) -> Result<Option<Response>> {
    let Some(row) = row else { return Ok(None) };
    let content = r.open_json(row.id, "content", &row.content).await?;
    let staff_items = match &row.staff_items {
        Some(sealed) => Some(r.open_json(row.id, "staff_items", sealed).await?),
        None => None,
    };
    Ok(Some(Response {
        id: row.id,
        facility_id: row.facility_id,
        patient_id: row.patient_id,
        episode_id: row.episode_id,
        assignment_id: row.assignment_id,
        questionnaire: row.questionnaire,
        name: row.name,
        after_loss: row.after_loss,
        status: ResponseStatus::parse(&row.status)
            .ok_or_else(|| Error::broken("an unknown response status"))?,
        content,
        staff_items,
        authored_at: row.authored_at,
        completed_at: row.completed_at,
        entered_by: row.entered_by_id,
        version: row.version,
    }))
}

/// The kept versions of a set of answers, oldest first.
pub async fn versions(q: &mut impl Q, facility: FacilityId, id: ResponseId) -> Result<Vec<Kept>> {
    q.q("select version, actor, at from response_version where facility_id = $1 and response_id = $2 order by version")
        .bind(facility)
        .bind(id)
        .all()
        .await
}

/// Notes that a staff member compared an answer with its source.
pub async fn verify(
    tx: &mut Tx,
    facility: FacilityId,
    response: ResponseId,
    link_id: &str,
    staff: StaffId,
) -> Result<Verification> {
    let id: Uuid = tx.id();
    let at = tx.now;
    tx.q(
        "insert into answer_verification (id, facility_id, response_id, link_id, staff_id, at) \
          values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(facility)
    .bind(response)
    .bind(link_id.to_owned())
    .bind(staff)
    .bind(at)
    .run()
    .await?;
    Ok(Verification {
        link_id: link_id.to_owned(),
        staff_id: staff,
        at,
    })
}

/// The verified answers, oldest first.
pub async fn verifications(
    q: &mut impl Q,
    facility: FacilityId,
    response: ResponseId,
) -> Result<Vec<Verification>> {
    q.q(
        "select link_id, staff_id, at from answer_verification where facility_id = $1 and response_id = $2 \
         order by at, link_id",
    )
    .bind(facility)
    .bind(response)
    .all()
    .await
}
