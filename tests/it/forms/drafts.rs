//! What becomes of a draft that somebody or something overtakes: nothing that she typed is lost.

use chrono::Duration;
use serde_json::{Value, json};

use super::{document, started, submit};
use crate::assessment::recheck::admitted;
use crate::content::{copied, next_version, reworded};
use crate::support::App;
use crate::support::cast::Woman;

/// A draft of the assessment with these answers only: its path.
async fn typed(app: &App, woman: &Woman, answers: Value) -> String {
    let draft = started(woman).await;
    let etag = draft.etag();
    let path = format!("/responses/{}", draft.expect(201)["id"].as_str().unwrap());
    let form = &app.ctx.content.forms.current("pre-analgesia").unwrap().form;
    let content = form.response_from_flat(answers.as_object().unwrap());
    woman
        .put(&path, &etag, json!({ "content": content }))
        .await
        .expect(200);
    path
}

#[tokio::test]
async fn what_she_typed_stays_when_staff_file_the_form() {
    for app in App::each().await {
        let (mei, lin) = (app.mei().await, app.lin().await);
        let path = typed(&app, &mei, json!({ "prf.question": "我妈妈生我时大出血过" })).await;
        let enter = format!("/patients/{}/responses", mei.patient_id);
        let body = json!({ "questionnaire": "pre-analgesia", "content": document(&app, json!({})) });
        let filed = lin.post(&enter, body).await.expect(201);
        assert_ne!(
            format!("/responses/{}", filed["response"]["id"].as_str().unwrap()),
            path
        );
        for reader in [&mei.client, &lin] {
            let hers = reader.get(&path).await.expect(200);
            assert_eq!(hers["status"], "stopped");
            assert!(hers["content"].to_string().contains("大出血"));
        }
        let kept = lin.get(&path).await;
        let etag = kept.etag();
        assert_eq!(kept.expect(200)["history"].as_array().unwrap().len(), 1);
        let more = json!({ "content": document(&app, json!({})) });
        assert_eq!(mei.put(&path, &etag, more).await.code(), "forms.stopped");
        assert_eq!(
            mei.post(&format!("{path}/submit"), json!({})).await.code(),
            "forms.stopped"
        );
        let listed = mei.get("/forms").await.expect(200);
        assert_eq!(
            (&listed[0]["state"], &listed[0]["response_id"]),
            (&json!("done"), &filed["response"]["id"])
        );
    }
}

#[tokio::test]
async fn she_goes_on_with_her_draft_on_another_phone() {
    let app = App::new().await;
    let mei = app.mei().await;
    let path = typed(&app, &mei, json!({ "lab.plt": 187 })).await;
    let old = mei.get(&path).await.etag();
    // Another phone: a session of its own, the same WeChat account.
    let other = app.newcomer(&mei.openid).await;
    assert_ne!(other.bearer(), mei.bearer());
    let taken_up = other
        .post("/responses", json!({ "questionnaire": "pre-analgesia" }))
        .await;
    assert_eq!(taken_up.etag(), old);
    let draft = taken_up.expect(201);
    assert_eq!(format!("/responses/{}", draft["id"].as_str().unwrap()), path);
    assert!(draft["content"].to_string().contains("187"));
    let more = json!({ "content": document(&app, json!({ "lab.plt": 190 })) });
    other.put(&path, &old, more).await.expect(200);
    // The first phone has fallen behind, and is told so.
    let behind = json!({ "content": document(&app, json!({ "lab.plt": 187 })) });
    let stale = mei.put(&path, &old, behind).await;
    assert_eq!(stale.code(), "http.stale");
    other.post(&format!("{path}/submit"), json!({})).await.expect(200);
    assert_eq!(mei.get(&path).await.expect(200)["status"], "completed");
}

#[tokio::test]
async fn a_draft_that_admission_overtook_fills_in_the_recheck_as_not_submitted() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    let answers = json!({ "preg.weight_kg": 71.5, "bld.drug": ["lmwh"], "bld.dx": ["haemophilia"] });
    let path = typed(&app, &mei, answers).await;
    admitted(&app, &mei, &lin).await;
    assert_eq!(
        mei.post(&format!("{path}/submit"), json!({})).await.code(),
        "forms.window_closed"
    );
    let again = mei
        .post("/responses", json!({ "questionnaire": "pre-analgesia-recheck" }))
        .await
        .expect(201);
    let asked = &again["asked_before"];
    assert_eq!(
        format!("/responses/{}", asked["response"].as_str().unwrap()),
        path
    );
    assert_eq!(asked["submitted"], false);
    let filled = asked["link_ids"].to_string();
    assert!(filled.contains("preg.weight_kg") && filled.contains("bld.drug"));
    assert!(again["content"].to_string().contains("71.5"));
    let hers = lin.get(&path).await.expect(200);
    assert!(
        hers["content"].to_string().contains("haemophilia"),
        "staff can read the rest"
    );
}

#[tokio::test]
async fn she_gives_up_an_amendment_and_may_begin_another() {
    for app in App::each().await {
        let mei = app.mei().await;
        let submitted = submit(&app, &mei, json!({ "lab.plt": 200 })).await;
        let path = format!("/responses/{}", submitted["response"]["id"].as_str().unwrap());
        let amend = format!("{path}/amendments");
        let first = mei.post(&amend, json!({ "reason": "抄错了" })).await.expect(201);
        let draft = format!("/responses/{}", first["id"].as_str().unwrap());
        let gone = mei
            .post_keyed(&format!("{draft}/abandon"), "enough", json!({}))
            .await
            .expect(200);
        assert_eq!(gone["status"], "stopped");
        let again = mei
            .post_keyed(&format!("{draft}/abandon"), "enough", json!({}))
            .await;
        assert_eq!(again.header("idempotent-replayed").as_deref(), Some("true"));
        let stands = mei.get(&path).await.expect(200);
        assert_eq!(stands["status"], "completed");
        assert_eq!(stands["amendment_draft"], Value::Null);
        assert_eq!(stands["amended_by"], Value::Null);
        assert_eq!(mei.get("/forms").await.expect(200)[0]["state"], "done");
        mei.post(&amend, json!({ "reason": "真的抄错了" }))
            .await
            .expect(201);
        assert_eq!(
            mei.post(&format!("{path}/abandon"), json!({})).await.code(),
            "forms.already_completed"
        );
    }
}

