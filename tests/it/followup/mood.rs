//! The depression scale, where a hospital has filled its slot.

use serde_json::{Value, json};

use super::ward::{Ward, text};
use crate::analgesia::birth;
use crate::content::copied;
use crate::support::App;
use crate::support::client::{Answer, Client};

/// The slot as a hospital fills it, with numbers in the place of the licensed text.
fn filled() -> tempfile::TempDir {
    let english = |text: String| {
        json!({ "extension": [{
            "url": "http://hl7.org/fhir/StructureDefinition/translation",
            "extension": [{ "url": "lang", "valueCode": "en" }, { "url": "content", "valueString": text }],
        }] })
    };
    let folder = copied();
    let slot = folder.path().join("questionnaires/epds");
    let items: Vec<Value> = (1..=10)
        .map(|item| {
            let options: Vec<Value> = (0..4)
                .map(|n| {
                    let score = if [1, 2, 4].contains(&item) { n } else { 3 - n };
                    json!({
                        "extension": [{
                            "url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": score,
                        }],
                        "valueCoding": {
                            "code": n.to_string(), "display": format!("选项{n}"), "_display": english(format!("Option {n}")),
                        },
                    })
                })
                .collect();
            json!({
                "linkId": format!("epds{item}"), "text": format!("第{item}题"), "_text": english(format!("Item {item}")),
                "type": "choice",
                "answerOption": options,
            })
        })
        .collect();
    let form = json!({
        "resourceType": "Questionnaire", "url": "https://muan.invalid/fhir/Questionnaire/epds", "version": "1.0.0",
        "name": "epds", "title": "量表", "_title": english("Scale".to_owned()), "status": "active", "subjectType": ["Patient"], "language": "zh-CN",
        "item": items,
    });
    std::fs::write(slot.join("1.0.0.json"), form.to_string()).unwrap();
    std::fs::copy(slot.join("slot.rules.json"), slot.join("1.0.0.rules.json")).unwrap();
    folder
}

/// So many days after birth in a hospital that has filled the slot.
async fn days_after(days: i64, folder: &tempfile::TempDir) -> Ward {
    let app = App::with(|config| config.content = Some(folder.path().to_owned())).await;
    let ward = Ward::of(app).await;
    ward.block().await;
    ward.deliver(birth()).await;
    ward.wait(days * 24).await;
    ward
}

/// Forty days after birth.
async fn scaled(folder: &tempfile::TempDir) -> Ward {
    days_after(40, folder).await
}

/// Mei answers the scale with these scores of its ten items.
async fn scores(ward: &Ward, scores: [i64; 10]) -> Value {
    gaps(ward, scores.map(Some)).await
}

/// Mei answers the scale, but for the items that have no score.
async fn gaps(ward: &Ward, scores: [Option<i64>; 10]) -> Value {
    let mei = ward.mei_again().await;
    let draft = begin(&mei).await.expect(201);
    let path = format!("/responses/{}", text(&draft, "id"));
    let flat = (1..=10).zip(scores).filter_map(|(item, score)| {
        let option = if [1, 2, 4].contains(&item) {
            score?
        } else {
            3 - score?
        };
        Some((format!("epds{item}"), json!(option.to_string())))
    });
    let form = &ward.app.ctx.content.forms.current("epds").unwrap().form;
    let content = json!({ "content": form.response_from_flat(&flat.collect()) });
    let etag = mei.get(&path).await.etag();
    mei.put(&path, &etag, content).await.expect(200);
    mei.post(&format!("{path}/submit"), json!({})).await.expect(200)
}

async fn begin(mei: &Client) -> Answer {
    mei.post("/responses", json!({ "questionnaire": "epds" })).await
}

/// The rules that called.
async fn fired(ward: &Ward) -> Vec<String> {
    let alerts = ward.staff("lin").await.get("/alerts").await.expect(200);
    let alerts = alerts["items"].as_array().unwrap().clone();
    let flags = alerts.iter().flat_map(|alert| alert["flags"].as_array().unwrap());
    flags.map(|flag| text(flag, "rule")).collect()
}

#[tokio::test]
async fn thoughts_of_harm_in_a_filled_depression_scale_reach_the_ward() {
    let folder = filled();
    let ward = scaled(&folder).await;
    let told = scores(&ward, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]).await;
    assert_eq!(told["told"]["urgent"], true);
    let alerts = ward.staff("lin").await.get("/alerts").await.expect(200);
    assert_eq!(alerts["items"][0]["flags"][0]["rule"], "F12");
    assert_eq!(alerts["items"][0]["form"], "epds");
}

#[tokio::test]
async fn a_depression_scale_that_leaves_it_open_is_asked_again_after_two_weeks() {
    let folder = filled();
    let ward = scaled(&folder).await;
    scores(&ward, [3, 1, 1, 1, 1, 1, 1, 1, 1, 0]).await;
    let alerts = ward.staff("lin").await.get("/alerts").await.expect(200);
    assert_eq!(alerts["items"][0]["flags"][0]["rule"], "F13b");
    let begins = async || {
        let mei = ward.mei_again().await;
        let begun = mei.post("/responses", json!({ "questionnaire": "epds" })).await;
        begun.status == 201
    };
    ward.wait(13 * 24).await;
    assert!(!begins().await, "it is too early");
    ward.wait(24).await;
    scores(&ward, [0; 10]).await;
    ward.wait(14 * 24).await;
    assert!(!begins().await, "she is well");
}

