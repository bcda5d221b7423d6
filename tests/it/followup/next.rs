//! The next pregnancy of the same woman.

use serde_json::{Value, json};

use super::ward::Ward;
use crate::analgesia::admission;
use crate::forms::submit;
use crate::support::cast::Woman;

fn pregnancy(facility: &Value, edd: &str) -> Value {
    json!({ "facility_id": facility, "edd": edd, "gravidity": 2, "parity": 1, "fetuses": 1 })
}

#[tokio::test]
async fn eight_weeks_after_a_birth_it_is_over_and_the_next_pregnancy_goes_to_the_assessment() {
    let ward = Ward::after_birth().await;
    ward.wait(55 * 24).await;
    let stage = async || {
        let journey = ward.mei_again().await.get("/me/journey").await.expect(200);
        journey["stage"].clone()
    };
    assert_eq!(stage().await, "postpartum");
    ward.wait(24).await;
    assert_eq!(stage().await, "closed");

    ward.wait(300 * 24).await;
    let edd = (ward.app.clock.now() + chrono::Duration::days(40))
        .date_naive()
        .to_string();
    let lin = ward.staff("lin").await;
    let again = json!({ "name": "梅秀英", "phone": "13800000001", "edd": edd, "gravidity": 2, "parity": 1 });
    let registered = lin.post("/patients", again.clone()).await.expect(201);
    assert_eq!(registered["id"], ward.mei.patient_id);
    let twice = lin.post("/patients", again).await;
    assert_eq!(twice.code(), "episode.already_registered");

    let mei = ward.mei_again().await;
    let journey = mei.get("/me/journey").await;
    let etag = journey.etag();
    assert_eq!(journey.expect(200)["stage"], "antenatal");
    let facility = mei.get("/me").await.expect(200)["facility_id"].clone();
    mei.put("/me/pregnancy", &etag, pregnancy(&facility, &edd))
        .await
        .expect(200);
    ward.app.work().await;
    let mei = Woman {
        client: mei,
        patient_id: ward.mei.patient_id.clone(),
        openid: ward.mei.openid.clone(),
    };
    submit(&ward.app, &mei, json!({ "lab.plt": 49 })).await;
    let reviews = ward
        .staff("zhao")
        .await
        .get("/reviews?state=waiting")
        .await
        .expect(200);
    assert_eq!(reviews["items"][0]["review"]["patient_id"], ward.mei.patient_id);
    let mut body = admission(&ward.mei.patient_id);
    body["admitted_at"] = json!(ward.app.clock.now());
    lin.post("/labors", body).await.expect(201);
}

#[tokio::test]
async fn after_a_birth_she_begins_another_pregnancy_and_does_not_change_the_last() {
    let ward = Ward::after_birth().await;
    ward.wait(40 * 24).await;
    let mei = ward.mei_again().await;
    let journey = mei.get("/me/journey").await;
    let (etag, last) = (journey.etag(), journey.expect(200));
    let facility = mei.get("/me").await.expect(200)["facility_id"].clone();
    let same = mei
        .put("/me/pregnancy", &etag, pregnancy(&facility, "2026-04-25"))
        .await;
    assert_eq!(same.code(), "episode.past_antenatal");
    mei.put("/me/pregnancy", &etag, pregnancy(&facility, "2026-12-30"))
        .await
        .expect(200);
    let journey = mei.get("/me/journey").await.expect(200);
    assert_eq!(journey["stage"], "antenatal");
    assert_ne!(journey["gestation"], last["gestation"]);
}
