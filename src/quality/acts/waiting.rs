//! Whom a referral waits for: the hospital that is asked, and the one that sent her once it has an answer, or none in time.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::referrals::may_be_known;
use crate::base::error::Result;
use crate::base::id::FacilityId;
use crate::base::{Act, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{NewDuty, NewTask};
use crate::outbox::Message;
use crate::quality::jobs::{OfReferral, UNANSWERED};
use crate::quality::referral::{Referral, ReferralState, Side};
use crate::quality::store;
use crate::{episode, people};

/// Task: another hospital asks whether this one takes a woman.
const ASKED: &str = "quality.referral_asked";
/// Task: the other hospital has answered, or sent her back.
const ANSWERED: &str = "quality.referral_answered";
/// Task: the hospital that sent her has taken the referral back.
const WITHDRAWN: &str = "quality.referral_withdrawn";
/// By when what has happened to a referral is looked at.
const LOOKED_AT: Duration = Duration::days(1);

/// A referral was sent: the other hospital has a task, and an answer is looked for when its time is over.
pub(super) async fn asked(tx: &mut Tx, referral: &Referral, urgent: bool) -> Result<()> {
    let settings = people::facts::facility(tx, referral.facility_id).await?.settings;
    let due = tx.now + Duration::hours(settings.referral_answer_hours);
    tell(tx, referral, ASKED, due, urgent).await?;
    tx.enqueue(Message {
        kind: UNANSWERED,
        facility: Some(referral.facility_id),
        payload: &OfReferral {
            referral: referral.id,
        },
        dedupe: Some(referral.id.to_string()),
        due,
    })
    .await
}

/// A task at the hospital that is asked. She has no record there, so it is one of the house and leads to the referral.
async fn tell(tx: &mut Tx, referral: &Referral, kind: &str, due: DateTime<Utc>, urgent: bool) -> Result<()> {
    let duty = NewDuty {
        facility: referral.to,
        kind: kind.to_owned(),
        subject: referral.id,
        roles: vec![Role::Obstetrician],
        only: None,
        due,
        urgent,
    };
    episode::facts::add_duty(tx, &duty).await.map(drop)
}

/// A task at the hospital that sent her.
fn at_home(referral: &Referral, kind: &'static str, due: DateTime<Utc>, urgent: bool) -> NewTask {
    NewTask {
        facility: referral.facility_id,
        patient: referral.patient_id,
        episode: referral.episode_id,
        kind,
        subject: referral.id,
        roles: vec![Role::Obstetrician],
        due,
        urgent,
    }
}

/// One side led the referral on: what waited before is no longer what there is to do, and the other side is told.
pub(super) async fn led(tx: &mut Tx, referral: &Referral, side: Side) -> Result<()> {
    for (facility, kind) in [
        (referral.facility_id, ANSWERED),
        (referral.facility_id, UNANSWERED),
        (referral.to, ASKED),
    ] {
        episode::facts::finish_tasks(tx, facility, kind, referral.id).await?;
    }
    let due = tx.now + LOOKED_AT;
    if side == Side::Sent {
        return tell(tx, referral, WITHDRAWN, due, false).await;
    }
    let urgent = referral.state != ReferralState::Accepted;
    let task = at_home(referral, ANSWERED, due, urgent);
    episode::facts::add_task(tx, &task).await.map(drop)
}

/// Nobody answered a referral in time: the hospital that sent her decides what to do instead.
#[instrument(name = "quality.referral_unanswered", skip_all)]
pub async fn referral_unanswered(ctx: &Ctx, facility: FacilityId, id: Uuid) -> Result<()> {
    let mut tx = ctx.write(Act::QualityReferralUnanswered).await?;
    let Some(referral) = store::referral(&mut tx, facility, id).await? else {
        return Ok(());
    };
    // Not led anywhere, but held: an answer at this moment comes before the task, or ends it.
    let waits = referral.state == ReferralState::Sent
        && may_be_known(&mut tx, &referral, Side::Sent).await?
        && store::move_referral(&mut tx, &referral, ReferralState::Sent).await?;
    if !waits {
        return Ok(());
    }
    let task = at_home(&referral, UNANSWERED, tx.now, true);
    episode::facts::add_task(&mut tx, &task).await?;
    let subject = Subject::of_patient("referral", id, referral.patient_id);
    let detail = json!({ "to": referral.to });
    tx.journal_own(Act::QualityReferralUnanswered, Some(facility), subject, detail)
        .await?;
    tx.commit().await
}
