//! Reports before they are handed in, and the files of reports.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use muan::db::Q;
use serde_json::{Value, json};

use super::cases::waiting;
use super::report;
use crate::forms::attachments::photo;
use crate::support::App;
use crate::support::client::Client;

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n9\n%%EOF\n";

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

fn path(draft: &Value) -> String {
    format!("/adverse-events/drafts/{}", id(draft))
}

fn files(report: &Value) -> String {
    format!("/adverse-events/{}/attachments", id(report))
}

fn file(bytes: &[u8]) -> Value {
    json!({ "content": STANDARD.encode(bytes) })
}

async fn begun(client: &Client, written: Value) -> Value {
    client.post("/adverse-events/drafts", written).await.expect(201)
}

async fn handed_in(client: &Client, draft: &Value) -> Value {
    let submit = format!("{}/submit", path(draft));
    client.post(&submit, json!({})).await.expect(201)
}

/// What the quality office has.
async fn reports(app: &App) -> usize {
    let list = app.qian().await.get("/adverse-events").await.expect(200);
    list["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_draft_is_its_writers_alone_and_no_clock_runs() {
    for app in App::each().await {
        let (lin, zhao, qian) = (app.lin().await, app.zhao().await, app.qian().await);
        let draft = begun(&lin, json!({ "class": "I", "what_happened": "刚开始写" })).await;
        assert_eq!((&draft["state"], &draft["version"]), (&json!("draft"), &json!(1)));
        assert_eq!(
            draft["report"],
            json!({ "class": "I", "what_happened": "刚开始写" })
        );
        for other in [&zhao, &qian, &app.stranger().await] {
            other.get(&path(&draft)).await.expect(404);
            other.put(&path(&draft), "\"1\"", json!({})).await.expect(404);
            other.delete(&path(&draft)).await.expect(404);
            other
                .post(&format!("{}/submit", path(&draft)), json!({}))
                .await
                .expect(404);
            other
                .get(&format!("/adverse-events/{}", id(&draft)))
                .await
                .expect(404);
            let theirs = other.get("/adverse-events/drafts").await.expect(200);
            assert_eq!(theirs["items"], json!([]));
        }
        app.clock.advance(3 * 86_400);
        app.work().await;
        assert_eq!(reports(&app).await, 0);
        let mine = app.lin().await.get("/adverse-events/drafts").await.expect(200);
        assert_eq!(id(&mine["items"][0]), id(&draft));
    }
}

#[tokio::test]
async fn a_draft_changes_freely_and_is_checked_when_it_is_handed_in() {
    for app in App::each().await {
        let lin = app.lin().await;
        let draft = begun(&lin, json!({ "place": "产房" })).await;
        assert_eq!(lin.put_bare(&path(&draft), json!({})).await.status, 428);
        let submit = format!("{}/submit", path(&draft));
        let lacking = lin.post(&submit, json!({})).await.expect(422);
        let pointers = lacking["errors"].as_array().unwrap().iter();
        let pointers: Vec<&str> = pointers.filter_map(|fault| fault["pointer"].as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/class",
                "/category",
                "/occurred_at",
                "/discovered_at",
                "/what_happened",
                "/outcome"
            ]
        );
        let whole = report("II", "nerve_deficit");
        let changed = lin.put(&path(&draft), "\"1\"", whole.clone()).await;
        assert_eq!(changed.etag(), "\"2\"");
        assert_eq!(lin.put(&path(&draft), "\"1\"", whole).await.status, 412);
        let nameless = lin.post(&submit, json!({ "anonymous": true })).await.expect(422);
        assert_eq!(nameless["errors"][0]["pointer"], "/anonymous");
        let event = handed_in(&lin, &draft).await;
        assert_eq!((id(&event), &event["state"]), (id(&draft), &json!("submitted")));
        assert_eq!(event["reporter_role"], "midwife");
        lin.get(&path(&draft)).await.expect(404);
        lin.put(&path(&draft), "\"2\"", json!({})).await.expect(404);
        assert_eq!(reports(&app).await, 1);
        app.clock.advance(24 * 3600 + 1);
        app.work().await;
        let event = app
            .qian()
            .await
            .get(&format!("/adverse-events/{}", id(&event)))
            .await;
        assert!(event.expect(200)["escalated_at"].is_string());
    }
}

#[tokio::test]
async fn a_draft_that_is_given_up_leaves_nothing() {
    for app in App::each().await {
        let lin = app.lin().await;
        let draft = begun(&lin, json!({ "place": "产房" })).await;
        lin.post(&files(&draft), file(&photo())).await.expect(201);
        lin.post(&files(&draft), file(PDF)).await.expect(201);
        let both = lin.get(&path(&draft)).await.expect(200);
        let first = format!("{}/{}", files(&draft), id(&both["attachments"][0]));
        let read = lin.get(&first).await;
        assert_eq!(read.header("content-type").as_deref(), Some("image/jpeg"));
        assert!(!read.bytes.windows(3).any(|part| part == b"GPS"));
        app.zhao().await.get(&first).await.expect(404);
        lin.delete(&first).await.expect(204);
        lin.get(&first).await.expect(404);
        let one = lin.get(&path(&draft)).await.expect(200);
        assert_eq!(one["attachments"].as_array().unwrap().len(), 1);
        lin.delete(&path(&draft)).await.expect(204);
        lin.get(&path(&draft)).await.expect(404);
        lin.post(&files(&draft), file(PDF)).await.expect(404);
        app.work().await;
        app.clock.advance(2 * 86_400);
        app.work().await;
        assert_eq!(app.stored_files().await.len(), 0);
        assert_eq!(reports(&app).await, 0);
    }
}

