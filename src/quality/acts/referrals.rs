//! Referral to another hospital of the alliance: sent, answered, returned.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::instrument;
use uuid::Uuid;

use super::alliance::standing;
use super::cases::held;
use super::waiting::{asked, led};
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, PatientId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, Sender, Tx};
use crate::episode::model::{Color, Episode, Gestation};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};
use crate::quality::case::ManagedCase;
use crate::quality::referral::{self, Referral, ReferralBasis, ReferralState, ReferralStep, Side};
use crate::quality::store;
use crate::{episode, people};

/// Days after the expected date on which the sharing ends unless another day is said.
const AFTER_BIRTH: u64 = 42;

/// A referral as one of its two hospitals sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Referred {
    /// The referral.
    pub referral: Referral,
    /// On which side of it the caller's hospital stands.
    pub side: Side,
    /// The name of the hospital that sent her.
    pub from_name: String,
    /// The name of the hospital that is asked.
    pub to_name: String,
    /// The color of her risk; for the other hospital only while it has to decide or has her.
    pub color: Option<Color>,
    /// How far the pregnancy is; as the color.
    pub gestation: Option<Gestation>,
    /// First to last; without words that are no longer shared.
    pub steps: Vec<ReferralStep>,
}

/// A woman is to be referred.
#[derive(Clone, Debug)]
pub struct ReferralDraft {
    /// To which hospital.
    pub to: FacilityId,
    /// Why, and what is asked.
    pub text: String,
    /// What lets the other hospital read.
    pub basis: ReferralBasis,
    /// The last day on which it may.
    pub until: Option<NaiveDate>,
}

/// An obstetrician refers the woman of a case to a hospital with which that is agreed.
///
/// Errors: `http.invalid`, `quality.case_closed`, `quality.not_allied`, `quality.referral_open`.
#[instrument(name = "quality.refer", skip_all)]
pub async fn refer(ctx: &Ctx, caller: &Caller, case: Uuid, draft: ReferralDraft) -> Result<Referred> {
    policy::allowed(caller, Act::QualityRefer)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::QualityRefer, caller);
    let case = held(&mut tx, caller, Act::QualityRefer, case).await?;
    if !may_be_used(&mut tx, me.facility, case.patient_id).await? {
        return Err(Error::Missing(Noun::ManagedCase));
    }
    agreed(&mut tx, me.facility, draft.to).await?;
    let episode = episode_of(&mut tx, me.facility, &case).await?;
    let today = clinic_date(tx.now);
    let latest = (episode.edd + Days::new(AFTER_BIRTH)).max(today);
    let until = draft.until.unwrap_or(latest);
    let mut faults = Faults::default();
    faults.check(today <= until && until <= latest, "/until", "range_day");
    let text = faults.text(&draft.text, "/text", 1, 2000);
    faults.done()?;
    let referral = Referral {
        id: tx.id(),
        facility_id: me.facility,
        to: draft.to,
        case_id: case.id,
        patient_id: case.patient_id,
        episode_id: case.episode_id,
        state: ReferralState::Sent,
        basis: draft.basis,
        until,
        sent_at: tx.now,
    };
    if !store::add_referral(&mut tx, &referral).await? {
        return Err(Error::Refused(Code::QualityReferralOpen));
    }
    written(&mut tx, caller, Act::QualityRefer, &referral, Some(text)).await?;
    asked(&mut tx, &referral, case.color == Color::Red).await?;
    let referred = seen(&mut tx, referral, Side::Sent).await?;
    tx.commit_with(&referred).await?;
    Ok(referred)
}

/// Errors: `quality.not_allied` unless both hospitals refer to each other today.
async fn agreed(tx: &mut Tx, mine: FacilityId, other: FacilityId) -> Result<()> {
    let allies = standing(tx, mine).await?;
    let ally = allies.iter().find(|one| one.facility == other);
    match ally.is_some_and(|one| one.both().referral) {
        true => Ok(()),
        false => Err(Error::Refused(Code::QualityNotAllied)),
    }
}

/// Whether another hospital may be told of her: not of one whose data may only be kept, unless she is in labor.
async fn may_be_used(tx: &mut Tx, owner: FacilityId, patient: PatientId) -> Result<bool> {
    let hidden = people::facts::out_of_lists(tx, owner).await?;
    Ok(!hidden.contains(&patient))
}

async fn episode_of(tx: &mut Tx, facility: FacilityId, case: &ManagedCase) -> Result<Episode> {
    let episode = episode::facts::get(tx, facility, case.episode_id).await?;
    episode.ok_or(Error::Missing(Noun::Episode))
}

