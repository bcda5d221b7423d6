//! What the simulator pushes, as our side reads it: each half has code of its own.

use std::sync::Mutex;

use poem::{
    EndpointExt, IntoEndpoint, Request, Response, Route, Server, handler,
    http::{Method, StatusCode},
    listener::{Acceptor, Listener, TcpListener},
    web::Data,
};
use serde_json::json;

use super::*;
use crate::wechat::{
    News, PushSettings, Pushed, Pushes,
    simulator::{Callback, Order},
};

const TOKEN: &str = "token";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// A service that takes pushes, and what it is told.
#[derive(Clone)]
struct Service(Arc<Inside>);

struct Inside {
    pushes: Pushes,
    heard: Mutex<Vec<Pushed>>,
    /// How often it fails before it takes a push.
    failures: Mutex<u32>,
}

#[handler]
fn events(Data(service): Data<&Service>, request: &Request, body: Vec<u8>) -> Response {
    let query: Vec<(String, String)> = request.params().unwrap();
    let inside = &service.0;
    if *request.method() == Method::GET {
        let greeting = inside.pushes.greeting(&query).unwrap();
        return Response::builder().body(greeting.to_owned());
    }
    let mut failures = inside.failures.lock().unwrap();
    if *failures > 0 {
        *failures -= 1;
        return StatusCode::SERVICE_UNAVAILABLE.into();
    }
    let pushed = inside.pushes.read(&query, &body).unwrap();
    inside.heard.lock().unwrap().extend(pushed);
    Response::builder().body("success")
}

impl Service {
    async fn start(key: Option<&str>) -> (Self, Callback) {
        let settings = PushSettings {
            token: Secret::new(TOKEN),
            key: key.map(Secret::new),
        };
        let service = Self(Arc::new(Inside {
            pushes: Pushes::new(&settings, APP_ID).unwrap(),
            heard: Mutex::default(),
            failures: Mutex::default(),
        }));
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
        let routes = Route::new().at("/events", events.into_endpoint().data(service.clone()));
        tokio::spawn(Server::new_with_acceptor(acceptor).run(routes));
        let callback = Callback {
            url: format!("http://{address}/events"),
            token: Secret::new(TOKEN),
            key: key.map(Secret::new),
            automatic: false,
        };
        (service, callback)
    }

    fn heard(&self) -> Vec<Pushed> {
        std::mem::take(&mut *self.0.heard.lock().unwrap())
    }

    fn fail(&self, times: u32) {
        *self.0.failures.lock().unwrap() = times;
    }
}

fn accepts(template: &str) -> (String, String) {
    (template.to_owned(), "accept".to_owned())
}

#[tokio::test]
async fn events_arrive_in_plain_mode_and_in_secure_mode() {
    for key in [None, Some(KEY)] {
        let stage = Stage::new().await;
        let (service, callback) = Service::start(key).await;
        assert!(stage.simulator.greets(&callback).await);
        stage.simulator.push_to(callback);
        stage.simulator.prompted(MEI, &[accepts(REMINDER)]);
        stage
            .simulator
            .prompted(MEI, &[accepts(REMINDER), accepts(NOTICE)]);
        let refused = (REMINDER.to_owned(), "reject".to_owned());
        stage.simulator.changed(MEI, &[refused]);
        let delivered = stage.simulator.deliver(Order::Happened, 1).await;
        assert!(delivered.iter().all(|one| one.taken && one.tries == 1));
        let heard = service.heard();
        let counts: Vec<usize> = heard.iter().map(|pushed| pushed.news.len()).collect();
        assert_eq!(counts, [1, 2, 1], "an object, an array, an object");
        assert!(heard.iter().all(|pushed| pushed.openid == MEI));
        let changed = News::Changed {
            template: REMINDER.to_owned(),
            accepted: false,
        };
        assert_eq!(heard[2].news, [changed]);
        let error = stage.wechat.send(&reminder(MEI)).await.unwrap_err();
        assert_eq!(error.errcode, Some(43101), "what she took back is worth nothing");
    }
}

#[tokio::test]
async fn a_message_that_went_out_is_told_by_its_number() {
    let stage = Stage::new().await;
    let (service, callback) = Service::start(Some(KEY)).await;
    stage.simulator.push_to(callback);
    stage.simulator.prompted(MEI, &[accepts(REMINDER)]);
    let sent = stage.wechat.send(&reminder(MEI)).await.unwrap();
    stage.simulator.deliver(Order::Happened, 1).await;
    let told = News::Sent {
        template: REMINDER.to_owned(),
        msgid: sent.msgid.unwrap(),
        error_code: 0,
    };
    assert_eq!(service.heard()[1].news, [told]);
}