#[tokio::test]
async fn a_depression_scale_that_is_asked_again_after_the_end_is_brought_to_her_mind_and_then_phoned_about() {
    let folder = filled();
    let ward = scaled(&folder).await;
    ward.wait(2 * 24).await;
    scores(&ward, [3, 1, 1, 1, 1, 1, 1, 1, 1, 0]).await;
    let told = async || {
        let all = ward.notices().await.into_iter();
        all.filter(|(_, about)| about.starts_with("again-")).count()
    };
    let calls = async || ward.tasks("lin", "followup.mood_call").await.len();
    ward.wait(13 * 24).await;
    assert_eq!(told().await, 0);
    ward.wait(24).await;
    assert_eq!((told().await, calls().await), (1, 0));
    let journey = ward.mei_again().await.get("/me/journey").await.expect(200);
    assert_eq!(journey["stage"], "closed");
    ward.wait(2 * 24).await;
    assert_eq!(calls().await, 0);
    ward.wait(24).await;
    assert_eq!((told().await, calls().await), (1, 1));
    assert!(ward.tasks("zhao", "followup.mood_call").await.is_empty());
    scores(&ward, [0; 10]).await;
    assert_eq!(calls().await, 0, "she has answered");
}

#[tokio::test]
async fn every_card_of_the_depression_scale_says_not_to_wait_and_whom_to_call() {
    let folder = filled();
    for (given, level, first, last) in [
        (
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            "red",
            "请马上拨打医院24小时电话或120",
            "12356",
        ),
        ([3, 2, 2, 1, 1, 1, 1, 1, 1, 0], "orange", "您的回答提示", "120"),
        ([3, 1, 1, 1, 1, 1, 1, 1, 1, 0], "yellow", "您最近", "120"),
    ] {
        let ward = scaled(&folder).await;
        let told = scores(&ward, given).await["told"].clone();
        assert_eq!(told["level"], level);
        assert!(told["phone"].is_string(), "{told}");
        let lines: Vec<&str> = told["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line.as_str().unwrap())
            .collect();
        assert!(lines[0].starts_with(first), "{lines:?}");
        assert!(lines.last().unwrap().contains(last), "{lines:?}");
        assert!(
            lines.iter().any(|line| line.contains("不要等待回复")),
            "{lines:?}"
        );
    }
}

#[tokio::test]
async fn a_depression_scale_with_a_gap_has_no_total_and_item_10_calls_anyway() {
    let folder = filled();
    let ward = scaled(&folder).await;
    let mut given = [Some(2); 10];
    (given[3], given[9]) = (None, Some(1));
    let told = gaps(&ward, given).await;
    assert_eq!(told["told"]["urgent"], true);
    assert_eq!(fired(&ward).await, ["F12"]);
    assert!(ward.tasks("lin", "followup.mood_call").await.is_empty());
}

#[tokio::test]
async fn a_depression_scale_with_a_gap_that_nothing_calls_about_is_phoned_about() {
    let folder = filled();
    for missing in [3, 9] {
        let ward = scaled(&folder).await;
        let mut given = [Some(0); 10];
        given[missing] = None;
        gaps(&ward, given).await;
        assert!(fired(&ward).await.is_empty());
        assert_eq!(ward.tasks("lin", "followup.mood_call").await.len(), 1);
        assert!(ward.tasks("zhao", "followup.mood_call").await.is_empty());
    }
}

#[tokio::test]
async fn a_week_after_birth_the_depression_scale_is_offered_and_nobody_waits_for_it() {
    let folder = filled();
    let ward = days_after(7, &folder).await;
    let mei = ward.mei_again().await;
    let asked = mei.get("/forms").await.expect(200);
    let is_offered = |one: &&Value| one["name"] == "epds" && one["state"] == "open";
    let offered: Vec<&Value> = asked.as_array().unwrap().iter().filter(is_offered).collect();
    assert_eq!(offered.len(), 1, "{asked}");
    assert!(offered[0]["due_at"].is_null(), "{asked}");
    scores(&ward, [1, 2, 2, 2, 2, 2, 1, 1, 1, 0]).await;
    assert_eq!(fired(&ward).await, ["F13"]);
    ward.wait(33 * 24).await;
    scores(&ward, [0; 10]).await;
}

#[tokio::test]
async fn a_depression_scale_begun_after_a_week_and_left_lying_does_not_keep_her_from_the_one_of_six_weeks() {
    let folder = filled();
    let ward = days_after(7, &folder).await;
    let left = begin(&ward.mei_again().await).await.expect(201);
    ward.wait(33 * 24).await;
    let anew = begin(&ward.mei_again().await).await.expect(201);
    assert_ne!(left["id"], anew["id"]);
    scores(&ward, [0, 0, 0, 0, 0, 0, 0, 0, 0, 2]).await;
    assert_eq!(fired(&ward).await, ["F12"]);
}
