//! The report on what is kept of a consent, for herself and for staff, and the bundle that says the same without us.

use muan::consent::sealing;
use muan::evidence::bundle::{self, SECTIONS, Section, names};
use muan::evidence::verify::{Asked, Known, Report, verify};
use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::given::told;
use super::strokes::stepped_up;
use crate::support::App;
use crate::support::client::Client;

/// The dimensions of a row, without those that nothing is said of.
#[track_caller]
pub fn is(report: &Value, wanted: Value) {
    for (name, word) in wanted.as_object().unwrap() {
        assert_eq!(&report[name], word, "{name}: {report:#}");
    }
}

pub fn codes(report: &Value) -> Vec<&str> {
    let all = report["messages"].as_array().unwrap().iter();
    all.map(|one| one["code"].as_str().unwrap()).collect()
}

impl Ceremony {
    pub async fn pdf(&self) -> Vec<u8> {
        let answer = self.app.zhao().await.get(&self.path("/document")).await;
        assert_eq!(answer.status, 200);
        answer.bytes
    }

    pub async fn evidence(&self, client: &Client, query: &str) -> Vec<u8> {
        let answer = client.get(&self.path(&format!("/evidence{query}"))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("content-type").unwrap(), "application/zip");
        answer.bytes
    }

    pub async fn verification(&self, client: &Client) -> Value {
        client.get(&self.path("/verification")).await.expect(200)
    }

    /// The time is attested, and a checkpoint holds the seal.
    pub async fn is_settled(&self) {
        self.app.work().await;
        self.app.clock.advance(600);
        self.app.work().await;
    }
}

/// What the program says off line, with the trust that the hospital publishes.
pub fn off_line(app: &App, file: &[u8]) -> Value {
    let trust = sealing::trust(&app.ctx);
    let asked = Asked {
        trust: Some(&trust),
        newer: None,
        now: app.clock.now(),
    };
    let report: Report = verify(file, &asked, &Known::default());
    serde_json::to_value(report).unwrap()
}

