//! The ceremony of consent over HTTP: request, release, reading, questions, signature, countersignature, bedside, and
//! every way out of it.

mod agents;
mod at_commit;
pub mod authority;
mod bedside;
mod by_code;
mod capacity;
pub mod ceremony;
pub mod characters;
mod explained;
mod gates;
pub mod given;
mod guardians;
mod identity;
mod ink;
mod interval;
mod issuers;
mod judged;
mod kept;
mod lists;
mod outsiders;
pub mod over_time;
mod paper;
mod rechecked;
mod refused;
mod releases;
mod renewed;
mod rewording;
mod sealed;
mod second_factor;
mod sections;
mod short_form;
pub mod signers;
mod start;
mod strokes;
mod table;
mod templates;
pub mod verified;
mod voice;
mod ways_out;
mod witnessed;
mod word;

use std::process::Command;

use serde_json::json;

use crate::support::App;
use ceremony::{Ceremony, countersign};

/// What a document says; none, said aloud, without poppler.
pub fn text_of(pdf: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("consent.pdf");
    std::fs::write(&file, pdf).unwrap();
    match Command::new("pdftotext").arg("-raw").arg(&file).arg("-").output() {
        Ok(output) => Some(
            String::from_utf8(output.stdout)
                .unwrap()
                .split_whitespace()
                .collect(),
        ),
        Err(error) => {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one switch of the tests, no setting of the service"
            )]
            let required = std::env::var("MUAN_TEST_REQUIRE").unwrap_or_default();
            assert!(!required.contains("poppler"), "pdftotext is required: {error}");
            eprintln!("skipped: pdftotext is not installed");
            None
        }
    }
}

/// A document up to its first end: what its seal and the proofs of time after it leave as they found it.
pub fn before_its_seal(file: &[u8]) -> &[u8] {
    let end = b"%%EOF";
    let at = file.windows(end.len()).position(|part| part == end).unwrap();
    &file[..at + end.len()]
}

#[tokio::test]
async fn the_whole_ceremony_ends_in_a_document_with_both_signatures() {
    let ceremony = Ceremony::released().await;
    ceremony.is_talked_over().await;
    ceremony.is_ready().await;
    ceremony.becomes_active(0).await;
    let answer = ceremony.mei.get(&ceremony.path("/document")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.bytes.starts_with(b"%PDF"));
    if let Some(text) = text_of(&answer.bytes) {
        for wanted in [
            "梅秀英",
            "赵明",
            "仁爱妇产医院",
            "1101100000zhao",
            // In short and at length, as she read it; then what she asked.
            "请核对。有错请马上告诉医护人员。",
            "下面是医院登记的信息。",
            "会影响孩子吗？",
            "不会。",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        // What is missing is said to be missing (CE-005), and what is no proof to be none (CE-084).
        for missing in [
            "由机构电子印章签署",
            "测试机构",
            "医师登录没有第二重验证",
            "未经校验",
            "阅读记录是辅助证据",
        ] {
            assert!(text.contains(missing), "{missing}: {text}");
        }
    }
    let body = json!({
        "identifiers": ["name", "wristband"], "still_agrees": true, "anything_changed": false,
        "questions_answered": true, "yes": "spoken",
        "capacity": { "orientation": true, "teach_back": true, "pain_score": 7, "opioid_4h": false },
    });
    ceremony
        .zhao
        .post(&ceremony.path("/bedside"), body)
        .await
        .expect(201);
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert!(page["confirmed_at"].is_string());
}

#[tokio::test]
async fn what_is_shown_is_sent_byte_for_byte_with_its_digest() {
    let ceremony = Ceremony::released().await;
    let shown = ceremony.mei.get(&ceremony.path("/presented")).await;
    assert_eq!(shown.status, 200);
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(
        hex::encode(muan::base::canonical::sha256(&shown.bytes)),
        page["presented_sha256"]
    );
    assert!(shown.header("digest").unwrap().starts_with("sha-256="));
    assert!(shown.header("content-encoding").is_none());
    let staff = ceremony.zhao.get(&ceremony.path("/presented")).await;
    assert_eq!(staff.bytes, shown.bytes);
}

#[tokio::test]
async fn a_second_request_is_refused_while_one_is_open() {
    let ceremony = Ceremony::released().await;
    let again = ceremony.mei.post("/consent-requests", json!({})).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "consent.already_open")
    );
}

