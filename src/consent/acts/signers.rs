//! Who signs: the ground that is chosen at release, and what is known of it when somebody signs.

use chrono::{DateTime, Utc};

use super::release::subject_facts;
use crate::base::error::{Error, Result};
use crate::base::id::{AuthorityId, StaffId};
use crate::base::{Act, Code, Noun, Role};
use crate::consent::model::{Authority, Basis, Consent, Medium, Power, SignerKind, SigningPlan};
use crate::consent::present::Inputs;
use crate::consent::rules::guards;
use crate::consent::rules::guards::Assessed;
use crate::consent::rules::ladder::{self, Ground, Situation};
use crate::consent::{rules, store};
use crate::ctx::{Records, Tx};
use crate::episode::model::day;
use crate::http::params::Faults;
use crate::people;
use crate::people::caller::Colleague;
use crate::people::model::{OtherPerson, SignerCheck};

/// What a release says of who signs.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// By whose right; where it is left out, what her age and capacity say.
    pub basis: Option<Basis>,
    /// At 16 or 17 she lives mainly on income from her own labor.
    pub own_income: bool,
    /// Why it is not she alone who signs.
    pub reason: Option<String>,
    /// The word of a second doctor, where two have to record why.
    pub attestation: Option<String>,
}

/// The ground on which a consent is released (T02) or filed (T17): by which act, and when it is signed.
///
/// Errors: `consent.basis_not_allowed`, `people.second_person_required`, `consent.authority_missing`, `http.invalid`.
pub(super) async fn chosen(
    tx: &mut Tx,
    consent: &Consent,
    staff: Colleague,
    (act, at): (Act, DateTime<Utc>),
    choice: &Choice,
    able: bool,
    assessed: Option<&Assessed>,
) -> Result<SigningPlan> {
    let found = assessed.and_then(|assessed| assessed.capacity);
    if !able && found == Some(true) {
        // Else what is released now could never be signed.
        return Err(Error::invalid("/capacity/able", "inconsistent"));
    }
    let able = found.unwrap_or(able);
    let situation = situation(tx, consent, able, choice.own_income, at).await?;
    let open = || rules::Refusal::BasisNotAllowed {
        open: situation.open().to_vec(),
    };
    let basis = choice.basis.or(situation.usual()).ok_or_else(open)?;
    let mut faults = Faults::default();
    let reasoned = choice.reason.is_some() || !ladder::needs_reason(basis, situation);
    faults.check(reasoned, "/signing/reason", "required");
    faults.done()?;
    let mut plan = SigningPlan {
        basis,
        able,
        own_income: choice.own_income,
        reason: choice.reason.clone(),
        second: None,
        authority: None,
    };
    if ladder::two_doctors(basis, situation) {
        plan.second = second_doctor(tx, consent, staff, act, choice.attestation.as_deref()).await?;
    }
    if basis == Basis::Agent {
        plan.authority = authority(tx, consent, at).await?.map(|authority| authority.id);
    }
    ladder::may_choose(&plan, situation)?;
    Ok(plan)
}

/// A doctor who is not the first one.
async fn second_doctor(
    tx: &mut Tx,
    consent: &Consent,
    staff: Colleague,
    act: Act,
    attestation: Option<&str>,
) -> Result<Option<StaffId>> {
    let (second, role) = people::facts::second_person(tx, staff, attestation, act, consent.id).await?;
    match role {
        Role::Anesthesiologist | Role::Obstetrician => Ok(Some(second)),
        Role::Midwife | Role::Quality | Role::Admin => Err(Error::Refused(Code::PeopleSecondPersonRequired)),
    }
}

/// The written authority that lets an agent sign this consent now.
async fn authority(r: &mut impl Records, consent: &Consent, now: DateTime<Utc>) -> Result<Option<Authority>> {
    let all = store::authorities(r, consent.facility_id, consent.patient_id).await?;
    let covers = |one: &Authority| one.covers(&consent.procedure_class, Power::Sign, now);
    Ok(all.into_iter().find(covers))
}

/// Whether her agent's written authority that was chosen at release still holds; true where no agent signs.
async fn authorized(
    r: &mut impl Records,
    consent: &Consent,
    plan: &SigningPlan,
    now: DateTime<Utc>,
) -> Result<bool> {
    if plan.basis != Basis::Agent {
        return Ok(true);
    }
    let all = store::authorities(r, consent.facility_id, consent.patient_id).await?;
    let holds = |one: &Authority| {
        plan.authority == Some(one.id) && one.covers(&consent.procedure_class, Power::Sign, now)
    };
    Ok(all.iter().any(holds))
}

/// When the written authority ends that the consent was released on.
pub(in crate::consent) async fn authority_ends(
    r: &mut impl Records,
    consent: &Consent,
) -> Result<Option<DateTime<Utc>>> {
    let plan = plan(r, consent).await?;
    let all = store::authorities(r, consent.facility_id, consent.patient_id).await?;
    let chosen = all.into_iter().find(|one| plan.authority == Some(one.id));
    Ok(chosen.map(|one| one.ends_at))
}

