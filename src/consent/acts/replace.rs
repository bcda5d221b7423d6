//! Another consent in the place of one that no longer fits, and marking one as entered in error.

use serde_json::json;
use tracing::instrument;

use super::decline::tell;
use super::prepare::fresh;
use super::{locked, only_in};
use crate::base::error::{Error, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Code, Noun, Role};
use crate::consent::flow::{self, By};
use crate::consent::model::{Consent, ReissueReason, State, VoidReason};
use crate::consent::rules::states::Trigger;
use crate::consent::{rules, store};
use crate::ctx::{Ctx, Tx};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{episode, people};

/// An anesthesiologist begins another consent in the place of this one (CE §12.2); the new draft is answered.
///
/// One that is not in force yet ends at once (T11): nobody shall sign what is known not to fit. One in force stays so
/// until its successor is (T12).
///
/// Errors: `consent.illegal_transition`, `consent.already_open` while a successor is open, `http.invalid`.
#[instrument(name = "consent.reissue", skip_all)]
pub async fn reissue(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    reason: ReissueReason,
    note: Option<&str>,
) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentReissue)?;
    let staff = caller.staff()?;
    let note = explained(note, reason == ReissueReason::Other)?;
    let mut tx = once!(ctx, Act::ConsentReissue, caller);
    let (mut former, episode) = locked(&mut tx, caller, Act::ConsentReissue, id).await?;
    caller.request.must_match(former.revision)?;
    if former.state != State::Active {
        rules::next(former.state, Trigger::Reissue)?;
        let detail = json!({ "reason": reason.word() });
        flow::go(
            &mut tx,
            &mut former,
            Trigger::Reissue,
            By::System(Act::ConsentSuperseded),
            detail,
        )
        .await?;
        episode::facts::finish_tasks(&mut tx, former.facility_id, "consent.countersign", id.0).await?;
    }
    let patient = people::facts::patient(&mut tx, former.facility_id, former.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let draft = fresh(ctx, &mut tx, caller, &patient, episode.id, false, staff.id.0).await?;
    let body = json!({ "reason": reason, "note": note, "successor": draft.id, "by": staff.id });
    keep(&mut tx, &former, "reissued", &body).await?;
    tx.commit_with(&draft).await?;
    Ok(draft)
}

/// What was in force when its successor is countersigned is so no longer (T12). A procedure that is under way goes on
/// under the successor.
pub(super) async fn supersede(tx: &mut Tx, successor: &mut Consent) -> Result<()> {
    let (facility, episode) = (successor.facility_id, successor.episode_id);
    let standing = store::standing(tx, facility, episode).await?;
    let Some(standing) = standing.filter(|one| one.state == State::Active && one.id != successor.id) else {
        return Ok(());
    };
    let mut former = store::consent(tx, facility, standing.id)
        .await?
        .ok_or(Error::Missing(Noun::Consent))?;
    successor.started_at = former.started_at;
    let by = By::System(Act::ConsentSuperseded);
    let detail = json!({ "successor": successor.id });
    flow::go(tx, &mut former, Trigger::SuccessorActive, by, detail).await
}

/// An anesthesiologist marks a consent as entered in error, with the quality office as the second person (T16).
///
/// Errors: `consent.illegal_transition`, `people.second_person_required`, `http.invalid`.
#[instrument(name = "consent.void", skip_all)]
pub async fn void(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    reason: VoidReason,
    note: Option<&str>,
    attestation: Option<&str>,
) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentVoid)?;
    let staff = caller.staff()?;
    let note = explained(note, false)?;
    let mut tx = once!(ctx, Act::ConsentVoid, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentVoid, id).await?;
    caller.request.must_match(consent.revision)?;
    only_in(&consent, rules::states::from(Trigger::Void))?;
    let (second, role) =
        people::facts::second_person(&mut tx, staff, attestation, Act::ConsentVoid, id).await?;
    if role != Role::Quality {
        return Err(Error::Refused(Code::PeopleSecondPersonRequired));
    }
    let hers = consent.state != State::Draft || consent.requested;
    let detail = json!({ "reason": reason.word(), "second": second });
    flow::go(&mut tx, &mut consent, Trigger::Void, By::Caller(caller), detail).await?;
    let body = json!({ "reason": reason, "note": note, "by": staff.id, "second": second });
    keep(&mut tx, &consent, "voided", &body).await?;
    for kind in ["consent.release", "consent.countersign"] {
        episode::facts::finish_tasks(&mut tx, consent.facility_id, kind, id.0).await?;
    }
    // A draft that staff prepared she has never seen.
    if hers {
        tell(&mut tx, &consent, "consent.voided").await?;
    }
    tx.commit_with(&consent).await?;
    Ok(consent)
}

fn explained(note: Option<&str>, needed: bool) -> Result<Option<String>> {
    let mut faults = Faults::default();
    let note = note.map(|note| faults.text(note, "/note", 1, 500));
    faults.check(!needed || note.is_some(), "/note", "required");
    faults.done()?;
    Ok(note)
}

async fn keep(tx: &mut Tx, consent: &Consent, kind: &'static str, body: &serde_json::Value) -> Result<()> {
    let decision = store::NewDecision {
        kind,
        ask_again: false,
        explained: "not_needed",
        body,
    };
    store::add_decision(tx, consent, decision).await.map(|_| ())
}
