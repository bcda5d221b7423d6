//! Her decisions, their documents and who signed them; everything of one woman.

use std::collections::BTreeSet;

use muan::journal::sha256_hex;
use serde_json::{Value, json};

use super::{answered, found, next, resource};
use crate::consent::ceremony::{Ceremony, canvas, strokes};
use crate::support::App;
use crate::support::client::Client;

/// The consent to treatment among a woman's decisions.
async fn treatment(client: &Client, patient: &str) -> Value {
    let page = resource(
        client
            .fhir()
            .get(&format!("/Consent?patient={patient}&scope=treatment"))
            .await,
    );
    let all = found(&page);
    assert_eq!(all.len(), 1, "{page}");
    all[0].clone()
}

fn exact_state(consent: &Value) -> (&str, &str) {
    let exact = consent["extension"][0]["valueCode"].as_str().unwrap();
    (consent["status"].as_str().unwrap(), exact)
}

#[tokio::test]
async fn a_consent_in_force_names_who_signed_its_document_and_its_checks() {
    let ceremony = Ceremony::active().await;
    let patient = ceremony.mei.patient_id.clone();
    let lin = ceremony.app.lin().await;
    let consent = treatment(&lin, &patient).await;
    assert_eq!(consent["id"], ceremony.id.as_str());
    assert_eq!(exact_state(&consent), ("active", "active"));
    let her = format!("Patient/{patient}");
    assert_eq!(consent["patient"]["reference"], her.as_str());
    assert_eq!(consent["performer"][0]["reference"], her.as_str());
    let template = consent["policy"][0]["uri"].as_str().unwrap();
    assert!(template.starts_with("ct1:sha256:"), "{template}");
    assert_eq!(consent["verification"].as_array().unwrap().len(), 1);
    let one = lin.fhir().get(&format!("/Consent/{}", ceremony.id)).await;
    assert!(one.etag().starts_with("W/\""));
    assert_eq!(resource(one), consent);

    let document = consent["sourceReference"]["reference"].as_str().unwrap();
    let document = resource(lin.fhir().get(&format!("/{document}")).await);
    let attachment = &document["content"][0]["attachment"];
    let url = attachment["url"].as_str().unwrap();
    let path = url.split_once("/api/staff/v1").unwrap().1;
    let pdf = lin.get(path).await;
    assert_eq!(attachment["size"], pdf.bytes.len());
    assert_eq!(attachment["extension"][0]["valueString"], sha256_hex(&pdf.bytes));
    assert!(attachment.get("hash").is_none(), "SHA-1 proves nothing");
    let hers = ceremony.mei.fhir().get("/DocumentReference").await;
    let hers = resource(hers);
    let url = found(&hers)[0]["content"][0]["attachment"]["url"]
        .as_str()
        .unwrap();
    assert!(url.contains("/api/patient/v1/"), "{url}");
}

#[tokio::test]
async fn each_act_of_signing_names_the_version_that_it_made_and_never_what_was_drawn() {
    let ceremony = Ceremony::active().await;
    let page = resource(ceremony.mei.fhir().get("/Provenance").await);
    let acts = found(&page);
    assert_eq!(acts.len(), 2, "{page}");
    let versions: Vec<i64> = acts
        .iter()
        .map(|act| {
            let target = act["target"][0]["reference"].as_str().unwrap();
            let (consent, version) = target.split_once("/_history/").unwrap();
            assert_eq!(consent, format!("Consent/{}", ceremony.id));
            version.parse().unwrap()
        })
        .collect();
    assert!(versions[0] < versions[1], "{versions:?}");
    let current = treatment(&ceremony.mei, &ceremony.mei.patient_id).await;
    assert_eq!(current["meta"]["versionId"], versions[1].to_string());
    for act in &acts {
        let signature = &act["signature"][0];
        assert!(signature.get("data").is_none(), "{signature}");
        assert_eq!(signature["when"], act["recorded"]);
        assert_eq!(signature["targetFormat"], "application/json");
    }
    assert_eq!(
        acts[0]["signature"][0]["who"]["reference"],
        format!("Patient/{}", ceremony.mei.patient_id)
    );
    assert_eq!(acts[1]["signature"][0]["who"]["type"], "Practitioner");
    let of_target = format!("/Provenance?target=Consent/{}", ceremony.id);
    let same = resource(ceremony.zhao.fhir().get(&of_target).await);
    assert_eq!(found(&same), acts);
    let one = format!("/Provenance/{}", acts[0]["id"].as_str().unwrap());
    assert_eq!(&resource(ceremony.zhao.fhir().get(&one).await), acts[0]);
}

