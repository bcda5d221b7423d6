//! From a lesson's folder to a lesson, with every fault named.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::markdown::{self, Page, Part, Section, Text};
use super::media::{self, Media};
use super::{Block, Body, Figure, Head, Item, Key, Kind, Language, Lesson, Lessons, OptionText};
use crate::content::sources::Sources;
use crate::content::{Defects, Origin};

/// Longest Chinese text of a lesson, characters: eight minutes read aloud.
const LONGEST_TEXT: usize = 1200;
/// Options of a quiz item, in order.
const CODES: [&str; 3] = ["a", "b", "c"];

/// What stands between the `+++` lines.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    title: String,
    goal: String,
    /// What has no language stands with the Chinese text alone.
    lesson: Option<Head>,
}

pub fn load(origin: &Origin, sources: &Sources, defects: &mut Defects) -> Lessons {
    let mut media = BTreeMap::new();
    let mut lessons: Vec<Lesson> = origin
        .list("lessons")
        .into_iter()
        .filter(|slug| !slug.contains('.'))
        .filter_map(|slug| load_one(origin, &slug, sources, &mut media, defects))
        .collect();
    lessons.sort_by_key(|lesson| lesson.head.order);
    let mut codes = BTreeSet::new();
    for lesson in &lessons {
        let file = path(&lesson.head.slug, "zh-CN.md");
        defects.check(codes.insert(&lesson.head.code), &file, "/code", || {
            "the code stands twice".to_owned()
        });
    }
    Lessons::of(lessons, media)
}

fn path(slug: &str, name: &str) -> String {
    format!("lessons/{slug}/{name}")
}

/// A lesson as one file has it.
struct Written {
    head: Option<Head>,
    body: Body,
}

fn load_one(
    origin: &Origin,
    slug: &str,
    sources: &Sources,
    media: &mut BTreeMap<String, Media>,
    defects: &mut Defects,
) -> Option<Lesson> {
    let mut own = BTreeMap::new();
    let names = origin.list(&format!("lessons/{slug}"));
    let mut digest = Sha256::new();
    let mut written = BTreeMap::new();
    for name in &names {
        let file = path(slug, name);
        let bytes = origin.read(&file).unwrap_or_default();
        digest.update(name);
        digest.update(b"\0");
        digest.update(Sha256::digest(&bytes));
        match name.strip_suffix(".md").and_then(Language::parse) {
            Some(language) => {
                let read = read(&file, &bytes, language, defects)?;
                written.insert(language, read);
            }
            None => match Media::read(&file, &bytes, defects) {
                Some((called, read)) => {
                    own.insert(name.clone(), called.clone());
                    media.insert(called, read);
                }
                None => defects.add(
                    &file,
                    "",
                    "neither a text in a language that is known, a drawing nor a recording",
                ),
            },
        }
    }
    for language in [Language::ZhCn, Language::En] {
        defects.check(
            written.contains_key(&language),
            &path(slug, &format!("{}.md", language.word())),
            "",
            || "the file is missing".to_owned(),
        );
    }
    let Written {
        head,
        body: mut first,
    } = written.remove(&Language::ZhCn)?;
    let file = path(slug, "zh-CN.md");
    let Some(mut head) = head else {
        defects.add(&file, "/lesson", "code, order, weeks and the like are missing");
        return None;
    };
    head.slug = slug.to_owned();
    head.quiz = keys(&first);
    settle(&file, &mut first, &head, &own, defects);
    check(&file, &head, &first, sources, defects);
    for block in &first.blocks {
        if let Kind::Fact { source, .. } = &block.kind {
            let titles = source.split('/').filter_map(|id| sources.get(id));
            titles.for_each(|source| digest.update(&source.title));
        }
    }
    let mut others = Vec::new();
    for (
        language,
        Written {
            head: twice,
            mut body,
        },
    ) in written
    {
        let file = path(slug, &format!("{}.md", language.word()));
        defects.check(twice.is_none(), &file, "/lesson", || {
            "stands with the Chinese text alone".to_owned()
        });
        settle(&file, &mut body, &head, &own, defects);
        others.push(merged(&file, body, &first, defects));
    }
    let heard: BTreeSet<&String> = others
        .iter()
        .chain([&first])
        .filter_map(|body| body.recording.as_ref())
        .collect();
    for (name, called) in own.iter().filter(|(name, _)| name.ends_with(".mp3")) {
        defects.check(heard.contains(called), &path(slug, name), "", || {
            format!("reads no text of version {} aloud", head.version)
        });
    }
    Some(Lesson {
        head,
        bodies: (first, others),
        digest: hex::encode(digest.finalize()),
    })
}