#[tokio::test]
async fn what_is_sealed_is_genuine_at_once_and_its_time_and_its_place_in_the_log_follow() {
    let ceremony = Ceremony::active().await;
    let (mei, app) = (&ceremony.mei.client, &ceremony.app);
    let at_once = ceremony.verification(mei).await;
    is(
        &at_once,
        json!({
            "overall": "authentic", "integrity": "intact", "authenticity": "trusted", "time": "pending",
            "content": "matches_record", "evidence": "complete", "log": "pending_checkpoint", "consent": "in_force",
        }),
    );
    for code in ["time_pending", "log_pending", "in_force"] {
        assert!(codes(&at_once).contains(&code), "{at_once:#}");
    }
    let promised = ceremony.evidence(mei, "").await;
    is(
        &off_line(app, &promised),
        json!({ "overall": "authentic", "log": "pending_checkpoint" }),
    );
    ceremony.is_settled().await;
    let (qian, zhao, lin) = (app.qian().await, app.zhao().await, app.lin().await);
    for client in [mei, &qian, &zhao, &lin] {
        let settled = ceremony.verification(client).await;
        is(
            &settled,
            json!({
                "overall": "authentic", "time": "attested", "log": "included", "evidence": "complete", "consent": "in_force",
            }),
        );
        assert_eq!(codes(&settled), ["in_force"], "{settled:#}");
        assert_eq!(settled["steps"].as_array().unwrap().len(), 12);
    }
    let english = qian
        .speaking("en")
        .get(&ceremony.path("/verification"))
        .await
        .expect(200);
    assert_eq!(
        english["text"],
        "Authentic: this institution signed it, and it has not changed since"
    );
    // The bundle says the same without us, but for what only we know.
    let zip = ceremony.evidence(mei, "").await;
    let (ours, theirs) = (ceremony.verification(mei).await, off_line(app, &zip));
    for name in ["overall", "integrity", "authenticity", "time", "evidence", "log"] {
        assert_eq!(ours[name], theirs[name], "{name}");
    }
    assert_eq!(
        (&theirs["consent"], &theirs["content"]),
        (&json!("unknown"), &json!("not_checked"))
    );
    let steps = |report: &Value| {
        let steps = report["steps"].as_array().unwrap().iter();
        steps
            .map(|one| (one["step"].clone(), one["result"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(steps(&ours), steps(&theirs));
    for client in [mei, &lin] {
        let early = client.get(&ceremony.path("/verification?of=bedside")).await;
        assert_eq!(early.status, 404, "nothing was confirmed yet");
    }
}

#[tokio::test]
async fn the_bundle_holds_all_that_proves_it_and_the_strokes_leave_for_a_purpose_alone() {
    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let (mei, qian) = (&ceremony.mei.client, ceremony.app.qian().await);
    let whole = ceremony.evidence(mei, "").await;
    let files = bundle::read(&whole).unwrap();
    for name in [
        names::PDF,
        names::TEMPLATE,
        names::PRESENTED,
        names::ENTRIES,
        names::INCLUSION,
        names::CHECKPOINT,
        names::TOKEN,
        names::TRUST,
        names::README,
        names::PAGE,
        "certs/seal-1.cer",
        "certs/root-1.cer",
    ] {
        assert!(files.get(name).is_some(), "{name}");
    }
    for (no, name) in (1..).zip(SECTIONS) {
        let section = Section::read(name, files.get(&names::section(no, name)).unwrap()).unwrap();
        assert!(section.body().is_some(), "{name}");
    }
    let strokes_file = names::section(10, "strokes");
    assert!(files.get(&strokes_file).is_none(), "not even for herself");
    let log: Value = serde_json::from_slice(files.get(names::ENTRIES).unwrap()).unwrap();
    let acts: Vec<&Value> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["entry"]["type"])
        .collect();
    assert_eq!(
        acts,
        [
            "consent.sign",
            "consent.countersign",
            "consent.activated",
            "consent.seal"
        ]
    );

    let zhao = ceremony.app.zhao().await;
    let refused = zhao.get(&ceremony.path("/evidence?strokes=dispute")).await;
    assert_eq!(refused.status, 403, "the quality office alone");
    assert_eq!(
        qian.get(&ceremony.path("/evidence?strokes=because")).await.status,
        400
    );
    // A log-in is a proof of presence for ten minutes.
    ceremony.app.clock.advance(601);
    let absent = qian.get(&ceremony.path("/evidence?strokes=dispute")).await;
    assert_eq!(absent.code(), "people.step_up_required");
    let qian = stepped_up(qian).await;
    let drawn = ceremony.evidence(&qian, "?strokes=forensic_examination").await;
    assert!(bundle::read(&drawn).unwrap().get(&strokes_file).is_some());
    is(
        &off_line(&ceremony.app, &drawn),
        json!({ "overall": "authentic", "evidence": "complete" }),
    );

    let redacted = ceremony.evidence(&qian, "?withhold=2,8").await;
    let report = told(&ceremony.app, &redacted).await;
    is(
        &report,
        json!({ "overall": "authentic", "evidence": "redacted", "log": "included", "content": "matches_record" }),
    );
    assert_eq!(report["messages"][0]["params"], json!(["subject", "identity"]));
    let more = ceremony.evidence(&qian, "?withhold=3,5,10").await;
    let report = told(&ceremony.app, &more).await;
    is(&report, json!({ "overall": "authentic", "evidence": "redacted" }));
    assert_eq!(
        report["messages"][0]["params"],
        json!(["assessment", "reading", "signature"])
    );
    assert_eq!(off_line(&ceremony.app, &more)["overall"], "authentic");
    let left = bundle::read(&redacted).unwrap();
    let subject = Section::read("subject", left.get(&names::section(2, "subject")).unwrap()).unwrap();
    assert!(subject.body().is_none(), "her name and birth date stay here");
    for (asked, status) in [("15", 422), ("0", 422), ("x", 400), ("2,", 400)] {
        let answer = qian
            .get(&ceremony.path(&format!("/evidence?withhold={asked}")))
            .await;
        assert_eq!(answer.status, status, "{asked}");
        assert_eq!(answer.body["errors"][0]["pointer"], "?withhold");
    }
    // Each export is in the log with what was left out of it.
    ceremony.app.work().await;
    let audit = qian.get("/audit?limit=100").await.expect(200);
    let exports: Vec<&Value> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["act"] == "consent.evidence")
        .map(|one| &one["detail"])
        .collect();
    assert_eq!(exports.len(), 4, "{audit}");
    assert!(exports.iter().any(|one| one["strokes"] == "forensic_examination"));
    assert!(
        exports
            .iter()
            .any(|one| one["withheld"] == json!(["subject", "identity"]))
    );
}

#[tokio::test]
async fn a_consent_without_a_seal_has_no_evidence_and_its_report_says_what_is_missing() {
    let ceremony = Ceremony::signed().await;
    for client in [&ceremony.mei.client, &ceremony.zhao] {
        let answer = client.get(&ceremony.path("/evidence")).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (409, "consent.not_sealed")
        );
        assert_eq!(client.get(&ceremony.path("/verification")).await.status, 404);
    }
    let nowhere = "/consents/01900000-0000-7000-8000-000000000000/evidence";
    assert_eq!(ceremony.zhao.get(nowhere).await.status, 404);
}