/// Keeps a step and tells the journals of both hospitals: hers belongs to the one that sent her.
async fn written(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    referral: &Referral,
    text: Option<String>,
) -> Result<()> {
    let step = ReferralStep {
        id: tx.id(),
        state: referral.state,
        text,
        by: caller.staff()?.id,
        at: tx.now,
    };
    store::add_referral_step(tx, referral, &step).await?;
    let detail = json!({ "state": referral.state.word(), "from": referral.facility_id, "to": referral.to });
    both_journals(tx, caller, act, referral, detail).await
}

pub(super) async fn both_journals(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    referral: &Referral,
    detail: Value,
) -> Result<()> {
    let hers = Subject::of_patient("referral", referral.id, referral.patient_id);
    if caller.facility() == Some(referral.facility_id) {
        return tx.journal(caller, hers, detail).await;
    }
    let owner = Some(referral.facility_id);
    let request = caller.request().id.clone();
    tx.journal_as(act, caller.actor(), owner, hers, detail.clone(), Some(&request))
        .await?;
    tx.journal(caller, Subject::thing("referral", referral.id), detail)
        .await
}

/// A referral as a side of it sees it.
async fn seen(tx: &mut Tx, referral: Referral, side: Side) -> Result<Referred> {
    let today = clinic_date(tx.now);
    let open = side == Side::Sent || referral.letter_is_shared(today);
    let mut steps = store::referral_steps(tx, &referral).await?;
    for step in &mut steps {
        if step.state == ReferralState::Sent && !open {
            step.text = None;
        }
    }
    let case = store::case(tx, referral.facility_id, referral.case_id).await?;
    let episode = episode::facts::get(tx, referral.facility_id, referral.episode_id).await?;
    let name = |facility: crate::people::model::Facility| facility.name;
    Ok(Referred {
        from_name: people::facts::facility(tx, referral.facility_id)
            .await
            .map(name)?,
        to_name: people::facts::facility(tx, referral.to).await.map(name)?,
        color: case.filter(|_| open).map(|case| case.color),
        gestation: episode.filter(|_| open).map(|one| one.gestation(today)),
        referral,
        side,
        steps,
    })
}

/// Whether a side of a referral may still be told of her.
pub(super) async fn may_be_known(tx: &mut Tx, referral: &Referral, side: Side) -> Result<bool> {
    let (owner, patient) = (referral.facility_id, referral.patient_id);
    match side {
        Side::Sent => Ok(!people::facts::is_destroyed(tx, owner, patient).await?),
        Side::Received => may_be_used(tx, owner, patient).await,
    }
}

/// A referral that the caller's hospital sent or received. Where it was sent from, her record is open or opened first.
///
/// Errors: `Missing` for every other one, `episode.access_needed`.
pub(super) async fn known_referral(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    id: Uuid,
) -> Result<(Referral, Side)> {
    let missing = || Error::Missing(Noun::Referral);
    let me = caller.staff()?.facility;
    let referral = store::referral(tx, me, id).await?.ok_or_else(missing)?;
    let side = referral.side(me).ok_or_else(missing)?;
    let belongs = Belongs {
        facility: match side {
            Side::Sent => referral.facility_id,
            Side::Received => referral.to,
        },
        account: None,
    };
    policy::may(caller, act, Noun::Referral, belongs)?;
    if !may_be_known(tx, &referral, side).await? {
        return Err(missing());
    }
    if side == Side::Sent {
        let now = tx.now;
        episode::facts::may_read(tx, caller, act, referral.patient_id, now).await?;
    }
    Ok((referral, side))
}

/// The referrals that the hospital sent, or those that it received, without what was written.
#[instrument(name = "quality.referrals", skip_all)]
pub async fn referrals(
    ctx: &Ctx,
    caller: &Caller,
    side: Side,
    state: Option<ReferralState>,
    page: PageRequest,
) -> Result<Page<Referred>> {
    policy::allowed(caller, Act::QualityReferrals)?;
    let facility = caller.staff()?.facility;
    let filter = format!(
        "referrals {} {}",
        side.word(),
        state.map_or("", ReferralState::word)
    );
    let after = page.after(&filter)?;
    let mut tx = ctx.write(Act::QualityReferrals).await?;
    let rows = store::referrals(&mut tx, facility, side, state, after, page.limit + 1).await?;
    let found = page.page(rows, &filter, |one| one.id);
    let mut items = Vec::with_capacity(found.items.len());
    for one in found.items {
        if may_be_known(&mut tx, &one, side).await? {
            let mut told = seen(&mut tx, one, side).await?;
            // What was written of her is read one by one, which her journal tells.
            told.steps.iter_mut().for_each(|step| step.text = None);
            items.push(told);
        }
    }
    tx.journal(caller, Subject::list("referral"), json!({ "count": items.len() }))
        .await?;
    tx.commit().await?;
    Ok(Page {
        items,
        next_cursor: found.next_cursor,
    })
}