fn read(file: &str, bytes: &[u8], language: Language, defects: &mut Defects) -> Option<Written> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        defects.add(file, "", "not UTF-8");
        return None;
    };
    let Page { front, sections } = markdown::read(text, language);
    let front: Front = match toml::from_str(&front) {
        Ok(front) => front,
        Err(error) => {
            defects.add(file, "", error.to_string());
            return None;
        }
    };
    let mut body = Body {
        language,
        title: front.title,
        goal: front.goal,
        recording: None,
        blocks: Vec::new(),
        quiz: Vec::new(),
    };
    let mut ids = BTreeSet::new();
    for Section { words, parts } in sections {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let id = words.get(1).copied().unwrap_or_default().to_owned();
        let pointer = format!("/{id}");
        defects.check(ids.insert(id.clone()), file, &pointer, || {
            "the id stands twice".to_owned()
        });
        if words.first() == Some(&"quiz") {
            match item(id, language, parts) {
                Some(item) => body.quiz.push(item),
                None => defects.add(
                    file,
                    pointer,
                    "a quiz item is a question, two or three options of which one is right, and two explanations",
                ),
            }
            continue;
        }
        match kind(&words, parts) {
            Some(kind) => body.blocks.push(Block { id, language, kind }),
            None => defects.add(file, pointer, "no block: its comment and what follows do not fit"),
        }
    }
    Some(Written {
        head: front.lesson,
        body,
    })
}

fn kind(words: &[&str], parts: Vec<Part>) -> Option<Kind> {
    let mut parts = parts.into_iter();
    let (first, second, none) = (parts.next(), parts.next(), parts.next());
    if none.is_some() {
        return None;
    }
    match (words, first?, second) {
        (["heading", _], Part::Heading(text), None) => Some(Kind::Heading(text)),
        (["paragraph", _], Part::Paragraph(text), None) => Some(Kind::Paragraph(text)),
        (["warning", _], Part::Paragraph(text), None) => Some(Kind::Warning(text)),
        (["list", _], Part::List(items), None) => {
            Some(Kind::List(items.into_iter().map(|(_, text)| text).collect()))
        }
        (["fact", _, source], Part::Paragraph(text), None) => Some(Kind::Fact {
            text,
            source: (*source).to_owned(),
            confirmed: true,
        }),
        (["figure", _], Part::Picture(file, shows), None) if !shows.is_empty() => {
            Some(Kind::Figure(Figure {
                file,
                name: String::new(),
                shows,
            }))
        }
        (["myth", _], Part::Paragraph(myth), Some(Part::Paragraph(answer))) => {
            Some(Kind::Myth { myth, answer })
        }
        _ => None,
    }
}

fn item(id: String, language: Language, parts: Vec<Part>) -> Option<Item> {
    let [
        Part::Paragraph(question),
        Part::List(entries),
        Part::Paragraph(why),
        Part::Paragraph(otherwise),
    ] = <[Part; 4]>::try_from(parts).ok()?
    else {
        return None;
    };
    let offered: Vec<(&str, Option<bool>, Text)> = CODES
        .into_iter()
        .zip(entries.iter().cloned())
        .map(|(code, (boxed, text))| (code, boxed, text))
        .collect();
    let mut right = offered.iter().filter(|(_, boxed, _)| *boxed == Some(true));
    let (answer, another) = (right.next()?.0.to_owned(), right.next());
    let whole = another.is_none() && offered.len() > 1 && offered.len() == entries.len();
    let options = offered.into_iter().map(|(code, _, text)| OptionText {
        code: code.to_owned(),
        text: text.plain,
    });
    whole.then(|| Item {
        id,
        language,
        question: question.plain,
        options: options.collect(),
        answer,
        why: why.plain,
        otherwise: otherwise.plain,
    })
}

fn keys(body: &Body) -> Vec<Key> {
    let key = |item: &Item| Key {
        id: item.id.clone(),
        answer: item.answer.clone(),
    };
    body.quiz.iter().map(key).collect()
}

