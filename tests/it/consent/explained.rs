//! What she is told after she has said no (CE-190), what of a spoken no enters the log, and that she may ask for time.

use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::text_of;

fn told() -> Value {
    json!({
        "said": "讲了不用镇痛的后果和其他减痛方法。", "told": ["助产士林", "产科医生孙"],
        "ask_again_at": "2026-04-01T01:00:00Z",
    })
}

#[tokio::test]
async fn the_explanation_after_her_own_no_stands_on_the_record_and_in_the_document() {
    let ceremony = Ceremony::released().await;
    let path = ceremony.path("/explanation");
    let early = ceremony.zhao.post(&path, told()).await;
    assert_eq!(
        (early.status, early.code().as_str()),
        (409, "consent.illegal_transition")
    );
    let no = json!({ "ask_again": true });
    ceremony.mei.post(&ceremony.path("/refuse"), no).await.expect(200);
    ceremony.app.work().await;
    let pending = ceremony.mei.get(&ceremony.path("/document?of=decision")).await;
    let page = ceremony.zhao.get(&ceremony.path("")).await.expect(200);
    assert_eq!(page["refusal"]["explained"], false);
    let before = json!({ "said": "讲了。", "held_at": "2026-01-01T00:00:00Z" });
    let before = ceremony.zhao.post(&path, before).await;
    assert_eq!(before.expect(422)["errors"][0]["pointer"], "/held_at");
    ceremony.zhao.post(&path, told()).await.expect(201);
    let kind = "consent.explain_refusal";
    assert!(ceremony.tasks_of(&ceremony.zhao, kind).await.is_empty());
    let again = ceremony.zhao.post(&path, told()).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (409, "consent.already_explained")
    );
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(page["refusal"]["explained"], true);
    assert_eq!(page["refusal"]["explanation"]["said"], told()["said"]);
    let journaled = ceremony.act_of("consent.explain").await;
    assert_eq!(
        journaled["detail"]["explanation_sha256"].as_str().unwrap().len(),
        64
    );
    ceremony.app.work().await;
    let record = ceremony.mei.get(&ceremony.path("/document")).await;
    assert_ne!(record.bytes, pending.bytes);
    if let Some(text) = text_of(&record.bytes) {
        for wanted in [
            "已讲解",
            "赵明",
            "讲了不用镇痛的后果和其他减痛方法。",
            "助产士林",
            "2026-04-0109:00:00",
            "是否愿意再被问起愿意",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        assert!(!text.contains("尚未"), "{text}");
    }
}

#[tokio::test]
async fn what_was_explained_with_her_word_is_not_explained_again() {
    let ceremony = Ceremony::released().await;
    let lin = ceremony.app.lin().await;
    let word = ceremony.word_of(&lin, "consent.refuse").await;
    let body = json!({ "explained": true, "attestation": word });
    ceremony
        .zhao
        .post(&ceremony.path("/refuse"), body)
        .await
        .expect(200);
    let again = ceremony.zhao.post(&ceremony.path("/explanation"), told()).await;
    assert_eq!(again.code(), "consent.already_explained");
}

#[tokio::test]
async fn a_spoken_no_enters_the_log_with_its_witness_and_its_digest() {
    let refused = Ceremony::released().await;
    let (lin, sun) = (refused.app.lin().await, refused.app.sun().await);
    let me = sun.get("/me").await.expect(200);
    let word = refused.word_of(&sun, "consent.refuse").await;
    lin.post(&refused.path("/refuse"), json!({ "attestation": word }))
        .await
        .expect(200);
    let withdrawn = Ceremony::active().await;
    let word = withdrawn
        .word_of(&withdrawn.app.sun().await, "consent.withdraw")
        .await;
    let lin = withdrawn.app.lin().await;
    lin.post(&withdrawn.path("/withdraw"), json!({ "attestation": word }))
        .await
        .expect(200);
    let other = withdrawn.app.sun().await.get("/me").await.expect(200);
    for (ceremony, act, witness) in [
        (&refused, "consent.refuse", &me),
        (&withdrawn, "consent.withdraw", &other),
    ] {
        let detail = &ceremony.act_of(act).await["detail"];
        assert_eq!(detail["witness"], witness["id"], "{act}");
        assert_eq!(detail["decision_sha256"].as_str().unwrap().len(), 64, "{act}");
    }
}

#[tokio::test]
async fn asking_for_time_is_one_step_and_costs_her_nothing() {
    let ceremony = Ceremony::ready().await;
    let path = ceremony.path("/later");
    let past = json!({ "until": "2026-01-01T00:00:00Z" });
    let past = ceremony.mei.post(&path, past).await;
    assert_eq!(past.expect(422)["errors"][0]["pointer"], "/until");
    let until = ceremony.app.clock.now() + chrono::Duration::hours(4);
    let body = json!({ "until": until });
    let asked = ceremony.mei.post(&path, body).await.expect(201);
    assert_eq!(asked["state"], "ready");
    let page = ceremony.zhao.get(&ceremony.path("")).await.expect(200);
    assert!(page["later"]["until"].is_string(), "her team sees it: {page}");
    ceremony.signs(None, 0).await.expect(201);
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert!(page["later"].is_null());
    let late = ceremony.mei.post(&path, json!({})).await;
    assert_eq!(
        (late.status, late.code().as_str()),
        (409, "consent.illegal_transition")
    );
}
