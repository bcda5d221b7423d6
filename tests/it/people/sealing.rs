//! The sealing of a record in a dispute: listed, signed by both sides, copied, sealed again, ended.

use std::collections::BTreeMap;

use muan::db::Q;
use muan::evidence::bundle::{Limits, read_within};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::retention::{DAY, YEAR, ren};
use crate::consent::ceremony::{Ceremony, canvas, strokes};
use crate::support::App;
use crate::support::client::{Answer, Client};

/// She herself demands it.
pub fn herself(patient: &str) -> Value {
    json!({
        "patient": patient,
        "demanded_by": { "kind": "patient", "name": "梅秀英", "document_ref": "身份证 1222" },
        "reason": "对镇痛后下肢麻木有异议。",
    })
}

pub fn hand(phase: i64) -> Value {
    json!({ "strokes": strokes(phase), "canvas": canvas() })
}

/// The last list of a sealing.
pub fn last(seal: &Value) -> &Value {
    seal["lists"].as_array().unwrap().last().unwrap()
}

/// Both sides sign the last list on the screen.
pub async fn signs(qian: &Client, seal: &Value) -> Answer {
    let body = json!({
        "list_sha256": last(seal)["sha256"], "medium": "光盘 2026-014",
        "hospital": hand(31), "demanding": hand(32),
    });
    qian.post(&path(seal, "/signatures"), body).await
}

pub fn path(seal: &Value, rest: &str) -> String {
    format!("/record-seals/{}{rest}", seal["id"].as_str().unwrap())
}

#[track_caller]
pub fn refused(answer: &Answer, code: &str) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (409, code),
        "{}",
        answer.body
    );
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The files of a copy by their names.
pub fn unpacked(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let any = Limits {
        bytes: 1 << 28,
        files: 10_000,
        allowed: |_| true,
    };
    let files = read_within(zip, &any).unwrap();
    assert!(files.damaged.is_empty());
    let owned = files.all.into_iter();
    owned
        .map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
        .collect()
}

/// A sealing of Mei's whole record that both sides have signed.
pub async fn sealed(qian: &Client, patient: &str) -> Value {
    let seal = qian.post("/record-seals", herself(patient)).await.expect(201);
    signs(qian, &seal).await.expect(201)
}

#[tokio::test]
async fn a_record_is_listed_signed_by_both_sides_and_copied_and_stays_in_use() {
    let ceremony = Ceremony::active().await;
    let (app, mei) = (&ceremony.app, &ceremony.mei);
    let draft = mei
        .post("/responses", json!({ "questionnaire": "pre-analgesia" }))
        .await
        .expect(201);
    let qian = app.qian().await;
    let seal = qian
        .post("/record-seals", herself(&mei.patient_id))
        .await
        .expect(201);
    assert_eq!(seal["state"], "listed");
    assert!(seal.get("ends_at").is_none(), "nothing runs before it is signed");
    let list = last(&seal).clone();
    let items = list["items"].as_array().unwrap();
    let find = |kind: &str, id: &str| {
        items
            .iter()
            .find(|one| one["kind"] == kind && one["id"] == id)
            .unwrap()
    };
    let document = mei.get(&ceremony.path("/document")).await;
    let pdf = find("document", &format!("{0}.consent.{0}", ceremony.id));
    assert_eq!(
        document.etag(),
        format!("\"{}\"", pdf["sha256"].as_str().unwrap())
    );
    assert_eq!(find("profile", &mei.patient_id)["finished"], true);
    assert_eq!(
        find("responses", draft["id"].as_str().unwrap())["finished"],
        false
    );

    let shown = qian.get(&path(&seal, "/document")).await;
    assert!(shown.bytes.starts_with(b"%PDF"), "{}", shown.body);
    let log = mei.get("/me/access-log").await.expect(200);
    assert_eq!(log["items"][0]["page"], "sealed", "{log}");
    refused(&qian.get(&path(&seal, "/copy")).await, "people.list_unsigned");
    let mut other = seal.clone();
    other["lists"][0]["sha256"] = json!("00".repeat(32));
    refused(&signs(&qian, &other).await, "people.list_mismatch");
    let sealed = signs(&qian, &seal).await.expect(201);
    assert_eq!(sealed["state"], "sealed");
    let ends_at = sealed["ends_at"].as_str().unwrap();
    assert!(ends_at.starts_with("2029-03-02T"), "three years: {ends_at}");
    refused(&signs(&qian, &seal).await, "people.list_signed");

    let copy = qian.get(&path(&seal, "/copy")).await;
    assert_eq!(copy.header("content-type").unwrap(), "application/zip");
    let signature = &last(&sealed)["signature"];
    assert_eq!(sha256(&copy.bytes), signature["package_sha256"].as_str().unwrap());
    assert_eq!(
        qian.get(&path(&seal, "/copy")).await.bytes,
        copy.bytes,
        "the same each time"
    );
    let files = unpacked(&copy.bytes);
    for item in items {
        let bytes = &files[item["file"].as_str().unwrap()];
        assert_eq!(sha256(bytes), item["sha256"].as_str().unwrap(), "{item}");
    }
    assert_eq!(
        files[pdf["file"].as_str().unwrap()],
        document.bytes,
        "byte for byte"
    );
    assert_eq!(sha256(&files["list.json"]), list["sha256"].as_str().unwrap());
    let named: Value = serde_json::from_slice(&files["list.json"]).unwrap();
    assert_eq!(named["traces_sha256"], sha256(&files["traces.json"]));
    let traces = String::from_utf8(files["traces.json"].clone()).unwrap();
    assert!(traces.contains("consent.sign") && traces.contains("consent.countersign"));
    assert_eq!(
        sha256(&files["list.pdf"]),
        signature["document_sha256"].as_str().unwrap()
    );
    assert_eq!(qian.get(&path(&seal, "/document")).await.bytes, files["list.pdf"]);
    if let Some(folder) = option_env!("MUAN_TEST_KEEP") {
        std::fs::write(format!("{folder}/sealed-list.pdf"), &files["list.pdf"]).unwrap();
    }

    assert_eq!(
        mei.get(&ceremony.path("/document")).await.bytes,
        document.bytes,
        "in use"
    );
    app.work().await;
    let journal = qian.get("/audit?limit=50").await.expect(200).to_string();
    for act in [
        "people.seal\"",
        "people.sign_seal",
        "people.seal_document",
        "people.seal_copy",
    ] {
        assert!(journal.contains(act), "{act} is not in the journal");
    }
}

