//! The governance of templates: a draft of one person, tried by the program, published by another.

use poem::Request;
use poem::http::Method;
use serde_json::{Value, json};

use crate::support::App;
use crate::support::client::{Answer, Client, fresh_key};
use crate::support::walk::reworded;

/// A version with another sentence on the purpose.
pub fn next(version: &str) -> Value {
    let mut document = reworded(json!(version));
    document["sections"][3]["summary"] = json!(format!("让分娩的疼痛减轻。{version}"));
    document
}

pub async fn filed(editor: &Client, document: Value) -> String {
    let draft = editor.post("/consent-templates", document).await.expect(201);
    assert_eq!(draft["state"], "draft");
    draft["id"].as_str().unwrap().to_owned()
}

pub async fn in_review(editor: &Client, document: Value) -> String {
    let id = filed(editor, document).await;
    let path = format!("/consent-templates/{id}/review");
    let handed_in = editor.post(&path, Value::Null).await.expect(200);
    assert_eq!(handed_in["state"], "in_review");
    id
}

/// Zhao writes it, Qian publishes it; all that follows has happened.
pub async fn published(app: &App, document: Value, material: bool) -> (String, Value) {
    let id = in_review(&app.zhao().await, document).await;
    let body = json!({ "material_change": material, "reason": "医务科审核通过。" });
    let path = format!("/consent-templates/{id}/publish");
    let answer = app.qian().await.post(&path, body).await.expect(200);
    app.work().await;
    (id, answer)
}

pub async fn recalled(app: &App, id: &str) -> Value {
    let path = format!("/consent-templates/{id}/recall");
    let body = json!({ "reason": "数字有误。" });
    let answer = app.qian().await.post(&path, body).await.expect(200);
    app.work().await;
    answer
}

pub async fn templates(client: &Client) -> Vec<Value> {
    let list = client.get("/consent-templates").await.expect(200);
    list["items"].as_array().unwrap().clone()
}

pub async fn current(client: &Client, locale: &str) -> Option<Value> {
    let all = templates(client).await;
    let mut found = all
        .into_iter()
        .filter(|one| one["in_effect"] == true && one["locale"] == locale);
    found.next()
}

pub async fn release(zhao: &Client, id: &str, etag: &str) -> Answer {
    let body = json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Seen in the clinic today." });
    zhao.post_at(&format!("/consents/{id}/release"), etag, body).await
}

