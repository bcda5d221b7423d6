//! What no sealing takes: half of its signatures, a change, another hospital.

use muan::db::Q;
use serde_json::{Value, json};

use super::sealing::{hand, herself, last, path, refused, sealed, sha256, signs};
use crate::consent::ceremony::canvas;
use crate::support::App;
use crate::support::cast::OTHER_HOSPITAL;

#[tokio::test]
async fn a_list_is_signed_on_paper_or_on_the_screen_by_one_who_is_there() {
    let app = App::new().await;
    let mei = app.mei().await;
    let qian = app.qian().await;
    let seal = qian
        .post("/record-seals", herself(&mei.patient_id))
        .await
        .expect(201);
    let paper = json!({ "sha256": sha256(b"scan"), "place": "医务科 2026 卷三" });
    let body = |more: Value| {
        let mut body = json!({ "list_sha256": last(&seal)["sha256"], "medium": "光盘 2026-014" });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let signatures = path(&seal, "/signatures");
    for wrong in [
        json!({}),
        json!({ "hospital": hand(31) }),
        json!({ "hospital": hand(31), "demanding": hand(32), "paper": paper }),
        json!({ "paper": { "sha256": "abc", "place": "医务科" } }),
        json!({ "hospital": hand(31), "demanding": hand(31) }),
        json!({ "hospital": hand(31), "demanding": { "strokes": [[[1, 1, 0, -1]]], "canvas": canvas() } }),
    ] {
        let answer = qian.post(&signatures, body(wrong.clone())).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
    }
    app.clock.advance(11 * 60);
    let answer = qian.post(&signatures, body(json!({ "paper": paper }))).await;
    refused(&answer, "people.step_up_required");
    let qian = app.qian().await;
    let signed = qian
        .post(&signatures, body(json!({ "paper": paper })))
        .await
        .expect(201);
    let signature = &last(&signed)["signature"];
    assert_eq!(signature["paper_sha256"], paper["sha256"]);
    assert_eq!(signature["paper_place"], "医务科 2026 卷三");
}

#[tokio::test]
async fn nothing_of_a_sealing_can_be_changed_and_another_hospital_sees_none_of_it() {
    for app in App::each().await {
        let mei = app.mei().await;
        let seal = sealed(&app.qian().await, &mei.patient_id).await;
        for sql in [
            "update record_seal set authority_id = null",
            "delete from record_seal",
            "update record_seal_list set sha256 = ''",
            "delete from record_seal_list",
            "update record_seal_signature set package_sha256 = ''",
            "delete from record_seal_signature",
        ] {
            let mut tx = app.ctx.db.begin().await.unwrap();
            let said = tx.q(sql).run().await.unwrap_err().to_string();
            assert!(said.contains("immutable"), "{sql}: {said}");
        }
        let fang = app.staff(OTHER_HOSPITAL, "fang").await;
        assert_eq!(fang.get("/record-seals").await.expect(200)["items"], json!([]));
        fang.post("/record-seals", herself(&mei.patient_id))
            .await
            .expect(404);
        for rest in ["", "/document", "/copy"] {
            fang.get(&path(&seal, rest)).await.expect(404);
        }
        signs(&fang, &seal).await.expect(404);
        fang.post(&path(&seal, "/lists"), json!({})).await.expect(404);
        let text = json!({ "text": "无关。" });
        fang.post(&path(&seal, "/claims"), text).await.expect(404);
        let reason = json!({ "reason": "无关。" });
        fang.post(&path(&seal, "/release"), reason).await.expect(404);
    }
}
