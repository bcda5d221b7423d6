//! She gave birth elsewhere or changed to another hospital before any labor here, and staff were told.

use serde_json::json;

use super::journey::{screen, states};
use crate::followup::ward::Ward;
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::Client;

const DAY: i64 = 86_400;

fn ending(she: &Woman) -> String {
    format!("/patients/{}/ending", she.patient_id)
}

async fn told(she: &Client) -> usize {
    let notices = she.get("/me/notices").await.expect(200);
    notices["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn whoever_gives_birth_elsewhere_is_asked_for_nothing_and_reads_what_she_likes() {
    for app in App::each().await {
        let (mei, lin) = (app.mei().await, app.lin().await);
        let lessons = mei.get("/lessons").await.expect(200);
        for word in ["elsewhere", "transferred"] {
            let heard = json!({ "ending": word });
            lin.post(&ending(&mei), heard.clone()).await.expect(201);
            app.work().await;
            let seen = screen(&mei).await;
            assert_eq!(seen["situation"], word);
            assert_eq!(states(&seen, "lessons"), ["closed"; 3]);
            assert_eq!(states(&seen, "assessment"), ["closed"]);
            let still = mei.get("/lessons").await.expect(200);
            assert_eq!(
                still.as_array().unwrap().len(),
                lessons.as_array().unwrap().len(),
                "all are there to be read"
            );
            assert_eq!(lin.post(&ending(&mei), heard).await.code(), "episode.closed");
            lin.delete(&ending(&mei)).await.expect(204);
            app.work().await;
            let seen = screen(&mei).await;
            assert_eq!(seen["situation"], "pregnant");
            assert_eq!(states(&seen, "lessons"), ["open"; 3]);
            assert_eq!(lin.delete(&ending(&mei)).await.status, 404);
        }
    }
}

#[tokio::test]
async fn nothing_reminds_her_afterwards() {
    let app = App::new().await;
    let (mei, sun) = (app.mei().await, app.sun().await);
    sun.post(&ending(&mei), json!({ "ending": "elsewhere" }))
        .await
        .expect(201);
    app.work().await;
    let before = told(&mei).await;
    app.clock.advance(60 * DAY);
    app.work().await;
    let mei = app.newcomer(&mei.openid).await;
    assert_eq!(told(&mei).await, before);
    assert_eq!(screen(&mei).await["situation"], "elsewhere");
}

#[tokio::test]
async fn only_the_two_that_happen_outside_are_told_and_only_before_a_labor() {
    let ward = Ward::open().await;
    let lin = ward.staff("lin").await;
    let path = ending(&ward.mei);
    let unknown = lin.post(&path, json!({ "ending": "birth" })).await;
    assert_eq!(unknown.status, 400);
    let told = lin.post(&path, json!({ "ending": "elsewhere" })).await;
    assert_eq!((told.status, &*told.code()), (409, "episode.admitted"));
}

#[tokio::test]
async fn what_the_record_of_her_labor_says_is_not_taken_back() {
    let ward = Ward::open().await;
    ward.leave("transferred").await;
    let lin = ward.staff("lin").await;
    assert_eq!(lin.delete(&ending(&ward.mei)).await.status, 404);
}

#[tokio::test]
async fn after_a_false_labor_it_is_told_and_taken_back_as_before_any() {
    let ward = Ward::open().await;
    ward.leave("cancelled").await;
    ward.wait(2).await;
    let lin = ward.staff("lin").await;
    let path = ending(&ward.mei);
    lin.post(&path, json!({ "ending": "transferred" }))
        .await
        .expect(201);
    lin.delete(&path).await.expect(204);
    assert_eq!(screen(&ward.mei_again().await).await["situation"], "pregnant");
}
