//! Jobs are rows that are due by their time.

use chrono::TimeDelta;
use muan::outbox::{self, Message};
use serde_json::json;
use uuid::Uuid;

use crate::support::App;

#[tokio::test]
async fn what_is_due_longest_is_done_first_in_whatever_order_it_was_written() {
    let app = App::new().await;
    app.work().await;
    let now = app.clock.now();
    let mut tx = app.ctx.db.begin().await.unwrap();
    for minutes in [3, 9, 1, 7, 5] {
        let message = Message {
            kind: "test.order",
            facility: None,
            payload: &json!(minutes),
            dedupe: None,
            due: now - TimeDelta::minutes(minutes),
        };
        outbox::enqueue(&mut tx, Uuid::new_v4(), message, now)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let jobs = outbox::claim(&app.ctx.db, "test", now).await.unwrap();
    let order: Vec<i64> = jobs
        .iter()
        .filter(|job| job.kind == "test.order")
        .map(|job| job.payload().unwrap())
        .collect();
    assert_eq!(order, [9, 7, 5, 3, 1]);
}
