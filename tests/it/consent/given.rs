//! The rows of CE §13.3 as anybody is told them of a file.

use muan::db::Q;
use muan::evidence::bundle::{self, manifest, names};
use muan::evidence::pades;
use muan::evidence::revocation::Revocations;
use poem::Request;
use poem::http::Method;
use serde_json::{Value, json};

use super::ceremony::{Ceremony, countersign, strokes};
use super::paper::{filing, picture};
use super::verified::{codes, is, off_line};
use crate::support::App;
use crate::support::client::Answer;

/// Anybody verifies a file.
pub async fn given(app: &App, kind: &str, file: &[u8]) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri_str("/verify/file")
        .content_type(kind)
        .header("accept-language", "en")
        .body(file.to_vec());
    app.outside()
        .answer(request, "POST /verify/file".to_owned())
        .await
}

pub async fn told(app: &App, file: &[u8]) -> Value {
    // Thirty in a minute are enough for anybody.
    app.clock.advance(5);
    given(app, "application/octet-stream", file).await.expect(200)
}

pub fn first(report: &Value) -> &str {
    report["messages"][0]["code"].as_str().unwrap()
}

/// A bundle with one file changed and a manifest that fits.
pub fn with(zip: &[u8], name: &str, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let read = bundle::read(zip).unwrap();
    let changed = change(read.get(name).unwrap());
    let mut all = read.all.clone();
    all.insert(name, &changed);
    let listed = manifest::write(&all, "1.0.0").unwrap();
    all.insert(names::MANIFEST, &listed);
    bundle::write(&all.into_iter().collect::<Vec<_>>()).unwrap()
}

#[tokio::test]
async fn anybody_is_told_of_a_file_what_is_wrong_with_it() {
    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let app = &ceremony.app;
    let pdf = ceremony.pdf().await;
    let good = told(app, &pdf).await;
    is(
        &good,
        json!({
            "overall": "authentic", "integrity": "intact", "authenticity": "trusted", "time": "attested",
            "content": "matches_record", "evidence": "not_included", "log": "included", "consent": "in_force",
        }),
    );
    assert_eq!(first(&good), "in_force");

    let mut changed = pdf.clone();
    let at = pdf.len() / 3;
    changed[at] ^= 1;
    let report = told(app, &changed).await;
    is(
        &report,
        json!({ "overall": "altered", "integrity": "modified", "consent": "unknown" }),
    );
    assert_eq!(first(&report), "changed");

    let appended = [pdf.as_slice(), b"\n% more"].concat();
    let report = told(app, &appended).await;
    is(
        &report,
        json!({
            "overall": "altered", "integrity": "appended", "authenticity": "trusted", "time": "attested", "log": "included",
            "consent": "in_force",
        }),
    );
    assert_eq!(first(&report), "appended");

    let printed = pdf[..pades::read(&pdf).unwrap().unsigned_len].to_vec();
    let report = told(app, &printed).await;
    is(
        &report,
        json!({ "overall": "indeterminate", "integrity": "unsigned", "authenticity": "unknown", "content": "not_checked" }),
    );
    assert_eq!(first(&report), "unsigned");

    // The same text under the seal of another institution, and under ours without a record.
    let folder = tempfile::tempdir().unwrap();
    let other = app.beside(|config| config.data = folder.path().to_owned()).await;
    let foreign = other
        .seal
        .apply(&printed, app.clock.now(), &Revocations::default())
        .unwrap();
    let report = told(app, &foreign.file).await;
    is(
        &report,
        json!({
            "overall": "not_authentic", "integrity": "intact", "authenticity": "other_signer", "log": "missing",
            "consent": "unknown",
        }),
    );
    assert_eq!(first(&report), "other_signer");
    let unrecorded = app
        .ctx
        .seal
        .apply(&printed, app.clock.now(), &Revocations::default())
        .unwrap();
    for _ in 0..2 {
        let report = told(app, &unrecorded.file).await;
        is(
            &report,
            json!({
                "overall": "indeterminate", "integrity": "intact", "authenticity": "trusted", "log": "missing",
                "content": "unknown_here", "consent": "unknown",
            }),
        );
        assert_eq!(first(&report), "not_recorded");
    }
    let (incidents,): (i64,) = app
        .ctx
        .view()
        .q("select count(*) from incident where kind = 'seal_unrecorded'")
        .one()
        .await
        .unwrap();
    assert_eq!(incidents, 1, "somebody is called, once");

    let zip = ceremony.evidence(&ceremony.mei.client, "").await;
    let report = told(app, &zip).await;
    is(
        &report,
        json!({ "overall": "authentic", "evidence": "complete", "log": "included", "consent": "in_force" }),
    );
    let altered = with(&zip, &names::section(8, "identity"), |section| {
        String::from_utf8(section.to_vec())
            .unwrap()
            .replace("in_person", "by_phone_")
            .into_bytes()
    });
    let report = told(app, &altered).await;
    is(
        &report,
        json!({ "overall": "altered", "integrity": "intact", "evidence": "mismatch", "consent": "in_force" }),
    );
    assert_eq!(report["messages"][0]["params"], json!(["identity"]));
    // A head that another log signed is none of ours.
    let forged = with(&zip, names::CHECKPOINT, |note| {
        String::from_utf8(note.to_vec())
            .unwrap()
            .replace("time 2026", "time 2027")
            .into_bytes()
    });
    let report = told(app, &forged).await;
    is(&report, json!({ "overall": "indeterminate", "log": "missing" }));

    for (kind, file, status) in [
        ("text/plain", &b"%PDF-1.7"[..], 415),
        ("application/pdf", b"GIF89a", 422),
        ("application/pdf", b"", 422),
        ("multipart/form-data", b"", 400),
    ] {
        assert_eq!(given(app, kind, file).await.status, status, "{kind}");
    }
    let unreadable = told(app, b"PK\x03\x04 and nothing else").await;
    is(
        &unreadable,
        json!({ "overall": "indeterminate", "integrity": "unreadable" }),
    );
    let huge = vec![b'%'; (16 << 20) + (65 << 10)];
    assert_eq!(given(app, "application/pdf", &huge).await.status, 413);
}

