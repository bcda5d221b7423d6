//! Notices leave the house: once, as she allows it, by day, and nothing of what they are about.

mod gateway;
mod heard;
mod many;
mod resting;

use std::time::Duration;

use muan::demo::messages::{NOTICE, REMINDER};
use muan::episode::jobs;
use muan::episode::model::Stage;
use muan::wechat::simulator::{Call, Fault, Scripted};
use serde_json::{Value, json};

use super::later;
use crate::followup::ward::Ward;
use crate::support::App;
use crate::support::cast::Woman;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const FOLLOW_UP: &str = "follow_up_due";

impl App {
    /// She agrees to reminders.
    async fn wants_reminders(&self, woman: &Woman) {
        let agreements = woman.get("/me/agreements").await.expect(200);
        let all = agreements.as_array().unwrap().iter();
        let reminders = all.into_iter().find(|one| one["kind"] == "notifications");
        let body = json!({ "version": reminders.unwrap()["version"], "accepted": true });
        woman
            .put_bare("/me/agreements/notifications", body)
            .await
            .expect(200);
    }

    /// She agrees, and allows so many messages in WeChat.
    pub(super) async fn allows(&self, woman: &Woman, template: &str, messages: u32) {
        self.wants_reminders(woman).await;
        for _ in 0..messages {
            let body = json!({ "template": template, "accepted": true });
            woman.post("/me/subscriptions", body).await.expect(204);
        }
        assert!(self.simulator.set_credits(&woman.openid, template, messages));
    }

    /// WeChat confirms her phone.
    async fn confirms_phone(&self, woman: &Woman, phone: &str) {
        let code = self.simulator.phone_code(&woman.openid, phone).code;
        woman
            .post("/me/phone", json!({ "wechat_code": code }))
            .await
            .expect(200);
    }

    /// She logs in again, however long it was.
    async fn again_of(&self, woman: Woman) -> Woman {
        Woman {
            client: self.newcomer(&woman.openid).await,
            ..woman
        }
    }

    fn sends(&self, replies: &[Scripted]) {
        let fault = |reply: &Scripted| Fault {
            delay: Duration::ZERO,
            reply: *reply,
        };
        self.simulator
            .script(Call::Send, replies.iter().map(fault).collect());
    }

    async fn dead(&self) -> usize {
        jobs::dead(&self.ctx).await.unwrap().len()
    }
}

async fn told(app: &App, woman: &Woman, kind: &'static str) {
    later(app, woman, None, Some(kind)).await;
    app.work().await;
}

async fn left(woman: &Woman, template: &str) -> i64 {
    let all = woman.get("/me/subscriptions").await.expect(200);
    let all = all.as_array().unwrap().iter();
    let one = all.into_iter().find(|one| one["template"] == template);
    one.unwrap()["left"].as_i64().unwrap()
}

/// Of every message in WeChat so far.
pub(super) fn titles(app: &App) -> Vec<String> {
    let messages = app.simulator.messages().into_iter();
    messages.map(|message| message.data["thing1"].clone()).collect()
}

async fn newest(woman: &Woman) -> Value {
    woman.get("/me/notices").await.expect(200)["items"][0].clone()
}

#[tokio::test]
async fn a_notice_is_sent_once_for_each_message_that_she_allowed() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.allows(&mei, REMINDER, 1).await;
    assert_eq!(left(&mei, REMINDER).await, 1);
    told(&app, &mei, FOLLOW_UP).await;
    app.work().await;
    let messages = app.simulator.messages();
    let [message] = messages.as_slice() else {
        panic!("{messages:?}")
    };
    let notice = newest(&mei).await;
    assert_eq!(message.openid, mei.openid);
    assert_eq!(message.template_id, REMINDER);
    let page = format!("pages/notices/index?notice={}", notice["id"].as_str().unwrap());
    assert_eq!(message.page.as_deref(), Some(page.as_str()));
    assert_eq!(message.data["thing1"], "您有一份随访待填写");
    assert_eq!(message.data["thing3"], "仁爱妇产医院");
    assert_eq!(notice["sent"][0]["channel"], "wechat");
    assert_eq!(left(&mei, REMINDER).await, 0);

    told(&app, &mei, FOLLOW_UP).await;
    assert_eq!(app.simulator.messages().len(), 1, "she allowed one");
    assert_eq!(app.simulator.calls(Call::Send), 1, "WeChat need not be asked");
    assert_eq!(newest(&mei).await["sent"], json!([]), "she finds it in the app");
    assert_eq!(app.simulator.texts(), [], "nobody confirmed her number");
}

