//! The time-out, and what a block needs before it begins.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use tracing::instrument;

use super::chart::rechecked;
use super::{locked, not_closed};
use crate::analgesia::model::{Checks, Countdown, Labor, Technique, TimeOut};
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{LaborId, StaffId};
use crate::base::{Act, Code, Role, Subject};
use crate::consent::facts::Start;
use crate::ctx::{Ctx, Tx};
use crate::episode::model::day;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{assessment, consent, people};

/// What is said at a time-out.
pub struct TimeOutDraft {
    /// What was checked.
    pub checks: Checks,
    /// When the block was decided on.
    pub decision_at: Option<DateTime<Utc>>,
    /// Who supervises.
    pub supervisor: Option<StaffId>,
    /// The midwife's word.
    pub attestation: Option<String>,
    /// When it was held, where it is written down later.
    pub at: Option<DateTime<Utc>>,
    /// Why before the anticoagulant's interval is over, or though nobody knows whether it is.
    pub early_reason: Option<String>,
    /// Why without a re-check that holds.
    pub recheck_reason: Option<String>,
}

/// Anesthesiologist and midwife check together before the block.
///
/// Errors: `http.invalid` with each check that fails, `analgesia.operator_unqualified`, `analgesia.consent_missing`,
/// `analgesia.recheck_due`, `analgesia.too_early`,
/// `people.second_person_required`, `analgesia.labor_closed`.
#[instrument(name = "analgesia.time_out", skip_all)]
pub async fn time_out(ctx: &Ctx, caller: &Caller, id: LaborId, draft: TimeOutDraft) -> Result<TimeOut> {
    policy::allowed(caller, Act::AnalgesiaTimeOut)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::AnalgesiaTimeOut, caller);
    let (labor, _) = locked(&mut tx, caller, Act::AnalgesiaTimeOut, id).await?;
    not_closed(&labor)?;
    let mut sheet = rules::Sheet::new(tx.now, &[], false);
    rules::check_time_out(&mut sheet, &draft.checks);
    sheet.past(draft.at, "/at");
    let admitted = draft.at.is_none_or(|at| at >= labor.admitted_at);
    sheet.faults.check(admitted, "/at", "inconsistent");
    sheet.past(draft.decision_at, "/decision_at");
    sheet.note(draft.early_reason.as_deref(), "/early_reason", 500);
    sheet.note(draft.recheck_reason.as_deref(), "/recheck_reason", 500);
    if let Some(supervisor) = draft.supervisor {
        let known = people::facts::staff(&mut tx, me.facility, supervisor).await?;
        let right =
            known.is_some_and(|staff| staff.role == Role::Anesthesiologist && staff.disabled_at.is_none());
        sheet.faults.check(right, "/supervisor", "unknown");
    }
    sheet.done()?;
    let at = draft.at.unwrap_or(tx.now);
    require_qualified(&mut tx, &labor, (me.id, draft.supervisor), day(at)).await?;
    require_consent(&mut tx, ctx, &labor, None).await?;
    if draft.recheck_reason.is_none() {
        require_recheck(&mut tx, &labor, at).await?;
    }
    let countdown = countdown(&mut tx, ctx, &labor, at).await?;
    if rules::too_early(countdown.as_ref()) && draft.early_reason.is_none() {
        let current = countdown.map(|one| json!({ "state": one.state, "not_before": one.not_before }));
        let current = current.unwrap_or_default();
        return Err(Error::Conflict(Code::AnalgesiaTooEarly, current));
    }
    let word = draft.attestation.as_deref();
    let (second, role) =
        people::facts::second_person(&mut tx, me, word, Act::AnalgesiaTimeOut, labor.id).await?;
    if role != Role::Midwife {
        return Err(Error::Refused(Code::PeopleSecondPersonRequired));
    }
    let time_out = TimeOut {
        id: tx.id(),
        labor: labor.id,
        at,
        recorded_at: tx.now,
        decision_at: draft.decision_at,
        operator: me.id,
        supervisor: draft.supervisor,
        second,
        checks: draft.checks,
        early_reason: draft.early_reason,
        recheck_reason: draft.recheck_reason,
    };
    store::add_time_out(&mut tx, labor.facility_id, &time_out).await?;
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({
        "second": second,
        "early": time_out.early_reason.is_some(),
        "without_recheck": time_out.recheck_reason.is_some(),
    });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&time_out).await?;
    Ok(time_out)
}

