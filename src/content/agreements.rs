//! Agreements on personal data and on the electronic signature: separate texts, separate decisions (CE-008, CE-235).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Defects, Origin};
use crate::base::Locale;

const FILE: &str = "agreements.toml";

/// One agreement.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// `privacy_policy`, `sensitive_data`, `electronic_signature`, `research`, `teaching`, `notifications`.
    pub kind: String,
    /// Of the text; a new one asks her again.
    pub version: String,
    /// Whether anything needs it.
    pub required: bool,
    zh: Text,
    en: Text,
}

/// In one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Title.
    pub title: String,
    /// What it says: purpose, kinds of data, recipients, period, what a refusal means.
    pub body: String,
}

impl Agreement {
    /// In a language.
    pub fn text(&self, locale: Locale) -> &Text {
        match locale {
            Locale::ZhCn => &self.zh,
            Locale::En => &self.en,
        }
    }
}

/// All agreements by kind.
#[derive(Debug, Default)]
pub struct Agreements(BTreeMap<String, Agreement>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    agreement: Vec<Agreement>,
}

impl Agreements {
    /// Every kind.
    pub fn all(&self) -> impl Iterator<Item = &Agreement> {
        self.0.values()
    }

    /// One kind.
    pub fn get(&self, kind: &str) -> Option<&Agreement> {
        self.0.get(kind)
    }
}

pub(super) fn load(origin: &Origin, defects: &mut Defects) -> Agreements {
    let Some(file) = origin.toml::<File>(FILE, defects) else {
        return Agreements::default();
    };
    let all: BTreeMap<_, _> = file
        .agreement
        .into_iter()
        .map(|one| (one.kind.clone(), one))
        .collect();
    for kind in ["privacy_policy", "sensitive_data", "electronic_signature"] {
        defects.check(all.contains_key(kind), FILE, "", || {
            format!("no agreement {kind}")
        });
    }
    Agreements(all)
}
