//! The papers around a record: what `content/consents/layout/record.typ` prints, in the words of `content/papers`.
//!
//! Pure: facts in, the layout's data out. Who may have a paper is decided in `rules`, what is on its list in `acts`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::model::{Entitlement, SealList, SealSigning, SealedItem};
use crate::base::Locale;
use crate::evidence::document::shown_time;

/// The layout.
pub const LAYOUT: &str = "/record.typ";
/// Where the layout finds the hand of the hospital.
pub const HOSPITAL_INK: &str = "/sig-hospital.svg";
/// Where it finds the other side's.
pub const DEMANDING_INK: &str = "/sig-demanding.svg";

type Words = BTreeMap<String, BTreeMap<String, String>>;

const ZH_CN: &str = include_str!("../../content/papers/zh-CN.toml");
const EN: &str = include_str!("../../content/papers/en.toml");

static WORDS: LazyLock<[Words; 2]> =
    LazyLock::new(|| [ZH_CN, EN].map(|text| toml::from_str(text).unwrap_or_default()));

/// A word of a group; the key itself where there is none.
fn word(locale: Locale, group: &str, key: &str) -> String {
    let [chinese, english] = &*WORDS;
    let words = if locale == Locale::En { english } else { chinese };
    let found = words.get(group).and_then(|words| words.get(key));
    found.map_or_else(|| key.to_owned(), Clone::clone)
}

/// Whose record, and where.
pub struct Whose<'a> {
    /// The hospital's name.
    pub hospital: &'a str,
    /// Her name.
    pub name: &'a str,
    /// The hospital's number of the record.
    pub record_number: &'a str,
}

/// Both sides of a sealing as they signed.
pub struct Sides<'a> {
    /// How.
    pub signing: &'a SealSigning,
    /// Who signed for the hospital.
    pub hospital: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether their hands are beside the data.
    pub drawn: bool,
}

struct Page {
    locale: Locale,
    group: &'static str,
}

impl Page {
    fn own(&self, key: &str) -> String {
        word(self.locale, self.group, key)
    }

    fn fact(&self, label: &str, value: impl Into<String>) -> Value {
        json!({ "label": word(self.locale, "page", label), "value": value.into() })
    }

    fn own_fact(&self, label: &str, value: impl Into<String>) -> Value {
        json!({ "label": self.own(label), "value": value.into() })
    }

    fn shown(&self, number: &str, whose: &Whose<'_>) -> Value {
        let label = |key| word(self.locale, "page", key);
        json!({
            "consent_id": number,
            "locale": self.locale.tag(),
            "title": self.own("title"),
            "labels": {
                "consent_number": label("consent_number"),
                "page": label("page"),
                "not_recorded": label("not_recorded"),
            },
            "hospital": { "name": whose.hospital, "department": label("department") },
        })
    }

    fn whose(&self, whose: &Whose<'_>) -> Vec<Value> {
        vec![
            self.fact("patient", whose.name),
            self.fact("record_number", whose.record_number),
        ]
    }

    fn entitlement(&self, who: &str, by: &Entitlement) -> Vec<Value> {
        let mut facts = vec![
            self.own_fact(who, by.name.as_str()),
            self.own_fact("kind", word(self.locale, "entitled", by.kind.word())),
            self.fact("document_ref", by.document_ref.as_str()),
        ];
        facts.extend(by.relation.iter().map(|one| self.fact("relation", one.as_str())));
        facts.extend(by.died_on.map(|day| self.fact("died_on", day.to_string())));
        facts.extend(
            by.kinship_ref
                .iter()
                .map(|one| self.fact("kinship_ref", one.as_str())),
        );
        facts
    }

    fn list(&self, items: &[SealedItem], tell_finished: bool) -> Value {
        let label = |key| word(self.locale, "page", key);
        let rows = (1..).zip(items).map(|(no, one): (usize, &SealedItem)| {
            let mut note = format!("{} {}", one.size, label("bytes"));
            if tell_finished {
                let state = if one.finished { "finished" } else { "unfinished" };
                note = format!("{note} · {}", label(state));
            }
            json!({
                "no": no.to_string(),
                "kind": word(self.locale, "kinds", &one.item.kind),
                "id": one.item.id,
                "sha256": one.item.sha256,
                "note": note,
            })
        });
        json!({
            "heading": self.own("list"),
            "header": [label("no"), label("thing"), label("sha256")],
            "rows": rows.collect::<Vec<Value>>(),
        })
    }
}

