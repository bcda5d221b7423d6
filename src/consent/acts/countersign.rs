//! The anesthesiologist's signature, the document that it makes, and sending back for a defect.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;

use super::rendering::{Prepared, gather, render};
use super::sign::drawn;
use super::signers::standing_plan;
use super::{assessed, known, locked, sealable, statements, subject, template};
use crate::base::canonical::sha256;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{ConsentId, StaffId};
use crate::base::{Act, Noun};
use crate::consent::flow::{self, By};
use crate::consent::model::{ActKind, Consent, ReturnReason, Sealable, Signature, SignedAct};
use crate::consent::proof::Counter;
use crate::consent::rules::guards::{self, Countersigning, Doctor};
use crate::consent::rules::states::Trigger;
use crate::consent::{renew, rules, sealing, store, watch};
use crate::ctx::{Ctx, Records};
use crate::episode::model::{Color, day};
use crate::evidence::ink::{self, Canvas, Strokes};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::{Caller, Colleague};
use crate::people::model::Staff;
use crate::people::policy;
use crate::{episode, people};

/// The statement that she can decide for herself.
const CAPACITY: &str = "capacity";

/// What the anesthesiologist sends.
#[derive(Clone, Debug)]
pub struct CounterMark {
    /// Statements that he affirms.
    pub statements: Vec<String>,
    /// What he drew; his fresh step-up is his signature, the drawing adds to it.
    pub ink: Option<(Strokes, Canvas)>,
}

/// An anesthesiologist countersigns; the consent is in force and its document exists (T07).
///
/// The document is made before the transaction from what is stored then; the transaction makes sure that nothing has
/// changed in between, and asks everything again that the revision does not tell.
///
/// Errors: `consent.seal_unavailable`, `people.step_up_required`, `consent.illegal_transition`, `consent.after_birth`,
/// `consent.signer_changed`,
/// `consent.license_missing`, `consent.unqualified`, `consent.senior_needed`, `consent.statement_missing`,
/// `consent.questions_open`,
/// `consent.deadline_passed`, `consent.assessment_undecided`, `consent.not_suitable`, `consent.new_required`, `http.invalid`
/// with `character` for a name that can't be printed.
#[instrument(name = "consent.countersign", skip_all)]
pub async fn countersign(ctx: &Ctx, caller: &Caller, id: ConsentId, mark: CounterMark) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentCountersign)?;
    if let Some((strokes, canvas)) = &mark.ink {
        ink::check(strokes, canvas).map_err(|refusal| {
            let fault = Fault::field("/strokes", "ink").with(json!({ "reason": refusal.code() }));
            Error::Invalid(crate::base::Code::HttpInvalid, vec![fault])
        })?;
    }
    // A retry must find its first answer, whatever the state is by now; so the outcome is looked at inside.
    let prepared = prepare_document(ctx, caller, id, &mark).await;
    let made = match &prepared {
        Ok((consent, prepared)) => Some((consent.clone(), Arc::clone(&prepared.sealed))),
        Err(_) => None,
    };
    let done = put_in_force(ctx, caller, id, mark, prepared).await;
    // The outcome stands, whatever becomes of a seal that was not needed.
    if let Some((consent, sealed)) = made
        && let Err(error) = sealing::unless_kept(ctx, &consent, &sealed).await
    {
        tracing::error!(consent.id = %id, %error, "a seal in vain could not be looked for or kept");
    }
    done
}

