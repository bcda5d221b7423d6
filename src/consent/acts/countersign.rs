//! The anesthesiologist's signature, the document that it makes, and sending back for a defect.

use std::collections::BTreeMap;

use serde_json::json;
use tracing::instrument;

use super::release::subject_facts;
use super::signers::plan;
use super::{assessed, checks, known, locked, printable, statements, subject, template};
use crate::base::canonical::{parse, sha256};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{ConsentId, StaffId};
use crate::base::{Act, Actor, Noun};
use crate::consent::flow::{self, By};
use crate::consent::model::{ActKind, Check, Consent, ReturnReason, Signature, SignedAct};
use crate::consent::present::Inputs;
use crate::consent::proof::{self, Counter, Material, Section, Signed, Verification};
use crate::consent::rules::guards::{self, Countersigning};
use crate::consent::rules::ladder;
use crate::consent::rules::reading;
use crate::consent::rules::states::Trigger;
use crate::consent::{renew, rules, store, watch};
use crate::ctx::{Ctx, Records};
use crate::episode::model::{Color, day};
use crate::evidence::document::Inputs as Render;
use crate::evidence::ink::{self, Canvas, Strokes};
use crate::evidence::qr;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
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

/// Everything that was made before the transaction.
struct Prepared {
    revision: i64,
    at: chrono::DateTime<chrono::Utc>,
    sections: Vec<Section>,
    root: String,
    code: Verification,
    pdf: Vec<u8>,
}

/// An anesthesiologist countersigns; the consent is in force and its document exists (T07).
///
/// The document is made before the transaction from what is stored then; the transaction makes sure that nothing has
/// changed in between.
///
/// Errors: `people.step_up_required`, `consent.illegal_transition`, `consent.license_missing`, `consent.senior_needed`,
/// `consent.statement_missing`, `consent.questions_open`, `consent.deadline_passed`, `consent.assessment_undecided`,
/// `http.invalid` with `character` for a name that can't be printed.
#[instrument(name = "consent.countersign", skip_all)]
pub async fn countersign(ctx: &Ctx, caller: &Caller, id: ConsentId, mark: CounterMark) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentCountersign)?;
    let staff = caller.staff()?;
    if let Some((strokes, canvas)) = &mark.ink {
        ink::check(strokes, canvas).map_err(|refusal| {
            let fault = Fault::field("/strokes", "ink").with(json!({ "reason": refusal.code() }));
            Error::Invalid(crate::base::Code::HttpInvalid, vec![fault])
        })?;
    }
    // A retry must find its first answer, whatever the state is by now; so the outcome is looked at inside.
    let prepared = prepare_document(ctx, caller, id, &mark).await;
    let mut tx = once!(ctx, Act::ConsentCountersign, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentCountersign, id).await?;
    caller.request.must_match(consent.revision)?;
    rules::next(consent.state, Trigger::Countersign)?;
    people::facts::require_step_up(&mut tx, caller.session).await?;
    let prepared = prepared?;
    if prepared.revision != consent.revision {
        return Err(Error::Stale {
            current: consent.revision,
        });
    }
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
    };
    store::add_document(&mut tx, &consent, document).await?;
    super::replace::supersede(&mut tx, &consent).await?;
    consent.activated_at = Some(prepared.at);
    let detail = json!({ "root": prepared.root, "document_sha256": file, "sealing_status": "none" });
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
    tx.journal_as(Act::ConsentActivated, Actor::SYSTEM, place, about, detail, None)
        .await?;
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
    tx.commit_with(&consent).await?;
    Ok(consent)
}

