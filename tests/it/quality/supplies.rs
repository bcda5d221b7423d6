//! Drugs and consumables can be followed from the supplier to the woman, and controlled ones add up or are told of.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::edges::set;
use crate::analgesia::{admission, emergency};
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::Client;

fn batch(controlled: bool) -> Value {
    json!({
        "kind": "drug", "name": "舒芬太尼注射液 50 µg/1 ml", "batch": "A250301", "supplier": "国药股份", "unit": "支",
        "expires_on": "2027-06-30", "controlled": controlled, "received": "10"
    })
}

async fn received(by: &Client, controlled: bool) -> String {
    let supply = by.post("/supplies", batch(controlled)).await.expect(201);
    assert_eq!(supply["balance"], "10");
    supply["id"].as_str().unwrap().to_owned()
}

fn goes(kind: &str, amount: &str) -> Value {
    json!({ "kind": kind, "amount": amount, "moved_at": "2026-03-02T00:40:00Z" })
}

/// A move of a controlled drug, with another one's word.
async fn seen(by: &Client, second: &Client, id: &str, mut body: Value) -> Value {
    let word = json!({ "act": "quality.move_supply", "subject": id });
    let word = second.post("/attestations", word).await.expect(201);
    body["attestation"] = word["attestation"].clone();
    by.post(&format!("/supplies/{id}/moves"), body).await.expect(201)
}

/// Her labor.
async fn admitted(lin: &Client, woman: &Woman) -> String {
    let labor = lin
        .post("/labors", admission(&woman.patient_id))
        .await
        .expect(201);
    labor["id"].as_str().unwrap().to_owned()
}

/// A record of analgesia whose pump has a bag of a batch.
fn with_bag(batch: &str) -> Value {
    let mut record = emergency();
    record["pump"] = json!({
        "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": "0.1", "bolus_volume_ml": "8",
        "lockout_min": 15, "hourly_limit_ml_h": "24", "given_ml": "5",
        "reservoir": { "label": "0.1% 罗哌卡因", "batch": batch, "expires_on": "2099-12-31" },
    });
    record
}

/// Writes the record.
async fn recorded(zhao: &Client, labor: &str, record: Value) {
    let path = format!("/labors/{labor}");
    let etag = zhao.get(&path).await.etag();
    zhao.put(&format!("{path}/analgesia"), &etag, record)
        .await
        .expect(200);
}

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
async fn a_batch_is_followed_to_the_woman_it_was_given_to() {
    let app = App::new().await;
    let (mei, lin, zhao, qian) = (
        app.mei().await,
        app.lin().await,
        app.zhao().await,
        app.qian().await,
    );
    let labor = lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
    let id = received(&lin, false).await;
    let path = format!("/supplies/{id}/moves");
    let bare = zhao.post(&path, goes("used", "1")).await.expect(422);
    assert_eq!(bare["errors"][0]["pointer"], "/labor");
    let mut used = goes("used", "2.5");
    used["labor"] = labor["id"].clone();
    zhao.post(&path, used).await.expect(201);
    let bare = lin.post(&path, goes("discarded", "1")).await.expect(422);
    assert_eq!(bare["errors"][0]["pointer"], "/reason");
    let mut broken = goes("discarded", "1");
    broken["reason"] = json!("安瓿破损");
    let left = lin.post(&path, broken).await.expect(201);
    assert_eq!(left["supply"]["balance"], "6.5");

    let found = qian.get("/supplies?batch=A250301").await.expect(200);
    assert_eq!(found["items"][0]["id"], id.as_str());
    assert_eq!(
        qian.get("/supplies?batch=none").await.expect(200)["items"],
        json!([])
    );
    let traced = qian.get(&format!("/supplies/{id}")).await.expect(200);
    assert_eq!(traced["moves"][0]["patient"], mei.patient_id.as_str());
    assert_eq!(traced["moves"][1]["expected"], "7.5");
    // Not a controlled drug: a count that differs is the truth from now on, and nobody is told.
    lin.post(&path, goes("counted", "6")).await.expect(201);
    app.work().await;
    assert_eq!(qian.get("/adverse-events").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_controlled_drug_moves_before_two_people_and_what_does_not_add_up_is_told() {
    let app = App::new().await;
    let (lin, zhao, qian) = (app.lin().await, app.zhao().await, app.qian().await);
    let id = received(&lin, true).await;
    let path = format!("/supplies/{id}/moves");
    let alone = zhao.post(&path, goes("counted", "10")).await;
    assert_eq!(alone.code(), "people.second_person_required");
    seen(&zhao, &lin, &id, goes("counted", "10")).await;
    let mut residue = goes("discarded", "0.5");
    residue["reason"] = json!("残余液");
    seen(&zhao, &lin, &id, residue).await;
    app.work().await;
    assert_eq!(qian.get("/adverse-events").await.expect(200)["items"], json!([]));

    seen(&zhao, &lin, &id, goes("counted", "8.5")).await;
    app.work().await;
    let told = qian.get("/adverse-events").await.expect(200);
    assert_eq!(told["items"].as_array().unwrap().len(), 1);
    assert_eq!(told["items"][0]["category"], "controlled_drug_discrepancy");
    let traced = qian.get(&format!("/supplies/{id}")).await.expect(200);
    let last = &traced["moves"][2];
    assert_eq!(
        (&last["expected"], &last["amount"]),
        (&json!("9.5"), &json!("8.5"))
    );
    assert_eq!(traced["supply"]["balance"], "8.5");
}

#[tokio::test]
async fn a_batch_leads_to_the_women_whose_pump_had_a_bag_of_it() {
    let app = App::new().await;
    let (mei, lin, zhao, qian) = (
        app.mei().await,
        app.lin().await,
        app.zhao().await,
        app.qian().await,
    );
    let labor = admitted(&lin, &mei).await;
    let id = received(&lin, false).await;
    let writes = async |batch: &str| {
        recorded(&zhao, &labor, with_bag(batch)).await;
        qian.get(&format!("/supplies/{id}")).await.expect(200)
    };
    let traced = writes("A250301").await;
    assert_eq!(traced["bags"][0]["patient"], mei.patient_id.as_str());
    assert_eq!(traced["bags"][0]["labor"], labor.as_str());
    assert_eq!(
        traced["supply"]["balance"], "10",
        "what was used is entered as a move"
    );
    // The bag stays known as one before the next.
    let traced = writes("A250302").await;
    assert_eq!(traced["bags"].as_array().unwrap().len(), 1);
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

#[tokio::test]
async fn a_batch_at_fault_is_named_and_the_other_hospital_has_none() {
    let app = App::new().await;
    let lin = app.lin().await;
    let mut body = batch(false);
    body["expires_on"] = json!("2026-03-01");
    body["received"] = json!("0");
    body["name"] = json!("");
    let refused = lin.post("/supplies", body).await.expect(422);
    let pointers: Vec<&Value> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["pointer"])
        .collect();
    assert_eq!(pointers, ["/received", "/expires_on", "/name"]);
    let id = received(&lin, false).await;
    let stranger = app.stranger().await;
    stranger.get(&format!("/supplies/{id}")).await.expect(404);
    let moves = format!("/supplies/{id}/moves");
    stranger.post(&moves, goes("counted", "1")).await.expect(404);
    assert_eq!(stranger.get("/supplies").await.expect(200)["items"], json!([]));
}
