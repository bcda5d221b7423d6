//! The `CapabilityStatement`: what the facade can do, made of the table that it dispatches by.

use poem::http::Method;
use serde_json::{Value, json};

use super::{BASE, MEDIA_TYPE, OPERATIONS};
use crate::ctx::Ctx;

/// When the facade last learned something.
const CHANGED: &str = "2026-03-01";

/// The search parameters of a resource type: name, type, what it takes.
pub(super) fn parameters(resource: &str) -> &'static [(&'static str, &'static str, &'static str)] {
    match resource {
        "Questionnaire" => &[
            ("url", "uri", "Canonical address without version"),
            ("version", "token", "Version"),
            ("name", "string", "Name, whole"),
        ],
        "QuestionnaireResponse" => &[
            ("patient", "reference", "Whose; staff have to say"),
            ("subject", "reference", "The same as patient"),
            ("questionnaire", "reference", "url or url|version of the form"),
            (
                "status",
                "token",
                "in-progress, completed, amended or entered-in-error",
            ),
        ],
        "Observation" => &[
            ("patient", "reference", "Whose; staff have to say"),
            ("subject", "reference", "The same as patient"),
            (
                "code",
                "token",
                "linkId of the laboratory value, or score. and the name of the score",
            ),
        ],
        "Patient" => &[
            ("identifier", "token", "Record number, exact"),
            ("name", "string", "Beginning of the name"),
            ("phone", "token", "Mobile phone, exact"),
        ],
        "Consent" => &[
            ("patient", "reference", "Whose; staff have to say"),
            (
                "status",
                "token",
                "draft, proposed, active, rejected, inactive or entered-in-error",
            ),
            ("scope", "token", "treatment, patient-privacy or research"),
        ],
        "DocumentReference" => &[
            ("patient", "reference", "Whose; staff have to say"),
            ("subject", "reference", "The same as patient"),
        ],
        "Provenance" => &[
            (
                "patient",
                "reference",
                "Whose; staff have to say, or name a target",
            ),
            ("target", "reference", "The consent that was signed"),
        ],
        "AuditEvent" => &[
            ("patient", "reference", "Entries that concern this woman"),
            ("agent", "token", "Entries of this staff member"),
            (
                "date",
                "date",
                "From (ge) or before (lt) an instant or a day; both may stand",
            ),
        ],
        _ => &[],
    }
}

pub(super) fn statement(ctx: &Ctx) -> Value {
    let mut resources: Vec<&str> = OPERATIONS.iter().map(|operation| operation.resource()).collect();
    resources.dedup();
    let resources: Vec<Value> = resources.into_iter().map(resource).collect();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": CHANGED,
        "publisher": "Muan 母安",
        "kind": "instance",
        "software": { "name": "Muan 母安", "version": env!("CARGO_PKG_VERSION") },
        "implementation": {
            "description": "Muan 母安: FHIR R4 facade",
            "url": format!("{}{BASE}", ctx.settings.public_url),
        },
        "fhirVersion": "4.0.1",
        "format": [MEDIA_TYPE, "json"],
        "rest": [{
            "mode": "server",
            "security": { "description": "A bearer token of a staff or a patient session, as in the two APIs." },
            "resource": resources,
        }],
    })
}

fn resource(kind: &str) -> Value {
    let all = || OPERATIONS.iter().filter(|operation| operation.resource() == kind);
    let interactions = all()
        .filter(|operation| operation.method == Method::GET && !operation.path.contains('$'))
        .map(|operation| {
            let code = if operation.path.ends_with("{id}") {
                "read"
            } else {
                "search-type"
            };
            json!({ "code": code })
        });
    let search = parameters(kind)
        .iter()
        .map(|(name, kind, text)| json!({ "name": name, "type": kind, "documentation": text }));
    let mut resource = json!({
        "type": kind,
        "interaction": interactions.collect::<Vec<Value>>(),
        "versioning": "no-version",
        "searchParam": search.collect::<Vec<Value>>(),
    });
    let operations: Vec<Value> = all()
        .filter_map(|operation| operation.path.rsplit_once('$'))
        .map(|(_, name)| {
            let owner = if name == "everything" { kind } else { "Resource" };
            json!({ "name": name, "definition": format!("http://hl7.org/fhir/OperationDefinition/{owner}-{name}") })
        })
        .collect();
    if let (false, Some(members)) = (operations.is_empty(), resource.as_object_mut()) {
        members.insert("operation".to_owned(), operations.into());
    }
    resource
}
