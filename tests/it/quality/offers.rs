//! What was recorded and must be reported is offered until it is.

use serde_json::{Value, json};

use crate::analgesia::admission;
use crate::support::App;

#[tokio::test]
async fn what_must_be_reported_is_offered_until_it_is() {
    let app = App::new().await;
    let (mei, lin, zhao, qian) = (
        app.mei().await,
        app.lin().await,
        app.zhao().await,
        app.qian().await,
    );
    let labor = lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
    let labor = labor["id"].as_str().unwrap();
    let path = format!("/labors/{labor}/complications");
    let begun = "2026-03-02T00:40:00Z";
    let puncture = json!({ "code": "adp", "onset_at": begun, "severity": 2, "adp_next": "resited_epidural" });
    let itching = json!({ "code": "pruritus", "onset_at": begun, "severity": 2 });
    for complication in [puncture, itching] {
        zhao.post(&path, complication).await.expect(201);
    }
    let birth = json!({
        "mode": "spontaneous_vaginal", "birth_place": "here", "blood_loss_ml": 250,
        "babies": [{
            "baby_no": 1, "sex": "female", "born_at": "2026-03-02T00:58:00Z", "weight_g": 3200, "outcome": "alive",
            "apgar1": 3, "apgar5": 8
        }]
    });
    let path = format!("/labors/{labor}");
    let etag = lin.get(&path).await.etag();
    lin.put(&format!("{path}/delivery"), &etag, birth)
        .await
        .expect(200);

    let offered = qian.get("/adverse-events/offers").await.expect(200);
    let categories: Vec<&Value> = offered["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["category"])
        .collect();
    assert_eq!(
        categories,
        ["severe_neonatal_asphyxia", "accidental_dural_puncture"]
    );
    assert_eq!(offered["items"][0]["patient"], mei.patient_id.as_str());
    assert_eq!(
        app.staff("xinkang", "fang")
            .await
            .get("/adverse-events/offers")
            .await
            .expect(200)["items"],
        json!([])
    );

    let report = json!({
        "class": "II", "category": "accidental_dural_puncture", "occurred_at": "2026-03-02T00:40:00Z",
        "discovered_at": "2026-03-02T00:40:00Z", "labor": labor, "place": "产房", "what_happened": "穿刺针见脑脊液流出。",
        "outcome": "none"
    });
    zhao.post("/adverse-events", report).await.expect(201);
    let offered = zhao.get("/adverse-events/offers").await.expect(200);
    let left = offered["items"].as_array().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["category"], "severe_neonatal_asphyxia");
}
