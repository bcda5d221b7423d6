//! Who placed a block: the record names them, and asks whether they may.

use serde_json::{Value, json};

use super::{Ward, emergency};
use crate::support::client::Client;

async fn id_of(client: &Client) -> Value {
    client.get("/me").await.expect(200)["id"].clone()
}

/// What Zhao is qualified by ends on the morning of the test.
async fn zhao_loses(ward: &Ward, item: &str) {
    let path = format!(
        "/staff/{}/qualifications",
        id_of(&ward.zhao).await.as_str().unwrap()
    );
    let body = json!({ "item": item, "withdrawn": true, "from": ward.app.clock.now().date_naive() });
    ward.app.qian().await.post(&path, body).await.expect(201);
}

#[tokio::test]
async fn without_a_time_out_its_writer_placed_the_block_unless_the_record_names_somebody() {
    let ward = Ward::open().await;
    let chart = ward.record(emergency()).await.expect(200);
    assert_eq!(chart["analgesia"]["operator"], id_of(&ward.zhao).await);
    let he = id_of(&ward.app.he().await).await;
    let mut body = emergency();
    body["operator"] = he.clone();
    let unsaid = ward.record(body.clone()).await.expect(422);
    assert_eq!(unsaid["errors"][0]["pointer"], "/correction_reason");
    body["correction_reason"] = json!("代为记录，穿刺者为何医生");
    ward.record(body).await.expect(200);
    let chart = ward.record(emergency()).await.expect(200);
    assert_eq!(chart["analgesia"]["operator"], he, "left out, it stays");
}

#[tokio::test]
async fn an_emergency_excuses_the_time_out_and_not_who_placed_the_block() {
    let ward = Ward::open().await;
    zhao_loses(&ward, "D3").await;
    let refused = ward.record(emergency()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "analgesia.operator_unqualified")
    );
    assert_eq!(refused.body["current"]["lacking"], json!(["D3"]));
    let mut under_he = emergency();
    under_he["supervisor"] = id_of(&ward.app.he().await).await;
    let chart = ward.record(under_he).await.expect(200);
    assert_eq!(chart["analgesia"]["operator"], id_of(&ward.zhao).await);
    assert!(chart["analgesia"]["unqualified"].is_null());
}

#[tokio::test]
async fn each_new_puncture_asks_who_did_it() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    zhao_loses(&ward, "D3").await;
    let mut body = emergency();
    body["resitings"] = json!([{
        "at": "2026-03-02T00:55:00Z", "technique": "epidural", "reason": "单侧阻滞"
    }]);
    let refused = ward.record(body.clone()).await;
    assert_eq!(refused.code(), "analgesia.operator_unqualified");
    let he = id_of(&ward.app.he().await).await;
    body["resitings"][0]["operator"] = he.clone();
    let chart = ward.record(body.clone()).await.expect(200);
    assert_eq!(chart["analgesia"]["resitings"][0]["operator"], he);
    body["resitings"][0].as_object_mut().unwrap().remove("operator");
    body["blood"] = json!(false);
    let chart = ward.record(body).await.expect(200);
    assert_eq!(chart["analgesia"]["resitings"][0]["operator"], he);
}

#[tokio::test]
async fn only_an_anesthesiologist_of_this_hospital_places_a_block() {
    let ward = Ward::open().await;
    for (member, client) in [
        ("operator", &ward.lin),
        ("supervisor", &ward.app.stranger().await),
    ] {
        let mut body = emergency();
        body[member] = id_of(client).await;
        let refused = ward.record(body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], format!("/{member}"));
        assert_eq!(refused["errors"][0]["code"], "unknown");
    }
}

#[tokio::test]
async fn a_reason_excuses_the_puncture_that_it_was_given_for() {
    let ward = Ward::open().await;
    zhao_loses(&ward, "D3").await;
    let mut body = emergency();
    body["unqualified"] = json!({ "reason": "夜间急诊，无其他麻醉医师。" });
    ward.record(body).await.expect(200);
    let mut again = emergency();
    again["resitings"] = json!([{
        "at": "2026-03-02T00:55:00Z", "technique": "epidural", "reason": "单侧阻滞"
    }]);
    let refused = ward.record(again.clone()).await;
    assert_eq!(refused.code(), "analgesia.operator_unqualified");
    again["unqualified"] = json!({ "reason": "上级医师在手术台上。" });
    let chart = ward.record(again).await.expect(200);
    assert_eq!(
        chart["analgesia"]["resitings"][0]["operator"],
        id_of(&ward.zhao).await
    );
}
