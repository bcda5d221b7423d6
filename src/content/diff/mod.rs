//! What an edited content directory changes, and for whom: items, rules, the vectors that come out differently, lessons
//! and consents. Both directories have loaded without a fault before.
//!
//! `entries` takes documents apart into named aspects, `rows` compares those, `outcomes` evaluates the vectors, `lines`
//! writes it all down. An aspect that nobody thought of still shows: what has no name of its own is compared as "other".

mod entries;
mod lines;
mod outcomes;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::forms::{RECHECK, STAFF};
use super::{Content, Origin};
use crate::questionnaire::Form;
use entries::Entry;
pub use outcomes::{Came, Flip, Of};
pub use rows::{Change, Row, Rows};

/// Everything that differs; empty lists where nothing does.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Difference {
    /// Forms with a difference, by name.
    pub questionnaires: Vec<FormChange>,
    /// Lessons by slug.
    pub lessons: Rows,
    /// Consent templates by code, version and language.
    pub consents: Rows,
    /// What else is read from the directory, by file.
    pub files: Rows,
}

/// What changes between two versions of a form, or inside one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FormChange {
    /// The form.
    pub name: String,
    /// The version as it was; none for a new one.
    pub before: Option<String>,
    /// The version as it is to be; none for one that goes.
    pub after: Option<String>,
    /// The form as a whole: title, description, order.
    pub form: Rows,
    /// Groups and questions by linkId.
    pub items: Rows,
    /// The rule table as a whole: levels, sentences, order.
    pub table: Rows,
    /// Scores by id.
    pub scores: Rows,
    /// Checks between items by id.
    pub checks: Rows,
    /// Rules by id.
    pub rules: Rows,
    /// The vectors, old and new, that come out differently.
    pub vectors: Vec<Flip>,
}

/// Compares two loaded directories.
///
/// # Errors
/// A vectors file that cannot be read.
pub fn compare(old: &Content, new: &Content) -> Result<Difference, String> {
    let names: BTreeSet<&str> = [old, new].into_iter().flat_map(names).collect();
    let mut questionnaires = Vec::new();
    for name in names {
        for (before, after) in pairs(versions(old, name), versions(new, name)) {
            let change = form_change((old, before), (new, after), name)?;
            questionnaires.extend(change.is_some().then_some(change).flatten());
        }
    }
    Ok(Difference {
        questionnaires,
        lessons: rows::compare(&entries::lessons(old), &entries::lessons(new)),
        consents: rows::compare(&entries::consents(old), &entries::consents(new)),
        files: rows::compare(&entries::files(old), &entries::files(new)),
    })
}

impl Difference {
    /// Readable lines in a stable order; none when nothing changed.
    pub fn lines(&self) -> Vec<String> {
        lines::of(self)
    }
}

/// The parts of the assessment are compared as the whole that they are published from.
fn names(content: &Content) -> impl Iterator<Item = &str> {
    let names = content.forms.all().map(|entry| entry.name.as_str());
    names.filter(|name| ![RECHECK, STAFF].contains(name))
}

/// Rising.
fn versions<'a>(content: &'a Content, name: &str) -> Vec<&'a str> {
    let entries = content.forms.all().filter(|entry| entry.name == name);
    entries.map(|entry| entry.version.as_str()).collect()
}

/// What is compared with what: each version with itself, then the newest with the newest. An old version that goes is
/// compared with nothing.
fn pairs<'a>(old: Vec<&'a str>, new: Vec<&'a str>) -> Vec<(Option<&'a str>, Option<&'a str>)> {
    let (newest_before, newest_after) = (old.last().copied(), new.last().copied());
    let mut pairs: Vec<_> = old
        .iter()
        .filter(|version| new.contains(version))
        .map(|version| (Some(*version), Some(*version)))
        .collect();
    let gone = old
        .iter()
        .filter(|version| !new.contains(version) && Some(**version) != newest_before);
    pairs.extend(gone.map(|version| (Some(*version), None)));
    if newest_before != newest_after {
        pairs.push((newest_before, newest_after));
    }
    pairs
}

fn form_change(
    (old, before): (&Content, Option<&str>),
    (new, after): (&Content, Option<&str>),
    name: &str,
) -> Result<Option<FormChange>, String> {
    let side = |content: &Content, version: Option<&str>| Side::of(content, name, version);
    let (was, is) = (side(old, before), side(new, after));
    let mut vectors = Vec::new();
    if let (Some(before), Some(after), Some(one), Some(two)) = (before, after, &was.whole, &is.whole) {
        // The same form with the same rules gives the same answers; only then is there nothing to evaluate.
        if one.definition() != two.definition() || was.document != is.document {
            let cases = |origin: &Origin, version| super::vectors::of(origin, name, version);
            vectors = outcomes::flips(
                (one, cases(old.origin(), before)?),
                (two, cases(new.origin(), after)?),
            );
        }
    }
    let change = FormChange {
        name: name.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        form: rows::compare(&was.form, &is.form),
        items: rows::compare(&was.items, &is.items),
        table: rows::compare(&was.table, &is.table),
        scores: rows::compare(&was.scores, &is.scores),
        checks: rows::compare(&was.checks, &is.checks),
        rules: rows::compare(&was.rules, &is.rules),
        vectors,
    };
    let tables = [
        &change.form,
        &change.items,
        &change.table,
        &change.scores,
        &change.checks,
        &change.rules,
    ];
    let same = before == after && change.vectors.is_empty() && tables.iter().all(|rows| rows.is_empty());
    Ok((!same).then_some(change))
}

/// One version of a form, taken apart.
#[derive(Default)]
struct Side {
    whole: Option<Arc<Form>>,
    /// The rule table as it stands in the file.
    document: Value,
    form: Vec<Entry>,
    items: Vec<Entry>,
    table: Vec<Entry>,
    scores: Vec<Entry>,
    checks: Vec<Entry>,
    rules: Vec<Entry>,
}

impl Side {
    fn of(content: &Content, name: &str, version: Option<&str>) -> Self {
        let Some(form) = version.and_then(|version| content.forms.whole(name, Some(version))) else {
            return Self::default();
        };
        let path = format!("questionnaires/{name}/{}.rules.json", version.unwrap_or_default());
        let table: Value = content
            .origin()
            .read(&path)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self {
            whole: Some(Arc::clone(form)),
            form: vec![entries::form(form.definition())],
            items: entries::items(form.definition()),
            table: vec![entries::table(&table)],
            scores: entries::of_table(&table, "scores"),
            checks: entries::of_table(&table, "checks"),
            rules: entries::of_table(&table, "rules"),
            document: table,
        }
    }
}
