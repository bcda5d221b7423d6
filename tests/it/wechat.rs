//! What WeChat pushes about her: believed by its signature, told once, kept sealed. And one access token for all processes.

use std::collections::BTreeMap;

use muan::app::templates;
use muan::config::Secret;
use muan::db::Q;
use muan::demo::messages;
use muan::wechat;
use muan::wechat::simulator::{Call, Callback, Kind, Order, Template};
use poem::http::Method;
use serde_json::{Value, json};

use crate::people::sealed::{everything, is_sealed};
use crate::support::App;
use crate::support::client::Answer;
use crate::support::listening::Listening;

const TOKEN: &str = "AAAAA";
/// The signature of a moment with this token, as WeChat's documentation gives it.
pub const SIGNED: &str =
    "signature=6c5c811b55cc85e0e1b54100749188c20beb3f5d&timestamp=1714112445&nonce=415670741";

const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

pub async fn listening(app: App) -> App {
    app.again(|config| config.wechat.push_token = Some(Secret::from(TOKEN)))
        .await
}

pub async fn push(app: &App, query: &str, body: &Value) -> Answer {
    let path = format!("/wechat/events?{query}");
    app.outside()
        .send(Method::POST, &path, &[], Some(body.clone()))
        .await
}

fn prompted(openid: &str, answer: &str) -> Value {
    json!({
        "ToUserName": "gh_1", "FromUserName": openid, "CreateTime": "1772413200", "MsgType": "event",
        "Event": "subscribe_msg_popup_event",
        "List": { "TemplateId": "reminder", "SubscribeStatusString": answer, "PopupScene": "0" },
    })
}

/// What the journal tells of pushed events, oldest first.
pub async fn journaled(app: &App) -> Vec<Value> {
    let rows: Vec<(String,)> = app
        .ctx
        .view()
        .q("select detail from journal_entry where act = 'people.wechat_event' order by id")
        .all()
        .await
        .unwrap();
    rows.iter()
        .map(|(detail,)| serde_json::from_str(detail).unwrap())
        .collect()
}

#[track_caller]
pub fn taken(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.bytes, b"success");
}

#[tokio::test]
async fn an_event_is_answered_at_once_and_taken_into_account_once_however_often_it_comes() {
    for app in App::each().await {
        let mei = app.mei().await;
        let app = listening(app).await;
        for _ in 0..3 {
            taken(&push(&app, SIGNED, &prompted(&mei.openid, "accept")).await);
        }
        assert_eq!(journaled(&app).await, [json!({ "kept": ["prompted"] })]);
        app.work().await;
        app.work().await;
        let told = json!({ "event": "prompted", "template": "reminder", "accepted": true });
        assert_eq!(journaled(&app).await[1..], [told]);
        is_sealed(&everything(&app).await, &mei.openid);
    }
}

#[tokio::test]
async fn her_copy_tells_what_wechat_told_and_it_goes_after_half_a_year() {
    let app = App::new().await;
    let mei = app.mei().await;
    let app = listening(app).await;
    let mei = app.back(mei);
    taken(&push(&app, SIGNED, &prompted(&mei.openid, "reject")).await);
    let told = mei.get("/me/export").await.expect(200)["wechat_events"].clone();
    assert_eq!(
        told[0]["told"],
        json!({ "event": "prompted", "template": "reminder", "accepted": false })
    );
    muan::people::jobs::begin(&app.ctx).await.unwrap();
    for _ in 0..2 {
        app.clock.advance(91 * 86_400);
        app.work().await;
    }
    let left: Vec<(i64,)> = app
        .ctx
        .view()
        .q("select count(*) from wechat_event")
        .all()
        .await
        .unwrap();
    assert_eq!(left, [(0,)]);
}

#[tokio::test]
async fn of_strangers_nothing_is_kept() {
    let app = listening(App::new().await).await;
    taken(&push(&app, SIGNED, &prompted("oNobody", "accept")).await);
    let written = json!({ "FromUserName": "oNobody", "CreateTime": 1, "MsgType": "text", "Content": "你好" });
    taken(&push(&app, SIGNED, &written).await);
    assert!(journaled(&app).await.is_empty());
}

#[tokio::test]
async fn what_is_not_signed_is_refused_and_what_is_not_json_is_malformed() {
    let app = App::new().await;
    let mei = app.mei().await;
    let event = prompted(&mei.openid, "accept");
    let nowhere = push(&app, SIGNED, &event).await;
    assert_eq!((nowhere.status, nowhere.code().as_str()), (404, "http.not_found"));
    let app = listening(app).await;
    let other = SIGNED.replace("6c5c", "6c5d");
    let twice = format!("{SIGNED}&nonce=415670741");
    for query in [other.as_str(), twice.as_str(), "", "timestamp=1714112445"] {
        let answer = push(&app, query, &event).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "http.forbidden"));
    }
    let path = format!("/wechat/events?{SIGNED}");
    let xml = Some("<xml></xml>".to_owned());
    let answer = app.outside().send_text(Method::POST, &path, &[], xml).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "http.malformed"));
    assert!(journaled(&app).await.is_empty());
}

