//! The explanation after a refusal of her own, recorded once (decision 30, CE-190).

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;

use super::{locked, only_in, subject};
use crate::base::Act;
use crate::base::error::{Error, Result};
use crate::base::id::ConsentId;
use crate::consent::model::{Consent, ExplanationBody, State};
use crate::consent::{flow, proof, rules, store};
use crate::ctx::Ctx;
use crate::episode;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;

/// What an anesthesiologist explained to her.
#[derive(Clone, Debug)]
pub struct Explained {
    /// When; now where nothing is said.
    pub held_at: Option<DateTime<Utc>>,
    /// Consequences and alternatives, in words.
    pub said: String,
    /// Who else was told of her decision.
    pub told: Vec<String>,
    /// When she wants to be asked again.
    pub ask_again_at: Option<DateTime<Utc>>,
}

/// An anesthesiologist records what was explained to her after she had said no.
///
/// Errors: `consent.illegal_transition` unless refused, `consent.already_explained`, `http.invalid`.
#[instrument(name = "consent.explain", skip_all)]
pub async fn explain(ctx: &Ctx, caller: &Caller, id: ConsentId, new: Explained) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentExplain)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::ConsentExplain, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentExplain, id).await?;
    only_in(&consent, &[State::Refused])?;
    let (decision, refused_at, _, explained) = store::refusal(&mut tx, consent.facility_id, id)
        .await?
        .ok_or_else(|| Error::broken("a refused consent without its refusal"))?;
    rules::may_explain(explained)?;
    let body = checked(new, refused_at, tx.now)?;
    let body = proof::salt(serde_json::to_value(&body)?);
    let digest = proof::digest("explanation", &body)?;
    let added = store::add_explanation(&mut tx, &consent, decision, staff.id, &body).await?;
    rules::may_explain(added.is_none())?;
    flow::save(&mut tx, &mut consent).await?;
    flow::record_explained(&mut tx, &consent, decision).await?;
    let kind = "consent.explain_refusal";
    episode::facts::finish_tasks(&mut tx, consent.facility_id, kind, id.0).await?;
    let detail = json!({ "explanation_sha256": hex::encode(digest), "revision": consent.revision });
    tx.journal(caller, subject(&consent), detail).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

fn checked(new: Explained, refused_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<ExplanationBody> {
    let mut faults = Faults::default();
    let held_at = new.held_at.unwrap_or(now);
    faults.past(held_at, now, "/held_at");
    faults.check(held_at >= refused_at, "/held_at", "inconsistent");
    let said = faults.text(&new.said, "/said", 1, 1000);
    faults.check(new.told.len() <= 10, "/told", "length");
    let mut told = Vec::new();
    for (at, one) in new.told.iter().enumerate() {
        told.push(faults.text(one, &format!("/told/{at}"), 1, 60));
    }
    let later = new.ask_again_at.is_none_or(|at| at > now);
    faults.check(later, "/ask_again_at", "expired");
    faults.done()?;
    Ok(ExplanationBody {
        held_at,
        said,
        told,
        ask_again_at: new.ask_again_at,
    })
}
