//! What was drawn leaves for a forensic examination alone, through the quality office (CE-124).

use muan::base::canonical::sha256;
use muan::db::Q;
use serde_json::{Value, json};
use uuid::Uuid;

use super::ceremony::{Ceremony, canvas, strokes};
use super::signers::refused;
use crate::support::cast::PASSWORD;
use crate::support::client::{Answer, Client, fresh_key};

fn examination() -> Value {
    json!({ "reason": "法院委托笔迹鉴定。", "examiner": "示范司法鉴定中心", "case_number": "(2026)京01民初12号" })
}

/// In force, with words of hers by hand beside her signature.
async fn with_words() -> Ceremony {
    let ceremony = Ceremony::ready().await;
    let mut mark = ceremony.mark().await;
    mark["handwritten"] = json!({ "strokes": strokes(5), "canvas": canvas() });
    ceremony.sends(mark).await.expect(201);
    ceremony.in_force().await;
    ceremony
}

pub async fn stepped_up(colleague: Client) -> Client {
    let body = json!({ "password": PASSWORD });
    colleague
        .post("/sessions/current/step-up", body)
        .await
        .expect(201);
    colleague
}

impl Ceremony {
    async fn released_by(&self, colleague: &Client) -> Answer {
        colleague
            .post(&self.path("/strokes-releases"), examination())
            .await
    }
}

/// The digest that an examiner computes from what he got.
fn recomputed(act: &Value) -> String {
    let salt = hex::decode(act["strokes_sha256"]["salt"].as_str().unwrap()).unwrap();
    let bytes = [salt, serde_json::to_vec(&act["strokes"]).unwrap()].concat();
    hex::encode(sha256(&bytes))
}

#[tokio::test]
async fn an_examiner_gets_the_strokes_as_drawn_and_their_digests_are_those_of_the_evidence() {
    let ceremony = with_words().await;
    let qian = ceremony.app.qian().await;
    // A log-in is a proof of presence for ten minutes.
    ceremony.app.clock.advance(601);
    refused(&ceremony.released_by(&qian).await, "people.step_up_required");
    let qian = stepped_up(qian).await;
    let path = ceremony.path("/strokes-releases");
    let unnamed = json!({ "reason": "笔迹鉴定。", "examiner": " " });
    assert_eq!(qian.post(&path, unnamed).await.status, 422);
    let released = ceremony.released_by(&qian).await.expect(201);
    let acts = released["acts"].as_array().unwrap();
    let kinds: Vec<&Value> = acts.iter().map(|act| &act["kind"]).collect();
    assert_eq!(kinds, ["patient", "handwritten", "clinician"]);
    let (hers, words) = (
        ceremony.section(10, "signature").await,
        ceremony.section(12, "countersignature").await,
    );
    let told = [
        (strokes(0), &hers["strokes_sha256"]),
        (strokes(5), &hers["handwritten"]["strokes_sha256"]),
        (strokes(9), &words["strokes_sha256"]),
    ];
    for (act, (drawn, in_evidence)) in acts.iter().zip(told) {
        assert_eq!(act["strokes"], drawn);
        assert_eq!(&act["strokes_sha256"], in_evidence);
        assert_eq!(recomputed(act), in_evidence["sha256"].as_str().unwrap());
        assert_eq!(
            (&act["canvas"]["width"], &act["standing"]),
            (&json!(400), &json!(true))
        );
    }
    let entry = ceremony.act_of("consent.release_strokes").await;
    assert_eq!(entry["detail"]["release"], released["id"]);
    assert_eq!(entry["detail"]["acts"][0], acts[0]["act_sha256"]);
    assert!(!entry.to_string().contains("鉴定"), "why stays sealed: {entry}");
    let log = ceremony.mei.get("/me/access-log").await.expect(200);
    assert_eq!(log["items"][0]["page"], "strokes", "{log}");
    let copy = ceremony.mei.get("/me/export").await.expect(200);
    let read = copy["read_by"].as_array().unwrap();
    assert!(
        read.iter()
            .any(|one| one["act"] == "consent.release_strokes" && one["role"] == "quality"),
        "she sees who had it"
    );
    let examined = &copy["consents"][0]["handwriting_examined"][0];
    assert_eq!(
        (&examined["id"], &examined["by"]),
        (&released["id"], &json!("示范司法鉴定中心"))
    );
}

#[tokio::test]
async fn nobody_but_the_quality_office_is_handed_what_was_drawn() {
    let ceremony = Ceremony::active().await;
    for name in ["lin", "sun", "zhao", "wu"] {
        let colleague = stepped_up(ceremony.app.staff(crate::support::cast::HOSPITAL, name).await).await;
        assert_eq!(ceremony.released_by(&colleague).await.status, 403, "{name}");
    }
    let other = ceremony
        .app
        .staff(crate::support::cast::OTHER_HOSPITAL, "fang")
        .await;
    let other = stepped_up(other).await;
    assert_eq!(ceremony.released_by(&other).await.status, 404);
    ceremony.app.work().await;
    let qian = ceremony.app.qian().await;
    let journal = qian.get("/audit?limit=100").await.expect(200);
    let acts = journal["items"].as_array().unwrap().iter();
    // That somebody was refused is there, too.
    let released: Vec<_> = acts
        .filter(|entry| entry["act"] == "consent.release_strokes")
        .collect();
    assert!(released.is_empty(), "{released:?}");
    let page = ceremony.zhao.get(&ceremony.path("")).await.expect(200);
    assert!(!page.to_string().contains("strokes"), "{page}");
}

#[tokio::test]
async fn strokes_have_a_key_of_their_own_and_a_retry_keeps_no_copy_of_them() {
    let ceremony = Ceremony::active().await;
    let qian = stepped_up(ceremony.app.qian().await).await;
    let key = fresh_key();
    let path = ceremony.path("/strokes-releases");
    let first = qian.post_keyed(&path, &key, examination()).await.expect(201);
    let again = qian.post_keyed(&path, &key, examination()).await;
    assert_eq!(again.header("idempotent-replayed").as_deref(), Some("true"));
    assert_eq!(again.expect(201), first);
    let act: Uuid = first["acts"][0]["id"].as_str().unwrap().parse().unwrap();
    let mut view = ceremony.app.ctx.view();
    let mut keys: Vec<(String,)> = view
        .q("select class from data_key where record = $1")
        .bind(act)
        .all()
        .await
        .unwrap();
    keys.sort();
    assert_eq!(keys, [("clinical".to_owned(),), ("strokes".to_owned(),)]);
    let releases: Vec<(Uuid,)> = view.q("select id from strokes_release").all().await.unwrap();
    assert_eq!(releases.len(), 1, "what is sent twice is released once");
    ceremony.app.clock.advance(601);
    let late = qian.post_keyed(&path, &key, examination()).await;
    refused(&late, "people.step_up_required");
}
