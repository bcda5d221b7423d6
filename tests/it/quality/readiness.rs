//! The self-check of the hospital against the technical requirements.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::{Map, Value, json};

use crate::forms::attachments::photo;
use crate::support::App;

const VECTORS: &str = include_str!("../../../content/questionnaires/facility-readiness/1.0.0.vectors.json");

/// The published answers of a hospital that meets everything, moved to the test's clock.
pub fn all_met(app: &App, changes: Value) -> Value {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let now: DateTime<Utc> = vectors["now"].as_str().unwrap().parse().unwrap();
    let by = Duration::days((app.clock.now() - now).num_days());
    let mut flat: Map<String, Value> = vectors["base"].as_object().unwrap().clone();
    for value in flat.values_mut() {
        if let Some(day) = value.as_str().and_then(|text| text.parse::<NaiveDate>().ok()) {
            *value = json!(day + by);
        }
    }
    flat.extend(changes.as_object().unwrap().clone());
    flat.retain(|_, value| !value.is_null());
    let form = &app.ctx.content.forms.current("facility-readiness").unwrap().form;
    json!({ "content": form.response_from_flat(&flat) })
}

fn rules(list: &Value) -> Vec<&str> {
    let all = list.as_array().unwrap().iter();
    all.map(|one| one["rule"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_hospital_is_ready_until_a_check_falls_due() {
    for app in App::each().await {
        let qian = app.qian().await;
        let filed = qian
            .post("/readiness", all_met(&app, json!({})))
            .await
            .expect(201);
        assert_eq!(filed["level"], "ready", "{}", filed["unmet"]);
        assert_eq!(filed["level_now"], "ready");
        assert_eq!(filed["complete"], true);
        assert_eq!(filed["met_items"], filed["items"]);
        assert_eq!(filed["unmet"], json!([]));
        app.clock.advance(2 * 86_400);
        let wu = app.wu().await;
        let list = wu.get("/readiness").await.expect(200);
        let check = &list["items"][0];
        assert_eq!(check["id"], filed["id"]);
        assert_eq!(
            (&check["level"], &check["level_now"]),
            (&json!("ready"), &json!("not_ready"))
        );
        assert!(rules(&check["since"]).contains(&"B18-due"), "{}", check["since"]);
        assert_eq!(check["unmet"], json!([]), "what was filed stays as it was");
    }
}

#[tokio::test]
async fn what_is_not_met_is_named_and_the_newest_day_comes_first() {
    for app in App::each().await {
        let qian = app.qian().await;
        let today = app.clock.now().date_naive();
        let earlier = json!({ "check.date": today - Duration::days(30) });
        qian.post("/readiness", all_met(&app, earlier)).await.expect(201);
        let without = json!({ "C12": "not_met", "B18": "partly", "B18.last": null });
        let filed = qian.post("/readiness", all_met(&app, without)).await.expect(201);
        assert_eq!(filed["level"], "not_ready");
        let count = |member: &str| filed[member].as_i64().unwrap();
        assert_eq!(count("items") - count("met_items"), 2);
        assert_eq!(rules(&filed["unmet"]), ["B18", "C12"]);
        assert!(filed["unmet"][1]["staff"].as_str().unwrap().contains("ipid"));
        let first = qian.get("/readiness?limit=1").await.expect(200);
        assert_eq!(first["items"][0]["checked_on"], json!(today));
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = qian
            .get(&format!("/readiness?limit=1&cursor={cursor}"))
            .await
            .expect(200);
        assert_eq!(
            second["items"][0]["checked_on"],
            json!(today - Duration::days(30))
        );
        let fang = app.staff(crate::support::cast::OTHER_HOSPITAL, "fang").await;
        assert_eq!(fang.get("/readiness").await.expect(200)["items"], json!([]));
    }
}

#[tokio::test]
async fn an_overdue_check_is_not_met_and_one_of_two_drugs_may_be_enough() {
    let app = App::new().await;
    let qian = app.qian().await;
    let two_days_ago = app.clock.now().date_naive() - Duration::days(2);
    let mut page = json!({ "B18.last": two_days_ago, "C3": "not_met", "C3-C4": "any" });
    let met = async |changes: &Value| {
        let filed = qian.post("/readiness", all_met(&app, changes.clone())).await;
        let filed = filed.expect(201);
        let count = |member: &str| filed[member].as_i64().unwrap();
        let missing = count("items") - count("met_items");
        (missing, rules(&filed["unmet"]).join(" "))
    };
    assert_eq!(met(&page).await, (1, "B18-due".to_owned()));
    page["C3-C4"] = json!("both");
    assert_eq!(met(&page).await, (2, "B18-due C3".to_owned()));
    page["A3"] = json!("not_met");
    assert_eq!(met(&page).await, (3, "B18-due C3".to_owned()), "encouraged only");
}

#[tokio::test]
async fn answers_at_fault_are_all_named_and_nothing_is_filed() {
    let app = App::new().await;
    let qian = app.qian().await;
    let tomorrow = app.clock.now().date_naive() + Duration::days(1);
    let wrong = json!({ "check.date": tomorrow, "B1.count": 0, "institution_level": null });
    let refused = qian.post("/readiness", all_met(&app, wrong)).await.expect(422);
    assert_eq!(refused["code"], "forms.response_invalid");
    let named: Vec<&str> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["link_id"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["institution_level", "check.date", "B1.count"]);
    assert_eq!(qian.get("/readiness").await.expect(200)["items"], json!([]));
    let other = json!({ "content": {
        "resourceType": "QuestionnaireResponse", "status": "completed",
        "questionnaire": "https://muan.invalid/fhir/Questionnaire/satisfaction|1.0.0"
    } });
    qian.post("/readiness", other).await.expect(404);
    app.zhao().await.get("/readiness").await.expect(403);
}

#[tokio::test]
async fn evidence_is_a_file_that_this_hospital_uploaded() {
    const UPLOAD: &str = "/readiness/attachments";
    for app in App::each().await {
        let (qian, wu, zhao) = (app.qian().await, app.wu().await, app.zhao().await);
        let fang = app.staff(crate::support::cast::OTHER_HOSPITAL, "fang").await;
        let plan = json!({ "content": STANDARD.encode(photo()) });
        let file = qian.post_keyed(UPLOAD, "plan", plan.clone()).await.expect(201);
        let again = qian.post_keyed(UPLOAD, "plan", plan.clone()).await.expect(201);
        assert_eq!(file["id"], again["id"]);
        assert_eq!(file["by"], qian.get("/me").await.expect(200)["id"]);
        zhao.post(UPLOAD, plan.clone()).await.expect(403);
        let text = json!({ "content": STANDARD.encode("<html></html>") });
        assert_eq!(wu.post(UPLOAD, text).await.status, 415);
        wu.post(UPLOAD, plan).await.expect(201);

        let named = format!("readiness/attachments/{}", file["id"].as_str().unwrap());
        let path = format!("/{named}");
        let read = wu.get(&path).await;
        assert_eq!(read.header("content-type").as_deref(), Some("image/jpeg"));
        assert!(!read.bytes.windows(3).any(|part| part == b"GPS"));
        zhao.get(&path).await.expect(403);
        fang.get(&path).await.expect(404);

        let with = |url: &str, size: &Value| {
            let answer = json!([{ "url": url, "contentType": "image/jpeg", "size": size }]);
            all_met(&app, json!({ "A1.evidence": answer }))
        };
        let filed = qian
            .post("/readiness", with(&named, &file["size"]))
            .await
            .expect(201);
        assert!(filed["content"].to_string().contains(&named), "{filed}");
        let foreign = fang.post("/readiness", with(&named, &file["size"])).await;
        let elsewhere = qian
            .post("/readiness", with("https://example.org/plan.jpg", &file["size"]))
            .await;
        let other_size = qian.post("/readiness", with(&named, &json!(1))).await;
        for refused in [foreign, elsewhere, other_size] {
            let refused = refused.expect(422);
            assert_eq!(refused["code"], "forms.response_invalid");
            let fault = &refused["errors"][0];
            assert_eq!(
                (&fault["link_id"], &fault["code"]),
                (&json!("A1.evidence"), &json!("attachmentUnknown"))
            );
        }
        app.clock.advance(2 * 86_400);
        app.work().await;
        assert_eq!(app.wu().await.get(&path).await.status, 200, "it stays");
    }
}
