//! She lost the pregnancy outside the hospital, and staff were told.

use chrono::Duration;
use serde_json::json;

use super::journey::{pregnancy, screen, states};
use crate::followup::ward::Ward;
use crate::support::App;

const DAY: i64 = 86_400;

#[tokio::test]
async fn once_staff_were_told_of_her_loss_nothing_counts_asks_or_reminds() {
    for app in App::each().await {
        let (mei, lin) = (app.mei().await, app.lin().await);
        let class = json!({
            "title": "呼吸与放松", "place": "门诊三楼教室", "places": 2,
            "starts_at": "2026-03-04T01:00:00Z", "ends_at": "2026-03-04T02:30:00Z",
        });
        let class = lin.post("/classes", class).await.expect(201);
        let booking = format!("/classes/{}/booking", class["id"].as_str().unwrap());
        mei.post(&booking, json!({})).await.expect(201);

        let loss = format!("/patients/{}/loss", mei.patient_id);
        lin.post(&loss, json!({})).await.expect(201);
        app.work().await;
        let seen = screen(&mei).await;
        assert_eq!(seen["situation"], "after_loss");
        assert_eq!(states(&seen, "lessons"), ["closed"; 3]);
        assert_eq!(states(&seen, "assessment"), ["closed"]);
        let lessons = mei.get("/lessons").await.expect(200);
        let codes: Vec<&str> = lessons
            .as_array()
            .unwrap()
            .iter()
            .map(|lesson| lesson["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["L17"], "only the warning signs");
        assert_eq!(lin.post(&loss, json!({})).await.code(), "episode.closed");

        app.clock.advance(DAY + 3600);
        app.work().await;
        let mei_later = app.newcomer(&mei.openid).await;
        let notices = mei_later.get("/me/notices").await.expect(200);
        assert!(!notices.to_string().contains("课"), "{notices}");
        app.clock.advance(56 * DAY);
        app.work().await;
        let mei_later = app.newcomer(&mei.openid).await;
        assert_eq!(screen(&mei_later).await["situation"], "over");
    }
}

#[tokio::test]
async fn what_was_told_of_the_wrong_woman_is_taken_back() {
    for app in App::each().await {
        let (mei, lin) = (app.mei().await, app.lin().await);
        let loss = format!("/patients/{}/loss", mei.patient_id);
        assert_eq!(lin.delete(&loss).await.status, 404);
        lin.post(&loss, json!({})).await.expect(201);
        lin.delete(&loss).await.expect(204);
        app.work().await;
        let seen = screen(&mei).await;
        assert_eq!(seen["situation"], "pregnant");
        assert_eq!(seen["gestation"], json!({ "weeks": 33, "days": 0 }));
        assert_eq!(states(&seen, "lessons"), ["open"; 3]);
        assert_eq!(lin.delete(&loss).await.status, 404);
    }
}

#[tokio::test]
async fn after_a_loss_her_phone_begins_the_next_pregnancy_and_not_the_same_one() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    lin.post(&format!("/patients/{}/loss", mei.patient_id), json!({}))
        .await
        .expect(201);
    let me = mei.get("/me").await.expect(200);
    let same = mei.put("/me/pregnancy", "*", pregnancy(&me, "2026-04-20")).await;
    assert_eq!(same.code(), "episode.closed");
    app.clock.advance(40 * DAY);
    app.work().await;
    let mei = app.newcomer(&mei.openid).await;
    let edd = (app.clock.now() + Duration::days(270)).date_naive();
    mei.put("/me/pregnancy", "*", pregnancy(&me, &edd.to_string()))
        .await
        .expect(200);
    assert_eq!(screen(&mei).await["situation"], "pregnant");
}

#[tokio::test]
async fn of_a_woman_who_was_admitted_the_record_of_her_labor_says_how_it_ended() {
    let ward = Ward::open().await;
    let lin = ward.staff("lin").await;
    let told = lin
        .post(&format!("/patients/{}/loss", ward.mei.patient_id), json!({}))
        .await;
    assert_eq!((told.status, &*told.code()), (409, "episode.admitted"));
}
