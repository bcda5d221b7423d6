//! What women suggest in the survey, and WeChat's content check of it where a hospital wants one.

use std::time::Duration;

use muan::wechat::simulator::{Call, Fault, Scripted};
use serde_json::{Value, json};

use super::surveys::answers;
use super::ward::Ward;

const MARCH: &str = "/surveys/satisfaction/suggestions?from=2026-03-01&to=2026-03-31";

/// A ward a day after birth, whose hospital has suggestions checked or not.
async fn ward(checks: bool) -> Ward {
    let ward = Ward::after_birth().await;
    ward.wait(24).await;
    let wu = ward.staff("wu").await;
    let facility = wu.get("/facility").await;
    let (etag, body) = (facility.etag(), facility.expect(200));
    let mut settings = body["settings"].clone();
    settings["content_checks"] = json!(checks);
    let changed = json!({ "name": body["name"], "phone": body["phone"], "settings": settings });
    wu.put("/facility", &etag, changed).await.expect(200);
    ward
}

/// Her word on the check; none where she is not asked.
async fn asked(ward: &Ward) -> Option<Value> {
    let agreements = ward.mei_again().await.get("/me/agreements").await.expect(200);
    let all = agreements.as_array().unwrap();
    all.iter().find(|one| one["kind"] == "content_check").cloned()
}

async fn agrees(ward: &Ward, accepted: bool) {
    let version = asked(ward).await.unwrap()["version"].clone();
    let mei = ward.mei_again().await;
    let body = json!({ "version": version, "accepted": accepted });
    mei.put_bare("/me/agreements/content_check", body)
        .await
        .expect(200);
}

async fn suggests(ward: &Ward, words: &str) {
    answers(
        ward,
        "satisfaction",
        json!({ "sat.overall": "5", "sat.text": words }),
    )
    .await;
}

async fn read(ward: &Ward, more: &str) -> Value {
    let qian = ward.staff("qian").await;
    qian.get(&format!("{MARCH}{more}")).await.expect(200)["items"].clone()
}

fn checks(ward: &Ward) -> u64 {
    ward.app.simulator.calls(Call::CheckText)
}

#[tokio::test]
async fn where_the_hospital_wants_no_check_wechat_hears_nothing_and_the_quality_office_reads_all() {
    let ward = ward(false).await;
    assert_eq!(asked(&ward).await, None);
    suggests(&ward, "risky 希望等待的时间短一些").await;
    let expected = json!([{ "month": "2026-03", "text": "risky 希望等待的时间短一些", "by_staff": false }]);
    assert_eq!(read(&ward, "").await, expected);
    assert_eq!(checks(&ward), 0);
    assert_eq!(ward.staff("zhao").await.get(MARCH).await.status, 403);
}

#[tokio::test]
async fn without_her_word_nothing_of_hers_is_told_to_wechat() {
    let ward = ward(true).await;
    assert_eq!(asked(&ward).await.unwrap()["required"], false);
    agrees(&ward, true).await;
    agrees(&ward, false).await;
    suggests(&ward, "谢谢大家").await;
    assert_eq!(read(&ward, "").await[0]["text"], "谢谢大家");
    assert_eq!(checks(&ward), 0);
}

#[tokio::test]
async fn a_suggestion_is_checked_and_risky_words_are_shown_to_who_asks_for_them() {
    let ward = ward(true).await;
    agrees(&ward, true).await;
    suggests(&ward, "risky 加微信领红包").await;
    assert_eq!(checks(&ward), 1);
    let hidden = json!([{ "month": "2026-03", "by_staff": false, "check": "risky" }]);
    assert_eq!(read(&ward, "").await, hidden);
    assert_eq!(read(&ward, "&risky=true").await[0]["text"], "risky 加微信领红包");
    let copy = ward.mei_again().await.get("/me/export").await.expect(200);
    assert_eq!(copy["suggestion_checks"][0]["check"], "risky");
    let audit = ward.staff("qian").await.get("/audit?limit=50").await.expect(200);
    assert!(audit.to_string().contains("followup.check_text"), "{audit}");
    assert!(
        !audit.to_string().contains("红包"),
        "the log holds no words of hers"
    );
}

fn refused(errcode: i64) -> Fault {
    Fault {
        delay: Duration::ZERO,
        reply: Scripted::Errcode(errcode),
    }
}

#[tokio::test]
async fn while_wechat_is_busy_the_words_wait_and_are_read_once_they_are_checked() {
    let ward = ward(true).await;
    agrees(&ward, true).await;
    ward.app.simulator.script(Call::CheckText, vec![refused(44991)]);
    suggests(&ward, "review 走廊太吵").await;
    let waiting = json!([{ "month": "2026-03", "by_staff": false, "check": "waiting" }]);
    assert_eq!(read(&ward, "&risky=true").await, waiting);
    ward.app.clock.advance(120);
    ward.app.work().await;
    let checked =
        json!([{ "month": "2026-03", "text": "review 走廊太吵", "by_staff": false, "check": "review" }]);
    assert_eq!(read(&ward, "").await, checked);
    assert_eq!(checks(&ward), 2);
}

#[tokio::test]
async fn words_that_cannot_be_checked_today_arrive_unchecked_and_wechat_is_left_alone() {
    let ward = ward(true).await;
    agrees(&ward, true).await;
    ward.app.simulator.script(Call::CheckText, vec![refused(45009)]);
    suggests(&ward, "谢谢大家").await;
    let unchecked =
        json!([{ "month": "2026-03", "text": "谢谢大家", "by_staff": false, "check": "unchecked" }]);
    assert_eq!(read(&ward, "").await, unchecked);
    ward.wait(1).await;
    assert_eq!(checks(&ward), 1);
}

#[tokio::test]
async fn of_a_woman_who_is_away_nothing_is_checked_and_her_words_arrive() {
    let ward = ward(true).await;
    agrees(&ward, true).await;
    ward.app.simulator.script(Call::CheckText, vec![refused(61010)]);
    suggests(&ward, "谢谢大家").await;
    ward.wait(3).await;
    assert_eq!(checks(&ward), 1, "it is not asked again");
    assert_eq!(read(&ward, "").await[0]["check"], "unchecked");
    assert_eq!(read(&ward, "").await[0]["text"], "谢谢大家");
}

#[tokio::test]
async fn what_is_asked_wrongly_is_said_clearly() {
    let ward = ward(false).await;
    let qian = ward.staff("qian").await;
    let of = |path: &str| format!("/surveys/{path}");
    let unknown = of("pre-analgesia/suggestions?from=2026-03-01&to=2026-03-31");
    qian.get(&unknown).await.expect(404);
    let backwards = of("satisfaction/suggestions?from=2026-04-01&to=2026-03-31");
    qian.get(&backwards).await.expect(422);
    qian.get(&format!("{MARCH}&limit=0")).await.expect(400);
}
