//! Agreements on personal data and on the electronic signature: separate texts, separate decisions (CE-008, CE-235).
//! Those of a guardian on a child's data stand apart: she can give none of them herself (CE-062).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Defects, Origin};
use crate::base::error::{Error, Result};
use crate::base::{Locale, canonical};

const FILE: &str = "agreements.toml";

/// That what she suggests in the survey is checked by WeChat; asked for only where her hospital wants it.
pub const CONTENT_CHECK: &str = "content_check";

/// One agreement.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// `privacy_policy`, `sensitive_data`, `electronic_signature`, `research`, `teaching`, `notifications`, `content_check`;
    /// a guardian's: `child_data`.
    pub kind: String,
    /// Of the text; a new one asks her again.
    pub version: String,
    /// Whether anything needs it.
    pub required: bool,
    zh: Text,
    en: Text,
}

/// In one language.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Title.
    pub title: String,
    /// What it says, as one text.
    pub body: String,
    /// What the data are for.
    pub purpose: String,
    /// Kinds of data.
    pub data: String,
    /// Who gets them.
    pub recipients: String,
    /// How long they are kept.
    pub period: String,
    /// Why they are needed for that.
    pub necessity: String,
    /// What it means for her to agree or not.
    pub effect: String,
}

impl Agreement {
    /// SHA-256 of the text in both languages, lower-case hex: what evidence names it by.
    ///
    /// Errors: `Broken` when a text is not canonical, which loading rules out.
    pub fn sha256(&self) -> Result<String> {
        let whole =
            serde_json::json!({ "kind": self.kind, "version": self.version, "zh": self.zh, "en": self.en });
        let bytes =
            canonical::canonical(&whole).map_err(|_| Error::broken("an agreement is not canonical"))?;
        Ok(hex::encode(canonical::sha256(&bytes)))
    }

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
pub struct Agreements {
    hers: BTreeMap<String, Agreement>,
    of_guardians: BTreeMap<String, Agreement>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    agreement: Vec<Agreement>,
    guardian_agreement: Vec<Agreement>,
}

impl Agreements {
    /// Every kind that she is asked for.
    pub fn all(&self) -> impl Iterator<Item = &Agreement> {
        self.hers.values()
    }

    /// One kind that she is asked for.
    pub fn get(&self, kind: &str) -> Option<&Agreement> {
        self.hers.get(kind)
    }

    /// Every kind that a child's guardian is asked for.
    pub fn of_guardians(&self) -> impl Iterator<Item = &Agreement> {
        self.of_guardians.values()
    }

    /// One kind that a child's guardian is asked for.
    pub fn of_guardian(&self, kind: &str) -> Option<&Agreement> {
        self.of_guardians.get(kind)
    }
}

pub(super) fn load(origin: &Origin, defects: &mut Defects) -> Agreements {
    let Some(file) = origin.toml::<File>(FILE, defects) else {
        return Agreements::default();
    };
    let by_kind = |all: Vec<Agreement>| all.into_iter().map(|one| (one.kind.clone(), one)).collect();
    let all = Agreements {
        hers: by_kind(file.agreement),
        of_guardians: by_kind(file.guardian_agreement),
    };
    let needed = [
        "privacy_policy",
        "sensitive_data",
        "electronic_signature",
        CONTENT_CHECK,
    ]
    .map(|kind| (&all.hers, kind));
    for (kinds, kind) in needed.into_iter().chain([(&all.of_guardians, "child_data")]) {
        defects.check(kinds.contains_key(kind), FILE, "", || {
            format!("no agreement {kind}")
        });
    }
    for one in all.all().chain(all.of_guardians()) {
        defects.check(one.sha256().is_ok(), FILE, &one.kind, || {
            "a text is not canonical".to_owned()
        });
        for text in [&one.zh, &one.en] {
            let parts = [
                &text.purpose,
                &text.data,
                &text.recipients,
                &text.period,
                &text.necessity,
                &text.effect,
            ];
            defects.check(
                parts.iter().all(|part| !part.trim().is_empty()),
                FILE,
                &one.kind,
                || "a part is empty".to_owned(),
            );
        }
    }
    all
}