async fn put_in_force(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    mark: CounterMark,
    prepared: Result<(Consent, Prepared)>,
) -> Result<Consent> {
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::ConsentCountersign, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentCountersign, id).await?;
    caller.request.must_match(consent.revision)?;
    rules::next(consent.state, Trigger::Countersign)?;
    let now = tx.now;
    people::facts::require_step_up(&mut tx, caller.session, now).await?;
    let (_, prepared) = prepared?;
    if prepared.revision != consent.revision {
        return Err(Error::Stale {
            current: consent.revision,
        });
    }
    decided(&mut tx, ctx, staff, &consent, &mark, now).await?;
    for section in &prepared.sections {
        let (no, name) = (section.no, section.name);
        store::add_evidence(&mut tx, &consent, no, name, &section.salted, section.digest).await?;
    }
    if let Some((strokes, canvas)) = mark.ink {
        let section = prepared
            .sections
            .iter()
            .find(|one| one.name == "countersignature");
        let section = section.ok_or_else(|| Error::broken("evidence without the countersignature"))?;
        let act = SignedAct {
            section: section.salted.clone(),
            device: json!({ "address": caller.request.address, "user_agent": caller.request.user_agent }),
            canvas: Some(canvas),
        };
        let new = store::NewSignature {
            kind: ActKind::Clinician,
            signer: staff.id.0,
            strokes: Some(&strokes),
            act: &act,
            digest: section.digest,
            at: prepared.at,
        };
        if store::add_signature(&mut tx, &consent, new).await?.is_none() {
            return Err(Error::Refused(crate::base::Code::ConsentStrokesReplayed));
        }
    }
    let file = hex::encode(sha256(&prepared.pdf));
    let document = store::NewDocument {
        pdf: &prepared.pdf,
        sha256: &file,
        root: &prepared.root,
        code_digest: prepared.code.digest(),
        sealed: true,
    };
    store::add_document(&mut tx, &consent, document).await?;
    super::replace::supersede(&mut tx, &mut consent).await?;
    consent.activated_at = Some(prepared.at);
    let detail = json!({ "root": prepared.root, "document_sha256": file });
    flow::go(
        &mut tx,
        &mut consent,
        Trigger::Countersign,
        By::Caller(caller),
        detail,
    )
    .await?;
    let (place, about) = (Some(consent.facility_id), subject(&consent));
    let detail = json!({ "root": prepared.root });
    tx.journal_own(Act::ConsentActivated, place, about, detail)
        .await?;
    let target = sealing::Target {
        consent: &consent,
        paper: Sealable::Consent,
        of: id.0,
        root: Some(&prepared.root),
        printed: prepared.pdf.len(),
    };
    sealing::keep(ctx, &mut tx, &target, &prepared.sealed).await?;
    episode::facts::finish_tasks(&mut tx, consent.facility_id, "consent.countersign", id.0).await?;
    renew::settled(&mut tx, consent.facility_id, consent.episode_id).await?;
    watch::begin(&mut tx, &consent).await?;
    let reference = id.to_string();
    episode::facts::notify(
        &mut tx,
        consent.facility_id,
        consent.patient_id,
        "consent.activated",
        &reference,
    )
    .await?;
    consent.receipt = Some(tx.receipt(consent.facility_id).await?);
    tx.commit_with(&consent).await?;
    Ok(consent)
}

/// Gathers, decides, renders and seals, without a transaction.
async fn prepare_document(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    mark: &CounterMark,
) -> Result<(Consent, Prepared)> {
    let staff = caller.staff()?;
    let mut view = ctx.view();
    let consent = known(&mut view, caller, Act::ConsentCountersign, id).await?;
    // Nothing is sealed for somebody who is refused anyway.
    caller.request.must_match(consent.revision)?;
    people::facts::require_step_up(&mut view, caller.session, ctx.clock.now()).await?;
    let now = ctx.clock.now();
    let account = decided(&mut view, ctx, staff, &consent, mark, now).await?;
    sealable(
        ctx,
        staff.facility,
        vec![("/name".to_owned(), account.name.clone())],
    )
    .await?;
    let counter = Counter {
        staff: staff.id,
        name: account.name,
        license: account.license.unwrap_or_default(),
        session: caller.session,
        second_factor: caller.had_second_factor(),
        statements: mark.statements.clone(),
        drawn: drawn(mark.ink.as_ref())?,
        ink: mark.ink.clone(),
        at: now,
    };
    let material = gather(&mut view, ctx, consent, counter).await?;
    let prepared = render(ctx, &material).await?;
    Ok((material.consent, prepared))
}

