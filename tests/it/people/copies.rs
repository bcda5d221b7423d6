//! Copies with the hospital's proof mark: for whom, what is in them, and the log of them.

use muan::db::Q;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::retention::YEAR;
use super::sealing::{refused, unpacked};
use crate::consent::ceremony::Ceremony;
use crate::consent::text_of;
use crate::support::App;
use crate::support::cast::OTHER_HOSPITAL;

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn file(copy: &Value, of: &str) -> String {
    format!("{of}/{}/file", copy["id"].as_str().unwrap())
}

#[tokio::test]
async fn she_takes_a_copy_with_the_proof_mark_and_the_original_is_untouched() {
    let ceremony = Ceremony::active().await;
    let (app, mei) = (&ceremony.app, &ceremony.mei);
    let document = mei.get(&ceremony.path("/document")).await;
    let copy = mei.post("/me/copies", json!({})).await.expect(201);
    assert_eq!(copy["recipient"], "patient");
    assert_eq!(copy["name"], "梅秀英");
    let sent = mei.get(&file(&copy, "/me/copies")).await;
    assert_eq!(sha256(&sent.bytes), copy["sha256"].as_str().unwrap());
    let files = unpacked(&sent.bytes);
    let items = copy["items"].as_array().unwrap();
    for item in items {
        let bytes = &files[item["file"].as_str().unwrap()];
        assert_eq!(sha256(bytes), item["sha256"].as_str().unwrap(), "{item}");
    }
    let pdf = items.iter().find(|one| one["kind"] == "document").unwrap();
    assert_eq!(
        files[pdf["file"].as_str().unwrap()],
        document.bytes,
        "byte for byte"
    );
    let certificate = &files["certificate.pdf"];
    assert!(certificate.starts_with(b"%PDF"));
    if let Some(folder) = option_env!("MUAN_TEST_KEEP") {
        std::fs::write(format!("{folder}/certificate.pdf"), certificate).unwrap();
    }
    if let Some(text) = text_of(certificate) {
        for word in [
            "与原件一致",
            copy["number"].as_str().unwrap(),
            pdf["sha256"].as_str().unwrap(),
            &sha256(&files["list.json"]),
            "梅秀英",
        ] {
            assert!(text.contains(word), "{word} is not on the certificate: {text}");
        }
    }
    let hers = mei.get("/me/copies").await.expect(200);
    assert_eq!(hers[0]["number"], copy["number"]);
    let everything = mei.get("/me/export").await.expect(200);
    assert_eq!(everything["copies"][0]["sha256"], copy["sha256"]);
    let qian = app.qian().await;
    let log = qian.get("/record-copies").await.expect(200);
    assert_eq!(log["items"][0]["number"], copy["number"]);
    assert!(log["items"][0].get("by").is_none(), "nobody issued it");
    app.work().await;
    let journal = qian.get("/audit?limit=50").await.expect(200).to_string();
    assert!(journal.contains("people.issue_copy") && journal.contains("people.copy_file"));
}