#[tokio::test]
async fn every_state_has_the_word_of_the_standard_and_its_own() {
    let ceremony = Ceremony::released().await;
    let patient = ceremony.mei.patient_id.clone();
    let told = async || {
        let consent = treatment(&ceremony.mei, &patient).await;
        let (status, exact) = exact_state(&consent);
        (status.to_owned(), exact.to_owned())
    };
    let words = |status: &str, exact: &str| (status.to_owned(), exact.to_owned());
    assert_eq!(told().await, words("proposed", "issued"));
    let rejected = json!({ "reasons": ["needle"] });
    ceremony
        .mei
        .post(&ceremony.path("/refuse"), rejected)
        .await
        .expect(200);
    assert_eq!(told().await, words("rejected", "refused"));

    let active = Ceremony::active().await;
    let patient = active.mei.patient_id.clone();
    active
        .mei
        .post(&active.path("/withdraw"), json!({}))
        .await
        .expect(200);
    let consent = treatment(&active.mei, &patient).await;
    assert_eq!(exact_state(&consent), ("inactive", "withdrawn"));
    assert_eq!(consent["provision"]["type"], "deny");
    active.app.work().await;
    let page = resource(active.mei.fhir().get("/DocumentReference").await);
    assert_eq!(found(&page).len(), 2, "the consent and the record of her word");
}

#[tokio::test]
async fn each_agreement_is_a_consent_of_its_own() {
    let app = App::new().await;
    let mei = app.mei().await;
    let agreements = mei.get("/me/agreements").await.expect(200);
    let version = agreements[0]["version"].clone();
    let say = async |kind: &str, accepted: bool| {
        let body = json!({ "version": version, "accepted": accepted });
        mei.put_bare(&format!("/me/agreements/{kind}"), body)
            .await
            .expect(200);
    };
    say("research", false).await;
    say("teaching", true).await;
    say("teaching", false).await;
    let page = resource(mei.fhir().get("/Consent?_count=100").await);
    let told = |kind: &str| -> (String, String) {
        let all = found(&page);
        let one = all
            .iter()
            .find(|one| one["id"] == format!("{}.{kind}", mei.patient_id))
            .unwrap_or_else(|| panic!("no {kind} in {page}"));
        let scope = one["scope"]["coding"][0]["code"].as_str().unwrap();
        (one["status"].as_str().unwrap().to_owned(), scope.to_owned())
    };
    let words = |status: &str, scope: &str| (status.to_owned(), scope.to_owned());
    assert_eq!(told("privacy-policy"), words("active", "patient-privacy"));
    assert_eq!(told("sensitive-data"), words("active", "patient-privacy"));
    assert_eq!(told("research"), words("rejected", "research"));
    assert_eq!(told("teaching"), words("inactive", "patient-privacy"));
    let path = format!("/Consent/{}.sensitive-data", mei.patient_id);
    resource(mei.fhir().get(&path).await);
    app.bai().await.fhir().get(&path).await.expect(404);
}

#[tokio::test]
async fn decisions_are_hers_and_her_hospitals() {
    let ceremony = Ceremony::active().await;
    let app = &ceremony.app;
    let page = resource(ceremony.mei.fhir().get("/Provenance").await);
    let act = found(&page)[0]["id"].as_str().unwrap().to_owned();
    let patient = &ceremony.mei.patient_id;
    let (bai, stranger, qian) = (app.bai().await, app.stranger().await, app.qian().await);
    for path in [
        format!("/Consent/{}", ceremony.id),
        format!("/Consent?patient={patient}"),
        format!("/DocumentReference/{}.consent", ceremony.id),
        format!("/DocumentReference?patient={patient}"),
        format!("/Provenance/{act}"),
        format!("/Provenance?patient={patient}"),
        format!("/Patient/{patient}/$everything"),
    ] {
        bai.fhir().get(&path).await.expect(404);
        stranger.fhir().get(&path).await.expect(404);
        qian.fhir().get(&path).await.expect(403);
        resource(ceremony.zhao.fhir().get(&path).await);
    }
    ceremony.zhao.fhir().get("/Consent").await.expect(400);
    ceremony.mei.fhir().get("/Consent?scope=adr").await.expect(400);
}