#[tokio::test]
async fn a_draft_that_is_handed_in_without_a_name_leads_to_nobody() {
    for app in App::each().await {
        let (lin, qian) = (app.lin().await, app.qian().await);
        let me = lin.get("/me").await.expect(200);
        let draft = begun(&lin, report("IV", "burn_or_fall")).await;
        let written = lin.post(&files(&draft), file(PDF)).await.expect(201);
        let submit = format!("{}/submit", path(&draft));
        let body = json!({ "anonymous": true });
        let named = lin.post(&submit, body.clone()).await.expect(422);
        let fault = &named["errors"][0];
        assert_eq!(
            (&fault["pointer"], &fault["code"]),
            (&json!("/anonymous"), &json!("document_names_author"))
        );
        let gone = format!("{}/{}", files(&draft), id(&written));
        lin.delete(&gone).await.expect(204);
        lin.post(&files(&draft), file(&photo())).await.expect(201);
        assert_eq!(lin.post_bare(&submit, body.clone()).await.status, 400);
        let event = lin.post(&submit, body).await.expect(201);
        let place = format!("/adverse-events/{}", id(&event));
        lin.get(&place).await.expect(404);
        lin.post(&files(&event), file(PDF)).await.expect(404);
        let read = qian.get(&place).await.expect(200);
        assert_eq!(read["reporter"], Value::Null);
        assert_eq!(read["attachments"][0]["by"], Value::Null);
        let attached = format!("{}/{}", files(&event), id(&read["attachments"][0]));
        let picture = qian.get(&attached).await;
        assert_eq!(picture.header("content-type").as_deref(), Some("image/jpeg"));
        app.work().await;
        let journal = qian.get("/audit?limit=100").await.expect(200);
        let mut told = 0;
        for entry in journal["items"].as_array().unwrap() {
            if entry.to_string().contains(id(&draft)) && !entry.to_string().contains("/quality") {
                assert_eq!(entry["actor"], "anonymous", "{entry}");
                told += 1;
            }
        }
        assert_eq!(
            told, 5,
            "begun, attached, taken away, attached, handed in: {journal}"
        );
        let mut view = app.ctx.view();
        let kept: Vec<(String,)> = view.q("select caller from idempotency").all().await.unwrap();
        let (lin, kept) = (id(&me), format!("{kept:?}"));
        assert!(!kept.contains(lin), "{kept}");
        let drafts: Vec<(i64,)> = view
            .q("select version from adverse_event_draft")
            .all()
            .await
            .unwrap();
        assert!(drafts.is_empty(), "{drafts:?}");
    }
}

#[tokio::test]
async fn files_are_added_to_a_report_by_those_who_read_it_and_never_taken_away() {
    for app in App::each().await {
        let (lin, zhao, qian) = (app.lin().await, app.zhao().await, app.qian().await);
        let draft = begun(&lin, report("III", "other")).await;
        lin.post(&files(&draft), file(&photo())).await.expect(201);
        let event = handed_in(&lin, &draft).await;
        assert_eq!(event["attachments"][0]["by"], event["reporter"]);
        let first = format!("{}/{}", files(&event), id(&event["attachments"][0]));
        let added = lin.post(&files(&event), file(PDF)).await.expect(201);
        assert_eq!(added["by"], event["reporter"]);
        let audited = qian.post(&files(&event), file(PDF)).await.expect(201);
        assert_eq!(audited["by"], qian.get("/me").await.expect(200)["id"]);
        zhao.post(&files(&event), file(PDF)).await.expect(404);
        zhao.get(&first).await.expect(404);
        lin.get(&first).await.expect(200);
        lin.delete(&first).await.expect(404);
        qian.delete(&first).await.expect(404);
        let mut tx = app.ctx.db.begin().await.unwrap();
        assert!(tx.q("delete from adverse_event_file").run().await.is_err());
        drop(tx);
        let page = lin.post(&files(&event), file(b"<html></html>")).await;
        assert_eq!(
            (page.status, page.code().as_str()),
            (415, "http.unsupported_media_type")
        );
        let broken = lin.post(&files(&event), file(&photo()[..80])).await;
        assert_eq!(broken.code(), "forms.attachment_invalid");
        for _ in 3..20 {
            lin.post(&files(&event), file(PDF)).await.expect(201);
        }
        let full = lin.post(&files(&event), file(PDF)).await;
        assert_eq!((full.status, full.code().as_str()), (409, "quality.files_full"));
    }
}

