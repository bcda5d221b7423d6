//! The governance of templates: a draft of one person, published by another; what a new wording and a recall mean for the
//! consents that were made before.

use poem::Request;
use poem::http::Method;
use serde_json::{Value, json};

use super::ceremony::Ceremony;
use crate::analgesia::admission;
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::{Client, fresh_key};
use crate::support::walk::reworded;

const EN: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/content/consents/labor-analgesia/1.0.0/en.json"
));

/// A version with another sentence on the purpose.
fn next(version: &str) -> Value {
    let mut document = reworded(json!(version));
    document["sections"][3]["summary"] = json!(format!("让分娩的疼痛减轻。{version}"));
    document
}

async fn filed(editor: &Client, document: Value) -> String {
    let draft = editor.post("/consent-templates", document).await.expect(201);
    assert_eq!(draft["state"], "draft");
    draft["id"].as_str().unwrap().to_owned()
}

async fn in_review(editor: &Client, document: Value) -> String {
    let id = filed(editor, document).await;
    let path = format!("/consent-templates/{id}/review");
    let handed_in = editor.post(&path, Value::Null).await.expect(200);
    assert_eq!(handed_in["state"], "in_review");
    id
}

/// Zhao writes it, Qian publishes it; all that follows has happened.
async fn published(app: &App, document: Value, material: bool) -> (String, Value) {
    let id = in_review(&app.zhao().await, document).await;
    let body = json!({ "material_change": material, "reason": "医务科审核通过。" });
    let path = format!("/consent-templates/{id}/publish");
    let answer = app.qian().await.post(&path, body).await.expect(200);
    app.work().await;
    (id, answer)
}

async fn recalled(app: &App, id: &str) -> Value {
    let path = format!("/consent-templates/{id}/recall");
    let body = json!({ "reason": "数字有误。" });
    let answer = app.qian().await.post(&path, body).await.expect(200);
    app.work().await;
    answer
}

async fn templates(client: &Client) -> Vec<Value> {
    let list = client.get("/consent-templates").await.expect(200);
    list["items"].as_array().unwrap().clone()
}

async fn current(client: &Client, locale: &str) -> Option<Value> {
    let all = templates(client).await;
    let mut found = all.into_iter().filter(|one| one["in_effect"] == true && one["locale"] == locale);
    found.next()
}

async fn release(zhao: &Client, id: &str, etag: &str) -> crate::support::client::Answer {
    let body = json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Seen in the clinic today." });
    zhao.post_at(&format!("/consents/{id}/release"), etag, body).await
}

/// Her own consent, released.
async fn released(app: &App, woman: &Woman) -> String {
    let draft = woman.post("/consent-requests", json!({})).await.expect(201);
    let id = draft["id"].as_str().unwrap().to_owned();
    release(&app.zhao().await, &id, "\"1\"").await.expect(200);
    id
}

async fn tasks(app: &App, subject: &str) -> Vec<(String, bool)> {
    let list = app.zhao().await.get("/tasks?limit=100").await.expect(200);
    let about = |task: &&Value| task["subject"] == subject;
    let items = list["items"].as_array().unwrap().iter().filter(about);
    items
        .map(|task| (task["kind"].as_str().unwrap().to_owned(), task["urgent"] == true))
        .collect()
}

