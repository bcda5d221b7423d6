//! A spoken no, another consent in the place of one that no longer fits, and one that was entered in error.

use muan::db::Q;
use serde_json::{Value, json};

use super::ceremony::{Ceremony, countersign, strokes};
use super::{before_its_seal, text_of};
use crate::support::cast::HOSPITAL;
use crate::support::client::Client;

impl Ceremony {
    /// A colleague's word for an act on this consent.
    pub async fn word_of(&self, colleague: &Client, act: &str) -> Value {
        let body = json!({ "act": act, "subject": self.id });
        let word = colleague.post("/attestations", body).await.expect(201);
        word["attestation"].clone()
    }

    async fn tasks(&self, kind: &str) -> usize {
        let tasks = self.zhao.get("/tasks?limit=100").await.expect(200);
        let about = |task: &&Value| task["kind"] == kind && task["subject"] == self.id.as_str();
        tasks["items"].as_array().unwrap().iter().filter(about).count()
    }
}

#[tokio::test]
async fn a_midwife_who_hears_a_no_records_it_with_a_witness_and_the_doctor_still_explains() {
    let ceremony = Ceremony::released().await;
    let (lin, sun) = (ceremony.app.lin().await, ceremony.app.sun().await);
    let alone = lin
        .post(&ceremony.path("/refuse"), json!({ "reasons": ["needle"] }))
        .await;
    assert_eq!(
        (alone.status, alone.code().as_str()),
        (409, "people.second_person_required")
    );
    let own = ceremony.word_of(&lin, "consent.refuse").await;
    let own = lin
        .post(&ceremony.path("/refuse"), json!({ "attestation": own }))
        .await;
    assert_eq!(own.code(), "people.second_person_required");
    assert_eq!(ceremony.state().await, "issued");
    let word = ceremony.word_of(&sun, "consent.refuse").await;
    // What a midwife told her is no doctor's explanation.
    let body = json!({ "reasons": ["needle"], "ask_again": true, "explained": true, "attestation": word });
    let refused = lin.post(&ceremony.path("/refuse"), body).await.expect(200);
    assert_eq!(refused["state"], "refused");
    assert_eq!(ceremony.tasks("consent.explain_refusal").await, 1);
    // Her word did not wait for the document; it follows.
    let early = ceremony.mei.get(&ceremony.path("/document")).await;
    assert_eq!(early.status, 404);
    ceremony.app.work().await;
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(
        (&page["has_record"], &page["has_document"]),
        (&json!(true), &json!(false))
    );
    let answer = ceremony.mei.get(&ceremony.path("/document")).await;
    assert_eq!(answer.status, 200);
    if let Some(text) = text_of(&answer.bytes) {
        for wanted in [
            "不使用椎管内分娩镇痛的决定记录",
            "梅秀英",
            "怕打针",
            "见证人",
            "林",
            "尚未",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        assert!(
            text.contains(page["presented_sha256"].as_str().unwrap()),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_withdrawal_on_her_phone_has_a_document_that_names_the_consent_it_ends() {
    let ceremony = Ceremony::active().await;
    // A character that no font of ours has does not keep the document from being made.
    let body = json!({ "reasons": ["natural"], "reason": "想自己来💪" });
    ceremony
        .mei
        .post(&ceremony.path("/withdraw"), body)
        .await
        .expect(200);
    ceremony.app.work().await;
    ceremony.app.work().await;
    let consent = ceremony.mei.get(&ceremony.path("/document?of=consent")).await;
    let shown = ceremony.mei.get(&ceremony.path("/document")).await;
    assert_eq!(consent.bytes, shown.bytes);
    let record = ceremony.zhao.get(&ceremony.path("/document?of=decision")).await;
    assert_eq!(record.status, 200);
    if let Some(text) = text_of(&record.bytes) {
        for wanted in [
            "撤回椎管内分娩镇痛同意的记录",
            "梅秀英",
            "想自然分娩",
            "见系统记录",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        let digest = hex::encode(muan::base::canonical::sha256(before_its_seal(&consent.bytes)));
        assert!(text.contains(&digest), "{text}");
        // Digest and root name the evidence of what it ends (CE-193).
        let mut view = ceremony.app.ctx.view();
        let (root,): (String,) = view.q("select root from consent_document").one().await.unwrap();
        assert!(text.contains(&root), "{root}: {text}");
        assert!(text.contains("2026-03-02"), "when: {text}");
    }
    let (bai, stranger) = (ceremony.app.bai().await, ceremony.app.stranger().await);
    let path = ceremony.path("/document?of=decision");
    assert_eq!(bai.get(&path).await.status, 404);
    assert_eq!(stranger.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_doctor_who_hears_a_no_has_explained_it_and_nobody_else_may_hear_one() {
    let ceremony = Ceremony::released().await;
    let lin = ceremony.app.lin().await;
    let word = ceremony.word_of(&lin, "consent.refuse").await;
    let body = json!({ "explained": true, "attestation": word });
    for name in ["sun", "qian", "wu"] {
        let other = ceremony.app.staff(HOSPITAL, name).await;
        let refused = other.post(&ceremony.path("/refuse"), body.clone()).await;
        assert_eq!(refused.status, 403, "{name}");
    }
    let stranger = ceremony.app.stranger().await;
    let hidden = stranger.post(&ceremony.path("/refuse"), body.clone()).await;
    assert_eq!(hidden.status, 404);
    let refused = ceremony
        .zhao
        .post(&ceremony.path("/refuse"), body)
        .await
        .expect(200);
    assert_eq!(refused["state"], "refused");
    assert_eq!(ceremony.tasks("consent.explain_refusal").await, 0);
}

#[tokio::test]
async fn a_spoken_withdrawal_takes_effect_at_once_and_reaches_the_team() {
    let ceremony = Ceremony::active().await;
    let lin = ceremony.app.lin().await;
    let word = ceremony.word_of(&lin, "consent.withdraw").await;
    let body = json!({ "reason": "她说不用了", "attestation": word });
    let withdrawn = ceremony
        .zhao
        .post(&ceremony.path("/withdraw"), body)
        .await
        .expect(200);
    assert_eq!(withdrawn["state"], "withdrawn");
    assert_eq!(ceremony.tasks("consent.withdrawn").await, 1);
    let notices = ceremony.mei.get("/me/notices").await.expect(200);
    assert!(notices.to_string().contains("您的决定立即生效"), "{notices}");
}

#[tokio::test]
async fn what_no_longer_fits_is_replaced_and_can_not_be_signed_in_the_meantime() {
    let ceremony = Ceremony::ready().await;
    let path = ceremony.path("/reissue");
    let body = json!({ "reason": "technique_changed" });
    let stale = ceremony.zhao.post_at(&path, "\"1\"", body.clone()).await;
    assert_eq!(stale.status, 412);
    let unsaid = json!({ "reason": "other" });
    let etag = ceremony.etag().await;
    assert_eq!(ceremony.zhao.post_at(&path, &etag, unsaid).await.status, 422);
    let mark = ceremony.mark().await;
    let draft = ceremony
        .zhao
        .post_at(&path, &etag, body.clone())
        .await
        .expect(201);
    assert_eq!(draft["state"], "draft");
    assert_eq!(ceremony.state().await, "superseded");
    let etag = ceremony.etag().await;
    let late = ceremony.mei.post_at(&ceremony.path("/sign"), &etag, mark).await;
    assert_eq!(late.code(), "consent.illegal_transition");
    let again = ceremony.zhao.post_at(&path, &etag, body).await;
    assert_eq!(again.code(), "consent.illegal_transition");
}

#[tokio::test]
async fn what_is_in_force_stays_so_until_its_successor_is_countersigned() {
    let first = Ceremony::active().await;
    let body = json!({ "reason": "risk_changed", "note": "新的血小板结果" });
    let etag = first.etag().await;
    let draft = first
        .zhao
        .post_at(&first.path("/reissue"), &etag, body.clone())
        .await
        .expect(201);
    assert_eq!(first.state().await, "active");
    let second = first.zhao.post_at(&first.path("/reissue"), &etag, body).await;
    assert_eq!(second.code(), "consent.already_open");

    let former = first.path("");
    let successor = first.succeeded_by(draft["id"].as_str().unwrap()).await;
    let before = successor.mei.get(&former).await.expect(200);
    assert_eq!(before["state"], "active");
    successor.step_up().await;
    let etag = successor.etag().await;
    let mut mark = countersign();
    mark["strokes"] = strokes(7);
    successor
        .zhao
        .post_at(&successor.path("/countersign"), &etag, mark)
        .await
        .expect(200);
    assert_eq!(successor.state().await, "active");
    let after = successor.mei.get(&former).await.expect(200);
    assert_eq!(after["state"], "superseded");
    // The earlier document stays what it was.
    let document = successor.mei.get(&format!("{former}/document")).await;
    assert_eq!(document.status, 200);
}

#[tokio::test]
async fn entered_in_error_takes_an_anesthesiologist_and_the_quality_office() {
    let ceremony = Ceremony::active().await;
    let (lin, qian) = (ceremony.app.lin().await, ceremony.app.qian().await);
    let path = ceremony.path("/void");
    let etag = ceremony.etag().await;
    let midwifes = ceremony.word_of(&lin, "consent.void").await;
    for word in [Value::Null, midwifes] {
        let body = json!({ "reason": "wrong_patient", "attestation": word });
        let refused = ceremony.zhao.post_at(&path, &etag, body).await;
        assert_eq!(refused.code(), "people.second_person_required");
    }
    let word = ceremony.word_of(&qian, "consent.void").await;
    let body = json!({ "reason": "wrong_patient", "note": "病历号录错", "attestation": word });
    assert_eq!(qian.post_at(&path, &etag, body.clone()).await.status, 403);
    let voided = ceremony.zhao.post_at(&path, &etag, body).await.expect(200);
    assert_eq!(voided["state"], "voided");
    let notices = ceremony.mei.get("/me/notices").await.expect(200);
    assert!(notices.to_string().contains("已经作废"), "{notices}");
    ceremony
        .mei
        .post("/consent-requests", json!({}))
        .await
        .expect(201);
}
