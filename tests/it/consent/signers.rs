//! Who signs: the ladder from her alone to a near relative, each row of it.

use muan::db::Q;
use serde_json::{Value, json};

use super::ceremony::{Ceremony, countersign, strokes};
use super::text_of;
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::{Answer, Client};

/// A woman of 29, a student of 17.
pub const ADULT: &str = "1996-03-12";
const STUDENT: &str = "2008-06-01";

pub fn person(kind: &str, name: &str, relation: &str) -> Value {
    json!({ "kind": kind, "name": name, "relation": relation, "document_ref": "户口簿 0012" })
}

impl Ceremony {
    /// A draft of a woman with this birth date.
    pub async fn drafted_born(birth_date: &str) -> Ceremony {
        let app = App::new().await;
        let lin = app.lin().await;
        let mei = app
            .woman(&lin, "o-mei", "梅秀英", "13800000001", birth_date)
            .await;
        Ceremony::of(app, mei).await
    }

    pub async fn of(app: App, mei: Woman) -> Ceremony {
        let zhao = app.zhao().await;
        let draft = mei.post("/consent-requests", json!({})).await.expect(201);
        let id = draft["id"].as_str().unwrap().to_owned();
        Ceremony { app, mei, zhao, id }
    }

    /// Signed by a girl of this birth date and by her mother.
    async fn signed_by_mother_and_daughter(birth_date: &str) -> (Ceremony, Value) {
        let ceremony = Ceremony::drafted_born(birth_date).await;
        ceremony.released_to(true, json!({})).await.expect(200);
        ceremony.is_ready().await;
        let mother = person("guardian", "陈芳", "母亲");
        ceremony.sees(&mother).await;
        ceremony.signs(Some(&mother), 1).await.expect(201);
        ceremony.signs(None, 2).await.expect(201);
        (ceremony, mother)
    }

    /// The same in force.
    pub async fn of_mother_and_daughter(birth_date: &str) -> Ceremony {
        let (ceremony, _) = Ceremony::signed_by_mother_and_daughter(birth_date).await;
        let all = ["explained", "identity", "capacity"];
        ceremony.countersigned(&ceremony.zhao, &all).await.expect(200);
        ceremony
    }

    /// She asks, Zhao answers, and they talk.
    pub async fn is_talked_over(&self) {
        let question = json!({ "question": "会影响孩子吗？" });
        let asked = self
            .mei
            .post(&self.path("/questions"), question)
            .await
            .expect(201);
        let words = json!({ "question": asked["id"], "answer": "不会。" });
        self.zhao.post(&self.path("/answers"), words).await.expect(201);
        let talk = json!({ "channel": "in_person", "minutes": 3 });
        self.zhao
            .post(&self.path("/conversation"), talk)
            .await
            .expect(201);
    }

    /// Zhao releases it and says who signs.
    pub async fn released_to(&self, able: bool, signing: Value) -> Answer {
        let body = json!({
            "capacity": { "basis": "seen", "able": able },
            "assessment_waived": "Seen in the clinic today.",
            "signing": signing,
        });
        self.zhao.post_at(&self.path("/release"), "\"1\"", body).await
    }

    /// Staff see the document of somebody who signs.
    pub async fn sees(&self, of: &Value) {
        let path = format!("/patients/{}/identity-checks", self.mei.patient_id);
        let body = json!({ "method": "in_person", "identifiers": ["name", "id_document"], "of": of });
        self.zhao.post(&path, body).await.expect(201);
    }

    /// A signature by `signer`, drawn with a hand of its own.
    pub async fn signs(&self, signer: Option<&Value>, phase: i64) -> Answer {
        let mut mark = self.mark().await;
        mark["strokes"] = strokes(phase);
        if let Some(signer) = signer {
            mark["signer"] = signer.clone();
        }
        self.sends(mark).await
    }

    pub async fn sends(&self, mark: Value) -> Answer {
        let etag = self.etag().await;
        self.mei.post_at(&self.path("/sign"), &etag, mark).await
    }

    pub async fn countersigned(&self, by: &Client, statements: &[&str]) -> Answer {
        let body = json!({ "password": crate::support::cast::PASSWORD });
        by.post("/sessions/current/step-up", body).await.expect(201);
        let mut mark = countersign();
        mark["statements"] = json!(statements);
        let etag = self.etag().await;
        by.post_at(&self.path("/countersign"), &etag, mark).await
    }

    pub async fn printed(&self) -> Option<String> {
        let answer = self.mei.get(&self.path("/document")).await;
        assert_eq!(answer.status, 200);
        text_of(&answer.bytes)
    }
}

