//! Before the block she is asked again: at admission, and once more when that is a day ago.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::over_time::Ward;
use crate::assessment::recheck::{document, recheck};
use crate::support::client::Answer;

impl Ward {
    /// In force, admitted, asked again, confirmed at the bedside.
    async fn rechecked() -> Ward {
        let ward = Ward::of(Ceremony::active().await).await;
        recheck(&ward.ceremony.app, &ward.ceremony.mei, json!({})).await;
        ward.ceremony.is_confirmed().await;
        ward
    }

    /// Time passes, everybody logs in again, and the bedside is confirmed anew.
    async fn after(self, minutes: i64) -> Ward {
        self.ceremony.app.clock.advance(minutes * 60);
        let ceremony = self.ceremony.logged_in_again().await;
        ceremony.is_confirmed().await;
        let lin = ceremony.app.lin().await;
        Ward {
            ceremony,
            lin,
            ..self
        }
    }

    async fn asks_for_it(&self) {
        self.lin
            .post(&self.path("/requests"), json!({}))
            .await
            .expect(201);
    }

    /// What stands on the board about her re-check.
    async fn recheck_due(&self) -> Value {
        let board = self.lin.get("/labors").await.expect(200);
        let chart = self.lin.get(&self.path("")).await.expect(200);
        let of = |all: &Value| {
            let mut rows = all.as_array().unwrap().iter();
            rows.find(|row| row["what"] == "recheck").cloned()
        };
        assert_eq!(of(&board["items"][0]["due"]), of(&chart["due"]));
        of(&chart["due"]).map_or(Value::Null, |row| row["due_at"].clone())
    }

    /// The midwife asks her once more and writes it down; what is new is confirmed at the bedside.
    async fn asks_again(&self) {
        let app = &self.ceremony.app;
        let content = document(app, json!({}));
        let body = json!({ "questionnaire": "pre-analgesia-recheck", "content": content });
        let path = format!("/patients/{}/responses", self.ceremony.mei.patient_id);
        self.lin.post(&path, body).await.expect(201);
        app.work().await;
        self.ceremony.is_confirmed().await;
    }
}

fn due(answer: &Answer) -> &Value {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (409, "analgesia.recheck_due"),
        "{}",
        answer.body
    );
    &answer.body["current"]["held_until"]
}

#[tokio::test]
async fn a_time_out_wants_a_recheck_of_this_labor_or_a_reason_without_it() {
    let ward = Ward::of(Ceremony::active().await).await;
    ward.ceremony.is_confirmed().await;
    assert_eq!(due(&ward.time_out_with(json!({})).await), &Value::Null);
    let word = "胎儿窘迫，来不及复核。";
    let empty = ward
        .time_out_with(json!({ "recheck_reason": " " }))
        .await
        .expect(422);
    assert_eq!(empty["errors"][0]["pointer"], "/recheck_reason");
    let held = ward
        .time_out_with(json!({ "recheck_reason": word }))
        .await
        .expect(201);
    assert_eq!(held["recheck_reason"], word);
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    assert_eq!(chart["time_outs"][0]["recheck_reason"], word);
}

#[tokio::test]
async fn what_she_said_at_admission_holds_for_a_day() {
    let ward = Ward::rechecked().await;
    ward.time_out_with(json!({})).await.expect(201);
    let ward = ward.after(24 * 60 - 1).await;
    ward.time_out_with(json!({})).await.expect(201);
    let ward = ward.after(2).await;
    let held_until = due(&ward.time_out_with(json!({})).await).clone();
    assert!(held_until.is_string());
}

#[tokio::test]
async fn after_a_day_she_is_asked_again_within_two_hours_before_the_puncture() {
    let ward = Ward::rechecked().await.after(30 * 60).await;
    due(&ward.time_out_with(json!({})).await);
    ward.asks_again().await;
    ward.time_out_with(json!({})).await.expect(201);
    let ward = ward.after(121).await;
    due(&ward.time_out_with(json!({})).await);
    ward.asks_again().await;
    ward.time_out_with(json!({})).await.expect(201);
}

#[tokio::test]
async fn the_board_and_the_chart_show_when_it_is_due() {
    let ward = Ward::of(Ceremony::active().await).await;
    assert_eq!(
        ward.recheck_due().await,
        Value::Null,
        "she has not asked for a block"
    );
    ward.asks_for_it().await;
    let asked = ward.lin.get(&ward.path("")).await.expect(200)["requested_at"].clone();
    assert_eq!(ward.recheck_due().await, asked);
    recheck(&ward.ceremony.app, &ward.ceremony.mei, json!({})).await;
    let answered = ward.ceremony.app.clock.now();
    let due: DateTime<Utc> = serde_json::from_value(ward.recheck_due().await).unwrap();
    let early = answered + Duration::hours(24) - due;
    assert!(
        early >= Duration::zero() && early < Duration::minutes(1),
        "{early}"
    );
}
