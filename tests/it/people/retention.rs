//! How long her record is kept, what is forgotten before, and what a legal hold stops.

use muan::base::Role;
use muan::people::StaffDraft;
use muan::people::admin::add_staff;
use serde_json::{Value, json};

use crate::analgesia::admission;
use crate::consent::ceremony::Ceremony;
use crate::support::App;
use crate::support::cast::{HOSPITAL, OTHER_HOSPITAL, PASSWORD, Woman};
use crate::support::client::Client;

pub const DAY: i64 = 86_400;
pub const YEAR: i64 = 365 * DAY + 6 * 3600;

/// A second person of the quality office.
pub async fn ren(app: &App) -> Client {
    let draft = StaffDraft {
        username: "ren".to_owned(),
        name: "任洁".to_owned(),
        license: None,
        title: "病案室".to_owned(),
        role: Role::Quality,
        senior: false,
        consent_privilege: None,
        grants: Vec::new(),
        disabled: false,
    };
    add_staff(&app.ctx, HOSPITAL, draft, Some(PASSWORD.to_owned()))
        .await
        .unwrap();
    app.staff(HOSPITAL, "ren").await
}

/// A hold on all of her record.
pub async fn held(qian: &Client, patient: &str) -> Value {
    let body = json!({ "patient": patient, "reason": "家属提出异议。", "parties": ["患方", "医院"] });
    qian.post("/legal-holds", body).await.expect(201)
}

#[tokio::test]
async fn the_consent_says_until_when_it_is_kept_and_a_discharge_moves_that() {
    let ceremony = Ceremony::active().await;
    let until = async || {
        let hers = ceremony.mei.get(&ceremony.path("")).await.expect(200);
        let theirs = ceremony.zhao.get(&ceremony.path("")).await.expect(200);
        assert_eq!(hers["retain_until"], theirs["retain_until"]);
        hers["retain_until"].clone()
    };
    assert_eq!(until().await, "2041-03-02", "15 years after the last visit");
    let lin = ceremony.app.lin().await;
    let labor = lin
        .post("/labors", admission(&ceremony.mei.patient_id))
        .await
        .expect(201);
    assert_eq!(until().await, Value::Null, "no time runs while she is here");
    let close = format!("/labors/{}/close", labor["id"].as_str().unwrap());
    lin.post(&close, json!({ "reason": "discharged" }))
        .await
        .expect(201);
    assert_eq!(until().await, "2056-03-02", "30 years after the discharge");
}

#[tokio::test]
async fn her_document_is_there_29_years_later_and_each_copy_is_journaled() {
    let ceremony = Ceremony::active().await;
    let app = &ceremony.app;
    let first = ceremony.mei.get(&ceremony.path("/document")).await;
    app.clock.advance(29 * YEAR);
    let mei = app.newcomer("o-mei").await;
    let later = mei.get(&ceremony.path("/document")).await;
    assert_eq!(later.status, 200, "{}", later.body);
    assert_eq!(later.bytes, first.bytes);
    let journal = app.qian().await.get("/audit?limit=10").await.expect(200);
    let copies = journal["items"].as_array().unwrap().iter();
    let mut copies = copies.filter(|one| one["act"] == "consent.document");
    let copy = copies.next().unwrap_or_else(|| panic!("{journal}"));
    assert!(copy["at"].as_str().unwrap().starts_with("2055"), "{journal}");
}

/// A draft, a lesson that is begun, a consent that she reads and refuses.
async fn browses(ceremony: &Ceremony) -> String {
    let mei = &ceremony.mei;
    let draft = mei
        .post("/responses", json!({ "questionnaire": "pre-analgesia" }))
        .await
        .expect(201);
    let lessons = mei.get("/lessons").await.expect(200);
    let lesson = &lessons[0];
    let path = format!("/lessons/{}/progress", lesson["slug"].as_str().unwrap());
    let begun = json!({ "version": lesson["version"], "position": 10, "seconds": 30, "completed": false });
    mei.put_bare(&path, begun).await.expect(200);
    ceremony.reads().await;
    mei.post(&ceremony.path("/refuse"), json!({ "reasons": ["needle"] }))
        .await
        .expect(200);
    ceremony.app.work().await;
    format!("/responses/{}", draft["id"].as_str().unwrap())
}