/// Says of each figure whether it awaits a clinician, and of each picture and of the recording which bytes it is.
fn settle(file: &str, body: &mut Body, head: &Head, own: &BTreeMap<String, String>, defects: &mut Defects) {
    body.recording = media::recording(own, body.language, &head.version);
    for block in &mut body.blocks {
        match &mut block.kind {
            Kind::Fact { confirmed, .. } => {
                *confirmed = !head.unconfirmed.iter().any(|claim| claim.place == block.id);
            }
            Kind::Figure(figure) => match own.get(&figure.file) {
                Some(name) => figure.name.clone_from(name),
                None => defects.add(file, format!("/{}", block.id), "no such drawing in this folder"),
            },
            _ => {}
        }
    }
}

fn check(file: &str, head: &Head, body: &Body, sources: &Sources, defects: &mut Defects) {
    defects.check((1..=8).contains(&head.minutes), file, "/lesson/minutes", || {
        "1 to 8 minutes".to_owned()
    });
    let claimed = head.unconfirmed.iter().map(|claim| &claim.source);
    for cited in head.sources.iter().chain(claimed) {
        defects.check(sources.knows(cited), file, "/lesson/sources", || {
            format!("the source {cited} is unknown")
        });
    }
    let mut myths = 0;
    for block in &body.blocks {
        match &block.kind {
            Kind::Fact { source, .. } => {
                let cites = sources.knows(source) && source != "—";
                defects.check(cites, file, &format!("/{}", block.id), || {
                    format!("the source {source} is unknown")
                });
            }
            Kind::Myth { .. } => myths += 1,
            _ => {}
        }
    }
    defects.check(myths > 0, file, "", || "no myth is answered".to_owned());
    defects.check(!body.quiz.is_empty(), file, "", || "no quiz".to_owned());
    defects.check(body.figures().next().is_some(), file, "", || {
        "no drawing".to_owned()
    });
    let places: BTreeSet<&String> = body.blocks.iter().map(|block| &block.id).collect();
    let asked: BTreeSet<&String> = head.quiz.iter().map(|key| &key.id).collect();
    for claim in &head.unconfirmed {
        let there = places.contains(&claim.place) || asked.contains(&claim.place);
        defects.check(there, file, "/lesson/unconfirmed", || {
            format!("{} is no block and no quiz item", claim.place)
        });
    }
    let texts = body.blocks.iter().flat_map(Block::texts);
    let length: usize = texts.map(|text| text.chars().count()).sum();
    defects.check(length <= LONGEST_TEXT, file, "/blocks", || {
        format!("{length} characters")
    });
}

/// A lesson in another language, with the Chinese blocks where it lacks one. English lacks none.
fn merged(file: &str, body: Body, first: &Body, defects: &mut Defects) -> Body {
    let whole = body.language == Language::En;
    let missing = |id: &str, defects: &mut Defects| {
        defects.check(!whole, file, &format!("/{id}"), || "zh-CN has it".to_owned());
    };
    let mut blocks: BTreeMap<String, Block> = body
        .blocks
        .into_iter()
        .map(|block| (block.id.clone(), block))
        .collect();
    let mut items: BTreeMap<String, Item> = body
        .quiz
        .into_iter()
        .map(|item| (item.id.clone(), item))
        .collect();
    let mut merged = Body {
        blocks: Vec::new(),
        quiz: Vec::new(),
        ..body
    };
    for block in &first.blocks {
        let own = blocks.remove(&block.id);
        if own.is_none() {
            missing(&block.id, defects);
        }
        let own = own.unwrap_or_else(|| block.clone());
        defects.check(
            alike(&own.kind, &block.kind),
            file,
            &format!("/{}", block.id),
            || "of another kind or source than in zh-CN".to_owned(),
        );
        merged.blocks.push(own);
    }
    for item in &first.quiz {
        let own = items.remove(&item.id);
        if own.is_none() {
            missing(&item.id, defects);
        }
        let own = own.unwrap_or_else(|| item.clone());
        let same = own.answer == item.answer && own.options.len() == item.options.len();
        defects.check(same, file, &format!("/{}", item.id), || {
            "another answer or number of options than in zh-CN".to_owned()
        });
        merged.quiz.push(own);
    }
    for id in blocks.keys().chain(items.keys()) {
        defects.add(file, format!("/{id}"), "zh-CN has no such block or quiz item");
    }
    merged
}

fn alike(one: &Kind, other: &Kind) -> bool {
    match (one, other) {
        (Kind::Fact { source: one, .. }, Kind::Fact { source: other, .. }) => one == other,
        (Kind::Figure(one), Kind::Figure(other)) => one.file == other.file,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}
