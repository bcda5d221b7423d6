//! What verification gives to those whom it is not for: who guesses, who floods it, who reads the logs.

use std::io::Write;
use std::sync::{Arc, Mutex};

use futures_util::stream::pending;
use muan::base::canonical::sha256;
use poem::http::Method;
use poem::{Body, Request};
use serde_json::{Value, json};

use super::by_code::{asked, bare, digest, page, printed, with_second};
use super::given::{given, told};
use super::verified::is;
use crate::people::destruction::destroyed;
use crate::people::retention::YEAR;
use crate::support::App;
use crate::support::client::Answer;

/// What was written, as somebody with access to the logs reads it.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn read(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn no_line_of_the_log_holds_a_code_or_what_was_tried_with_it() {
    let Some((ceremony, code)) = printed().await else {
        return;
    };
    let (app, plain) = (&ceremony.app, code.replace('-', ""));
    let lines = Lines::default();
    let writer = lines.clone();
    let all = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let logging = tracing::subscriber::set_default(all);
    // With one subscriber alone, what a test on another thread logs first is taken for what nobody wants to hear.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    for typed in [&code, &plain, &plain.to_lowercase()] {
        asked(app, typed).await.expect(200);
    }
    with_second(app, &code, "1996-03-12").await.expect(200);
    with_second(app, &code, "1987-06-05").await.expect(404);
    let typed = format!("/verify?code={plain}");
    page(app, Method::GET, &typed, "text/plain", b"").await;
    let shown = page(app, Method::GET, &format!("/verify/{plain}"), "text/plain", b"").await;
    assert_eq!(shown.status, 200);
    let failed = page(app, Method::PUT, &format!("/verify/{plain}"), "text/plain", b"").await;
    assert_eq!(failed.status, 405);
    drop(logging);
    let lines = lines.read();
    assert!(lines.contains("consent.verify_code"), "{lines}");
    let looked_up = hex::encode(sha256(plain.as_bytes()));
    for secret in [
        code.as_str(),
        &plain,
        &looked_up[..32],
        "1996-03-12",
        "1987-06-05",
        "梅",
    ] {
        let found = lines
            .to_lowercase()
            .lines()
            .find(|line| line.contains(&secret.to_lowercase()))
            .map(ToOwned::to_owned);
        assert_eq!(found, None);
    }
}

/// What does not differ from request to request.
fn shape(answer: &Answer) -> (u16, Vec<String>, Value) {
    let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (answer.status, names, bare(answer))
}

#[tokio::test]
async fn an_unknown_code_a_mistyped_one_and_one_of_a_destroyed_record_are_one_answer() {
    let Some((ceremony, code)) = printed().await else {
        return;
    };
    let app = &ceremony.app;
    let pdf = ceremony.pdf().await;
    let unknown = "0".repeat(27);
    let last = if code.ends_with('Z') { "Y" } else { "Z" };
    let mistyped = format!("{}{last}", &code[..code.len() - 1]);
    let wrong = asked(app, &unknown).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (404, "http.not_found"));
    for other in [
        asked(app, &mistyped).await,
        asked(app, "x").await,
        with_second(app, &unknown, "1996-03-12").await,
        with_second(app, &mistyped, "1996-03-12").await,
        with_second(app, &code, "1996-03-13").await,
    ] {
        assert_eq!(shape(&other), shape(&wrong));
    }
    let html = |path: String, method: Method| async move {
        let form = "application/x-www-form-urlencoded";
        let answer = page(app, method, &path, form, b"second=1996-03-13").await;
        assert_eq!(answer.status, 404);
        answer.bytes
    };
    let wrong_page = html(format!("/verify/{unknown}"), Method::GET).await;
    for (path, method) in [
        (format!("/verify/{mistyped}"), Method::GET),
        (format!("/verify/{mistyped}"), Method::POST),
        (format!("/verify/{code}"), Method::POST),
    ] {
        assert_eq!(html(path, method).await, wrong_page);
    }
    app.clock.advance(31 * YEAR);
    destroyed(app).await;
    assert_eq!(shape(&asked(app, &code).await), shape(&wrong));
    assert_eq!(shape(&with_second(app, &code, "1996-03-12").await), shape(&wrong));
    let digested = digest(app, &hex::encode(sha256(&pdf))).await.expect(200);
    assert_eq!(digested, json!({ "content": "unknown_here" }));
    // Whoever kept the file is told what it says itself, and nothing of what became of the consent.
    is(
        &told(app, &pdf).await,
        json!({ "integrity": "intact", "consent": "unknown" }),
    );
}

#[tokio::test]
async fn nobody_tries_all_birth_dates_of_a_year() {
    let Some((ceremony, code)) = printed().await else {
        return;
    };
    let app = &ceremony.app;
    // Until an hour begins that the day's count begins with.
    let of_day = app.clock.now().timestamp() % 86_400;
    app.clock.advance(86_400 - of_day);
    let mut tried = 0;
    for _ in 0..24 {
        while with_second(app, &code, "1987-06-05").await.status == 404 {
            tried += 1;
        }
        app.clock.advance(3600);
    }
    assert_eq!(tried, 20, "five in an hour, twenty in a day");
    let right = with_second(app, &code, "1996-03-12").await.expect(200);
    assert_eq!(right["name"], "梅**", "another day");
}

