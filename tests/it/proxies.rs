//! Whose address stands in the evidence and is counted, through a real socket (CE-110, CE-111).

use muan::config::Proxies;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::consent::ceremony::Ceremony;
use crate::people::binding::section;
use crate::support::App;
use crate::support::cast::PASSWORD;
use crate::support::client::fresh_key;
use crate::support::listening::Listening;

impl Listening {
    /// The status of what is answered to a request that came by way of `forwarded`.
    async fn status(&self, request: &str, forwarded: &str, headers: &str, body: &str) -> String {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let text = format!(
            "{request} HTTP/1.1\r\nHost: muan\r\nConnection: close\r\nX-Forwarded-For: {forwarded}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        socket.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    }
}

fn proxy_in_front() -> Proxies {
    Proxies::parse(["127.0.0.0/8", "10.0.0.0/8"].into_iter()).unwrap()
}

#[tokio::test]
async fn each_address_behind_a_trusted_proxy_has_its_own_count() {
    let app = App::with(|config| {
        config.rate_per_minute = 2;
        config.trusted_proxies = proxy_in_front();
    })
    .await;
    let service = Listening::on(&app.ctx).await;
    let asks = async |forwarded: &str| service.status("GET /api/staff/v1/me", forwarded, "", "").await;
    assert_eq!(asks("203.0.113.5").await, "401");
    assert_eq!(asks("203.0.113.5").await, "401");
    assert_eq!(asks("203.0.113.5").await, "429");
    // What the client itself wrote in front changes nothing.
    assert_eq!(asks("198.51.100.1, 203.0.113.5, 10.0.0.7").await, "429");
    assert_eq!(asks("203.0.113.6").await, "401");
}

#[tokio::test]
async fn nobody_is_believed_whom_the_settings_do_not_name() {
    let app = App::with(|config| config.rate_per_minute = 2).await;
    let service = Listening::on(&app.ctx).await;
    let asks = async |forwarded: &str| service.status("GET /api/staff/v1/me", forwarded, "", "").await;
    assert_eq!(asks("203.0.113.5").await, "401");
    assert_eq!(asks("203.0.113.6").await, "401");
    assert_eq!(asks("203.0.113.7").await, "429");
}

#[tokio::test]
async fn an_address_that_fails_to_log_in_too_often_rests_until_a_quarter_of_an_hour_is_over() {
    let app = App::with(|config| {
        config.sessions.failures_per_address = 3;
        config.trusted_proxies = proxy_in_front();
    })
    .await;
    let service = Listening::on(&app.ctx).await;
    let tries = async |forwarded: &str, username: &str, password: &str| {
        let body = json!({ "facility": "renai", "username": username, "password": password }).to_string();
        service
            .status("POST /api/staff/v1/sessions", forwarded, "", &body)
            .await
    };
    // One password on every account: no account comes to five failures.
    for username in ["lin", "sun", "nobody"] {
        assert_eq!(
            tries("203.0.113.5", username, "password of everybody").await,
            "401"
        );
    }
    assert_eq!(tries("203.0.113.5", "lin", PASSWORD).await, "429");
    assert_eq!(tries("203.0.113.6", "lin", PASSWORD).await, "201");
    app.clock.advance(15 * 60);
    assert_eq!(tries("203.0.113.5", "lin", PASSWORD).await, "201");
}

#[tokio::test]
async fn the_evidence_names_her_address_and_the_proxies_on_the_way() {
    let app = App::with(|config| config.trusted_proxies = proxy_in_front()).await;
    let mei = app.mei().await;
    let ceremony = Ceremony::of(app, mei).await;
    ceremony.is_released().await;
    ceremony.is_ready().await;
    let (etag, mark) = (ceremony.etag().await, ceremony.mark().await);
    let service = Listening::on(&ceremony.app.ctx).await;
    let headers = format!(
        "Authorization: {}\r\nIf-Match: {etag}\r\nIdempotency-Key: {}\r\n",
        ceremony.mei.bearer(),
        fresh_key()
    );
    let request = format!("POST /api/patient/v1{}", ceremony.path("/sign"));
    let signed = service
        .status(
            &request,
            "1.1.1.1, 203.0.113.5, 10.0.0.7",
            &headers,
            &mark.to_string(),
        )
        .await;
    assert_eq!(signed, "201");
    ceremony.step_up().await;
    let etag = ceremony.etag().await;
    let body = crate::consent::ceremony::countersign();
    ceremony
        .zhao
        .post_at(&ceremony.path("/countersign"), &etag, body)
        .await
        .expect(200);
    let device = section(&ceremony, 9, "device").await;
    assert_eq!(device["address"], "203.0.113.5", "{device}");
    assert_eq!(device["proxies"], json!(["10.0.0.7", "127.0.0.1"]), "{device}");
}