#[tokio::test]
async fn the_releases_templates_are_in_effect_without_a_word_of_the_hospital() {
    let app = App::new().await;
    let all = templates(&app.qian().await).await;
    assert_eq!(all.len(), 2);
    for one in &all {
        assert_eq!((&one["state"], &one["in_effect"]), (&json!("published"), &json!(true)), "{one}");
        assert!(one.get("editor").is_none_or(Value::is_null), "{one}");
    }
    let page = app.qian().await.get("/consent-templates?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = app.qian().await.get(&format!("/consent-templates?limit=1&cursor={cursor}")).await.expect(200);
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
    assert_eq!((same.status, same.code().as_str()), (409, "consent.template_exists"));
    let path = |step: &str| format!("/consent-templates/{id}/{step}");
    let publication = json!({ "material_change": false, "reason": "只改了一个词。" });
    let early = qian.post(&path("publish"), publication.clone()).await;
    assert_eq!((early.status, early.code().as_str()), (409, "consent.illegal_transition"));
    assert_eq!(early.body["current"]["state"], "draft");
    let never = qian.post(&path("recall"), json!({ "reason": "x" })).await;
    assert_eq!(never.code(), "consent.illegal_transition");
    zhao.post(&path("review"), Value::Null).await.expect(200);
    assert_eq!(zhao.post(&path("publish"), publication.clone()).await.status, 403);
    let silent = qian.post(&path("publish"), json!({ "material_change": false, "reason": " " })).await;
    assert_eq!(silent.status, 422);
    let published = qian.post(&path("publish"), publication).await.expect(200);
    assert_eq!((&published["state"], &published["in_effect"]), (&json!("published"), &json!(true)));
    assert_eq!((&published["editor"]["name"], &published["approver"]["name"]), (&json!("赵明"), &json!("钱敏")));
    app.work().await;

    assert_eq!(current(&zhao, "zh-CN").await.unwrap()["id"], id.as_str());
    let former = zhao.get(&format!("/consent-templates/{}", before["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(former["state"], "retired");
    let page = zhao.get(&path("")[..path("").len() - 1]).await.expect(200);
    assert_eq!(page["predecessor"], before["id"]);
    let places: Vec<&str> = page["difference"].as_array().unwrap().iter().map(|one| one["place"].as_str().unwrap()).collect();
    assert_eq!(places, ["sections/purpose/summary", "version"]);
    let states: Vec<&Value> = page["history"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["draft", "in_review", "published"]);
    assert_eq!(page["history"][2]["reason"], "只改了一个词。");
    assert_eq!(page["unprintable"], json!([]));
    assert!(page["readability"]["sentences"].as_i64().unwrap() > 100);

    let mei = app.mei().await;
    let consent = released(&app, &mei).await;
    let shown = mei.get(&format!("/consents/{consent}/presented")).await.expect(200);
    assert_eq!((&shown["template_id"], &shown["version"]), (&json!(id), &json!("1.1.0")));
}

#[tokio::test]
async fn nobody_publishes_his_own_draft_and_no_version_goes_back() {
    let app = App::new().await;
    let qian = app.qian().await;
    let own = in_review(&qian, next("1.1.0")).await;
    let body = json!({ "material_change": true, "reason": "我自己写的。" });
    let refused = qian.post(&format!("/consent-templates/{own}/publish"), body.clone()).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "people.second_person_required"));
    let old = in_review(&app.zhao().await, next("0.9.0")).await;
    let refused = qian.post(&format!("/consent-templates/{old}/publish"), body).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "consent.template_version_old"));
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
    let text = next("1.1.0").to_string().replacen("\"title\":", "\"title\":\"x\",\"title\":", 1);
    let request = Request::builder()
        .method(Method::POST)
        .uri_str("/api/staff/v1/consent-templates")
        .header("authorization", zhao.bearer())
        .header("idempotency-key", fresh_key())
        .content_type("application/json")
        .body(text);
    let twice = zhao.answer(request, "POST /consent-templates".to_owned()).await;
    assert_eq!((twice.status, &twice.body["errors"][0]["code"]), (422, &json!("canonical")));
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
    let expected = json!([{ "place": "sections/signature/text", "character": "U+1F4AA", "reason": "no_font" }]);
    assert_eq!(page["unprintable"], expected);
    let refused = zhao.post(&format!("{path}/review"), Value::Null).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "consent.template_checks_failed"));
    let characters = &refused.body["current"]["characters"];
    assert_eq!((&characters[0]["branch"], &characters[0]["character"]), (&json!("plain"), &json!("U+1F4AA")));
    assert_eq!(zhao.get(&path).await.expect(200)["state"], "draft");
}

