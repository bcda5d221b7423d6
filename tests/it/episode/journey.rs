//! Her home screen in every state: before birth, in labor, after birth, after a loss, elsewhere, after her no, over, again.

use muan::demo::messages::REMINDER;
use serde_json::{Value, json};

use super::notices::titles;
use crate::analgesia::{admission, birth};
use crate::consent::ceremony::Ceremony;
use crate::followup::ward::Ward;
use crate::support::App;
use crate::support::client::Client;
use poem::http::Method;

/// What urges, and what nobody says but after a birth that all survived.
const URGING: [&str; 12] = [
    "尽快",
    "抓紧",
    "赶快",
    "必须",
    "务必",
    "别忘",
    "应该",
    "重新考虑",
    "must",
    "should",
    "hurry",
    "reconsider",
];
const GLAD: [&str; 2] = ["恭喜", "Congratulations"];

/// What is asked of her before the birth.
const BEFORE: [&str; 5] = ["lessons", "assessment", "review", "consent", "recheck"];

/// Her screen, with what holds in every state.
pub(super) async fn screen(she: &Client) -> Value {
    let seen = she.get("/me/journey").await.expect(200);
    let situation = seen["situation"].as_str().unwrap().to_owned();
    for language in ["zh-CN", "en"] {
        let said = she.speaking(language).get("/me/journey").await.expect(200);
        let said = format!("{} {}", said["title"], said["body"]);
        assert!(said.len() > 20, "{situation} has words: {said}");
        assert!(!URGING.iter().any(|word| said.contains(word)), "{said}");
        let glad = GLAD.iter().any(|word| said.contains(word));
        assert_eq!(glad, situation == "born", "{said}");
    }
    let counted = ["pregnant", "decided", "in_labor"].contains(&situation.as_str());
    assert_eq!(seen["gestation"].is_object(), counted, "{seen}");
    for step in seen["steps"].as_array().unwrap() {
        let kind = step["kind"].as_str().unwrap();
        let asked = step["state"] == "open" || step["state"] == "waiting";
        let past = BEFORE.contains(&kind) && !counted;
        let declined = situation == "decided" && ["lessons", "assessment", "recheck"].contains(&kind);
        assert!(!(asked && (past || declined)), "{situation}: {step}");
        if step["state"] == "closed" {
            assert_eq!(step["required"], false, "{step}");
            assert!(step["due_to"].is_null() && step["due_from"].is_null(), "{step}");
        }
    }
    seen
}

pub(super) fn states(screen: &Value, kind: &str) -> Vec<String> {
    let steps = screen["steps"].as_array().unwrap().iter();
    let of_kind = steps.filter(|step| step["kind"] == kind);
    of_kind
        .map(|step| step["state"].as_str().unwrap().to_owned())
        .collect()
}

fn dead(outcome: &str) -> Value {
    let mut body = birth();
    body["babies"][0]["outcome"] = json!(outcome);
    if outcome == "stillbirth" {
        for score in ["apgar1", "apgar5", "apgar10"] {
            body["babies"][0][score] = Value::Null;
        }
    }
    body
}

pub(super) fn pregnancy(she: &Value, edd: &str) -> Value {
    json!({ "facility_id": she["facility_id"], "edd": edd, "gravidity": 2, "parity": 1, "fetuses": 1 })
}

#[tokio::test]
async fn before_birth_she_sees_her_weeks_and_what_is_hers_to_do() {
    let app = App::new().await;
    let mei = app.mei().await;
    let seen = screen(&mei).await;
    assert_eq!(seen["situation"], "pregnant");
    assert_eq!(seen["gestation"], json!({ "weeks": 33, "days": 0 }));
    assert_eq!(states(&seen, "lessons"), ["open"; 3]);
    assert_eq!(states(&seen, "assessment"), ["open"]);
}

