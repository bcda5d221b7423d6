//! Her decisions as `Consent`: one resource for each consent to treatment, one for each purpose of the agreements on
//! personal information (CE-240). The exact state stands in an extension where the standard has a coarser word.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Answer;
use super::asked::{Asked, wrong};
use super::bundle::{cut, searchset};
use super::response::{instant, without_nothing};
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, PatientId};
use crate::base::{Noun, Page};
use crate::consent::door::{self as consent, AboutDecisions, Decided, Decisions};
use crate::consent::model::{ActKind, SignatureAct, State};
use crate::ctx::Ctx;
use crate::people::caller::Caller;
use crate::people::model::Agreed;

pub(super) const OWN: &str = "https://muan.invalid/fhir";
const SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
const LOINC: &str = "http://loinc.org";

pub(super) async fn read(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let missing = || Error::Missing(Noun::Route);
    // Her word on an agreement goes by her id and the kind of the agreement.
    if let Some((patient, kind)) = asked.id.split_once('.') {
        let patient = patient.parse().map_err(|_| missing())?;
        let about = AboutDecisions::Patient(PatientId(patient));
        let all = consent::decisions(ctx, caller, Some(about)).await?;
        let agreed = all
            .agreements
            .iter()
            .find(|one| one.kind.replace('_', "-") == kind);
        return Ok(of_agreement(&all, agreed.ok_or_else(missing)?).into());
    }
    let id = ConsentId(asked.uuid()?);
    let all = consent::decisions(ctx, caller, Some(AboutDecisions::Consent(id))).await?;
    let one = all.consents.first().ok_or_else(missing)?;
    Ok(Answer {
        body: of_consent(&all, one),
        version: Some(one.consent.revision),
    })
}

pub(super) async fn search(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    Ok(searchset(asked, found(ctx, caller, asked).await?))
}

/// One page of her decisions.
pub(super) async fn found(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Page<Value>> {
    let page = asked.page()?;
    let [status, scope] = ["status", "scope"].map(|name| asked.token(name));
    if scope.is_some_and(|scope| !["treatment", "patient-privacy", "research"].contains(&scope)) {
        return Err(wrong("scope", "unknown"));
    }
    let about = asked.patient()?.map(AboutDecisions::Patient);
    let all = consent::decisions(ctx, caller, about).await?;
    let treatment = all.consents.iter().map(|one| of_consent(&all, one));
    let agreements = all.agreements.iter().map(|one| of_agreement(&all, one));
    let mut resources: Vec<Value> = treatment.chain(agreements).collect();
    resources.retain(|one| {
        let is_scope = |scope| one.pointer("/scope/coding/0/code").and_then(Value::as_str) == Some(scope);
        let is_status = |status| one.get("status").and_then(Value::as_str) == Some(status);
        scope.is_none_or(is_scope) && status.is_none_or(is_status)
    });
    let question = format!("{about:?} {status:?} {scope:?}");
    cut(&page, &question, resources)
}

/// The word of the standard for a state (CE §15).
fn status(state: State) -> &'static str {
    match state {
        State::Draft => "draft",
        State::Issued | State::Reading | State::Ready | State::PatientSigned => "proposed",
        State::Active => "active",
        State::Fulfilled | State::Withdrawn | State::Superseded | State::Expired => "inactive",
        State::Refused => "rejected",
        State::Voided => "entered-in-error",
    }
}

