//! What counts by when it happened: before the birth or after it, before the decision or after it.

use chrono::Duration;
use serde_json::{Value, json};

use super::births::{CONVERTED, birth, eased, put};
use super::edges::{Late, VAGINAL, WELL, counted};
use crate::support::App;

#[tokio::test]
async fn a_score_after_a_birth_before_the_window_counts_for_nothing() {
    let app = App::new().await;
    let (late, women) = Late::with(&app, 1).await;
    let [woman] = women.as_slice() else {
        panic!("one woman came");
    };
    let dose = late.born - Duration::minutes(44);
    eased(&app, woman, dose, &[(50, 1)], json!({})).await;
    late.born(woman, VAGINAL, WELL).await;
    for (code, how) in [
        ("N2-lit", json!([false, true, null, "delivered_before_1h"])),
        ("N2-cc", json!([false, false, "delivered_before_1h", null])),
    ] {
        assert_eq!(counted(&app, code, woman).await, [how], "{code}");
    }
}

#[tokio::test]
async fn a_death_counts_and_must_be_reported_whatever_she_died_of() {
    for app in App::each().await {
        let (late, women) = Late::with(&app, 1).await;
        let [woman] = women.as_slice() else {
            panic!("one woman came");
        };
        late.eased(woman, &[], json!({})).await;
        late.born(woman, VAGINAL, WELL).await;
        let event = json!({
            "code": "respiratory_depression", "onset_at": late.dose + Duration::minutes(40), "severity": 4,
            "outcome": "death"
        });
        let path = format!("/labors/{}/complications", woman.labor);
        app.zhao().await.post(&path, event).await.expect(201);
        for (code, how) in [
            ("A10", json!([true, true, null, null])),
            ("N2-cc", json!([false, false, "mother_in_danger", null])),
        ] {
            assert_eq!(counted(&app, code, woman).await, [how], "{code}");
        }
        let offers = app.qian().await.get("/adverse-events/offers").await.expect(200);
        let offers = offers["items"].as_array().unwrap().iter();
        let categories: Vec<&Value> = offers.map(|offer| &offer["category"]).collect();
        assert_eq!(categories, ["maternal_death_or_arrest"]);
    }
}

#[tokio::test]
async fn a_fever_after_the_birth_is_none_of_labor() {
    for app in App::each().await {
        let (late, women) = Late::with(&app, 2).await;
        for (woman, minute) in women.iter().zip([100, 185]) {
            late.eased(woman, &[], json!({})).await;
            late.born(woman, VAGINAL, WELL).await;
            late.sees(woman, minute, json!({ "temp_c": "38.4", "confirmed": true }))
                .await;
        }
        for (woman, in_labor) in women.iter().zip([true, false]) {
            let how = json!([in_labor, true, null, null]);
            assert_eq!(counted(&app, "A18", woman).await, [how]);
        }
    }
}

#[tokio::test]
async fn the_decision_on_a_second_twin_is_measured_to_its_own_birth() {
    let app = App::new().await;
    let (late, women) = Late::with(&app, 2).await;
    for (woman, minutes) in women.iter().zip([20, 40]) {
        late.eased(woman, &[], json!({})).await;
        let mut twins = birth(late.born, CONVERTED, &[Some((9, 10)), Some((9, 10))]);
        twins["babies"][0]["born_at"] = json!(late.born - Duration::minutes(60));
        twins["cs_decision_at"] = json!(late.born - Duration::minutes(minutes));
        put(app.lin().await, woman, "delivery", twins).await;
    }
    for (woman, in_time) in women.iter().zip([true, false]) {
        let how = json!([in_time, true, null, null]);
        assert_eq!(counted(&app, "A11", woman).await, [how]);
    }
}
