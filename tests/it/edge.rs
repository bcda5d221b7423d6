//! What stands around every route: errors in one shape, limits, languages, compression, health.

use poem::Request;
use poem::http::Method;
use serde_json::json;

use crate::support::App;

#[tokio::test]
async fn every_error_is_a_problem_with_a_code_even_the_frameworks_own() {
    let app = App::new().await;
    let lin = app.lin().await;
    let nobody = app.nobody_of_staff();
    let cases = [
        (lin.get("/nowhere").await, 404, "http.not_found"),
        (lin.delete("/staff").await, 405, "http.method_not_allowed"),
        (lin.get("/staff/not-an-id").await, 404, "http.not_found"),
        (nobody.get("/me").await, 401, "http.unauthenticated"),
        (
            nobody.post("/sessions", json!({ "facility": 1 })).await,
            400,
            "http.malformed",
        ),
        (
            nobody
                .post(
                    "/sessions",
                    json!({ "facility": "x", "username": "x", "password": "x", "y": 1 }),
                )
                .await,
            400,
            "http.malformed",
        ),
        (
            app.wu().await.get("/staff?limit=0").await,
            400,
            "http.page_invalid",
        ),
        (
            app.wu().await.get("/staff?cursor=zzz").await,
            400,
            "http.page_invalid",
        ),
        (app.outside().get("/elsewhere").await, 404, "http.not_found"),
    ];
    for (answer, status, code) in cases {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{}",
            answer.body
        );
        assert_eq!(
            answer.header("content-type").as_deref(),
            Some("application/problem+json")
        );
        assert_eq!(answer.body["status"], status);
        assert_eq!(
            answer.body["request_id"].as_str(),
            answer.header("x-request-id").as_deref()
        );
        assert!(
            !answer.body.to_string().contains("StaffLogInIn"),
            "it names a type of the program"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_or_of_another_kind_is_refused() {
    let app = App::new().await;
    let nobody = app.nobody_of_staff();
    let request = |kind: &str, body: &str| {
        Request::builder()
            .method(Method::POST)
            .uri_str("/api/staff/v1/sessions")
            .content_type(kind)
            .body(body.to_owned())
    };
    let answer = nobody
        .answer(request("application/json", "{"), "half a body".into())
        .await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "http.malformed"));
    let answer = nobody
        .answer(request("text/plain", "hello"), "a text".into())
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (415, "http.unsupported_media_type")
    );
    let answer = nobody
        .answer(
            request("application/json", &" ".repeat((1 << 20) + 1)),
            "a large body".into(),
        )
        .await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "http.too_large"));
}

#[tokio::test]
async fn errors_speak_the_language_asked_for() {
    let app = App::new().await;
    let nobody = app.nobody_of_staff();
    assert_eq!(nobody.get("/me").await.body["title"], "请先登录。");
    assert_eq!(
        nobody.speaking("en-GB,en;q=0.8").get("/me").await.body["title"],
        "Please log in first."
    );
}

#[tokio::test]
async fn too_many_requests_of_one_token_are_told_when_to_come_back() {
    let app = App::with(|config| config.rate_per_minute = 5).await;
    let lin = app.lin().await;
    let mut last = lin.get("/me").await;
    for _ in 0..6 {
        last = lin.get("/me").await;
    }
    assert_eq!((last.status, last.code().as_str()), (429, "http.rate_limited"));
    let seconds: i64 = last.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    app.clock.advance(60);
    lin.get("/me").await.expect(200);
}

#[tokio::test]
async fn a_request_id_is_taken_over_if_it_is_one() {
    let app = App::new().await;
    let nobody = app.nobody_of_staff();
    let sent = nobody
        .send(Method::GET, "/me", &[("x-request-id", "phone-17.a")], None)
        .await;
    assert_eq!(sent.header("x-request-id").as_deref(), Some("phone-17.a"));
    let odd = nobody
        .send(Method::GET, "/me", &[("x-request-id", "a b")], None)
        .await;
    assert_ne!(odd.header("x-request-id").as_deref(), Some("a b"));
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_take_it() {
    let app = App::new().await;
    let outside = app.outside();
    let plain = outside.get("/api/staff/v1/openapi.json").await;
    let packed = outside
        .send(
            Method::GET,
            "/api/staff/v1/openapi.json",
            &[("accept-encoding", "br, gzip")],
            None,
        )
        .await;
    assert_eq!(packed.header("content-encoding").as_deref(), Some("br"));
    assert!(packed.bytes.len() * 4 < plain.bytes.len());
    let short = outside
        .send(Method::GET, "/healthz", &[("accept-encoding", "gzip")], None)
        .await;
    assert_eq!(short.header("content-encoding"), None);
}

#[tokio::test]
async fn it_says_whether_it_lives_and_can_serve() {
    for app in App::each().await {
        assert_eq!(app.outside().get("/healthz").await.expect(200)["status"], "alive");
        let ready = app.outside().get("/readyz").await.expect(200);
        assert_eq!(ready["status"], "ready");
        assert_eq!(ready["parts"]["database"]["engine"], app.ctx.db.engine());
        app.ctx.db.close().await;
        assert_eq!(app.outside().get("/readyz").await.status, 503);
    }
}

#[tokio::test]
async fn an_idempotency_key_is_short_and_visible() {
    let app = App::new().await;
    let wu = app.wu().await;
    let body = json!({ "username": "zheng", "name": "郑一", "role": "midwife" });
    let answer = wu.post_keyed("/staff", &"k".repeat(65), body).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (400, "http.idempotency_key_invalid")
    );
}