pub fn refused(answer: &Answer, code: &str) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (409, code),
        "{}",
        answer.body
    );
}

const ALL: [&str; 3] = ["explained", "identity", "capacity"];

#[tokio::test]
async fn her_husband_cannot_sign_for_a_woman_who_decides_and_the_answer_says_why() {
    let ceremony = Ceremony::ready().await;
    for (kind, phase) in [("relative", 1), ("guardian", 2), ("agent", 3)] {
        let husband = person(kind, "王强", "丈夫");
        ceremony.sees(&husband).await;
        let answer = ceremony.signs(Some(&husband), phase).await;
        refused(&answer, "consent.signer_not_accepted");
        assert_eq!(
            answer.body["current"],
            json!({ "basis": "patient", "signers": ["patient"] })
        );
        assert!(answer.body["title"].as_str().unwrap().contains("本人"));
    }
    assert_eq!(ceremony.state().await, "ready");
    let signed = ceremony.signs(None, 0).await.expect(201);
    assert_eq!(signed["state"], "patient_signed");
    assert_eq!(signed["basis"], "patient");
}

#[tokio::test]
async fn her_no_stands_against_everybody() {
    let ceremony = Ceremony::drafted_born(STUDENT).await;
    ceremony.released_to(true, json!({})).await.expect(200);
    ceremony.is_ready().await;
    let mother = person("guardian", "陈芳", "母亲");
    ceremony.sees(&mother).await;
    ceremony.signs(Some(&mother), 1).await.expect(201);
    ceremony
        .mei
        .post(&ceremony.path("/refuse"), json!({}))
        .await
        .expect(200);
    ceremony.sees(&mother).await;
    let answer = ceremony.signs(Some(&mother), 2).await;
    refused(&answer, "consent.illegal_transition");
    assert_eq!(ceremony.state().await, "refused");
}