#[tokio::test]
async fn a_permission_for_good_is_not_used_up() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.allows(&mei, NOTICE, 1).await;
    for kind in ["consent.issued", "consent.answered", "review_done"] {
        told(&app, &mei, kind).await;
    }
    assert_eq!(
        titles(&app),
        ["有一份文件请您阅读", "您的提问有回复了", "医生已看过您的问卷"]
    );
    assert_eq!(left(&mei, NOTICE).await, 1);
}

#[tokio::test]
async fn what_she_chose_in_wechat_is_written_down_for_templates_of_ours() {
    let app = App::new().await;
    let mei = app.mei().await;
    let chosen = |template: &str, accepted| json!({ "template": template, "accepted": accepted });
    let unknown = mei.post("/me/subscriptions", chosen("another", true)).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (422, "http.invalid"));
    mei.post("/me/subscriptions", chosen(REMINDER, true))
        .await
        .expect(204);
    mei.post("/me/subscriptions", chosen(REMINDER, false))
        .await
        .expect(204);
    assert_eq!(
        left(&mei, REMINDER).await,
        1,
        "a no does not take back an earlier yes"
    );
}

#[tokio::test]
async fn nothing_leaves_the_house_without_her_word_or_after_the_end() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    let subscribed = json!({ "template": REMINDER, "accepted": true });
    bai.post("/me/subscriptions", subscribed).await.expect(204);
    app.simulator.set_credits(&bai.openid, REMINDER, 1);
    told(&app, &bai, FOLLOW_UP).await;
    assert_eq!(app.simulator.calls(Call::Send), 0, "she did not agree");

    app.allows(&mei, REMINDER, 3).await;
    app.confirms_phone(&mei, "13800000001").await;
    let restrict = json!({ "kind": "restrict" });
    let receipt = mei.post("/me/requests", restrict).await.expect(202);
    let id = receipt["request"]["id"].as_str().unwrap();
    let answer = json!({ "outcome": "granted" });
    let qian = app.qian().await;
    qian.post(&format!("/data-requests/{id}/answer"), answer)
        .await
        .expect(200);
    told(&app, &mei, FOLLOW_UP).await;
    assert_eq!(app.simulator.calls(Call::Send), 0, "her data may only be kept");

    app.allows(&bai, REMINDER, 3).await;
    later(&app, &bai, Some(Stage::Closed), Some("survey_due")).await;
    app.work().await;
    assert_eq!(app.simulator.calls(Call::Send), 0, "the pregnancy is over");
    assert_eq!(app.simulator.texts(), []);
}

#[tokio::test]
async fn after_the_end_she_hears_of_open_questions_of_a_red_flag_and_of_her_opened_record() {
    for app in App::each().await {
        let mei = app.mei().await;
        app.allows(&mei, REMINDER, 9).await;
        app.allows(&mei, NOTICE, 1).await;
        later(&app, &mei, Some(Stage::Closed), None).await;
        let kinds = [
            FOLLOW_UP,
            "survey_due",
            "alert_taken",
            "review_done",
            "record_opened",
        ];
        for kind in kinds {
            told(&app, &mei, kind).await;
        }
        assert_eq!(
            titles(&app),
            ["您有一份随访待填写", "医护人员看到了您的回答", "您的档案被查看"]
        );
    }
}

#[tokio::test]
async fn who_nearly_died_hears_that_her_record_was_opened_and_the_phone_of_a_mother_who_died_is_silent() {
    for (complication, heard) in [("maternal_arrest", 1), ("maternal_death", 0)] {
        let ward = Ward::after_birth().await;
        ward.app.allows(&ward.mei, NOTICE, 9).await;
        ward.complication(complication).await;
        ward.wait(57 * 24).await;
        let Ward { app, mei, .. } = ward;
        let mei = app.again_of(mei).await;
        told(&app, &mei, "record_opened").await;
        let titles = titles(&app);
        let opened = titles.iter().filter(|title| *title == "您的档案被查看");
        assert_eq!(opened.count(), heard, "{complication}");
    }
}

#[tokio::test]
async fn at_night_only_the_answer_to_a_red_flag_comes() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.allows(&mei, REMINDER, 1).await;
    app.allows(&mei, NOTICE, 1).await;
    app.clock.advance(14 * HOUR);
    let mei = app.again_of(mei).await;
    told(&app, &mei, FOLLOW_UP).await;
    told(&app, &mei, "alert_taken").await;
    let sent = app.simulator.messages();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0].data["thing1"], "医护人员看到了您的回答");
    app.clock.advance(9 * HOUR);
    app.work().await;
    assert_eq!(app.simulator.messages().len(), 2, "in the morning");
}

