//! WeChat takes nothing for a long time: it is left alone, and what waits is sent when it is back.

use muan::demo::messages::{NOTICE, REMINDER};
use muan::wechat::simulator::{Call, Scripted};

use super::{FOLLOW_UP, HOUR, left, titles, told};
use crate::support::App;

/// WeChat is busy, or no longer lets this service in.
const NOTHING: [i64; 2] = [-1, 48_001];

impl App {
    async fn works_after(&self, seconds: i64) {
        self.clock.advance(seconds);
        self.work().await;
    }
}

#[tokio::test]
async fn a_channel_that_takes_nothing_rests_and_one_notice_tries_it_for_all() {
    for app in App::each().await {
        let mut mei = app.mei().await;
        app.allows(&mei, REMINDER, 9).await;
        app.confirms_phone(&mei, "13800000001").await;
        for code in NOTHING {
            let before = (app.simulator.calls(Call::Send), app.simulator.messages().len());
            let tried = || app.simulator.calls(Call::Send) - before.0;
            app.sends(&[Scripted::Errcode(code); 99]);
            for _ in 0..4 {
                told(&app, &mei, FOLLOW_UP).await;
            }
            assert_eq!(tried(), 3, "the third failure is enough");
            app.works_after(29).await;
            assert_eq!(tried(), 3, "it rests");
            app.works_after(1).await;
            assert_eq!(tried(), 4, "one tries for all");
            app.works_after(59).await;
            assert_eq!(tried(), 4, "it rests for longer");
            for _ in 0..18 {
                app.works_after(600).await;
            }
            assert!((10..=23).contains(&tried()), "{} tries in three hours", tried());
            assert_eq!(app.dead().await, 0, "nothing is given up");
            assert_eq!(app.simulator.texts(), [], "nor sent another way");

            app.sends(&[]);
            app.works_after(HOUR).await;
            app.works_after(HOUR / 2).await;
            assert_eq!(app.simulator.messages().len() - before.1, 4, "each once");
            app.works_after(HOUR).await;
            assert_eq!(app.simulator.messages().len() - before.1, 4);
            mei = app.again_of(mei).await;
        }
        assert_eq!(left(&mei, REMINDER).await, 1);
    }
}

#[tokio::test]
async fn a_template_that_wechat_banned_stops_nothing_but_its_own_notices() {
    for app in App::each().await {
        let mei = app.mei().await;
        app.allows(&mei, REMINDER, 9).await;
        app.allows(&mei, NOTICE, 1).await;
        app.confirms_phone(&mei, "13800000001").await;
        app.sends(&[Scripted::Errcode(43107); 4]);
        for nth in 1..=4 {
            told(&app, &mei, FOLLOW_UP).await;
            assert_eq!(app.simulator.texts().len(), nth, "it goes to her phone at once");
        }
        told(&app, &mei, "review_done").await;
        assert_eq!(titles(&app), ["医生已看过您的问卷"]);
        assert_eq!(app.dead().await, 0, "all left the house");
    }
}

#[tokio::test]
async fn what_waited_for_most_of_a_day_goes_to_her_phone() {
    let app = App::new().await;
    let mei = app.mei().await;
    app.allows(&mei, REMINDER, 9).await;
    app.confirms_phone(&mei, "13800000001").await;
    app.sends(&[Scripted::Errcode(-1); 99]);
    told(&app, &mei, FOLLOW_UP).await;
    for _ in 0..72 {
        app.works_after(HOUR / 2).await;
    }
    assert_eq!(app.simulator.texts().len(), 1);
    assert_eq!(app.dead().await, 0, "it left the house");
}
