//! The color that the answers to the risk table suggest stands beside the color that a person sets.

use serde_json::{Value, json};

use crate::support::App;
use crate::support::client::Answer;

const VECTORS: &str =
    include_str!("../../../content/questionnaires/pregnancy-risk-screening/1.0.0.vectors.json");

/// The table as Lin files it: the base of the published vectors with changes.
async fn filed(app: &App, patient: &str, changes: Value) -> Answer {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let mut flat = vectors["base"].as_object().unwrap().clone();
    flat["preg.edd"] = json!((app.clock.now() + chrono::Duration::days(49)).date_naive());
    flat.extend(changes.as_object().unwrap().clone());
    let form = &app
        .ctx
        .content
        .forms
        .current("pregnancy-risk-screening")
        .unwrap()
        .form;
    let body =
        json!({ "questionnaire": "pregnancy-risk-screening", "content": form.response_from_flat(&flat) });
    let lin = app.lin().await;
    lin.post(&format!("/patients/{patient}/responses"), body).await
}

#[tokio::test]
async fn what_the_table_says_is_shown_and_never_set() {
    for app in App::each().await {
        let mei = app.mei().await;
        let path = format!("/patients/{}", mei.patient_id);
        let (lin, sun) = (app.lin().await, app.sun().await);
        assert_eq!(lin.get(&path).await.expect(200)["risk_suggested"], Value::Null);
        let forty = json!({ "id.birth_date": "1985-03-01", "lab.hb": 105, "neu.cond": ["epilepsy"] });
        let answered = filed(&app, &mei.patient_id, forty).await.expect(201);
        assert_eq!(answered["told"], Value::Null, "the obstetrician tells her");
        let read = sun.get(&path).await;
        let etag = read.etag();
        let page = read.expect(200);
        let suggested = &page["risk_suggested"];
        assert_eq!(suggested["color"], "orange");
        assert_eq!(suggested["purple"], false);
        assert_eq!(suggested["items"], json!(["O1.1", "Y2.6.2"]));
        assert_eq!(suggested["screening"], json!(["S1.1", "S6.1"]));
        assert_eq!(suggested["review"], json!(["A-epilepsy"]));
        assert_eq!(suggested["response"], answered["response"]["id"]);
        assert_eq!(page["risk"], Value::Null, "nobody has set a color");
        let list = lin.get("/patients").await.expect(200);
        assert_eq!(list["items"][0]["risk_color"], Value::Null);
        // The person decides otherwise, and both stand side by side.
        let grading = json!({
            "color": "red", "purple": false, "items": ["R1.10", "O1.1", "Y2.6.2"], "reasons": "全身发作史",
            "table_version": "35-2017"
        });
        sun.put(&format!("{path}/risk-color"), &etag, grading)
            .await
            .expect(200);
        let page = lin.get(&path).await.expect(200);
        assert_eq!(page["risk"]["color"], "red");
        assert_eq!(page["risk_suggested"]["color"], "orange");
        for screen in ["/me/journey", "/me/notices", "/forms"] {
            let text = mei.get(screen).await.expect(200).to_string();
            assert!(!text.contains("orange") && !text.contains("O1.1"), "{screen}");
        }
    }
}

#[tokio::test]
async fn the_newest_answers_count_and_purple_is_a_flag() {
    let app = App::new().await;
    let mei = app.mei().await;
    filed(&app, &mei.patient_id, json!({ "lab.plt": 28 }))
        .await
        .expect(201);
    app.clock.advance(60);
    filed(&app, &mei.patient_id, json!({ "inf.known": ["hbv"] }))
        .await
        .expect(201);
    let lin = app.lin().await;
    let page = lin
        .get(&format!("/patients/{}", mei.patient_id))
        .await
        .expect(200);
    let suggested = &page["risk_suggested"];
    assert_eq!(suggested["color"], "yellow");
    assert_eq!(suggested["purple"], true);
    assert_eq!(suggested["items"], json!(["Y2.3", "P1"]));
    // Who reads the journal is not told of purple.
    let qian = app.qian().await;
    let audit = qian
        .get(&format!("/audit?patient={}&limit=100", mei.patient_id))
        .await
        .expect(200);
    let entries = audit["items"].as_array().unwrap();
    let entry = entries
        .iter()
        .find(|entry| entry["act"] == "episode.suggest_color")
        .unwrap();
    assert!(!entry.to_string().contains("purple") && !entry.to_string().contains("P1"));
}

#[tokio::test]
async fn staff_fetch_the_forms_that_they_alone_answer() {
    let app = App::new().await;
    let (mei, lin, qian) = (app.mei().await, app.lin().await, app.qian().await);
    for name in [
        "pregnancy-risk-screening",
        "facility-readiness",
        "pre-analgesia-staff",
    ] {
        let path = format!("/questionnaires/{name}");
        let read = lin.get(&path).await;
        let etag = read.etag();
        assert_eq!(read.expect(200)["id"], name);
        let known = [("if-none-match", etag.as_str())];
        let unchanged = lin.send(poem::http::Method::GET, &path, &known, None).await;
        assert_eq!(unchanged.status, 304);
        qian.get(&path).await.expect(200);
        mei.get(&path).await.expect(404);
    }
    lin.get("/questionnaires/facility-readiness?version=9.0.0")
        .await
        .expect(404);
    lin.get("/questionnaires/no-such-form").await.expect(404);
}

#[tokio::test]
async fn unknown_is_not_green() {
    let app = App::new().await;
    let mei = app.mei().await;
    let path = format!("/patients/{}", mei.patient_id);
    let sun = app.sun().await;
    filed(&app, &mei.patient_id, json!({})).await.expect(201);
    let whole = sun.get(&path).await.expect(200)["risk_suggested"].clone();
    assert_eq!(whole["color"], "green");
    assert_eq!(whole["not_assessed"], json!([]));
    app.clock.advance(60);
    filed(&app, &mei.patient_id, json!({ "lab.plt": null, "lab.hb": null }))
        .await
        .expect(201);
    let unknown = sun.get(&path).await.expect(200)["risk_suggested"].clone();
    assert_eq!(unknown["color"], Value::Null);
    assert!(
        unknown["not_assessed"].to_string().contains("R1.6.2"),
        "{unknown}"
    );
}
