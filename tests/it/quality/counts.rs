//! What an indicator takes from the records, and what it must not take: what was never asked, what was taken back, what was
//! written down twice.

use chrono::Duration;
use serde_json::{Value, json};

use super::births::block;
use super::edges::how;
use crate::analgesia::{birth, emergency};
use crate::consent::ceremony::Ceremony;
use crate::followup::ward::Ward;
use crate::support::App;

/// A woman whom the clinic registers by what she must say, and who has no telephone in her hand.
async fn registered(app: &App) -> String {
    let edd = app.clock.now().date_naive() + Duration::days(3);
    let body = json!({ "name": "宋小雨", "phone": "13800000123", "edd": edd });
    let patient = app.lin().await.post("/patients", body).await.expect(201);
    patient["id"].as_str().unwrap().to_owned()
}

/// She comes and gives birth by a cesarean; her labor.
async fn delivered(app: &App, patient: &str) -> String {
    let (lin, now) = (app.lin().await, app.clock.now());
    let admission = json!({
        "patient": patient, "admitted_at": now - Duration::hours(1), "labor_stage": "not_in_labor",
        "membranes": "intact", "fhr_baseline": 140, "fhr_category": "I", "iv_access": true
    });
    let labor = lin.post("/labors", admission).await.expect(201);
    let labor = labor["id"].as_str().unwrap().to_owned();
    let mut cesarean = birth();
    cesarean["mode"] = json!("cesarean_planned");
    cesarean["babies"][0]["born_at"] = json!(now - Duration::minutes(10));
    let path = format!("/labors/{labor}");
    let etag = lin.get(&path).await.etag();
    lin.put(&format!("{path}/delivery"), &etag, cesarean)
        .await
        .expect(200);
    labor
}

#[tokio::test]
async fn a_woman_whom_nobody_asked_is_no_first_birth() {
    for app in App::each().await {
        let patient = registered(&app).await;
        let labor = delivered(&app, &patient).await;
        assert_eq!(
            how(&app, "A2", &labor).await,
            [json!([false, false, "parity_unknown", null])]
        );
        let ward = Ward::of(app).await;
        let mut cesarean = birth();
        cesarean["mode"] = json!("cesarean_planned");
        ward.deliver(cesarean).await;
        let first = how(&ward.app, "A2", &ward.labor).await;
        assert_eq!(
            first,
            [json!([true, true, null, null])],
            "she said that it is her first"
        );
    }
}

