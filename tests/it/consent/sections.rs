//! What the sections of the evidence hold of the way to a signature, read with the keys of the service.

use muan::ctx::Records;
use muan::db::Q;
use muan::vault::Sealed;
use serde_json::{Value, json};
use uuid::Uuid;

use super::ceremony::Ceremony;

impl Ceremony {
    /// The body of a section of its evidence.
    pub async fn section(&self, no: i64, name: &'static str) -> Value {
        let id: Uuid = self.id.parse().unwrap();
        let mut view = self.app.ctx.view();
        let (kept,): (Sealed,) = view
            .q("select body from consent_evidence where consent_id = $1 and no = $2")
            .bind(id)
            .bind(no)
            .one()
            .await
            .unwrap();
        let section: Value = view.open_json(id, name, &kept).await.unwrap();
        section["body"].clone()
    }
}

#[tokio::test]
async fn what_a_doctor_adds_in_his_own_words_is_shown_and_printed_with_his_name() {
    let ceremony = Ceremony::drafted().await;
    let path = ceremony.path("/risks");
    let etag = ceremony.zhao.get(&ceremony.path("")).await.etag();
    let (text, plan) = ("您对碘过敏，消毒改用氯己定。", "入院时再核对一次。");
    let body = json!({ "add": [{ "text": text, "plan": plan }] });
    let added = ceremony.zhao.put(&path, &etag, body.clone()).await;
    let etag = added.etag();
    added.expect(200);
    let release = json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Seen today." });
    ceremony
        .zhao
        .post_at(&ceremony.path("/release"), &etag, release)
        .await
        .expect(200);
    let shown = ceremony.mei.get(&ceremony.path("/presented")).await.body;
    let sections = shown["sections"].as_array().unwrap();
    let own = sections.iter().find(|one| one["id"] == "own-risks").unwrap();
    let risk = &own["own_risks"][0];
    assert_eq!(
        (&risk["text"], &risk["plan"], &risk["by"]),
        (&json!(text), &json!(plan), &json!("赵明"))
    );
    let etag = ceremony.etag().await;
    let late = ceremony.zhao.put(&path, &etag, body).await;
    super::signers::refused(&late, "consent.illegal_transition");
    ceremony.is_ready().await;
    ceremony.becomes_active(0).await;
    if let Some(printed) = ceremony.printed().await {
        for wanted in [text, plan, "由赵明补充"] {
            assert!(printed.contains(wanted), "{wanted}: {printed}");
        }
    }
}
