//! The short form for a woman who arrives in labor (CE-203), and the record of the bedside confirmation (CE-201).

use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::over_time::Ward;
use super::templates::{filed, next};
use super::{before_its_seal, text_of};
use crate::support::App;

#[tokio::test]
async fn a_woman_in_labor_signs_the_short_form_after_a_talk_and_two_questions() {
    let ward = Ward::of(Ceremony::drafted().await).await;
    let ceremony = &ward.ceremony;
    let unsaid = json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Pain.", "form": "short" });
    let etag = ceremony.etag().await;
    let refused = ceremony
        .zhao
        .post_at(&ceremony.path("/release"), &etag, unsaid)
        .await;
    assert_eq!(refused.expect(422)["errors"][0]["pointer"], "/form_reason");
    let body =
        json!({ "assessment_waived": "Pain.", "form": "short", "form_reason": "宫口开大 5 cm，首次就诊" });
    let released = ceremony.release_with(body).await;
    assert_eq!(released["form"], "short");
    let shown = ceremony.mei.get(&ceremony.path("/presented")).await.body;
    assert!(shown["title"].as_str().unwrap().contains("简版"));
    let ids: Vec<&str> = shown["sections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    for kept in [
        "short-form",
        "alternatives",
        "common-risks",
        "serious-risks",
        "own-risks",
        "signature",
    ] {
        assert!(ids.contains(&kept), "{kept}");
    }
    assert!(!ids.contains(&"costs") && ids.len() < 20);
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    let floors = page["reading"].as_array().unwrap().iter();
    let least: i64 = floors.map(|one| one["floor_ms"].as_i64().unwrap()).sum();
    assert!(
        least < 120_000,
        "half of four minutes is left for the talk: {least} ms"
    );
    assert_eq!(page["missing"]["conversation"], true);
    assert_eq!(page["missing"]["lessons"], json!([]));
    assert_eq!(page["waivers"][0]["gate"], "lessons");
    let asked = ceremony
        .mei
        .get(&ceremony.path("/comprehension"))
        .await
        .expect(200);
    let asked = asked["questions"].as_array().unwrap();
    let mut asked: Vec<&str> = asked.iter().map(|one| one["id"].as_str().unwrap()).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["TB02", "TB08"]);
    ceremony.is_ready_in_labor().await;
    ceremony.becomes_active(0).await;
    let document = ceremony.mei.get(&ceremony.path("/document")).await;
    if let Some(text) = text_of(&document.bytes) {
        assert!(text.contains("临产简版") && text.contains("梅秀英"), "{text}");
    }
    ceremony.is_confirmed().await;
    ward.time_out().await.expect(201);
    ward.record("epidural", json!({})).await.expect(200);
}

#[tokio::test]
async fn one_wrong_answer_of_two_is_not_enough() {
    let ward = Ward::of(Ceremony::drafted().await).await;
    let ceremony = &ward.ceremony;
    ceremony
        .release_with(json!({ "assessment_waived": "Pain.", "form": "short", "form_reason": "宫口 6 cm" }))
        .await;
    ceremony.reads().await;
    assert_eq!(ceremony.answers(false).await["passed"], false);
    assert_eq!(ceremony.answers(true).await["round"]["asked"], 2);
}

#[tokio::test]
async fn before_labor_there_is_no_short_form() {
    let ceremony = Ceremony::drafted().await;
    let body = json!({
        "capacity": { "basis": "seen" }, "assessment_waived": "Seen today.", "form": "short", "form_reason": "赶时间",
    });
    let etag = ceremony.etag().await;
    let refused = ceremony
        .zhao
        .post_at(&ceremony.path("/release"), &etag, body)
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.short_form_in_labor")
    );
}

