//! The time-out before the block, when nobody knows how long ago an anticoagulant was given.

use serde_json::json;

use super::ceremony::{Ceremony, clear};
use crate::assessment::recheck::{admitted, recheck};

#[tokio::test]
async fn an_unknown_last_dose_stops_the_time_out_until_the_anesthesiologist_says_why() {
    let drug = json!({ "bld.drug": ["lmwh"], "bld.lmwh_dose": "prophylactic" });
    let ceremony = Ceremony::on_answers(drug.clone()).await;
    ceremony.is_ready().await;
    ceremony.becomes_active(0).await;
    let (app, mei, zhao) = (&ceremony.app, &ceremony.mei, &ceremony.zhao);
    let labor = admitted(app, mei, &app.lin().await).await;
    recheck(app, mei, drug).await;
    clear(zhao).await;
    ceremony.is_confirmed().await;
    let path = format!("/labors/{labor}/time-out");
    let mut time_out = json!({ "checks": {
        "identity": true, "consent_valid": true, "allergies": true, "anticoagulant_interval": true,
        "platelets_seen": true, "iv_access": true, "monitoring_on": true, "resuscitation_ready": true,
        "lipid_emulsion_ready": true, "still_wants": true
    } });
    let held = zhao.post(&path, time_out.clone()).await;
    assert_eq!(held.code(), "analgesia.too_early");
    let held = held.expect(409);
    assert_eq!(held["current"]["state"], "unknown");
    time_out["early_reason"] = json!("家属确认末次用药在三天前。");
    let next = zhao.post(&path, time_out).await;
    assert_eq!(
        next.code(),
        "people.second_person_required",
        "her word holds, the midwife's is missing"
    );
}
