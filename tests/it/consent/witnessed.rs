//! Who stands beside her: a relative who takes note, a witness, an interpreter; and her own words by hand.

use serde_json::{Value, json};

use super::ceremony::{Ceremony, canvas, strokes};
use crate::support::client::{Answer, Client};

const ALL: [&str; 3] = ["explained", "identity", "capacity"];

impl Ceremony {
    async fn acknowledged(&self, objects: bool, phase: i64) -> Answer {
        let body = json!({
            "name": "王强", "relation": "丈夫", "objects": objects, "strokes": strokes(phase), "canvas": canvas(),
        });
        self.mei.post(&self.path("/acknowledgement"), body).await
    }

    async fn settings(&self, change: Value) {
        let wu = self.app.wu().await;
        let facility = wu.get("/facility").await;
        let etag = facility.etag();
        let mut settings = facility.body["settings"].clone();
        for (name, value) in change.as_object().unwrap() {
            settings[name] = value.clone();
        }
        let body =
            json!({ "name": facility.body["name"], "phone": facility.body["phone"], "settings": settings });
        wu.put("/facility", &etag, body).await.expect(200);
    }

    /// A mark that a witness stands for.
    async fn witnessed_by(&self, colleague: &Client, drawn: Option<Value>) -> Answer {
        let word = self.word_of(colleague, "consent.sign").await;
        let mut mark = self.mark().await;
        mark["witness"] = json!({ "reason": "右手骨折打石膏", "attestation": word });
        match drawn {
            Some(drawn) => mark["strokes"] = drawn,
            None => {
                mark.as_object_mut().unwrap().remove("strokes");
                mark.as_object_mut().unwrap().remove("canvas");
            }
        }
        self.sends(mark).await
    }
}