#[tokio::test]
async fn files_of_strangers_take_no_place_of_what_patients_and_staff_send() {
    let app = App::new().await;
    let endless = || {
        let request = Request::builder()
            .method(Method::POST)
            .uri_str("/verify/file")
            .content_type("application/pdf")
            .body(Body::from_bytes_stream(pending::<std::io::Result<Vec<u8>>>()));
        let client = app.outside();
        tokio::spawn(async move { client.answer(request, String::new()).await })
    };
    let begun: Vec<_> = (0..4).map(|_| endless()).collect();
    tokio::task::yield_now().await;
    let one_more = given(&app, "application/pdf", b"%PDF-1.7").await;
    assert_eq!(
        (one_more.status, one_more.code().as_str()),
        (503, "http.overloaded")
    );
    let attachment = app.outside().post("/api/patient/v1/attachments", json!({})).await;
    assert_ne!(attachment.status, 503);
    for one in begun {
        one.abort();
        assert!(one.await.is_err());
    }
    assert_eq!(given(&app, "application/pdf", b"%PDF-1.7").await.status, 200);
}

#[tokio::test]
async fn whoever_asks_is_told_that_the_seals_are_a_test_authoritys() {
    let Some((ceremony, code)) = printed().await else {
        return;
    };
    let app = &ceremony.app;
    assert_eq!(asked(app, &code).await.expect(200)["test_authority"], true);
    let pdf = ceremony.pdf().await;
    assert_eq!(told(app, &pdf).await["test_authority"], true);
    let report = ceremony.verification(&ceremony.mei.client).await;
    assert_eq!(report["test_authority"], true);
    let digested = digest(app, &hex::encode(sha256(&pdf))).await.expect(200);
    assert_eq!(digested["record"]["test_authority"], true);
    let pages = [
        page(app, Method::GET, "/verify", "text/plain", b"").await,
        page(app, Method::GET, &format!("/verify/{code}"), "text/plain", b"").await,
        page(app, Method::POST, "/verify/file", "application/pdf", &pdf).await,
    ];
    for answer in pages {
        let html = String::from_utf8(answer.bytes).unwrap();
        assert!(html.contains("不能用于正式用途"), "{html}");
    }
}

/// The statements that the database was asked while `work` ran, without their values.
async fn statements(work: impl Future<Output = ()>) -> Vec<String> {
    let lines = Lines::default();
    let writer = lines.clone();
    let asked = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let logging = tracing::subscriber::set_default(asked);
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    work.await;
    drop(logging);
    let lines = lines.read();
    let asked = lines
        .lines()
        .filter_map(|line| line.split_once("muan::db::run: "));
    asked.map(|(_, line)| line.to_owned()).collect()
}

#[tokio::test]
async fn an_unknown_code_is_as_much_work_as_a_wrong_second_item() {
    let Some((ceremony, code)) = printed().await else {
        return;
    };
    let app = &ceremony.app;
    let unknown = "0".repeat(27);
    // What is looked up once for all.
    for code in [code.as_str(), &unknown] {
        with_second(app, code, "1987-06-05").await.expect(404);
    }
    let tried = async |code: &str, second: &'static str| {
        let code = code.to_owned();
        statements(async move {
            with_second(app, &code, second).await.expect(404);
        })
        .await
    };
    let wrong = tried(&code, "1987-06-05").await;
    assert!(wrong.len() >= 6, "{wrong:?}");
    assert_eq!(tried(&unknown, "1987-06-05").await, wrong);
    assert_eq!(tried("nothing-of-the-kind", "1987-06-05").await, wrong);
}

#[tokio::test]
async fn an_unknown_code_takes_as_long_as_a_wrong_second_item() {
    let Some((ceremony, code)) = printed().await else {
        return;
    };
    let app = &ceremony.app;
    let unknown = "0".repeat(27);
    let mut took = [Vec::new(), Vec::new()];
    // By turns, so that whatever else the machine does falls on both.
    for round in 0..45 {
        app.clock.advance(5 * 3600);
        for (code, took) in [code.as_str(), &unknown].into_iter().zip(&mut took) {
            let begun = std::time::Instant::now();
            with_second(app, code, "1987-06-05").await.expect(404);
            if round >= 5 {
                took.push(begun.elapsed());
            }
        }
    }
    let [wrong, unknown] = took.map(|mut took| {
        took.sort_unstable();
        took[took.len() / 2].as_secs_f64()
    });
    let ratio = unknown / wrong;
    assert!(
        (0.5..2.0).contains(&ratio),
        "{ratio:.2}: {unknown} s and {wrong} s"
    );
}
