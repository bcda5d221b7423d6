//! The re-check at admission: filled in with the old answers, beside which the new ones stand.

use chrono::Duration;
use serde_json::{Value, json};

use super::{finding, queue};
use crate::analgesia::admission;
use crate::forms::submit;
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::Client;

fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect()
}

/// The values of one question in a document.
fn given(node: &Value, link_id: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for item in node["item"].as_array().into_iter().flatten() {
        if item["linkId"] == link_id {
            for answer in item["answer"].as_array().into_iter().flatten() {
                found.extend(answer.as_object().unwrap().values().cloned());
            }
        }
        found.extend(given(item, link_id));
    }
    found
}

/// Answers to the re-check: those of the draft, then `changes`.
pub fn document(app: &App, changes: Value) -> Value {
    let entry = app.ctx.content.forms.current("pre-analgesia-recheck").unwrap();
    let now = app.clock.now();
    let mut flat = crate::forms::answers(app, json!({ "fas.solid_at": now - Duration::hours(8) }));
    flat.extend(changes.as_object().unwrap().clone());
    flat.retain(|link_id, value| entry.form.has_item(link_id) && !value.is_null());
    entry.form.response_from_flat(&flat)
}

pub async fn admitted(app: &App, woman: &Woman, lin: &Client) -> String {
    let mut body = admission(&woman.patient_id);
    body["admitted_at"] = json!(app.clock.now());
    let labor = lin.post("/labors", body).await.expect(201);
    app.work().await;
    labor["id"].as_str().unwrap().to_owned()
}

pub async fn recheck(app: &App, woman: &Woman, changes: Value) -> Value {
    let started = woman
        .post("/responses", json!({ "questionnaire": "pre-analgesia-recheck" }))
        .await;
    let etag = started.etag();
    let id = started.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/responses/{id}");
    woman
        .put(&path, &etag, json!({ "content": document(app, changes) }))
        .await
        .expect(200);
    woman.post(&format!("{path}/submit"), json!({})).await.expect(200)
}

#[tokio::test]
async fn it_opens_at_admission_filled_in_with_the_old_answers() {
    for app in App::each().await {
        let (mei, lin) = (app.mei().await, app.lin().await);
        let early = json!({ "questionnaire": "pre-analgesia-recheck" });
        assert_eq!(
            mei.post("/responses", early.clone()).await.code(),
            "forms.window_closed"
        );
        let before = submit(
            &app,
            &mei,
            json!({ "preg.weight_kg": 71.5, "bld.drug": ["lmwh"], "bld.lmwh_dose": "prophylactic" }),
        )
        .await;
        admitted(&app, &mei, &lin).await;
        let draft = mei.post("/responses", early).await.expect(201);
        let asked = &draft["asked_before"];
        assert_eq!(asked["response"], before["response"]["id"]);
        assert_eq!(asked["answered_at"], before["response"]["completed_at"]);
        let filled = texts(&asked["link_ids"]);
        assert!(filled.contains(&"preg.weight_kg") && filled.contains(&"bld.drug"));
        assert_eq!(given(&draft["content"], "preg.weight_kg"), [json!(71.5)]);
        // An old answer that is confirmed in a hurry would be a wrong one.
        for fresh in [
            "bld.lmwh_last_at",
            "preg.fetal_movement",
            "pe.bp_known",
            "inf.temp_c",
        ] {
            assert!(!filled.contains(&fresh), "{fresh}");
            assert!(given(&draft["content"], fresh).is_empty(), "{fresh}");
        }
        assert_eq!(asked["changed_link_ids"], json!([]));
    }
}

#[tokio::test]
async fn staff_see_what_changed_and_which_findings_are_new_or_gone() {
    for app in App::each().await {
        let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
        let drug = json!({ "bld.drug": ["lmwh"], "bld.lmwh_dose": "prophylactic", "preg.weight_kg": 66.0 });
        let before = submit(&app, &mei, drug).await;
        admitted(&app, &mei, &lin).await;
        let dose = (app.clock.now() - Duration::hours(4)).to_rfc3339();
        let answered = recheck(
            &app,
            &mei,
            json!({
                "bld.drug": ["lmwh"], "bld.lmwh_dose": "prophylactic", "bld.lmwh_last_at": dose, "preg.weight_kg": 68.0
            }),
        )
        .await;
        let id = answered["response"]["id"].as_str().unwrap();
        let read = lin.get(&format!("/responses/{id}")).await.expect(200);
        let changed = texts(&read["asked_before"]["changed_link_ids"]);
        assert!(changed.contains(&"preg.weight_kg") && changed.contains(&"bld.lmwh_last_at"));
        assert!(!changed.contains(&"bld.drug"));
        let items = queue(&zhao, "").await;
        let review = items
            .iter()
            .find(|item| item["review"]["phase"] == "recheck")
            .unwrap();
        let path = format!("/reviews/{}", review["review"]["id"].as_str().unwrap());
        let record = zhao.get(&path).await.expect(200);
        let compared = &record["compared"];
        assert_eq!(compared["response_id"], before["response"]["id"]);
        let weight = compared["answers"].as_array().unwrap();
        let weight = weight
            .iter()
            .find(|change| change["link_id"] == "preg.weight_kg")
            .unwrap();
        assert_eq!(
            (&weight["before"], &weight["now"]),
            (&json!(["66"]), &json!(["68"]))
        );
        assert!(texts(&compared["new"]).contains(&"R-AC-2"));
        assert!(texts(&compared["gone"]).contains(&"R-AC-1"));
        assert_eq!(finding(&record, "R-AC-2")["outcome"], "fired");
        // The assessment of pregnancy stands beside nothing.
        let first = items
            .iter()
            .find(|item| item["review"]["phase"] == "antenatal")
            .unwrap();
        let path = format!("/reviews/{}", first["review"]["id"].as_str().unwrap());
        assert_eq!(zhao.get(&path).await.expect(200)["compared"], Value::Null);
    }
}

#[tokio::test]
async fn a_second_admission_offers_the_answers_of_the_first() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    submit(&app, &mei, json!({ "preg.weight_kg": 66.0 })).await;
    let labor = admitted(&app, &mei, &lin).await;
    recheck(&app, &mei, json!({ "preg.weight_kg": 67.5 })).await;
    lin.post(
        &format!("/labors/{labor}/close"),
        json!({ "reason": "discharged" }),
    )
    .await
    .expect(201);
    app.clock.advance(3 * 3600);
    admitted(&app, &mei, &lin).await;
    let draft = mei
        .post("/responses", json!({ "questionnaire": "pre-analgesia-recheck" }))
        .await
        .expect(201);
    assert_eq!(given(&draft["content"], "preg.weight_kg"), [json!(67.5)]);
}
