//! Labor: from admission to birth, over HTTP.

mod alarms;
mod birth;
mod board;
mod corrections;
mod given;
mod late;
mod mistaken;
mod operator;
mod pump_read;
mod requests;

use serde_json::{Value, json};

use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::{Answer, Client};

/// A labor with Mei in it.
pub struct Ward {
    pub app: App,
    mei: Woman,
    pub lin: Client,
    zhao: Client,
    labor: String,
}

pub fn admission(patient: &str) -> Value {
    json!({
        "patient": patient, "admitted_at": "2026-03-02T00:30:00Z", "labor_stage": "active", "cervical_dilation_cm": "5",
        "membranes": "intact", "fhr_baseline": 140, "fhr_category": "I", "iv_access": true
    })
}

impl Ward {
    pub async fn open() -> Ward {
        Ward::of(App::new().await).await
    }

    pub async fn of(app: App) -> Ward {
        let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
        let labor = lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
        let labor = labor["id"].as_str().unwrap().to_owned();
        Ward {
            app,
            mei,
            lin,
            zhao,
            labor,
        }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/labors/{}{rest}", self.labor)
    }

    async fn etag(&self) -> String {
        self.lin.get(&self.path("")).await.etag()
    }

    pub async fn record(&self, body: Value) -> Answer {
        let etag = self.etag().await;
        self.zhao.put(&self.path("/analgesia"), &etag, body).await
    }

    async fn deliver(&self, body: Value) -> Answer {
        let etag = self.etag().await;
        self.lin.put(&self.path("/delivery"), &etag, body).await
    }

    pub async fn observe(&self, body: Value) -> Answer {
        let body = json!({ "observations": [body] });
        self.lin.post(&self.path("/observations"), body).await
    }

    async fn tasks(&self, kind: &str) -> usize {
        let tasks = self.zhao.get("/tasks").await.expect(200);
        let items = tasks["items"].as_array().unwrap();
        items.iter().filter(|task| task["kind"] == kind).count()
    }
}

/// An epidural in an emergency: no consent, no time-out, a reason.
pub fn emergency() -> Value {
    json!({
        "technique": "epidural", "indication": "labor", "interspace": "L3-4", "needle_attempts": 1,
        "puncture_at": "2026-03-02T00:40:00Z", "first_dose_at": "2026-03-02T00:45:00Z",
        "doses": [{
            "given_at": "2026-03-02T00:45:00Z", "drug": "ropivacaine", "route": "epidural", "use": "labor",
            "loading": true, "amount": "10", "volume_ml": "10", "concentration": "0.1"
        }],
        "exception": { "reason": "在车上已同意，来不及核对" }
    })
}

pub fn birth() -> Value {
    json!({
        "mode": "spontaneous_vaginal", "birth_place": "here", "blood_loss_ml": 250,
        "babies": [{
            "baby_no": 1, "sex": "female", "born_at": "2026-03-02T00:58:00Z", "weight_g": 3200, "outcome": "alive",
            "apgar1": 6, "apgar5": 9, "cord_ph": "7.18"
        }]
    })
}

#[tokio::test]
async fn one_pregnancy_has_one_labor_at_a_time() {
    let ward = Ward::open().await;
    let again = ward.lin.post("/labors", admission(&ward.mei.patient_id)).await;
    assert_eq!(again.code(), "analgesia.labor_open");
    assert_eq!(again.expect(409)["current"]["labor"], ward.labor);
    let reason = json!({ "reason": "cancelled" });
    ward.lin.post(&ward.path("/close"), reason).await.expect(201);
    let next = ward.lin.post("/labors", admission(&ward.mei.patient_id)).await;
    next.expect(201);
}

#[tokio::test]
async fn admission_needs_a_key_and_answers_a_retry_with_the_first() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    let bare = lin.post_bare("/labors", admission(&mei.patient_id)).await;
    assert_eq!(bare.code(), "http.idempotency_key_missing");
    let first = lin
        .post_keyed("/labors", "admit", admission(&mei.patient_id))
        .await;
    let second = lin
        .post_keyed("/labors", "admit", admission(&mei.patient_id))
        .await;
    assert_eq!(second.header("idempotent-replayed").as_deref(), Some("true"));
    assert_eq!(first.expect(201)["id"], second.expect(201)["id"]);
}