#[tokio::test]
async fn in_labor_nobody_sends_her_to_lessons_and_after_a_false_alarm_they_are_hers_again() {
    let ward = Ward::open().await;
    let seen = screen(&ward.mei).await;
    assert_eq!(seen["situation"], "in_labor");
    assert_eq!(states(&seen, "lessons"), ["closed"; 3]);
    assert_eq!(states(&seen, "assessment"), ["closed"]);
    assert_eq!(states(&seen, "recheck"), ["open"]);
    ward.leave("cancelled").await;
    let seen = screen(&ward.mei).await;
    assert_eq!(seen["situation"], "pregnant");
    assert_eq!(states(&seen, "lessons"), ["open"; 3]);
    assert_eq!(states(&seen, "recheck"), ["closed"]);
}

#[tokio::test]
async fn after_a_birth_she_is_congratulated_and_sees_what_follows() {
    let ward = Ward::after_birth().await;
    let seen = screen(&ward.mei).await;
    assert_eq!(seen["situation"], "born");
    assert_eq!(states(&seen, "follow_up"), ["open"; 4]);
    assert_eq!(states(&seen, "survey"), ["open"]);
    assert_eq!(
        ward.mei
            .get("/lessons")
            .await
            .expect(200)
            .as_array()
            .unwrap()
            .len(),
        18
    );
}

