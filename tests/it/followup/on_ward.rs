//! Who cannot pass urine: on the ward the midwife comes at once, at home she is called within the day.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::ward::{Ward, text};
use crate::analgesia::birth;
use crate::content::copied;
use crate::support::App;

fn cannot() -> Value {
    json!({ "fu.bladder": "cannot" })
}

/// The one alert, as the midwife reads it.
async fn alert(ward: &Ward) -> Value {
    let alerts = ward.staff("lin").await.get("/alerts").await.expect(200);
    assert_eq!(alerts["items"].as_array().unwrap().len(), 1, "{alerts}");
    alerts["items"][0].clone()
}

/// Due then, or in the minute after it: the clock of a test goes on by itself.
#[track_caller]
fn assert_due(of: &Value, due: &str) {
    let at = |time: &str| time.parse::<DateTime<Utc>>().unwrap();
    let late = at(&text(of, "due")) - at(due);
    assert!((0..60).contains(&late.num_seconds()), "{of}");
}

#[tokio::test]
async fn on_the_ward_the_midwife_comes_within_ten_minutes_by_day_and_night() {
    for (hours, due) in [(24, "2026-03-03T01:10:00Z"), (38, "2026-03-03T15:10:00Z")] {
        let ward = Ward::after_birth().await;
        ward.wait(hours).await;
        let point = ward.point("", "f24").await;
        ward.files(&point, cannot()).await;
        let raised = alert(&ward).await;
        assert_eq!(raised["level"], "orange");
        assert_due(&raised, due);
        let flag = &raised["flags"][0];
        assert_eq!(
            (&flag["rule"], &flag["within_minutes"]),
            (&json!("F10"), &json!(10))
        );
        assert_eq!(flag["confirmed"], false);
        assert_eq!(raised["notify"], json!(["midwife"]));
        let tasks = ward.tasks("lin", "followup.alert").await;
        assert_eq!(tasks.len(), 1);
        assert_due(&tasks[0], due);
        for (minutes, step) in [(9, 0), (2, 1), (60, 2)] {
            ward.app.clock.advance(minutes * 60);
            ward.app.work().await;
            assert_eq!(alert(&ward).await["step"], step, "{minutes} minutes later");
        }
    }
}

#[tokio::test]
async fn at_home_she_is_called_within_the_hours_of_the_day() {
    for (hours, due) in [(24, "2026-03-03T05:00:00Z"), (38, "2026-03-04T02:00:00Z")] {
        let ward = Ward::after_birth().await;
        ward.wait(hours).await;
        ward.leave("discharged").await;
        let point = ward.point("", "f24").await;
        ward.files(&point, cannot()).await;
        let raised = alert(&ward).await;
        assert_due(&raised, due);
        let flag = &raised["flags"][0];
        assert_eq!(
            (&flag["rule"], &flag["within_minutes"]),
            (&json!("F10"), &json!(240))
        );
    }
}

#[tokio::test]
async fn weakness_on_the_first_day_is_looked_at_within_an_hour_there_and_at_home() {
    for discharged in [false, true] {
        let ward = Ward::after_birth().await;
        ward.wait(24).await;
        if discharged {
            ward.leave("discharged").await;
        }
        let point = ward.point("", "f24").await;
        ward.files(&point, json!({ "fu.motor": "mild", "fu.motor_trend": "same" }))
            .await;
        let raised = alert(&ward).await;
        assert_eq!(raised["flags"][0]["rule"], "F19");
        assert_due(&raised, "2026-03-03T02:00:00Z");
    }
}

/// The content as it was when the follow-up forms had one version.
fn before() -> tempfile::TempDir {
    let folder = copied();
    let forms = folder.path().join("questionnaires");
    for file in ["1.0.1.json", "1.0.1.rules.json", "1.0.1.vectors.json"] {
        std::fs::remove_file(forms.join("follow-up-f24").join(file)).unwrap();
    }
    let published = forms.join("published.toml");
    let text = std::fs::read_to_string(&published).unwrap();
    let left: Vec<&str> = text
        .split("[[form]]")
        .filter(|form| !(form.contains("\"follow-up-f24\"") && form.contains("\"1.0.1\"")))
        .collect();
    std::fs::write(&published, left.join("[[form]]")).unwrap();
    folder
}

#[tokio::test]
async fn a_draft_of_the_version_before_is_finished_as_it_was_begun() {
    let folder = before();
    let app = App::with(|config| config.content = Some(folder.path().to_owned())).await;
    let ward = Ward::of(app).await;
    ward.block().await;
    let mut loss = birth();
    loss["babies"][0]["outcome"] = json!("neonatal_death");
    ward.deliver(loss).await;
    ward.wait(24).await;
    let form = json!({ "questionnaire": "follow-up-f24" });
    let mei = ward.mei_again().await;
    let begun = mei.post("/responses", form.clone()).await.expect(201);

    let Ward { app, mei, labor } = ward;
    let app = app.again(|config| config.content = None).await;
    let ward = Ward { app, mei, labor };
    let mei = ward.mei_again().await;
    let newest = mei.get("/questionnaires/follow-up-f24").await.expect(200);
    assert_eq!(newest["version"], "1.0.1");
    let draft = mei.post("/responses", form).await;
    let etag = draft.etag();
    let draft = draft.expect(201);
    assert_eq!(draft["id"], begun["id"]);
    assert_eq!(draft["questionnaire"], begun["questionnaire"]);
    let older = mei.get("/questionnaires/follow-up-f24?version=1.0.0").await;
    let older = older.expect(200);
    assert_eq!(older["version"], "1.0.0");
    for shown in [&newest, &older] {
        assert!(!shown.to_string().contains("fu.feeding"), "there is no baby");
    }

    let forms = &ward.app.ctx.content.forms;
    let asked = text(&draft, "questionnaire");
    let asked = forms.asked("follow-up-f24", &asked, true).unwrap();
    let mut flat = muan::demo::walk_labor::well("follow-up-f24");
    flat.retain(|item, _| asked.form.has_item(item));
    flat.extend(cannot().as_object().cloned().unwrap());
    let content = json!({ "content": asked.form.response_from_flat(&flat) });
    let path = format!("/responses/{}", text(&draft, "id"));
    mei.put(&path, &etag, content).await.expect(200);
    mei.post(&format!("{path}/submit"), json!({})).await.expect(200);
    let raised = alert(&ward).await;
    assert_eq!(raised["rules_version"], "1.0.0");
    assert_eq!(raised["flags"][0]["within_minutes"], 240);
}
