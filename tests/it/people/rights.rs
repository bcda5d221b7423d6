//! What she may ask of her data, and what the office answers.

use serde_json::{Value, json};

use crate::consent::ceremony::Ceremony;
use crate::support::App;
use crate::support::cast::{OTHER_HOSPITAL, Woman};
use crate::support::client::Client;
use crate::support::walk;

/// The requests that wait for the office.
async fn waiting(qian: &Client) -> Vec<Value> {
    let list = qian.get("/data-requests").await.expect(200);
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn she_gets_a_copy_of_everything_held_on_her() {
    let app = App::new().await;
    let world = walk::to_the_survey(&app).await;
    let mei = app.newcomer("o-mei").await;
    let copy = mei.get("/me/export").await.expect(200);
    assert_eq!(copy["profile"]["name"], "梅秀英");
    for part in [
        "agreements",
        "requests",
        "pregnancies",
        "notices",
        "lessons",
        "quiz_attempts",
        "classes",
        "responses",
        "attachments",
        "decisions",
        "consents",
        "labors",
        "follow_ups",
        "alerts",
        "suggestion_checks",
        "wechat_events",
        "read_by",
    ] {
        assert!(copy[part].is_array(), "{part} is missing");
    }
    for part in [
        "lessons",
        "responses",
        "decisions",
        "consents",
        "labors",
        "follow_ups",
    ] {
        assert!(!copy[part].as_array().unwrap().is_empty(), "{part} is empty");
    }
    let consent = &copy["consents"][0];
    assert_eq!(consent["id"], world.ids["consents"].as_str());
    let document = mei
        .get(&format!("/consents/{}/document", world.ids["consents"]))
        .await;
    assert_eq!(
        document.etag(),
        format!("\"{}\"", consent["documents"][0]["sha256"].as_str().unwrap())
    );
    assert!(consent["signatures"][0]["digest"].is_string());
    assert!(!copy.to_string().contains("strokes"), "handwriting stays sealed");
    let roles: Vec<&Value> = copy["read_by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["role"])
        .collect();
    assert!(roles.contains(&&json!("anesthesiologist")) && roles.contains(&&json!("midwife")));
    assert_eq!(copy["withheld"][0]["what"], "adverse_event_reports");
    app.work().await;
    let journal = app.qian().await.get("/audit?limit=5").await.expect(200);
    assert!(journal.to_string().contains("people.export"), "{journal}");
}

#[tokio::test]
async fn a_request_gets_a_receipt_at_once_and_an_answer_with_its_reasons() {
    let app = App::new().await;
    let mei = app.mei().await;
    let body = json!({ "kind": "explain", "text": "谁看过我的评估？" });
    let receipt = mei.post("/me/requests", body).await.expect(202);
    let request = &receipt["request"];
    assert_eq!(request["number"].as_str().unwrap().len(), "20260302-ABCDEF".len());
    assert_eq!(
        request["due_at"], "2026-03-23T16:00:00Z",
        "the end of the fifteenth working day"
    );
    assert!(receipt["kept"].as_array().unwrap().is_empty());

    let qian = app.qian().await;
    let waits = waiting(&qian).await;
    assert_eq!(waits.len(), 1);
    assert_eq!(waits[0]["text"], "谁看过我的评估？");
    let path = format!("/data-requests/{}/answer", request["id"].as_str().unwrap());
    let silent = qian.post(&path, json!({ "outcome": "refused" })).await;
    assert_eq!(silent.status, 422, "a refusal has its reasons");
    let fang = app.staff(OTHER_HOSPITAL, "fang").await;
    let answer = json!({ "outcome": "granted", "reasons": "访问记录已随副本提供。" });
    fang.post(&path, answer.clone()).await.expect(404);
    let answered = qian.post(&path, answer.clone()).await.expect(200);
    assert_eq!(answered["answer"]["outcome"], "granted");
    assert_eq!(answered["answer"]["restricted"], false);
    let again = qian.post(&path, answer).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "people.request_answered")
    );
    assert!(waiting(&qian).await.is_empty());
    let hers = mei.get("/me/requests").await.expect(200);
    assert_eq!(hers[0]["answer"]["reasons"], "访问记录已随副本提供。");
    let bai = app.bai().await;
    assert_eq!(bai.get("/me/requests").await.expect(200), json!([]));
}