#[tokio::test]
async fn only_those_whom_the_law_names_have_a_record_sealed() {
    let app = App::new().await;
    let mei = app.mei().await;
    let (qian, lin) = (app.qian().await, app.lin().await);
    let by = |who: Value| {
        let mut body = herself(&mei.patient_id);
        body["demanded_by"] = who;
        body
    };
    let agent = |authority: &Value| json!({ "kind": "agent", "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012", "authority": authority });
    let unknown = json!("01900000-0000-7000-8000-000000000000");
    let answer = qian.post("/record-seals", by(agent(&unknown))).await;
    refused(&answer, "people.not_entitled");
    let authority = async |scope: &str| {
        let body = json!({
            "agent": { "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" },
            "matter": "neuraxial_labor_analgesia", "scope": [scope],
            "ends_at": app.clock.now() + chrono::Duration::days(7),
            "document_ref": "病案 卷二", "patient_signed": true,
        });
        let path = format!("/patients/{}/authorities", mei.patient_id);
        lin.post(&path, body).await.expect(201)["id"].clone()
    };
    let to_sign = authority("sign").await;
    let answer = qian.post("/record-seals", by(agent(&to_sign))).await;
    refused(&answer, "people.not_entitled");
    let of_record = authority("record").await;
    let seal = qian
        .post("/record-seals", by(agent(&of_record)))
        .await
        .expect(201);
    assert_eq!(seal["demanded_by"]["name"], "王强");
    let twice = qian.post("/record-seals", herself(&mei.patient_id)).await;
    refused(&twice, "people.record_sealed");
    let reason = json!({ "reason": "代理人未到场签名。" });
    let released = qian.post(&path(&seal, "/release"), reason).await.expect(200);
    assert_eq!(released["released"]["cause"], "not_signed");

    let mut heir =
        json!({ "kind": "heir", "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" });
    assert_eq!(qian.post("/record-seals", by(heir.clone())).await.status, 422);
    heir["kinship_ref"] = json!("死亡证明 2026-7、结婚证");
    heir["died_on"] = json!("2026-03-03");
    refused(
        &qian.post("/record-seals", by(heir.clone())).await,
        "people.not_entitled",
    );
    heir["died_on"] = json!("2026-03-01");
    qian.post("/record-seals", by(heir)).await.expect(201);
}