#[tokio::test]
async fn whom_the_clinic_registered_counts_among_those_who_should_have_learned() {
    for app in App::each().await {
        let patient = registered(&app).await;
        app.clock.advance(2 * 86_400);
        let labor = delivered(&app, &patient).await;
        assert_eq!(how(&app, "A15", &labor).await, [json!([false, true, null, null])]);
    }
    // At the door there is no time to learn.
    let app = App::new().await;
    let patient = registered(&app).await;
    let labor = delivered(&app, &patient).await;
    assert_eq!(how(&app, "A15", &labor).await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_assessment_that_was_another_womans_is_none() {
    for app in App::each().await {
        let (mei, lin) = (app.mei().await, app.lin().await);
        let content = crate::forms::document(&app, json!({}));
        let filed = json!({ "questionnaire": "pre-analgesia", "content": content });
        let path = format!("/patients/{}/responses", mei.patient_id);
        let filed = lin.post(&path, filed).await.expect(201);
        app.clock.advance(2 * 86_400);
        let labor = {
            let lin = app.lin().await;
            let now = app.clock.now();
            let mut admitted = crate::analgesia::admission(&mei.patient_id);
            admitted["admitted_at"] = json!(now - Duration::hours(2));
            let labor = lin.post("/labors", admitted).await.expect(201);
            labor["id"].as_str().unwrap().to_owned()
        };
        let dose = app.clock.now() - Duration::minutes(90);
        let ward = Ward { app, mei, labor };
        ward.put("zhao", "/analgesia", block(dose, &json!({}))).await;
        let mut born = birth();
        born["babies"][0]["born_at"] = json!(dose + Duration::minutes(60));
        ward.deliver(born).await;
        let assessed = how(&ward.app, "A14", &ward.labor).await;
        assert_eq!(assessed, [json!([true, true, null, null])]);
        let response = filed["response"]["id"].as_str().unwrap();
        let path = format!("/responses/{response}/entered-in-error");
        let why = json!({ "reason": "录到了另一位孕妇名下。" });
        ward.staff("lin").await.post(&path, why).await.expect(200);
        ward.app.work().await;
        let after = how(&ward.app, "A14", &ward.labor).await;
        assert_eq!(after, [json!([false, true, null, null])]);
    }
}

/// A consent in force, and an hour later a block and whatever comes before the birth.
async fn in_labor(ceremony: Ceremony, before_birth: impl AsyncFnOnce(&Ceremony)) -> Ward {
    let Ceremony { app, mei, .. } = &ceremony;
    app.clock.advance(3600);
    let dose = app.clock.now() - Duration::minutes(50);
    let admitted = crate::analgesia::admission(&mei.patient_id);
    let labor = app.lin().await.post("/labors", admitted).await.expect(201);
    let labor = labor["id"].as_str().unwrap().to_owned();
    let path = format!("/labors/{labor}");
    let zhao = app.zhao().await;
    let etag = zhao.get(&path).await.etag();
    zhao.put(&format!("{path}/analgesia"), &etag, block(dose, &json!({})))
        .await
        .expect(200);
    before_birth(&ceremony).await;
    let Ceremony { app, mei, .. } = ceremony;
    let ward = Ward { app, mei, labor };
    let mut born = birth();
    born["babies"][0]["born_at"] = json!(dose + Duration::minutes(40));
    ward.deliver(born).await;
    ward
}

#[tokio::test]
async fn a_consent_that_was_another_womans_is_none() {
    let ward = in_labor(Ceremony::active().await, async |_| ()).await;
    assert_eq!(
        how(&ward.app, "A16", &ward.labor).await,
        [json!([true, true, null, null])]
    );
    let ward = in_labor(Ceremony::active().await, async |ceremony| {
        let word = ceremony.word_of(&ceremony.app.qian().await, "consent.void").await;
        let body = json!({ "reason": "wrong_patient", "note": "病历号录错", "attestation": word });
        let etag = ceremony.etag().await;
        let zhao = ceremony.app.zhao().await;
        zhao.post_at(&ceremony.path("/void"), &etag, body)
            .await
            .expect(200);
    })
    .await;
    assert_eq!(
        how(&ward.app, "A16", &ward.labor).await,
        [json!([false, true, null, null])]
    );
}

#[tokio::test]
async fn who_took_her_consent_back_during_analgesia_is_asked_why_and_not_how_satisfied_she_is() {
    let ward = in_labor(Ceremony::active().await, async |ceremony| {
        let path = ceremony.path("/withdraw");
        ceremony.mei.post(&path, json!({})).await.expect(200);
    })
    .await;
    ward.wait(20).await;
    let asks = async |form: &str| {
        let survey = json!({ "questionnaire": form });
        ward.mei_again().await.post("/responses", survey).await.status
    };
    assert_eq!(asks("satisfaction").await, 409);
    assert_eq!(asks("refusal-survey").await, 201);
    let suppressed = json!([false, false, "survey_suppressed", null]);
    assert_eq!(how(&ward.app, "N4-rate", &ward.labor).await, [suppressed]);
    let episode = how(&ward.app, "N4-lit", &ward.labor).await.remove(0);
    assert_eq!(episode[1], true, "she is an episode all the same");
}

#[tokio::test]
async fn who_was_moved_after_the_birth_did_not_fail_to_reply() {
    for app in App::each().await {
        let ward = Ward::of(app).await;
        ward.block().await;
        ward.deliver(birth()).await;
        let counted = async || how(&ward.app, "N4-rate", &ward.labor).await;
        assert_eq!(counted().await, [json!([false, true, null, "no_reply"])]);
        ward.leave("transferred").await;
        let suppressed = json!([false, false, "survey_suppressed", null]);
        assert_eq!(counted().await, [suppressed]);
    }
}

#[tokio::test]
async fn one_puncture_of_the_dura_is_one_also_where_it_is_described_later() {
    for app in App::each().await {
        let ward = Ward::of(app).await;
        let mut record = emergency();
        record["csf"] = json!(true);
        ward.put("zhao", "/analgesia", record.clone()).await;
        let described = json!({
            "code": "adp", "onset_at": "2026-03-02T00:41:00Z", "severity": 2, "adp_next": "resited_epidural",
        });
        ward.report(described).await;
        let again = json!({ "at": "2026-03-02T00:43:00Z", "technique": "epidural", "reason": "硬膜穿破" });
        record["resitings"] = json!([again]);
        ward.put("zhao", "/analgesia", record).await;
        let chart = ward.staff("lin").await.get(&ward.path("")).await.expect(200);
        let told = chart["complications"].as_array().unwrap();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["severity"], 2);
        ward.deliver(birth()).await;
        assert_eq!(
            how(&ward.app, "A6", &ward.labor).await,
            [json!([true, true, null, null]), json!([false, true, null, null])]
        );
    }
}

#[tokio::test]
async fn a_puncture_that_the_record_takes_back_is_none() {
    let ward = Ward::open().await;
    let mut record = emergency();
    record["csf"] = json!(true);
    ward.put("zhao", "/analgesia", record.clone()).await;
    record["csf"] = json!(false);
    record["correction_reason"] = json!("是生理盐水");
    ward.put("zhao", "/analgesia", record).await;
    ward.deliver(birth()).await;
    assert_eq!(
        how(&ward.app, "A6", &ward.labor).await,
        [json!([false, true, null, null])]
    );
    let points = ward.points("?state=upcoming").await;
    assert!(
        points
            .iter()
            .all(|point| !point["point"].to_string().contains("adp")),
        "{points:?}"
    );
    let history = ward
        .staff("lin")
        .await
        .get(&ward.path("/history"))
        .await
        .expect(200);
    assert!(history.to_string().contains("没有脑脊液"), "{history}");
}
