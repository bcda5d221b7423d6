//! Which assessment counts: what nobody was asked is not assessed, the re-check stands, and an anesthesiologist's no is
//! lifted by an anesthesiologist.

use chrono::Duration;
use serde_json::{Value, json};

use super::recheck::{admitted, recheck};
use super::{finding, only, queue};
use crate::content::{copied, next_version, reworded};
use crate::forms::submit;
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::Client;

async fn record_of(client: &Client, phase: &str) -> Value {
    let items = queue(client, "").await;
    let found = items
        .iter()
        .find(|item| item["review"]["phase"] == phase)
        .unwrap();
    let path = format!("/reviews/{}", found["review"]["id"].as_str().unwrap());
    client.get(&path).await.expect(200)
}

/// The line of the only woman in labor on the board.
async fn line(lin: &Client) -> Value {
    lin.get("/labors").await.expect(200)["items"][0].clone()
}

/// The questions of hers that are left open; those of staff are another matter.
fn missing(record: &Value) -> Vec<&str> {
    let missing = record["run"]["missing"].as_array().unwrap();
    let all = missing.iter().map(|link_id| link_id.as_str().unwrap());
    all.filter(|link_id| !link_id.starts_with("stf.")).collect()
}

#[tokio::test]
async fn a_recheck_of_a_woman_whom_nobody_asked_in_pregnancy_is_not_assessed() {
    for app in App::each().await {
        let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
        admitted(&app, &mei, &lin).await;
        let answered = recheck(&app, &mei, json!({})).await;
        assert_ne!(
            answered["told"]["level"], "none",
            "nobody says that nothing was found"
        );
        let record = record_of(&zhao, "recheck").await;
        assert_eq!(record["review"]["complete"], false);
        let missing = missing(&record);
        for never_asked in [
            "bld.dx",
            "spn.cond",
            "neu.cond",
            "car.cond",
            "alg.agent",
            "air.mallampati",
        ] {
            assert!(missing.contains(&never_asked), "{never_asked}");
        }
        assert_eq!(finding(&record, "R-BLD-2")["outcome"], "not_assessed");
        // An obstetrician can't clear what nobody knows.
        let path = format!("/reviews/{}/decision", record["review"]["id"].as_str().unwrap());
        let cleared = json!({ "outcome": "cleared", "summary": "可以使用分娩镇痛。" });
        let sun = app.sun().await;
        assert_eq!(
            sun.post(&path, cleared.clone()).await.code(),
            "assessment.needs_anesthesiologist"
        );
        zhao.post(&path, cleared).await.expect(200);
    }
}

#[tokio::test]
async fn after_the_assessment_of_pregnancy_nothing_of_hers_is_missing_at_the_recheck() {
    let app = App::new().await;
    let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
    submit(&app, &mei, json!({})).await;
    admitted(&app, &mei, &lin).await;
    recheck(&app, &mei, json!({ "inf.temp_c": 36.8 })).await;
    assert_eq!(missing(&record_of(&zhao, "recheck").await), [] as [&str; 0]);
}