fn of_consent(all: &Decisions, one: &Decided) -> Value {
    let consent = &one.consent;
    let signed = one.signatures.iter().find(|act| Some(act.id) == one.decisive);
    let countersigned = consent.activated_at.into_iter();
    let verification: Vec<Value> = countersigned
        .chain(one.bedside.iter().copied())
        .map(|at| json!({ "verified": true, "verifiedWith": her(all), "verificationDate": instant(at) }))
        .collect();
    let permits = !matches!(consent.state, State::Refused | State::Withdrawn);
    let document = one.documents.first();
    let mut resource = json!({
        "resourceType": "Consent",
        "id": consent.id,
        "meta": { "versionId": consent.revision.to_string() },
        "language": consent.locale.tag(),
        "extension": [state_extension(consent.state.word())],
        "status": status(consent.state),
        "scope": { "coding": [{ "system": SCOPE, "code": "treatment" }] },
        "category": [{ "coding": [{ "system": LOINC, "code": "59284-0", "display": "Consent Document" }] }],
        "patient": her(all),
        "dateTime": signed.map(|act| instant(act.at)),
        "performer": signed.map(|act| vec![signer(all, act)]),
        "organization": [hospital(all)],
        "sourceReference": document.map(|document| {
            json!({ "reference": format!("DocumentReference/{}.{}", consent.id, document.paper.word()) })
        }),
        "policy": [{ "uri": consent.template_id }],
        "verification": verification,
        "provision": {
            "type": if permits { "permit" } else { "deny" },
            "period": {
                "start": consent.activated_at.map(instant),
                "end": consent.ended_at.or(consent.valid_until).map(instant),
            },
            "code": [{
                "coding": [{ "system": format!("{OWN}/CodeSystem/procedure-class"), "code": consent.procedure_class }],
            }],
        },
    });
    without_nothing(&mut resource);
    resource
}

fn of_agreement(all: &Decisions, one: &Agreed) -> Value {
    let (status, state) = match (one.accepted, one.before) {
        (true, _) => ("active", "given"),
        (false, true) => ("inactive", "withdrawn"),
        (false, false) => ("rejected", "refused"),
    };
    let scope = if one.kind == "research" {
        "research"
    } else {
        "patient-privacy"
    };
    let category =
        json!({ "system": LOINC, "code": "57016-8", "display": "Privacy policy acknowledgement Document" });
    json!({
        "resourceType": "Consent",
        "id": format!("{}.{}", all.patient, one.kind.replace('_', "-")),
        "extension": [state_extension(state)],
        "status": status,
        "scope": { "coding": [{ "system": SCOPE, "code": scope }] },
        "category": [{ "coding": [category] }],
        "patient": her(all),
        "dateTime": instant(one.at),
        "performer": [one.guardian.map_or_else(|| her(all), |word| beside("RelatedPerson", "signer", word.0))],
        "organization": [hospital(all)],
        "policy": [{ "uri": format!("{OWN}/agreement/{}/{}", one.kind, one.version) }],
        "provision": {
            "type": if one.accepted { "permit" } else { "deny" },
            "purpose": [{ "system": format!("{OWN}/CodeSystem/agreement"), "code": one.kind }],
        },
    })
}

fn state_extension(state: &str) -> Value {
    json!({ "url": format!("{OWN}/StructureDefinition/consent-state"), "valueCode": state })
}

pub(super) fn her(all: &Decisions) -> Value {
    json!({ "reference": format!("Patient/{}", all.patient) })
}

/// Whoever signed; people who are no resource of the facade by an identifier alone. Somebody beside her has no number
/// here but that of the act.
pub(super) fn signer(all: &Decisions, act: &SignatureAct) -> Value {
    let (resource, system, id) = match ActKind::parse(&act.kind) {
        Some(ActKind::Patient | ActKind::Handwritten) => return her(all),
        Some(ActKind::Clinician | ActKind::Witness) => ("Practitioner", "staff", act.signer),
        _ => ("RelatedPerson", "signer", act.id.0),
    };
    beside(resource, system, id)
}

/// Somebody who is no resource of the facade.
fn beside(resource: &str, system: &str, id: Uuid) -> Value {
    json!({
        "type": resource,
        "identifier": { "system": format!("{OWN}/NamingSystem/{system}"), "value": id },
    })
}

pub(super) fn hospital(all: &Decisions) -> Value {
    let (id, name) = &all.hospital;
    json!({
        "type": "Organization",
        "identifier": { "system": format!("{OWN}/NamingSystem/facility"), "value": id },
        "display": name,
    })
}
