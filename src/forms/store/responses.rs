//! Responses, their kept versions.

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::attachments::name_files;
use crate::base::error::{Error, Result};
use crate::base::id::{AssignmentId, EpisodeId, FacilityId, PatientId, ResponseId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, Sql};
use crate::forms::model::{Amending, Response, ResponseStatus, Revision, Withdrawn};
use crate::vault::{Class, Sealed};

/// How many versions of a draft a client may fall behind and still be told what changed; the current one counts.
const DRAFTS: i64 = 20;

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
    amends_id: Option<ResponseId>,
    reason: Option<Sealed>,
    amended_by_id: Option<ResponseId>,
    open_id: Option<ResponseId>,
    mistake: Option<Sealed>,
    withdrawn_by_id: Option<StaffId>,
    withdrawn_at: Option<DateTime<Utc>>,
    version: i64,
}

/// Adds a set of answers; a kept version as well if it is complete.
pub async fn add(tx: &mut Tx, revision: Revision<'_>) -> Result<()> {
    let response = revision.response;
    let (content, staff_items) = sealed(tx, response, response.id).await?;
    let reason = response.amending.reason.as_deref();
    let reason = tx
        .seal_if(
            Some(response.facility_id),
            response.id,
            Class::FreeText,
            "reason",
            reason,
        )
        .await?;
    tx.q(
        "insert into response (id, facility_id, patient_id, episode_id, assignment_id, questionnaire, name, after_loss, \
          status, content, staff_items, entered_by_id, authored_at, completed_at, version, amends_id, reason) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
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
    .bind(response.amending.amends)
    .bind(reason)
    .run()
    .await?;
    name_files(tx, response).await?;
    keep(tx, revision).await
}

/// Writes the answers over the revision that was read.
///
/// Errors: `Stale` when somebody was faster.
pub async fn update(tx: &mut Tx, revision: Revision<'_>, read: i64) -> Result<()> {
    let response = revision.response;
    if response.status == ResponseStatus::InProgress {
        keep_draft(tx, response, read).await?;
    }
    let (content, staff_items) = sealed(tx, response, response.id).await?;
    let changed = tx
        .q(
            "update response set status = $4, content = $5, staff_items = $6, completed_at = $7, version = $3, questionnaire = $9 \
            where facility_id = $1 and id = $2 and version = $8",
        )
        .bind(response.facility_id)
        .bind(response.id)
        .bind(response.version)
        .bind(response.status.word())
        .bind(content)
        .bind(staff_items)
        .bind(response.completed_at)
        .bind(read)
        .bind(response.questionnaire.clone())
        .run()
        .await?;
    if changed == 0 {
        return Err(Error::Stale {
            current: response.version,
        });
    }
    if response.status == ResponseStatus::Completed {
        tx.q("delete from draft_version where facility_id = $1 and response_id = $2")
            .bind(response.facility_id)
            .bind(response.id)
            .run()
            .await?;
    }
    name_files(tx, response).await?;
    keep(tx, revision).await
}

/// Notes why answers were entered in error, and who said so.
pub async fn set_withdrawn(tx: &mut Tx, response: &Response) -> Result<()> {
    let Some(withdrawn) = &response.withdrawn else {
        return Ok(());
    };
    let (place, class) = (Some(response.facility_id), Class::FreeText);
    let mistake = tx
        .seal(place, response.id, class, "mistake", &withdrawn.reason)
        .await?;
    tx.q("update response set mistake = $3, withdrawn_by_id = $4, withdrawn_at = $5 where facility_id = $1 and id = $2")
        .bind(response.facility_id)
        .bind(response.id)
        .bind(mistake)
        .bind(withdrawn.by)
        .bind(withdrawn.at)
        .run()
        .await?;
    Ok(())
}

/// Copies the draft as it was, sealed as it is, before the next revision is written over it; the oldest goes.
async fn keep_draft(tx: &mut Tx, next: &Response, read: i64) -> Result<()> {
    // Whoever saves the same revision at the same time waits here, and then finds that he is late.
    tx.q(
        "insert into draft_version (response_id, facility_id, version, content) \
          select id, facility_id, version, content from response where facility_id = $1 and id = $2 and version = $3 \
          on conflict (response_id, version) do nothing",
    )
    .bind(next.facility_id)
    .bind(next.id)
    .bind(read)
    .run()
    .await?;
    tx.q("delete from draft_version where facility_id = $1 and response_id = $2 and version <= $3")
        .bind(next.facility_id)
        .bind(next.id)
        .bind(next.version - DRAFTS)
        .run()
        .await?;
    Ok(())
}

/// The answers of a draft at an earlier version, if it is still held.
pub async fn draft_answers(
    r: &mut impl Records,
    facility: FacilityId,
    id: ResponseId,
    version: i64,
) -> Result<Option<Value>> {
    let row: Option<(Sealed,)> = r
        .q("select content from draft_version where facility_id = $1 and response_id = $2 and version = $3")
        .bind(facility)
        .bind(id)
        .bind(version)
        .opt()
        .await?;
    match row {
        Some((content,)) => r.open_json(id, "content", &content).await.map(Some),
        None => Ok(None),
    }
}

/// From completion on every version is kept for good, and so is what was given up.
async fn keep(tx: &mut Tx, revision: Revision<'_>) -> Result<()> {
    let response = revision.response;
    if response.status == ResponseStatus::InProgress {
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
    content, staff_items, entered_by_id, authored_at, completed_at, amends_id, reason, version, \
    mistake, withdrawn_by_id, withdrawn_at, (select n.id from response n where n.amends_id = response.id and n.status in ('completed', 'amended')) as amended_by_id, \
    (select n.id from response n where n.amends_id = response.id and n.status = 'in_progress') as open_id \
    from response where facility_id = $1";

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

/// All answers of a woman, oldest first.
pub async fn of_patient(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<Response>> {
    let rows: Vec<ResponseRow> = r
        .q(find("patient_id = $2 order by id"))
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.extend(opened(r, Some(row)).await?);
    }
    Ok(all)
}

/// The draft of a form in a pregnancy; what would replace submitted answers is another matter.
pub async fn draft(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
    name: &str,
) -> Result<Option<Response>> {
    let row = r
        .q(find(
            "episode_id = $2 and name = $3 and status = 'in_progress' and amends_id is null",
        ))
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
            "episode_id = $2 and name = $3 and status = 'completed' and completed_at is not null order by completed_at desc, id desc limit 1",
        ))
        .bind(facility)
        .bind(episode)
        .bind(name.to_owned())
        .opt()
        .await?;
    opened(r, row).await
}

/// Answers to a form of a pregnancy that she began, until a moment, and has not submitted; the newest.
pub async fn unsubmitted(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
    name: &str,
    until: DateTime<Utc>,
) -> Result<Option<Response>> {
    let row = r
        .q(find(
            "episode_id = $2 and name = $3 and status in ('in_progress', 'stopped') and amends_id is null \
             and authored_at <= $4 order by authored_at desc, id desc limit 1",
        ))
        .bind(facility)
        .bind(episode)
        .bind(name.to_owned())
        .bind(until)
        .opt()
        .await?;
    opened(r, row).await
}

/// The newest answers to any of these forms that were submitted until a moment and still stand, but for `other`.
pub async fn newest_before(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
    [one, two]: [&str; 2],
    other: ResponseId,
    until: DateTime<Utc>,
) -> Result<Option<Response>> {
    let row = r
        .q(find(
            "episode_id = $2 and name in ($3, $4) and id <> $5 and status = 'completed' and completed_at <= $6 \
             order by completed_at desc, id desc limit 1",
        ))
        .bind(facility)
        .bind(episode)
        .bind(one.to_owned())
        .bind(two.to_owned())
        .bind(other)
        .bind(until)
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
    let amending = Amending {
        amends: row.amends_id,
        reason: r.open_if(row.id, "reason", row.reason.as_ref()).await?,
        amended_by: row.amended_by_id,
        open: row.open_id,
    };
    let mistake = r.open_if(row.id, "mistake", row.mistake.as_ref()).await?;
    let said = mistake.zip(row.withdrawn_by_id).zip(row.withdrawn_at);
    Ok(Some(Response {
        withdrawn: said.map(|((reason, by), at)| Withdrawn { reason, by, at }),
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
        amending,
        version: row.version,
    }))
}