#[tokio::test]
async fn every_branch_can_be_looked_at_and_printed_before_anybody_signs() {
    let app = App::new().await;
    let zhao = app.zhao().await;
    let id = filed(&zhao, next("1.1.0")).await;
    let path = format!("/consent-templates/{id}");
    let page = zhao.get(&path).await.expect(200);
    let branches: Vec<&str> = page["branches"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    let rules = branches.iter().filter(|one| one.starts_with("risk:")).count();
    assert!(rules > 100, "{rules}");
    for wanted in ["plain", "added", "signer:guardian", "whole", "refused", "withdrawn", "risk:R-PLT-2"] {
        assert!(branches.contains(&wanted), "{wanted}");
    }
    for silent in ["risk:R-PLT-5", "risk:R-INF-5"] {
        assert!(!branches.contains(&silent), "{silent}");
    }
    let shown = zhao.get(&format!("{path}/preview?branch=risk:R-PLT-2")).await.expect(200);
    let presented = &shown["presented"];
    assert_eq!(presented["template_id"], id.as_str());
    assert_eq!(presented["sections"][9]["own_risks"].as_array().unwrap().len(), 1);
    let printed = zhao.get(&format!("{path}/preview?branch=refused&format=pdf")).await;
    assert_eq!(printed.header("content-type").unwrap(), "application/pdf");
    assert!(printed.bytes.starts_with(b"%PDF"));
    assert_eq!(zhao.get(&format!("{path}/preview?branch=risk:R-NO-1")).await.status, 404);
}

#[tokio::test]
async fn a_change_in_substance_ends_what_is_open_and_leaves_what_is_in_force_to_the_doctor() {
    let active = Ceremony::active().await;
    let app = &active.app;
    let bai = app.bai().await;
    let open = released(app, &bai).await;
    let bytes = bai.get(&format!("/consents/{open}/presented")).await.bytes;
    let pdf = active.mei.get(&active.path("/document")).await.bytes;
    let (id, answer) = published(app, next("2.0.0"), true).await;
    assert_eq!(answer["consents"].as_array().unwrap().len(), 2);

    let page = bai.get(&format!("/consents/{open}")).await.expect(200);
    assert_eq!(page["state"], "superseded");
    let notices = bai.get("/me/notices").await.expect(200);
    assert!(notices.to_string().contains("换了新版本"), "{notices}");
    assert_eq!(tasks(app, &open).await, [("consent.prepare".to_owned(), false)]);
    assert_eq!(active.state().await, "active");
    assert_eq!(tasks(app, &active.id).await, [("consent.template_changed".to_owned(), false)]);
    let former = app.zhao().await.get("/consent-templates").await.expect(200);
    let former = former["items"].as_array().unwrap().iter().find(|one| one["version"] == "1.0.0" && one["locale"] == "zh-CN");
    let path = format!("/consent-templates/{}", former.unwrap()["id"].as_str().unwrap());
    let page = app.qian().await.get(&path).await.expect(200);
    let touched: Vec<(&str, &str)> = page["consents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["then"].as_str().unwrap(), one["now"].as_str().unwrap()))
        .collect();
    assert_eq!(touched, [("active", "active"), ("issued", "superseded")]);

    // What was shown and what was signed read as they did, for ever.
    assert_eq!(bai.get(&format!("/consents/{open}/presented")).await.bytes, bytes);
    assert_eq!(active.mei.get(&active.path("/document")).await.bytes, pdf);
    let again = released(app, &bai).await;
    assert_eq!(tasks(app, &open).await, []);
    let shown = bai.get(&format!("/consents/{again}/presented")).await.expect(200);
    assert_eq!(shown["template_id"], id.as_str());

    // The doctor decides: another one in its place, and the task is done with it.
    let (etag, body) = (active.etag().await, json!({ "reason": "template_changed" }));
    let draft = active.zhao.post_at(&active.path("/reissue"), &etag, body).await.expect(201);
    let former = active.id.clone();
    let successor = active.succeeded_by(draft["id"].as_str().unwrap()).await;
    successor.step_up().await;
    let etag = successor.etag().await;
    let mut mark = super::countersign();
    mark["strokes"] = super::ceremony::strokes(7);
    successor.zhao.post_at(&successor.path("/countersign"), &etag, mark).await.expect(200);
    assert_eq!(tasks(&successor.app, &former).await, []);
}

#[tokio::test]
async fn a_change_of_wording_alone_touches_no_consent_and_drafts_follow_it() {
    let active = Ceremony::active().await;
    let app = &active.app;
    let bai = app.bai().await;
    let draft = bai.post("/consent-requests", json!({})).await.expect(201);
    let (id, answer) = published(app, next("1.1.0"), false).await;
    assert_eq!(answer["consents"], json!([]));
    assert_eq!(active.state().await, "active");
    assert_eq!(tasks(app, &active.id).await, []);
    let consent = draft["id"].as_str().unwrap();
    let stale = release(&active.zhao, consent, "\"1\"").await;
    assert_eq!(stale.status, 412);
    release(&active.zhao, consent, "\"2\"").await.expect(200);
    let shown = bai.get(&format!("/consents/{consent}/presented")).await.expect(200);
    assert_eq!(shown["template_id"], id.as_str());
}

#[tokio::test]
async fn from_a_recalled_template_nothing_is_prepared_released_or_begun() {
    let active = Ceremony::active().await;
    let app = &active.app;
    let (lin, bai) = (app.lin().await, app.bai().await);
    let body = json!({
        "identifiers": ["name", "wristband"], "still_agrees": true, "anything_changed": false,
        "questions_answered": true,
        "capacity": { "orientation": true, "teach_back": true, "pain_score": 7, "opioid_4h": false },
    });
    active.zhao.post(&active.path("/bedside"), body).await.expect(201);
    let draft = bai.post("/consent-requests", json!({})).await.expect(201);
    let id = current(&active.zhao, "zh-CN").await.unwrap()["id"].as_str().unwrap().to_owned();
    let answer = recalled(app, &id).await;
    assert_eq!((&answer["state"], &answer["in_effect"]), (&json!("recalled"), &json!(false)));
    assert_eq!(answer["consents"][0]["consent"], active.id.as_str());
    assert_eq!(current(&active.zhao, "en").await, None, "its translation goes with it");

    let refused = release(&active.zhao, draft["id"].as_str().unwrap(), "\"1\"").await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "consent.template_recalled"));
    let ning = app.ning().await;
    ning.post("/consent-requests", json!({})).await.expect(201);
    let etag = active.etag().await;
    let reissue = active.zhao.post_at(&active.path("/reissue"), &etag, json!({ "reason": "template_recalled" })).await;
    assert_eq!((reissue.status, reissue.code().as_str()), (409, "consent.template_unavailable"));
    assert_eq!(active.state().await, "active");
    assert_eq!(tasks(app, &active.id).await, [("consent.template_recalled".to_owned(), true)]);

    let labor = lin.post("/labors", admission(&active.mei.patient_id)).await.expect(201);
    let path = format!("/labors/{}", labor["id"].as_str().unwrap());
    let mut record = json!({ "technique": "epidural", "indication": "labor", "puncture_at": "2026-03-02T00:40:00Z" });
    let etag = lin.get(&path).await.etag();
    let blocked = active.zhao.put(&format!("{path}/analgesia"), &etag, record.clone()).await;
    assert_eq!((blocked.status, blocked.code().as_str()), (409, "analgesia.consent_missing"));
    assert_eq!(blocked.body["current"]["reason"], "template_recalled");
    record["exception"] = json!({ "reason": "她坚持要用，已当面说明更正的数字" });
    active.zhao.put(&format!("{path}/analgesia"), &etag, record).await.expect(200);

    // A corrected version opens the way again, also for the draft that waited.
    let (next, _) = published(app, next("1.0.1"), true).await;
    release(&active.zhao, draft["id"].as_str().unwrap(), "\"2\"").await.expect(200);
    let shown = bai.get(&format!("/consents/{}/presented", draft["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(shown["template_id"], next.as_str());
}

#[tokio::test]
async fn a_consent_from_a_recalled_template_of_the_hospitals_own_is_still_read_also_by_another_process() {
    let app = App::new().await;
    let (own, _) = published(&app, next("1.1.0"), false).await;
    let mei = app.mei().await;
    let open = released(&app, &mei).await;
    let path = format!("/consents/{open}");
    let bytes = mei.get(&format!("{path}/presented")).await.bytes;
    let before = mei.get(&path).await.expect(200);
    assert_eq!(before["reading"].as_array().unwrap().len(), 20);
    recalled(&app, &own).await;
    assert_eq!(mei.get(&path).await.expect(200)["state"], "superseded");
    assert_eq!(tasks(&app, &open).await, [("consent.prepare".to_owned(), true)]);
    let later = app.beside(|_| {}).await;
    let document = muan::app::endpoint(&later);
    let restarted = Client::new(std::sync::Arc::new(poem::EndpointExt::boxed(document)), "/api/patient/v1", None);
    let restarted = restarted.with_token(mei.bearer().trim_start_matches("Bearer "));
    assert_eq!(restarted.get(&format!("{path}/presented")).await.bytes, bytes);
    assert_eq!(restarted.get(&path).await.expect(200)["reading"], before["reading"]);
    let again = mei.post("/consent-requests", json!({})).await;
    assert_eq!((again.status, again.code().as_str()), (409, "consent.template_unavailable"));
}

#[tokio::test]
async fn a_translation_is_published_only_beside_the_chinese_text_of_its_version() {
    let app = App::new().await;
    let (zhao, qian) = (app.zhao().await, app.qian().await);
    let mut english: Value = serde_json::from_str(EN).unwrap();
    english["version"] = json!("1.1.0");
    let translation = in_review(&zhao, english).await;
    let body = json!({ "material_change": false, "reason": "译文。" });
    let path = format!("/consent-templates/{translation}/publish");
    let alone = qian.post(&path, body.clone()).await;
    assert_eq!((alone.status, alone.code().as_str()), (409, "consent.template_original_missing"));
    published(&app, next("1.1.0"), false).await;
    // The old translation says what the Chinese text no longer says.
    assert_eq!(current(&zhao, "en").await, None);
    let mei = app.mei().await;
    let me = mei.get("/me").await;
    let (etag, mut profile) = (me.etag(), me.expect(200));
    profile = json!({ "name": profile["name"], "birth_date": profile["birth_date"], "height_cm": "162", "language": "en" });
    mei.put("/me", &etag, profile).await.expect(200);
    let draft = mei.post("/consent-requests", json!({})).await.expect(201);
    assert_eq!(draft["locale"], "zh-CN");
    qian.post(&path, body).await.expect(200);
    assert_eq!(current(&zhao, "en").await.unwrap()["id"], translation.as_str());
}

#[tokio::test]
async fn a_publication_waits_for_its_time() {
    let app = App::new().await;
    let (zhao, qian) = (app.zhao().await, app.qian().await);
    let bai = app.bai().await;
    let open = released(&app, &bai).await;
    let id = in_review(&zhao, next("1.1.0")).await;
    let path = format!("/consent-templates/{id}/publish");
    let at = app.clock.now() + chrono::Duration::hours(2);
    let body = |at: chrono::DateTime<chrono::Utc>| json!({ "material_change": true, "reason": "下班后生效。", "effective_at": at });
    let past = qian.post(&path, body(at - chrono::Duration::hours(4))).await;
    assert_eq!(past.status, 422);
    let waiting = qian.post(&path, body(at)).await.expect(200);
    assert_eq!((&waiting["state"], &waiting["in_effect"]), (&json!("published"), &json!(false)));
    app.work().await;
    assert_eq!(current(&zhao, "zh-CN").await.unwrap()["version"], "1.0.0");
    let other = in_review(&zhao, next("1.2.0")).await;
    let second = qian.post(&format!("/consent-templates/{other}/publish"), body(at)).await;
    assert_eq!((second.status, second.code().as_str()), (409, "consent.template_scheduled"));
    app.clock.advance(2 * 3600);
    app.work().await;
    app.work().await;
    assert_eq!(current(&app.zhao().await, "zh-CN").await.unwrap()["id"], id.as_str());
    assert_eq!(bai.get(&format!("/consents/{open}")).await.expect(200)["state"], "superseded");
}

#[tokio::test]
async fn the_other_hospital_sees_nothing_of_it_and_goes_on_with_its_own() {
    let app = App::new().await;
    let ning = app.ning().await;
    let (id, _) = published(&app, next("2.0.0"), true).await;
    let stranger = app.stranger().await;
    let all = templates(&stranger).await;
    assert!(all.iter().all(|one| one["id"] != id.as_str() && one["state"] == "published"), "{all:?}");
    for rest in ["", "/preview?branch=plain"] {
        assert_eq!(stranger.get(&format!("/consent-templates/{id}{rest}")).await.status, 404);
    }
    let review = stranger.post(&format!("/consent-templates/{id}/review"), Value::Null).await;
    assert_eq!(review.status, 404);
    let fang = app.staff(crate::support::cast::OTHER_HOSPITAL, "fang").await;
    let recall = fang.post(&format!("/consent-templates/{id}/recall"), json!({ "reason": "x" })).await;
    assert_eq!(recall.status, 404);
    let draft = ning.post("/consent-requests", json!({})).await.expect(201);
    let released = release(&stranger, draft["id"].as_str().unwrap(), "\"1\"").await.expect(200);
    assert_eq!(released["state"], "issued");
    // The same text is another draft there.
    filed(&stranger, next("2.0.0")).await;
}