/// One referral.
///
/// Errors: `Missing` for a hospital that neither sent nor received it.
#[instrument(name = "quality.referral", skip_all)]
pub async fn referral(ctx: &Ctx, caller: &Caller, id: Uuid) -> Result<Referred> {
    policy::allowed(caller, Act::QualityReferral)?;
    let mut tx = ctx.write(Act::QualityReferral).await?;
    let (referral, side) = known_referral(&mut tx, caller, Act::QualityReferral, id).await?;
    let detail = json!({ "side": side.word() });
    both_journals(&mut tx, caller, Act::QualityReferral, &referral, detail).await?;
    let referred = seen(&mut tx, referral, side).await?;
    tx.commit().await?;
    Ok(referred)
}

/// The hospital that was asked takes her: from now on it reads her record.
///
/// Errors: `quality.illegal_transition`, also after its last day; `quality.not_allied` once a hospital took its word back.
#[instrument(name = "quality.accept_referral", skip_all)]
pub async fn accept_referral(ctx: &Ctx, caller: &Caller, id: Uuid, text: Option<String>) -> Result<Referred> {
    lead(
        ctx,
        caller,
        Act::QualityAcceptReferral,
        id,
        ReferralState::Accepted,
        text,
    )
    .await
}

/// The hospital that was asked does not take her.
///
/// Errors: `quality.illegal_transition`, `http.invalid` without a reason.
#[instrument(name = "quality.decline_referral", skip_all)]
pub async fn decline_referral(ctx: &Ctx, caller: &Caller, id: Uuid, text: String) -> Result<Referred> {
    lead(
        ctx,
        caller,
        Act::QualityDeclineReferral,
        id,
        ReferralState::Declined,
        Some(text),
    )
    .await
}

/// The hospital that has her sends her back: it reads her record no longer.
///
/// Errors: `quality.illegal_transition`, `http.invalid` without what was found and done.
#[instrument(name = "quality.return_referral", skip_all)]
pub async fn return_referral(ctx: &Ctx, caller: &Caller, id: Uuid, text: String) -> Result<Referred> {
    lead(
        ctx,
        caller,
        Act::QualityReturnReferral,
        id,
        ReferralState::Returned,
        Some(text),
    )
    .await
}

/// The hospital that sent her takes the referral back: the other one reads her record no longer.
///
/// Errors: `quality.illegal_transition`, `http.invalid` without a reason.
#[instrument(name = "quality.withdraw_referral", skip_all)]
pub async fn withdraw_referral(ctx: &Ctx, caller: &Caller, id: Uuid, text: String) -> Result<Referred> {
    lead(
        ctx,
        caller,
        Act::QualityWithdrawReferral,
        id,
        ReferralState::Withdrawn,
        Some(text),
    )
    .await
}

async fn lead(
    ctx: &Ctx,
    caller: &Caller,
    act: Act,
    id: Uuid,
    to: ReferralState,
    text: Option<String>,
) -> Result<Referred> {
    policy::allowed(caller, act)?;
    let mut tx = once!(ctx, act, caller);
    let (mut referral, side) = known_referral(&mut tx, caller, act, id).await?;
    let stuck = |state: ReferralState| {
        Error::Conflict(Code::QualityIllegalTransition, json!({ "state": state.word() }))
    };
    if !referral::may_become(side, referral.state, to) {
        return Err(stuck(referral.state));
    }
    if to == ReferralState::Accepted {
        if clinic_date(tx.now) > referral.until {
            return Err(stuck(referral.state));
        }
        agreed(&mut tx, referral.to, referral.facility_id).await?;
    }
    let mut faults = Faults::default();
    let text = text.map(|text| faults.text(&text, "/text", 1, 2000));
    faults.done()?;
    if !store::move_referral(&mut tx, &referral, to).await? {
        let (now, _) = known_referral(&mut tx, caller, act, id).await?;
        return Err(stuck(now.state));
    }
    referral.state = to;
    written(&mut tx, caller, act, &referral, text).await?;
    led(&mut tx, &referral, side).await?;
    let referred = seen(&mut tx, referral, side).await?;
    tx.commit_with(&referred).await?;
    Ok(referred)
}
