//! From the request to the release: what she will be shown, decided and frozen by an anesthesiologist.

use serde_json::{Value, json};
use tracing::instrument;
use uuid::Uuid;

use super::{TEMPLATE, known, locked, number, only_in, printable, subject, template};
use crate::base::canonical::{canonical, sha256};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{ConsentId, PatientId};
use crate::base::{Act, Code, Locale, Noun, Role};
use crate::consent::flow::{self, By};
use crate::consent::model::{Capacity, Consent, Risks, State};
use crate::consent::present::{self, Hospital, Inputs, OwnRisk, PatientFacts};
use crate::consent::proof::stamp;
use crate::consent::rules::states::Trigger;
use crate::consent::rules::{self, guards};
use crate::consent::{store, wording};
use crate::ctx::{Ctx, Records, Tx};
use crate::episode::model::{NewTask, day};
use crate::http::params::{Faults, masked};
use crate::once;
use crate::people::caller::Caller;
use crate::people::model::Patient;
use crate::people::policy::{self, Belongs};
use crate::{assessment, episode, people};

/// She asks for a consent; an anesthesiologist prepares and releases it (T01).
///
/// Errors: `consent.already_open`, `consent.episode_missing`.
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
    if standing.is_some_and(|standing| !standing.state.is_terminal()) {
        return Err(Error::Refused(Code::ConsentAlreadyOpen));
    }
    // Women who read a language that the wording does not exist in sign the authoritative text with an interpreter.
    let locale = Locale::parse(&patient.language).unwrap_or_default();
    let template = ctx
        .content
        .consents
        .current(TEMPLATE, locale)
        .ok_or_else(|| Error::broken("no consent template"))?;
    let class = template.document.get("procedure_class").and_then(Value::as_str);
    let consent = Consent {
        id: tx.id(),
        facility_id: patient.facility_id,
        patient_id: patient.id,
        episode_id: episode.id,
        procedure_class: class.unwrap_or_default().to_owned(),
        template_id: template.id.clone(),
        locale,
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
pub(super) fn task(consent: &Consent, kind: &'static str, due: chrono::DateTime<chrono::Utc>) -> NewTask {
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
    printable(ctx, texts).await?;
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

/// What a release says beside the document.
#[derive(Clone, Debug)]
pub struct Release {
    /// On her capacity.
    pub capacity: Capacity,
    /// Why there is no assessment.
    pub assessment_waived: Option<String>,
    /// The technique that is planned, in words.
    pub technique: Option<String>,
}

/// An anesthesiologist releases the consent; what she is shown is frozen (T02).
///
/// Errors: `consent.illegal_transition`, `consent.assessment_missing`, `consent.assessment_undecided`,
/// `consent.not_suitable`, `consent.risks_open`, `http.invalid` with `character` for what can't be printed.
#[instrument(name = "consent.release", skip_all)]
pub async fn release(ctx: &Ctx, caller: &Caller, id: ConsentId, release: Release) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentRelease)?;
    let staff = caller.staff()?;
    let release = checked_release(release)?;
    let renderer = ctx
        .press
        .version()
        .await
        .map_err(|error| Error::Broken(Box::new(error)))?;
    let mut view = ctx.view();
    let seen = known(&mut view, caller, Act::ConsentRelease, id).await?;
    // The characters are checked before the transaction, and the transaction makes sure that they are still the same.
    let now = ctx.clock.now();
    let checked = inputs(&mut view, ctx, &seen, &release, &renderer, now).await?;
    printable(ctx, present::variable(&checked)).await?;
    let mut tx = once!(ctx, Act::ConsentRelease, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentRelease, id).await?;
    caller.request.must_match(consent.revision)?;
    rules::next(consent.state, Trigger::Release)?;
    let decided = store::risks(&mut tx, consent.facility_id, id).await?;
    let decided = decided.map(|(risks, _)| risks).unwrap_or_default();
    let assessed = super::assessed(&mut tx, ctx, &consent).await?;
    guards::may_release(assessed.as_ref(), release.assessment_waived.is_some(), &decided)?;
    let inputs = inputs(&mut tx, ctx, &consent, &release, &renderer, now).await?;
    if inputs != checked {
        return Err(Error::Stale {
            current: consent.revision,
        });
    }
    let template = template(ctx, &consent)?;
    let issued_at = tx.now;
    let document = present::present(template, &inputs, issued_at);
    let bytes = canonical(&document).map_err(|_| Error::broken("a presented document is not canonical"))?;
    let sha256 = hex::encode(sha256(&bytes));
    let presented = store::NewPresented {
        bytes: &bytes,
        sha256: &sha256,
        renderer: &renderer,
        inputs: &serde_json::to_value(&inputs)?,
        by: staff.id,
    };
    store::add_presented(&mut tx, &consent, presented).await?;
    let hours = number(template, "sign_deadline_hours")?;
    consent.presented_sha256 = Some(sha256.clone());
    consent.issued_at = Some(issued_at);
    consent.sign_deadline = Some(issued_at + chrono::Duration::hours(hours));
    let detail = json!({ "presented_sha256": sha256, "risks": inputs.risks.len() });
    flow::go(
        &mut tx,
        &mut consent,
        Trigger::Release,
        By::Caller(caller),
        detail,
    )
    .await?;
    episode::facts::finish_tasks(&mut tx, consent.facility_id, "consent.release", id.0).await?;
    let reference = id.to_string();
    episode::facts::notify(
        &mut tx,
        consent.facility_id,
        consent.patient_id,
        "consent.issued",
        &reference,
    )
    .await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

fn checked_release(release: Release) -> Result<Release> {
    let mut faults = Faults::default();
    let mut text = |value: Option<String>, pointer: &str, max: usize| {
        value.map(|value| faults.text(&value, pointer, 1, max))
    };
    let release = Release {
        capacity: Capacity {
            basis: release.capacity.basis,
            note: text(release.capacity.note, "/capacity/note", 500),
        },
        assessment_waived: text(release.assessment_waived, "/assessment_waived", 500),
        technique: text(release.technique, "/technique", 60),
    };
    faults.done()?;
    Ok(release)
}

async fn inputs(
    r: &mut impl Records,
    ctx: &Ctx,
    consent: &Consent,
    release: &Release,
    renderer: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Inputs> {
    let facility = people::facts::facility(r, consent.facility_id).await?;
    let patient = people::facts::patient(r, consent.facility_id, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let episode = episode::facts::get(r, consent.facility_id, consent.episode_id)
        .await?
        .ok_or(Error::Missing(Noun::Episode))?;
    let standing = assessment::facts::standing(r, ctx, consent.facility_id, consent.episode_id).await?;
    let decided = store::risks(r, consent.facility_id, consent.id).await?;
    let (decided, by) = decided.map_or((Risks::default(), None), |(risks, by)| (risks, Some(by)));
    let mut name_of_doctor = None;
    if let Some(by) = by {
        let staff = people::facts::staff(r, consent.facility_id, by).await?;
        name_of_doctor = staff.map(|staff| staff.name);
    }
    let risks = own_risks(
        ctx,
        consent,
        standing.as_ref(),
        &decided,
        name_of_doctor.as_deref(),
    );
    let today = day(now);
    let gestation = episode.gestation(today);
    Ok(Inputs {
        consent_id: consent.id,
        template_id: consent.template_id.clone(),
        locale: consent.locale,
        renderer: renderer.to_owned(),
        hospital: Hospital {
            name: facility.name,
            phone: facility.phone,
        },
        patient: PatientFacts {
            name: patient.name.unwrap_or_default(),
            age: patient.birth_date.map(|birth| guards::age(birth, today)),
            id_document: patient.id_number.as_deref().map(masked),
            record_number: patient.record_number,
            phone: patient.phone.as_deref().map(masked),
            gestation: (gestation.weeks, gestation.days),
            gravidity: episode.gravidity,
            parity: episode.parity,
            fetuses: episode.fetuses,
            edd: episode.edd,
            height_cm: patient.height_cm.map(|cm| cm.normalize().to_string()),
            weight_kg: episode
                .pre_pregnancy_weight_kg
                .map(|kg| kg.normalize().to_string()),
            risk_color: episode.risk_color,
        },
        technique: release.technique.clone(),
        validity_days: facility.settings.consent_validity_days,
        risks,
        removed: decided.remove,
        fired: standing
            .iter()
            .flat_map(|standing| &standing.fired)
            .map(|fired| fired.rule.clone())
            .collect(),
        assessment: standing.as_ref().map_or(Value::Null, evidence),
        assessment_waived: release.assessment_waived.clone(),
        capacity: release.capacity.clone(),
    })
}

/// The risks that she is shown: the confirmed ones in table order, then those in the doctor's words.
fn own_risks(
    ctx: &Ctx,
    consent: &Consent,
    standing: Option<&assessment::facts::Standing>,
    decided: &Risks,
    doctor: Option<&str>,
) -> Vec<OwnRisk> {
    let form = standing.and_then(|standing| asked_form(ctx, standing));
    let confirmed = standing
        .into_iter()
        .flat_map(|standing| &standing.fired)
        .filter(|fired| decided.confirm.contains(&fired.rule))
        .map(|fired| OwnRisk {
            id: fired.rule.clone(),
            text: sentence(consent.locale, fired),
            because: wording::because(form, consent.locale, &fired.decided_by),
            plan: None,
            by: None,
        });
    let added = (1..).zip(&decided.add).map(|(at, added)| OwnRisk {
        id: format!("added-{at}"),
        text: added.text.clone(),
        because: wording::choose(
            consent.locale,
            "医生根据您的情况补充",
            "Your doctor's own judgment",
        )
        .to_owned(),
        plan: added.plan.clone(),
        by: Some(doctor.unwrap_or_default().to_owned()),
    });
    confirmed.chain(added).collect()
}

/// What a rule says to her.
pub(super) fn sentence(locale: Locale, fired: &assessment::facts::Fired) -> String {
    match locale {
        Locale::ZhCn => fired.patient_zh.clone(),
        Locale::En => fired.patient_en.clone(),
    }
}

/// The questions that an assessment was made with.
pub(super) fn asked_form<'a>(
    ctx: &'a Ctx,
    standing: &assessment::facts::Standing,
) -> Option<&'a crate::questionnaire::Questionnaire> {
    let version = standing.form.rsplit_once('|').map(|(_, version)| version)?;
    ctx.content.forms.authored(version).map(|form| form.definition())
}

/// The assessment as evidence: what rules looked at and what was decided, CE-141-clean.
fn evidence(standing: &assessment::facts::Standing) -> Value {
    json!({
        "form": standing.form,
        "rules_version": standing.rules_version,
        "response_id": standing.response.to_string(),
        "response_digest": standing.response_digest,
        "status": standing.status,
        "level": standing.level,
        "at": stamp(standing.at),
        "answers_used": standing.answers_used,
        "fired": standing.fired.iter().map(|fired| json!({
            "rule": fired.rule,
            "level": fired.level,
            "source": fired.source,
            "confirmed": fired.confirmed,
        })).collect::<Vec<_>>(),
        "decision": standing.decision.as_ref().map(|decided| json!({
            "outcome": decided.outcome,
            "by": decided.by.to_string(),
            "role": decided.by_role.word(),
            "at": stamp(decided.at),
            "conditions": decided.conditions,
            "plan": decided.plan,
        })),
    })
}