#[tokio::test]
async fn after_the_death_of_a_baby_nothing_counts_congratulates_or_speaks_of_feeding() {
    for outcome in ["stillbirth", "neonatal_death"] {
        let ward = Ward::open().await;
        ward.block().await;
        ward.deliver(dead(outcome)).await;
        let seen = screen(&ward.mei).await;
        assert_eq!(seen["situation"], "after_loss");
        assert_eq!(states(&seen, "survey"), Vec::<String>::new());
        let lessons = ward.mei.get("/lessons").await.expect(200);
        let codes: Vec<&str> = lessons
            .as_array()
            .unwrap()
            .iter()
            .map(|lesson| lesson["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["L17"], "only the warning signs");
        ward.wait(57 * 24).await;
        assert_eq!(screen(&ward.mei_again().await).await["situation"], "over");
    }
}

#[tokio::test]
async fn a_death_that_is_known_later_changes_the_screen_at_once_and_so_does_its_correction() {
    let ward = Ward::after_birth().await;
    let lin = ward.staff("lin").await;
    let path = format!("/labors/{}", ward.labor);
    for (mut body, situation) in [(dead("neonatal_death"), "after_loss"), (birth(), "born")] {
        body["correction_reason"] = json!("后来才知道");
        let etag = lin.get(&path).await.etag();
        lin.put(&format!("{path}/delivery"), &etag, body)
            .await
            .expect(200);
        // Before any job has run.
        assert_eq!(screen(&ward.mei).await["situation"], situation);
        ward.app.work().await;
        assert_eq!(screen(&ward.mei).await["situation"], situation);
    }
}

#[tokio::test]
async fn nobody_congratulates_a_woman_who_nearly_died_or_was_taken_elsewhere_after_the_birth() {
    let ward = Ward::after_birth().await;
    let arrest = ward.complication("maternal_arrest").await;
    let seen = screen(&ward.mei).await;
    assert_eq!(seen["situation"], "after_birth");
    assert!(!states(&seen, "survey").contains(&"open".to_owned()), "{seen}");
    ward.entered_in_error(&arrest).await;
    assert_eq!(screen(&ward.mei).await["situation"], "born");
    ward.leave("transferred").await;
    assert_eq!(screen(&ward.mei).await["situation"], "after_birth");
}

#[tokio::test]
async fn where_she_went_elsewhere_the_screen_says_so_and_the_same_pregnancy_is_not_begun_again() {
    for (reason, situation) in [
        ("transferred", "transferred"),
        ("delivered_elsewhere", "elsewhere"),
    ] {
        let ward = Ward::open().await;
        ward.leave(reason).await;
        let seen = screen(&ward.mei).await;
        assert_eq!(
            (&seen["situation"], &seen["stage"]),
            (&json!(situation), &json!("closed"))
        );
        let me = ward.mei.get("/me").await.expect(200);
        let same = ward
            .mei
            .put("/me/pregnancy", "*", pregnancy(&me, "2026-04-20"))
            .await;
        assert_eq!(same.code(), "episode.past_antenatal");
        assert_eq!(screen(&ward.mei).await["situation"], situation);
        // Staff may take her in again, whose word it is.
        let again = json!({ "name": "梅秀英", "phone": "13800000001", "edd": "2026-04-20" });
        ward.staff("lin").await.post("/patients", again).await.expect(201);
        ward.app.work().await;
        assert_eq!(screen(&ward.mei).await["situation"], "pregnant");
    }
}

#[tokio::test]
async fn who_was_taken_elsewhere_with_a_block_is_still_asked_how_she_is() {
    let ward = Ward::open().await;
    ward.app.allows(&ward.mei, REMINDER, 9).await;
    ward.block().await;
    ward.leave("transferred").await;
    let seen = screen(&ward.mei).await;
    assert_eq!(seen["situation"], "transferred");
    assert!(states(&seen, "follow_up").contains(&"open".to_owned()), "{seen}");
    // Two days after the first dose her first questions are due.
    ward.wait(52).await;
    assert_eq!(titles(&ward.app), ["您有一份随访待填写"]);
    ward.wait(60 * 24).await;
    let seen = screen(&ward.mei_again().await).await;
    assert!(!states(&seen, "follow_up").contains(&"open".to_owned()), "{seen}");
}

#[tokio::test]
async fn after_her_no_nothing_is_hers_to_do_until_she_asks_again() {
    let ceremony = Ceremony::released().await;
    let (mei, app) = (&ceremony.mei, &ceremony.app);
    let lin = app.lin().await;
    let due = async || {
        let list = lin.get("/patients?due=2026-12-31T00:00:00Z").await.expect(200);
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(due().await, 1);
    mei.post(&ceremony.path("/refuse"), json!({})).await.expect(200);
    app.work().await;
    let seen = screen(mei).await;
    assert_eq!(seen["situation"], "decided");
    assert_eq!(states(&seen, "lessons"), ["closed"; 3]);
    assert_eq!(states(&seen, "assessment"), ["closed"]);
    assert_eq!(states(&seen, "consent"), ["closed"]);
    assert_eq!(due().await, 0, "nor does the clinic bring her to it");
    mei.get("/lessons").await.expect(200);

    let labor = lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
    app.work().await;
    let seen = screen(mei).await;
    assert_eq!(seen["situation"], "in_labor");
    assert_eq!(states(&seen, "recheck"), ["closed"]);
    let close = format!("/labors/{}/close", labor["id"].as_str().unwrap());
    lin.post(&close, json!({ "reason": "cancelled" }))
        .await
        .expect(201);
    assert_eq!(screen(mei).await["situation"], "decided");

    mei.post("/consent-requests", json!({})).await.expect(201);
    let seen = screen(mei).await;
    assert_eq!(seen["situation"], "pregnant");
    assert_eq!(states(&seen, "lessons"), ["open"; 3]);
    assert!(states(&seen, "consent").contains(&"waiting".to_owned()), "{seen}");
}

#[tokio::test]
async fn a_consent_that_she_took_back_is_a_no_as_well_and_one_that_ran_out_is_none() {
    let ceremony = Ceremony::active().await;
    assert_eq!(screen(&ceremony.mei).await["situation"], "pregnant");
    let path = ceremony.path("/withdraw");
    ceremony.mei.post(&path, json!({})).await.expect(200);
    ceremony.app.work().await;
    assert_eq!(screen(&ceremony.mei).await["situation"], "decided");

    let ceremony = Ceremony::released().await;
    ceremony.app.clock.advance(15 * 86_400);
    ceremony.app.work().await;
    let ceremony = ceremony.logged_in_again().await;
    assert_eq!(ceremony.state().await, "expired");
    assert_eq!(screen(&ceremony.mei).await["situation"], "pregnant");
}

#[tokio::test]
async fn a_consent_that_staff_prepare_after_her_no_is_not_hers_before_it_is_released() {
    let ceremony = Ceremony::released().await;
    let mei = &ceremony.mei;
    mei.post(&ceremony.path("/refuse"), json!({})).await.expect(200);
    let draft = json!({ "patient": mei.patient_id });
    ceremony.zhao.post("/consents", draft).await.expect(201);
    assert_eq!(screen(mei).await["situation"], "decided");
}

#[tokio::test]
async fn a_pregnancy_of_which_nothing_was_heard_is_not_counted_on_and_ends() {
    let app = App::new().await;
    let mei = app.mei().await;
    let days = async |days: i64| {
        app.clock.advance(days * 86_400);
        app.work().await;
        app.newcomer(&mei.openid).await
    };
    // 43 weeks and a day.
    let she = days(49 + 22).await;
    assert_eq!(screen(&she).await["situation"], "unknown");
    let she = days(54).await;
    assert_eq!(screen(&she).await["situation"], "unknown");
    let she = days(1).await;
    let seen = screen(&she).await;
    assert_eq!(
        (&seen["situation"], &seen["stage"]),
        (&json!("over"), &json!("closed"))
    );
    let me = she.get("/me").await.expect(200);
    let edd = (app.clock.now() + chrono::Duration::days(100)).date_naive();
    she.put("/me/pregnancy", "*", pregnancy(&me, &edd.to_string()))
        .await
        .expect(200);
    assert_eq!(screen(&she).await["situation"], "pregnant");
}

#[tokio::test]
async fn a_date_that_moved_ends_the_pregnancy_by_the_new_one() {
    let app = App::new().await;
    let mei = app.mei().await;
    let me = mei.get("/me").await.expect(200);
    let etag = mei.get("/me/journey").await.etag();
    mei.put("/me/pregnancy", &etag, pregnancy(&me, "2026-05-20"))
        .await
        .expect(200);
    for (days, stage) in [(49 + 77, "antenatal"), (30, "closed")] {
        app.clock.advance(days * 86_400);
        app.work().await;
        let she = app.newcomer(&mei.openid).await;
        assert_eq!(screen(&she).await["stage"], stage);
    }
}

#[tokio::test]
async fn the_next_pregnancy_begins_anew_whatever_the_last_one_came_to() {
    let ward = Ward::open().await;
    ward.block().await;
    ward.deliver(dead("stillbirth")).await;
    ward.wait(58 * 24).await;
    let she = ward.mei_again().await;
    let me = she.get("/me").await.expect(200);
    let etag = she.get("/me/journey").await.etag();
    // Born seven weeks early: the old date would still do for a pregnancy.
    let same = she
        .put("/me/pregnancy", &etag, pregnancy(&me, "2026-04-20"))
        .await;
    assert_eq!(same.code(), "episode.past_antenatal");
    she.put("/me/pregnancy", &etag, pregnancy(&me, "2026-12-30"))
        .await
        .expect(200);
    ward.app.work().await;
    let seen = screen(&she).await;
    assert_eq!(seen["situation"], "pregnant");
    assert_eq!(states(&seen, "lessons"), ["open"; 3]);
    assert_eq!(states(&seen, "follow_up"), Vec::<String>::new());
    assert_eq!(
        she.get("/lessons").await.expect(200).as_array().unwrap().len(),
        18
    );
}

#[tokio::test]
async fn a_screen_that_did_not_change_is_not_sent_again() {
    let app = App::new().await;
    let mei = app.mei().await;
    let first = mei.get("/me/journey").await;
    let etag = first.etag();
    assert_eq!(
        first.header("cache-control").as_deref(),
        Some("private, no-cache")
    );
    let again = async |she: &Client, etag: &str| {
        she.send(Method::GET, "/me/journey", &[("if-none-match", etag)], None)
            .await
    };
    let unchanged = again(&mei, &etag).await;
    assert_eq!((unchanged.status, unchanged.bytes.len()), (304, 0));
    assert_eq!(unchanged.etag(), etag);
    assert_eq!(
        again(&mei.speaking("en"), &etag).await.status,
        200,
        "another language"
    );
    let bai = app.bai().await;
    assert_eq!(again(&bai, &etag).await.status, 200, "another woman");
    app.clock.advance(86_400);
    let she = app.newcomer(&mei.openid).await;
    let tomorrow = again(&she, &etag).await;
    assert_eq!(tomorrow.status, 200, "another day");
    let lin = app.lin().await;
    lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
    assert_eq!(again(&she, &tomorrow.etag()).await.status, 200, "in labor");
}
