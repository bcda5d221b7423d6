//! What a new wording of a template, and a recall, mean for the consents that were made before.

use serde_json::{Value, json};

use super::ceremony::{Ceremony, countersign, strokes};
use super::templates::{current, filed, in_review, next, published, recalled, release, templates};
use crate::analgesia::admission;
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::Client;

const EN: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/content/consents/labor-analgesia/1.0.0/en.json"
));

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
    assert_eq!(
        tasks(app, &active.id).await,
        [("consent.template_changed".to_owned(), false)]
    );
    let former = app.zhao().await.get("/consent-templates").await.expect(200);
    let former = former["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["version"] == "1.0.0" && one["locale"] == "zh-CN");
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
    let draft = active
        .zhao
        .post_at(&active.path("/reissue"), &etag, body)
        .await
        .expect(201);
    let former = active.id.clone();
    let successor = active.succeeded_by(draft["id"].as_str().unwrap()).await;
    successor.step_up().await;
    let etag = successor.etag().await;
    let mut mark = countersign();
    mark["strokes"] = strokes(7);
    successor
        .zhao
        .post_at(&successor.path("/countersign"), &etag, mark)
        .await
        .expect(200);
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
    let shown = bai
        .get(&format!("/consents/{consent}/presented"))
        .await
        .expect(200);
    assert_eq!(shown["template_id"], id.as_str());
}

#[tokio::test]
async fn a_change_in_substance_reaches_what_was_made_two_versions_ago() {
    let active = Ceremony::active().await;
    let app = &active.app;
    let open = released(app, &app.bai().await).await;
    published(app, next("1.1.0"), false).await;
    let (_, answer) = published(app, next("2.0.0"), true).await;
    assert_eq!(answer["consents"].as_array().unwrap().len(), 2, "{answer}");
    let page = active.zhao.get(&format!("/consents/{open}")).await.expect(200);
    assert_eq!(page["state"], "superseded");
    assert_eq!(
        tasks(app, &active.id).await,
        [("consent.template_changed".to_owned(), false)]
    );
}

