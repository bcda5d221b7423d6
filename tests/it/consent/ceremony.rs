//! One consent on its way, step by step, as Mei and Zhao walk it.

use serde_json::{Value, json};

use crate::support::App;
use crate::support::cast::{PASSWORD, Woman};
use crate::support::client::Client;

/// Mei's consent, released by Zhao without an assessment.
pub struct Ceremony {
    pub app: App,
    pub mei: Woman,
    pub zhao: Client,
    pub id: String,
}

impl Ceremony {
    pub async fn released() -> Ceremony {
        let app = App::new().await;
        let (mei, zhao) = (app.mei().await, app.zhao().await);
        let draft = mei.post("/consent-requests", json!({})).await.expect(201);
        assert_eq!(draft["state"], "draft");
        let id = draft["id"].as_str().unwrap().to_owned();
        let ceremony = Ceremony { app, mei, zhao, id };
        ceremony.is_released().await;
        ceremony
    }

    pub async fn is_released(&self) {
        let body =
            json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Seen in the clinic today." });
        let released = self
            .zhao
            .post_at(&self.path("/release"), "\"1\"", body)
            .await
            .expect(200);
        assert_eq!(released["state"], "issued");
    }

    /// The draft that was begun in its place, signed by her and not yet by Zhao.
    pub async fn succeeded_by(self, id: &str) -> Ceremony {
        let next = Ceremony {
            id: id.to_owned(),
            ..self
        };
        next.is_released().await;
        next.is_ready().await;
        let mut mark = next.mark().await;
        mark["strokes"] = strokes(4);
        let etag = next.etag().await;
        next.mei
            .post_at(&next.path("/sign"), &etag, mark)
            .await
            .expect(201);
        next
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/consents/{}{rest}", self.id)
    }

    pub async fn etag(&self) -> String {
        self.mei.get(&self.path("")).await.etag()
    }

    pub async fn state(&self) -> String {
        let page = self.mei.get(&self.path("")).await.expect(200);
        page["state"].as_str().unwrap().to_owned()
    }

    /// Where it stands once all that is due is done; sessions may have ended by then.
    pub async fn state_after_work(&self) -> String {
        self.app.work().await;
        let page = self.app.zhao().await.get(&self.path("")).await.expect(200);
        page["state"].as_str().unwrap().to_owned()
    }

    /// She reads every section for its floor and to its end.
    pub async fn reads(&self) -> Value {
        self.app.clock.advance(300);
        let page = self.mei.get(&self.path("")).await.expect(200);
        let (mut events, mut seq, mut at) = (Vec::new(), 0, 0);
        let mut push = |kind: &str, section: &Value, at_ms: i64| {
            seq += 1;
            events.push(json!({ "kind": kind, "section": section, "seq": seq, "at_ms": at_ms }));
        };
        for section in page["reading"].as_array().unwrap() {
            push("visible", &section["section"], at);
            at += section["floor_ms"].as_i64().unwrap();
            push("scroll_end", &section["section"], at);
            push("hidden", &section["section"], at);
        }
        let body = json!({ "session": "phone", "events": events });
        self.mei
            .post(&self.path("/reading-events"), body)
            .await
            .expect(202)
    }

    /// She answers the questions; `right` says whether she knows.
    pub async fn answers(&self, right: bool) -> Value {
        let template: Value = serde_json::from_str(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/content/consents/labor-analgesia/1.0.0/zh-CN.json"
        )))
        .unwrap();
        let bank = template["comprehension"]["questions"].as_array().unwrap();
        let asked = self.mei.get(&self.path("/comprehension")).await.expect(200);
        let answers: Vec<Value> = asked["questions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|question| {
                let known = bank.iter().find(|one| one["id"] == question["id"]).unwrap();
                let options = question["options"].as_array().unwrap();
                let chosen = options
                    .iter()
                    .find(|one| (one["code"] == known["answer"]) == right)
                    .unwrap();
                json!({ "question": question["id"], "option": chosen["code"] })
            })
            .collect();
        let body = json!({ "answers": answers });
        self.mei
            .post(&self.path("/comprehension"), body)
            .await
            .expect(201)
    }

    /// Zhao closes a gate with a reason.
    pub async fn waived(&self, gate: &str) -> Value {
        let body = json!({ "gate": gate, "reason": "Explained in person.", "teach_back": "She said it in her own words." });
        self.zhao
            .post_at(&self.path("/waive"), &self.etag().await, body)
            .await
            .expect(201)
    }

    /// She agrees to electronic signatures, and staff check her document in person.
    pub async fn identified(&self) {
        let agreements = self.mei.get("/me/agreements").await.expect(200);
        let one = agreements
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["kind"] == "electronic_signature")
            .unwrap();
        let body = json!({ "version": one["version"], "accepted": true });
        self.mei
            .put_bare("/me/agreements/electronic_signature", body)
            .await
            .expect(200);
        let path = format!("/patients/{}/identity-checks", self.mei.patient_id);
        let body = json!({ "method": "in_person", "identifiers": ["name", "id_document"] });
        self.zhao.post(&path, body).await.expect(201);
    }

    pub async fn ready() -> Ceremony {
        let ceremony = Ceremony::released().await;
        ceremony.is_ready().await;
        ceremony
    }

    pub async fn is_ready(&self) {
        self.reads().await;
        assert_eq!(self.answers(true).await["passed"], true);
        self.waived("lessons").await;
        self.identified().await;
        assert_eq!(self.state().await, "ready");
    }

    pub async fn mark(&self) -> Value {
        let page = self.mei.get(&self.path("")).await.expect(200);
        json!({
            "presented_sha256": page["presented_sha256"],
            "statements": ["told", "time", "truth", "change_mind", "emergency"],
            "decision": "agree",
            "strokes": strokes(0),
            "canvas": canvas(),
        })
    }

    pub async fn signed() -> Ceremony {
        let ceremony = Ceremony::ready().await;
        let (etag, mark) = (ceremony.etag().await, ceremony.mark().await);
        let signed = ceremony
            .mei
            .post_at(&ceremony.path("/sign"), &etag, mark)
            .await
            .expect(201);
        assert_eq!(signed["state"], "patient_signed");
        ceremony
    }

    pub async fn step_up(&self) {
        let body = json!({ "password": PASSWORD });
        self.zhao
            .post("/sessions/current/step-up", body)
            .await
            .expect(201);
    }

    pub async fn active() -> Ceremony {
        let ceremony = Ceremony::signed().await;
        ceremony.step_up().await;
        let etag = ceremony.etag().await;
        let active = ceremony
            .zhao
            .post_at(&ceremony.path("/countersign"), &etag, countersign())
            .await
            .expect(200);
        assert_eq!(active["state"], "active");
        ceremony
    }
}

pub fn countersign() -> Value {
    json!({
        "statements": ["explained", "identity", "capacity"],
        "strokes": strokes(9),
        "canvas": canvas(),
    })
}

pub fn canvas() -> Value {
    json!({ "width": 400, "height": 150, "pixel_ratio": "3", "started_at": "2026-03-02T01:00:00Z" })
}

/// A wavy line; another `phase` is another signature.
pub fn strokes(phase: i64) -> Value {
    let points: Vec<Value> = (0..60)
        .map(|n| json!([40 + n * 4, 75 + ((n * 7 + phase) % 41) - 20, n * 11, -1]))
        .collect();
    json!([points])
}