#[tokio::test]
async fn a_draft_moves_to_a_newer_version_when_she_asks_and_says_what_did_not_come_along() {
    let app = App::new().await;
    let mei = app.mei().await;
    let path = typed(&app, &mei, json!({ "lab.plt": 187, "preg.weight_kg": 71.5 })).await;
    let same = mei.post(&format!("{path}/renew"), json!({})).await.expect(200);
    assert_eq!(same["dropped"], json!([]), "it is the newest");
    let folder = copied();
    next_version(folder.path(), "pre-analgesia", |form| {
        reworded(&mut form["item"], "preg.weight_kg");
    });
    let app = app
        .again(|config| config.content = Some(folder.path().to_owned()))
        .await;
    let mei = app.back(mei);
    let before = mei.get(&path).await.expect(200);
    assert!(
        before["questionnaire"].as_str().unwrap().ends_with("|1.0.0"),
        "never unasked"
    );
    let renew = format!("{path}/renew");
    let moved = mei.post_keyed(&renew, "newer", json!({})).await.expect(200);
    assert_eq!(moved["dropped"], json!(["preg.weight_kg"]));
    let draft = &moved["response"];
    assert!(draft["questionnaire"].as_str().unwrap().ends_with("|1.1.0"));
    assert_eq!(draft["status"], "in_progress");
    let content = draft["content"].to_string();
    assert!(content.contains("187") && !content.contains("71.5"));
    let again = mei.post_keyed(&renew, "newer", json!({})).await;
    assert_eq!(again.header("idempotent-replayed").as_deref(), Some("true"));
    let read = mei.get(&path).await;
    let etag = read.etag();
    let whole = json!({ "content": document(&app, json!({ "lab.plt": 187 })) });
    mei.put(&path, &etag, whole).await.expect(200);
    mei.post(&format!("{path}/submit"), json!({})).await.expect(200);
}

#[tokio::test]
async fn a_retired_form_is_not_begun_and_a_draft_has_its_grace() {
    let folder = copied();
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    let first = typed(&app, &mei, json!({ "lab.plt": 187 })).await;
    let retired = app.clock.now() + Duration::hours(1);
    let grace = app.clock.now() + Duration::hours(3);
    let file = folder.path().join("questionnaires/published.toml");
    let written = std::fs::read_to_string(&file).unwrap();
    let name = "name = \"pre-analgesia\"\n";
    let ends = format!(
        "{name}retired_at = \"{}\"\ngrace_until = \"{}\"\n",
        retired.to_rfc3339(),
        grace.to_rfc3339()
    );
    assert!(written.contains(name));
    std::fs::write(&file, written.replace(name, &ends)).unwrap();
    let app = app
        .again(|config| config.content = Some(folder.path().to_owned()))
        .await;
    let (mei, bai) = (app.back(mei), app.back(bai));
    let second = typed(&app, &bai, json!({ "lab.plt": 211 })).await;
    app.clock.advance(3600);
    let begin = json!({ "questionnaire": "pre-analgesia" });
    assert_eq!(
        mei.post("/responses", begin).await.expect(201)["id"].as_str(),
        first.strip_prefix("/responses/"),
        "what was begun goes on"
    );
    let lin = app.lin().await;
    let enter = format!("/patients/{}/responses", mei.patient_id);
    let body = json!({ "questionnaire": "pre-analgesia", "content": document(&app, json!({})) });
    let refused = lin.post(&enter, body).await;
    assert_eq!(refused.code(), "forms.questionnaire_retired");
    refused.expect(422);
    let finish = async |woman: &Woman, path: &str| {
        let etag = woman.get(path).await.etag();
        let whole = json!({ "content": document(&app, json!({})) });
        woman.put(path, &etag, whole).await.expect(200);
        woman.post(&format!("{path}/submit"), json!({})).await
    };
    finish(&mei, &first).await.expect(200);
    app.clock.advance(2 * 3600);
    let late = finish(&bai, &second).await;
    assert_eq!(late.code(), "forms.questionnaire_retired");
    late.expect(422);
}

#[test]
fn after_a_loss_an_old_draft_stays_without_the_baby_when_there_is_a_newer_version() {
    use muan::content::{Content, Origin};
    let folder = copied();
    next_version(folder.path(), "follow-up-f42", |_| {});
    let content = Content::load(Origin::Folder(folder.path().to_owned())).unwrap();
    for version in ["1.0.0", "1.1.0"] {
        let normal = &content.forms.version("follow-up-f42", version).unwrap().form;
        let asked = |loss| {
            let entry = content.forms.asked("follow-up-f42", normal.canonical(), loss);
            entry.unwrap().form.clone()
        };
        let (gentle, usual) = (asked(true), asked(false));
        assert_eq!(gentle.canonical(), normal.canonical());
        assert!(
            gentle.questions().count() < usual.questions().count(),
            "{version}"
        );
        assert_eq!(usual.questions().count(), normal.questions().count());
    }
}
