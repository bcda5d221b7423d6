//! The pages of public verification: both languages, no script, nothing from elsewhere, readable on a phone.
//!
//! They say whether a file is genuine and whether the consent is in force in two places (CE-213).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use poem::http::HeaderValue;

use crate::base::Locale;
use crate::base::canonical::sha256;
use crate::base::clock::clinic_date;
use crate::consent::model::Recorded;
use crate::content::messages;
use crate::evidence::verify::{Report, words};
use crate::http::problem::Problem;

const STYLE: &str = include_str!("../../content/evidence/verifier/page.css");

/// A browser runs nothing on these pages and loads nothing; a form leads back to us alone.
pub fn policy() -> HeaderValue {
    let style = STANDARD.encode(sha256(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

/// The forms: a code, a file. `test` says that the institution's seal is a test authority's.
pub fn start(test: bool) -> String {
    let mut body = warned(test) + &said("p", "lead");
    body += &format!(
        "<h2>{}</h2><form action=\"verify\"><label><span>{}</span>\
         <input name=\"code\" required maxlength=\"64\" autocomplete=\"off\" autocapitalize=\"characters\"></label>\
         <button>{}</button></form>",
        both("by_code"),
        both("code"),
        both("go"),
    );
    body += &format!(
        "<h2>{}</h2><form action=\"verify/file\" method=\"post\" enctype=\"multipart/form-data\"><label><span>{}</span>\
         <input type=\"file\" name=\"file\" required accept=\".pdf,.zip\"></label><button>{}</button></form>",
        both("by_file"),
        both("file"),
        both("go"),
    );
    body += &said("p", "file_note");
    whole(&body, false)
}

/// What is recorded of a document; with the form for the second item where nobody has given it.
pub fn recorded(found: &Recorded, test: bool, ask: bool) -> String {
    let standing = found.force.standing.word();
    let mut facts = fact("institution", &escaped(&found.institution));
    facts += &fact("document", &both(&format!("document_{}", found.paper.word())));
    facts += &fact("issued", &clinic_date(found.issued_at).to_string());
    if let Some(name) = &found.name {
        facts += &fact("name", &escaped(name));
    }
    facts += &fact(
        "seal",
        &both(if found.time.is_some() {
            "sealed"
        } else {
            "unsealed"
        }),
    );
    if let Some(time) = found.time {
        facts += &fact("time", &both(&format!("time_{}", time.word())));
    }
    if let Some(log) = found.log {
        facts += &fact("log", &of("log", log.word()));
    }
    if let Some(head) = &found.checkpoint {
        let text = format!("{} · {}<br><code>{}</code>", head.size, shown(head.at), head.root);
        facts += &fact("checkpoint", &text);
    }
    let mut state = fact("state", &of("consent", standing));
    for (key, at) in [("until", found.force.until), ("since", found.force.since)] {
        if let Some(at) = at {
            state += &fact(key, &shown(at));
        }
    }
    let mut body = format!("{}<dl>{facts}</dl>{}", warned(test), said("p", "compare"));
    body += &format!("<h2>{}</h2><dl>{state}</dl>{}", both("force"), said("p", "apart"));
    if ask {
        body += &format!(
            "<h2>{}</h2><form method=\"post\"><label><span>{}</span>\
             <input name=\"second\" required maxlength=\"32\" autocomplete=\"off\"></label><button>{}</button></form>",
            both("second"),
            both("second_item"),
            both("second_go"),
        );
    }
    whole(&body, true)
}

/// Nothing of the kind is recorded.
pub fn unknown() -> String {
    whole(&said("p", "unknown"), true)
}

/// The report on a file.
pub fn report(report: &Report, test: bool) -> String {
    let overall = report.overall.word();
    let mut body = format!(
        "{}<p class=\"verdict {overall}\">{}</p><ul>",
        warned(test),
        of("overall", overall)
    );
    for message in &report.messages {
        let text = |lang| words::text(lang, message.code, &message.params);
        body += &format!("<li>{}</li>", pair(&text("zh-CN"), &text("en")));
    }
    body += "</ul><dl>";
    let [file @ .., consent] = report.dimensions.shown();
    let shown = |(name, word): (&str, &str)| row(&of("dimension", name), &of(name, word));
    body.extend(file.map(shown));
    let standing = shown(consent);
    body += &format!(
        "</dl><h2>{}</h2><dl>{standing}</dl>{}<h2>{}</h2><ol>",
        both("force"),
        said("p", "apart"),
        of("title", "steps"),
    );
    for step in &report.steps {
        let reason = |lang| words::reason(lang, step.code, &step.params);
        body += &format!(
            "<li class=\"{}\"><div class=\"name\">{}</div><div class=\"result\">{}</div><div class=\"why\">{}</div></li>",
            step.result.word(),
            of("step", step.step.word()),
            of("result", step.result.word()),
            pair(&reason("zh-CN"), &reason("en")),
        );
    }
    body += "</ol>";
    whole(&body, true)
}

/// Why there is no answer.
pub fn problem(problem: &Problem) -> String {
    let text = |locale| messages::text(locale, &problem.code);
    let said = match problem.status {
        // Of an unknown code no more is told than of a wrong second item.
        404 => both("nothing"),
        _ => pair(&text(Locale::ZhCn), &text(Locale::En)),
    };
    whole(&format!("<p id=\"fault\">{said}</p>"), true)
}

/// Above all that is told where nobody may rely on it.
fn warned(test: bool) -> String {
    match test {
        true => format!("<p id=\"fault\">{}</p>", both("test_authority")),
        false => String::new(),
    }
}

fn whole(body: &str, again: bool) -> String {
    let title = format!("{} / {}", word("zh-CN", "title"), word("en", "title"));
    let again = match again {
        true => format!("<p><a href=\"../verify\">{}</a></p>", both("again")),
        false => String::new(),
    };
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main><h1>{}</h1>{body}{again}</main></body></html>",
        both("title"),
    )
}

fn word(lang: &str, key: &str) -> String {
    words::word(lang, "public", key)
}

/// A word of these pages in both languages.
fn both(key: &str) -> String {
    of("public", key)
}

/// A word of the report in both languages.
fn of(group: &str, key: &str) -> String {
    pair(&words::word("zh-CN", group, key), &words::word("en", group, key))
}

fn pair(chinese: &str, english: &str) -> String {
    let (chinese, english) = (escaped(chinese), escaped(english));
    format!("{chinese}<br><span lang=\"en\">{english}</span>")
}

fn said(tag: &str, key: &str) -> String {
    format!("<{tag}>{}</{tag}>", both(key))
}

fn fact(key: &str, value: &str) -> String {
    row(&both(key), value)
}

fn row(name: &str, value: &str) -> String {
    format!("<div><dt>{name}</dt><dd>{value}</dd></div>")
}

/// With its zone, as the sentences have it (CE-132).
fn shown(at: DateTime<Utc>) -> String {
    words::shown(&at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
