//! A lesson's file: TOML between `+++` lines, then Markdown in which a comment names each block.
//!
//! `<!-- fact headache UK-OAA-CARD -->` says the kind, the id and what belongs to it; what follows, up to the next
//! comment, is the block. Any viewer shows such a file as the text that it is. Here a file becomes parts; `load` decides
//! what they mean.

use std::mem::take;
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use super::language::Language;

/// A text in both its forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Without markup.
    pub plain: String,
    /// With nothing but emphasis left.
    pub html: String,
}

/// What stands after a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Heading(Text),
    Paragraph(Text),
    /// Entries, each with its box if it has one.
    List(Vec<(Option<bool>, Text)>),
    /// The only thing in its paragraph: address and what it shows.
    Picture(String, String),
    /// What a lesson has no use for.
    Other,
}

/// A comment's words and what stands after it.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub words: Vec<String>,
    pub parts: Vec<Part>,
}

/// A file, taken apart.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// What stands between the `+++` lines.
    pub front: String,
    /// In order; the first has no words if something stands before the first comment.
    pub sections: Vec<Section>,
}

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(["strong", "em", "br"].into())
        .generic_attributes([].into())
        .clean_content_tags(["script", "style"].into());
    builder
});

pub(super) fn read(text: &str, language: Language) -> Page {
    let options = Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS | Options::ENABLE_TASKLISTS;
    let mut page = Page::default();
    let mut events = Parser::new_ext(text, options);
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::MetadataBlock(_)) => {
                page.front = until(&mut events).into_iter().filter_map(plain_of).collect();
            }
            Event::Start(Tag::HtmlBlock) => {
                let html: String = until(&mut events).into_iter().filter_map(html_of).collect();
                match named(&html) {
                    Some(words) => page.sections.push(Section {
                        words,
                        parts: Vec::new(),
                    }),
                    None => add(&mut page, Part::Other),
                }
            }
            Event::Start(Tag::Heading { .. }) => {
                let text = text_of(&until(&mut events), language);
                add(&mut page, Part::Heading(text));
            }
            Event::Start(Tag::Paragraph) => {
                let part = paragraph(&until(&mut events), language);
                add(&mut page, part);
            }
            Event::Start(Tag::List(None)) => {
                let part = list(until(&mut events), language);
                add(&mut page, part);
            }
            Event::Start(_) => {
                until(&mut events);
                add(&mut page, Part::Other);
            }
            _ => add(&mut page, Part::Other),
        }
    }
    page
}

fn add(page: &mut Page, part: Part) {
    if page.sections.is_empty() {
        page.sections.push(Section::default());
    }
    if let Some(section) = page.sections.last_mut() {
        section.parts.push(part);
    }
}

/// What stands up to the end of what has just begun.
fn until<'a>(events: &mut Parser<'a>) -> Vec<Event<'a>> {
    let mut depth = 1;
    let mut inside = Vec::new();
    for event in events {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        inside.push(event);
    }
    inside
}

/// The words of a comment that is alone in its block.
fn named(html: &str) -> Option<Vec<String>> {
    let inside = html.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
    (!inside.contains("-->")).then(|| inside.split_whitespace().map(str::to_owned).collect())
}

fn paragraph(events: &[Event<'_>], language: Language) -> Part {
    match events {
        [
            Event::Start(Tag::Image { dest_url, .. }),
            shown @ ..,
            Event::End(TagEnd::Image),
        ] => Part::Picture(dest_url.to_string(), text_of(shown, language).plain),
        _ => Part::Paragraph(text_of(events, language)),
    }
}

fn list(events: Vec<Event<'_>>, language: Language) -> Part {
    let mut entries = Vec::new();
    let mut depth = 0;
    let mut boxed = None;
    let mut inside = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::Item) => depth += 1,
            Event::End(TagEnd::Item) => {
                depth -= 1;
                entries.push((boxed.take(), text_of(&take(&mut inside), language)));
            }
            Event::Start(Tag::List(_)) => return Part::Other,
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
            Event::TaskListMarker(checked) => boxed = Some(checked),
            event if depth == 1 => inside.push(event),
            _ => return Part::Other,
        }
    }
    Part::List(entries)
}

