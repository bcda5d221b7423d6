//! A bag of a pump leads to the register of supplies, or somebody is told that it does not.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::edges::set;
use super::supplies::{admitted, batch, received, recorded, with_bag};
use crate::analgesia::emergency;
use crate::support::App;
use crate::support::client::Client;

/// What waits for somebody because a bag leads nowhere.
async fn lead_nowhere(app: &App, who: &Client) -> Vec<Value> {
    app.work().await;
    let tasks = who.get("/tasks").await.expect(200);
    let items = tasks["items"].as_array().unwrap().iter();
    items
        .filter(|task| task["kind"] == "quality.unregistered_batch")
        .cloned()
        .collect()
}

#[tokio::test]
async fn a_bag_whose_batch_nobody_registered_is_told_until_somebody_does() {
    for app in App::each().await {
        let (mei, lin, zhao, qian) = (
            app.mei().await,
            app.lin().await,
            app.zhao().await,
            app.qian().await,
        );
        let labor = admitted(&lin, &mei).await;
        recorded(&zhao, &labor, emergency()).await;
        assert_eq!(lead_nowhere(&app, &zhao).await, [] as [Value; 0], "without a bag");
        recorded(&zhao, &labor, with_bag(" A250301 ")).await;
        let told = lead_nowhere(&app, &zhao).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told, lead_nowhere(&app, &qian).await);
        assert_eq!(lead_nowhere(&app, &lin).await.len(), 0, "it is not the midwife's");
        let task = &told[0];
        assert_eq!(
            (&task["subject"], &task["urgent"], &task["roles"]),
            (
                &json!(labor),
                &json!(false),
                &json!(["anesthesiologist", "quality"])
            )
        );
        let due: DateTime<Utc> = task["due"].as_str().unwrap().parse().unwrap();
        let ago = app.clock.now() + Duration::hours(24) - due;
        assert!(ago >= Duration::zero() && ago < Duration::minutes(1), "{ago}");
        assert!(task["patient_id"].is_null() && task["patient_name"].is_null());
        for word in ["梅秀英", "罗哌卡因", "A250301"] {
            assert!(!task.to_string().contains(word), "{task}");
        }

        recorded(&zhao, &labor, with_bag("A250301")).await;
        assert_eq!(lead_nowhere(&app, &qian).await, told, "it is told once");
        received(&app.stranger().await, false).await;
        assert_eq!(
            lead_nowhere(&app, &qian).await,
            told,
            "that is another hospital's"
        );
        let mut needles = batch(false);
        needles["kind"] = json!("consumable");
        needles["name"] = json!("硬膜外穿刺包");
        lin.post("/supplies", needles).await.expect(201);
        assert_eq!(lead_nowhere(&app, &qian).await, told, "no drug of this number");
        received(&lin, false).await;
        for who in [&zhao, &qian] {
            assert_eq!(lead_nowhere(&app, who).await.len(), 0);
        }
        recorded(&zhao, &labor, with_bag("A250301")).await;
        assert_eq!(lead_nowhere(&app, &qian).await.len(), 0);
    }
}

#[tokio::test]
async fn a_batch_that_was_used_up_on_its_last_day_is_still_registered() {
    for app in App::each().await {
        let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
        let labor = admitted(&lin, &mei).await;
        recorded(&zhao, &labor, with_bag("A250301")).await;
        assert_eq!(lead_nowhere(&app, &zhao).await.len(), 1);
        let mut late = batch(false);
        late["expires_on"] = json!("2026-03-01");
        for (received_on, pointer) in [
            (Value::Null, "/expires_on"),
            (json!("2026-03-02"), "/expires_on"),
            (json!("2026-03-03"), "/received_on"),
        ] {
            late["received_on"] = received_on;
            let refused = lin.post("/supplies", late.clone()).await.expect(422);
            assert_eq!(refused["errors"][0]["pointer"], pointer);
        }
        late["received_on"] = json!("2026-03-01");
        let supply = lin.post("/supplies", late).await.expect(201);
        assert_eq!(supply["received_on"], "2026-03-01");
        let path = format!("/supplies/{}", supply["id"].as_str().unwrap());
        let traced = lin.get(&path).await.expect(200);
        assert_eq!(traced["supply"]["received_on"], "2026-03-01");
        assert_eq!(lead_nowhere(&app, &zhao).await.len(), 0);
        let today = lin.post("/supplies", batch(false)).await.expect(201);
        assert_eq!(today["received_on"], "2026-03-02");
    }
}

#[tokio::test]
async fn a_bag_of_a_rehearsal_is_told_to_nobody() {
    let app = App::new().await;
    set(app.wu().await, "is_test", json!(true)).await;
    let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
    let labor = admitted(&lin, &mei).await;
    recorded(&zhao, &labor, with_bag("A250301")).await;
    assert_eq!(lead_nowhere(&app, &zhao).await.len(), 0);
}

#[tokio::test]
async fn a_batch_that_was_written_down_wrongly_is_corrected_and_told_no_more() {
    let app = App::new().await;
    let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
    let labor = admitted(&lin, &mei).await;
    received(&lin, false).await;
    recorded(&zhao, &labor, with_bag("A25O301")).await;
    assert_eq!(lead_nowhere(&app, &zhao).await.len(), 1);
    let mut corrected = with_bag("A250301");
    corrected["earlier_pumps"] = json!([]);
    recorded(&zhao, &labor, corrected).await;
    assert_eq!(lead_nowhere(&app, &zhao).await.len(), 0);
}

#[tokio::test]
async fn every_bag_of_a_labor_leads_to_the_register() {
    let app = App::new().await;
    let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
    let labor = admitted(&lin, &mei).await;
    recorded(&zhao, &labor, with_bag("A250300")).await;
    recorded(&zhao, &labor, with_bag("A250301")).await;
    assert_eq!(lead_nowhere(&app, &zhao).await.len(), 1, "one of the labor");
    received(&lin, false).await;
    assert_eq!(
        lead_nowhere(&app, &zhao).await.len(),
        1,
        "the bag before leads nowhere"
    );
    let mut earlier = batch(false);
    earlier["batch"] = json!("A250300");
    lin.post("/supplies", earlier).await.expect(201);
    assert_eq!(lead_nowhere(&app, &zhao).await.len(), 0);
}