#[tokio::test]
async fn the_releases_templates_are_in_effect_without_a_word_of_the_hospital() {
    let app = App::new().await;
    let all = templates(&app.qian().await).await;
    assert_eq!(all.len(), 2);
    for one in &all {
        assert_eq!(
            (&one["state"], &one["in_effect"]),
            (&json!("published"), &json!(true)),
            "{one}"
        );
        assert!(one.get("editor").is_none_or(Value::is_null), "{one}");
    }
    let page = app
        .qian()
        .await
        .get("/consent-templates?limit=1")
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = app
        .qian()
        .await
        .get(&format!("/consent-templates?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!((&page["items"][0], &rest["items"][0]), (&all[0], &all[1]));
    assert!(rest["next_cursor"].is_null());
}

#[tokio::test]
async fn what_one_person_writes_another_publishes_and_it_takes_the_place_of_the_former() {
    let app = App::new().await;
    let (zhao, qian) = (app.zhao().await, app.qian().await);
    let before = current(&zhao, "zh-CN").await.unwrap();
    let id = filed(&zhao, next("1.1.0")).await;
    assert_eq!(id, muan::base::canonical::template_id(&next("1.1.0")).unwrap());
    let same = zhao.post("/consent-templates", next("1.1.0")).await;
    assert_eq!(
        (same.status, same.code().as_str()),
        (409, "consent.template_exists")
    );
    let path = |step: &str| format!("/consent-templates/{id}/{step}");
    let publication = json!({ "material_change": false, "reason": "只改了一个词。" });
    let early = qian.post(&path("publish"), publication.clone()).await;
    assert_eq!(
        (early.status, early.code().as_str()),
        (409, "consent.illegal_transition")
    );
    assert_eq!(early.body["current"]["state"], "draft");
    let never = qian.post(&path("recall"), json!({ "reason": "x" })).await;
    assert_eq!(never.code(), "consent.illegal_transition");
    zhao.post(&path("review"), Value::Null).await.expect(200);
    assert_eq!(zhao.post(&path("publish"), publication.clone()).await.status, 403);
    let silent = qian
        .post(
            &path("publish"),
            json!({ "material_change": false, "reason": " " }),
        )
        .await;
    assert_eq!(silent.status, 422);
    let published = qian.post(&path("publish"), publication).await.expect(200);
    assert_eq!(
        (&published["state"], &published["in_effect"]),
        (&json!("published"), &json!(true))
    );
    assert_eq!(
        (&published["editor"]["name"], &published["approver"]["name"]),
        (&json!("赵明"), &json!("钱敏"))
    );
    app.work().await;

    assert_eq!(current(&zhao, "zh-CN").await.unwrap()["id"], id.as_str());
    let former = zhao
        .get(&format!("/consent-templates/{}", before["id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(former["state"], "retired");
    let page = zhao.get(&path("")[..path("").len() - 1]).await.expect(200);
    assert_eq!(page["predecessor"], before["id"]);
    let places: Vec<&str> = page["difference"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["place"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["sections/purpose/summary", "version"]);
    let states: Vec<&Value> = page["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states, ["draft", "in_review", "published"]);
    assert_eq!(page["history"][2]["reason"], "只改了一个词。");
    assert_eq!(page["unprintable"], json!([]));
    assert!(page["readability"]["sentences"].as_i64().unwrap() > 100);

    let mei = app.mei().await;
    let draft = mei.post("/consent-requests", json!({})).await.expect(201);
    let consent = draft["id"].as_str().unwrap();
    release(&zhao, consent, "\"1\"").await.expect(200);
    let shown = mei
        .get(&format!("/consents/{consent}/presented"))
        .await
        .expect(200);
    assert_eq!(
        (&shown["template_id"], &shown["version"]),
        (&json!(id), &json!("1.1.0"))
    );
}

#[tokio::test]
async fn nobody_publishes_his_own_draft_and_no_version_goes_back() {
    let app = App::new().await;
    let qian = app.qian().await;
    let own = in_review(&qian, next("1.1.0")).await;
    let body = json!({ "material_change": true, "reason": "我自己写的。" });
    let refused = qian
        .post(&format!("/consent-templates/{own}/publish"), body.clone())
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "people.second_person_required")
    );
    let old = in_review(&app.zhao().await, next("0.9.0")).await;
    let refused = qian
        .post(&format!("/consent-templates/{old}/publish"), body)
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.template_version_old")
    );
    assert_eq!(current(&qian, "zh-CN").await.unwrap()["version"], "1.0.0");
}

#[tokio::test]
async fn one_changed_character_gives_another_template() {
    let app = App::new().await;
    let zhao = app.zhao().await;
    let first = filed(&zhao, next("1.1.0")).await;
    let mut other = next("1.1.0");
    other["sections"][3]["summary"] = json!("让分娩的疼痛减轻！1.1.0");
    let second = filed(&zhao, other).await;
    assert_ne!(first, second);
    let page = zhao.get(&format!("/consent-templates/{first}")).await.expect(200);
    assert_eq!(page["document"], next("1.1.0"));
}

#[tokio::test]
async fn each_fault_of_a_draft_is_named_with_its_place() {
    let app = App::new().await;
    let zhao = app.zhao().await;
    let mut document = next("1.1.0");
    document["sections"][3]["heading"] = json!("");
    document["sections"][7]["risks"][0]["source"] = json!("NOBODY");
    document["sections"][7]["risks"][2]["confirmed"] = json!(true);
    document["comprehension"]["questions"][0]["answer"] = json!("z");
    document["emergency_allowed"] = json!(true);
    document["required_lessons"][0] = json!("L99");
    document["labels"].as_object_mut().unwrap().remove("page");
    let answer = zhao.post("/consent-templates", document).await;
    assert_eq!((answer.status, answer.code().as_str()), (422, "http.invalid"));
    let mut told: Vec<(&str, &str)> = answer.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["pointer"].as_str().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("/comprehension/questions/0/answer", "one_of"),
            ("/emergency_allowed", "inconsistent"),
            ("/labels/page", "required"),
            ("/required_lessons/0", "unknown"),
            ("/sections/3/heading", "required"),
            ("/sections/7/risks/0/source", "one_of"),
            ("/sections/7/risks/2/confirmed", "inconsistent"),
        ]
    );
    // A reader that kept the last of two would hash what its author never saw.
    let text = next("1.1.0")
        .to_string()
        .replacen("\"title\":", "\"title\":\"x\",\"title\":", 1);
    let request = Request::builder()
        .method(Method::POST)
        .uri_str("/api/staff/v1/consent-templates")
        .header("authorization", zhao.bearer())
        .header("idempotency-key", fresh_key())
        .content_type("application/json")
        .body(text);
    let twice = zhao.answer(request, "POST /consent-templates".to_owned()).await;
    assert_eq!((twice.status, twice.code().as_str()), (400, "http.malformed"));
}

#[tokio::test]
async fn a_character_without_a_font_is_shown_to_the_editor_and_keeps_the_draft_from_review() {
    let app = App::new().await;
    let zhao = app.zhao().await;
    let mut document = next("1.1.0");
    document["sections"][16]["text"] = json!("请您本人用手写签名💪。");
    let id = filed(&zhao, document).await;
    let path = format!("/consent-templates/{id}");
    let page = zhao.get(&path).await.expect(200);
    let expected =
        json!([{ "place": "sections/signature/text", "character": "U+1F4AA", "reason": "no_font" }]);
    assert_eq!(page["unprintable"], expected);
    let refused = zhao.post(&format!("{path}/review"), Value::Null).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.template_checks_failed")
    );
    let characters = &refused.body["current"]["characters"];
    assert_eq!(
        (&characters[0]["branch"], &characters[0]["character"]),
        (&json!("whole"), &json!("U+1F4AA"))
    );
    assert_eq!(zhao.get(&path).await.expect(200)["state"], "draft");
}

#[tokio::test]
async fn every_branch_can_be_looked_at_and_printed_before_anybody_signs() {
    let app = App::new().await;
    let zhao = app.zhao().await;
    let id = filed(&zhao, next("1.1.0")).await;
    let path = format!("/consent-templates/{id}");
    let page = zhao.get(&path).await.expect(200);
    let branches: Vec<&str> = page["branches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect();
    let rules = branches.iter().filter(|one| one.starts_with("risk:")).count();
    assert!(rules > 100, "{rules}");
    for wanted in [
        "plain",
        "added",
        "signer:guardian",
        "whole",
        "refused",
        "withdrawn",
        "risk:R-PLT-2",
    ] {
        assert!(branches.contains(&wanted), "{wanted}");
    }
    for silent in ["risk:R-PLT-5", "risk:R-INF-5"] {
        assert!(!branches.contains(&silent), "{silent}");
    }
    let shown = zhao
        .get(&format!("{path}/preview?branch=risk:R-PLT-2"))
        .await
        .expect(200);
    let presented = &shown["presented"];
    assert_eq!(presented["template_id"], id.as_str());
    assert_eq!(presented["sections"][9]["own_risks"].as_array().unwrap().len(), 1);
    let printed = zhao
        .get(&format!("{path}/preview?branch=refused&format=pdf"))
        .await;
    assert_eq!(printed.header("content-type").unwrap(), "application/pdf");
    assert!(printed.bytes.starts_with(b"%PDF"));
    assert_eq!(
        zhao.get(&format!("{path}/preview?branch=risk:R-NO-1"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_draft_follows_the_wording_of_a_newer_program_before_it_is_released() {
    let app = App::new().await;
    let mei = app.mei().await;
    let draft = mei.post("/consent-requests", json!({})).await.expect(201);
    let folder = crate::content::copied();
    let below = folder.path().join("consents/labor-analgesia");
    std::fs::create_dir(below.join("1.1.0")).unwrap();
    for file in ["zh-CN.json", "en.json"] {
        let text = std::fs::read_to_string(below.join("1.0.0").join(file)).unwrap();
        let mut document: Value = serde_json::from_str(&text).unwrap();
        document["version"] = json!("1.1.0");
        std::fs::write(below.join("1.1.0").join(file), document.to_string()).unwrap();
    }
    let app = app
        .again(|config| config.content = Some(folder.path().to_owned()))
        .await;
    let (mei, zhao, id) = (app.back(mei), app.zhao().await, draft["id"].as_str().unwrap());
    let newer = current(&zhao, "zh-CN").await.unwrap();
    assert_eq!(newer["version"], "1.1.0");
    // He looks at what it says now, and releases that.
    let stale = release(&zhao, id, "\"1\"").await;
    assert_eq!(stale.code(), "http.stale", "{}", stale.body);
    release(&zhao, id, "\"2\"").await.expect(200);
    let shown = mei.get(&format!("/consents/{id}/presented")).await.expect(200);
    assert_eq!(shown["template_id"], newer["id"]);
}
