//! Replies to the surveys: the one number that indicators need, and what else can be counted. Nothing that she wrote.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, LaborId, ResponseId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::followup::model::{Reply, SurveyAnswer, SurveyReply};
use crate::forms::model::Response;

/// Of a reply: it was not entered in error.
const STANDS: &str =
    "not exists (select 1 from response r where r.id = s.response_id and r.status = 'entered_in_error')";

#[derive(sqlx::FromRow)]
struct Row {
    labor_id: LaborId,
    overall: i64,
    at: DateTime<Utc>,
}

impl From<Row> for Reply {
    fn from(row: Row) -> Reply {
        Reply {
            labor: row.labor_id,
            overall: row.overall,
            at: row.at,
        }
    }
}

pub async fn add_reply(
    tx: &mut Tx,
    facility: FacilityId,
    labor: LaborId,
    response: ResponseId,
    overall: i64,
    by_staff: bool,
) -> Result<()> {
    let (id, now) = (tx.id::<Uuid>(), tx.now);
    tx.q(
        "insert into survey_reply (id, facility_id, labor_id, response_id, overall, by_staff, at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(facility)
    .bind(labor)
    .bind(response)
    .bind(overall)
    .bind(by_staff)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Replies to one labor's survey that stand, the earliest first.
pub async fn replies_of(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Vec<Reply>> {
    let rows: Vec<Row> = q
        .q(format!(
            "select s.labor_id, s.overall, s.at from survey_reply s where s.facility_id = $1 and s.labor_id = $2 \
             and {STANDS} order by s.at, s.id"
        ))
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    Ok(rows.into_iter().map(Reply::from).collect())
}

/// Replies that stand of the women whose first baby was born in `[from, to)`, the earliest first.
pub async fn replies(
    q: &mut impl Q,
    facility: FacilityId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Reply>> {
    let rows: Vec<Row> = q
        .q(format!(
            "select s.labor_id, s.overall, s.at from survey_reply s join labor l on l.id = s.labor_id \
             where l.facility_id = $1 and l.born_at >= $2 and l.born_at < $3 and {STANDS} order by s.at, s.id"
        ))
        .bind(facility)
        .bind(from)
        .bind(to)
        .all()
        .await?;
    Ok(rows.into_iter().map(Reply::from).collect())
}

/// Keeps what can be counted of a reply.
pub async fn add_answers(
    tx: &mut Tx,
    response: &Response,
    mode: Option<&str>,
    answers: &[SurveyAnswer],
) -> Result<()> {
    for answer in answers {
        let (id, now) = (tx.id::<Uuid>(), tx.now);
        tx.q(
            "insert into survey_answer (id, facility_id, episode_id, response_id, form, mode, item, code, score, \
             by_staff, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(id)
        .bind(response.facility_id)
        .bind(response.episode_id)
        .bind(response.id)
        .bind(response.name.clone())
        .bind(mode.map(str::to_owned))
        .bind(answer.item.clone())
        .bind(answer.code.clone())
        .bind(answer.score)
        .bind(response.entered_by.is_some())
        .bind(now)
        .run()
        .await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct AnswerRow {
    episode_id: EpisodeId,
    response_id: ResponseId,
    mode: Option<String>,
    item: String,
    code: String,
    score: Option<i64>,
    by_staff: bool,
}

/// The replies to a survey of a period that stand; of several of one pregnancy the last.
pub async fn survey_replies(
    q: &mut impl Q,
    facility: FacilityId,
    form: &str,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<SurveyReply>> {
    let rows: Vec<AnswerRow> = q
        .q(format!(
            "select s.episode_id, s.response_id, s.mode, s.item, s.code, s.score, s.by_staff from survey_answer s \
             where s.facility_id = $1 and s.form = $2 and s.at >= $3 and s.at < $4 and {STANDS} order by s.at, s.id"
        ))
        .bind(facility)
        .bind(form.to_owned())
        .bind(from)
        .bind(to)
        .all()
        .await?;
    let mut last: BTreeMap<EpisodeId, (ResponseId, SurveyReply)> = BTreeMap::new();
    for row in rows {
        let (response, reply) = last.entry(row.episode_id).or_insert_with(|| {
            let reply = SurveyReply {
                mode: row.mode.clone(),
                by_staff: row.by_staff,
                answers: Vec::new(),
            };
            (row.response_id, reply)
        });
        if *response != row.response_id {
            *response = row.response_id;
            reply.by_staff = row.by_staff;
            reply.mode = row.mode;
            reply.answers.clear();
        }
        reply.answers.push(SurveyAnswer {
            item: row.item,
            code: row.code,
            score: row.score,
        });
    }
    Ok(last.into_values().map(|(_, reply)| reply).collect())
}