#[tokio::test]
async fn a_relative_takes_note_and_neither_signs_nor_stops_anything() {
    let ceremony = Ceremony::ready().await;
    let said = ceremony.acknowledged(true, 1).await.expect(201);
    assert_eq!(said["state"], "ready");
    let tasks = ceremony.zhao.get("/tasks?limit=100").await.expect(200);
    assert!(
        tasks["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|task| task["kind"] == "consent.conversation" && task["subject"] == ceremony.id.as_str()),
        "a talk is offered: {tasks}"
    );
    assert_eq!(
        ceremony.acknowledged(false, 2).await.code(),
        "consent.already_signed"
    );
    ceremony.signs(None, 3).await.expect(201);
    ceremony.countersigned(&ceremony.zhao, &ALL).await.expect(200);
    if let Some(text) = ceremony.printed().await {
        for wanted in ["王强", "知悉并有不同意见；决定由患者本人作出"] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
    assert_eq!(
        ceremony.acknowledged(false, 4).await.code(),
        "consent.illegal_transition"
    );
}

#[tokio::test]
async fn she_or_the_hospital_keeps_relatives_out_of_it() {
    let ceremony = Ceremony::released().await;
    let off = json!({ "allowed": false });
    let path = ceremony.path("/acknowledgement");
    ceremony.mei.put_bare(&path, off).await.expect(200);
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(page["acknowledgement_allowed"], false);
    assert_eq!(
        ceremony.acknowledged(false, 1).await.code(),
        "consent.acknowledgement_off"
    );
    ceremony.app.clock.advance(1);
    let on = json!({ "allowed": true });
    ceremony.mei.put_bare(&path, on).await.expect(200);
    ceremony
        .settings(json!({ "relative_acknowledgement": false }))
        .await;
    assert_eq!(
        ceremony.acknowledged(false, 1).await.code(),
        "consent.acknowledgement_off"
    );
    ceremony
        .settings(json!({ "relative_acknowledgement": true }))
        .await;
    ceremony.acknowledged(false, 1).await.expect(201);
}

#[tokio::test]
async fn who_cannot_write_decides_aloud_before_a_witness_who_then_does_not_countersign() {
    let ceremony = Ceremony::ready().await;
    let mut silent = ceremony.mark().await;
    silent.as_object_mut().unwrap().remove("strokes");
    silent.as_object_mut().unwrap().remove("canvas");
    assert_eq!(ceremony.sends(silent.clone()).await.status, 422);
    silent["witness"] = json!({ "reason": "右手骨折打石膏", "attestation": "nobody's word" });
    assert_eq!(
        ceremony.sends(silent).await.code(),
        "people.second_person_required"
    );
    // Who released it is a doctor of this consent.
    let released = ceremony.witnessed_by(&ceremony.zhao, None).await;
    assert_eq!(released.code(), "consent.witness_involved");
    let he = ceremony.app.he().await;
    let signed = ceremony.witnessed_by(&he, None).await.expect(201);
    assert_eq!(signed["state"], "patient_signed");
    let own = ceremony.countersigned(&he, &ALL).await;
    assert_eq!(
        (own.status, own.code().as_str()),
        (409, "consent.countersigner_involved")
    );
    ceremony.countersigned(&ceremony.zhao, &ALL).await.expect(200);
    if let Some(text) = ceremony.printed().await {
        for wanted in ["何远", "见证人", "右手骨折打石膏", "口头决定，有见证人"] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
}

#[tokio::test]
async fn a_mark_is_enough_with_a_witness_and_is_none_without() {
    let ceremony = Ceremony::ready().await;
    let cross = json!([
        [[100, 50, 0, -1], [140, 90, 200, -1]],
        [[140, 50, 400, -1], [100, 90, 600, -1]]
    ]);
    let mut alone = ceremony.mark().await;
    alone["strokes"] = cross.clone();
    assert_eq!(ceremony.sends(alone).await.status, 422);
    let lin = ceremony.app.lin().await;
    let signed = ceremony.witnessed_by(&lin, Some(cross)).await.expect(201);
    assert_eq!(signed["state"], "patient_signed");
    ceremony.countersigned(&ceremony.zhao, &ALL).await.expect(200);
    if let Some(text) = ceremony.printed().await {
        assert!(text.contains("林静"), "{text}");
    }
}

#[tokio::test]
async fn whose_language_the_wording_lacks_signs_after_a_talk_with_an_interpreter() {
    let ceremony = Ceremony::ready().await;
    let me = ceremony.mei.get("/me").await;
    let etag = me.etag();
    let profile = json!({ "name": "梅秀英", "birth_date": "1996-03-12", "language": "bo" });
    ceremony.mei.put("/me", &etag, profile).await.expect(200);
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(page["missing"]["interpreter"], true);
    assert_eq!(
        ceremony.signs(None, 0).await.code(),
        "consent.interpreter_missing"
    );
    let talk = json!({
        "channel": "in_person", "minutes": 20,
        "interpreter": { "name": "卓玛", "language": "藏语", "kind": "staff" },
    });
    ceremony
        .zhao
        .post(&ceremony.path("/conversation"), talk)
        .await
        .expect(201);
    ceremony.signs(None, 0).await.expect(201);
    ceremony.countersigned(&ceremony.zhao, &ALL).await.expect(200);
    if let Some(text) = ceremony.printed().await {
        for wanted in ["卓玛", "藏语", "翻译"] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
}

#[tokio::test]
async fn her_own_words_by_hand_have_the_limits_of_a_signature_and_are_hers_alone() {
    let ceremony = Ceremony::ready().await;
    let mut mark = ceremony.mark().await;
    mark["handwritten"] = json!({ "strokes": [[[1, 1, 0, -1]]], "canvas": canvas() });
    let short = ceremony.sends(mark.clone()).await;
    assert_eq!(
        (short.status, short.body["errors"][0]["pointer"].as_str().unwrap()),
        (422, "/handwritten/strokes")
    );
    // The signature itself is no statement.
    mark["handwritten"]["strokes"] = mark["strokes"].clone();
    assert_eq!(
        ceremony.sends(mark.clone()).await.code(),
        "consent.strokes_replayed"
    );
    mark["handwritten"]["strokes"] = strokes(11);
    let signed = ceremony.sends(mark).await.expect(201);
    assert_eq!(signed["state"], "patient_signed");
    ceremony.countersigned(&ceremony.zhao, &ALL).await.expect(200);
    ceremony.printed().await;
}
