//! Reading, questions, talks, waivers, identity: what happens before the signature.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, ConsentQuestionId, FacilityId, StaffId};
use crate::consent::model::{
    Asked, Channel, Consent, Conversation, ConversationBody, Gate, ReadingBatch, Reply, Round, VoiceNote,
    Waiver,
};
use crate::consent::rules::quiz::Grade;
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

/// Keeps a batch of reading events.
pub async fn add_reading(tx: &mut Tx, consent: &Consent, batch: &ReadingBatch) -> Result<()> {
    let id: Uuid = tx.id();
    tx.q(
        "insert into consent_reading (id, facility_id, consent_id, session, last_seq, events, at) \
          values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(consent.facility_id)
    .bind(consent.id)
    .bind(batch.session.clone())
    .bind(batch.events.last().map_or(0, |event| event.seq))
    .bind(serde_json::to_string(&batch.events)?)
    .bind(batch.at)
    .run()
    .await?;
    Ok(())
}

/// All batches in the order of receipt.
pub async fn reading(q: &mut impl Q, facility: FacilityId, id: ConsentId) -> Result<Vec<ReadingBatch>> {
    let rows: Vec<(String, String, DateTime<Utc>)> = q
        .q("select session, events, at from consent_reading where facility_id = $1 and consent_id = $2 order by id")
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    rows.into_iter()
        .map(|(session, events, at)| {
            let events = serde_json::from_str(&events)?;
            Ok(ReadingBatch { session, events, at })
        })
        .collect()
}

/// Keeps a graded round (CE-093).
pub async fn add_round(tx: &mut Tx, consent: &Consent, round: &Round, grade: &Grade) -> Result<()> {
    let id: Uuid = tx.id();
    let body = tx
        .seal_json(Some(consent.facility_id), id, Class::Clinical, "body", grade)
        .await?;
    tx.q("insert into consent_quiz (id, facility_id, consent_id, round, body, asked, correct, critical, critical_correct, passed, \
          at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(round.round)
        .bind(body)
        .bind(round.asked)
        .bind(round.correct)
        .bind(round.critical)
        .bind(round.critical_correct)
        .bind(round.passed)
        .bind(round.at)
        .run()
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct RoundRow {
    id: Uuid,
    round: i64,
    body: Sealed,
    asked: i64,
    correct: i64,
    critical: i64,
    critical_correct: i64,
    passed: bool,
    at: DateTime<Utc>,
}

async fn round_rows(q: &mut impl Q, facility: FacilityId, id: ConsentId) -> Result<Vec<RoundRow>> {
    q.q(
        "select id, round, body, asked, correct, critical, critical_correct, passed, at from consent_quiz \
         where facility_id = $1 and consent_id = $2 order by round",
    )
    .bind(facility)
    .bind(id)
    .all()
    .await
}

impl From<&RoundRow> for Round {
    fn from(row: &RoundRow) -> Round {
        Round {
            round: row.round,
            asked: row.asked,
            correct: row.correct,
            critical: row.critical,
            critical_correct: row.critical_correct,
            passed: row.passed,
            at: row.at,
        }
    }
}

/// The results of all rounds.
pub async fn rounds(q: &mut impl Q, facility: FacilityId, id: ConsentId) -> Result<Vec<Round>> {
    Ok(round_rows(q, facility, id)
        .await?
        .iter()
        .map(Round::from)
        .collect())
}

/// All rounds with what was shown and answered.
pub async fn graded_rounds(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Vec<(Round, Grade)>> {
    let mut rounds = Vec::new();
    for row in round_rows(r, facility, id).await? {
        let grade = r.open_json(row.id, "body", &row.body).await?;
        rounds.push((Round::from(&row), grade));
    }
    Ok(rounds)
}

/// Keeps a question of hers.
pub async fn add_question(tx: &mut Tx, consent: &Consent, text: &str) -> Result<Asked> {
    let id: ConsentQuestionId = tx.id();
    let question = tx
        .seal(Some(consent.facility_id), id, Class::FreeText, "question", text)
        .await?;
    let now = tx.now;
    tx.q("insert into consent_question (id, facility_id, consent_id, question, at) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(question)
        .bind(now)
        .run()
        .await?;
    Ok(Asked {
        id,
        question: text.to_owned(),
        voice: None,
        heard: None,
        asked_at: now,
        answer: None,
        closed: None,
        answered_by: None,
        answered_at: None,
    })
}

/// Keeps an answer, or why there is none; false when the question is settled already.
pub async fn add_answer(
    tx: &mut Tx,
    facility: FacilityId,
    id: ConsentQuestionId,
    staff: StaffId,
    reply: &Reply,
    heard: Option<&str>,
) -> Result<bool> {
    let text = tx
        .seal(Some(facility), id, Class::FreeText, "answer", reply.text())
        .await?;
    let heard = tx
        .seal_if(Some(facility), id, Class::FreeText, "heard", heard)
        .await?;
    let now = tx.now;
    let added = tx
        .q(
            "insert into consent_answer (question_id, facility_id, staff_id, answer, closed, at, heard) \
            values ($1, $2, $3, $4, $5, $6, $7) on conflict (question_id) do nothing",
        )
        .bind(id)
        .bind(facility)
        .bind(staff)
        .bind(text)
        .bind(matches!(reply, Reply::Closed(_)))
        .bind(now)
        .bind(heard)
        .run()
        .await?;
    Ok(added == 1)
}

#[derive(sqlx::FromRow)]
struct AskedRow {
    id: ConsentQuestionId,
    question: Sealed,
    asked_at: DateTime<Utc>,
    answer: Option<Sealed>,
    closed: Option<bool>,
    staff_id: Option<StaffId>,
    answered_at: Option<DateTime<Utc>>,
    heard: Option<Sealed>,
    kind: Option<String>,
    duration_ms: Option<i64>,
    sha256: Option<String>,
}

impl AskedRow {
    fn voice(&self) -> Option<VoiceNote> {
        Some(VoiceNote {
            kind: self.kind.clone()?,
            duration_ms: self.duration_ms?,
            sha256: self.sha256.clone()?,
        })
    }
}

/// Her questions with their answers, in the order asked.
pub async fn questions(r: &mut impl Records, facility: FacilityId, id: ConsentId) -> Result<Vec<Asked>> {
    let rows: Vec<AskedRow> = r
        .q(
            "select q.id, q.question, q.at as asked_at, a.answer, a.closed, a.staff_id, a.at as answered_at, a.heard, \
            v.kind, v.duration_ms, v.sha256 from consent_question q \
            left join consent_answer a on a.question_id = q.id left join consent_voice v on v.question_id = q.id \
            where q.facility_id = $1 and q.consent_id = $2 order by q.id",
        )
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    let mut asked = Vec::new();
    for row in rows {
        let text = r.open_if(row.id, "answer", row.answer.as_ref()).await?;
        let (answer, closed) = match row.closed {
            Some(true) => (None, text),
            _ => (text, None),
        };
        asked.push(Asked {
            question: r.open(row.id, "question", &row.question).await?,
            heard: r.open_if(row.id, "heard", row.heard.as_ref()).await?,
            voice: row.voice(),
            answer,
            closed,
            id: row.id,
            asked_at: row.asked_at,
            answered_by: row.staff_id,
            answered_at: row.answered_at,
        });
    }
    Ok(asked)
}

/// Keeps a talk.
pub async fn add_conversation(tx: &mut Tx, consent: &Consent, talk: &Conversation) -> Result<()> {
    let id: Uuid = tx.id();
    let body = tx
        .seal_json(Some(consent.facility_id), id, Class::FreeText, "body", &talk.body)
        .await?;
    let now = tx.now;
    tx.q("insert into consent_conversation (id, facility_id, consent_id, staff_id, channel, minutes, held_at, body, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(talk.staff)
        .bind(talk.channel.word())
        .bind(talk.minutes)
        .bind(talk.held_at)
        .bind(body)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct ConversationRow {
    id: Uuid,
    staff_id: StaffId,
    channel: String,
    minutes: i64,
    held_at: DateTime<Utc>,
    body: Sealed,
}

/// The talks, in the order recorded.
pub async fn conversations(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Vec<Conversation>> {
    let rows: Vec<ConversationRow> = r
        .q(
            "select id, staff_id, channel, minutes, held_at, body from consent_conversation \
            where facility_id = $1 and consent_id = $2 order by id",
        )
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    let mut talks = Vec::new();
    for row in rows {
        let body: ConversationBody = r.open_json(row.id, "body", &row.body).await?;
        talks.push(Conversation {
            staff: row.staff_id,
            channel: Channel::parse(&row.channel)
                .ok_or_else(|| Error::broken("a talk by an unknown channel"))?,
            minutes: row.minutes,
            held_at: row.held_at,
            body,
        });
    }
    Ok(talks)
}

#[derive(Serialize, Deserialize)]
struct WaiverBody {
    reason: String,
    teach_back: Option<String>,
}

/// Keeps a waiver.
pub async fn add_waiver(tx: &mut Tx, consent: &Consent, waiver: &Waiver) -> Result<()> {
    let id: Uuid = tx.id();
    let body = WaiverBody {
        reason: waiver.reason.clone(),
        teach_back: waiver.teach_back.clone(),
    };
    let body = tx
        .seal_json(Some(consent.facility_id), id, Class::FreeText, "body", &body)
        .await?;
    tx.q("insert into consent_waiver (id, facility_id, consent_id, staff_id, gate, body, at) values ($1, $2, $3, $4, $5, $6, $7)")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(waiver.staff)
        .bind(waiver.gate.word())
        .bind(body)
        .bind(waiver.at)
        .run()
        .await?;
    Ok(())
}

/// The gates that were waived.
pub async fn waivers(r: &mut impl Records, facility: FacilityId, id: ConsentId) -> Result<Vec<Waiver>> {
    let rows: Vec<(Uuid, StaffId, String, Sealed, DateTime<Utc>)> = r
        .q("select id, staff_id, gate, body, at from consent_waiver where facility_id = $1 and consent_id = $2 order by id")
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    let mut waivers = Vec::new();
    for (record, staff, gate, body, at) in rows {
        let body: WaiverBody = r.open_json(record, "body", &body).await?;
        waivers.push(Waiver {
            gate: Gate::parse(&gate).ok_or_else(|| Error::broken("a waiver of an unknown gate"))?,
            staff,
            reason: body.reason,
            teach_back: body.teach_back,
            at,
        });
    }
    Ok(waivers)
}