#[tokio::test]
async fn a_request_that_nobody_answers_in_time_is_told_to_the_office() {
    let app = App::new().await;
    let mei = app.mei().await;
    mei.post("/me/requests", json!({ "kind": "copy" }))
        .await
        .expect(202);
    app.clock.advance(22 * 86_400);
    app.work().await;
    let qian = app.qian().await;
    let waits = waiting(&qian).await;
    assert!(waits[0]["overdue_at"].is_string(), "{waits:?}");
    let journal = qian.get("/audit?limit=100").await.expect(200);
    assert!(
        journal.to_string().contains("people.request_overdue"),
        "{journal}"
    );
}

#[tokio::test]
async fn days_off_of_the_hospital_do_not_count() {
    let app = App::new().await;
    let (mei, wu) = (app.mei().await, app.wu().await);
    let facility = wu.get("/facility").await;
    let etag = facility.etag();
    let mut body = facility.expect(200);
    body["settings"]["days_off"] = json!(["2026-03-09", "2026-03-10"]);
    let change = json!({ "name": body["name"], "phone": body["phone"], "settings": body["settings"] });
    wu.put("/facility", &etag, change).await.expect(200);
    let receipt = mei
        .post("/me/requests", json!({ "kind": "correct" }))
        .await
        .expect(202);
    assert_eq!(receipt["request"]["due_at"], "2026-03-25T16:00:00Z");
}

/// Whether a list of the clinic shows her.
async fn listed(lin: &Client, mei: &Woman) -> bool {
    let list = lin.get("/patients").await.expect(200);
    list.to_string().contains(&mei.patient_id)
}

#[tokio::test]
async fn erasure_says_what_stays_and_ends_every_other_use() {
    let app = App::new().await;
    let (mei, lin, qian) = (app.mei().await, app.lin().await, app.qian().await);
    let draft = mei
        .post("/responses", json!({ "questionnaire": "pre-analgesia" }))
        .await
        .expect(201);
    let receipt = mei
        .post("/me/erasure", json!({ "text": "请删除我的信息。" }))
        .await
        .expect(202);
    let kept = receipt["kept"].as_array().unwrap();
    assert_eq!(
        (&kept[0]["what"], &kept[0]["until"]),
        (&json!("medical_record"), &json!("2041-03-02"))
    );
    assert!(
        listed(&lin, &mei).await,
        "asking alone must not take her off the ward's list"
    );
    let path = format!(
        "/data-requests/{}/answer",
        receipt["request"]["id"].as_str().unwrap()
    );
    let answer = json!({ "outcome": "partly", "reasons": "病历依法保存，其他用途停止。" });
    let answered = qian.post(&path, answer).await.expect(200);
    assert_eq!(answered["answer"]["restricted"], true);
    assert_eq!(answered["answer"]["kept"][0]["what"], "medical_record");
    assert!(!listed(&lin, &mei).await);
    let draft = format!("/responses/{}", draft["id"].as_str().unwrap());
    assert_eq!(mei.get(&draft).await.status, 404, "no law keeps a draft");
    // Storage goes on: whoever treats her finds her, and that is journaled.
    lin.get(&format!("/patients/{}", mei.patient_id))
        .await
        .expect(200);
    app.agrees(&mei).await;
    assert!(listed(&lin, &mei).await, "her own word opens it again");
}

