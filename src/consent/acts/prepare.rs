//! From the request to the risks: a draft, and what of her own risks she will be shown.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tracing::instrument;
use uuid::Uuid;

use super::{TEMPLATE, locked, only_in, printable, subject};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{ConsentId, EpisodeId, PatientId};
use crate::base::{Act, Code, Locale, Noun, Role};
use crate::consent::flow;
use crate::consent::model::{Basis, Consent, ConsentForm, Medium, Risks, State, TechniqueClass};
use crate::consent::rules::{self, guards};
use crate::consent::{change, store, templates};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::NewTask;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::model::Patient;
use crate::people::policy::{self, Belongs};
use crate::{episode, people};

/// She asks for a consent; an anesthesiologist prepares and releases it (T01).
///
/// Errors: `people.record_mismatch`, `consent.already_open`, `consent.episode_missing`.
#[instrument(name = "consent.request", skip_all)]
pub async fn request(ctx: &Ctx, caller: &Caller) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentRequest)?;
    let mine = caller.mine()?;
    let account = caller.account()?;
    let mut tx = once!(ctx, Act::ConsentRequest, caller);
    let patient = people::facts::patient(&mut tx, mine.facility, mine.patient)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let consent = draft(ctx, &mut tx, caller, &patient, true, account.0).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

/// Staff prepare a consent for her (T01).
///
/// Errors: `consent.already_open`, `consent.episode_missing`.
#[instrument(name = "consent.prepare", skip_all)]
pub async fn prepare(ctx: &Ctx, caller: &Caller, patient: PatientId) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentPrepare)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::ConsentPrepare, caller);
    let patient = people::facts::patient(&mut tx, staff.facility, patient)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let belongs = Belongs {
        facility: patient.facility_id,
        account: patient.account_id,
    };
    policy::may(caller, Act::ConsentPrepare, Noun::Patient, belongs)?;
    let consent = draft(ctx, &mut tx, caller, &patient, false, staff.id.0).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

async fn draft(
    ctx: &Ctx,
    tx: &mut Tx,
    caller: &Caller,
    patient: &Patient,
    requested: bool,
    by: Uuid,
) -> Result<Consent> {
    let missing = || Error::Refused(Code::ConsentEpisodeMissing);
    let open = episode::facts::current(tx, patient.facility_id, patient.id).await?;
    let open = open.filter(|one| one.closed_at.is_none()).ok_or_else(missing)?;
    let episode = episode::facts::lock(tx, patient.facility_id, open.id)
        .await?
        .ok_or_else(missing)?;
    let standing = store::standing(tx, patient.facility_id, episode.id).await?;
    if let Some(standing) = standing {
        if !standing.state.is_terminal() {
            return Err(Error::Refused(Code::ConsentAlreadyOpen));
        }
        let (facility, former) = (patient.facility_id, standing.id.0);
        episode::facts::finish_tasks(tx, facility, change::PREPARE, former).await?;
    }
    fresh(ctx, tx, caller, patient, episode.id, requested, by).await
}

