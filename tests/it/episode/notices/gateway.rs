//! A gateway for text messages that is not the simulator: signed requests over HTTP.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use muan::config::{Secret, Sms};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::web::{Data, Query};
use poem::{EndpointExt, Response, Route, Server, handler, post};
use serde_json::json;

use super::{FOLLOW_UP, newest, told};
use crate::support::App;

/// What it was sent, and the codes that it answers next; `OK` when there are none.
#[derive(Clone, Default)]
struct Gateway {
    sent: Arc<Mutex<Vec<BTreeMap<String, String>>>>,
    codes: Arc<Mutex<VecDeque<&'static str>>>,
}

#[handler]
fn taken(
    Data(gateway): Data<&Gateway>,
    Query(params): Query<BTreeMap<String, String>>,
    request: &poem::Request,
) -> Response {
    let signed = request.header("authorization").unwrap_or_default();
    assert!(signed.starts_with("ACS3-HMAC-SHA256 Credential=key,"), "{signed}");
    assert_eq!(request.header("x-acs-action"), Some("SendSms"));
    gateway.sent.lock().unwrap().push(params);
    let code = gateway.codes.lock().unwrap().pop_front().unwrap_or("OK");
    Response::builder()
        .content_type("application/json")
        .body(json!({ "Code": code, "RequestId": "1" }).to_string())
}

impl Gateway {
    /// Listens; and the settings that lead to it.
    async fn open() -> (Gateway, Sms) {
        let gateway = Gateway::default();
        let listener = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = *listener.local_addr()[0].as_socket_addr().unwrap();
        let routes = Route::new().at("/", post(taken)).data(gateway.clone());
        tokio::spawn(Server::new_with_acceptor(listener).run(routes));
        let settings = Sms {
            endpoint: format!("http://{address}"),
            allow_http: true,
            access_key: Secret::from("key"),
            secret_key: Secret::from("secret"),
            sign_name: "仁爱医院".to_owned(),
            code_template: "SMS_1".to_owned(),
            notice_template: "SMS_2".to_owned(),
        };
        (gateway, settings)
    }

    fn sent(&self) -> Vec<BTreeMap<String, String>> {
        self.sent.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn a_notice_goes_through_the_hospitals_own_gateway() {
    let (gateway, settings) = Gateway::open().await;
    let app = App::with(|config| {
        config.sms = Some(settings);
        config.wechat.templates.clear();
    })
    .await;
    let mei = app.mei().await;
    app.wants_reminders(&mei).await;
    app.confirms_phone(&mei, "13800000001").await;
    gateway
        .codes
        .lock()
        .unwrap()
        .extend(["isv.BUSINESS_LIMIT_CONTROL"]);
    told(&app, &mei, FOLLOW_UP).await;
    assert_eq!(newest(&mei).await["sent"], json!([]), "too many in a minute");
    app.clock.advance(60);
    app.work().await;
    app.work().await;
    let sent = gateway.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1]["PhoneNumbers"], "13800000001");
    assert_eq!(sent[1]["SignName"], "仁爱医院");
    assert_eq!(sent[1]["TemplateCode"], "SMS_2");
    assert_eq!(
        sent[1]["TemplateParam"],
        json!({ "hospital": "仁爱妇产医院", "title": "您有一份随访待填写" }).to_string()
    );
    assert_eq!(newest(&mei).await["sent"][0]["channel"], "sms");

    gateway
        .codes
        .lock()
        .unwrap()
        .extend(["isv.MOBILE_NUMBER_ILLEGAL"]);
    told(&app, &mei, FOLLOW_UP).await;
    app.clock.advance(3600);
    app.work().await;
    assert_eq!((gateway.sent().len(), app.dead().await), (3, 1));
}