fn text_of(events: &[Event<'_>], language: Language) -> Text {
    let joined = |event: &Event<'_>| match event {
        Event::SoftBreak if language.runs_on() => Event::Text("".into()),
        Event::SoftBreak => Event::Text(" ".into()),
        other => other.clone().into_static(),
    };
    let events: Vec<Event<'static>> = events.iter().map(joined).collect();
    let plain: String = events.iter().cloned().filter_map(plain_of).collect();
    let mut rendered = String::new();
    html::push_html(&mut rendered, events.into_iter());
    Text {
        plain: plain.trim().to_owned(),
        html: SANITIZER.clean(rendered.trim()).to_string(),
    }
}

fn plain_of(event: Event<'_>) -> Option<String> {
    match event {
        Event::Text(text) | Event::Code(text) => Some(text.to_string()),
        Event::HardBreak => Some("\n".to_owned()),
        _ => None,
    }
}

fn html_of(event: Event<'_>) -> Option<String> {
    match event {
        Event::Html(html) => Some(html.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<Part> {
        let sections = read(text, Language::En).sections;
        sections.into_iter().flat_map(|section| section.parts).collect()
    }

    #[test]
    fn a_comment_names_what_follows() {
        let text = "+++\ntitle = \"T\"\n+++\n\n<!-- fact f GK -->\nOne *in*\nten.\n\n<!-- quiz Q-1 -->\nWhy?\n\n- [x] a\n- [ ] b\n";
        let page = read(text, Language::En);
        assert_eq!(page.front.trim(), "title = \"T\"");
        let [fact, quiz] = page.sections.as_slice() else {
            panic!("{page:?}")
        };
        assert_eq!(fact.words, ["fact", "f", "GK"]);
        let told = Text {
            plain: "One in ten.".into(),
            html: "One <em>in</em> ten.".into(),
        };
        assert_eq!(fact.parts, [Part::Paragraph(told)]);
        let Some(Part::List(options)) = quiz.parts.last() else {
            panic!("{quiz:?}")
        };
        let boxes: Vec<_> = options
            .iter()
            .map(|(boxed, text)| (*boxed, text.plain.as_str()))
            .collect();
        assert_eq!(boxes, [(Some(true), "a"), (Some(false), "b")]);
    }

    #[test]
    fn a_line_that_ends_is_no_space_in_chinese() {
        let [Part::Paragraph(text)] = &read("疼痛\n可以缓解。", Language::ZhCn).sections[0].parts[..]
        else {
            panic!("a paragraph")
        };
        assert_eq!(text.plain, "疼痛可以缓解。");
    }

    #[test]
    fn nothing_hostile_is_left_in_the_html() {
        for hostile in [
            "a<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>a",
            "[a](javascript:alert(1))",
            "![a](x\" onerror=\"alert(1))",
            "a<svg/onload=alert(1)>",
            "<b style=\"background:url(javascript:alert(1))\" onclick=alert(1)>a</b>",
            "<iframe src=\"data:text/html,<script>alert(1)</script>\">a</iframe>",
            "<a href=\"java&#x0A;script:alert(1)\">a</a>",
            "**a** <style>*{color:red}</style>",
        ] {
            for part in parts(hostile) {
                let Part::Paragraph(Text { html, .. }) = part else {
                    continue;
                };
                let left = html.replace("<strong>", "").replace("</strong>", "");
                assert!(!left.contains('<'), "{hostile} became {html}");
            }
        }
    }

    #[test]
    fn what_a_lesson_has_no_use_for_is_told_apart() {
        for other in [
            "<div>\na\n</div>",
            "```\na\n```",
            "> a",
            "1. a",
            "- a\n  - b",
            "---",
        ] {
            assert_eq!(parts(other), [Part::Other], "{other}");
        }
    }
}