#[tokio::test]
async fn a_minor_and_her_mother_sign_in_either_order() {
    for mother_first in [true, false] {
        let ceremony = Ceremony::drafted_born(STUDENT).await;
        let released = ceremony.released_to(true, json!({})).await.expect(200);
        assert_eq!(released["basis"], "guardian");
        ceremony.is_ready().await;
        let mother = person("guardian", "陈芳", "母亲");
        refused(
            &ceremony.signs(Some(&mother), 1).await,
            "consent.signer_unchecked",
        );
        ceremony.sees(&mother).await;
        let (first, second) = if mother_first {
            (Some(&mother), None)
        } else {
            (None, Some(&mother))
        };
        let half = ceremony.signs(first, 2).await.expect(201);
        assert_eq!(half["state"], "ready", "one of two");
        assert!(half["signed_at"].is_null());
        refused(&ceremony.signs(first, 3).await, "consent.already_signed");
        let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
        let signed: Vec<bool> = page["signers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["signed_at"].is_string())
            .collect();
        assert_eq!(signed, [!mother_first, mother_first]);
        let both = ceremony.signs(second, 4).await.expect(201);
        assert_eq!(both["state"], "patient_signed");
        let active = ceremony.countersigned(&ceremony.zhao, &ALL).await.expect(200);
        assert_eq!(active["state"], "active");
        if let Some(text) = ceremony.printed().await {
            for wanted in ["梅秀英", "陈芳", "母亲", "户口簿0012", "监护人"] {
                assert!(text.contains(wanted), "{wanted}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn at_seventeen_with_an_income_of_her_own_she_signs_alone() {
    let ceremony = Ceremony::drafted_born(STUDENT).await;
    let alone = ceremony.released_to(true, json!({ "basis": "patient" })).await;
    refused(&alone, "consent.basis_not_allowed");
    assert_eq!(alone.body["current"], json!({ "open": ["guardian"] }));
    let released = ceremony
        .released_to(true, json!({ "own_income": true }))
        .await
        .expect(200);
    assert_eq!(released["basis"], "patient");
    ceremony.is_ready().await;
    assert_eq!(
        ceremony.signs(None, 0).await.expect(201)["state"],
        "patient_signed"
    );
}

#[tokio::test]
async fn who_comes_of_age_before_signing_decides_herself_with_another_consent() {
    let ceremony = Ceremony::drafted_born("2008-03-06").await;
    ceremony.released_to(true, json!({})).await.expect(200);
    ceremony.is_ready().await;
    ceremony.app.clock.advance(5 * 86_400);
    let mother = person("guardian", "陈芳", "母亲");
    let session = ceremony.app.zhao().await;
    let ceremony = Ceremony {
        zhao: session,
        ..ceremony
    };
    ceremony.sees(&mother).await;
    refused(&ceremony.signs(Some(&mother), 1).await, "consent.signer_changed");
    refused(&ceremony.signs(None, 2).await, "consent.signer_changed");
}

#[tokio::test]
async fn for_a_woman_who_cannot_decide_a_relative_signs_when_two_doctors_say_why() {
    let ceremony = Ceremony::drafted_born(ADULT).await;
    let open = ceremony.released_to(false, json!({})).await;
    refused(&open, "consent.basis_not_allowed");
    assert_eq!(
        open.body["current"],
        json!({ "open": ["guardian", "near_relative"] })
    );
    let bare = ceremony
        .released_to(false, json!({ "basis": "near_relative" }))
        .await;
    assert_eq!(
        (bare.status, bare.body["errors"][0]["pointer"].as_str().unwrap()),
        (422, "/signing/reason")
    );
    let (lin, sun) = (ceremony.app.lin().await, ceremony.app.sun().await);
    let mut signing = json!({ "basis": "near_relative", "reason": "昏迷，无法沟通。" });
    refused(
        &ceremony.released_to(false, signing.clone()).await,
        "people.second_person_required",
    );
    for (second, answer) in [(&ceremony.zhao, 409), (&lin, 409), (&sun, 200)] {
        signing["attestation"] = ceremony.word_of(second, "consent.release").await;
        let released = ceremony.released_to(false, signing.clone()).await;
        assert_eq!(released.status, answer, "{}", released.body);
    }
    ceremony.is_ready().await;
    refused(&ceremony.signs(None, 1).await, "consent.signer_not_accepted");
    let husband = person("relative", "王强", "丈夫");
    ceremony.sees(&husband).await;
    let signed = ceremony.signs(Some(&husband), 2).await.expect(201);
    assert_eq!(
        (&signed["state"], &signed["basis"]),
        (&json!("patient_signed"), &json!("near_relative"))
    );
    // Nobody states that she can decide.
    assert_eq!(ceremony.countersigned(&ceremony.zhao, &ALL).await.status, 422);
    ceremony
        .countersigned(&ceremony.zhao, &["explained", "identity"])
        .await
        .expect(200);
    if let Some(text) = ceremony.printed().await {
        for wanted in ["王强", "近亲属", "丈夫", "昏迷，无法沟通。"] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
}

#[tokio::test]
async fn what_is_sent_back_is_signed_again_by_everybody() {
    let (ceremony, mother) = Ceremony::signed_by_mother_and_daughter(STUDENT).await;
    let etag = ceremony.etag().await;
    let body = json!({ "reason": "explanation_needed" });
    ceremony
        .zhao
        .post_at(&ceremony.path("/return"), &etag, body)
        .await
        .expect(200);
    let half = ceremony.signs(None, 3).await.expect(201);
    assert_eq!(
        half["state"], "ready",
        "her mother's first act is superseded, too"
    );
    ceremony.signs(Some(&mother), 4).await.expect(201);
    assert_eq!(ceremony.state().await, "patient_signed");
}

#[tokio::test]
async fn from_the_release_on_nobody_changes_by_whose_right_it_is_signed() {
    for app in App::each().await {
        let mei = app.mei().await;
        let ceremony = Ceremony::of(app, mei).await;
        ceremony.is_released().await;
        for sql in [
            "update consent set basis = 'near_relative'",
            "update consent set template_id = 'another'",
            "update consent set presented_sha256 = 'another'",
        ] {
            let mut tx = ceremony.app.ctx.db.begin().await.unwrap();
            let refused = tx.q(sql).run().await.unwrap_err().to_string();
            assert!(refused.contains("frozen"), "{sql}: {refused}");
        }
    }
}

#[tokio::test]
async fn relation_and_document_are_those_that_staff_saw() {
    let ceremony = Ceremony::drafted_born(STUDENT).await;
    ceremony.released_to(true, json!({})).await.expect(200);
    ceremony.is_ready().await;
    let mother = person("guardian", "陈芳", "母亲");
    ceremony.sees(&mother).await;
    let mut another = person("guardian", "陈芳", "姐姐");
    refused(
        &ceremony.signs(Some(&another), 1).await,
        "consent.signer_unchecked",
    );
    another["relation"] = json!("母亲");
    another["document_ref"] = json!("户口簿 9999");
    refused(
        &ceremony.signs(Some(&another), 1).await,
        "consent.signer_unchecked",
    );
    ceremony.signs(Some(&mother), 1).await.expect(201);
}
