//! Judging answers that nobody keeps.

use serde_json::{Value, json};

use super::{document, issues, resource};
use crate::support::App;
use crate::support::client::Client;

const VALIDATE: &str = "/QuestionnaireResponse/$validate";

async fn judged(client: &Client, body: &Value) -> Vec<(String, String, String)> {
    issues(&resource(client.fhir().post(VALIDATE, body.clone()).await))
}

#[tokio::test]
async fn good_answers_are_told_so_and_nothing_is_kept() {
    let app = App::new().await;
    let mei = app.mei().await;
    let good = document(&app, json!({}));
    let all_well = [("information".to_owned(), "valid".to_owned(), String::new())];
    assert_eq!(judged(&mei, &good).await, all_well);
    let wrapped =
        json!({ "resourceType": "Parameters", "parameter": [{ "name": "resource", "resource": good }] });
    assert_eq!(judged(&app.lin().await, &wrapped).await, all_well);
    let kept = resource(mei.fhir().get("/QuestionnaireResponse").await);
    assert!(kept.get("entry").is_none());
}

#[tokio::test]
async fn every_answer_at_fault_is_named_with_its_place() {
    let app = App::new().await;
    let lin = app.lin().await;
    let mut bad = document(&app, json!({ "preg.height_cm": 400, "pe.bp_known": null }));
    let items = bad["item"].as_array_mut().unwrap();
    items.push(json!({ "linkId": "no.such", "answer": [{ "valueString": "x" }] }));
    let last = items.len() - 1;
    let told = judged(&lin, &bad).await;
    let of = |code: &str| {
        told.iter()
            .find(|(_, one, _)| one == code)
            .map(|(severity, _, at)| (severity.as_str(), at.as_str()))
    };
    let (severity, place) = of("maxValue").unwrap();
    assert_eq!(severity, "error");
    assert!(
        place.starts_with("QuestionnaireResponse.item[") && place.ends_with("].answer[0].value"),
        "{place}"
    );
    assert_eq!(of("required").unwrap().0, "error");
    assert_eq!(
        of("invalidLinkId"),
        Some(("error", format!("QuestionnaireResponse.item[{last}]").as_str()))
    );

    bad["status"] = "in-progress".into();
    let told = judged(&lin, &bad).await;
    assert!(
        !told.iter().any(|(_, code, _)| code == "required"),
        "a draft may be incomplete: {told:?}"
    );
    assert!(told.iter().any(|(_, code, _)| code == "maxValue"));
}

#[tokio::test]
async fn an_answer_to_a_question_that_is_not_asked_is_left_out_or_refused() {
    let app = App::new().await;
    let lin = app.lin().await;
    let body = document(&app, json!({ "pe.bp_known": false, "pe.sbp": 120 }));
    let told = judged(&lin, &body).await;
    assert_eq!(
        (told[0].0.as_str(), told[0].1.as_str()),
        ("warning", "disabledAnswerDropped")
    );
    let strict = [("prefer", "handling=strict")];
    let answer = lin
        .fhir()
        .send(poem::http::Method::POST, VALIDATE, &strict, Some(body))
        .await;
    let told = issues(&resource(answer));
    assert_eq!(
        (told[0].0.as_str(), told[0].1.as_str()),
        ("error", "answerNotEnabled")
    );
}

#[tokio::test]
async fn a_calculated_value_that_is_not_ours_is_replaced() {
    let app = App::new().await;
    let mei = app.mei().await;
    let with = |value: Value| {
        let mut body = document(&app, json!({}));
        let items = body["item"].as_array_mut().unwrap();
        items.push(json!({ "linkId": "score.bmi_now", "answer": [{ "valueDecimal": value }] }));
        body
    };
    // 66 kg and 162 cm.
    let told = judged(&mei, &with(json!(25.1))).await;
    assert_eq!(told[0].1, "valid");
    let told = judged(&mei, &with(json!(31.4))).await;
    assert_eq!(
        (told[0].0.as_str(), told[0].1.as_str()),
        ("warning", "calculatedReplaced")
    );

    let draft = mei
        .post("/responses", json!({ "questionnaire": "pre-analgesia" }))
        .await;
    let path = format!("/responses/{}", draft.body["id"].as_str().unwrap());
    let body = json!({ "content": with(json!(31.4)) });
    let saved = mei.put(&path, &draft.etag(), body).await.expect(200);
    assert_eq!(saved["warnings"][0]["code"], "calculatedReplaced");
    assert!(
        !saved["content"].to_string().contains("score."),
        "the scores that count are made from her answers"
    );
}

#[tokio::test]
async fn what_is_no_response_or_to_no_form_of_hers_is_refused() {
    let app = App::new().await;
    let mei = app.mei().await;
    let refused =
        async |body: Value, status: u16| issues(&mei.fhir().post(VALIDATE, body).await.expect(status));
    refused(json!({ "resourceType": "Patient" }), 400).await;
    refused(json!({ "resourceType": "Parameters" }), 400).await;
    refused(json!([]), 400).await;
    let to = |form: &str| json!({ "resourceType": "QuestionnaireResponse", "questionnaire": form, "status": "completed" });
    refused(to("https://example.org/other|1.0.0"), 404).await;
    let staff = "https://muan.invalid/fhir/Questionnaire/pre-analgesia-staff";
    refused(to(staff), 404).await;
    refused(to(&format!("{staff}|1.0.0")), 404).await;
    resource(app.lin().await.fhir().post(VALIDATE, to(staff)).await);
}
