//! Every guideline that a rule, a lesson or a consent cites.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Defects, Origin};

const FILE: &str = "sources.toml";

/// Whether the text of a source was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Read.
    Checked,
    /// Known, not read.
    ToBeConfirmed,
}

/// One source.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The short name that content writes.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Year of publication, where known.
    pub year: Option<i32>,
    /// What was read of it, what awaits.
    pub note: Option<String>,
    /// Whether it was read.
    pub status: Status,
}

/// All sources by id.
#[derive(Debug, Default)]
pub struct Sources(BTreeMap<String, Source>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    source: Vec<Source>,
}

impl Sources {
    /// One source.
    pub fn get(&self, id: &str) -> Option<&Source> {
        self.0.get(id)
    }

    /// Whether every part of a citation such as `SOAP-PLT21/GK` is known; `—` cites nothing.
    pub fn knows(&self, citation: &str) -> bool {
        citation == "—" || citation.split('/').all(|id| self.0.contains_key(id.trim()))
    }
}

pub(super) fn load(origin: &Origin, defects: &mut Defects) -> Sources {
    let Some(file) = origin.toml::<File>(FILE, defects) else {
        return Sources::default();
    };
    let mut all = BTreeMap::new();
    for source in file.source {
        let id = source.id.clone();
        if all.insert(id.clone(), source).is_some() {
            defects.add(FILE, "", format!("the source {id} stands twice"));
        }
    }
    Sources(all)
}