#[tokio::test]
async fn what_wechat_refuses_goes_to_the_phone_that_she_confirmed() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.allows(&mei, REMINDER, 2).await;
    app.confirms_phone(&mei, "13800000001").await;
    app.sends(&[Scripted::Errcode(43101)]);
    told(&app, &mei, FOLLOW_UP).await;
    let texts = app.simulator.texts();
    let [text] = texts.as_slice() else {
        panic!("{texts:?}")
    };
    assert_eq!(text.phone, "13800000001");
    assert_eq!(
        text.text,
        "仁爱妇产医院：您有一份随访待填写。请打开微信小程序查看。"
    );
    assert_eq!(left(&mei, REMINDER).await, 0, "WeChat knows it better");
    assert_eq!(newest(&mei).await["sent"][0]["channel"], "sms");
    assert_eq!(app.simulator.calls(Call::Send), 1);
}

#[tokio::test]
async fn a_try_without_an_answer_is_made_once_more_and_then_an_operator_sees_it() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.allows(&mei, REMINDER, 3).await;
    app.sends(&[Scripted::Garbage; 9]);
    told(&app, &mei, FOLLOW_UP).await;
    assert_eq!((app.simulator.calls(Call::Send), app.dead().await), (1, 0));
    app.clock.advance(31);
    app.work().await;
    assert_eq!((app.simulator.calls(Call::Send), app.dead().await), (2, 1));
    app.clock.advance(2 * HOUR);
    app.work().await;
    assert_eq!(app.simulator.calls(Call::Send), 2, "she may have got it twice");

    app.sends(&[]);
    assert_eq!(jobs::revive(&app.ctx, None).await.unwrap(), 1);
    app.work().await;
    assert_eq!((app.simulator.messages().len(), app.dead().await), (1, 0));
}

#[tokio::test]
async fn who_is_busy_is_asked_again_a_few_times() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.allows(&mei, REMINDER, 2).await;
    app.sends(&[Scripted::Errcode(-1), Scripted::Errcode(43108)]);
    told(&app, &mei, FOLLOW_UP).await;
    for _ in 0..2 {
        app.clock.advance(5);
        app.work().await;
    }
    assert_eq!(app.simulator.messages().len(), 1);
    app.sends(&[Scripted::Errcode(-1); 2]);
    told(&app, &mei, FOLLOW_UP).await;
    for _ in 0..2 {
        app.clock.advance(5);
        app.work().await;
    }
    assert_eq!(app.simulator.messages().len(), 2);
    assert_eq!(app.simulator.calls(Call::Send), 3 + 3);
}

#[tokio::test]
async fn the_quota_of_a_day_is_waited_for_and_a_defect_is_not() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.allows(&mei, REMINDER, 2).await;
    app.sends(&[Scripted::Errcode(45009)]);
    told(&app, &mei, FOLLOW_UP).await;
    app.clock.advance(23 * HOUR);
    app.work().await;
    assert_eq!(app.simulator.messages().len(), 1, "the next morning at eight");
    let mei = app.again_of(mei).await;
    app.sends(&[Scripted::Errcode(47003)]);
    told(&app, &mei, FOLLOW_UP).await;
    app.clock.advance(HOUR);
    app.work().await;
    assert_eq!((app.simulator.calls(Call::Send), app.dead().await), (3, 1));
}

#[tokio::test]
async fn a_process_that_ends_while_it_sends_leaves_one_more_try() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.allows(&mei, REMINDER, 9).await;
    later(&app, &mei, None, Some(FOLLOW_UP)).await;
    let taken = async {
        while app.simulator.messages().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = taken => {}
        () = app.work() => panic!("the answer was heard"),
    }
    app.work().await;
    assert_eq!(app.simulator.calls(Call::Send), 1, "somebody seems to be at it");
    app.clock.advance(61);
    app.work().await;
    app.clock.advance(31);
    app.work().await;
    assert_eq!(
        app.simulator.calls(Call::Send),
        2,
        "nobody knows whether she got it"
    );
    assert_eq!(newest(&mei).await["sent"][0]["channel"], "wechat");
    app.clock.advance(2 * HOUR);
    app.work().await;
    assert_eq!(app.simulator.calls(Call::Send), 2);
}

#[tokio::test]
async fn how_it_was_sent_is_forgotten_half_a_year_after_the_end() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.allows(&mei, REMINDER, 1).await;
    told(&app, &mei, FOLLOW_UP).await;
    assert_eq!(newest(&mei).await["sent"][0]["channel"], "wechat");
    later(&app, &mei, Some(Stage::Closed), None).await;
    app.clock.advance(100 * DAY);
    app.work().await;
    let mei = app.again_of(mei).await;
    assert_eq!(newest(&mei).await["sent"][0]["channel"], "wechat");
    app.clock.advance(90 * DAY);
    app.work().await;
    let mei = app.again_of(mei).await;
    let notice = newest(&mei).await;
    assert_eq!(
        (&notice["kind"], &notice["sent"]),
        (&json!(FOLLOW_UP), &json!([]))
    );
}
