//! Who has a record copied or sealed, and that all of it is there: whoever signs a list relies on it.

use serde_json::{Value, json};

use super::retention::DAY;
use super::sealing::{hand, herself, last, path, refused, signs};
use crate::consent::ceremony::Ceremony;
use crate::consent::characters::{drawing, records};
use crate::consent::over_time::Ward;
use crate::consent::text_of;
use crate::forms::attachments::{photo, upload};
use crate::forms::document;
use crate::support::App;
use crate::support::client::{Answer, fresh_key};
use crate::support::walk;

fn demanded(patient: &str, who: Value) -> Value {
    let mut body = herself(patient);
    body["demanded_by"] = who;
    body
}

fn copied(patient: &str, recipient: Value) -> Value {
    json!({ "patient": patient, "recipient": recipient, "basis": "申请复制病历" })
}

#[track_caller]
fn at(answer: &Answer, pointer: &str, code: &str) {
    assert_eq!(answer.status, 422, "{}", answer.body);
    let errors = answer.body["errors"].as_array().unwrap();
    let found = errors
        .iter()
        .any(|one| one["pointer"] == pointer && one["code"] == code);
    assert!(found, "{}", answer.body);
}

fn of_kind<'a>(list: &'a Value, kind: &str) -> Vec<&'a Value> {
    let items = list["items"].as_array().unwrap();
    items.iter().filter(|one| one["kind"] == kind).collect()
}

#[tokio::test]
async fn she_goes_by_the_name_on_her_record_and_nobody_has_what_is_anothers() {
    let app = App::new().await;
    let mei = app.mei().await;
    let qian = app.qian().await;
    let who = |more: Value| {
        let mut who = json!({ "kind": "patient", "name": "梅秀英", "document_ref": "身份证 1222" });
        who.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        who
    };
    let stranger = who(json!({ "name": "张三" }));
    let answer = qian
        .post("/record-copies", copied(&mei.patient_id, stranger.clone()))
        .await;
    at(&answer, "/recipient/name", "inconsistent");
    let answer = qian
        .post("/record-seals", demanded(&mei.patient_id, stranger))
        .await;
    at(&answer, "/demanded_by/name", "inconsistent");
    for (member, value) in [
        ("relation", json!("本人")),
        ("authority", json!("01900000-0000-7000-8000-000000000000")),
        ("died_on", json!("2026-03-01")),
        ("kinship_ref", json!("户口簿")),
    ] {
        let answer = qian
            .post(
                "/record-copies",
                copied(&mei.patient_id, who(json!({ member: value }))),
            )
            .await;
        at(&answer, &format!("/recipient/{member}"), "inconsistent");
    }
    qian.post("/record-copies", copied(&mei.patient_id, who(json!({}))))
        .await
        .expect(201);
}

#[tokio::test]
async fn her_guardian_has_her_record_sealed_and_copied() {
    let app = App::new().await;
    let mei = app.mei().await;
    let qian = app.qian().await;
    let mut mother =
        json!({ "kind": "guardian", "name": "陈芳", "relation": "母亲", "document_ref": "身份证 0012" });
    let answer = qian
        .post("/record-seals", demanded(&mei.patient_id, mother.clone()))
        .await;
    at(&answer, "/demanded_by/kinship_ref", "required");
    mother["kinship_ref"] = json!("户口簿");
    let seal = qian
        .post("/record-seals", demanded(&mei.patient_id, mother.clone()))
        .await
        .expect(201);
    assert_eq!(seal["demanded_by"]["kind"], "guardian");
    if let Some(text) = text_of(&qian.get(&path(&seal, "/document")).await.bytes) {
        assert!(text.contains("法定监护人"), "{text}");
    }
    qian.post("/record-copies", copied(&mei.patient_id, mother))
        .await
        .expect(201);
}