/// Everything that has to hold for the countersignature, as it is stored when this is asked (T07): before the document is
/// made, so that none is made in vain, and again at commit, because her assessment, his rights and the time go on
/// meanwhile and none of them moves the revision (CE-044).
async fn decided(
    r: &mut impl Records,
    ctx: &Ctx,
    staff: Colleague,
    consent: &Consent,
    mark: &CounterMark,
    now: DateTime<Utc>,
) -> Result<Staff> {
    rules::next(consent.state, Trigger::Countersign)?;
    let (facility, id) = (consent.facility_id, consent.id);
    let account = people::facts::staff(r, staff.facility, staff.id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    let questions = store::questions(r, facility, id).await?;
    let assessed = assessed(r, ctx, consent).await?;
    let plan = standing_plan(r, consent, assessed.as_ref(), now).await?;
    let acts = store::signatures(r, facility, id).await?;
    let patient = people::facts::patient(r, facility, consent.patient_id).await?;
    let her_name = patient.and_then(|patient| patient.name);
    let template = &*template(r, ctx, consent).await?;
    let mut required = statements(template, "clinician", true);
    // Of a woman who can't decide nobody says that she can.
    required.retain(|statement| plan.able || statement != CAPACITY);
    if !plan.able && mark.statements.iter().any(|one| one == CAPACITY) {
        return Err(Error::invalid("/statements", "inconsistent"));
    }
    let episode = episode::facts::get(r, facility, consent.episode_id)
        .await?
        .ok_or(Error::Missing(Noun::Episode))?;
    guards::before_birth(episode.stage)?;
    let signing = Countersigning {
        doctor: doctor(r, &account, her_name.as_deref(), &acts, now).await?,
        red: episode.risk_color == Some(Color::Red),
        affirmed: &mark.statements,
        required: &required,
        unanswered: questions.iter().filter(|asked| !asked.settled()).count(),
        assessed: assessed.as_ref(),
        now,
    };
    guards::may_countersign(consent, &signing)?;
    guards::still_fits(&renew::shown(r, consent).await?, assessed.as_ref())?;
    Ok(account)
}

/// The anesthesiologist as a consent sees him.
pub(super) async fn doctor<'a>(
    r: &mut impl Records,
    account: &'a Staff,
    her_name: Option<&str>,
    acts: &[Signature],
    now: DateTime<Utc>,
) -> Result<Doctor<'a>> {
    Ok(Doctor {
        license: account.license.as_deref(),
        qualified: people::facts::may_countersign(r, account, day(now)).await?,
        privileged: account.consent_privilege.holds(day(now)),
        involved: involved(account.id, &account.name, her_name, acts),
        senior: account.senior,
    })
}

/// Whether this doctor is one of those who signed, or witnessed it (CE-020). Others than staff are known by name alone:
/// of two people with one name the other one countersigns.
fn involved(staff: StaffId, name: &str, her_name: Option<&str>, acts: &[Signature]) -> bool {
    let (id, her_name) = (staff.to_string(), her_name == Some(name));
    let witnessed = |act: &Signature| {
        act.section
            .body
            .pointer("/witness/staff")
            .is_some_and(|by| *by == id)
    };
    her_name
        || acts
            .iter()
            .any(|act| act.signer("name") == Some(name) || witnessed(act))
}

/// An anesthesiologist sends it back to her for a defect; her first act is kept and marked (T08).
///
/// Errors: `consent.illegal_transition`, `http.invalid`.
#[instrument(name = "consent.return", skip_all)]
pub async fn send_back(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    reason: ReturnReason,
    note: Option<&str>,
) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentReturn)?;
    let staff = caller.staff()?;
    let mut faults = Faults::default();
    let note = note.map(|note| faults.text(note, "/note", 1, 500));
    faults.check(
        reason != ReturnReason::Other || note.is_some(),
        "/note",
        "required",
    );
    faults.done()?;
    let mut tx = once!(ctx, Act::ConsentReturn, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentReturn, id).await?;
    caller.request.must_match(consent.revision)?;
    rules::next(consent.state, Trigger::Return)?;
    let kept = json!({ "reason": reason, "note": note });
    for act in store::signatures(&mut tx, consent.facility_id, id).await? {
        // That a relative took note is no part of what was signed.
        if act.kind != ActKind::Acknowledgement {
            store::add_return(&mut tx, &consent, act.id, staff.id, &kept).await?;
        }
    }
    consent.signed_at = None;
    consent.countersign_due_at = None;
    consent.valid_until = None;
    let detail = json!({ "reason": reason.word() });
    flow::go(&mut tx, &mut consent, Trigger::Return, By::Caller(caller), detail).await?;
    episode::facts::finish_tasks(&mut tx, consent.facility_id, "consent.countersign", id.0).await?;
    let reference = id.to_string();
    episode::facts::notify(
        &mut tx,
        consent.facility_id,
        consent.patient_id,
        "consent.returned",
        &reference,
    )
    .await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}