#[tokio::test]
async fn a_closed_report_takes_no_more_files() {
    let app = App::new().await;
    let (lin, qian) = (app.lin().await, app.qian().await);
    let event = lin
        .post("/adverse-events", report("IV", "other"))
        .await
        .expect(201);
    let place = format!("/adverse-events/{}", id(&event));
    for (version, state) in [(1, "verified"), (2, "analyzed"), (3, "closed")] {
        let step = json!({ "state": state, "note": "已核实", "root_cause": "process" });
        qian.put(&place, &format!("\"{version}\""), step)
            .await
            .expect(200);
    }
    let refused = lin.post(&files(&event), file(PDF)).await;
    assert_eq!(refused.code(), "quality.illegal_transition");
    let back = json!({ "state": "draft", "note": "退回" });
    let refused = qian.put(&place, "\"4\"", back).await;
    assert_eq!(refused.code(), "quality.illegal_transition");
}

#[tokio::test]
async fn ten_mebibytes_of_a_file_are_taken_and_a_byte_more_is_not() {
    let app = App::new().await;
    let lin = app.lin().await;
    let draft = begun(&lin, json!({})).await;
    let mut most = b"%PDF-1.4\n".to_vec();
    most.resize((10 << 20) - 20, b' ');
    most.extend_from_slice(b"\nstartxref\n9\n%%EOF\n ");
    lin.post(&files(&draft), file(&most)).await.expect(201);
    most.insert(20, b' ');
    let larger = lin.post(&files(&draft), file(&most)).await;
    assert_eq!((larger.status, larger.code().as_str()), (413, "http.too_large"));
}

#[tokio::test]
async fn how_old_she_was_comes_from_her_record_and_the_diagnosis_lies_sealed() {
    for app in App::each().await {
        let lin = app.lin().await;
        let mei = app.mei().await;
        let mut body = report("III", "burn_or_fall");
        body["age"] = json!(40);
        body["diagnosis"] = json!("G1P0 孕39周");
        let unknown = lin.post("/adverse-events", body.clone()).await.expect(201);
        assert_eq!(unknown["age"], 40);
        body["patient"] = json!(mei.patient_id);
        let draft = begun(&lin, body.clone()).await;
        assert_eq!(draft["report"]["age"], 40, "the record is asked at the end");
        let mut view = app.ctx.view();
        let (kept,): (Vec<u8>,) = view
            .q("select written from adverse_event_draft")
            .one()
            .await
            .unwrap();
        let (word, diagnosis) = ("diagnosis".as_bytes(), "孕39周".as_bytes());
        assert!(!kept.windows(word.len()).any(|part| part == word));
        assert!(!kept.windows(diagnosis.len()).any(|part| part == diagnosis));
        let event = handed_in(&lin, &draft).await;
        assert_eq!(
            event["age"], 29,
            "born 1996-03-12, and it happened ten days before"
        );
        assert_eq!(event["diagnosis"], "G1P0 孕39周");
        body["patient"] = Value::Null;
        body["age"] = json!(121);
        let refused = lin.post("/adverse-events", body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/age");
    }
}

#[tokio::test]
async fn the_writer_of_a_forgotten_draft_is_reminded_once_and_the_reminder_leaves_no_trace() {
    for app in App::each().await {
        muan::quality::jobs::begin(&app.ctx).await.unwrap();
        let draft = begun(&app.lin().await, report("IV", "burn_or_fall")).await;
        let days = async |days: i64| {
            app.clock.advance(days * 86_400 + 60);
            app.work().await;
        };
        let told = async || waiting(&app.lin().await, "quality.draft_waits").await;
        days(2).await;
        assert_eq!(told().await, 0);
        days(1).await;
        assert_eq!(told().await, 1);
        let lin = app.lin().await;
        let tasks = lin.get("/tasks").await.expect(200);
        let reminder = &tasks["items"][0];
        assert_eq!(reminder["subject"], draft["id"]);
        let done = format!("/tasks/{}/done", id(reminder));
        for other in [app.zhao().await, app.sun().await, app.qian().await] {
            let seen = other.get("/tasks?mine=false").await.expect(200).to_string();
            assert!(!seen.contains("quality.draft_waits"), "{seen}");
            other.post(&done, json!(null)).await.expect(404);
        }
        let refused = lin.post(&done, json!(null)).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (409, "episode.task_of_draft")
        );
        days(400).await;
        assert_eq!(told().await, 1, "told once, and the draft is still there");

        let lin = app.lin().await;
        let submit = format!("{}/submit", path(&draft));
        lin.post(&submit, json!({ "anonymous": true })).await.expect(201);
        assert_eq!(told().await, 0);
        let mut view = app.ctx.view();
        let kept: Vec<(String,)> = view
            .q("select kind from task where kind = 'quality.draft_waits'")
            .all()
            .await
            .unwrap();
        assert!(kept.is_empty(), "{kept:?}");
    }
}
