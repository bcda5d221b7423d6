//! What hospitals agreed on, and referrals from one to another. The one place where two hospitals meet: each text asks
//! that the caller's is one of the two.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, PatientId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::quality::alliance::{Agreement, Word};
use crate::quality::referral::{Referral, ReferralBasis, ReferralState, ReferralStep, Side};
use crate::vault::{Class, Sealed};

pub async fn add_alliance_word(
    tx: &mut Tx,
    facility: FacilityId,
    partner: FacilityId,
    says: Agreement,
    by: StaffId,
) -> Result<()> {
    let (id, now) = (tx.id::<Uuid>(), tx.now);
    tx.q(
        "insert into alliance_word (id, facility_id, partner_id, comparison, referral, staff_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(facility)
    .bind(partner)
    .bind(says.comparison)
    .bind(says.referral)
    .bind(by)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// What a hospital said of others, and others of it, first to last.
pub async fn alliance_words(q: &mut impl Q, facility: FacilityId) -> Result<Vec<Word>> {
    let rows: Vec<(FacilityId, FacilityId, bool, bool, DateTime<Utc>)> = q
        .q(
            "select facility_id, partner_id, comparison, referral, at from alliance_word \
             where facility_id = $1 or partner_id = $1 order by at, id",
        )
        .bind(facility)
        .all()
        .await?;
    let word = |(of, partner, comparison, referral, at)| Word {
        of,
        partner,
        says: Agreement { comparison, referral },
        at,
    };
    Ok(rows.into_iter().map(word).collect())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    facility_id: FacilityId,
    to_id: FacilityId,
    case_id: Uuid,
    patient_id: PatientId,
    episode_id: EpisodeId,
    state: String,
    basis: String,
    shared_until: NaiveDate,
    sent_at: DateTime<Utc>,
}

fn known<T>(word: Option<T>) -> Result<T> {
    word.ok_or_else(|| Error::broken("a referral holds an unknown word"))
}

fn referral_of(row: Row) -> Result<Referral> {
    Ok(Referral {
        id: row.id,
        facility_id: row.facility_id,
        to: row.to_id,
        case_id: row.case_id,
        patient_id: row.patient_id,
        episode_id: row.episode_id,
        state: known(ReferralState::parse(&row.state))?,
        basis: known(ReferralBasis::parse(&row.basis))?,
        until: row.shared_until,
        sent_at: row.sent_at,
    })
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "select id, facility_id, to_id, case_id, patient_id, episode_id, state, basis, shared_until, sent_at \
             from referral where ",
            $rest
        )
    };
}

const SENT: &str =
    columns!("facility_id = $1 and id < $2 and ($4 = '' or state = $4) order by id desc limit $3");
const RECEIVED: &str =
    columns!("to_id = $1 and id < $2 and ($4 = '' or state = $4) order by id desc limit $3");

/// A referral on one of whose sides this hospital stands.
pub async fn referral(q: &mut impl Q, facility: FacilityId, id: Uuid) -> Result<Option<Referral>> {
    let row: Option<Row> = q
        .q(columns!("(facility_id = $1 or to_id = $1) and id = $2"))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    row.map(referral_of).transpose()
}

/// The referrals on one side of a hospital, in one state or in any, the newest first.
pub async fn referrals(
    q: &mut impl Q,
    facility: FacilityId,
    side: Side,
    state: Option<ReferralState>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Referral>> {
    let text = match side {
        Side::Sent => SENT,
        Side::Received => RECEIVED,
    };
    let rows: Vec<Row> = q
        .q(text)
        .bind(facility)
        .bind(after.unwrap_or(Uuid::max()))
        .bind(limit)
        .bind(state.map_or("", ReferralState::word))
        .all()
        .await?;
    rows.into_iter().map(referral_of).collect()
}

/// The referrals of a case, first to last.
pub async fn referrals_of_case(q: &mut impl Q, facility: FacilityId, case: Uuid) -> Result<Vec<Referral>> {
    let rows: Vec<Row> = q
        .q(columns!("facility_id = $1 and case_id = $2 order by id"))
        .bind(facility)
        .bind(case)
        .all()
        .await?;
    rows.into_iter().map(referral_of).collect()
}

/// Keeps a referral; false while another one of the case is open.
pub async fn add_referral(tx: &mut Tx, referral: &Referral) -> Result<bool> {
    let added = tx
        .q(
            "insert into referral (id, facility_id, to_id, case_id, patient_id, episode_id, state, basis, shared_until, \
             sent_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        )
        .bind(referral.id)
        .bind(referral.facility_id)
        .bind(referral.to)
        .bind(referral.case_id)
        .bind(referral.patient_id)
        .bind(referral.episode_id)
        .bind(referral.state.word())
        .bind(referral.basis.word())
        .bind(referral.until)
        .bind(referral.sent_at)
        .run()
        .await?;
    Ok(added == 1)
}

/// Leads a referral on; false when somebody else was quicker.
pub async fn move_referral(tx: &mut Tx, referral: &Referral, to: ReferralState) -> Result<bool> {
    let moved = tx
        .q("update referral set state = $3 where id = $1 and state = $2 and facility_id = $4")
        .bind(referral.id)
        .bind(referral.state.word())
        .bind(to.word())
        .bind(referral.facility_id)
        .run()
        .await?;
    Ok(moved == 1)
}

/// What is said belongs to the record of the hospital that sent her, whoever says it.
pub async fn add_referral_step(tx: &mut Tx, referral: &Referral, step: &ReferralStep) -> Result<()> {
    let place = Some(referral.facility_id);
    let words = tx
        .seal_if(place, referral.id, Class::FreeText, "words", step.text.as_deref())
        .await?;
    tx.q(
        "insert into referral_step (id, facility_id, referral_id, state, words, staff_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(step.id)
    .bind(referral.facility_id)
    .bind(referral.id)
    .bind(step.state.word())
    .bind(words)
    .bind(step.by)
    .bind(step.at)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct StepRow {
    id: Uuid,
    state: String,
    words: Option<Sealed>,
    staff_id: StaffId,
    at: DateTime<Utc>,
}

/// The steps of a referral, first to last.
pub async fn referral_steps(r: &mut impl Records, referral: &Referral) -> Result<Vec<ReferralStep>> {
    let rows: Vec<StepRow> = r
        .q(
            "select id, state, words, staff_id, at from referral_step where facility_id = $1 and referral_id = $2 \
             order by at, id",
        )
        .bind(referral.facility_id)
        .bind(referral.id)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(ReferralStep {
            id: row.id,
            state: known(ReferralState::parse(&row.state))?,
            text: r.open_if(referral.id, "words", row.words.as_ref()).await?,
            by: row.staff_id,
            at: row.at,
        });
    }
    Ok(all)
}
