//! Verification by the code that stands on the document, by anybody, with or without a script (CE-210 to CE-213).

use muan::base::canonical::sha256;
use poem::Request;
use poem::http::Method;
use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::given::given;
use super::text_of;
use crate::support::App;
use crate::support::client::Answer;

/// Seven groups, the last of three.
const LENGTH: usize = 33;

/// The code as it stands on the page.
fn code_of(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_code = |window: &&[char]| {
        window.iter().enumerate().all(|(at, letter)| match at % 5 {
            4 => *letter == '-',
            _ => letter.is_ascii_digit() || (letter.is_ascii_uppercase() && !"ILOU".contains(*letter)),
        })
    };
    let found = letters.windows(LENGTH).find(is_code);
    found
        .unwrap_or_else(|| panic!("no code: {text}"))
        .iter()
        .collect()
}

/// A sealed consent with its code; none without poppler.
pub async fn printed() -> Option<(Ceremony, String)> {
    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let text = text_of(&ceremony.pdf().await)?;
    Some((ceremony, code_of(&text)))
}

pub async fn asked(app: &App, code: &str) -> Answer {
    app.outside().get(&format!("/verify/{code}")).await
}

pub async fn with_second(app: &App, code: &str, second: &str) -> Answer {
    let body = json!({ "second": second });
    app.outside().post_bare(&format!("/verify/{code}"), body).await
}

/// Without what is each request's own.
pub fn bare(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    body.as_object_mut().unwrap().remove("request_id");
    body
}

#[tokio::test]
async fn the_code_says_what_the_document_is_and_the_second_item_whose() {
    let Some((ceremony, code)) = printed().await else {
        return;
    };
    let app = &ceremony.app;
    let found = asked(app, &code).await.expect(200);
    assert_eq!(
        (&found["institution"], &found["document"], &found["issued_on"]),
        (&json!("仁爱妇产医院"), &json!("consent"), &json!("2026-03-02"))
    );
    assert_eq!(
        (&found["consent"], &found["sealed"], &found["time"]),
        (&json!("in_force"), &json!(true), &json!("attested"))
    );
    assert!(found["until"].is_string() && found["checkpoint"]["size"].as_i64().unwrap() > 0);
    assert!(!found.to_string().contains('梅'), "{found}");
    for typed in [
        code.to_lowercase(),
        code.replace('-', ""),
        code.replace('0', "O").replace('1', "l"),
    ] {
        assert_eq!(
            asked(app, &typed).await.expect(200)["institution"],
            "仁爱妇产医院"
        );
    }
    for right in ["1996-03-12", "19960312"] {
        assert_eq!(with_second(app, &code, right).await.expect(200)["name"], "梅**");
    }
    ceremony
        .mei
        .post(&ceremony.path("/withdraw"), json!({}))
        .await
        .expect(200);
    let after = asked(app, &code).await.expect(200);
    assert_eq!(
        (&after["consent"], &after["until"]),
        (&json!("withdrawn"), &Value::Null)
    );
    assert!(after["since"].is_string());
}

#[tokio::test]
async fn an_unknown_code_and_a_wrong_second_item_are_one_answer_and_neither_can_be_tried_for_long() {
    let Some((ceremony, code)) = printed().await else {
        return;
    };
    let app = &ceremony.app;
    let unknown = "0".repeat(27);
    let wrong = with_second(app, &code, "1996-03-13").await;
    assert_eq!((wrong.status, wrong.code().as_str()), (404, "http.not_found"));
    for other in [
        asked(app, &unknown).await,
        asked(app, "nothing-of-the-kind").await,
        with_second(app, &unknown, "1996-03-12").await,
    ] {
        assert_eq!((other.status, bare(&other)), (404, bare(&wrong)));
        assert_eq!(other.header("content-type"), wrong.header("content-type"));
    }
    assert_eq!(with_second(app, &code, "").await.status, 422);
    // Five tries in an hour, right or wrong, of a code that exists as of one that does not.
    for tried in [code.as_str(), &unknown] {
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(with_second(app, tried, "0000").await.status);
        }
        assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    }
    let refused = with_second(app, &code, "1996-03-12").await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").unwrap().parse::<i64>().unwrap() <= 3600);
    app.clock.advance(3600);
    assert_eq!(with_second(app, &code, "1996-03-12").await.status, 200);
}

#[tokio::test]
async fn one_address_asks_thirty_times_a_minute_whatever_it_asks() {
    let app = App::new().await;
    let mut statuses = Vec::new();
    for at in 0..31 {
        let answer = match at % 3 {
            0 => asked(&app, &format!("code-{at}")).await.status,
            1 => given(&app, "application/pdf", b"%PDF-1.7").await.status,
            _ => digest(&app, &format!("{at:064}")).await.status,
        };
        statuses.push(answer);
    }
    assert!(statuses[..30].iter().all(|status| *status != 429), "{statuses:?}");
    assert_eq!(statuses[30], 429);
    app.clock.advance(60);
    assert_eq!(asked(&app, "code").await.status, 404);
}

pub async fn digest(app: &App, sha256: &str) -> Answer {
    app.outside()
        .post_bare("/verify/digest", json!({ "sha256": sha256 }))
        .await
}

