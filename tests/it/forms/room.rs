//! How much she may upload, and how large a record may become.

use muan::db::Q;
use serde_json::json;

use super::attachments::{photo, sent, upload};
use crate::support::App;
use crate::support::client::fresh_key;

/// A file of hers, said to be as long as this.
async fn has_stored(app: &App, bytes: i64) {
    let mut tx = app.ctx.db.begin().await.unwrap();
    tx.q("update attachment set size = $1")
        .bind(bytes)
        .run()
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn her_files_have_room_for_two_hundred_megabytes_and_a_record_for_one_file() {
    for app in App::each().await {
        let mei = app.mei().await;
        upload(&mei, &photo()).await;
        has_stored(&app, (200 << 20) - 1).await;
        let full = sent(&mei, "image/jpeg", &fresh_key(), photo()).await;
        assert_eq!(
            (full.status, full.code().as_str()),
            (409, "forms.attachments_full")
        );
        has_stored(&app, 251 << 20).await;
        let large = mei.post("/me/copies", json!({})).await;
        assert_eq!(
            (large.status, large.code().as_str()),
            (409, "people.record_too_large")
        );
        has_stored(&app, 1000).await;
        let small = sent(&mei, "image/jpeg", &fresh_key(), photo()).await;
        small.expect(201);
        mei.post("/me/copies", json!({})).await.expect(201);
    }
}
