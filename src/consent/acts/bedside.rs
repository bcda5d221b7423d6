//! The confirmation at the bedside, at most a day before the procedure (CE-201).

use serde::Serialize;
use serde_json::json;
use tracing::instrument;

use super::{assessed, locked, subject};
use crate::base::Act;
use crate::base::error::Result;
use crate::base::id::ConsentId;
use crate::consent::flow;
use crate::consent::model::Consent;
use crate::consent::present::Inputs;
use crate::consent::rules::guards;
use crate::consent::store;
use crate::ctx::Ctx;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;

/// What the anesthesiologist sees at the bedside.
#[derive(Clone, Debug, Serialize)]
pub struct Bedside {
    /// Two different identifiers.
    pub identifiers: Vec<String>,
    /// She still agrees.
    pub still_agrees: bool,
    /// Something has changed since she signed.
    pub anything_changed: bool,
    /// Her last questions are answered.
    pub questions_answered: bool,
    /// Risks that are new since the release and explained now.
    pub risks_confirmed: Vec<String>,
    /// Her capacity in labor (CE-061).
    pub capacity: BedsideCapacity,
}

/// Her capacity in labor; pain or an opioid alone does not remove it.
#[derive(Clone, Debug, Serialize)]
pub struct BedsideCapacity {
    /// Oriented.
    pub orientation: bool,
    /// She said it in her own words.
    pub teach_back: bool,
    /// Pain, 0–10.
    pub pain_score: i64,
    /// An opioid within the last four hours.
    pub opioid_4h: bool,
}

/// An anesthesiologist confirms the consent at the bedside.
///
/// Errors: `consent.illegal_transition` unless active, `consent.validity_over`, `consent.risks_unconfirmed`,
/// `http.invalid`.
#[instrument(name = "consent.bedside", skip_all)]
pub async fn bedside(ctx: &Ctx, caller: &Caller, id: ConsentId, bedside: Bedside) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentBedside)?;
    let staff = caller.staff()?;
    check(&bedside)?;
    let mut tx = once!(ctx, Act::ConsentBedside, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentBedside, id).await?;
    let assessed = assessed(&mut tx, ctx, &consent).await?;
    let shown = match store::presented(&mut tx, consent.facility_id, id).await? {
        Some(shown) => {
            let inputs: Inputs = serde_json::from_value(shown.inputs)?;
            let removed = inputs.removed.into_iter().map(|one| one.rule);
            inputs
                .risks
                .into_iter()
                .map(|risk| risk.id)
                .chain(removed)
                .collect()
        }
        None => Vec::new(),
    };
    guards::may_confirm(
        &consent,
        &shown,
        assessed.as_ref(),
        &bedside.risks_confirmed,
        tx.now,
    )?;
    store::add_bedside(&mut tx, &consent, staff.id, &bedside).await?;
    flow::save(&mut tx, &mut consent).await?;
    let detail = json!({
        "anything_changed": bedside.anything_changed,
        "risks_confirmed": bedside.risks_confirmed.len(),
        "revision": consent.revision,
    });
    tx.journal(caller, subject(&consent), detail).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

fn check(bedside: &Bedside) -> Result<()> {
    const KINDS: [&str; 6] = [
        "name",
        "birth_date",
        "id_document",
        "record_number",
        "wristband",
        "phone",
    ];
    let named = &bedside.identifiers;
    let distinct = named.len() == 2 && named.first() != named.last();
    let mut faults = Faults::default();
    let known = named.iter().all(|one| KINDS.contains(&one.as_str()));
    faults.check(distinct && known, "/identifiers", "format");
    faults.check(bedside.still_agrees, "/still_agrees", "affirm");
    faults.check(bedside.questions_answered, "/questions_answered", "affirm");
    faults.check(bedside.capacity.orientation, "/capacity/orientation", "affirm");
    faults.check(bedside.capacity.teach_back, "/capacity/teach_back", "affirm");
    faults.number(bedside.capacity.pain_score, "/capacity/pain_score", 0, 10);
    faults.check(bedside.risks_confirmed.len() <= 50, "/risks_confirmed", "length");
    faults.done()
}