#[tokio::test]
async fn the_verdict_on_a_picture_is_pushed() {
    let stage = Stage::new().await;
    let (service, callback) = Service::start(Some(KEY)).await;
    stage.simulator.push_to(callback);
    let code = stage.simulator.login_code(MEI).code;
    stage.wechat.login(&code).await.unwrap();
    let scene = crate::wechat::Scene::Comment;
    let trace_id = stage.wechat.check_picture(MEI, scene, "risky.png").await.unwrap();
    stage.simulator.deliver(Order::Happened, 1).await;
    let told = News::MediaChecked {
        trace_id,
        suggest: "risky".to_owned(),
    };
    assert_eq!(service.heard()[0].news, [told]);
}

#[tokio::test]
async fn a_push_is_tried_three_times_and_then_lost() {
    let stage = Stage::new().await;
    let (service, callback) = Service::start(None).await;
    stage.simulator.push_to(callback);
    for (failures, tries, taken) in [(2, 3, true), (3, 3, false)] {
        service.fail(failures);
        stage.simulator.prompted(MEI, &[accepts(REMINDER)]);
        let delivered = stage.simulator.deliver(Order::Happened, 1).await;
        assert_eq!((delivered[0].tries, delivered[0].taken), (tries, taken));
        assert_eq!(service.heard().len(), usize::from(taken));
    }
    assert!(stage.simulator.deliver(Order::Happened, 1).await.is_empty());
}

#[tokio::test]
async fn events_come_twice_and_in_another_order_where_that_is_wanted() {
    let stage = Stage::new().await;
    let (service, callback) = Service::start(Some(KEY)).await;
    stage.simulator.push_to(callback);
    stage.simulator.prompted(MEI, &[accepts(REMINDER)]);
    stage.forward(1);
    stage.simulator.prompted(MEI, &[accepts(NOTICE)]);
    stage.simulator.deliver(Order::Reversed, 2).await;
    let heard = service.heard();
    let about: Vec<&str> = heard.iter().map(|pushed| pushed.news[0].about()).collect();
    assert_eq!(about, [NOTICE, NOTICE, REMINDER, REMINDER]);
}

#[tokio::test]
async fn the_control_face_arranges_all_of_it() {
    let stage = Stage::new().await;
    let (service, callback) = Service::start(Some(KEY)).await;
    let ask = async |method: Method, path: &str, body: serde_json::Value| {
        let reply = http()
            .request(method, stage.url(path))
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        let status = reply.status().as_u16();
        let text = reply.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(json!(null)))
    };
    let push = |token: &str| json!({ "url": callback.url, "token": token, "encoding_aes_key": KEY });
    let (status, body) = ask(Method::PUT, "/simulator/push", push("another")).await;
    assert_eq!((status, &body["code"]), (422, &json!("simulator.not_greeted")));
    assert_eq!(ask(Method::PUT, "/simulator/push", push(TOKEN)).await.0, 204);

    let templates = json!({ "items": [
        { "id": "t1", "title": "提醒", "content": "事项:{{thing1.DATA}}", "long_term": true },
    ] });
    assert_eq!(ask(Method::PUT, "/simulator/templates", templates).await.0, 204);
    let answers = |template: &str, answer: &str| json!({ "openid": MEI, "answers": [{ "template_id": template, "answer": answer }] });
    let prompts = "/simulator/prompts";
    assert_eq!(ask(Method::POST, prompts, answers("t1", "accept")).await.0, 204);
    assert_eq!(ask(Method::POST, prompts, answers("t2", "accept")).await.0, 404);
    assert_eq!(ask(Method::POST, prompts, answers("t1", "maybe")).await.0, 422);
    let changes = "/simulator/changes";
    assert_eq!(ask(Method::POST, changes, answers("t1", "reject")).await.0, 204);

    let how = json!({ "reversed": true, "times": 2 });
    let (status, told) = ask(Method::POST, "/simulator/deliveries", how).await;
    assert_eq!(status, 200);
    assert_eq!(told["items"].as_array().unwrap().len(), 4);
    assert_eq!(told["items"][0]["event"], "subscribe_msg_change_event");
    assert_eq!(service.heard().len(), 4);
    let often = json!({ "times": 11 });
    assert_eq!(ask(Method::POST, "/simulator/deliveries", often).await.0, 422);

    let data = json!({ "openid": MEI, "data": { "nickName": "测试" } });
    assert_eq!(
        ask(Method::POST, "/simulator/user-data", data.clone()).await.0,
        404
    );
    let code = stage.simulator.login_code(MEI).code;
    stage.wechat.login(&code).await.unwrap();
    let (status, sealed) = ask(Method::POST, "/simulator/user-data", data).await;
    assert_eq!(status, 201);
    assert!(sealed["iv"].is_string() && sealed["encrypted_data"].is_string());
}