/// Gathers, decides and renders, without a transaction.
async fn prepare_document(ctx: &Ctx, caller: &Caller, id: ConsentId, mark: &CounterMark) -> Result<Prepared> {
    let staff = caller.staff()?;
    let mut view = ctx.view();
    let consent = known(&mut view, caller, Act::ConsentCountersign, id).await?;
    rules::next(consent.state, Trigger::Countersign)?;
    let now = ctx.clock.now();
    let account = people::facts::staff(&mut view, staff.facility, staff.id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    let questions = store::questions(&mut view, consent.facility_id, id).await?;
    let assessed = assessed(&mut view, ctx, &consent).await?;
    let plan = plan(&mut view, &consent).await?;
    let acts = store::signatures(&mut view, consent.facility_id, id).await?;
    let patient = people::facts::patient(&mut view, consent.facility_id, consent.patient_id).await?;
    let her_name = patient.and_then(|patient| patient.name);
    let template = &*template(&mut view, ctx, &consent).await?;
    let mut required = statements(template, "clinician", true);
    // Of a woman who can't decide nobody says that she can.
    required.retain(|statement| plan.able || statement != CAPACITY);
    if !plan.able && mark.statements.iter().any(|one| one == CAPACITY) {
        return Err(Error::invalid("/statements", "inconsistent"));
    }
    let episode = episode::facts::get(&mut view, consent.facility_id, consent.episode_id)
        .await?
        .ok_or(Error::Missing(Noun::Episode))?;
    let signing = Countersigning {
        red: episode.risk_color == Some(Color::Red),
        senior: staff.senior,
        license: account.license.as_deref(),
        privileged: account.consent_privilege.holds(day(now)),
        involved: involved(staff.id, &account.name, her_name.as_deref(), &acts),
        affirmed: &mark.statements,
        required: &required,
        unanswered: questions.iter().filter(|asked| asked.answer.is_none()).count(),
        assessed: assessed.as_ref(),
        now,
    };
    guards::may_countersign(&consent, &signing)?;
    guards::still_fits(&renew::shown(&mut view, &consent).await?, assessed.as_ref())?;
    printable(ctx, vec![("/name".to_owned(), account.name.clone())]).await?;
    let counter = Counter {
        staff: staff.id,
        name: account.name,
        license: account.license.unwrap_or_default(),
        session: caller.session,
        statements: mark.statements.clone(),
        ink: mark.ink.clone(),
        at: now,
    };
    let material = gather(&mut view, ctx, consent, counter).await?;
    render(ctx, &material).await
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

async fn gather(r: &mut impl Records, ctx: &Ctx, consent: Consent, counter: Counter) -> Result<Material> {
    let (facility, id) = (consent.facility_id, consent.id);
    let gone = || Error::broken("a signed consent without its parts");
    let patient = people::facts::patient(r, facility, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let shown = store::presented(r, facility, id).await?.ok_or_else(gone)?;
    let inputs: Inputs = serde_json::from_value(shown.inputs)?;
    let mut acts = Vec::new();
    for act in store::signatures(r, facility, id).await? {
        let strokes = store::strokes(r, facility, act.id).await?;
        acts.push(Signed { act, strokes });
    }
    let decisive = ladder::wanted(&inputs.signing).first().ok_or_else(gone)?.act();
    let at = acts
        .iter()
        .position(|one| one.act.kind == decisive)
        .ok_or_else(gone)?;
    let signature = acts.remove(at);
    let since = consent.issued_at.unwrap_or(consent.created_at);
    let signer_checks = people::facts::signer_checks(r, facility, consent.patient_id, since).await?;
    let batches = store::reading(r, facility, id).await?;
    let questions = store::questions(r, facility, id).await?;
    let conversations = store::conversations(r, facility, id).await?;
    let waivers = store::waivers(r, facility, id).await?;
    let agreements = match patient.account_id {
        Some(account) => people::facts::agreements_said(r, ctx, account).await?,
        None => Vec::new(),
    };
    let answered = questions.iter().filter_map(|asked| asked.answered_by);
    let talked = conversations.iter().map(|talk| talk.staff);
    let witnesses = acts.iter().filter_map(Signed::witness);
    let mut names: BTreeMap<StaffId, String> = BTreeMap::new();
    for staff in answered.chain(talked).chain(witnesses).collect::<Vec<_>>() {
        let found = people::facts::staff(r, facility, staff).await?;
        names.insert(staff, found.map(|staff| staff.name).unwrap_or_default());
    }
    let signed_at = signature.act.at;
    let checks = checks(r, &consent).await?;
    let template = template(r, ctx, &consent).await?;
    Ok(Material {
        subject: inputs
            .subject
            .clone()
            .unwrap_or_else(|| subject_facts(r, &patient)),
        presented: parse(&shown.bytes).map_err(|_| Error::broken("a presented document is not canonical"))?,
        presented_sha256: shown.sha256,
        released_by: shown.released_by,
        dwell: reading::progress(&super::floors(&template, consent.form), &batches),
        rounds: store::graded_rounds(r, facility, id).await?,
        checks: before(checks, signed_at),
        consent,
        inputs,
        batches,
        conversations,
        questions,
        waivers,
        signature,
        others: acts,
        signer_checks,
        agreements,
        names,
        counter,
    })
}

/// The checks that her signature rests on: those of the minutes before it and the newest in person.
fn before(checks: Vec<Check>, signed_at: chrono::DateTime<chrono::Utc>) -> Vec<Check> {
    let mut in_person = false;
    checks
        .into_iter()
        .filter(|check| {
            let first = check.method == "in_person" && !in_person && check.at <= signed_at;
            in_person |= first;
            first || (check.at <= signed_at && signed_at - check.at <= rules::FRESH)
        })
        .collect()
}

async fn render(ctx: &Ctx, material: &Material) -> Result<Prepared> {
    let broken = |error: crate::evidence::document::RenderError| Error::Broken(Box::new(error));
    let sections = proof::hashed(proof::sections(material), Some(&material.signature.act.section))?;
    let root = proof::root(&sections);
    let code = Verification::random();
    let renderer = ctx.press.version().await.map_err(broken)?;
    let manifest = json!({
        "root": root,
        "sections": sections.iter().map(|section| json!({
            "no": section.no,
            "name": section.name,
            "sha256": hex::encode(section.digest),
        })).collect::<Vec<_>>(),
    });
    let link = format!("{}/verify/{}", ctx.settings.public_url, code.plain());
    let qr = qr::qr_svg(&link).map_err(|error| Error::Broken(Box::new(error)))?;
    let mut files = vec![
        ("/evidence.json", serde_json::to_vec(&manifest)?),
        ("/qr.svg", qr.into_bytes()),
    ];
    for signed in std::iter::once(&material.signature).chain(&material.others) {
        files.extend(signed.picture());
    }
    if let Some((strokes, canvas)) = &material.counter.ink {
        files.push(("/sig-clinician.svg", ink::svg(strokes, canvas).into_bytes()));
    }
    let consent = &material.consent;
    let inputs = Render {
        template: "/consent.typ",
        data: proof::data(material, &renderer, &root, &code.grouped()),
        files,
        ident: format!("{} r{}", consent.id, consent.revision),
        at: material.counter.at,
    };
    Ok(Prepared {
        revision: consent.revision,
        at: material.counter.at,
        pdf: ctx.press.render(inputs).await.map_err(broken)?,
        sections,
        root,
        code,
    })
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
