//! What she did is promised to be in the log before it has its place there.

use muan::journal::receipt::Receipt;
use serde_json::{Value, json};

use super::{hospital, whole_audit};
use crate::consent::ceremony::Ceremony;

/// A promise that the log's key gave, for the entry that is there.
async fn is_promised(ceremony: &Ceremony, answer: &Value) {
    let receipt: Receipt = serde_json::from_value(answer["receipt"].clone()).unwrap();
    let log = &ceremony.app.ctx.log;
    assert!(receipt.verify(&[log.key.public()]));
    let facility = hospital(&ceremony.app).await;
    ceremony.app.work().await;
    ceremony.app.clock.advance(600);
    ceremony.app.work().await;
    ceremony.app.clock.advance(24 * 3600);
    let audit = whole_audit(&ceremony.app, facility).await;
    assert!(audit.is_sound(), "the promise was kept: {audit:?}");
}

#[tokio::test]
async fn a_signature_is_answered_with_a_receipt() {
    let ceremony = Ceremony::ready().await;
    let signed = ceremony.sign().await;
    let later = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(
        later["receipt"],
        Value::Null,
        "it goes with the answer to the act"
    );
    is_promised(&ceremony, &signed).await;
}

#[tokio::test]
async fn a_withdrawal_is_answered_with_a_receipt() {
    let ceremony = Ceremony::signed().await;
    let withdrawn = ceremony
        .mei
        .post(&ceremony.path("/withdraw"), json!({}))
        .await
        .expect(200);
    is_promised(&ceremony, &withdrawn).await;
}