#[tokio::test]
async fn everything_of_one_woman_comes_page_by_page_and_each_thing_once() {
    let ceremony = Ceremony::active().await;
    answered(&ceremony.app, &ceremony.mei, json!({})).await;
    let mut seen = Vec::new();
    let mut path = Some(format!(
        "/Patient/{}/$everything?_count=2",
        ceremony.mei.patient_id
    ));
    while let Some(here) = path {
        let page = resource(ceremony.mei.fhir().get(&here).await);
        assert!(found(&page).len() <= 2, "{page}");
        seen.extend(found(&page).iter().map(|one| {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            (text("resourceType"), text("id"))
        }));
        path = next(&page);
    }
    let once: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!(once.len(), seen.len(), "{seen:?}");
    let kinds: BTreeSet<&str> = seen.iter().map(|(kind, _)| kind.as_str()).collect();
    let expected = [
        "Consent",
        "DocumentReference",
        "Patient",
        "Provenance",
        "QuestionnaireResponse",
    ];
    assert_eq!(kinds, BTreeSet::from(expected));
    let broken = format!("/Patient/{}/$everything?_cursor=9.x", ceremony.mei.patient_id);
    ceremony.mei.fhir().get(&broken).await.expect(400);
}

/// The acts of a consent, by the name of their signature.
async fn acts(ceremony: &Ceremony) -> Vec<(String, Value)> {
    let page = resource(ceremony.mei.fhir().get("/Provenance?_count=100").await);
    let name = |act: &Value| {
        let kind = &act["signature"][0]["type"][0]["display"];
        kind.as_str().unwrap().to_owned()
    };
    found(&page)
        .into_iter()
        .map(|act| (name(act), act.clone()))
        .collect()
}

#[tokio::test]
async fn whoever_stands_beside_her_is_not_taken_for_who_decides() {
    let ceremony = Ceremony::ready().await;
    let (patient, mei) = (ceremony.mei.patient_id.clone(), &ceremony.mei);
    let her = format!("Patient/{patient}");
    let he = ceremony.app.he().await;
    let word = ceremony.word_of(&he, "consent.sign").await;
    let mut mark = ceremony.mark().await;
    mark["witness"] = json!({ "reason": "右手骨折打石膏", "attestation": word });
    mark["handwritten"] = json!({ "strokes": strokes(11), "canvas": canvas() });
    let note = json!({
        "name": "王强", "relation": "丈夫", "objects": false, "strokes": strokes(5), "canvas": canvas(),
    });
    let noted = mei.post(&ceremony.path("/acknowledgement"), note).await;
    let noted_at = noted.etag();
    noted.expect(201);
    ceremony.app.clock.advance(1);
    ceremony.sends(mark).await.expect(201);
    let consent = treatment(mei, &patient).await;
    assert_eq!(consent["performer"][0]["reference"], her.as_str(), "{consent}");
    let acts = acts(&ceremony).await;
    let of = |name: &str| -> Vec<&Value> {
        let all = acts.iter().filter(|(known, _)| known == name);
        all.map(|(_, act)| act).collect()
    };
    let (hers, noted) = (of("Consent Signature"), of("Review Signature"));
    let witnessed = of("Consent Witness Signature");
    assert_eq!((hers.len(), noted.len(), witnessed.len()), (2, 1, 1), "{acts:?}");
    let role = |act: &Value| act["agent"][0]["type"]["coding"][0]["code"].clone();
    for act in hers {
        assert_eq!(act["agent"][0]["who"]["reference"], her.as_str());
        assert_eq!(role(act), "author");
    }
    assert_eq!(noted[0]["agent"][0]["who"]["type"], "RelatedPerson");
    assert_eq!(witnessed[0]["agent"][0]["who"]["type"], "Practitioner");
    assert_eq!(
        (role(noted[0]), role(witnessed[0])),
        (json!("attester"), json!("attester"))
    );
    let target = noted[0]["target"][0]["reference"].as_str().unwrap();
    assert!(
        target.ends_with(&format!("/_history/{}", noted_at.trim_matches('"'))),
        "the version that it made, not that of the signature: {target}"
    );
}

#[tokio::test]
async fn an_act_that_was_sent_back_names_nobody_any_more() {
    let ceremony = Ceremony::signed().await;
    let patient = ceremony.mei.patient_id.clone();
    assert!(treatment(&ceremony.mei, &patient).await["performer"].is_array());
    let etag = ceremony.etag().await;
    let body = json!({ "reason": "explanation_needed" });
    ceremony
        .zhao
        .post_at(&ceremony.path("/return"), &etag, body)
        .await
        .expect(200);
    let consent = treatment(&ceremony.mei, &patient).await;
    assert!(consent.get("performer").is_none(), "{consent}");
    assert_eq!(acts(&ceremony).await.len(), 1, "what was done stays told");
}
