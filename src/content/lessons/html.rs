//! A lesson as HTML for a mini-program's rich text: few tags, styles inline because it takes no page's CSS.
//!
//! Every tag and style stands here; from the lesson come only texts that went through the sanitizer.

use super::{Block, Body, Direction, Kind, Language};
use crate::content::messages;
use crate::content::sources::Sources;

const HEADING: &str = "font-size:18px;line-height:1.5;font-weight:600;margin:24px 0 8px";
const TEXT: &str = "font-size:16px;line-height:1.8;margin:0 0 12px";
const LIST: &str = "font-size:16px;line-height:1.8;margin:0 0 12px;padding:0 20px";
const FACT: &str = "font-size:16px;line-height:1.8;margin:0 0 12px;padding:10px 12px;background:#eef6f4;border-left:4px solid #2f7d6d";
const RIGHT_TO_LEFT: &str = ";direction:rtl;text-align:right";
const SOURCE: &str = "font-size:13px;line-height:1.6;color:#595959";
const MYTH: &str = "font-size:16px;line-height:1.8;margin:0 0 12px;padding:10px 12px;background:#f6f4ee";
const PICTURE: &str = "display:block;width:100%;max-width:480px;margin:0 auto 12px";
const WARNING: &str = "font-size:16px;line-height:1.8;margin:0 0 12px;padding:10px 12px;background:#fdf0ee;border-left:4px solid #b3261e";

/// A lesson in a language.
///
/// `address` says where the picture that is served under a name lies.
pub fn html(body: &Body, sources: &Sources, address: &dyn Fn(&str) -> String) -> String {
    let of_block = |block| of_block(block, sources, address);
    body.blocks.iter().map(of_block).collect()
}

fn of_block(block: &Block, sources: &Sources, address: &dyn Fn(&str) -> String) -> String {
    let language = block.language;
    let runs = match language.direction() {
        Direction::Ltr => "",
        Direction::Rtl => RIGHT_TO_LEFT,
    };
    let whole = |name: &str, style: &str, inside: &str| tag(name, &format!("{style}{runs}"), inside);
    match &block.kind {
        Kind::Heading(text) => whole("h2", HEADING, &text.html),
        Kind::Paragraph(text) => whole("p", TEXT, &text.html),
        Kind::List(items) => {
            let items: String = items
                .iter()
                .map(|item| format!("<li>{}</li>", item.html))
                .collect();
            whole("ul", LIST, &items)
        }
        Kind::Fact {
            text,
            source,
            confirmed,
        } => {
            let told = cited(source, *confirmed, language, sources);
            whole(
                "div",
                FACT,
                &format!("{}<br>{}", text.html, tag("span", SOURCE, &told)),
            )
        }
        Kind::Myth { myth, answer } => {
            let said = format!("<strong>{}</strong> {}", label(language, "people_say"), myth.html);
            let so = format!("<strong>{}</strong> {}", label(language, "it_is_so"), answer.html);
            whole("div", MYTH, &format!("{said}<br>{so}"))
        }
        Kind::Warning(text) => {
            let head = label(language, "warning");
            whole("div", WARNING, &format!("<strong>{head}</strong> {}", text.html))
        }
        Kind::Figure(figure) => {
            let (address, shows) = (escaped(&address(&figure.name)), escaped(&figure.shows));
            format!("<img src=\"{address}\" alt=\"{shows}\" style=\"{PICTURE}\">")
        }
    }
}

fn tag(name: &str, style: &str, inside: &str) -> String {
    format!("<{name} style=\"{style}\">{inside}</{name}>")
}

fn label(language: Language, name: &str) -> String {
    escaped(&messages::lesson(language.around(), name))
}

/// A text in which nothing is a tag. No entity beyond these: a rich-text view knows few.
fn escaped(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text.replace('"', "&quot;")
}

/// Where a figure is from, and whether a clinician has yet to confirm it.
fn cited(source: &str, confirmed: bool, language: Language, sources: &Sources) -> String {
    let titles: Vec<&str> = source
        .split('/')
        .filter(|id| *id != "GK")
        .filter_map(|id| sources.get(id).map(|source| source.title.as_str()))
        .collect();
    let mut told = Vec::new();
    if !titles.is_empty() {
        told.push(format!(
            "{} {}",
            label(language, "source"),
            escaped(&titles.join("; "))
        ));
    }
    if !confirmed {
        told.push(label(language, "unconfirmed"));
    }
    told.join(" ")
}