#[tokio::test]
async fn the_other_hospital_sees_no_labor() {
    let ward = Ward::open().await;
    let stranger = ward.app.stranger().await;
    stranger.get(&ward.path("")).await.expect(404);
    let put = stranger.put(&ward.path("/analgesia"), "\"1\"", emergency()).await;
    put.expect(404);
    let seen = json!({ "observations": [{ "observed_at": "2026-03-02T00:50:00Z", "hr": 80 }] });
    stranger.post(&ward.path("/observations"), seen).await.expect(404);
    stranger
        .post("/labors", admission(&ward.mei.patient_id))
        .await
        .expect(404);
    assert_eq!(stranger.get("/labors").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_block_needs_consent_or_an_exception_with_its_reason() {
    let ward = Ward::open().await;
    let mut body = emergency();
    body.as_object_mut().unwrap().remove("exception");
    let refused = ward.record(body).await;
    assert_eq!(refused.code(), "analgesia.consent_missing");
    let chart = ward.record(emergency()).await.expect(200);
    assert_eq!(chart["analgesia"]["technique"], "epidural");
    assert!(chart["first_dose_at"].is_string());
    assert_eq!(chart["analgesia"]["number"], 1);
    assert!(
        chart["missing"]
            .as_array()
            .unwrap()
            .contains(&json!("/analgesia/csf"))
    );
}

#[tokio::test]
async fn a_time_out_names_each_check_that_fails_and_needs_her_consent() {
    let ward = Ward::open().await;
    let mut checks = json!({
        "identity": true, "consent_valid": true, "allergies": true, "anticoagulant_interval": true,
        "platelets_seen": true, "iv_access": true, "monitoring_on": true, "resuscitation_ready": true,
        "lipid_emulsion_ready": true, "still_wants": true
    });
    let held = ward
        .zhao
        .post(&ward.path("/time-out"), json!({ "checks": checks }))
        .await;
    assert_eq!(held.code(), "analgesia.consent_missing");
    checks["lipid_emulsion_ready"] = json!(false);
    let failed = ward
        .zhao
        .post(&ward.path("/time-out"), json!({ "checks": checks }))
        .await
        .expect(422);
    assert_eq!(failed["errors"][0]["pointer"], "/checks/lipid_emulsion_ready");
    ward.lin
        .post(&ward.path("/time-out"), json!({ "checks": checks }))
        .await
        .expect(403);
}

#[tokio::test]
async fn the_record_needs_the_version_that_was_read() {
    let ward = Ward::open().await;
    ward.zhao
        .put_bare(&ward.path("/analgesia"), emergency())
        .await
        .expect(428);
    ward.record(emergency()).await.expect(200);
    let stale = ward
        .zhao
        .put(&ward.path("/analgesia"), "\"1\"", emergency())
        .await;
    assert_eq!(stale.code(), "http.stale");
}

#[tokio::test]
async fn settings_beyond_hard_limits_are_refused_and_unusual_ones_confirmed() {
    let ward = Ward::open().await;
    let mut body = emergency();
    body["pump"] = json!({
        "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": 0.08, "bolus_volume_ml": 11,
        "lockout_min": 4, "hourly_limit_ml_h": 30,
        "reservoir": { "label": "0.08% ropivacaine", "batch": "R-118", "expires_on": "2027-01-01" }
    });
    let refused = ward.record(body.clone()).await.expect(422);
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
    assert_eq!(
        named,
        [
            ("/pump/bolus_volume_ml", "unconfirmed"),
            ("/pump/lockout_min", "out_of_limits")
        ]
    );
    assert_eq!(refused["errors"][1]["params"]["hard_min"], "5");
    body["pump"]["lockout_min"] = json!(15);
    body["confirmed"] = json!(["/pump/bolus_volume_ml"]);
    let unreasoned = ward.record(body.clone()).await.expect(422);
    assert_eq!(unreasoned["errors"][0]["pointer"], "/confirmed_reason");
    body["confirmed_reason"] = json!("体重 95 kg，宫缩痛剧烈");
    ward.record(body).await.expect(200);
}

#[tokio::test]
async fn what_was_given_beyond_the_limits_is_recorded_with_a_second_person() {
    let ward = Ward::open().await;
    let mut body = emergency();
    body["doses"][0] = json!({
        "given_at": "2026-03-02T00:45:00Z", "drug": "sufentanil", "route": "intrathecal", "use": "labor", "amount": "12"
    });
    ward.record(body.clone()).await.expect(422);
    body["given_outside_limits"] = json!({ "reason": "抽药错误" });
    let alone = ward.record(body.clone()).await;
    assert_eq!(alone.code(), "people.second_person_required");
    let word = json!({ "act": "analgesia.record", "subject": ward.labor });
    let word = ward.lin.post("/attestations", word).await.expect(201);
    body["given_outside_limits"]["attestation"] = word["attestation"].clone();
    let chart = ward.record(body.clone()).await.expect(200);
    assert!(chart["analgesia"]["second"].is_string());
    assert!(
        chart["analgesia"]["given_outside_limits"]
            .get("attestation")
            .is_none()
    );
    body["given_outside_limits"] = json!({ "reason": "抽药错误" });
    body["paresthesia"] = json!(false);
    ward.record(body).await.expect(200);
}

#[tokio::test]
async fn observations_are_taken_whole_or_not_at_all() {
    let ward = Ward::open().await;
    let seen = |hr: i64| json!({ "observed_at": "2026-03-02T00:50:00Z", "hr": hr });
    let batch = json!({ "observations": [seen(80), seen(0)] });
    let refused = ward
        .lin
        .post(&ward.path("/observations"), batch)
        .await
        .expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/observations/1/hr");
    assert_eq!(refused["errors"][0]["code"], "unconfirmed");
    assert_eq!(
        ward.lin.get(&ward.path("")).await.expect(200)["observations"],
        json!([])
    );
    let mut arrest = seen(0);
    arrest["confirmed"] = json!(true);
    let taken = ward.observe(arrest).await.expect(201);
    assert_eq!(taken["observations"][0]["alarms"], json!(["bradycardia"]));
    assert_eq!(ward.tasks("analgesia.alarm").await, 1);
}

#[tokio::test]
async fn a_missing_score_of_one_hour_is_called_out_and_ends_with_the_score() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.app.clock.advance(61 * 60);
    ward.app.work().await;
    let missing = |tasks: Value| {
        let items = tasks["items"].as_array().unwrap().clone();
        items
            .iter()
            .filter(|task| task["kind"] == "analgesia.one_hour")
            .count()
    };
    assert_eq!(missing(ward.lin.get("/tasks").await.expect(200)), 1);
    let score = json!({ "observed_at": "2026-03-02T01:44:00Z", "nrs": 3, "vas_context": "contraction" });
    ward.observe(score).await.expect(201);
    assert_eq!(missing(ward.lin.get("/tasks").await.expect(200)), 0);
}

#[tokio::test]
async fn an_accidental_dural_puncture_is_an_event_by_itself() {
    let ward = Ward::open().await;
    let mut body = emergency();
    body["csf"] = json!(true);
    let chart = ward.record(body).await.expect(200);
    assert_eq!(chart["complications"][0]["code"], "adp");
    let event = json!({ "code": "adp", "onset_at": "2026-03-02T00:40:00Z", "severity": 1 });
    let refused = ward
        .lin
        .post(&ward.path("/complications"), event)
        .await
        .expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/adp_next");
}

#[tokio::test]
async fn a_severe_complication_is_urgent() {
    let ward = Ward::open().await;
    let event = json!({ "code": "last", "onset_at": "2026-03-02T00:50:00Z", "severity": 3, "treatment": "20% 脂肪乳" });
    let kept = ward
        .lin
        .post(&ward.path("/complications"), event)
        .await
        .expect(201);
    assert_eq!(kept["treatment"], "20% 脂肪乳");
    assert_eq!(ward.tasks("analgesia.complication").await, 1);
}
