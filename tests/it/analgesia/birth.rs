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
    let unsaid = ward.deliver(corrected.clone()).await.expect(422);
    assert_eq!(unsaid["errors"][0]["pointer"], "/correction_reason");
    assert_eq!(unsaid["errors"][0]["code"], "required");
    corrected["correction_reason"] = json!("评分抄错");
    let chart = ward.deliver(corrected).await.expect(200);
    assert_eq!(chart["delivery"]["number"], 2);
    assert_eq!(chart["delivery"]["newborns"][0]["asphyxia_apgar"], "none");
    let history = ward.lin.get(&ward.path("/history")).await.expect(200);
    let versions = &history["deliveries"];
    assert_eq!(versions[0]["babies"][0]["apgar1"], 6);
    assert!(versions[0].get("correction_reason").is_none());
    assert_eq!(versions[1]["correction_reason"], "评分抄错");
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
async fn what_is_found_out_later_is_added_without_a_reason_and_what_was_not_so_says_why() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let mut body = emergency();
    body["blood"] = json!(false);
    let top_up = json!({
        "given_at": "2026-03-02T00:55:00Z", "drug": "ropivacaine", "route": "epidural", "use": "labor", "amount": "5",
        "volume_ml": "5", "concentration": "0.1"
    });
    body["doses"].as_array_mut().unwrap().push(top_up);
    ward.record(body.clone()).await.expect(200);
    body["interspace"] = json!("L2-3");
    let unsaid = ward.record(body.clone()).await.expect(422);
    assert_eq!(unsaid["errors"][0]["pointer"], "/correction_reason");
    body["correction_reason"] = json!("看错间隙");
    let chart = ward.record(body).await.expect(200);
    assert_eq!(chart["analgesia"]["correction_reason"], "看错间隙");
    let mut stop = json!({ "stop_at": "2026-03-02T00:59:00Z", "reason": "request" });
    let path = ward.path("/stop");
    ward.zhao.post(&path, stop.clone()).await.expect(201);
    stop["reason"] = json!("failed");
    let unsaid = ward.zhao.post(&path, stop.clone()).await.expect(422);
    assert_eq!(unsaid["errors"][0]["pointer"], "/correction_reason");
    stop["correction_reason"] = json!("点错选项");
    ward.zhao.post(&path, stop).await.expect(201);
    let history = ward.lin.get(&ward.path("/history")).await.expect(200);
    assert_eq!(history["records"][2]["correction_reason"], "看错间隙");
    assert_eq!(history["stops"][1]["correction_reason"], "点错选项");
}

#[tokio::test]
async fn a_birth_whose_score_nobody_took_is_recorded_and_names_it_as_missing() {
    let ward = Ward::open().await;
    let mut body = birth();
    body["babies"][0].as_object_mut().unwrap().remove("apgar1");
    let refused = ward.deliver(body.clone()).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/babies/0/apgar1");
    body["confirmed"] = json!(["/babies/0/apgar1"]);
    let chart = ward.deliver(body.clone()).await.expect(200);
    assert_eq!(chart["state"], "delivered");
    assert!(chart["delivery"]["newborns"][0].get("asphyxia_apgar").is_none());
    let pointer = json!("/delivery/babies/apgar1");
    assert!(chart["missing"].as_array().unwrap().contains(&pointer));
    // Found on a sheet of paper later on.
    body["babies"][0]["apgar1"] = json!(7);
    let chart = ward.deliver(body).await.expect(200);
    assert!(!chart["missing"].as_array().unwrap().contains(&pointer));
    assert_eq!(chart["delivery"]["newborns"][0]["asphyxia_apgar"], "mild");
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

#[tokio::test]
async fn a_value_that_nobody_expects_is_taken_with_its_reason_and_calls_somebody_once() {
    let ward = Ward::open().await;
    let mut body = birth();
    body["blood_loss_ml"] = json!(16_500);
    body["babies"][0]["cord_ph"] = json!("6.4");
    let refused = ward.deliver(body.clone()).await.expect(422);
    let codes: Vec<&Value> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| &fault["code"])
        .collect();
    assert_eq!(codes, ["unconfirmed", "unconfirmed", "required"], "{refused}");
    body["confirmed"] = json!(["/blood_loss_ml", "/babies/0/cord_ph"]);
    let refused = ward.deliver(body.clone()).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/confirmed_reason");
    body["confirmed_reason"] = json!("称重法两人复核，血气仪读数属实");
    let chart = ward.deliver(body.clone()).await.expect(200);
    assert_eq!(chart["delivery"]["confirmed_reason"], body["confirmed_reason"]);
    let alarms = |chart: &Value| chart["alarms"].as_array().unwrap().len();
    assert_eq!(chart["alarms"][0]["codes"], json!(["out_of_range"]));
    assert_eq!(chart["alarms"][0]["roles"], json!(["anesthesiologist"]));
    body["babies"][0]["cord_be"] = json!("-3");
    let chart = ward.deliver(body).await.expect(200);
    assert_eq!(alarms(&chart), 1, "what was known calls nobody again");
}

#[tokio::test]
async fn a_fetal_heart_at_admission_that_no_monitor_shows_is_kept_with_why() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    let mut body = admission(&mei.patient_id);
    body["fhr_baseline"] = json!(250);
    body["confirmed"] = json!(["/fhr_baseline"]);
    let refused = lin.post("/labors", body.clone()).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/confirmed_reason");
    body["confirmed_reason"] = json!("胎儿室上性心动过速，超声核对");
    let labor = lin.post("/labors", body.clone()).await.expect(201);
    assert_eq!(labor["admission"]["confirmed"], json!(["/fhr_baseline"]));
    assert_eq!(labor["admission"]["confirmed_reason"], body["confirmed_reason"]);
    let path = format!("/labors/{}", labor["id"].as_str().unwrap());
    let chart = lin.get(&path).await.expect(200);
    assert_eq!(chart["alarms"][0]["codes"], json!(["out_of_range"]));
}

#[tokio::test]
async fn a_second_twin_by_cesarean_is_timed_from_the_decision_to_its_own_birth() {
    let ward = Ward::open().await;
    let mut body = birth();
    let first = body["babies"][0].clone();
    let mut second = first.clone();
    second["baby_no"] = json!(2);
    second["born_at"] = json!("2026-03-02T00:59:00Z");
    body["babies"] = json!([first, second]);
    let told = json!({
        "mode": "cesarean_intrapartum", "cs_decision_at": "2026-03-02T00:59:30Z", "cs_anesthesia": "epidural_topup",
        "cs_indication": "第二胎儿横位", "analgesia_before_conversion": false
    });
    body.as_object_mut()
        .unwrap()
        .extend(told.as_object().unwrap().clone());
    let refused = ward.deliver(body.clone()).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/babies/1/born_at");
    body["babies"][0]["born_at"] = json!("2026-03-02T00:31:00Z");
    body["cs_decision_at"] = json!("2026-03-02T00:40:00Z");
    let chart = ward.deliver(body).await.expect(200);
    assert_eq!(chart["born_at"], "2026-03-02T00:31:00Z");
    assert_eq!(chart["delivery"]["decision_to_delivery_min"], 19);
}