/// The list of a sealing, before it is signed or after.
pub fn sealing(
    locale: Locale,
    whose: &Whose<'_>,
    (by, reason): (&Entitlement, &str),
    list: &SealList,
    sides: Option<&Sides<'_>>,
) -> Value {
    let page = Page {
        locale,
        group: "seal",
    };
    let mut demand = page.entitlement("demanded_by", by);
    demand.push(page.fact("reason", reason));
    let mut facts = vec![
        page.own_fact("no", list.no.to_string()),
        page.fact("at", shown_time(list.at)),
        page.fact("list_sha256", list.sha256.as_str()),
    ];
    match sides {
        Some(sides) => {
            facts.push(page.own_fact("medium", sides.signing.medium.as_str()));
            if let Some(paper) = &sides.signing.paper {
                facts.push(page.own_fact("on_paper", paper.sha256.as_str()));
                facts.push(page.own_fact("place", paper.place.as_str()));
            }
        }
        None => facts.push(page.own_fact("signatures", page.own("not_signed"))),
    }
    json!({
        "shown": page.shown(&list.id.to_string(), whose),
        "text": page.own("text"),
        "mark": [],
        "parts": [
            { "heading": word(locale, "page", "patient"), "facts": page.whose(whose) },
            { "heading": page.own("who"), "facts": demand },
            { "heading": page.own("list"), "facts": facts },
        ],
        "list": page.list(&list.items, true),
        "signed": {
            "heading": page.own("signatures"),
            "sides": sides.map_or_else(Vec::new, |sides| {
                let side = |label: &str, name: &str, image: &str| {
                    let mut side = json!({ "label": page.own(label), "name": name, "at": shown_time(sides.at) });
                    if let (true, Some(members)) = (sides.drawn, side.as_object_mut()) {
                        members.insert("image".to_owned(), image.into());
                    }
                    side
                };
                vec![
                    side("hospital_side", sides.hospital, HOSPITAL_INK),
                    side("demanding_side", &by.name, DEMANDING_INK),
                ]
            }),
        },
    })
}

/// What a certificate says of a copy.
pub struct Certified<'a> {
    /// Its number.
    pub number: &'a str,
    /// When it was issued.
    pub at: DateTime<Utc>,
    /// Who has it.
    pub recipient: &'a Entitlement,
    /// On which basis.
    pub basis: &'a str,
    /// Who issued it; nobody where she took it herself.
    pub issued_by: Option<&'a str>,
    /// SHA-256 of `list.json`.
    pub list_sha256: &'a str,
    /// The things in it.
    pub items: &'a [SealedItem],
}

/// The certificate with the hospital's proof mark. The originals beside it carry nothing of it.
pub fn certificate(locale: Locale, whose: &Whose<'_>, copy: &Certified<'_>) -> Value {
    let page = Page {
        locale,
        group: "copy",
    };
    let issued_by = copy
        .issued_by
        .map_or_else(|| page.own("by_herself"), str::to_owned);
    let mut recipient = page.entitlement("recipient", copy.recipient);
    recipient.push(page.own_fact("basis", copy.basis));
    let issued = vec![
        page.own_fact("number", copy.number),
        page.fact("at", shown_time(copy.at)),
        page.own_fact("issued_by", issued_by.as_str()),
        page.own_fact("count", copy.items.len().to_string()),
        page.fact("list_sha256", copy.list_sha256),
    ];
    json!({
        "shown": page.shown(copy.number, whose),
        "text": page.own("text"),
        "mark": [
            whose.hospital.to_owned(),
            page.own("mark"),
            format!("{} {}", page.own("number"), copy.number),
            format!("{} · {issued_by}", shown_time(copy.at)),
        ],
        "parts": [
            { "heading": word(locale, "page", "patient"), "facts": page.whose(whose) },
            { "heading": page.own("recipient"), "facts": recipient },
            { "heading": page.own("issued"), "facts": issued },
        ],
        "list": page.list(copy.items, false),
        "signed": { "heading": "", "sides": [] },
    })
}

/// How she is known who takes a copy of her own record.
pub fn own_session(locale: Locale) -> String {
    word(locale, "copy", "own_session")
}

/// On which basis she has it.
pub fn own_request(locale: Locale) -> String {
    word(locale, "copy", "own_request")
}

/// Whether a record has things of this kind.
pub fn is_kind(kind: &str) -> bool {
    let [chinese, _] = &*WORDS;
    chinese.get("kinds").is_some_and(|kinds| kinds.contains_key(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::model::Entitled;

    #[test]
    fn both_languages_have_the_same_words_and_none_is_empty() {
        let [chinese, english] = &*WORDS;
        let keys = |words: &Words| {
            let groups = words.iter();
            let all = groups.flat_map(|(group, words)| words.keys().map(move |key| format!("{group}.{key}")));
            all.collect::<Vec<_>>()
        };
        assert!(keys(english).len() > 50);
        assert_eq!(keys(english), keys(chinese));
        for words in [chinese, english] {
            let mut texts = words.values().flat_map(BTreeMap::values);
            assert!(texts.all(|text| !text.is_empty()));
        }
        for kind in Entitled::ALL {
            assert_ne!(word(Locale::En, "entitled", kind.word()), kind.word(), "{kind:?}");
        }
    }
}
