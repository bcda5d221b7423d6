//! Acts of signing as `Provenance`: who signed which version of a consent, when and in which form. What was drawn never
//! leaves the record this way.

use serde_json::{Value, json};

use super::Answer;
use super::asked::{Asked, wrong};
use super::bundle::{cut, searchset};
use super::consent::{OWN, hospital, signer};
use super::response::instant;
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, SignatureId};
use crate::base::{Noun, Page};
use crate::consent::door::{self as consent, AboutDecisions, Decided, Decisions};
use crate::consent::model::{ActKind, SignatureAct};
use crate::ctx::Ctx;
use crate::people::caller::Caller;

/// ASTM E1762: the kinds of signatures.
const KINDS: &str = "urn:iso-astm:E1762-95:2013";

pub(super) async fn read(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let id = SignatureId(asked.uuid()?);
    let all = consent::decisions(ctx, caller, Some(AboutDecisions::Signature(id))).await?;
    let one = all.consents.first().and_then(|one| {
        let act = one.signatures.iter().find(|act| act.id == id)?;
        Some(resource(&all, one, act))
    });
    Ok(one.ok_or(Error::Missing(Noun::Route))?.into())
}

pub(super) async fn search(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    Ok(searchset(asked, found(ctx, caller, asked).await?))
}

/// One page of the acts of signing about a woman, or about one consent.
pub(super) async fn found(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Page<Value>> {
    let page = asked.page()?;
    let target = match asked.get("target") {
        None => None,
        Some(text) => {
            let id = asked.bare(text).trim_start_matches("Consent/");
            Some(ConsentId(id.parse().map_err(|_| wrong("target", "format"))?))
        }
    };
    let patient = asked.patient()?;
    let about = target
        .map(AboutDecisions::Consent)
        .or(patient.map(AboutDecisions::Patient));
    let all = consent::decisions(ctx, caller, about).await?;
    // A target of another woman than the one that was named is no target.
    let meant = patient.is_none_or(|patient| patient == all.patient);
    let resources = all
        .consents
        .iter()
        .filter(|_| meant)
        .flat_map(|one| one.signatures.iter().map(move |act| (one, act)))
        .map(|(one, act)| resource(&all, one, act))
        .collect();
    cut(&page, &format!("{about:?} {patient:?}"), resources)
}

fn resource(all: &Decisions, one: &Decided, act: &SignatureAct) -> Value {
    let who = signer(all, act);
    let (code, display, role) = match ActKind::parse(&act.kind) {
        Some(ActKind::Clinician) => ("1.2.840.10065.1.12.1.5", "Verification Signature", "verifier"),
        Some(ActKind::Witness) => ("1.2.840.10065.1.12.1.11", "Consent Witness Signature", "attester"),
        // Who takes note decides nothing.
        Some(ActKind::Acknowledgement) => ("1.2.840.10065.1.12.1.13", "Review Signature", "attester"),
        _ => ("1.2.840.10065.1.12.1.7", "Consent Signature", "author"),
    };
    let consent = &one.consent;
    let target = match act.revision {
        Some(revision) => format!("Consent/{}/_history/{revision}", consent.id),
        None => format!("Consent/{}", consent.id),
    };
    let digest =
        json!({ "url": format!("{OWN}/StructureDefinition/evidence-sha256"), "valueString": act.digest });
    let role = json!({
        "system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type", "code": role,
    });
    json!({
        "resourceType": "Provenance",
        "id": act.id,
        "target": [{ "reference": target }],
        "occurredDateTime": instant(act.at),
        "recorded": instant(act.at),
        "agent": [{ "type": { "coding": [role] }, "who": who, "onBehalfOf": hospital(all) }],
        "signature": [{
            "extension": [digest],
            "type": [{ "system": KINDS, "code": code, "display": display }],
            "when": instant(act.at),
            "who": who,
            "targetFormat": "application/json",
            "sigFormat": "application/json",
        }],
    })
}