#[tokio::test]
async fn an_agent_is_known_by_his_document_and_a_retry_has_its_answer_when_his_time_is_over() {
    let app = App::new().await;
    let mei = app.mei().await;
    let (qian, lin) = (app.qian().await, app.lin().await);
    let authority = json!({
        "agent": { "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" },
        "matter": "neuraxial_labor_analgesia", "scope": ["record"],
        "ends_at": app.clock.now() + chrono::Duration::hours(12),
        "document_ref": "病案 卷二", "patient_signed": true,
    });
    let path = format!("/patients/{}/authorities", mei.patient_id);
    let authority = lin.post(&path, authority).await.expect(201)["id"].clone();
    let agent = |document: &str| {
        json!({
            "kind": "agent", "name": "王强", "relation": "丈夫", "document_ref": document, "authority": authority,
        })
    };
    let namesake = copied(&mei.patient_id, agent("身份证 9900"));
    refused(
        &qian.post("/record-copies", namesake).await,
        "people.not_entitled",
    );
    let (key, body) = (fresh_key(), copied(&mei.patient_id, agent("身份证 0012")));
    let first = qian
        .post_keyed("/record-copies", &key, body.clone())
        .await
        .expect(201);
    app.clock.advance(13 * 3600);
    let qian = app.qian().await;
    refused(
        &qian.post("/record-copies", body.clone()).await,
        "people.not_entitled",
    );
    let again = qian.post_keyed("/record-copies", &key, body).await;
    assert_eq!(again.header("idempotent-replayed").as_deref(), Some("true"));
    assert_eq!(again.expect(201)["number"], first["number"]);
}

#[tokio::test]
async fn a_list_has_every_document_of_a_consent_and_her_agreements() {
    let ward = Ward::of(Ceremony::active().await).await;
    let ceremony = &ward.ceremony;
    let app = &ceremony.app;
    ceremony.is_confirmed().await;
    app.work().await;
    app.clock.advance(25 * 3600);
    ceremony.is_confirmed().await;
    app.work().await;
    let qian = app.qian().await;
    let seal = qian
        .post("/record-seals", herself(&ceremony.mei.patient_id))
        .await
        .expect(201);
    let list = last(&seal);
    let documents = of_kind(list, "document");
    let bedside = documents
        .iter()
        .filter(|one| one["id"].as_str().unwrap().contains(".bedside."));
    assert_eq!(bedside.count(), 2, "{documents:?}");
    assert!(of_kind(list, "agreements").len() >= 3, "{list}");
    let hold = json!({ "patient": ceremony.mei.patient_id, "reason": "家属提出异议。", "parties": ["患方"] });
    let hold = qian.post("/legal-holds", hold).await.expect(201);
    assert_eq!(of_kind(&hold, "document").len(), documents.len());
}

#[tokio::test]
async fn lessons_are_on_the_list_and_what_is_open_is_said_to_be_unfinished() {
    let app = App::new().await;
    let world = walk::to_the_survey(&app).await;
    let qian = app.qian().await;
    let seal = qian
        .post("/record-seals", herself(&world.patient))
        .await
        .expect(201);
    let list = last(&seal);
    assert!(!of_kind(list, "lessons").is_empty(), "{list}");
    let finished = |kind: &str| -> Vec<bool> {
        let all = of_kind(list, kind).into_iter();
        all.map(|one| one["finished"] == true).collect()
    };
    assert_eq!(finished("pregnancies"), [false]);
    assert!(finished("follow_ups").contains(&false), "{list}");
    assert!(finished("follow_ups").contains(&true), "{list}");
    assert!(finished("alerts").contains(&false), "nobody has taken it: {list}");
    let recipient = json!({ "kind": "patient", "name": "梅秀英", "document_ref": "身份证 1222" });
    let mut lessons = copied(&world.patient, recipient);
    lessons["parts"] = json!(["lessons"]);
    qian.post("/record-copies", lessons).await.expect(201);
}

#[tokio::test]
async fn a_rare_name_is_printed_with_its_picture_and_refused_without_one() {
    let app = App::new().await;
    let mei = app.mei().await;
    let etag = mei.get("/me").await.etag();
    let profile = json!({ "name": "李𲎯", "birth_date": "1996-03-12", "language": "zh-CN" });
    mei.put("/me", &etag, profile).await.expect(200);
    let qian = app.qian().await;
    let demand = demanded(
        &mei.patient_id,
        json!({ "kind": "patient", "name": "李𲎯", "document_ref": "身份证 1222" }),
    );
    at(
        &qian.post("/record-seals", demand.clone()).await,
        "/patient",
        "character",
    );
    at(&mei.post("/me/copies", json!({})).await, "", "character");
    records(&app.lin().await, "𲎯", drawing(5)).await.expect(201);
    mei.post("/me/copies", json!({})).await.expect(201);
    let seal = qian.post("/record-seals", demand.clone()).await.expect(201);
    let sealed = signs(&qian, &seal).await.expect(201);
    if let Some(text) = text_of(&qian.get(&path(&sealed, "/document")).await.bytes) {
        assert!(text.contains("李𲎯"), "{text}");
    }

    let wu = app.wu().await;
    let me = qian.get("/me").await.expect(200);
    let account = format!("/staff/{}", me["id"].as_str().unwrap());
    let etag = wu.get(&account).await.etag();
    let renamed = json!({ "username": "qian", "name": "钱𲎰", "role": "quality" });
    wu.put(&account, &etag, renamed).await.expect(200);
    let copy = json!({
        "patient": mei.patient_id, "recipient": demand["demanded_by"], "basis": "申请复制病历",
    });
    at(
        &app.qian().await.post("/record-copies", copy).await,
        "",
        "character",
    );
}

