//! Her word while analgesia runs and after a no, what is told of each transition, what is kept of what she signed, and whose
//! word it is once she is of age.

use muan::db::{Q, Sql};
use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::over_time::Ward;
use super::text_of;
use crate::support::App;

/// As somebody with the keys of the database would, who takes away what forbids it first.
async fn change(app: &App, column: &str, word: &str) {
    let mut tx = app.ctx.db.begin().await.unwrap();
    tx.q(Sql::Per {
        sqlite: "drop trigger consent_frozen",
        pg: "drop trigger consent_frozen on consent",
    })
    .run()
    .await
    .unwrap();
    tx.q(format!("update consent set {column} = $1"))
        .bind(word.to_owned())
        .run()
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_withdrawal_while_analgesia_runs_reaches_both_at_once_and_each_says_so() {
    let ward = Ward::running().await;
    let ceremony = &ward.ceremony;
    let withdrawn = ceremony
        .mei
        .post(&ceremony.path("/withdraw"), json!({ "reason": "不想用了" }))
        .await
        .expect(200);
    assert_eq!(withdrawn["state"], "withdrawn");
    // The clock has not moved.
    let called = ceremony.tasks_of(&ceremony.zhao, "consent.withdrawn").await;
    let too = ceremony.tasks_of(&ward.lin, "consent.withdrawn_midwife").await;
    assert_eq!((called.len(), too.len()), (1, 1));
    assert!(called[0]["urgent"] == true && too[0]["urgent"] == true);
    let done = format!("/tasks/{}/done", called[0]["id"].as_str().unwrap());
    ceremony.zhao.post(&done, json!({})).await.expect(201);
    let page = ceremony.zhao.get(&ceremony.path("")).await.expect(200);
    assert_eq!(page["withdrawal"]["phase"], "during");
    assert_eq!(page["withdrawal"]["heard"].as_array().unwrap().len(), 1);
    // The midwife has not said so within two minutes.
    ceremony.app.clock.advance(121);
    ceremony.app.work().await;
    let sun = ceremony.app.sun().await;
    assert_eq!(
        ceremony.tasks_of(&sun, "consent.withdrawn_unheard").await.len(),
        1
    );
    // What was signed stays.
    let document = ceremony.mei.get(&ceremony.path("/document?of=consent")).await;
    assert_eq!(document.status, 200);
    let record = ceremony.mei.get(&ceremony.path("/document?of=decision")).await;
    if let Some(text) = text_of(&record.bytes) {
        assert!(text.contains("开始镇痛之后"), "{text}");
    }
    let stop = json!({ "stop_at": ceremony.app.clock.now(), "reason": "request" });
    let stopped = ceremony.zhao.post(&ward.path("/stop"), stop).await;
    assert!(stopped.status < 300, "{}", stopped.body);
}

#[tokio::test]
async fn a_spoken_withdrawal_reaches_both_within_the_same_second() {
    let ward = Ward::running().await;
    let ceremony = &ward.ceremony;
    let sun = ceremony.app.sun().await;
    let word = json!({ "act": "consent.withdraw", "subject": ceremony.id });
    let word = sun.post("/attestations", word).await.expect(201);
    let body = json!({ "attestation": word["attestation"] });
    let before = ceremony.app.clock.now();
    ward.lin.post(&ceremony.path("/withdraw"), body).await.expect(200);
    for (colleague, kind) in [
        (&ceremony.zhao, "consent.withdrawn"),
        (&ward.lin, "consent.withdrawn_midwife"),
    ] {
        let called = ceremony.tasks_of(colleague, kind).await;
        assert_eq!(called.len(), 1);
        let done = format!("/tasks/{}/done", called[0]["id"].as_str().unwrap());
        colleague.post(&done, json!({})).await.expect(201);
    }
    assert!((ceremony.app.clock.now() - before).num_seconds() < 5);
    let page = ceremony.zhao.get(&ceremony.path("")).await.expect(200);
    assert_eq!(page["withdrawal"]["heard"].as_array().unwrap().len(), 2);
    // Both have said so: nobody is called again.
    ceremony.app.clock.advance(121);
    ceremony.app.work().await;
    assert!(
        ceremony
            .tasks_of(&sun, "consent.withdrawn_unheard")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn after_a_no_nothing_pushes_her_towards_a_consent() {
    let ceremony = Ceremony::released().await;
    ceremony.reads().await;
    ceremony.answers(false).await;
    ceremony.answers(false).await;
    ceremony
        .mei
        .post(&ceremony.path("/questions"), json!({ "question": "会疼吗？" }))
        .await
        .expect(201);
    assert_eq!(
        ceremony
            .tasks_of(&ceremony.zhao, "consent.conversation")
            .await
            .len(),
        1,
        "two failed rounds bring a talk"
    );
    ceremony
        .mei
        .post(&ceremony.path("/refuse"), json!({}))
        .await
        .expect(200);
    let tasks = ceremony.zhao.get("/tasks?limit=100").await.expect(200);
    for kind in ["consent.conversation", "consent.question", "consent.countersign"] {
        assert!(!tasks.to_string().contains(&format!("\"{kind}\"")), "{kind}");
    }
    let journey = ceremony.mei.get("/me/journey").await.expect(200);
    let steps = journey["steps"].as_array().unwrap();
    let step = steps
        .iter()
        .find(|step| step["ref"] == ceremony.id.as_str())
        .unwrap();
    assert_eq!(step["state"], "closed");
}

#[tokio::test]
async fn each_transition_is_told_with_states_revision_and_time_and_nothing_else() {
    let ceremony = Ceremony::active().await;
    let mut tx = ceremony.app.ctx.db.begin().await.unwrap();
    let rows: Vec<(String,)> = {
        tx.q("select payload from job where kind = 'consent.changed'")
            .all()
            .await
            .unwrap()
    };
    let mut payloads: Vec<Value> = rows
        .iter()
        .map(|(payload,)| serde_json::from_str(payload).unwrap())
        .collect();
    payloads.sort_by_key(|payload| payload["revision"].as_i64());
    let mut told = Vec::new();
    for payload in payloads {
        let mut names: Vec<&String> = payload.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["at", "from", "id", "revision", "to"]);
        told.push((payload["from"].clone(), payload["to"].clone()));
    }
    let states = ["draft", "issued", "reading", "ready", "patient_signed", "active"];
    let mut from = Value::Null;
    let expected = states.map(|state| (std::mem::replace(&mut from, json!(state)), json!(state)));
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_is_kept_and_is_not_what_was_signed_is_an_incident() {
    let ward = Ward::of(Ceremony::active().await).await;
    let ceremony = &ward.ceremony;
    change(&ceremony.app, "presented_sha256", &"0".repeat(64)).await;
    let refused = ceremony.confirms(&json!([])).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.integrity_failed")
    );
    assert_eq!(
        ceremony.confirms(&json!([])).await.code(),
        "consent.integrity_failed"
    );
    ceremony.app.work().await;
    let asked = ceremony.tasks_of(&ceremony.zhao, "consent.renew_integrity").await;
    assert_eq!(asked.len(), 1);
    let events = ceremony.app.qian().await.get("/adverse-events").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 1, "{events}");
}

#[tokio::test]
async fn what_is_kept_is_looked_at_every_week() {
    let ceremony = Ceremony::active().await;
    ceremony.app.clock.advance(7 * 86_400);
    ceremony.app.work().await;
    let sound = ceremony.app.qian().await.get("/adverse-events").await.expect(200);
    assert_eq!(sound["items"], json!([]));
    change(&ceremony.app, "presented_sha256", &"0".repeat(64)).await;
    ceremony.app.clock.advance(7 * 86_400);
    ceremony.app.work().await;
    let events = ceremony.app.qian().await.get("/adverse-events").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 1, "{events}");
}

#[tokio::test]
async fn once_of_age_she_decides_herself() {
    let ceremony = Ceremony::of_mother_and_daughter("2008-03-12").await;
    ceremony.app.clock.advance(11 * 86_400);
    ceremony.app.work().await;
    let zhao = ceremony.app.zhao().await;
    let asked = ceremony.tasks_of(&zhao, "consent.renew_own_decision").await;
    assert_eq!(asked.len(), 1);
}
