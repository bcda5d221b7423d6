//! Who may what, and how it is said that something cannot be.

use muan::base::Role;
use muan::people::policy;
use poem::http::Method;
use serde_json::json;

use super::{issues, resource};
use crate::support::App;
use crate::support::cast::{HOSPITAL, OTHER_HOSPITAL};

const NOBODY: &str = "01900000-0000-7000-8000-000000000000";

#[tokio::test]
async fn every_operation_is_open_to_the_roles_of_its_row_and_to_no_other() {
    let app = App::new().await;
    let mei = app.mei().await;
    let body =
        json!({ "resourceType": "QuestionnaireResponse", "questionnaire": "https://example.org/none" });
    let mut people = vec![(policy::Party::P, mei.fhir())];
    for (role, name) in [
        (Role::Midwife, "lin"),
        (Role::Obstetrician, "sun"),
        (Role::Anesthesiologist, "zhao"),
        (Role::Quality, "qian"),
        (Role::Admin, "wu"),
    ] {
        people.push((policy::party(role), app.staff(HOSPITAL, name).await.fhir()));
    }
    for operation in &muan::fhir::OPERATIONS {
        let path = operation.path.replace("{id}", NOBODY);
        let sent = (operation.method == Method::POST).then(|| body.clone());
        let nobody = app.nobody().fhir();
        let refused = nobody
            .send(operation.method.clone(), &path, &[], sent.clone())
            .await
            .expect(401);
        assert_eq!(issues(&refused)[0].1, "http.unauthenticated");
        for (party, client) in &people {
            let act = if *party == policy::Party::P {
                operation.hers
            } else {
                operation.theirs
            };
            let open = act.is_some_and(|act| policy::row(act).contains(party));
            let answer = client
                .send(operation.method.clone(), &path, &[], sent.clone())
                .await;
            assert_eq!(
                answer.status != 403,
                open,
                "{} by {party:?}: {} {}",
                operation.path,
                answer.status,
                answer.body
            );
            assert!(
                answer.status < 500 && answer.status != 405,
                "{}: {}",
                operation.path,
                answer.status
            );
        }
    }
}

#[tokio::test]
async fn failures_are_outcomes_wherever_they_come_from() {
    let app = App::new().await;
    let zhao = app.zhao().await.fhir();
    let told = async |method: Method, path: &str, status: u16| {
        let answer = zhao.send(method, path, &[], None).await;
        assert_eq!(
            answer.header("content-type").as_deref(),
            Some("application/fhir+json"),
            "{path}"
        );
        let outcome = answer.expect(status);
        assert!(
            outcome["issue"][0]["diagnostics"]
                .as_str()
                .unwrap()
                .starts_with("request ")
        );
        issues(&outcome)[0].1.clone()
    };
    assert_eq!(told(Method::GET, "/Medication", 404).await, "http.not_found");
    assert_eq!(
        told(Method::GET, "/Patient/not-an-id", 404).await,
        "http.not_found"
    );
    assert_eq!(
        told(Method::DELETE, &format!("/Patient/{NOBODY}"), 405).await,
        "http.method_not_allowed"
    );
    assert_eq!(
        told(Method::POST, "/metadata", 405).await,
        "http.method_not_allowed"
    );
    assert_eq!(
        told(Method::GET, "/Patient?colour=red", 400).await,
        "http.malformed"
    );
    assert_eq!(
        told(Method::GET, "/Patient?name=a&name=b", 400).await,
        "http.malformed"
    );
    assert_eq!(
        told(Method::GET, "/Patient?name=a&phone=1", 400).await,
        "http.malformed"
    );
    assert_eq!(
        told(Method::GET, "/Patient?_count=0", 400).await,
        "http.page_invalid"
    );
    assert_eq!(
        told(Method::GET, "/Patient?_cursor=x", 400).await,
        "http.page_invalid"
    );
    assert_eq!(
        told(Method::GET, "/Patient?_format=xml", 415).await,
        "http.unsupported_media_type"
    );
    assert_eq!(
        told(Method::GET, "/QuestionnaireResponse?patient=x", 400).await,
        "http.malformed"
    );
    resource(zhao.get("/Patient?_format=json").await);
    let large = json!({ "resourceType": "QuestionnaireResponse", "text": "x".repeat(1 << 20) });
    let answer = zhao.post("/QuestionnaireResponse/$validate", large).await;
    assert_eq!(issues(&answer.expect(413))[0].1, "http.too_large");
    let english = zhao.speaking("en").get("/Medication").await.expect(404);
    let chinese = zhao.get("/Medication").await.expect(404);
    assert_ne!(
        english["issue"][0]["details"]["text"],
        chinese["issue"][0]["details"]["text"]
    );
    let elsewhere = app.zhao().await.get("/nothing").await;
    assert_eq!(
        elsewhere.header("content-type").as_deref(),
        Some("application/problem+json")
    );
}

#[tokio::test]
async fn a_flood_is_held_back_in_the_words_of_the_facade() {
    let app = App::with(|config| config.rate_per_minute = 3).await;
    let nobody = app.nobody().fhir();
    for _ in 0..3 {
        resource(nobody.get("/metadata").await);
    }
    let answer = nobody.get("/metadata").await;
    assert!(answer.header("retry-after").is_some());
    assert_eq!(issues(&answer.expect(429))[0].1, "http.rate_limited");
}

#[tokio::test]
async fn the_other_hospital_learns_nothing_of_her() {
    let app = App::new().await;
    let mei = app.mei().await;
    let id = super::answered(&app, &mei, json!({})).await;
    for name in ["stranger", "lu", "tang", "fang", "gao"] {
        let client = app.staff(OTHER_HOSPITAL, name).await.fhir();
        for path in [
            format!("/Patient/{}", mei.patient_id),
            format!("/QuestionnaireResponse/{id}"),
            format!("/QuestionnaireResponse?patient={}", mei.patient_id),
            format!("/Observation?patient={}", mei.patient_id),
            format!("/AuditEvent?patient={}", mei.patient_id),
            "/Patient?phone=13800000001".to_owned(),
        ] {
            let answer = client.get(&path).await;
            let told = answer.body.to_string();
            let asked_back = told.replace(&format!("patient={}", mei.patient_id), "");
            assert!(
                !asked_back.contains(&mei.patient_id) && !told.contains("梅秀英"),
                "{name} {path}: {told}"
            );
            assert!(
                [200, 403, 404].contains(&answer.status),
                "{name} {path}: {}",
                answer.status
            );
        }
    }
}