#[tokio::test]
async fn nobody_reminds_a_woman_whose_data_may_only_be_kept() {
    let app = App::new().await;
    walk::to_the_survey(&app).await;
    let mei = app.newcomer("o-mei").await;
    let receipt = mei
        .post("/me/requests", json!({ "kind": "restrict" }))
        .await
        .expect(202);
    let path = format!(
        "/data-requests/{}/answer",
        receipt["request"]["id"].as_str().unwrap()
    );
    let qian = app.qian().await;
    qian.post(&path, json!({ "outcome": "granted" }))
        .await
        .expect(200);
    let before = mei.get("/me/notices?limit=100").await.expect(200);
    app.clock.advance(10 * 86_400);
    app.work().await;
    let mei = app.newcomer("o-mei").await;
    assert_eq!(mei.get("/me/notices?limit=100").await.expect(200), before);
    let lin = app.lin().await;
    let points = lin.get("/follow-ups?limit=100").await.expect(200);
    assert!(points["items"].as_array().unwrap().is_empty(), "{points}");
}

#[tokio::test]
async fn a_closed_account_ends_her_sessions_and_keeps_the_record() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    let invitation = format!("/patients/{}/invitation", mei.patient_id);
    let still_out = lin.post(&invitation, json!({})).await.expect(201);
    let receipt = mei
        .post("/me/requests", json!({ "kind": "close_account" }))
        .await
        .expect(202);
    let path = format!(
        "/data-requests/{}/answer",
        receipt["request"]["id"].as_str().unwrap()
    );
    let qian = app.qian().await;
    qian.post(&path, json!({ "outcome": "granted" }))
        .await
        .expect(200);
    assert_eq!(mei.get("/me").await.status, 401);
    let code = app.simulator.login_code("o-somebody").code;
    let body = json!({ "wechat_code": code, "invite": still_out["scene"] });
    let late = app.nobody().post_bare("/sessions", body).await;
    assert_eq!(late.code(), "people.invitation_invalid");
    lin.get(&format!("/patients/{}", mei.patient_id))
        .await
        .expect(200);
}

#[tokio::test]
async fn an_agreement_tells_its_parts_and_evidence_names_its_text() {
    let app = App::new().await;
    let mei = app.mei().await;
    let agreements = mei.speaking("en").get("/me/agreements").await.expect(200);
    for one in agreements.as_array().unwrap() {
        for part in [
            "purpose",
            "data",
            "recipients",
            "period",
            "necessity",
            "effect",
            "version",
        ] {
            assert!(
                !one[part].as_str().unwrap_or_default().is_empty(),
                "{part} of {one}"
            );
        }
        assert_eq!(one["sha256"].as_str().unwrap().len(), 64);
    }
    let voluntary: Vec<&Value> = agreements
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["required"] == false)
        .collect();
    assert!(
        voluntary
            .iter()
            .all(|one| one.get("accepted").is_none_or(Value::is_null)),
        "none is given beforehand"
    );
}

#[tokio::test]
async fn her_document_is_hers_and_a_staff_copy_says_whose_it_is_around_the_same_bytes() {
    let ceremony = Ceremony::active().await;
    let hers = ceremony.mei.get(&ceremony.path("/document")).await;
    assert_eq!(hers.header("muan-copy"), None);
    let copy = ceremony.zhao.get(&ceremony.path("/document")).await;
    assert_eq!(copy.bytes, hers.bytes, "the sealed bytes are never touched");
    let mark = copy.header("muan-copy").unwrap();
    assert!(
        mark.starts_with("by=zhao; at=2026-03-02T"),
        "user and time: {mark}"
    );
    let name = copy.header("content-disposition").unwrap();
    assert!(name.contains("copy-zhao-20260302T"), "{name}");
    // The quality office keeps the records: it gives copies to whom the law names (CE-233).
    let qian = ceremony.app.qian().await;
    let copy = qian.get(&ceremony.path("/document")).await;
    assert_eq!(copy.bytes, hers.bytes);
    assert!(copy.header("muan-copy").unwrap().starts_with("by=qian; "));
    let journal = ceremony
        .app
        .qian()
        .await
        .get("/audit?limit=100")
        .await
        .expect(200);
    let copies = journal["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["act"] == "consent.document" && one["detail"]["copy"] == true);
    assert_eq!(copies.count(), 3, "each copy is in the journal");
}
