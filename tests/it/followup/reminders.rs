//! Reminders and calls by staff: each once, none at night.

use serde_json::json;

use super::ward::Ward;

#[tokio::test]
async fn each_reminder_and_each_call_comes_once_and_the_week_is_asked_about_at_ten() {
    let ward = Ward::after_birth().await;
    let mut calls = Vec::new();
    for hour in 1..=11 * 24 {
        ward.wait(1).await;
        if [29, 30, 84, 85, 240, 250].contains(&hour) {
            calls.push(ward.tasks("lin", "followup.phone").await.len());
        }
    }
    let hours: Vec<(String, String)> = ward
        .notices()
        .await
        .into_iter()
        .map(|(at, about)| (at[5..13].to_owned(), about))
        .collect();
    let expected = [
        ("03-03T00", "f24"),
        ("03-03T01", "f24"),
        ("03-03T01", "satisfaction"),
        ("03-04T01", "f72"),
        ("03-04T01", "satisfaction"),
        ("03-04T13", "f72"),
        ("03-05T01", "f72"),
        ("03-06T01", "satisfaction"),
        ("03-09T02", "f7"),
        ("03-10T01", "f7"),
    ];
    assert_eq!(
        hours,
        expected.map(|(at, about)| (at.to_owned(), about.to_owned()))
    );
    assert_eq!(calls, [0, 1, 2, 2, 3, 3]);
}

#[tokio::test]
async fn a_worker_that_comes_at_night_reminds_her_in_the_morning_and_of_the_last_only() {
    let ward = Ward::after_birth().await;
    // Half past ten in the evening of the next day: what was due since is found now.
    ward.app.clock.advance((37 * 60 + 30) * 60);
    ward.app.work().await;
    assert_eq!(ward.notices().await, []);
    ward.app.clock.advance((9 * 60 + 30) * 60);
    ward.app.work().await;
    let told = ward.notices().await;
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|(at, about)| (&at[..16], about.as_str()))
        .collect();
    assert_eq!(
        told,
        [("2026-03-04T00:00", "f24"), ("2026-03-04T00:00", "satisfaction")]
    );
}

/// Whether a task waits to phone her about a point.
async fn is_phoned(ward: &Ward, point: &str) -> bool {
    let point = ward.point("", point).await;
    let tasks = ward.tasks("lin", "followup.phone").await;
    tasks.iter().any(|task| task["subject"] == point["id"])
}

#[tokio::test]
async fn of_whom_something_was_found_before_the_week_is_asked_by_phone_on_its_day() {
    let (well, punctured, dizzy) = (
        Ward::after_birth().await,
        Ward::after_birth().await,
        Ward::after_birth().await,
    );
    punctured.puncture().await;
    for ward in [&well, &punctured, &dizzy] {
        ward.wait(20).await;
    }
    let point = dizzy.point("?state=due", "f24").await;
    dizzy.files(&point, json!({ "fu.dizzy": "severe" })).await;
    for (ward, phoned) in [(well, false), (punctured, true), (dizzy, true)] {
        ward.wait(147).await;
        assert!(!is_phoned(&ward, "f7").await, "not before the day");
        ward.wait(1).await;
        assert_eq!(is_phoned(&ward, "f7").await, phoned);
    }
}

#[tokio::test]
async fn a_woman_who_went_home_within_a_day_is_phoned_about_it_when_it_is_over() {
    for (hours, phoned) in [(3, true), (25, false)] {
        let ward = Ward::after_birth().await;
        ward.wait(hours).await;
        ward.leave("discharged").await;
        ward.wait(26 - hours).await;
        assert_eq!(is_phoned(&ward, "f24").await, phoned, "after {hours} hours");
        ward.wait(5).await;
        assert!(is_phoned(&ward, "f24").await);
    }
}