#[tokio::test]
async fn wechat_finds_the_address_to_be_ours() {
    let app = listening(App::new().await).await;
    let signed = "/wechat/events?signature=f464b24fc39322e44b38aa78f5edd27bd1441696\
                  &timestamp=1714036504&nonce=1514711492&echostr=4375120948345356249";
    let answer = app.outside().get(signed).await;
    assert_eq!(
        (answer.status, answer.bytes.as_slice()),
        (200, &b"4375120948345356249"[..])
    );
    let answer = app.outside().get(&signed.replace("f464", "f465")).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "http.forbidden"));
}

#[tokio::test]
async fn pushes_are_not_counted_by_the_minute() {
    let app = App::with(|config| config.rate_per_minute = 3).await;
    let app = listening(app).await;
    for _ in 0..5 {
        taken(&push(&app, SIGNED, &prompted("oNobody", "accept")).await);
    }
}

/// The simulator pushes to the service, in secure mode.
async fn secure(app: App) -> (App, Listening) {
    let app = app
        .again(|config| {
            config.wechat.push_token = Some(Secret::from(TOKEN));
            config.wechat.push_key = Some(Secret::from(KEY));
        })
        .await;
    let service = Listening::on(&app.ctx).await;
    app.simulator.set_templates(vec![Template {
        id: "reminder".to_owned(),
        title: "提醒".to_owned(),
        content: "事项:{{thing1.DATA}}".to_owned(),
        kind: Kind::OneTime,
        values: BTreeMap::new(),
    }]);
    let callback = Callback {
        url: format!("http://{}/wechat/events", service.address),
        token: wechat::Secret::new(TOKEN),
        key: Some(wechat::Secret::new(KEY)),
        automatic: false,
    };
    assert!(app.simulator.greets(&callback).await);
    app.simulator.push_to(callback);
    (app, service)
}

#[tokio::test]
async fn encrypted_events_that_come_twice_and_out_of_order_count_once() {
    for app in App::each().await {
        let mei = app.mei().await;
        let (app, _service) = secure(app).await;
        let answer = |word: &str| [("reminder".to_owned(), word.to_owned())];
        app.simulator.prompted(&mei.openid, &answer("accept"));
        app.clock.advance(1);
        app.simulator.changed(&mei.openid, &answer("reject"));
        let delivered = app.simulator.deliver(Order::Reversed, 2).await;
        assert_eq!(delivered.len(), 4);
        assert!(delivered.iter().all(|one| one.taken && one.tries == 1));
        let kept = [json!({ "kept": ["changed"] }), json!({ "kept": ["prompted"] })];
        assert_eq!(journaled(&app).await, kept);
        app.work().await;
        let mut told = journaled(&app).await.split_off(2);
        told.sort_by_key(|one| one["event"].as_str().map(str::to_owned));
        let event = |event: &str, accepted: bool| json!({ "event": event, "template": "reminder", "accepted": accepted });
        assert_eq!(told, [event("changed", false), event("prompted", true)]);
    }
}

#[tokio::test]
async fn with_a_key_nothing_unencrypted_is_believed() {
    let app = App::new().await;
    let mei = app.mei().await;
    let (app, _service) = secure(app).await;
    let answer = push(&app, SIGNED, &prompted(&mei.openid, "accept")).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "http.forbidden"));
    assert!(journaled(&app).await.is_empty());
}

#[tokio::test]
async fn processes_on_one_redis_ask_for_one_access_token() {
    let Some(app) = App::postgres().await else {
        return;
    };
    if app.ctx.cache.kind() != "redis" {
        return;
    }
    let beside = app.beside(|_| {}).await;
    for wechat in [&app.ctx.wechat, &beside.wechat] {
        wechat.code_image("scene", "pages/home").await.unwrap();
    }
    assert_eq!(app.simulator.calls(Call::StableToken), 1);
}

#[tokio::test]
async fn templates_that_are_not_those_of_the_account_are_told_of() {
    let app = App::new().await;
    assert_eq!(templates::faults(&app.ctx).await.unwrap(), Vec::<String>::new());
    let mut there = messages::at_wechat();
    let gone = there.remove(0).id;
    there[0].content = "时间:{{time9.DATA}}".to_owned();
    app.simulator.set_templates(there);
    let faults = templates::faults(&app.ctx).await.unwrap();
    assert!(
        faults.contains(&format!("{gone}: the account does not have it")),
        "{faults:?}"
    );
    assert!(
        faults.iter().any(|fault| fault.ends_with("time9 is not filled")),
        "{faults:?}"
    );
    assert!(
        faults.iter().any(|fault| fault.contains(": it has no thing1")),
        "{faults:?}"
    );
}
