//! The two API documents and the pages on which a reader browses them: made when somebody first asks, then kept.

use std::sync::LazyLock;

use poem::endpoint::make_sync;
use poem::http::header::CONTENT_TYPE;
use poem::web::Html;
use poem::{Response, Route, handler};

use super::apis::{patient, staff};

static PATIENT: LazyLock<String> = LazyLock::new(|| patient().spec());
static STAFF: LazyLock<String> = LazyLock::new(|| staff().spec());
static PATIENT_PAGE: LazyLock<String> = LazyLock::new(|| patient().swagger_ui_html());
static STAFF_PAGE: LazyLock<String> = LazyLock::new(|| staff().swagger_ui_html());

/// Both documents as text, by file name, two-space indent and a final newline.
pub fn documents() -> [(&'static str, String); 2] {
    [("patient.json", pretty(&PATIENT)), ("staff.json", pretty(&STAFF))]
}

fn pretty(spec: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(spec).unwrap_or_default();
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

/// Adds the documents, their pages and the page that leads to them.
pub fn routes(routes: Route) -> Route {
    let routes = routes.at("/docs", poem::get(index));
    [
        ("/api/patient/v1", &PATIENT, &PATIENT_PAGE),
        ("/api/staff/v1", &STAFF, &STAFF_PAGE),
    ]
    .into_iter()
    .fold(routes, |routes, (prefix, document, page)| {
        let document = make_sync(|_| {
            Response::builder()
                .header(CONTENT_TYPE, "application/json")
                .body(document.as_str())
        });
        let page = || make_sync(|_| Html(page.as_str()));
        routes
            .at(format!("{prefix}/openapi.json"), poem::get(document))
            .at(format!("{prefix}/docs"), poem::get(page()))
            .at(format!("{prefix}/docs/"), poem::get(page()))
    })
}

#[handler]
fn index() -> Html<&'static str> {
    Html(
        "<!doctype html><meta charset=\"utf-8\"><title>Muan 母安</title>\
         <h1>Muan 母安</h1><ul><li><a href=\"/api/patient/v1/docs/\">Patient API</a></li>\
         <li><a href=\"/api/staff/v1/docs/\">Staff API</a></li></ul>",
    )
}