#[tokio::test]
async fn a_release_without_assessment_needs_a_reason_and_the_version() {
    let app = App::new().await;
    let (mei, zhao) = (app.mei().await, app.zhao().await);
    let draft = mei.post("/consent-requests", json!({})).await.expect(201);
    let path = format!("/consents/{}/release", draft["id"].as_str().unwrap());
    let body = json!({ "capacity": { "basis": "video" } });
    assert_eq!(zhao.post(&path, body.clone()).await.status, 428);
    let refused = zhao.post_at(&path, "\"1\"", body).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.assessment_missing")
    );
}

#[tokio::test]
async fn signing_before_reading_is_refused() {
    let ceremony = Ceremony::released().await;
    ceremony.identified().await;
    let (etag, mark) = (ceremony.etag().await, ceremony.mark().await);
    let refused = ceremony.mei.post_at(&ceremony.path("/sign"), &etag, mark).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.illegal_transition")
    );
    assert_eq!(refused.body["current"]["state"], "issued");
}

#[tokio::test]
async fn forged_reading_is_refused() {
    let ceremony = Ceremony::released().await;
    let event = |kind: &str, seq: i64, at_ms: i64| json!({ "kind": kind, "section": "purpose", "seq": seq, "at_ms": at_ms });
    let body = json!({ "session": "s", "events": [event("visible", 1, 0), event("hidden", 2, 3_600_000)] });
    let refused = ceremony.mei.post(&ceremony.path("/reading-events"), body).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (422, "consent.reading_impossible")
    );
    assert_eq!(ceremony.state().await, "issued");
}

#[tokio::test]
async fn two_failed_rounds_bring_a_talk_and_never_a_dead_stop() {
    let ceremony = Ceremony::released().await;
    ceremony.reads().await;
    let first = ceremony.answers(false).await;
    assert_eq!(
        (&first["passed"], &first["conversation_offered"]),
        (&json!(false), &json!(false))
    );
    assert!(!first["read_again"].as_array().unwrap().is_empty());
    assert_eq!(ceremony.answers(false).await["conversation_offered"], true);
    assert_eq!(ceremony.answers(true).await["passed"], true);
}

#[tokio::test]
async fn signing_another_content_or_without_a_statement_is_refused() {
    let ceremony = Ceremony::ready().await;
    let (etag, path) = (ceremony.etag().await, ceremony.path("/sign"));
    let mut other = ceremony.mark().await;
    other["presented_sha256"] = json!("0".repeat(64));
    let refused = ceremony.mei.post_at(&path, &etag, other).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.content_mismatch")
    );
    ceremony.app.work().await;
    let trace = ceremony.app.qian().await.get("/audit?limit=10").await.expect(200);
    let mut entries = trace["items"].as_array().unwrap().iter();
    assert!(
        entries.any(|one| one["act"] == "consent.sign" && one["detail"]["refused"] == "consent.content_mismatch"),
        "{trace}"
    );
    let mut silent = ceremony.mark().await;
    silent["statements"] = json!(["told"]);
    assert_eq!(
        ceremony.mei.post_at(&path, &etag, silent).await.code(),
        "consent.statement_missing"
    );
    let mut dot = ceremony.mark().await;
    dot["strokes"] = json!([[[1, 1, 0, -1]]]);
    assert_eq!(ceremony.mei.post_at(&path, &etag, dot).await.status, 422);
    ceremony.app.clock.advance(660);
    let late = ceremony.mei.post_at(&path, &etag, ceremony.mark().await).await;
    assert_eq!(late.code(), "consent.identity_fresh");
}

#[tokio::test]
async fn a_repeated_signing_gets_its_first_answer_and_a_stale_one_is_refused() {
    let ceremony = Ceremony::ready().await;
    let (etag, mark) = (ceremony.etag().await, ceremony.mark().await);
    let stale = ceremony
        .mei
        .post_at(&ceremony.path("/sign"), "\"1\"", mark.clone())
        .await;
    assert_eq!(stale.status, 412);
    let bare = ceremony
        .mei
        .post_bare(&ceremony.path("/sign"), mark.clone())
        .await;
    assert_eq!(
        (bare.status, bare.code().as_str()),
        (400, "http.idempotency_key_missing")
    );
    ceremony
        .mei
        .post_at(&ceremony.path("/sign"), &etag, mark)
        .await
        .expect(201);
}

