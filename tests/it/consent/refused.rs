//! What the server refuses when the client is bypassed, and what happens when everybody acts at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::signers::{ADULT, refused};
use crate::support::client::Answer;

impl Ceremony {
    async fn tries(&self, change: impl FnOnce(&mut Value)) -> Answer {
        let mut mark = self.mark().await;
        change(&mut mark);
        self.sends(mark).await
    }
}

#[tokio::test]
async fn nothing_that_a_client_claims_opens_a_gate() {
    let ceremony = Ceremony::released().await;
    ceremony.identified().await;
    // No reading, forged reading.
    refused(&ceremony.tries(|_| ()).await, "consent.illegal_transition");
    let event = |kind: &str, seq: i64, at_ms: i64| json!({ "kind": kind, "section": "purpose", "seq": seq, "at_ms": at_ms });
    let forged = json!({ "session": "s", "events": [event("visible", 1, 0), event("hidden", 2, 3_600_000)] });
    let answer = ceremony.mei.post(&ceremony.path("/reading-events"), forged).await;
    assert_eq!(answer.code(), "consent.reading_impossible");
    refused(&ceremony.tries(|_| ()).await, "consent.illegal_transition");
    // Read, but the questions are wrong.
    ceremony.reads().await;
    ceremony.waived("lessons").await;
    assert_eq!(ceremony.answers(false).await["passed"], false);
    let early = ceremony.tries(|_| ()).await;
    refused(&early, "consent.illegal_transition");
    assert_eq!(early.body["current"]["state"], "reading");
    assert_eq!(ceremony.answers(true).await["passed"], true);
    assert_eq!(ceremony.state().await, "ready");
    // Ready, but the rest is not as it has to be.
    refused(
        &ceremony
            .tries(|mark| mark["presented_sha256"] = json!("0".repeat(64)))
            .await,
        "consent.content_mismatch",
    );
    for left_out in ["told", "time", "truth", "change_mind", "emergency"] {
        let answer = ceremony
            .tries(|mark| {
                let all = mark["statements"].as_array_mut().unwrap();
                all.retain(|one| one != left_out);
            })
            .await;
        refused(&answer, "consent.statement_missing");
    }
    let invented = ceremony
        .tries(|mark| mark["statements"].as_array_mut().unwrap().push(json!("anything")))
        .await;
    assert_eq!(invented.status, 422);
    let (etag, mark) = (ceremony.etag().await, ceremony.mark().await);
    let bai = ceremony.app.bai().await;
    assert_eq!(
        bai.post_at(&ceremony.path("/sign"), &etag, mark.clone())
            .await
            .status,
        404
    );
    let lin = ceremony.app.lin().await;
    let as_staff = ceremony
        .app
        .nobody()
        .with_token(lin.bearer().trim_start_matches("Bearer "));
    assert_eq!(
        as_staff
            .post_at(&ceremony.path("/sign"), &etag, mark)
            .await
            .status,
        401
    );
    ceremony.app.clock.advance(660);
    refused(&ceremony.tries(|_| ()).await, "consent.identity_fresh");
    assert_eq!(ceremony.state().await, "ready");
}

#[tokio::test]
async fn without_a_check_in_person_or_her_agreement_she_cannot_sign() {
    let ceremony = Ceremony::drafted_born(ADULT).await;
    ceremony.is_released().await;
    ceremony.reads().await;
    ceremony.answers(true).await;
    ceremony.waived("lessons").await;
    refused(&ceremony.tries(|_| ()).await, "consent.identity_level");
    ceremony.identified().await;
    let agreements = ceremony.mei.get("/me/agreements").await.expect(200);
    let agreement = agreements
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["kind"] == "electronic_signature");
    let version = &agreement.unwrap()["version"];
    let path = "/me/agreements/electronic_signature";
    let body = json!({ "version": version, "accepted": false });
    ceremony.app.clock.advance(1);
    ceremony.mei.put_bare(path, body).await.expect(200);
    refused(&ceremony.tries(|_| ()).await, "people.agreement_missing");
    ceremony.app.clock.advance(1);
    let body = json!({ "version": version, "accepted": true });
    ceremony.mei.put_bare(path, body).await.expect(200);
    ceremony.signs(None, 0).await.expect(201);
}

#[tokio::test]
async fn a_hundred_signings_at_once_are_one() {
    let ceremony = Ceremony::ready().await;
    let (etag, mark, path) = (
        ceremony.etag().await,
        ceremony.mark().await,
        ceremony.path("/sign"),
    );
    let headers = [("idempotency-key", "one-tap"), ("if-match", etag.as_str())];
    let same = (0..100).map(|_| {
        let mark = Some(mark.clone());
        ceremony.mei.send(poem::http::Method::POST, &path, &headers, mark)
    });
    let answers = join_all(same).await;
    let signed: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!signed.is_empty());
    for answer in &answers {
        match answer.status {
            201 => assert_eq!(answer.bytes, signed[0].bytes),
            // A server that is too busy says so; it signs nothing then.
            status => assert!([409, 503].contains(&status), "{}", answer.body),
        }
    }
    // Other taps are other requests: too late, each of them.
    let others = (0..20).map(|_| ceremony.mei.post_at(&path, &etag, mark.clone()));
    for answer in join_all(others).await {
        assert!([409, 412].contains(&answer.status), "{}", answer.body);
    }
    ceremony.app.work().await;
    let qian = ceremony.app.qian().await;
    let audit = qian
        .get(&format!("/audit?patient={}&limit=100", ceremony.mei.patient_id))
        .await
        .expect(200);
    let entries = audit["items"].as_array().unwrap();
    assert_eq!(
        entries
            .iter()
            .filter(|entry| entry["act"] == "consent.sign")
            .count(),
        1
    );
}

#[tokio::test]
async fn two_different_hands_at_once_have_one_winner() {
    let ceremony = Ceremony::ready().await;
    let (etag, path) = (ceremony.etag().await, ceremony.path("/sign"));
    let mut marks = Vec::new();
    for phase in 0..10 {
        let mut mark = ceremony.mark().await;
        mark["strokes"] = super::ceremony::strokes(phase);
        marks.push(mark);
    }
    let all = marks
        .into_iter()
        .map(|mark| ceremony.mei.post_at(&path, &etag, mark));
    let answers = join_all(all).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(
        answers
            .iter()
            .all(|answer| [201, 409, 412].contains(&answer.status))
    );
}

#[tokio::test]
async fn a_countersignature_needs_a_privilege_that_holds_today() {
    let ceremony = Ceremony::signed().await;
    let wu = ceremony.app.wu().await;
    let me = ceremony.zhao.get("/me").await.expect(200);
    assert_eq!(me["consent_privilege"], json!({ "granted": true, "until": null }));
    let path = format!("/staff/{}", me["id"].as_str().unwrap());
    let today = ceremony.app.clock.now().date_naive();
    let all = ["explained", "identity", "capacity"];
    for (privilege, status) in [
        (
            json!({ "granted": true, "until": today - chrono::Duration::days(1) }),
            409,
        ),
        (json!({ "granted": false }), 409),
        (json!({ "granted": true, "until": today }), 200),
    ] {
        let account = wu.get(&path).await;
        let body = json!({
            "username": "zhao", "name": "赵明", "license": account.body["license"], "title": account.body["title"],
            "role": "anesthesiologist", "senior": true, "consent_privilege": privilege,
        });
        wu.put(&path, &account.etag(), body).await.expect(200);
        let answer = ceremony.countersigned(&ceremony.zhao, &all).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        if status == 409 {
            assert_eq!(answer.code(), "consent.privilege_missing");
        }
    }
}
