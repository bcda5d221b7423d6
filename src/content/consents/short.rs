//! The short form for a woman who arrives in labor (CE-203): what it shows, and its two questions. Nothing that she agrees
//! to, affirms or signs may be left out of it.

use serde_json::Value;

use super::node::{Node, Sheet, once};
use super::sections::{self, Named};
use crate::base::Locale;

/// Kinds of which every section is kept: her own risks, other ways, what she affirms and decides, and who signs.
const KEPT: [&str; 6] = [
    "alternatives",
    "own_risks",
    "statements",
    "decision",
    "clinician_signature",
    "patient_signature",
];
/// Kinds of which at least one section is kept: the core risks.
const CORE: [&str; 1] = ["risks"];
/// Questions that are asked.
const ASKED: i64 = 2;

/// Checks the short form against the template's sections and questions.
pub(super) fn check(
    root: &Node<'_>,
    all: &[Named<'_>],
    questions: &[Named<'_>],
    locale: Option<Locale>,
    sheet: &mut Sheet,
) {
    let short = root.of("short_form");
    short.of("title").text(sheet);
    let first = short.of("section");
    let own = sections::read(&first, locale, sheet);
    first.of("kind").word(sheet, &["text"]);
    let apart = all.iter().all(|(_, id)| *id != own);
    sheet.check(
        apart,
        &first.of("id").at,
        "twice",
        "a section of the full form has this id",
    );
    let named = short.of("sections");
    let ids: Vec<&str> = all.iter().map(|(_, id)| *id).collect();
    let mut kept = Vec::new();
    for section in named.items(sheet) {
        kept.push((section.at.clone(), section.word(sheet, &ids)));
    }
    once(sheet, &kept);
    let kept: Vec<&str> = kept.into_iter().map(|(_, id)| id).collect();
    for (kind, id) in all.iter().filter(|(kind, _)| KEPT.contains(kind)) {
        let there = kept.contains(id);
        let reason = format!("{id} of kind {kind} is never left out");
        sheet.check(there, &named.at, "inconsistent", reason);
    }
    for core in CORE {
        let there = all.iter().any(|(kind, id)| *kind == core && kept.contains(id));
        let reason = format!("no section of kind {core}");
        sheet.check(there, &named.at, "inconsistent", reason);
    }
    asked(&root.of("comprehension").of("short"), &kept, questions, sheet);
}

/// Two questions, both right, each on a section that she is shown; `questions` as section and id.
fn asked(short: &Node<'_>, kept: &[&str], questions: &[Named<'_>], sheet: &mut Sheet) {
    let ids: Vec<&str> = questions.iter().map(|(_, id)| *id).collect();
    let mut named = Vec::new();
    let always = short.of("always").items(sheet);
    named.extend(always.iter().map(|one| (one.at.clone(), one.word(sheet, &ids))));
    let pair = short.of("one_of").list(sheet);
    named.extend(pair.iter().map(|one| (one.at.clone(), one.word(sheet, &ids))));
    let other = short.of("own_risk_else");
    named.push((other.at.clone(), other.word(sheet, &ids)));
    once(sheet, &named);
    for (at, id) in &named {
        let place = questions.iter().find(|(_, one)| one == id);
        let shown = place.is_none_or(|(section, _)| kept.contains(section));
        sheet.check(
            shown,
            at,
            "inconsistent",
            "the short form does not show the section of this question",
        );
    }
    let count = always.len() + usize::from(!pair.is_empty()) + 1;
    let two = i64::try_from(count) == Ok(ASKED);
    sheet.check(two, &short.at, "inconsistent", "two questions are asked");
    short.of("pass_correct").number(sheet, ASKED, ASKED);
}

/// Whether a template has a short form that can be shown: one of an earlier time may have none, or leave something out.
pub fn has_short_form(document: &Value) -> bool {
    let root = Node::root(document);
    let all = pairs(&root.of("sections"), "kind");
    let questions = pairs(&root.of("comprehension").of("questions"), "section");
    let mut sheet = Sheet::default();
    check(&root, &all, &questions, None, &mut sheet);
    sheet.0.is_empty()
}

/// A member and the id of each item.
fn pairs<'a>(items: &Node<'a>, member: &str) -> Vec<Named<'a>> {
    let mut unnoted = Sheet::default();
    let each = items.list(&mut unnoted);
    each.iter()
        .map(|one| (one.of(member).text(&mut unnoted), one.of("id").text(&mut unnoted)))
        .collect()
}
