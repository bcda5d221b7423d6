//! The confirmation at the bedside, at most a day before the procedure (CE-201).

use serde::Serialize;
use serde_json::json;
use tracing::instrument;

use super::{assessed, locked, subject};
use crate::base::error::{Error, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Code};
use crate::consent::flow;
use crate::consent::integrity;
use crate::consent::model::{Consent, State};
use crate::consent::renew;
use crate::consent::rules::guards;
use crate::consent::store;
use crate::consent::watch;
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
    /// What has changed, in words.
    pub changed: Option<String>,
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
    /// Drugs of the last four hours, in words.
    pub drugs_4h: Vec<String>,
}

/// An anesthesiologist confirms the consent at the bedside.
///
/// Errors: `consent.illegal_transition` unless active, `consent.validity_over`, `consent.new_required`,
/// `consent.risks_unconfirmed`, `consent.integrity_failed`, `http.invalid`.
#[instrument(name = "consent.bedside", skip_all)]
pub async fn bedside(ctx: &Ctx, caller: &Caller, id: ConsentId, bedside: Bedside) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentBedside)?;
    let staff = caller.staff()?;
    let bedside = checked(bedside)?;
    let mut tx = once!(ctx, Act::ConsentBedside, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentBedside, id).await?;
    let faults = integrity::faults(&mut tx, ctx, &consent).await?;
    if consent.state == State::Active && !faults.is_empty() {
        // Committed all the same: the incident is no part of the confirmation.
        if watch::broken(&mut tx, &consent, &faults).await? {
            tx.commit_refused().await?;
        }
        return Err(Error::Refused(Code::ConsentIntegrityFailed));
    }
    let assessed = assessed(&mut tx, ctx, &consent).await?;
    let shown = renew::shown(&mut tx, &consent).await?;
    guards::may_confirm(
        &consent,
        &shown,
        assessed.as_ref(),
        &bedside.risks_confirmed,
        tx.now,
    )?;
    let added = store::add_bedside(&mut tx, &consent, staff.id, &bedside).await?;
    flow::save(&mut tx, &mut consent).await?;
    flow::record_bedside(&mut tx, added, &consent).await?;
    let detail = json!({
        "anything_changed": bedside.anything_changed,
        "risks_confirmed": bedside.risks_confirmed.len(),
        "revision": consent.revision,
    });
    tx.journal(caller, subject(&consent), detail).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

fn checked(mut bedside: Bedside) -> Result<Bedside> {
    const KINDS: [&str; 6] = [
        "name",
        "birth_date",
        "id_document",
        "record_number",
        "wristband",
        "phone",
    ];
    let named = bedside.identifiers.clone();
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
    faults.check(
        !bedside.anything_changed || bedside.changed.is_some(),
        "/changed",
        "required",
    );
    bedside.changed = bedside.changed.map(|text| faults.text(&text, "/changed", 1, 500));
    faults.check(
        bedside.capacity.drugs_4h.len() <= 20,
        "/capacity/drugs_4h",
        "length",
    );
    for (at, drug) in bedside.capacity.drugs_4h.iter_mut().enumerate() {
        *drug = faults.text(drug, &format!("/capacity/drugs_4h/{at}"), 1, 60);
    }
    faults.done()?;
    Ok(bedside)
}