/// Whether a time-out was held and the block that it was for is not written down yet: the consent that it was held on carries
/// that record, also once she has given birth or left.
pub(super) async fn awaits_record(tx: &mut Tx, labor: &Labor) -> Result<bool> {
    let held = store::time_outs(tx, labor.facility_id, labor.id).await?;
    let record = store::record(tx, labor.facility_id, labor.id).await?;
    let had_block = record.is_some_and(|version| rules::has_block(&version.record));
    Ok(!held.is_empty() && !had_block)
}

/// Whoever places a block is qualified on that day, or learns it under somebody who is.
///
/// Errors: `analgesia.operator_unqualified` with what is lacking.
pub(super) async fn require_qualified(
    tx: &mut Tx,
    labor: &Labor,
    (operator, supervisor): (StaffId, Option<StaffId>),
    on: NaiveDate,
) -> Result<()> {
    let lacking = people::facts::lacking(tx, labor.facility_id, operator, on).await?;
    if lacking.is_empty() {
        return Ok(());
    }
    if let Some(supervisor) = supervisor
        && people::facts::lacking(tx, labor.facility_id, supervisor, on)
            .await?
            .is_empty()
    {
        return Ok(());
    }
    let current = json!({ "operator": operator, "on": on, "lacking": lacking });
    Err(Error::Conflict(Code::AnalgesiaOperatorUnqualified, current))
}

/// Errors: `analgesia.consent_missing`, with the reason when a recall of the template or her assessment of this moment is
/// it, `analgesia.technique_not_consented`.
pub(super) async fn require_consent(
    tx: &mut Tx,
    ctx: &Ctx,
    labor: &Labor,
    technique: Option<Technique>,
) -> Result<()> {
    let (facility, episode, now) = (labor.facility_id, labor.episode_id, tx.now);
    let meant = technique.map(rules::class);
    match consent::facts::may_start(tx, ctx, facility, episode, meant, now).await? {
        Start::On(_) => Ok(()),
        Start::Missing => Err(Error::Refused(Code::AnalgesiaConsentMissing)),
        Start::OtherTechnique => Err(Error::Refused(Code::AnalgesiaTechniqueNotConsented)),
        Start::Recalled => {
            let current = json!({ "reason": "template_recalled" });
            Err(Error::Conflict(Code::AnalgesiaConsentMissing, current))
        }
        Start::Assessment { reason, rules } => {
            let current = json!({ "reason": reason, "rules": rules });
            Err(Error::Conflict(Code::AnalgesiaConsentMissing, current))
        }
    }
}

/// She was asked again in this labor, not more than a day ago, or again shortly before the time-out.
///
/// Errors: `analgesia.recheck_due`, with until when the last one held.
async fn require_recheck(tx: &mut Tx, labor: &Labor, at: DateTime<Utc>) -> Result<()> {
    let mut all = rechecked(tx, labor.facility_id, &[labor.episode_id]).await?;
    let mut filed = all.remove(&labor.episode_id).unwrap_or_default();
    filed.retain(|one| *one <= at);
    let until = rules::recheck_holds_until(labor, &filed);
    if until.is_some_and(|until| at <= until) {
        return Ok(());
    }
    Err(Error::Conflict(
        Code::AnalgesiaRecheckDue,
        json!({ "held_until": until }),
    ))
}

/// Where the intervals of her anticoagulants stood when the time-out was held; none when there is nothing to count.
async fn countdown(tx: &mut Tx, ctx: &Ctx, labor: &Labor, at: DateTime<Utc>) -> Result<Option<Countdown>> {
    let waits = assessment::facts::waits(tx, ctx, labor.facility_id, labor.episode_id, at).await?;
    Ok(waits.map(|waits| Countdown::at(waits, at)))
}