#[tokio::test]
async fn the_office_issues_copies_to_those_whom_the_law_names_and_logs_each() {
    let ceremony = Ceremony::active().await;
    let (app, mei) = (&ceremony.app, &ceremony.mei);
    let (qian, lin) = (app.qian().await, app.lin().await);
    let body = |recipient: Value| json!({ "patient": mei.patient_id, "recipient": recipient, "basis": "申请复制病历" });
    let mut agent =
        json!({ "kind": "agent", "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" });
    let bare = qian.post("/record-copies", body(agent.clone())).await;
    assert_eq!(bare.status, 422, "an agent has an authority: {}", bare.body);
    let authority = json!({
        "agent": { "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" },
        "matter": "neuraxial_labor_analgesia", "scope": ["record"],
        "ends_at": app.clock.now() + chrono::Duration::days(7),
        "document_ref": "病案 卷二", "patient_signed": true,
    });
    let path = format!("/patients/{}/authorities", mei.patient_id);
    agent["authority"] = lin.post(&path, authority).await.expect(201)["id"].clone();
    let mut brother = agent.clone();
    brother["name"] = json!("王刚");
    refused(
        &qian.post("/record-copies", body(brother)).await,
        "people.not_entitled",
    );
    let mut some = body(agent.clone());
    some["parts"] = json!(["document"]);
    let copy = qian.post("/record-copies", some.clone()).await.expect(201);
    let kinds: Vec<&Value> = copy["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(kinds, ["document"]);
    let sent = qian.get(&file(&copy, "/record-copies")).await;
    assert_eq!(sha256(&sent.bytes), copy["sha256"].as_str().unwrap());
    some["parts"] = json!(["horoscope"]);
    assert_eq!(qian.post("/record-copies", some.clone()).await.status, 422);
    some["parts"] = json!(["labors"]);
    refused(&qian.post("/record-copies", some).await, "people.nothing_to_copy");

    let hers = mei.get("/me/copies").await.expect(200);
    assert_eq!(hers[0]["name"], "王强", "she sees who has a copy");
    mei.get(&file(&copy, "/me/copies")).await.expect(404);
    let fang = app.staff(OTHER_HOSPITAL, "fang").await;
    assert_eq!(fang.get("/record-copies").await.expect(200)["items"], json!([]));
    fang.get(&file(&copy, "/record-copies")).await.expect(404);
    fang.post("/record-copies", body(agent.clone())).await.expect(404);
    let of_her = format!("/record-copies?patient={}", mei.patient_id);
    assert_eq!(
        qian.get(&of_her).await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let bai = app.bai().await;
    assert_eq!(bai.get("/me/copies").await.expect(200), json!([]));
    bai.get(&file(&copy, "/me/copies")).await.expect(404);

    app.clock.advance(8 * 86_400);
    let qian = app.qian().await;
    refused(
        &qian.post("/record-copies", body(agent)).await,
        "people.not_entitled",
    );
    let mut heir = json!({
        "kind": "heir", "name": "梅国强", "relation": "父亲", "document_ref": "身份证 3344",
        "kinship_ref": "死亡证明 2026-7、户口簿",
    });
    assert_eq!(qian.post("/record-copies", body(heir.clone())).await.status, 422);
    heir["died_on"] = json!("2026-03-09");
    let copy = qian.post("/record-copies", body(heir)).await.expect(201);
    assert_eq!(copy["recipient"]["died_on"], "2026-03-09");
    let sent = qian.get(&file(&copy, "/record-copies")).await;
    assert!(unpacked(&sent.bytes).len() > 5, "the whole record");
}

#[tokio::test]
async fn a_copy_goes_with_the_record_and_cannot_be_changed_before() {
    for app in App::each().await {
        let mei = app.mei().await;
        let copy = mei.post("/me/copies", json!({})).await.expect(201);
        for sql in ["update record_copy set sha256 = ''", "delete from record_copy"] {
            let mut tx = app.ctx.db.begin().await.unwrap();
            let said = tx.q(sql).run().await.unwrap_err().to_string();
            assert!(said.contains("immutable"), "{sql}: {said}");
        }
        app.clock.advance(16 * YEAR);
        let (qian, ren) = (app.qian().await, super::retention::ren(&app).await);
        assert_eq!(keys_of_copies(&app).await, 1);
        let list = qian.post("/destruction-lists", json!({})).await.expect(201);
        let approve = format!("/destruction-lists/{}/approve", list["id"].as_str().unwrap());
        qian.post(&approve, json!({})).await.expect(200);
        ren.post(&approve, json!({})).await.expect(200);
        assert_eq!(qian.get("/record-copies").await.expect(200)["items"], json!([]));
        qian.get(&file(&copy, "/record-copies")).await.expect(404);
        assert_eq!(
            keys_of_copies(&app).await,
            0,
            "what is left of it can be read by nobody"
        );
    }
}

/// Copies that somebody who has the database and the master key can read.
async fn keys_of_copies(app: &App) -> usize {
    let rows: Vec<(uuid::Uuid,)> = app
        .ctx
        .view()
        .q("select distinct k.record from data_key k join record_copy c on c.id = k.record")
        .all()
        .await
        .unwrap();
    rows.len()
}