/// What the consent was released on, and how she stands now: by what staff found since, else as at release.
pub(in crate::consent) async fn ground(
    r: &mut impl Records,
    consent: &Consent,
    assessed: Option<&Assessed>,
    now: DateTime<Utc>,
) -> Result<Ground> {
    let plan = plan(r, consent).await?;
    let found = assessed.and_then(|assessed| assessed.capacity);
    let able = found.unwrap_or(plan.able);
    let mut situation = situation(r, consent, able, plan.own_income, now).await?;
    if consent.medium == Medium::Paper {
        // Who signed beside a minor stands on the paper alone.
        situation.age = None;
    }
    Ok(Ground {
        authorized: authorized(r, consent, &plan, now).await?,
        plan,
        situation,
    })
}

/// What was decided at release, where the consent still rests on it.
///
/// Errors: `consent.signer_changed`.
pub(super) async fn standing_plan(
    r: &mut impl Records,
    consent: &Consent,
    assessed: Option<&Assessed>,
    now: DateTime<Utc>,
) -> Result<SigningPlan> {
    let ground = ground(r, consent, assessed, now).await?;
    ground.stands()?;
    Ok(ground.plan)
}

/// How she stands on the day of `now`.
async fn situation(
    r: &mut impl Records,
    consent: &Consent,
    able: bool,
    own_income: bool,
    now: DateTime<Utc>,
) -> Result<Situation> {
    let patient = people::facts::patient(r, consent.facility_id, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    Ok(Situation {
        age: patient.birth_date.map(|birth| guards::age(birth, day(now))),
        own_income,
        able,
    })
}

/// Whether the record still says that she is whom the document was made for (CE-041).
///
/// Errors: `consent.signer_changed`.
pub(super) async fn same_woman(r: &mut impl Records, consent: &Consent) -> Result<()> {
    let Some(shown) = store::presented(r, consent.facility_id, consent.id).await? else {
        return Ok(());
    };
    let inputs: Inputs = serde_json::from_value(shown.inputs)?;
    let patient = people::facts::patient(r, consent.facility_id, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let now = subject_facts(r, &patient);
    let same = patient.name.unwrap_or_default() == inputs.patient.name
        && inputs.subject.is_none_or(|then| then == now);
    if same {
        Ok(())
    } else {
        Err(Error::Refused(Code::ConsentSignerChanged))
    }
}

/// What was decided at release, or when it was filed.
pub(super) async fn plan(r: &mut impl Records, consent: &Consent) -> Result<SigningPlan> {
    if consent.medium == Medium::Paper {
        let filed = store::paper(r, consent.facility_id, consent.id).await?;
        return Ok(filed.map(|filed| filed.signing).unwrap_or_default());
    }
    match store::presented(r, consent.facility_id, consent.id).await? {
        Some(shown) => Ok(serde_json::from_value::<Inputs>(shown.inputs)?.signing),
        None => Ok(SigningPlan::default()),
    }
}

/// The check in person of somebody who is about to sign, and for an agent the authority that still holds. Name, relation
/// and document are those that staff saw, or nobody was checked.
///
/// Errors: `consent.authority_missing`, `consent.signer_unchecked`.
pub(super) async fn checked(
    tx: &mut Tx,
    consent: &Consent,
    plan: &SigningPlan,
    person: &OtherPerson,
) -> Result<SignerCheck> {
    if person.kind == people::model::Proxy::Agent {
        let now = tx.now;
        let holds = |one: &Authority, id: AuthorityId| {
            one.id == id
                && one.body.agent == person.name
                && one.covers(&consent.procedure_class, Power::Sign, now)
        };
        let all = store::authorities(tx, consent.facility_id, consent.patient_id).await?;
        if !plan
            .authority
            .is_some_and(|id| all.iter().any(|one| holds(one, id)))
        {
            return Err(Error::Refused(Code::ConsentAuthorityMissing));
        }
    }
    let since = tx.now - rules::SIGNER_CHECK;
    let checks = people::facts::signer_checks(tx, consent.facility_id, consent.patient_id, since).await?;
    checks
        .into_iter()
        .find(|check| check.person == *person)
        .ok_or(Error::Refused(Code::ConsentSignerUnchecked))
}

/// Reads who signs; whoever is not she is named in full.
pub(super) fn named(
    faults: &mut Faults,
    kind: SignerKind,
    (name, relation, document_ref): (Option<&str>, Option<&str>, Option<&str>),
) -> Option<OtherPerson> {
    let proxy = kind.proxy()?;
    let mut text = |value: Option<&str>, pointer: &str, max: usize| match value {
        Some(value) => faults.text(value, pointer, 1, max),
        None => {
            faults.check(false, pointer, "required");
            String::new()
        }
    };
    Some(OtherPerson {
        kind: proxy,
        name: text(name, "/signer/name", 40),
        relation: text(relation, "/signer/relation", 20),
        document_ref: text(document_ref, "/signer/document_ref", 60),
    })
}
