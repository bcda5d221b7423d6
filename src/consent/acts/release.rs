//! The release: the document is put together, checked, and frozen.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use tracing::instrument;

use super::signers::{Choice, chosen};
use super::{known, locked, number, sealable, template};
use crate::base::canonical::{canonical, sha256};
use crate::base::error::{Error, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Locale, Noun};
use crate::consent::flow::{self, By};
use crate::consent::model::{
    Capacity, Consent, ConsentForm, Gate, LeftOut, Removed, Risks, SigningPlan, TechniqueClass, Waiver,
};
use crate::consent::present::{self, Hospital, Inputs, OwnRisk, PatientFacts, SubjectFacts};
use crate::consent::proof::stamp;
use crate::consent::rules::states::Trigger;
use crate::consent::rules::{self, guards};
use crate::consent::{store, templates, wording};
use crate::content::consents::has_short_form;
use crate::ctx::{Ctx, Records};
use crate::episode::model::{Stage, day};
use crate::http::params::{Faults, masked};
use crate::once;
use crate::people::caller::Caller;
use crate::people::model::Patient;
use crate::people::policy;
use crate::{assessment, episode, people};

/// What a release says beside the document.
#[derive(Clone, Debug)]
pub struct Release {
    /// On her capacity.
    pub capacity: Capacity,
    /// Who signs.
    pub signing: Choice,
    /// Why there is no assessment.
    pub assessment_waived: Option<String>,
    /// The technique that is planned, in words.
    pub technique: Option<String>,
    /// Its class.
    pub technique_class: TechniqueClass,
    /// Why the short form, where it is that.
    pub short: Option<String>,
}

/// An anesthesiologist releases the consent; what she is shown is frozen (T02).
///
/// Errors: `consent.illegal_transition`, `consent.assessment_missing`, `consent.assessment_undecided`,
/// `consent.not_suitable`, `consent.risks_open`, `consent.basis_not_allowed`, `consent.authority_missing`,
/// `consent.template_recalled`, `consent.template_retired`, `consent.short_form_in_labor`,
/// `consent.short_form_missing`, `people.second_person_required`, `http.invalid` with `character` for what can't be
/// printed, and with `inconsistent` where staff found that she can decide.
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
    let mut texts = present::variable(&checked);
    let reason = release.signing.reason.clone().unwrap_or_default();
    texts.push(("/signing/reason".to_owned(), reason));
    let reason = release.short.clone().unwrap_or_default();
    texts.push(("/form_reason".to_owned(), reason));
    sealable(ctx, seen.facility_id, texts).await?;
    let mut tx = once!(ctx, Act::ConsentRelease, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentRelease, id).await?;
    caller.request.must_match(consent.revision)?;
    rules::next(consent.state, Trigger::Release)?;
    if templates::follow(&mut tx, ctx, &mut consent).await? {
        // Committed all the same: he looks at the wording that it is made from now, and releases that.
        tx.commit_refused().await?;
        return Err(Error::Stale {
            current: consent.revision,
        });
    }
    let template = template(&mut tx, ctx, &consent).await?;
    if release.short.is_some() {
        guards::may_be_short(episode.stage == Stage::Labor, has_short_form(&template))?;
    }
    let decided = store::risks(&mut tx, consent.facility_id, id).await?;
    let decided = decided.map(|(risks, _)| risks).unwrap_or_default();
    let assessed = super::assessed(&mut tx, ctx, &consent).await?;
    guards::may_release(assessed.as_ref(), release.assessment_waived.is_some(), &decided)?;
    let mut inputs = inputs(&mut tx, ctx, &consent, &release, &renderer, now).await?;
    if inputs != checked {
        return Err(Error::Stale {
            current: consent.revision,
        });
    }
    let able = release.capacity.able;
    let choice = &release.signing;
    let act = (Act::ConsentRelease, tx.now);
    inputs.signing = chosen(&mut tx, &consent, staff, act, choice, able, assessed.as_ref()).await?;
    consent.basis = inputs.signing.basis;
    let issued_at = tx.now;
    let document = present::present(&template, &inputs, issued_at);
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
    if let Some(reason) = release.short {
        let waiver = Waiver {
            gate: Gate::Lessons,
            staff: staff.id,
            reason,
            teach_back: None,
            at: issued_at,
        };
        store::add_waiver(&mut tx, &consent, &waiver).await?;
    }
    let hours = number(&template, "sign_deadline_hours")?;
    consent.form = inputs.form;
    consent.technique_class = inputs.technique_class;
    consent.presented_sha256 = Some(sha256.clone());
    consent.issued_at = Some(issued_at);
    consent.sign_deadline = Some(issued_at + Duration::hours(hours));
    let detail = json!({
        "presented_sha256": sha256,
        "risks": inputs.risks.len(),
        "basis": consent.basis,
        "form": inputs.form.word(),
        "technique_class": inputs.technique_class.word(),
    });
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
            able: release.capacity.able,
            note: text(release.capacity.note, "/capacity/note", 500),
        },
        assessment_waived: text(release.assessment_waived, "/assessment_waived", 500),
        technique: text(release.technique, "/technique", 60),
        signing: Choice {
            reason: text(release.signing.reason, "/signing/reason", 200),
            ..release.signing
        },
        technique_class: release.technique_class,
        short: text(release.short, "/form_reason", 200),
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
    now: DateTime<Utc>,
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
        presenter: present::PRESENTER,
        subject: Some(subject_facts(r, &patient)),
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
        form: match release.short {
            Some(_) => ConsentForm::Short,
            None => ConsentForm::Full,
        },
        technique: release.technique.clone(),
        technique_class: release.technique_class,
        validity_days: facility.settings.consent_validity_days,
        risks,
        removed: left_out(standing.as_ref(), decided.remove),
        fired: standing
            .iter()
            .flat_map(|standing| &standing.fired)
            .map(|fired| fired.rule.clone())
            .collect(),
        assessment: standing.as_ref().map_or(Value::Null, as_evidence),
        assessment_waived: release.assessment_waived.clone(),
        capacity: release.capacity.clone(),
        signing: SigningPlan::default(),
    })
}

/// Who she is for the evidence.
pub(super) fn subject_facts(r: &impl Records, patient: &Patient) -> SubjectFacts {
    let facility = Some(patient.facility_id);
    SubjectFacts::of(patient, |number| {
        hex::encode(r.blind(facility, "id_number", number))
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
            because: wording::because(form, consent.locale, &fired.decided_by, &fired.missing),
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

/// The risks that were left out, of those that fire: what was decided on another day and is not the case any more is no
/// decision on what comes later.
pub(super) fn left_out(
    standing: Option<&assessment::facts::Standing>,
    removed: Vec<Removed>,
) -> Vec<LeftOut> {
    let fired = |rule: &str| standing?.fired.iter().find(|fired| fired.rule == rule);
    let kept = removed.into_iter().filter_map(|one| {
        let fired = fired(&one.rule)?;
        Some(LeftOut {
            rule: one.rule,
            reason: one.reason,
            level: Some(fired.level.clone()),
            decided_by: fired.decided_by.iter().map(|(item, _)| item.clone()).collect(),
        })
    });
    kept.collect()
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
pub(super) fn as_evidence(standing: &assessment::facts::Standing) -> Value {
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
