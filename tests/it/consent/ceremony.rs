//! One consent on its way, step by step, as Mei and Zhao walk it.

use serde_json::{Value, json};

use crate::assessment::queue;
use crate::forms::submit;
use crate::support::App;
use crate::support::cast::{PASSWORD, Woman};
use crate::support::client::{Answer, Client};

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

    /// Asked for, and nothing else.
    pub async fn drafted() -> Ceremony {
        let app = App::new().await;
        let (mei, zhao) = (app.mei().await, app.zhao().await);
        let draft = mei.post("/consent-requests", json!({})).await.expect(201);
        let id = draft["id"].as_str().unwrap().to_owned();
        Ceremony { app, mei, zhao, id }
    }

    /// The same people with another consent.
    pub fn instead(self, id: &str) -> Ceremony {
        Ceremony {
            id: id.to_owned(),
            ..self
        }
    }

    /// Days later: sessions have ended.
    pub async fn logged_in_again(self) -> Ceremony {
        let client = self.app.newcomer(&self.mei.openid).await;
        let zhao = self.app.zhao().await;
        Ceremony {
            mei: Woman { client, ..self.mei },
            zhao,
            ..self
        }
    }

    /// The short form: she reads, Zhao talks with her, she answers two questions; she was identified before.
    pub async fn is_ready_in_labor(&self) {
        self.reads().await;
        let talk = json!({ "channel": "in_person", "minutes": 3 });
        self.zhao
            .post(&self.path("/conversation"), talk)
            .await
            .expect(201);
        assert_eq!(self.answers(true).await["passed"], true);
        self.identified().await;
        assert_eq!(self.state().await, "ready");
    }

    /// Released on an assessment with these answers, with every risk of hers confirmed.
    pub async fn on_answers(answers: Value) -> Ceremony {
        let app = App::new().await;
        let (mei, zhao) = (app.mei().await, app.zhao().await);
        submit(&app, &mei, answers).await;
        clear(&zhao).await;
        let draft = mei.post("/consent-requests", json!({})).await.expect(201);
        let id = draft["id"].as_str().unwrap().to_owned();
        let ceremony = Ceremony { app, mei, zhao, id };
        ceremony.release_with(json!({})).await;
        ceremony
    }

    /// Zhao confirms what the rules propose and releases it, with something else in the body.
    pub async fn release_with(&self, other: Value) -> Value {
        let page = self.zhao.get(&self.path("")).await;
        let etag = page.etag();
        let page = page.expect(200);
        let proposed = page["risks"].as_array().unwrap().iter();
        let confirm: Vec<&Value> = proposed.map(|risk| &risk["rule"]).collect();
        let answer = self
            .zhao
            .put(&self.path("/risks"), &etag, json!({ "confirm": confirm }))
            .await;
        let etag = answer.etag();
        answer.expect(200);
        let mut body = json!({ "capacity": { "basis": "seen" } });
        body.as_object_mut()
            .unwrap()
            .extend(other.as_object().unwrap().clone());
        let released = self.zhao.post_at(&self.path("/release"), &etag, body).await;
        released.expect(200)
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
        let own = self.own_answer(&template).await;
        let asked = self.mei.get(&self.path("/comprehension")).await.expect(200);
        let answers: Vec<Value> = asked["questions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|question| {
                let known = bank
                    .iter()
                    .find(|one| one["id"] == question["id"])
                    .unwrap_or(&own);
                let options = question["options"].as_array().unwrap();
                let is_right = |option: &Value| match known["own"].as_array() {
                    Some(own) => own.contains(&option["code"]),
                    None => option["code"] == known["answer"],
                };
                let chosen = options.iter().find(|one| is_right(one) == right).unwrap();
                json!({ "question": question["id"], "option": chosen["code"], "took_ms": 4200 })
            })
            .collect();
        self.mei
            .post(&self.path("/comprehension"), json!({ "answers": answers }))
            .await
            .expect(201)
    }

    /// The question on her own risk with its right answer: the label of what she was shown.
    async fn own_answer(&self, template: &Value) -> Value {
        let shown = self.mei.get(&self.path("/presented")).await.body;
        let sections = shown["sections"].as_array().unwrap();
        let own = sections.iter().find(|one| one["id"] == "own-risks").unwrap();
        let rules = own["own_risks"].as_array().unwrap();
        let labels = template["comprehension"]["own_risk"]["labels"]
            .as_array()
            .unwrap();
        let is_hers = |label: &&Value| {
            let prefixes = label["rules"].as_array().unwrap();
            let fits = |prefix: &Value| {
                let prefix = prefix.as_str().unwrap();
                rules
                    .iter()
                    .any(|rule| rule["id"].as_str().unwrap().starts_with(prefix))
            };
            prefixes.iter().any(fits)
        };
        // Any of hers may be drawn; one without a label has a code of its own.
        let hers = labels.iter().filter(is_hers).map(|label| label["code"].clone());
        json!({ "own": hers.chain([json!("own")]).collect::<Vec<Value>>() })
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

    /// She signs with a hand of this phase, and Zhao countersigns.
    pub async fn becomes_active(&self, phase: i64) {
        let mut mark = self.mark().await;
        mark["strokes"] = strokes(phase);
        let etag = self.etag().await;
        self.mei
            .post_at(&self.path("/sign"), &etag, mark)
            .await
            .expect(201);
        self.step_up().await;
        let mut body = countersign();
        body["strokes"] = strokes(phase + 20);
        let etag = self.etag().await;
        self.zhao
            .post_at(&self.path("/countersign"), &etag, body)
            .await
            .expect(200);
    }

    /// Zhao confirms it at the bedside, with these new risks.
    pub async fn confirms(&self, risks: &Value) -> Answer {
        let body = json!({
            "identifiers": ["name", "wristband"], "still_agrees": true, "anything_changed": false,
            "questions_answered": true, "risks_confirmed": risks, "yes": "spoken",
            "capacity": { "orientation": true, "teach_back": true, "pain_score": 7, "opioid_4h": false },
        });
        self.app.zhao().await.post(&self.path("/bedside"), body).await
    }

    /// Zhao confirms it at the bedside with whatever labor alone brought.
    pub async fn is_confirmed(&self) {
        let first = self.confirms(&json!([])).await;
        if first.status != 201 {
            assert_eq!(first.code(), "consent.risks_unconfirmed", "{}", first.body);
            self.confirms(&first.body["current"]["rules"]).await.expect(201);
        }
    }

    /// Open tasks of a kind about this consent, as a colleague sees them.
    pub async fn tasks_of(&self, colleague: &Client, kind: &str) -> Vec<Value> {
        let tasks = colleague.get("/tasks?limit=100").await.expect(200);
        let about = |task: &&Value| task["kind"] == kind && task["subject"] == self.id.as_str();
        tasks["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(about)
            .cloned()
            .collect()
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
        assert_eq!(ceremony.sign().await["state"], "patient_signed");
        ceremony
    }

    /// She signs; what she is answered.
    pub async fn sign(&self) -> Value {
        let (etag, mark, path) = (self.etag().await, self.mark().await, self.path("/sign"));
        self.mei.post_at(&path, &etag, mark).await.expect(201)
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
        assert_eq!(ceremony.in_force().await["state"], "active");
        ceremony
    }

    /// Zhao proves his presence and signs.
    pub async fn in_force(&self) -> Value {
        self.step_up().await;
        let (path, etag) = (self.path("/countersign"), self.etag().await);
        self.zhao.post_at(&path, &etag, countersign()).await.expect(200)
    }
}

/// Zhao clears every assessment that waits.
pub async fn clear(zhao: &Client) {
    for item in queue(zhao, "").await {
        let path = format!("/reviews/{}/decision", item["review"]["id"].as_str().unwrap());
        let body = json!({ "outcome": "cleared", "summary": "可以使用分娩镇痛。", "reason": "已当面评估。" });
        zhao.post(&path, body).await.expect(200);
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