#[tokio::test]
async fn what_became_of_a_consent_is_said_apart_from_its_document() {
    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let pdf = ceremony.pdf().await;
    ceremony
        .mei
        .post(&ceremony.path("/withdraw"), json!({}))
        .await
        .expect(200);
    let report = told(&ceremony.app, &pdf).await;
    is(
        &report,
        json!({ "overall": "authentic", "consent": "withdrawn", "log": "included", "time": "attested" }),
    );
    assert!(
        report["messages"][0]["text"]
            .as_str()
            .unwrap()
            .contains("2026-03-02"),
        "{report}"
    );
    assert_eq!(
        ceremony.verification(&ceremony.mei.client).await["consent"],
        "withdrawn"
    );

    let lapsed = Ceremony::active().await;
    lapsed.is_settled().await;
    let pdf = lapsed.pdf().await;
    lapsed.app.clock.advance(31 * 86_400);
    // Whether or not the job has run.
    for _ in 0..2 {
        is(
            &told(&lapsed.app, &pdf).await,
            json!({ "overall": "authentic", "consent": "expired" }),
        );
        lapsed.app.work().await;
    }

    let voided = Ceremony::active().await;
    voided.is_settled().await;
    let pdf = voided.pdf().await;
    let word = voided.word_of(&voided.app.qian().await, "consent.void").await;
    let body = json!({ "reason": "wrong_patient", "attestation": word });
    let etag = voided.etag().await;
    voided
        .zhao
        .post_at(&voided.path("/void"), &etag, body)
        .await
        .expect(200);
    let report = told(&voided.app, &pdf).await;
    is(&report, json!({ "overall": "authentic", "consent": "voided" }));
    assert_eq!(codes(&report), ["voided"]);
}

#[tokio::test]
async fn the_record_of_a_refusal_is_genuine_too() {
    let ceremony = Ceremony::released().await;
    ceremony
        .mei
        .post(&ceremony.path("/refuse"), json!({}))
        .await
        .expect(200);
    ceremony.is_settled().await;
    let report = told(&ceremony.app, &ceremony.pdf().await).await;
    let wanted = json!({
        "overall": "authentic", "integrity": "intact", "authenticity": "trusted", "time": "attested", "log": "included",
        "content": "matches_record", "consent": "refused",
    });
    is(&report, wanted.clone());
    assert_eq!(codes(&report), ["refused"]);
    is(&ceremony.verification(&ceremony.mei.client).await, wanted);
}

#[tokio::test]
async fn who_took_its_place_is_told_to_those_who_may_see_that_one() {
    let first = Ceremony::active().await;
    first.is_settled().await;
    let pdf = first.pdf().await;
    let (etag, body) = (first.etag().await, json!({ "reason": "risk_changed" }));
    let draft = first.app.zhao().await;
    let draft = draft
        .post_at(&first.path("/reissue"), &etag, body)
        .await
        .expect(201);
    let former = first.path("/verification");
    let id = draft["id"].as_str().unwrap();
    let successor = first.succeeded_by(id).await;
    successor.step_up().await;
    let mut mark = countersign();
    mark["strokes"] = strokes(7);
    let etag = successor.etag().await;
    let path = successor.path("/countersign");
    successor.zhao.post_at(&path, &etag, mark).await.expect(200);
    let report = told(&successor.app, &pdf).await;
    is(
        &report,
        json!({ "overall": "authentic", "consent": "superseded" }),
    );
    assert!(!report.to_string().contains(id), "not to anybody");
    for client in [&successor.mei.client, &successor.zhao] {
        let report = client.get(&former).await.expect(200);
        is(
            &report,
            json!({ "overall": "authentic", "consent": "superseded" }),
        );
        assert_eq!(report["messages"][0]["params"][1], id);
    }
}

#[tokio::test]
async fn of_a_copy_of_paper_it_is_said_where_the_original_is() {
    let ceremony = Ceremony::drafted().await;
    let lin = ceremony.app.lin().await;
    let word = ceremony.paper_word(&lin).await;
    let body = filing(&ceremony, &[&picture()], word);
    let place = body["original_place"].as_str().unwrap().to_owned();
    ceremony.file(body).await.expect(200);
    ceremony.is_settled().await;
    let report = told(&ceremony.app, &ceremony.pdf().await).await;
    is(
        &report,
        json!({ "overall": "authentic", "log": "included", "consent": "in_force" }),
    );
    assert_eq!(codes(&report), ["paper", "in_force"]);
    assert_eq!(report["messages"][0]["params"][0], place);
    let zip = ceremony.evidence(&ceremony.mei.client, "").await;
    is(
        &off_line(&ceremony.app, &zip),
        json!({ "overall": "authentic", "log": "included" }),
    );
}