#[tokio::test]
async fn strokes_that_were_used_before_are_never_taken_again() {
    let ceremony = Ceremony::signed().await;
    let body = json!({ "reason": "signature_unclear" });
    let etag = ceremony.etag().await;
    ceremony
        .zhao
        .post_at(&ceremony.path("/return"), &etag, body)
        .await
        .expect(200);
    assert_eq!(ceremony.state().await, "ready");
    let (etag, mark) = (ceremony.etag().await, ceremony.mark().await);
    let refused = ceremony.mei.post_at(&ceremony.path("/sign"), &etag, mark).await;
    assert_eq!(refused.code(), "consent.strokes_replayed");
}

#[tokio::test]
async fn a_countersignature_needs_a_fresh_step_up_and_answered_questions() {
    let ceremony = Ceremony::signed().await;
    let path = ceremony.path("/countersign");
    // Logging in is a proof of presence too, for ten minutes.
    ceremony.app.clock.advance(660);
    let etag = ceremony.etag().await;
    let refused = ceremony.zhao.post_at(&path, &etag, countersign()).await;
    assert_eq!(refused.code(), "people.step_up_required");
    let asked = ceremony
        .mei
        .post(&ceremony.path("/questions"), json!({ "question": "会疼吗？" }))
        .await
        .expect(201);
    ceremony.step_up().await;
    let etag = ceremony.etag().await;
    let open = ceremony.zhao.post_at(&path, &etag, countersign()).await;
    assert_eq!(open.code(), "consent.questions_open");
    let answer = json!({ "question": asked["id"], "answer": "会有一点胀。" });
    ceremony
        .zhao
        .post(&ceremony.path("/answers"), answer)
        .await
        .expect(201);
    let etag = ceremony.etag().await;
    ceremony
        .zhao
        .post_at(&path, &etag, countersign())
        .await
        .expect(200);
}

#[tokio::test]
async fn she_may_say_no_and_take_back_at_once() {
    let refused = Ceremony::released().await;
    let body = json!({ "reasons": ["needle"], "ask_again": true });
    let answer = refused.mei.post(&refused.path("/refuse"), body).await.expect(200);
    assert_eq!(answer["state"], "refused");
    refused.mei.post("/consent-requests", json!({})).await.expect(201);

    let active = Ceremony::active().await;
    let answer = active
        .mei
        .post(&active.path("/withdraw"), json!({}))
        .await
        .expect(200);
    assert_eq!(answer["state"], "withdrawn");
    let again = active.mei.post(&active.path("/withdraw"), json!({})).await;
    assert_eq!(again.code(), "consent.illegal_transition");
}

#[tokio::test]
async fn deadlines_pass_by_the_clock() {
    let ceremony = Ceremony::released().await;
    ceremony.app.clock.advance(336 * 3600 + 1);
    assert_eq!(ceremony.state_after_work().await, "expired");
    let active = Ceremony::active().await;
    active.app.clock.advance(31 * 24 * 3600);
    assert_eq!(active.state_after_work().await, "expired");
}

#[tokio::test]
async fn another_womans_and_another_hospitals_consent_are_not_there() {
    let ceremony = Ceremony::released().await;
    let (bai, stranger) = (ceremony.app.bai().await, ceremony.app.stranger().await);
    for path in ["", "/presented", "/document"] {
        assert_eq!(bai.get(&ceremony.path(path)).await.status, 404, "{path}");
        assert_eq!(stranger.get(&ceremony.path(path)).await.status, 404, "{path}");
    }
    assert_eq!(bai.post(&ceremony.path("/refuse"), json!({})).await.status, 404);
}

#[tokio::test]
async fn her_phone_number_proves_her_once_and_a_strange_number_never_does() {
    let ceremony = Ceremony::released().await;
    let (mei, simulator) = (&ceremony.mei, &ceremony.app.simulator);
    let path = ceremony.path("/identity");
    let code = |number: &str| simulator.phone_code(&mei.openid, number).code;
    let strange = json!({ "method": "wechat_phone", "code": code("13900000000") });
    // A refusal is no answer to keep: the same request is judged anew, and its code is used up.
    let refused = mei.post_keyed(&path, "strange", strange.clone()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.phone_mismatch")
    );
    let again = mei.post_keyed(&path, "strange", strange).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "people.phone_code_invalid")
    );
    let hers = json!({ "method": "wechat_phone", "code": code("13800000001") });
    let proved = mei.post(&path, hers).await;
    assert!(proved.status < 300, "{}", proved.body);
    assert!(proved.body["expires_at"].is_string(), "{}", proved.body);
}
