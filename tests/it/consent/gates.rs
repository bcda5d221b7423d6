//! Gates that an anesthesiologist closes with a reason (T05), questions that are closed without an answer, and what stops a
//! document before it is made.

use std::io::Write;
use std::sync::{Arc, Mutex};

use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};

use super::ceremony::{Ceremony, countersign};
use super::signers::refused;
use crate::support::client::Answer;

impl Ceremony {
    async fn waives(&self, body: Value) -> Answer {
        let etag = self.etag().await;
        self.zhao.post_at(&self.path("/waive"), &etag, body).await
    }

    /// The gates that were closed with a reason, as the consent's page says.
    async fn waivers(&self) -> Vec<(String, String)> {
        let page = self.zhao.get(&self.path("")).await.expect(200);
        let word = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
        let all = page["waivers"].as_array().unwrap().iter();
        all.map(|one| (word(one, "gate"), word(one, "reason"))).collect()
    }
}

#[tokio::test]
async fn a_doctor_closes_the_questions_with_her_own_words_and_never_without() {
    let ceremony = Ceremony::released().await;
    ceremony.reads().await;
    let first = ceremony.answers(false).await;
    for result in first["results"].as_array().unwrap() {
        let told = result["explanation"].as_str().unwrap_or_default();
        assert!(result["correct"] == true || !told.is_empty(), "{result}");
    }
    assert_eq!(ceremony.answers(false).await["conversation_offered"], true);
    let kind = "consent.conversation";
    assert_eq!(ceremony.tasks_of(&ceremony.zhao, kind).await.len(), 1);
    let mut body = json!({ "gate": "comprehension", "reason": "当面讲清楚了。" });
    let silent = ceremony.waives(body.clone()).await;
    assert_eq!(silent.expect(422)["errors"][0]["pointer"], "/teach_back");
    assert_eq!(ceremony.tasks_of(&ceremony.zhao, kind).await.len(), 1);
    ceremony.waived("lessons").await;
    assert_eq!(ceremony.state().await, "reading");
    body["teach_back"] = json!("她说：药放在腰部，随时可以不要。");
    let waived = ceremony.waives(body).await.expect(201);
    assert_eq!(waived["state"], "ready");
    assert!(ceremony.tasks_of(&ceremony.zhao, kind).await.is_empty());
    let closed = ("comprehension".to_owned(), "当面讲清楚了。".to_owned());
    assert!(ceremony.waivers().await.contains(&closed));
    ceremony.identified().await;
    ceremony.becomes_active(0).await;
    if let Some(text) = ceremony.printed().await {
        assert!(text.contains("由医生免除：当面讲清楚了。"), "{text}");
    }
}

#[tokio::test]
async fn a_doctor_closes_the_reading_of_a_woman_who_had_it_read_to_her() {
    let ceremony = Ceremony::released().await;
    let begun = json!({ "kind": "visible", "section": "purpose", "seq": 1, "at_ms": 0 });
    let begun = json!({ "session": "phone", "events": [begun] });
    ceremony
        .mei
        .post(&ceremony.path("/reading-events"), begun)
        .await
        .expect(202);
    assert_eq!(ceremony.answers(true).await["passed"], true);
    ceremony.waived("lessons").await;
    assert_eq!(ceremony.state().await, "reading");
    let body = json!({ "gate": "reading", "reason": "助产士逐节读给她听。" });
    let waived = ceremony.waives(body.clone()).await.expect(201);
    assert_eq!(waived["state"], "ready");
    let closed = ("reading".to_owned(), "助产士逐节读给她听。".to_owned());
    assert!(ceremony.waivers().await.contains(&closed));
    refused(&ceremony.waives(body).await, "consent.illegal_transition");
}

#[tokio::test]
async fn a_question_that_is_closed_with_a_reason_is_settled_and_says_so() {
    let ceremony = Ceremony::signed().await;
    ceremony.step_up().await;
    let asked = ceremony
        .mei
        .post(&ceremony.path("/questions"), json!({ "question": "会疼吗？" }))
        .await
        .expect(201);
    let path = ceremony.path("/answers");
    let id = &asked["id"];
    for (wrong, pointer) in [
        (json!({ "question": id }), "/answer"),
        (
            json!({ "question": id, "answer": "不会。", "closed": { "reason": "已当面回答。" } }),
            "/closed",
        ),
        (
            json!({ "question": id, "closed": { "reason": "" } }),
            "/closed/reason",
        ),
    ] {
        let answer = ceremony.zhao.post(&path, wrong).await;
        assert_eq!(answer.expect(422)["errors"][0]["pointer"], pointer);
    }
    let countersigned = async || {
        let etag = ceremony.etag().await;
        let path = ceremony.path("/countersign");
        ceremony.zhao.post_at(&path, &etag, countersign()).await
    };
    refused(&countersigned().await, "consent.questions_open");
    let closing = json!({ "question": id, "closed": { "reason": "已在床旁当面回答。" } });
    let closed = ceremony.zhao.post(&path, closing.clone()).await.expect(201);
    assert_eq!(
        (&closed["closed"], &closed["answer"]),
        (&json!("已在床旁当面回答。"), &Value::Null)
    );
    refused(&ceremony.zhao.post(&path, closing).await, "consent.answer_given");
    let tasks = ceremony.zhao.get("/tasks?limit=100").await.expect(200);
    let mut tasks = tasks["items"].as_array().unwrap().iter();
    assert!(!tasks.any(|task| task["subject"] == *id), "nothing is left to do");
    countersigned().await.expect(200);
    let told = ceremony.section(7, "conversation").await;
    let question = &told["questions"][0];
    assert_eq!(
        (&question["question"], &question["closed"], &question["answer"]),
        (&json!("会疼吗？"), &json!("已在床旁当面回答。"), &Value::Null)
    );
    if let Some(text) = ceremony.printed().await {
        for wanted in ["会疼吗？", "未作答，由医生关闭：已在床旁当面回答。"] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
}

/// What the service writes to its log on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn operators_hear_of_a_name_that_no_font_can_print_and_do_not_read_it() {
    let ceremony = Ceremony::drafted().await;
    let etag = ceremony.mei.get("/me").await.etag();
    let profile = json!({ "name": "李𲎯", "birth_date": "1996-03-12", "language": "zh-CN" });
    ceremony.mei.put("/me", &etag, profile).await.expect(200);
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _counted = metrics::set_default_local_recorder(&recorder);
    let log = Log::default();
    let write = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::ERROR)
        .with_writer(move || write.clone())
        .finish();
    let _heard = tracing::subscriber::set_default(subscriber);
    let body = json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Seen today." });
    let etag = ceremony.zhao.get(&ceremony.path("")).await.etag();
    let answer = ceremony
        .zhao
        .post_at(&ceremony.path("/release"), &etag, body)
        .await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert_eq!(answer.body["errors"][0]["code"], "character");
    let counted = handle.render();
    let counter = counted
        .lines()
        .find(|line| line.starts_with("muan_unprintable_total "));
    assert!(counter.is_some_and(|line| !line.ends_with(" 0")), "{counted}");
    let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(said.contains("waits for a font"), "{said}");
    assert!(!said.contains('李') && !said.contains('𲎯'), "{said}");
}
