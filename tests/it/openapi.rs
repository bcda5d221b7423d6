//! The documents: committed as generated, complete in their answers, with acts as operation ids.

use std::collections::BTreeSet;

use muan::app::docs;
use muan::base::Act;
use serde_json::Value;

use crate::support::App;

/// Every operation: method, path, the operation's object.
pub fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

/// The act of an operation id: a suffix tells the two documents apart where both have it.
pub fn act_of(operation_id: &str) -> Option<Act> {
    let find = |word: &str| Act::ALL.iter().copied().find(|act| act.word() == word);
    find(operation_id)
        .or_else(|| find(operation_id.strip_suffix("_patient")?))
        .or_else(|| find(operation_id.strip_suffix("_staff")?))
}

/// Both documents, parsed.
pub fn documents() -> [Value; 2] {
    docs::documents().map(|(_, text)| serde_json::from_str(&text).unwrap())
}

#[test]
fn the_committed_documents_are_the_generated_ones() {
    for (name, generated) in docs::documents() {
        let path = format!("{}/openapi/{name}", env!("CARGO_MANIFEST_DIR"));
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == generated,
            "{name} has drifted: run `cargo openapi` and commit the result"
        );
    }
}

#[test]
fn every_operation_is_named_by_its_act_and_documents_its_failures() {
    for document in documents() {
        for (method, path, operation) in operations(&document) {
            let id = operation["operationId"].as_str().unwrap_or_default();
            assert!(act_of(id).is_some(), "{method} {path}: no act {id:?}");
            let answers: BTreeSet<&str> = operation["responses"]
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            for status in [
                "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503",
            ] {
                assert!(answers.contains(status), "{id} does not document {status}");
            }
            assert!(operation["summary"].is_string(), "{id} has no summary");
            let open = id.starts_with("people.log_in");
            assert_eq!(
                operation.get("security").is_none(),
                open,
                "{id}: is it meant to be open?"
            );
        }
    }
}

#[test]
fn no_two_operations_share_an_id_and_every_act_of_a_request_has_a_route() {
    let mut ids = BTreeSet::new();
    let mut routed = BTreeSet::new();
    for document in documents() {
        for (_, _, operation) in operations(&document) {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            routed.insert(act_of(&id).unwrap().word());
            assert!(ids.insert(id.clone()), "{id} stands twice");
        }
    }
    // The facade stands outside the documents; what only it offers has its route there.
    let facade = muan::fhir::OPERATIONS
        .iter()
        .flat_map(|one| [one.hers, one.theirs]);
    routed.extend(facade.flatten().map(Act::word));
    for act in Act::ALL {
        let by_request = muan::people::policy::row(*act)
            .iter()
            .any(|p| *p != muan::people::policy::Party::System);
        assert_eq!(
            routed.contains(act.word()),
            by_request,
            "{}: a row in the policy and a route go together",
            act.word()
        );
    }
}

#[tokio::test]
async fn the_served_documents_load_nothing_from_another_host() {
    let app = App::new().await;
    let outside = app.outside();
    for prefix in ["/api/patient/v1", "/api/staff/v1"] {
        outside.get(&format!("{prefix}/openapi.json")).await.expect(200);
        let page = outside.get(&format!("{prefix}/docs/")).await;
        assert_eq!(page.status, 200);
        let html = String::from_utf8(page.bytes).unwrap();
        for attribute in ["src=\"http", "href=\"http", "src='http", "@import"] {
            assert!(
                !html.contains(attribute),
                "the page of {prefix} loads {attribute}"
            );
        }
    }
}
