//! Assessments of the processing of personal information, and how long the log of log-ins is kept.

use muan::db::Q;
use serde_json::{Value, json};

use super::retention::{DAY, YEAR};
use super::sealing::refused;
use crate::support::App;
use crate::support::cast::{HOSPITAL, OTHER_HOSPITAL};
use crate::support::client::Client;

fn assessment(more: Value) -> Value {
    let mut body = json!({
        "title": "敏感个人信息处理影响评估", "scope": "分娩镇痛评估问卷与知情同意。",
        "conclusion": "风险可控；笔迹单独加密。", "file_sha256": "ab".repeat(32),
        "assessed_on": "2026-03-01", "next_review_on": "2027-03-01",
    });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    body
}

async fn listed(qian: &Client) -> Vec<Value> {
    let list = qian.get("/impact-assessments").await.expect(200);
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_old_assessment_that_is_filed_late_is_due_for_review_at_once() {
    let app = App::new().await;
    app.clock.advance(YEAR + DAY);
    let filed = app
        .qian()
        .await
        .post("/impact-assessments", assessment(json!({})))
        .await;
    assert_eq!(filed.expect(201)["review_due"], true);
}

#[tokio::test]
async fn an_assessment_is_kept_beyond_three_years_and_says_when_a_review_is_due() {
    for app in App::each().await {
        let qian = app.qian().await;
        let path = "/impact-assessments";
        for wrong in [
            json!({ "title": " " }),
            json!({ "file_sha256": "abc" }),
            json!({ "assessed_on": "2026-03-03", "next_review_on": "2027-03-03" }),
            json!({ "next_review_on": "2026-03-01" }),
            json!({ "replaces": "01900000-0000-7000-8000-000000000000" }),
        ] {
            let answer = qian.post(path, assessment(wrong.clone())).await;
            assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
        }
        let first = qian.post(path, assessment(json!({}))).await.expect(201);
        assert_eq!(listed(&qian).await[0]["review_due"], false);
        let fang = app.staff(OTHER_HOSPITAL, "fang").await;
        assert!(listed(&fang).await.is_empty());
        let foreign = assessment(json!({ "replaces": first["id"] }));
        assert_eq!(fang.post(path, foreign).await.status, 422);

        app.clock.advance(YEAR);
        let qian = app.qian().await;
        assert_eq!(listed(&qian).await[0]["review_due"], true);
        let next =
            json!({ "replaces": first["id"], "assessed_on": "2027-03-01", "next_review_on": "2028-03-01" });
        let second = qian.post(path, assessment(next.clone())).await.expect(201);
        refused(
            &qian.post(path, assessment(next)).await,
            "people.assessment_replaced",
        );
        let all = listed(&qian).await;
        assert_eq!(all[1]["replaced_by"], second["id"]);
        assert_eq!(
            (&all[0]["review_due"], &all[1]["review_due"]),
            (&json!(false), &json!(false))
        );

        app.clock.advance(3 * YEAR);
        app.work().await;
        let qian = app.qian().await;
        let all = listed(&qian).await;
        assert_eq!(all.len(), 2, "more than three years later");
        assert_eq!(all[1]["conclusion"], "风险可控；笔迹单独加密。");
        for sql in [
            "update impact_assessment set file_sha256 = ''",
            "delete from impact_assessment",
        ] {
            let mut tx = app.ctx.db.begin().await.unwrap();
            let said = tx.q(sql).run().await.unwrap_err().to_string();
            assert!(said.contains("immutable"), "{sql}: {said}");
        }
    }
}

#[tokio::test]
async fn log_ins_and_refused_access_are_in_the_log_after_three_years() {
    let app = App::new().await;
    let wrong = json!({ "facility": HOSPITAL, "username": "lin", "password": "not the password" });
    app.nobody_of_staff()
        .post_bare("/sessions", wrong)
        .await
        .expect(401);
    let lin = app.lin().await;
    lin.get("/record-seals").await.expect(403);
    let day = app.clock.now();
    app.clock.advance(3 * YEAR);
    app.work().await;
    let until = (day + chrono::Duration::days(1)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let journal = app
        .qian()
        .await
        .get(&format!("/audit?limit=100&to={until}"))
        .await
        .expect(200);
    let of = |ok: bool| {
        let mut items = journal["items"].as_array().unwrap().iter();
        items.any(|one| one["act"] == "people.log_in_staff" && one["detail"]["ok"] == ok)
    };
    assert!(of(true) && of(false), "{journal}");
    let mut items = journal["items"].as_array().unwrap().iter();
    let refused = items.find(|one| one["act"] == "people.refused").unwrap();
    assert_eq!(refused["detail"]["act"], "people.seals");
    assert!(
        refused["actor"].as_str().unwrap().ends_with("/midwife"),
        "{refused}"
    );
}

#[tokio::test]
async fn an_answer_that_was_kept_for_a_retry_goes_after_its_day() {
    for app in App::each().await {
        let mei = app.mei().await;
        mei.post("/me/requests", json!({ "kind": "copy" }))
            .await
            .expect(202);
        let kept = async || {
            let mut view = app.ctx.view();
            let rows: Vec<(uuid::Uuid,)> = view.q("select id from idempotency").all().await.unwrap();
            let keys = "select k.record from data_key k join idempotency i on i.id = k.record";
            let keys: Vec<(uuid::Uuid,)> = view.q(keys).all().await.unwrap();
            (rows.len(), keys.len())
        };
        let (rows, keys) = kept().await;
        assert!(rows > 0 && keys > 0);
        app.clock.advance(3 * DAY);
        app.work().await;
        assert_eq!(kept().await, (0, 0));
    }
}
