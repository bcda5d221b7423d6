//! Trainings and drills are written down, due again, and read by the self-check.

use serde_json::{Value, json};

use super::cases::waiting;
use super::readiness::all_met;
use crate::support::App;
use crate::support::client::Client;

async fn id_of(client: &Client) -> String {
    client.get("/me").await.expect(200)["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A drill of Sun and Zhao: 22 minutes from the decision to the delivery.
async fn drill(app: &App) -> Value {
    let (sun, zhao) = (id_of(&app.sun().await).await, id_of(&app.zhao().await).await);
    json!({
        "kind": "drill", "held_on": "2026-02-20", "title": "脐带脱垂，紧急剖宫产",
        "decided_at": "2026-02-20T06:00:00Z", "delivered_at": "2026-02-20T06:22:00Z",
        "people": [{ "staff": sun, "result": "attended" }, { "staff": zhao, "result": "passed", "score": 92 }],
    })
}

fn item<'a>(recorded: &'a Value, item: &str) -> &'a Value {
    let items = recorded["items"].as_array().unwrap().iter();
    items.clone().find(|one| one["item"] == item).unwrap()
}

fn due(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|one| one["item"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_joint_drill_is_kept_with_its_time_and_due_again_after_half_a_year() {
    for app in App::each().await {
        let (qian, wu, lin) = (app.qian().await, app.wu().await, app.lin().await);
        assert_eq!(due(&qian.get("/trainings/due").await.expect(200)), ["E7"]);
        let before = wu.get("/readiness/recorded").await.expect(200);
        assert_eq!(item(&before, "E7")["value"], "not_met");
        assert_eq!(item(&before, "D1")["value"], "met");
        assert!(item(&before, "E5")["value"].is_null(), "no birth, no rate");

        let body = drill(&app).await;
        lin.post("/trainings", body.clone()).await.expect(403);
        let kept = qian.post("/trainings", body).await.expect(201);
        assert_eq!(kept["ddi_min"], 22);
        assert_eq!(
            kept["people"][1]["score"]
                .as_i64()
                .or(kept["people"][0]["score"].as_i64()),
            Some(92)
        );
        let list = lin.get("/trainings").await.expect(200);
        assert_eq!(list["items"][0]["id"], kept["id"]);
        assert_eq!(
            due(&qian.get("/trainings/due").await.expect(200)),
            Vec::<&str>::new()
        );
        let after = wu.get("/readiness/recorded").await.expect(200);
        assert_eq!(item(&after, "E7")["value"], "met");
        let content = after["content"].to_string();
        assert!(
            content.contains("脐带脱垂") && content.contains("2026-02-20"),
            "{content}"
        );

        app.clock.advance(200 * 86_400);
        let qian = app.qian().await;
        let again = qian.get("/trainings/due").await.expect(200);
        assert_eq!(due(&again), ["E7"]);
        assert_eq!(again["items"][0]["on"], "2026-08-20");
    }
}

#[tokio::test]
async fn a_drill_names_who_was_missing_and_a_correction_takes_its_place() {
    let app = App::new().await;
    let qian = app.qian().await;
    let mut alone = drill(&app).await;
    alone["people"].as_array_mut().unwrap().truncate(1);
    alone["delivered_at"] = json!("2026-02-20T05:00:00Z");
    let refused = qian.post("/trainings", alone).await.expect(422);
    let named: Vec<(&str, &str)> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            (
                fault["pointer"].as_str().unwrap(),
                fault["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(named, [("/people", "joint"), ("/delivered_at", "inconsistent")]);
    let body = drill(&app).await;
    let first = qian.post("/trainings", body.clone()).await.expect(201);
    let mut right = body;
    right["title"] = json!("子宫破裂，紧急剖宫产");
    right["replaces"] = first["id"].clone();
    let second = qian.post("/trainings", right.clone()).await.expect(201);
    let list = qian.get("/trainings").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["id"], second["id"]);
    let again = qian.post("/trainings", right).await.expect(422);
    assert_eq!(again["errors"][0]["pointer"], "/replaces");
    let fang = app.staff(crate::support::cast::OTHER_HOSPITAL, "fang").await;
    assert_eq!(fang.get("/trainings").await.expect(200)["items"], json!([]));
    let foreign = drill(&app).await;
    fang.post("/trainings", foreign).await.expect(422);
}

#[tokio::test]
async fn who_was_trained_meets_the_item_and_who_failed_does_not() {
    let app = App::new().await;
    let (qian, wu) = (app.qian().await, app.wu().await);
    let (lin, sun) = (id_of(&app.lin().await).await, id_of(&app.sun().await).await);
    let ends = app.clock.now().date_naive();
    for staff in [&lin, &sun] {
        let body = json!({ "item": "D8", "from": ends, "withdrawn": true });
        let path = format!("/staff/{staff}/qualifications");
        wu.post(&path, body).await.expect(201);
    }
    let none = wu.get("/readiness/recorded").await.expect(200);
    assert_eq!(item(&none, "D8")["value"], "not_met");
    let training = json!({
        "kind": "analgesia", "held_on": "2026-03-01", "title": "椎管内分娩镇痛系统培训",
        "people": [{ "staff": lin, "result": "passed", "score": 80 }, { "staff": sun, "result": "failed", "score": 40 }],
    });
    qian.post("/trainings", training).await.expect(201);
    let some = wu.get("/readiness/recorded").await.expect(200);
    let training = item(&some, "D8");
    assert_eq!(
        (&training["value"], &training["met"], &training["of"]),
        (&json!("partly"), &json!(1), &json!(2))
    );
    let left = qian.get("/trainings/due").await.expect(200);
    let of_sun = left["items"]
        .as_array()
        .unwrap()
        .iter()
        .any(|one| one["staff"] == sun.as_str());
    assert!(of_sun && !left.to_string().contains(&lin), "{left}");
}

/// The only task of the quality office.
async fn task(app: &App) -> Value {
    let tasks = app.qian().await.get("/tasks").await.expect(200);
    let items = tasks["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{tasks}");
    items[0].clone()
}

async fn day_after(app: &App) {
    app.clock.advance(86_400 + 60);
    app.work().await;
}

#[tokio::test]
async fn the_office_is_reminded_of_the_next_drill_a_month_before_until_it_is_held() {
    for app in App::each().await {
        muan::quality::jobs::begin(&app.ctx).await.unwrap();
        let first = drill(&app).await;
        app.qian()
            .await
            .post("/trainings", first.clone())
            .await
            .expect(201);
        app.clock.advance(139 * 86_400);
        app.work().await;
        assert_eq!(waiting(&app.qian().await, "quality.due_e7").await, 0);
        day_after(&app).await;
        let told = task(&app).await;
        assert_eq!(
            (&told["kind"], &told["due"], &told["roles"]),
            (
                &json!("quality.due_e7"),
                &json!("2026-08-20T16:00:00Z"),
                &json!(["quality"])
            )
        );
        assert!(told["patient_id"].is_null() && told["record_number"].is_null());
        assert_eq!(waiting(&app.sun().await, "quality.due_e7").await, 0);
        day_after(&app).await;
        assert_eq!(task(&app).await["id"], told["id"], "it is told once");

        let mut second = first;
        second["held_on"] = json!("2026-07-21");
        second["decided_at"] = Value::Null;
        second["delivered_at"] = Value::Null;
        app.qian().await.post("/trainings", second).await.expect(201);
        app.work().await;
        assert_eq!(waiting(&app.qian().await, "quality.due_e7").await, 0);
    }
}

#[tokio::test]
async fn the_office_is_reminded_once_of_what_runs_out_and_no_more_when_it_is_renewed() {
    for app in App::each().await {
        let held = drill(&app).await;
        app.qian().await.post("/trainings", held).await.expect(201);
        let zhao = id_of(&app.zhao().await).await;
        let path = format!("/staff/{zhao}/qualifications");
        let today = app.clock.now().date_naive();
        let shown = async |days: u64| {
            let until = today + chrono::Days::new(days);
            let card = json!({ "item": "D5", "from": today, "until": until, "number": "BLS-7" });
            app.wu().await.post(&path, card).await.expect(201);
            app.work().await;
        };
        shown(20).await;
        let told = task(&app).await;
        assert_eq!(
            (&told["kind"], &told["subject"]),
            (&json!("quality.due_d5"), &json!(zhao))
        );
        let fang = app.staff(crate::support::cast::OTHER_HOSPITAL, "fang").await;
        assert_eq!(waiting(&fang, "quality.due_d5").await, 0);
        let done = format!("/tasks/{}/done", told["id"].as_str().unwrap());
        app.zhao().await.post(&done, json!({})).await.expect(403);
        app.qian().await.post(&done, json!({})).await.expect(201);
        day_after(&app).await;
        assert_eq!(waiting(&app.qian().await, "quality.due_d5").await, 0, "told once");

        shown(25).await;
        assert_eq!(
            waiting(&app.qian().await, "quality.due_d5").await,
            1,
            "another end"
        );
        shown(400).await;
        assert_eq!(waiting(&app.qian().await, "quality.due_d5").await, 0);
    }
}

#[tokio::test]
async fn the_self_check_finds_the_last_joint_training_of_the_team() {
    for app in App::each().await {
        let (qian, wu) = (app.qian().await, app.wu().await);
        let before = wu.get("/readiness/recorded").await.expect(200);
        assert_eq!(item(&before, "E9")["value"], "not_met");
        let team = drill(&app).await["people"].clone();
        for (kind, day) in [
            ("joint", "2026-01-15"),
            ("joint", "2026-02-10"),
            ("analgesia", "2026-02-27"),
        ] {
            let training =
                json!({ "kind": kind, "held_on": day, "title": "分娩镇痛服务团队培训", "people": team });
            qian.post("/trainings", training).await.expect(201);
        }
        let after = wu.get("/readiness/recorded").await.expect(200);
        assert_eq!(item(&after, "E9")["value"], "met");
        let content = after["content"].to_string();
        assert!(
            content.contains("2026-02-10") && !content.contains("2026-01-15"),
            "{content}"
        );
        assert_eq!(item(&after, "E7")["value"], "not_met", "no drill was held");
    }
}

#[tokio::test]
async fn the_office_is_reminded_of_the_joint_training_by_the_day_that_the_self_check_said() {
    for app in App::each().await {
        muan::quality::jobs::begin(&app.ctx).await.unwrap();
        let today = app.clock.now().date_naive();
        let next = today + chrono::Days::new(60);
        let said = json!({ "E9.last": today - chrono::Days::new(30), "E9.next": next });
        app.qian()
            .await
            .post("/readiness", all_met(&app, said))
            .await
            .expect(201);
        app.work().await;
        assert_eq!(waiting(&app.qian().await, "quality.due_e9").await, 0);
        app.clock.advance(35 * 86_400);
        app.work().await;
        assert_eq!(waiting(&app.qian().await, "quality.due_e9").await, 1);
        let list = app.qian().await.get("/trainings/due").await.expect(200);
        let items = list["items"].as_array().unwrap().iter();
        let days: Vec<&Value> = items
            .filter(|one| one["item"] == "E9")
            .map(|one| &one["on"])
            .collect();
        assert_eq!(days, [&json!(next)]);

        let training = json!({
            "kind": "joint", "held_on": app.clock.now().date_naive(), "title": "分娩镇痛服务团队培训",
            "people": drill(&app).await["people"],
        });
        app.qian().await.post("/trainings", training).await.expect(201);
        app.work().await;
        assert_eq!(waiting(&app.qian().await, "quality.due_e9").await, 0);
    }
}