#[tokio::test]
async fn from_a_recalled_template_nothing_is_prepared_released_or_begun() {
    let active = Ceremony::active().await;
    let app = &active.app;
    let (lin, bai) = (app.lin().await, app.bai().await);
    let body = json!({
        "identifiers": ["name", "wristband"], "still_agrees": true, "anything_changed": false,
        "questions_answered": true, "yes": "spoken",
        "capacity": { "orientation": true, "teach_back": true, "pain_score": 7, "opioid_4h": false },
    });
    active.zhao.post(&active.path("/bedside"), body).await.expect(201);
    let draft = bai.post("/consent-requests", json!({})).await.expect(201);
    let id = current(&active.zhao, "zh-CN").await.unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = recalled(app, &id).await;
    assert_eq!(
        (&answer["state"], &answer["in_effect"]),
        (&json!("recalled"), &json!(false))
    );
    assert_eq!(answer["consents"][0]["consent"], active.id.as_str());
    assert_eq!(
        current(&active.zhao, "en").await,
        None,
        "its translation goes with it"
    );

    let refused = release(&active.zhao, draft["id"].as_str().unwrap(), "\"1\"").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.template_recalled")
    );
    let ning = app.ning().await;
    ning.post("/consent-requests", json!({})).await.expect(201);
    let etag = active.etag().await;
    let reissue = active
        .zhao
        .post_at(
            &active.path("/reissue"),
            &etag,
            json!({ "reason": "template_recalled" }),
        )
        .await;
    assert_eq!(
        (reissue.status, reissue.code().as_str()),
        (409, "consent.template_unavailable")
    );
    assert_eq!(active.state().await, "active");
    assert_eq!(
        tasks(app, &active.id).await,
        [("consent.template_recalled".to_owned(), true)]
    );

    let labor = lin
        .post("/labors", admission(&active.mei.patient_id))
        .await
        .expect(201);
    let path = format!("/labors/{}", labor["id"].as_str().unwrap());
    let mut record =
        json!({ "technique": "epidural", "indication": "labor", "puncture_at": "2026-03-02T00:40:00Z" });
    let etag = lin.get(&path).await.etag();
    let blocked = active
        .zhao
        .put(&format!("{path}/analgesia"), &etag, record.clone())
        .await;
    assert_eq!(
        (blocked.status, blocked.code().as_str()),
        (409, "analgesia.consent_missing")
    );
    assert_eq!(blocked.body["current"]["reason"], "template_recalled");
    record["exception"] = json!({ "reason": "她坚持要用，已当面说明更正的数字" });
    active
        .zhao
        .put(&format!("{path}/analgesia"), &etag, record)
        .await
        .expect(200);

    // A corrected version opens the way again, also for the draft that waited.
    let (next, _) = published(app, next("1.0.1"), true).await;
    release(&active.zhao, draft["id"].as_str().unwrap(), "\"2\"")
        .await
        .expect(200);
    let shown = bai
        .get(&format!("/consents/{}/presented", draft["id"].as_str().unwrap()))
        .await
        .expect(200);
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
    let restarted = Client::new(
        std::sync::Arc::new(poem::EndpointExt::boxed(document)),
        "/api/patient/v1",
        None,
    );
    let restarted = restarted.with_token(mei.bearer().trim_start_matches("Bearer "));
    assert_eq!(restarted.get(&format!("{path}/presented")).await.bytes, bytes);
    assert_eq!(
        restarted.get(&path).await.expect(200)["reading"],
        before["reading"]
    );
    let again = mei.post("/consent-requests", json!({})).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "consent.template_unavailable")
    );
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
    assert_eq!(
        (alone.status, alone.code().as_str()),
        (409, "consent.template_original_missing")
    );
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
    assert_eq!(
        (&waiting["state"], &waiting["in_effect"]),
        (&json!("published"), &json!(false))
    );
    app.work().await;
    assert_eq!(current(&zhao, "zh-CN").await.unwrap()["version"], "1.0.0");
    let other = in_review(&zhao, next("1.2.0")).await;
    let second = qian
        .post(&format!("/consent-templates/{other}/publish"), body(at))
        .await;
    assert_eq!(
        (second.status, second.code().as_str()),
        (409, "consent.template_scheduled")
    );
    app.clock.advance(2 * 3600);
    app.work().await;
    app.work().await;
    assert_eq!(
        current(&app.zhao().await, "zh-CN").await.unwrap()["id"],
        id.as_str()
    );
    assert_eq!(
        bai.get(&format!("/consents/{open}")).await.expect(200)["state"],
        "superseded"
    );
}

#[tokio::test]
async fn the_other_hospital_sees_nothing_of_it_and_goes_on_with_its_own() {
    let app = App::new().await;
    let ning = app.ning().await;
    let (id, _) = published(&app, next("2.0.0"), true).await;
    let stranger = app.stranger().await;
    let all = templates(&stranger).await;
    assert!(
        all.iter()
            .all(|one| one["id"] != id.as_str() && one["state"] == "published"),
        "{all:?}"
    );
    for rest in ["", "/preview?branch=plain"] {
        assert_eq!(
            stranger
                .get(&format!("/consent-templates/{id}{rest}"))
                .await
                .status,
            404
        );
    }
    let review = stranger
        .post(&format!("/consent-templates/{id}/review"), Value::Null)
        .await;
    assert_eq!(review.status, 404);
    let fang = app.staff(crate::support::cast::OTHER_HOSPITAL, "fang").await;
    let recall = fang
        .post(
            &format!("/consent-templates/{id}/recall"),
            json!({ "reason": "x" }),
        )
        .await;
    assert_eq!(recall.status, 404);
    let draft = ning.post("/consent-requests", json!({})).await.expect(201);
    let released = release(&stranger, draft["id"].as_str().unwrap(), "\"1\"")
        .await
        .expect(200);
    assert_eq!(released["state"], "issued");
    // The same text is another draft there.
    filed(&stranger, next("2.0.0")).await;
}