/// A new draft of the current template in her language.
///
/// Errors: `consent.already_open` while another one for the same procedure is open, `consent.template_unavailable`.
pub(super) async fn fresh(
    ctx: &Ctx,
    tx: &mut Tx,
    caller: &Caller,
    patient: &Patient,
    episode: EpisodeId,
    requested: bool,
    by: Uuid,
) -> Result<Consent> {
    // Women who read a language that the wording does not exist in sign the authoritative text with an interpreter.
    let locale = Locale::parse(&patient.language).unwrap_or_default();
    let template = templates::in_effect(tx, ctx, patient.facility_id, TEMPLATE, locale).await?;
    let class = template.document.get("procedure_class").and_then(Value::as_str);
    let consent = Consent {
        receipt: None,
        id: tx.id(),
        facility_id: patient.facility_id,
        patient_id: patient.id,
        episode_id: episode,
        procedure_class: class.unwrap_or_default().to_owned(),
        template_id: template.id.clone(),
        locale: template.locale,
        basis: Basis::Patient,
        form: ConsentForm::Full,
        medium: Medium::Electronic,
        technique_class: TechniqueClass::Catheter,
        state: State::Draft,
        revision: 1,
        requested,
        presented_sha256: None,
        issued_at: None,
        sign_deadline: None,
        understood_at: None,
        failed_rounds: 0,
        signed_at: None,
        countersign_due_at: None,
        activated_at: None,
        valid_until: None,
        started_at: None,
        ended_at: None,
        created_at: tx.now,
    };
    if !store::add_consent(tx, &consent, TEMPLATE, by).await? {
        return Err(Error::Refused(Code::ConsentAlreadyOpen));
    }
    flow::set_step(tx, &consent).await?;
    let task = NewTask {
        due: tx.now + rules::RELEASE,
        ..task(&consent, "consent.release", tx.now)
    };
    episode::facts::add_task(tx, &task).await?;
    flow::begun(tx, &consent, caller).await?;
    Ok(consent)
}

/// A task for the anesthesiologists about a consent.
pub(in crate::consent) fn task(consent: &Consent, kind: &'static str, due: DateTime<Utc>) -> NewTask {
    NewTask {
        facility: consent.facility_id,
        patient: consent.patient_id,
        episode: consent.episode_id,
        kind,
        subject: consent.id.0,
        roles: vec![Role::Anesthesiologist],
        due,
        urgent: false,
    }
}

/// An anesthesiologist decides which of her risks she is shown, and adds others in words (CE-071, CE-073).
///
/// Errors: `consent.illegal_transition` unless a draft, `http.invalid`.
#[instrument(name = "consent.risks", skip_all)]
pub async fn risks(ctx: &Ctx, caller: &Caller, id: ConsentId, risks: Risks) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentRisks)?;
    let staff = caller.staff()?;
    let risks = checked(risks)?;
    let mut texts = Vec::new();
    for (at, added) in risks.add.iter().enumerate() {
        texts.push((format!("/add/{at}/text"), added.text.clone()));
        texts.push((format!("/add/{at}/plan"), added.plan.clone().unwrap_or_default()));
    }
    printable(ctx, caller.place()?, texts).await?;
    let mut tx = ctx.write(Act::ConsentRisks).await?;
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentRisks, id).await?;
    caller.request.must_match(consent.revision)?;
    only_in(&consent, &[State::Draft])?;
    let assessed = super::assessed(&mut tx, ctx, &consent).await?;
    let strange = guards::misplaced(&risks, &guards::injected(assessed.as_ref()));
    if !strange.is_empty() {
        let fault = |rule: String| Fault::field("/confirm", "one_decision").with(json!({ "rule": rule }));
        return Err(Error::Invalid(
            Code::HttpInvalid,
            strange.into_iter().map(fault).collect(),
        ));
    }
    store::add_risks(&mut tx, &consent, staff.id, &risks).await?;
    flow::save(&mut tx, &mut consent).await?;
    let counts = json!({
        "confirmed": risks.confirm.len(),
        "removed": risks.remove.len(),
        "added": risks.add.len(),
        "revision": consent.revision,
    });
    tx.journal(caller, subject(&consent), counts).await?;
    tx.commit().await?;
    Ok(consent)
}

fn checked(risks: Risks) -> Result<Risks> {
    let mut faults = Faults::default();
    let mut risks = risks;
    for (at, removed) in risks.remove.iter_mut().enumerate() {
        removed.reason = faults.text(&removed.reason, &format!("/remove/{at}/reason"), 1, 500);
    }
    for (at, added) in risks.add.iter_mut().enumerate() {
        added.text = faults.text(&added.text, &format!("/add/{at}/text"), 1, 500);
        if let Some(plan) = &added.plan {
            added.plan = Some(faults.text(plan, &format!("/add/{at}/plan"), 1, 500));
        }
    }
    faults.check(risks.add.len() <= 20, "/add", "length");
    faults.done()?;
    Ok(risks)
}
