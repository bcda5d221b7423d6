//! Drugs and consumables can be followed from the supplier to the woman, and controlled ones add up or are told of.

use serde_json::{Value, json};

use crate::analgesia::{admission, emergency};
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::Client;

pub fn batch(controlled: bool) -> Value {
    json!({
        "kind": "drug", "name": "舒芬太尼注射液 50 µg/1 ml", "batch": "A250301", "supplier": "国药股份", "unit": "支",
        "expires_on": "2027-06-30", "controlled": controlled, "received": "10"
    })
}

pub async fn received(by: &Client, controlled: bool) -> String {
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
pub async fn admitted(lin: &Client, woman: &Woman) -> String {
    let labor = lin
        .post("/labors", admission(&woman.patient_id))
        .await
        .expect(201);
    labor["id"].as_str().unwrap().to_owned()
}

/// A record of analgesia whose pump has a bag of a batch.
pub fn with_bag(batch: &str) -> Value {
    let mut record = emergency();
    record["pump"] = json!({
        "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": "0.1", "bolus_volume_ml": "8",
        "lockout_min": 15, "hourly_limit_ml_h": "24", "given_ml": "5",
        "reservoir": { "label": "0.1% 罗哌卡因", "batch": batch, "expires_on": "2099-12-31" },
    });
    record
}

/// Writes the record.
pub async fn recorded(zhao: &Client, labor: &str, record: Value) {
    let path = format!("/labors/{labor}");
    let etag = zhao.get(&path).await.etag();
    zhao.put(&format!("{path}/analgesia"), &etag, record)
        .await
        .expect(200);
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

    // And from the woman to the batch.
    let labor = labor["id"].as_str().unwrap();
    let given = qian.get(&format!("/supplies?labor={labor}")).await.expect(200);
    assert_eq!(given["items"].as_array().unwrap().len(), 1);
    assert_eq!(given["items"][0]["batch"], "A250301");
    let both = qian.get(&format!("/supplies?labor={labor}&batch=A250301")).await;
    assert_eq!(both.expect(422)["errors"][0]["pointer"], "/labor");
    let stranger = app.stranger().await;
    stranger
        .get(&format!("/supplies?labor={labor}"))
        .await
        .expect(404);

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
    let event = format!("/adverse-events/{}", told["items"][0]["id"].as_str().unwrap());
    let event = qian.get(&event).await.expect(200);
    let what = event["what_happened"].as_str().unwrap();
    for word in ["舒芬太尼", "A250301", "8.5 支"] {
        assert!(what.contains(word), "{what}");
    }
    let traced = qian.get(&format!("/supplies/{id}")).await.expect(200);
    let last = &traced["moves"][2];
    assert_eq!(
        (&last["expected"], &last["amount"]),
        (&json!("9.5"), &json!("8.5"))
    );
    assert_eq!(traced["supply"]["balance"], "8.5");
}

#[tokio::test]
async fn what_was_given_to_the_wrong_woman_is_corrected_by_a_row_in_its_place() {
    for app in App::each().await {
        let (mei, bai, lin) = (app.mei().await, app.bai().await, app.lin().await);
        let (hers, anothers) = (admitted(&lin, &mei).await, admitted(&lin, &bai).await);
        let id = received(&lin, false).await;
        let path = format!("/supplies/{id}/moves");
        let used = |labor: &str, amount: &str| {
            let mut used = goes("used", amount);
            used["labor"] = json!(labor);
            used
        };
        let wrong = lin.post(&path, used(&anothers, "2")).await.expect(201);
        lin.post(&path, goes("counted", "8")).await.expect(201);
        let last = lin.post(&path, used(&hers, "1")).await.expect(201);
        assert_eq!(last["supply"]["balance"], "7");

        let mut instead = used(&hers, "2");
        instead["replaces"] = wrong["moves"][0]["id"].clone();
        let bare = lin.post(&path, instead.clone()).await.expect(422);
        assert_eq!(bare["errors"][0]["pointer"], "/reason");
        instead["reason"] = json!("选错产妇");
        let traced = lin.post(&path, instead.clone()).await.expect(201);
        assert_eq!(
            traced["supply"]["balance"], "7",
            "the count after it is the truth"
        );
        let again = lin.post(&path, instead).await.expect(422);
        assert_eq!(again["errors"][0]["pointer"], "/replaces");

        let mut less = used(&hers, "0.5");
        less["replaces"] = last["moves"][2]["id"].clone();
        less["reason"] = json!("数量录错");
        let traced = lin.post(&path, less).await.expect(201);
        assert_eq!(traced["supply"]["balance"], "7.5");
        let moves = traced["moves"].as_array().unwrap();
        assert_eq!(moves.len(), 5, "what was written stays");
        let (corrected, by) = (&moves[2], &moves[4]);
        assert_eq!(
            (&by["replaces"], &corrected["replaced_by"], &by["expected"]),
            (&corrected["id"], &by["id"], &json!("8"))
        );
        assert_eq!(moves[0]["patient"], bai.patient_id.as_str());
        assert_eq!(moves[3]["patient"], mei.patient_id.as_str());
        let kept = app.qian().await.get(&format!("/supplies/{id}")).await.expect(200);
        assert_eq!(kept, traced);

        let other = received(&lin, false).await;
        let mut foreign = used(&hers, "1");
        foreign["replaces"] = by["id"].clone();
        foreign["reason"] = json!("选错批号");
        let path = format!("/supplies/{other}/moves");
        let refused = lin.post(&path, foreign).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/replaces");
    }
}

#[tokio::test]
async fn a_correction_of_a_controlled_drug_is_seen_by_two_and_told_where_a_count_adds_up_no_more() {
    let app = App::new().await;
    let (lin, zhao, qian) = (app.lin().await, app.zhao().await, app.qian().await);
    let id = received(&lin, true).await;
    let mut residue = goes("discarded", "1");
    residue["reason"] = json!("残余液");
    let residue = seen(&zhao, &lin, &id, residue).await;
    seen(&zhao, &lin, &id, goes("counted", "9")).await;
    app.work().await;
    assert_eq!(qian.get("/adverse-events").await.expect(200)["items"], json!([]));
    let mut none = goes("discarded", "0");
    none["replaces"] = residue["moves"][0]["id"].clone();
    none["reason"] = json!("应记在另一批号");
    let alone = zhao.post(&format!("/supplies/{id}/moves"), none.clone()).await;
    assert_eq!(alone.code(), "people.second_person_required");
    let traced = seen(&zhao, &lin, &id, none).await;
    assert_eq!(traced["supply"]["balance"], "9");
    app.work().await;
    let told = qian.get("/adverse-events").await.expect(200);
    assert_eq!(told["items"][0]["category"], "controlled_drug_discrepancy");
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
