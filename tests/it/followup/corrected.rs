//! What was entered in error no longer decides whom staff ask, and about what.

use serde_json::{Value, json};

use super::ward::Ward;
use crate::analgesia::birth;
use crate::consent::ceremony::Ceremony;

async fn drafts(ward: &Ward, form: &str) -> crate::support::client::Answer {
    let mei = ward.mei_again().await;
    mei.post("/responses", json!({ "questionnaire": form })).await
}

/// The state of her step for a point.
async fn step(ward: &Ward, reference: &str) -> Value {
    let journey = ward.mei_again().await.get("/me/journey").await.expect(200);
    let steps = journey["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["ref"] == reference);
    step.unwrap_or_else(|| panic!("no {reference} in {journey}"))["state"].clone()
}

#[tokio::test]
async fn a_death_that_was_another_womans_is_taken_back_with_all_that_it_ended() {
    let ward = Ward::after_birth().await;
    let death = ward.complication("maternal_death").await;
    assert_eq!(ward.points("?state=ended").await.len(), 4);
    ward.entered_in_error(&death).await;
    assert_eq!(ward.points("?state=ended").await, [] as [Value; 0]);
    assert_eq!(ward.points("?state=upcoming").await.len(), 4);
    ward.wait(25).await;
    let told: Vec<String> = ward.notices().await.into_iter().map(|(_, about)| about).collect();
    assert!(told.iter().any(|about| about == "f24"), "{told:?}");
    assert!(told.iter().any(|about| about == "satisfaction"), "{told:?}");
    drafts(&ward, "follow-up-f24").await.expect(201);
    drafts(&ward, "satisfaction").await.expect(201);
}

#[tokio::test]
async fn an_arrest_that_was_another_womans_leaves_her_the_survey() {
    let ward = Ward::after_birth().await;
    let arrest = ward.complication("maternal_arrest").await;
    ward.entered_in_error(&arrest).await;
    ward.wait(25).await;
    drafts(&ward, "satisfaction").await.expect(201);
}

#[tokio::test]
async fn after_a_puncture_that_never_was_nobody_is_asked_for_three_months() {
    let ward = Ward::after_birth().await;
    let puncture = ward.puncture().await;
    assert_eq!(ward.points("?state=upcoming").await.len(), 11);
    ward.entered_in_error(&puncture).await;
    assert_eq!(ward.points("?state=upcoming").await.len(), 4);
    assert_eq!(ward.points("?state=ended").await.len(), 7);
    ward.wait(31).await;
    assert_eq!(
        drafts(&ward, "follow-up-fadp").await.code(),
        "forms.window_closed"
    );
    let told = ward.notices().await;
    assert!(
        told.iter().all(|(_, about)| !about.starts_with("adp")),
        "{told:?}"
    );
    assert_eq!(step(&ward, "adp24").await, "closed");
    assert_eq!(
        ward.tasks("lin", "followup.phone").await.len(),
        1,
        "about the day after birth alone"
    );

    // One that was there is followed with the same points.
    ward.puncture().await;
    assert_eq!(ward.points("?state=ended").await.len(), 0);
    assert_eq!(step(&ward, "adp48").await, "open");
}

#[tokio::test]
async fn a_complication_that_was_a_puncture_is_followed_as_one() {
    let ward = Ward::after_birth().await;
    let nausea = ward.complication("nausea").await;
    let puncture = json!({
        "code": "adp", "onset_at": "2026-03-02T00:40:00Z", "severity": 1, "adp_next": "resited_epidural",
    });
    ward.correct(json!({ "target": nausea, "reason": "选错了一项", "complication": puncture }))
        .await;
    assert_eq!(ward.points("?state=upcoming").await.len(), 11);
}

#[tokio::test]
async fn after_a_block_that_never_was_nobody_is_asked_or_phoned_until_one_is_recorded() {
    let ward = Ward::after_birth().await;
    ward.wait(31).await;
    assert_eq!(ward.tasks("lin", "followup.phone").await.len(), 1);
    ward.without_block().await;
    assert_eq!(ward.points("?state=ended").await.len(), 4);
    for state in ["?state=upcoming", "?state=due", "?state=overdue"] {
        assert_eq!(ward.points(state).await, [] as [Value; 0], "{state}");
    }
    assert!(ward.tasks("lin", "followup.phone").await.is_empty());
    for (form, reference) in [("follow-up-f24", "f24"), ("satisfaction", "satisfaction")] {
        assert_eq!(drafts(&ward, form).await.code(), "forms.window_closed");
        assert_eq!(step(&ward, reference).await, "closed");
    }

    ward.block().await;
    assert_eq!(ward.points("?state=ended").await, [] as [Value; 0]);
    for (form, reference) in [("follow-up-f24", "f24"), ("satisfaction", "satisfaction")] {
        assert_eq!(step(&ward, reference).await, "open");
        drafts(&ward, form).await.expect(201);
    }
}

#[tokio::test]
async fn after_a_birth_that_never_was_nobody_is_asked_or_phoned_until_her_own() {
    for app in crate::support::App::each().await {
        let ward = Ward::of(app).await;
        ward.block().await;
        ward.deliver(birth()).await;
        ward.wait(31).await;
        assert_eq!(ward.tasks("lin", "followup.phone").await.len(), 1);
        ward.no_birth().await;
        assert_eq!(ward.points("?state=ended").await.len(), 4);
        for state in ["?state=upcoming", "?state=due", "?state=overdue"] {
            assert_eq!(ward.points(state).await, [] as [Value; 0], "{state}");
        }
        assert!(ward.tasks("lin", "followup.phone").await.is_empty());
        for (form, reference) in [("follow-up-f24", "f24"), ("satisfaction", "satisfaction")] {
            assert_eq!(drafts(&ward, form).await.code(), "forms.window_closed");
            assert_eq!(step(&ward, reference).await, "closed");
        }

        let mut own = birth();
        own["babies"][0]["born_at"] = json!("2026-03-03T07:00:00Z");
        ward.deliver(own).await;
        assert_eq!(ward.points("?state=ended").await, [] as [Value; 0]);
        assert_eq!(ward.points("?state=upcoming").await.len(), 4);
        let f24 = ward.point("?state=upcoming", "f24").await;
        assert_eq!(f24["opens"], "2026-03-04T01:00:00Z");
    }
}

#[tokio::test]
async fn who_said_no_is_not_asked_why_after_a_birth_that_never_was() {
    let Ceremony { app, mei, id, .. } = Ceremony::released().await;
    let no = json!({ "reasons": ["needle"], "ask_again": false });
    mei.post(&format!("/consents/{id}/refuse"), no).await.expect(200);
    let ward = Ward::with(app, mei).await;
    ward.deliver(birth()).await;
    ward.wait(20).await;
    ward.no_birth().await;
    assert_eq!(
        drafts(&ward, "refusal-survey").await.code(),
        "forms.window_closed"
    );
    let mut own = birth();
    own["babies"][0]["born_at"] = json!("2026-03-02T20:00:00Z");
    ward.deliver(own).await;
    ward.wait(20).await;
    drafts(&ward, "refusal-survey").await.expect(201);
}

#[tokio::test]
async fn an_earlier_labor_is_followed_again_where_the_birth_of_a_later_one_was_none() {
    for app in crate::support::App::each().await {
        let first = Ward::of(app).await;
        first.block().await;
        first.puncture().await;
        first.leave("discharged").await;
        let followed = first.points("?state=upcoming").await.len();
        assert_eq!(followed, 11);
        let second = Ward::with(first.app, first.mei).await;
        second.block().await;
        let mut born = birth();
        second.wait(26).await;
        born["babies"][0]["born_at"] = json!("2026-03-03T02:50:00Z");
        second.deliver(born).await;
        let named = |points: &[Value], labor: &str| points.iter().filter(|one| one["labor"] == labor).count();
        let ended = second.points("?state=ended").await;
        assert_eq!(named(&ended, &first.labor), 11, "{ended:?}");
        second.no_birth().await;
        let ended = second.points("?state=ended").await;
        assert_eq!(named(&ended, &first.labor), 0, "{ended:?}");
        assert_eq!(named(&ended, &second.labor), 4);
    }
}

#[tokio::test]
async fn who_said_no_and_had_a_block_after_all_is_asked_how_it_was_and_not_why_not() {
    let Ceremony { app, mei, id, .. } = Ceremony::released().await;
    let no = json!({ "reasons": ["needle"], "ask_again": false });
    mei.post(&format!("/consents/{id}/refuse"), no).await.expect(200);
    let ward = Ward::with(app, mei).await;
    ward.deliver(birth()).await;
    // The record of the emergency is written up after the birth.
    ward.block().await;
    ward.wait(20).await;
    assert_eq!(
        drafts(&ward, "refusal-survey").await.code(),
        "forms.window_closed"
    );
    drafts(&ward, "satisfaction").await.expect(201);
}