#[tokio::test]
async fn a_digest_is_known_of_the_file_and_of_what_is_signed_in_it() {
    let ceremony = Ceremony::active().await;
    let app = &ceremony.app;
    let at_once = ceremony.pdf().await;
    ceremony.is_settled().await;
    let later = ceremony.pdf().await;
    assert_ne!(at_once, later);
    let signed = muan::evidence::pades::read(&later).unwrap().digest;
    for known in [sha256(&at_once), sha256(&later), signed] {
        let found = digest(app, &hex::encode_upper(known)).await.expect(200);
        assert_eq!(found["content"], "matches_record");
        let record = &found["record"];
        assert_eq!(
            (&record["consent"], &record["time"], &record["log"]),
            (&json!("in_force"), &json!("attested"), &json!("included"))
        );
    }
    let unknown = digest(app, &"0".repeat(64)).await.expect(200);
    assert_eq!(unknown, json!({ "content": "unknown_here" }));
    for wrong in ["", "00", &"x".repeat(64)] {
        assert_eq!(digest(app, wrong).await.status, 422, "{wrong}");
    }
    let more = json!({ "sha256": "0".repeat(64), "name": "x" });
    assert_eq!(app.outside().post_bare("/verify/digest", more).await.status, 400);
}

pub async fn page(app: &App, method: Method, path: &str, kind: &str, body: &[u8]) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri_str(path)
        .content_type(kind)
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        .body(body.to_vec());
    app.outside().answer(request, path.to_owned()).await
}

/// What every page is.
fn checked(answer: &Answer, status: u16) -> String {
    let html = String::from_utf8(answer.bytes.clone()).unwrap();
    assert_eq!(answer.status, status, "{html}");
    assert_eq!(answer.header("content-type").unwrap(), "text/html; charset=utf-8");
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains("script"),
        "{policy}"
    );
    assert_eq!(answer.header("cache-control").unwrap(), "no-store");
    assert_eq!(answer.header("referrer-policy").unwrap(), "no-referrer");
    for nothing in [
        "<script",
        "javascript:",
        "onclick",
        "http:",
        "https:",
        "src=",
        "<link",
        "@import",
        "url(",
    ] {
        assert!(!html.contains(nothing), "{nothing}: {html}");
    }
    assert!(html.contains("核验知情同意书") && html.contains("Verify a consent"));
    assert!(html.contains("width=device-width"));
    html
}

#[tokio::test]
async fn the_page_needs_no_script_and_loads_nothing_from_elsewhere() {
    let app = App::new().await;
    let start = checked(&page(&app, Method::GET, "/verify", "text/plain", b"").await, 200);
    for part in [
        "enctype=\"multipart/form-data\"",
        "name=\"code\"",
        "name=\"file\"",
    ] {
        assert!(start.contains(part), "{part}");
    }
    let typed = page(&app, Method::GET, "/verify?code=ab12-%2F..", "text/plain", b"").await;
    assert_eq!(
        (typed.status, typed.header("location").as_deref()),
        (303, Some("verify/ab122F"))
    );
    let unknown = checked(
        &page(&app, Method::GET, "/verify/nothing", "text/plain", b"").await,
        404,
    );
    assert!(unknown.contains("没有找到"));
    let wrong_kind = page(&app, Method::POST, "/verify/file", "text/plain", b"x").await;
    checked(&wrong_kind, 415);
    let huge = vec![b'%'; 17 << 20];
    checked(
        &page(&app, Method::POST, "/verify/file", "application/pdf", &huge).await,
        413,
    );
    let json = app.outside().get("/verify/nothing").await;
    assert_eq!(json.header("content-type").unwrap(), "application/problem+json");
}

#[tokio::test]
async fn on_the_page_a_file_is_verified_and_a_name_is_asked_for_with_forms() {
    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let app = &ceremony.app;
    let pdf = ceremony.pdf().await;
    let form = |file: &[u8]| {
        let head =
            b"--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"c.pdf\"\r\n\r\n".as_slice();
        [head, file, b"\r\n--edge--\r\n"].concat()
    };
    let kind = "multipart/form-data; boundary=edge";
    let answer = page(app, Method::POST, "/verify/file", kind, &form(&pdf)).await;
    let report = checked(&answer, 200);
    for told in [
        "真实：",
        "Authentic: this institution signed it",
        "同意书现在的效力",
        "The consent at present",
    ] {
        assert!(report.contains(told), "{told}: {report}");
    }
    let (file, state) = report.split_once("The consent at present").unwrap();
    let standing = muan::evidence::verify::words::word("en", "consent", "in_force");
    assert!(state.contains(&standing), "the force of the consent stands apart");
    assert!(file.contains("class=\"verdict authentic\""));
    let Some(text) = text_of(&pdf) else { return };
    let path = format!("/verify/{}", code_of(&text));
    let shown = checked(&page(app, Method::GET, &path, "text/plain", b"").await, 200);
    assert!(shown.contains("仁爱妇产医院") && shown.contains("name=\"second\"") && !shown.contains("梅**"));
    let form = "application/x-www-form-urlencoded";
    let named = page(app, Method::POST, &path, form, b"second=1996-03-12").await;
    assert!(checked(&named, 200).contains("梅**"));
    checked(
        &page(app, Method::POST, &path, form, b"second=1996-03-13").await,
        404,
    );
    checked(
        &page(app, Method::POST, &path, "text/plain", b"second=1").await,
        415,
    );
}