/// Whether her draft, her lesson and her reading are there.
async fn is_known(ceremony: &Ceremony, draft: &str) -> [bool; 3] {
    let mei = ceremony.app.newcomer("o-mei").await;
    let copy = mei.get("/me/export").await.expect(200);
    let consent = mei.get(&ceremony.path("")).await.expect(200);
    let read = consent["reading"].as_array().unwrap().iter();
    [
        mei.get(draft).await.status == 200,
        !copy["lessons"].as_array().unwrap().is_empty(),
        read.clone().any(|section| section["read"] == true),
    ]
}

#[tokio::test]
async fn what_belongs_to_no_signed_consent_goes_after_180_days() {
    let ceremony = Ceremony::released().await;
    let draft = browses(&ceremony).await;
    ceremony.app.clock.advance(179 * DAY);
    ceremony.app.work().await;
    assert_eq!(is_known(&ceremony, &draft).await, [true; 3]);
    ceremony.app.clock.advance(3 * DAY);
    ceremony.app.work().await;
    assert_eq!(is_known(&ceremony, &draft).await, [false; 3]);
    let mei = ceremony.app.newcomer("o-mei").await;
    assert_eq!(
        mei.get(&ceremony.path("/document")).await.status,
        200,
        "the record of her refusal stays"
    );
}

#[tokio::test]
async fn nothing_is_forgotten_under_a_hold_and_everything_after_it() {
    let ceremony = Ceremony::released().await;
    let draft = browses(&ceremony).await;
    let qian = ceremony.app.qian().await;
    let hold = held(&qian, &ceremony.mei.patient_id).await;
    ceremony.app.clock.advance(182 * DAY);
    ceremony.app.work().await;
    assert_eq!(is_known(&ceremony, &draft).await, [true; 3]);
    let qian = ceremony.app.qian().await;
    let release = format!("/legal-holds/{}/release", hold["id"].as_str().unwrap());
    let reason = json!({ "reason": "争议已解决。" });
    let released = qian.post(&release, reason.clone()).await.expect(200);
    assert_eq!(released["released"]["reason"], "争议已解决。");
    let again = qian.post(&release, reason).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "people.hold_released")
    );
    ceremony.app.clock.advance(2 * DAY);
    ceremony.app.work().await;
    assert_eq!(is_known(&ceremony, &draft).await, [false; 3]);
}

#[tokio::test]
async fn how_she_read_a_consent_that_she_signed_is_never_forgotten() {
    let ceremony = Ceremony::active().await;
    ceremony.app.clock.advance(400 * DAY);
    ceremony.app.work().await;
    let mei = ceremony.app.newcomer("o-mei").await;
    let consent = mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(consent["state"], "expired");
    let mut read = consent["reading"].as_array().unwrap().iter();
    assert!(read.all(|section| section["read"] == true), "{consent}");
}