#[tokio::test]
async fn what_was_unfinished_is_sealed_again_once_it_is_finished() {
    let ceremony = Ceremony::ready().await;
    let app = &ceremony.app;
    let seal = sealed(&app.qian().await, &ceremony.mei.patient_id).await;
    let consent = |list: &Value| {
        let items = list["items"].as_array().unwrap().clone();
        items.into_iter().find(|one| one["kind"] == "consents").unwrap()
    };
    assert_eq!(consent(last(&seal))["finished"], false);
    ceremony.becomes_active(0).await;
    app.clock.advance(2 * DAY);
    app.work().await;
    let qian = app.qian().await;
    let seen = qian.get(&path(&seal, "")).await.expect(200);
    let waiting = json!([{ "kind": "consents", "id": ceremony.id }]);
    assert_eq!(seen["to_seal_again"], waiting);
    let brief = qian.get("/record-seals").await.expect(200);
    assert_eq!(brief["items"][0]["to_seal_again"], 1);

    let again = qian.post(&path(&seal, "/lists"), json!({})).await.expect(201);
    let list = last(&again);
    assert_eq!(list["no"], 2);
    assert_eq!(consent(list)["finished"], true);
    assert_eq!(again["to_seal_again"], json!([]));
    let items = list["items"].as_array().unwrap();
    assert!(
        items
            .iter()
            .any(|one| one["id"] == format!("{0}.consent.{0}", ceremony.id)),
        "{list}"
    );
    assert!(
        !items.iter().any(|one| one["kind"] == "pregnancies"),
        "what is as it was is not listed twice"
    );
    let unsigned = qian.post(&path(&seal, "/lists"), json!({})).await;
    refused(&unsigned, "people.list_unsigned");
    let signed = signs(&qian, &again).await.expect(201);
    assert_eq!(signed["ends_at"], seal["ends_at"], "counted from the first list");
    let nothing = qian.post(&path(&seal, "/lists"), json!({})).await;
    refused(&nothing, "people.nothing_to_seal");
    let first = qian.get(&path(&seal, "/copy?no=1")).await;
    assert_eq!(
        sha256(&first.bytes),
        last(&seal)["signature"]["package_sha256"].as_str().unwrap(),
        "the first copy is what it was"
    );
    assert_eq!(qian.get(&path(&seal, "/copy?no=3")).await.status, 404);
}

#[tokio::test]
async fn a_sealing_ends_three_years_after_it_was_signed_or_after_the_last_claim() {
    let app = App::new().await;
    let mei = app.mei().await;
    let seal = sealed(&app.qian().await, &mei.patient_id).await;
    app.clock.advance(2 * YEAR);
    let qian = app.qian().await;
    let claim = json!({ "text": "患方再次要求协商。" });
    let claimed = qian
        .post(&path(&seal, "/claims"), claim.clone())
        .await
        .expect(201);
    assert_eq!(claimed["claims"][0]["text"], "患方再次要求协商。");
    app.clock.advance(2 * YEAR);
    app.work().await;
    let qian = app.qian().await;
    assert_eq!(qian.get(&path(&seal, "")).await.expect(200)["state"], "sealed");
    app.clock.advance(YEAR + 2 * DAY);
    app.work().await;
    let qian = app.qian().await;
    let over = qian.get(&path(&seal, "")).await.expect(200);
    assert_eq!(over["state"], "released");
    assert_eq!(over["released"]["cause"], "no_claim");
    assert!(over["released"].get("by").is_none(), "{over}");
    refused(
        &qian.post(&path(&seal, "/claims"), claim).await,
        "people.seal_released",
    );
    let reason = json!({ "reason": "争议已解决。" });
    refused(
        &qian.post(&path(&seal, "/release"), reason).await,
        "people.seal_released",
    );
    refused(
        &qian.post(&path(&seal, "/lists"), json!({})).await,
        "people.seal_released",
    );
    refused(&signs(&qian, &over).await, "people.seal_released");
}

#[tokio::test]
async fn nothing_is_destroyed_while_it_is_sealed_and_the_sealing_goes_with_the_record() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.clock.advance(16 * YEAR);
    let (qian, ren) = (app.qian().await, ren(&app).await);
    let seal = sealed(&qian, &mei.patient_id).await;
    let list = qian.post("/destruction-lists", json!({})).await.expect(201);
    assert_eq!(list["items"], json!([]));
    let reason = json!({ "reason": "双方已达成协议。" });
    let released = qian.post(&path(&seal, "/release"), reason).await.expect(200);
    assert_eq!(released["released"]["cause"], "settled");
    let list = qian.post("/destruction-lists", json!({})).await.expect(201);
    assert_eq!(list["items"][0]["patient"], mei.patient_id.as_str());
    let approve = format!("/destruction-lists/{}/approve", list["id"].as_str().unwrap());
    qian.post(&approve, json!({})).await.expect(200);
    let done = ren.post(&approve, json!({})).await.expect(200);
    assert_eq!(done["outcome"]["destroyed"], json!([mei.patient_id]));
    assert_eq!(qian.get("/record-seals").await.expect(200)["items"], json!([]));
    for rest in ["", "/copy", "/document"] {
        assert_eq!(qian.get(&path(&seal, rest)).await.status, 404, "{rest}");
    }
    let mut view = app.ctx.view();
    for table in ["record_seal", "record_seal_list"] {
        let left: Vec<(String,)> = view
            .q(format!(
                "select k.class from data_key k join {table} t on t.id = k.record"
            ))
            .all()
            .await
            .unwrap();
        assert!(left.is_empty(), "{table}: {left:?}");
    }
}
