//! The consent on the way: asked for, released, read, understood, signed, countersigned, confirmed at the bedside.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::walk::{Stopped, Walker, Woman, text};
use crate::base::Locale;

type Result<T> = std::result::Result<T, Stopped>;

/// Rounds of questions that the walk takes part in; content that needs more is not understandable.
const ROUNDS: usize = 6;

impl Walker<'_> {
    /// She asks for a consent; the anesthesiologist confirms her risks and releases it.
    pub async fn consent_released(&self, woman: &mut Woman) -> Result<Value> {
        let request = self
            .post(&woman.phone, "/consent-requests", json!({}))
            .await?
            .body;
        woman.consent = text(&request, "/id")?;
        let path = format!("/consents/{}", woman.consent);
        let prepared = self.get(&self.anesthesiologist().await?, &path).await?;
        let rules: Vec<Value> = prepared
            .body
            .pointer("/risks")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|risk| risk["rule"].clone())
            .filter(|rule| !rule.is_null())
            .collect();
        let etag = prepared.etag.ok_or(Stopped::Lacking("ETag"))?;
        let body = json!({ "confirm": rules, "remove": [], "add": [] });
        let confirmed = self
            .put(
                &self.anesthesiologist().await?,
                &format!("{path}/risks"),
                Some(&etag),
                body,
            )
            .await?;
        let etag = confirmed.etag.ok_or(Stopped::Lacking("ETag"))?;
        let body = json!({ "capacity": { "basis": "seen" } });
        Ok(self
            .post_at(
                &self.anesthesiologist().await?,
                &format!("{path}/release"),
                &etag,
                body,
            )
            .await?
            .body)
    }

    /// She reads every section to its end.
    pub async fn read_consent(&self, woman: &Woman) -> Result<Value> {
        let path = format!("/consents/{}", woman.consent);
        let presented = self.get(&woman.phone, &format!("{path}/presented")).await?.body;
        let sections: Vec<(String, i64)> = presented
            .pointer("/sections")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|s| {
                Some((
                    s.get("id")?.as_str()?.to_owned(),
                    s.get("min_read_ms").and_then(Value::as_i64).unwrap_or(2000),
                ))
            })
            .collect();
        let first = sections
            .first()
            .map(|(id, _)| id.clone())
            .ok_or(Stopped::Lacking("sections"))?;
        let mut seq = 1;
        let mut at_ms = 0;
        let mut events = vec![json!({ "kind": "open", "section": first, "seq": seq, "at_ms": at_ms })];
        self.post(
            &woman.phone,
            &format!("{path}/reading-events"),
            json!({ "session": "walk", "events": events }),
        )
        .await?;
        events.clear();
        for (id, floor) in &sections {
            // A phone tells every half minute that she is still reading.
            let mut left = floor + 500;
            seq += 1;
            events.push(json!({ "kind": "visible", "section": id, "seq": seq, "at_ms": at_ms }));
            while left > 0 {
                let step = left.min(30_000);
                at_ms += step;
                left -= step;
                seq += 1;
                events.push(json!({ "kind": "scroll_end", "section": id, "seq": seq, "at_ms": at_ms }));
            }
            seq += 1;
            events.push(json!({ "kind": "hidden", "section": id, "seq": seq, "at_ms": at_ms }));
        }
        self.wait(at_ms / 1000 + 5).await?;
        let body = json!({ "session": "walk", "events": events });
        Ok(self
            .post(&woman.phone, &format!("{path}/reading-events"), body)
            .await?
            .body)
    }

    /// She answers the questions; a wrong answer is explained and asked again.
    pub async fn understand_consent(&self, woman: &Woman) -> Result<Value> {
        let path = format!("/consents/{}/comprehension", woman.consent);
        let mut tried: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for _ in 0..ROUNDS {
            let asked = self.get(&woman.phone, &path).await?.body;
            let mut answers = Vec::new();
            for question in asked["questions"].as_array().into_iter().flatten() {
                let id = text(question, "/id")?;
                let options: Vec<String> = question["options"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|o| o.get("code")?.as_str().map(str::to_owned))
                    .collect();
                let wrong = tried.entry(id.clone()).or_default();
                let known = self.right_answer(&id).filter(|code| options.contains(code));
                let guess = known.or_else(|| options.iter().find(|o| !wrong.contains(o)).cloned());
                let option = guess.ok_or(Stopped::Lacking("option"))?;
                wrong.push(option.clone());
                answers.push(json!({ "question": id, "option": option, "took_ms": 4000 }));
            }
            let result = self
                .post(&woman.phone, &path, json!({ "answers": answers }))
                .await?
                .body;
            if result["passed"] == true {
                return Ok(result);
            }
        }
        Err(Stopped::Lacking("understanding"))
    }

    fn right_answer(&self, question: &str) -> Option<String> {
        let template = self
            .ctx
            .content
            .consents
            .current("labor-analgesia", Locale::ZhCn)?;
        let questions = template
            .document
            .pointer("/comprehension/questions")?
            .as_array()?;
        let found = questions.iter().find(|q| q["id"] == question)?;
        found["answer"].as_str().map(str::to_owned)
    }

    /// Staff see her document, she types the bedside code, and signs with her finger.
    pub async fn sign_consent(&self, woman: &Woman) -> Result<Value> {
        let checks = format!("/patients/{}/identity-checks", woman.patient);
        let body = json!({ "method": "in_person", "identifiers": ["name", "id_document"] });
        self.post(&self.midwife().await?, &checks, body).await?;
        let body = json!({ "method": "bedside_code", "identifiers": ["name", "birth_date"] });
        let code = text(
            &self.post(&self.midwife().await?, &checks, body).await?.body,
            "/code",
        )?;
        let path = format!("/consents/{}", woman.consent);
        self.post(
            &woman.phone,
            &format!("{path}/identity"),
            json!({ "method": "bedside_code", "code": code }),
        )
        .await?;
        let mine = self.get(&woman.phone, &path).await?;
        let etag = mine.etag.ok_or(Stopped::Lacking("ETag"))?;
        let presented = self.get(&woman.phone, &format!("{path}/presented")).await?;
        let statements: Vec<Value> = presented
            .body
            .pointer("/sections")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .flat_map(|section| section["statements"].as_array().cloned().unwrap_or_default())
            .filter(|statement| statement["required"] == true)
            .map(|statement| statement["id"].clone())
            .collect();
        let body = json!({
            "presented_sha256": crate::journal::sha256_hex(&presented.bytes),
            "statements": statements,
            "decision": "agree",
            "strokes": strokes(&woman.person.openid),
            "canvas": { "width": 600, "height": 240, "pixel_ratio": "2", "started_at": self.now() },
        });
        Ok(self
            .post_at(&woman.phone, &format!("{path}/sign"), &etag, body)
            .await?
            .body)
    }

    /// The anesthesiologist talks with her.
    pub async fn explain(&self, woman: &Woman) -> Result<Value> {
        let path = format!("/consents/{}/conversation", woman.consent);
        let body = json!({ "channel": "in_person", "minutes": 12 });
        Ok(self
            .post(&self.anesthesiologist().await?, &path, body)
            .await?
            .body)
    }

    /// The anesthesiologist proves his presence and countersigns; the PDF is made.
    pub async fn countersign(&self, woman: &Woman) -> Result<Value> {
        let step_up = json!({ "password": self.password });
        self.post(
            &self.anesthesiologist().await?,
            "/sessions/current/step-up",
            step_up,
        )
        .await?;
        let path = format!("/consents/{}", woman.consent);
        let etag = self.etag(&self.anesthesiologist().await?, &path).await?;
        let body = json!({
            "statements": ["explained", "identity", "capacity"],
            "strokes": strokes("clinician"),
            "canvas": { "width": 600, "height": 240, "pixel_ratio": "1", "started_at": self.now() },
        });
        Ok(self
            .post_at(
                &self.anesthesiologist().await?,
                &format!("{path}/countersign"),
                &etag,
                body,
            )
            .await?
            .body)
    }

    /// The whole ceremony.
    pub async fn consent(&self, woman: &mut Woman) -> Result<()> {
        self.consent_released(woman).await?;
        self.read_consent(woman).await?;
        self.understand_consent(woman).await?;
        self.explain(woman).await?;
        self.sign_consent(woman).await?;
        self.wait(240).await?;
        self.countersign(woman).await?;
        Ok(())
    }

    /// At the bedside, before the needle.
    pub async fn bedside(&self, woman: &Woman) -> Result<Value> {
        let body = json!({
            "identifiers": ["name", "wristband"], "still_agrees": true, "anything_changed": false,
            "questions_answered": true, "risks_confirmed": [], "yes": "spoken",
            "capacity": { "orientation": true, "teach_back": true, "pain_score": 7, "opioid_4h": false },
        });
        Ok(self
            .post(
                &self.anesthesiologist().await?,
                &format!("/consents/{}/bedside", woman.consent),
                body,
            )
            .await?
            .body)
    }
}

/// A signature of three strokes that is a person's own: its shape follows from whose it is.
pub fn strokes(whose: &str) -> Value {
    let digest = crate::journal::sha256_hex(whose.as_bytes());
    let turns: Vec<f64> = digest.bytes().take(24).map(|b| f64::from(b % 16)).collect();
    let mut at_ms = 0;
    let mut all = Vec::new();
    for stroke in 0..3 {
        let mut points = Vec::new();
        for step in 0..24_i32 {
            let along = f64::from(step) / 23.0;
            let turn = turns
                .get((stroke * 8 + (step / 3) as usize) % turns.len().max(1))
                .copied()
                .unwrap_or(4.0);
            let x = 40.0 + (stroke as f64) * 170.0 + along * 150.0;
            let y = 120.0 + (along * (4.0 + turn)).sin() * (20.0 + turn * 4.0);
            points.push(json!([x.round() as i64, y.round() as i64, at_ms, 500]));
            at_ms += 16;
        }
        at_ms += 120;
        all.push(Value::Array(points));
    }
    Value::Array(all)
}