/// Mei with heparin four hours before: the id of her answers of pregnancy.
async fn on_heparin(app: &App, mei: &Woman, lin: &Client) -> String {
    let drug = json!({ "bld.drug": ["lmwh"], "bld.lmwh_dose": "prophylactic" });
    let before = submit(app, mei, drug.clone()).await;
    admitted(app, mei, lin).await;
    let mut again = drug;
    again["bld.lmwh_last_at"] = json!((app.clock.now() - Duration::hours(4)).to_rfc3339());
    recheck(app, mei, again).await;
    before["response"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_staff_add_to_the_answers_of_pregnancy_does_not_put_the_recheck_aside() {
    for app in App::each().await {
        let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
        let before = on_heparin(&app, &mei, &lin).await;
        let first = line(&lin).await;
        assert!(first["undecided"].to_string().contains("R-AC-2"));
        assert_eq!(first["anticoagulant"]["state"], "waiting");
        app.clock.advance(60);
        let path = format!("/responses/{before}");
        let etag = lin.get(&path).await.etag();
        let at = (app.clock.now() - Duration::hours(1)).to_rfc3339();
        let items = json!({ "answers": { "lab.fib": 0.9, "lab.coag_at": at } });
        lin.put(&format!("{path}/staff-items"), &etag, items)
            .await
            .expect(200);
        let now = line(&lin).await;
        assert!(
            now["undecided"].to_string().contains("R-AC-2"),
            "the re-check stands"
        );
        assert_eq!(now["anticoagulant"]["state"], "waiting");
        // And it was made again: what staff added counts in it.
        let record = record_of(&zhao, "recheck").await;
        assert_eq!(record["history"].as_array().unwrap().len(), 1);
        assert_eq!(finding(&record, "R-COA-5")["outcome"], "fired");
        assert!(now["undecided"].to_string().contains("R-COA-5"));
    }
}

#[tokio::test]
async fn answers_of_pregnancy_that_are_filed_after_the_recheck_complete_it() {
    let app = App::new().await;
    let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
    admitted(&app, &mei, &lin).await;
    recheck(&app, &mei, json!({ "inf.temp_c": 36.8 })).await;
    assert!(!missing(&record_of(&zhao, "recheck").await).is_empty());
    app.clock.advance(60);
    let content = crate::forms::document(&app, json!({ "bld.dx": ["haemophilia"] }));
    let path = format!("/patients/{}/responses", mei.patient_id);
    let body = json!({ "questionnaire": "pre-analgesia", "content": content });
    lin.post(&path, body).await.expect(201);
    let record = record_of(&zhao, "recheck").await;
    assert_eq!(missing(&record), [] as [&str; 0]);
    let bleeds: Vec<&Value> = record["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["outcome"] == "fired" && finding.to_string().contains("haemophilia"))
        .collect();
    assert!(!bleeds.is_empty(), "the re-check knows of her bleeding disorder");
    assert!(
        line(&lin).await["undecided"]
            .to_string()
            .contains(bleeds[0]["rule"].as_str().unwrap())
    );
}

#[tokio::test]
async fn an_anesthesiologists_no_is_lifted_by_an_anesthesiologist_only() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({ "spn.skin": ["tattoo"] })).await;
    let (zhao, he, sun) = (app.zhao().await, app.he().await, app.sun().await);
    let decision = format!("{}/decision", only(&zhao).await);
    let says = |outcome: &str| json!({ "outcome": outcome, "summary": "医生看过了。" });
    zhao.post(&decision, says("not_suitable")).await.expect(200);
    assert_eq!(
        sun.post(&decision, says("cleared")).await.code(),
        "assessment.needs_anesthesiologist"
    );
    // She may ask for another look; that lifts nothing.
    sun.post(&decision, says("needs_consult")).await.expect(200);
    let draft = mei.post("/consent-requests", json!({})).await.expect(201);
    let release = format!("/consents/{}/release", draft["id"].as_str().unwrap());
    let body = json!({ "capacity": { "basis": "seen" } });
    assert_eq!(
        zhao.post_at(&release, "\"1\"", body).await.code(),
        "consent.not_suitable"
    );
    he.post(&decision, says("cleared")).await.expect(200);
}

#[tokio::test]
async fn an_answer_to_a_question_that_means_something_else_by_now_is_none() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    submit(&app, &mei, json!({ "bld.dx": ["vte_history"] })).await;
    admitted(&app, &mei, &lin).await;
    let folder = copied();
    next_version(folder.path(), "pre-analgesia", |form| {
        reworded(&mut form["item"], "bld.dx");
    });
    let app = app
        .again(|config| config.content = Some(folder.path().to_owned()))
        .await;
    let mei = app.back(mei);
    recheck(&app, &mei, json!({ "inf.temp_c": 36.8 })).await;
    let record = record_of(&app.zhao().await, "recheck").await;
    assert_eq!(
        record["run"]["form"].as_str().unwrap().rsplit('|').next(),
        Some("1.1.0")
    );
    assert_eq!(missing(&record), ["bld.dx"]);
    assert_eq!(finding(&record, "R-BLD-2")["outcome"], "not_assessed");
}
