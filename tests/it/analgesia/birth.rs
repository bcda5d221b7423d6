//! The birth and the end of analgesia.

use serde_json::{Value, json};

use super::{Ward, admission, birth, emergency};
use crate::support::App;

#[tokio::test]
async fn a_birth_without_analgesia_is_recorded_and_corrected() {
    let ward = Ward::open().await;
    let chart = ward.deliver(birth()).await.expect(200);
    assert_eq!(chart["state"], "delivered");
    let baby = &chart["delivery"]["newborns"][0];
    assert_eq!(baby["asphyxia_apgar"], "mild");
    assert_eq!(baby["asphyxia_consensus2016"], "mild");
    assert_eq!(baby["low_apgar_score"], false);
    assert_eq!(chart["reporting_definition"], "asphyxia_apgar");
    let mut corrected = birth();
    corrected["babies"][0]["apgar1"] = json!(8);
    let chart = ward.deliver(corrected).await.expect(200);
    assert_eq!(chart["delivery"]["number"], 2);
    assert_eq!(chart["delivery"]["newborns"][0]["asphyxia_apgar"], "none");
    let journey = ward.mei.get("/me/journey").await.expect(200);
    assert_eq!(journey["stage"], "postpartum");
}

#[tokio::test]
async fn a_woman_registered_at_the_door_gives_birth_on_record() {
    let app = App::new().await;
    let lin = app.lin().await;
    let woman = json!({ "name": "陈小满", "phone": "13800000009", "edd": "2026-03-05" });
    let registered = lin.post("/patients", woman).await.expect(201);
    let patient = registered["id"].as_str().unwrap();
    let labor = lin.post("/labors", admission(patient)).await;
    let etag = labor.etag();
    let labor = labor.expect(201);
    let path = format!("/labors/{}/delivery", labor["id"].as_str().unwrap());
    lin.put(&path, &etag, birth()).await.expect(200);
}

#[tokio::test]
async fn a_birth_with_wrong_scores_names_each() {
    let ward = Ward::open().await;
    let mut body = birth();
    body["mode"] = json!("cesarean_intrapartum");
    body["babies"][0]["apgar1"] = json!(11);
    let refused = ward.deliver(body).await.expect(422);
    let pointers: Vec<&Value> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["pointer"])
        .collect();
    assert_eq!(pointers.len(), 5, "{pointers:?}");
}

#[tokio::test]
async fn the_end_of_analgesia_asks_for_the_leg_raise() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let stop = json!({ "stop_at": "2026-03-02T00:59:00Z", "reason": "request" });
    ward.zhao
        .post(&ward.path("/stop"), stop.clone())
        .await
        .expect(201);
    ward.app.clock.advance(5 * 3600);
    ward.app.work().await;
    assert_eq!(ward.tasks("analgesia.leg_raise").await, 1);
    let zhao = ward.app.zhao().await;
    let mut done = stop;
    done["leg_raise"] = json!("able");
    done["leg_raise_at"] = json!("2026-03-02T05:00:00Z");
    zhao.post(&ward.path("/stop"), done).await.expect(201);
    assert_eq!(ward.tasks("analgesia.leg_raise").await, 0);
}