#[tokio::test]
async fn both_sides_sign_the_list_in_the_language_in_which_it_was_shown() {
    let app = App::new().await;
    let mei = app.mei().await;
    let qian = app.qian().await;
    let english = qian.speaking("en");
    let seal = english
        .post("/record-seals", herself(&mei.patient_id))
        .await
        .expect(201);
    let title = "Listofasealedmedicalrecord";
    let shown = qian.get(&path(&seal, "/document")).await;
    let sealed = signs(&qian, &seal).await.expect(201);
    let signed = qian.get(&path(&sealed, "/document")).await;
    for document in [shown, signed] {
        if let Some(text) = text_of(&document.bytes) {
            assert!(text.contains(title), "{text}");
        }
    }
}

#[tokio::test]
async fn one_hand_does_not_sign_for_both_sides() {
    let app = App::new().await;
    let mei = app.mei().await;
    let qian = app.qian().await;
    let seal = qian
        .post("/record-seals", herself(&mei.patient_id))
        .await
        .expect(201);
    let body = json!({
        "list_sha256": last(&seal)["sha256"], "medium": "光盘 2026-014",
        "hospital": hand(31), "demanding": hand(31),
    });
    let answer = qian.post(&path(&seal, "/signatures"), body).await;
    at(&answer, "/demanding/strokes", "twice");
}

#[tokio::test]
async fn she_takes_five_copies_in_a_day() {
    let app = App::new().await;
    let mei = app.mei().await;
    let some = json!({ "parts": ["profile"] });
    let (key, first) = (fresh_key(), some.clone());
    mei.post_keyed("/me/copies", &key, first.clone())
        .await
        .expect(201);
    for _ in 0..4 {
        mei.post("/me/copies", some.clone()).await.expect(201);
    }
    refused(
        &mei.post("/me/copies", some.clone()).await,
        "people.copies_of_today",
    );
    mei.post_keyed("/me/copies", &key, first).await.expect(201);
    app.bai().await.post("/me/copies", some.clone()).await.expect(201);
    app.clock.advance(DAY + 1);
    mei.post("/me/copies", some).await.expect(201);
}

#[tokio::test]
async fn a_sealed_record_that_cannot_be_read_keeps_no_other_one_waiting() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    let qian = app.qian().await;
    let draft = json!({ "questionnaire": "pre-analgesia" });
    mei.post("/responses", draft.clone()).await.expect(201);
    upload(&mei, &photo()).await;
    let started = bai.post("/responses", draft).await;
    let etag = started.etag();
    let response = format!("/responses/{}", started.expect(201)["id"].as_str().unwrap());
    signs(
        &qian,
        &qian
            .post("/record-seals", herself(&mei.patient_id))
            .await
            .expect(201),
    )
    .await
    .expect(201);
    let hers = json!({ "kind": "patient", "name": "白如雪", "document_ref": "身份证 3344" });
    let seal = qian
        .post("/record-seals", demanded(&bai.patient_id, hers))
        .await
        .expect(201);
    signs(&qian, &seal).await.expect(201);
    let answers = json!({ "content": document(&app, json!({})) });
    bai.put(&response, &etag, answers).await.expect(200);
    bai.post(&format!("{response}/submit"), json!({}))
        .await
        .expect(200);
    std::fs::remove_dir_all(app.config.data.join("files")).unwrap();
    app.clock.advance(2 * DAY);
    app.work().await;
    let seen = app.qian().await.get(&path(&seal, "")).await.expect(200);
    assert_eq!(seen["to_seal_again"][0]["kind"], "responses", "{seen}");
}