#[tokio::test]
async fn a_hold_lists_what_there_is_with_its_digests() {
    let ceremony = Ceremony::active().await;
    let qian = ceremony.app.qian().await;
    let hold = held(&qian, &ceremony.mei.patient_id).await;
    let document = ceremony.mei.get(&ceremony.path("/document")).await.etag();
    let items = hold["items"].as_array().unwrap();
    let pdf = items.iter().find(|item| item["kind"] == "document").unwrap();
    assert_eq!(pdf["id"], format!("{0}.consent.{0}", ceremony.id));
    assert_eq!(document, format!("\"{}\"", pdf["sha256"].as_str().unwrap()));
    assert!(items.iter().any(|item| item["kind"] == "pregnancies"));
    let body = json!({
        "patient": ceremony.mei.patient_id, "consent": ceremony.id, "reason": "签署争议。", "parties": ["患方"],
    });
    let narrow = qian.post("/legal-holds", body).await.expect(201);
    let kinds: Vec<&Value> = narrow["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["kind"])
        .collect();
    assert_eq!(kinds, ["consents", "document"]);
    let list = qian.get("/legal-holds").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let fang = ceremony.app.staff(OTHER_HOSPITAL, "fang").await;
    assert_eq!(fang.get("/legal-holds").await.body["items"], json!([]));
    let body = json!({ "patient": ceremony.mei.patient_id, "reason": "无关。", "parties": ["甲"] });
    fang.post("/legal-holds", body).await.expect(404);
    let release = format!("/legal-holds/{}/release", hold["id"].as_str().unwrap());
    fang.post(&release, json!({ "reason": "无关。" }))
        .await
        .expect(404);
}

async fn is_there(lin: &Client, woman: &Woman) -> bool {
    let answer = lin.get(&format!("/patients/{}", woman.patient_id)).await;
    // Long after the birth it is closed to her, and there.
    assert!([200, 403, 404].contains(&answer.status), "{}", answer.body);
    answer.status != 404
}

#[tokio::test]
async fn keys_are_destroyed_by_two_people_after_the_time_and_never_under_a_hold() {
    let ceremony = Ceremony::active().await;
    let app = &ceremony.app;
    let bai = app.bai().await;
    let qian = app.qian().await;
    let early = qian.post("/destruction-lists", json!({})).await.expect(201);
    assert_eq!(early["items"], json!([]), "nothing is over yet");
    app.clock.advance(16 * YEAR);
    let (qian, ren) = (app.qian().await, ren(app).await);
    held(&qian, &bai.patient_id).await;
    let list = qian.post("/destruction-lists", json!({})).await.expect(201);
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{list}");
    assert_eq!(items[0]["patient"], ceremony.mei.patient_id.as_str());
    assert_eq!(items[0]["retain_until"], "2041-03-02");

    let path = format!("/destruction-lists/{}/approve", list["id"].as_str().unwrap());
    let fang = app.staff(OTHER_HOSPITAL, "fang").await;
    fang.post(&path, json!({})).await.expect(404);
    let once = qian.post(&path, json!({})).await.expect(200);
    assert!(once.get("outcome").is_none(), "one person is not enough: {once}");
    let alone = qian.post(&path, json!({})).await;
    assert_eq!(
        (alone.status, alone.code().as_str()),
        (409, "people.already_approved")
    );
    let lin = app.lin().await;
    assert!(is_there(&lin, &ceremony.mei).await);
    let done = ren.post(&path, json!({})).await.expect(200);
    assert_eq!(done["outcome"]["destroyed"], json!([ceremony.mei.patient_id]));
    assert!(!is_there(&lin, &ceremony.mei).await);
    assert!(is_there(&lin, &bai).await);
    for path in ["", "/presented", "/document"] {
        let zhao = app.zhao().await;
        assert_eq!(zhao.get(&ceremony.path(path)).await.status, 404, "{path}");
    }
    lin.get("/patients?q=梅秀英").await.expect(200);
    // The digests and the journal stay.
    let lists = qian.get("/destruction-lists").await.expect(200);
    assert_eq!(lists["items"][0]["sha256"], list["sha256"]);
    app.work().await;
    let trace = format!("/audit?patient={}&limit=100", ceremony.mei.patient_id);
    let trace = qian.get(&trace).await.expect(200);
    assert!(trace.to_string().contains("document_sha256"), "{trace}");
}

#[tokio::test]
async fn a_hold_or_a_visit_after_the_list_was_made_keeps_the_record() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    app.clock.advance(16 * YEAR);
    let (qian, ren, lin) = (app.qian().await, ren(&app).await, app.lin().await);
    let list = qian.post("/destruction-lists", json!({})).await.expect(201);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    held(&qian, &mei.patient_id).await;
    let seen = json!({ "method": "in_person", "identifiers": ["name", "id_document"] });
    lin.post(&format!("/patients/{}/identity-checks", bai.patient_id), seen)
        .await
        .expect(201);
    let path = format!("/destruction-lists/{}/approve", list["id"].as_str().unwrap());
    qian.post(&path, json!({})).await.expect(200);
    let done = ren.post(&path, json!({})).await.expect(200);
    assert_eq!(done["outcome"]["destroyed"], json!([]));
    assert_eq!(done["outcome"]["kept"].as_array().unwrap().len(), 2);
    assert!(is_there(&lin, &mei).await && is_there(&lin, &bai).await);
}