#[tokio::test]
async fn a_bedside_confirmation_has_its_own_document() {
    let ceremony = Ceremony::active().await;
    let silent = json!({
        "identifiers": ["name", "wristband"], "still_agrees": true, "anything_changed": true, "questions_answered": true,
        "yes": "tap",
        "capacity": { "orientation": true, "teach_back": true, "pain_score": 7, "opioid_4h": false },
    });
    let refused = ceremony
        .zhao
        .post(&ceremony.path("/bedside"), silent.clone())
        .await;
    assert_eq!(refused.expect(422)["errors"][0]["pointer"], "/changed");
    let mut body = silent;
    body["changed"] = json!("昨晚起改用青霉素");
    body["capacity"]["drugs_4h"] = json!(["哌替啶 50 mg"]);
    body["capacity"]["opioid_4h"] = json!(true);
    ceremony
        .zhao
        .post(&ceremony.path("/bedside"), body)
        .await
        .expect(201);
    let early = ceremony.mei.get(&ceremony.path("/document?of=bedside")).await;
    assert_eq!(early.status, 404, "it follows within seconds");
    ceremony.app.work().await;
    ceremony.app.work().await;
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(page["has_bedside_record"], true);
    let record = ceremony.mei.get(&ceremony.path("/document?of=bedside")).await;
    assert_eq!(record.status, 200);
    let consent = ceremony.mei.get(&ceremony.path("/document")).await;
    assert_ne!(record.bytes, consent.bytes);
    if let Some(text) = text_of(&record.bytes) {
        let digest = hex::encode(muan::base::canonical::sha256(before_its_seal(&consent.bytes)));
        for wanted in [
            "床旁确认",
            "赵明",
            "腕带",
            "昨晚起改用青霉素",
            "哌替啶50mg",
            "疼痛评分7分",
            &digest,
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
    let stranger = ceremony.app.stranger().await;
    let hidden = stranger.get(&ceremony.path("/document?of=bedside")).await;
    assert_eq!(hidden.status, 404);
}

#[tokio::test]
async fn a_template_without_a_whole_short_form_is_not_taken() {
    let ceremony = Ceremony::drafted().await;
    let zhao = &ceremony.zhao;
    let mut without = next("1.1.0");
    without.as_object_mut().unwrap().remove("short_form");
    let mut hidden = next("1.1.0");
    let kept = hidden["short_form"]["sections"].as_array_mut().unwrap();
    kept.retain(|one| one != "own-risks");
    let mut strange = next("1.1.0");
    strange["short_form"]["sections"][0] = json!("no-such-section");
    let mut easy = next("1.1.0");
    easy["comprehension"]["short"]["pass_correct"] = json!(1);
    let mut wordless = next("1.1.0");
    wordless["records"].as_object_mut().unwrap().remove("bedside");
    wordless["records"].as_object_mut().unwrap().remove("paper");
    for (document, pointer) in [
        (without, "/short_form/title"),
        (hidden, "/short_form/sections"),
        (strange, "/short_form/sections/0"),
        (easy, "/comprehension/short/pass_correct"),
        (wordless, "/records/paper/alt"),
    ] {
        let answer = zhao.post("/consent-templates", document).await;
        assert_eq!(answer.status, 422, "{pointer}");
        let errors = answer.body["errors"].as_array().unwrap();
        let there = errors.iter().any(|one| one["pointer"] == pointer);
        assert!(there, "{pointer}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_short_form_and_the_records_are_tried_before_a_draft_goes_on() {
    let ceremony = Ceremony::drafted().await;
    let zhao = &ceremony.zhao;
    let id = filed(zhao, next("1.1.0")).await;
    let path = |branch: &str| format!("/consent-templates/{id}/preview?branch={branch}");
    let short = zhao.get(&path("short")).await.expect(200);
    assert_eq!(short["presented"]["form"], "short");
    let shown = short["presented"]["sections"].as_array().unwrap();
    let own = shown.iter().find(|one| one["kind"] == "own_risks").unwrap();
    assert!(!own["own_risks"].as_array().unwrap().is_empty());
    for branch in ["bedside", "bedside:proxy", "paper"] {
        let pdf = zhao.get(&format!("{}&format=pdf", path(branch))).await;
        assert!(pdf.bytes.starts_with(b"%PDF"), "{branch}: {}", pdf.body);
    }
}

#[tokio::test]
async fn a_draft_without_what_the_law_wants_of_it_is_not_taken() {
    let app = App::new().await;
    let zhao = app.zhao().await;
    let told = async |document: Value| {
        let answer = zhao.post("/consent-templates", document).await.expect(422);
        let faults = answer["errors"].as_array().unwrap().iter();
        let pointers: Vec<String> = faults
            .map(|one| one["pointer"].as_str().unwrap().to_owned())
            .collect();
        pointers
    };
    for kind in ["alternatives", "risks", "own_risks", "refusal", "decision"] {
        let mut document = next("1.1.0");
        let sections = document["sections"].as_array_mut().unwrap();
        sections.retain(|one| one["kind"] != kind);
        for (no, section) in (1..).zip(sections) {
            section["no"] = json!(no);
        }
        let pointers = told(document).await;
        assert!(pointers.contains(&"/sections".to_owned()), "{kind}: {pointers:?}");
    }
    // What WS/T 500.27 wants on the form (CE-032).
    for fact in ["name", "record_number", "department", "diagnosis", "technique"] {
        let mut document = next("1.1.0");
        for section in document["sections"].as_array_mut().unwrap() {
            if let Some(fields) = section["fields"].as_array_mut() {
                fields.retain(|field| field["key"] != fact);
            }
        }
        let pointers = told(document).await;
        assert!(pointers.contains(&"/sections".to_owned()), "{fact}: {pointers:?}");
    }
    let mut document = next("1.1.0");
    let risk = document["sections"][7]["risks"][0].as_object_mut().unwrap();
    risk.remove("severity");
    assert_eq!(told(document).await, ["/sections/7/risks/0/severity"]);
}
