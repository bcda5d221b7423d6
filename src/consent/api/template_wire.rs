//! What clients send and get of templates.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;

use super::wire::each;
use crate::base::Locale;
use crate::base::id::{ConsentId, PatientId, StaffId};
use crate::consent::acts::{Person, Publication, TemplateMoved, TemplateRow, TemplateView, Unprintable};
use crate::consent::model::{State, TemplateEvent, TemplateState, Touched};
use crate::content::consents::Change;
use crate::content::readability::{Finding, Hardness, Report};

/// How a template is published.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PublishIn {
    /// Whether what women agree to has changed in substance. Then open consents of the former version end, and an
    /// anesthesiologist decides on each in force.
    material_change: bool,
    /// Why it is so judged, 1–500 characters.
    reason: String,
    /// From when on, at most 366 days ahead; at once if absent.
    effective_at: Option<DateTime<Utc>>,
}

impl From<PublishIn> for Publication {
    fn from(body: PublishIn) -> Publication {
        Publication {
            material_change: body.material_change,
            reason: body.reason,
            effective_at: body.effective_at,
        }
    }
}

/// Why a template is taken out of use.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RecallIn {
    /// 1–500 characters.
    pub reason: String,
}

/// Somebody of the staff.
#[derive(Clone, Debug, Object)]
pub struct PersonOut {
    /// The account.
    id: StaffId,
    /// The name.
    name: String,
}

impl From<Person> for PersonOut {
    fn from(person: Person) -> PersonOut {
        PersonOut {
            id: person.id,
            name: person.name,
        }
    }
}

/// A template.
#[derive(Clone, Debug, Object)]
pub struct TemplateOut {
    /// Its content address: one changed character gives another.
    id: String,
    /// What it is for.
    code: String,
    /// Semantic version.
    version: String,
    /// Its language.
    locale: Locale,
    /// Title.
    title: String,
    /// Where it stands.
    state: TemplateState,
    /// Whether consents are made from it now.
    in_effect: bool,
    /// From when on; absent for the release's.
    effective_at: Option<DateTime<Utc>>,
    /// Who wrote it; absent for the release's.
    editor: Option<PersonOut>,
    /// Who published it; absent for the release's.
    approver: Option<PersonOut>,
    /// Whether its publication changed what women agree to.
    material_change: Option<bool>,
}

impl From<TemplateRow> for TemplateOut {
    fn from(row: TemplateRow) -> TemplateOut {
        let template = row.standing.template;
        TemplateOut {
            id: template.id,
            code: template.code,
            version: template.version,
            locale: template.locale,
            title: template.title,
            state: row.standing.state,
            in_effect: row.in_effect,
            effective_at: row.standing.effective_at,
            editor: row.editor.map(PersonOut::from),
            approver: row.approver.map(PersonOut::from),
            material_change: row.material_change,
        }
    }
}

/// A consent that a change of its template touched.
#[derive(Clone, Debug, Object)]
pub struct TouchedOut {
    /// The consent.
    consent: ConsentId,
    /// Hers.
    patient: PatientId,
    /// Where it stood then.
    then: State,
    /// Where it stands now.
    now: State,
}

impl From<Touched> for TouchedOut {
    fn from(touched: Touched) -> TouchedOut {
        TouchedOut {
            consent: touched.consent,
            patient: touched.patient,
            then: touched.then,
            now: touched.now,
        }
    }
}

/// A template that was published or recalled.
#[derive(Clone, Debug, Object)]
pub struct TemplateMovedOut {
    /// The template.
    #[oai(flatten)]
    template: TemplateOut,
    /// Consents that this touches: open ones end, an anesthesiologist decides on those in force.
    consents: Vec<TouchedOut>,
}

impl From<TemplateMoved> for TemplateMovedOut {
    fn from(moved: TemplateMoved) -> TemplateMovedOut {
        TemplateMovedOut {
            template: moved.row.into(),
            consents: each(moved.touched),
        }
    }
}

/// A state that a template entered.
#[derive(Clone, Debug, Object)]
pub struct TemplateEventOut {
    /// The state.
    state: TemplateState,
    /// Who did it; of a retirement, who published the successor.
    by: PersonOut,
    /// When.
    at: DateTime<Utc>,
    /// Why: of a publication and a recall.
    reason: Option<String>,
    /// Of a publication: whether what women agree to has changed in substance.
    material_change: Option<bool>,
    /// Of a publication: from when on.
    effective_at: Option<DateTime<Utc>>,
}

impl From<(TemplateEvent, Person)> for TemplateEventOut {
    fn from((event, person): (TemplateEvent, Person)) -> TemplateEventOut {
        TemplateEventOut {
            state: event.state,
            by: person.into(),
            at: event.at,
            reason: event.reason,
            material_change: event.material_change,
            effective_at: event.effective_at,
        }
    }
}

/// Something that makes the text hard to read.
#[derive(Clone, Debug, Object)]
pub struct HardnessOut {
    /// What.
    kind: Hardness,
    /// JSON pointer of the text.
    pointer: String,
    /// The sentence, the word or the number.
    text: String,
    /// Of a long sentence: characters in Chinese, words in English.
    length: Option<i64>,
}

impl From<Finding> for HardnessOut {
    fn from(finding: Finding) -> HardnessOut {
        HardnessOut {
            kind: finding.kind,
            pointer: finding.place,
            text: finding.text,
            length: finding.length.map(count),
        }
    }
}

/// How hard the text is to read; a report, not a verdict.
#[derive(Clone, Debug, Object)]
pub struct ReadabilityOut {
    /// Sentences.
    sentences: i64,
    /// Characters in Chinese, words in English, of all sentences.
    length: i64,
    /// Of the longest sentence.
    longest: i64,
    /// A sentence with more is long.
    limit: i64,
    /// In the order of the document.
    findings: Vec<HardnessOut>,
}

impl From<Report> for ReadabilityOut {
    fn from(report: Report) -> ReadabilityOut {
        ReadabilityOut {
            sentences: count(report.sentences),
            length: count(report.length),
            longest: count(report.longest),
            limit: count(report.limit),
            findings: each(report.findings),
        }
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A character that is in no font or must not be in a document.
#[derive(Clone, Debug, Object)]
pub struct UnprintableOut {
    /// Where it stands first: members, and items by their id.
    place: String,
    /// `U+1F4AA`.
    character: String,
    /// `no_font`, `control`, `format`, `private_use` or `replacement`.
    reason: String,
}

impl From<Unprintable> for UnprintableOut {
    fn from(one: Unprintable) -> UnprintableOut {
        UnprintableOut {
            place: one.place,
            character: one.character,
            reason: one.reason,
        }
    }
}

/// A text that differs.
#[derive(Clone, Debug, Object)]
pub struct TextChangeOut {
    /// Members, and items by their id.
    place: String,
    /// As it was; absent for a new one.
    before: Option<String>,
    /// As it is; absent for one that is gone.
    after: Option<String>,
}

impl From<Change> for TextChangeOut {
    fn from(change: Change) -> TextChangeOut {
        TextChangeOut {
            place: change.place,
            before: change.before,
            after: change.after,
        }
    }
}

/// A template with everything on it.
#[derive(Clone, Debug, Object)]
pub struct TemplateViewOut {
    /// The template.
    #[oai(flatten)]
    template: TemplateOut,
    /// The document.
    document: Any<Value>,
    /// Names of the previews.
    branches: Vec<String>,
    /// How hard it is to read.
    readability: ReadabilityOut,
    /// Characters that can't be printed; with one the review is refused.
    unprintable: Vec<UnprintableOut>,
    /// What it is compared with: what it replaced, or what it would replace now.
    predecessor: Option<String>,
    /// What is different from the predecessor.
    difference: Vec<TextChangeOut>,
    /// What happened to it, oldest first.
    history: Vec<TemplateEventOut>,
    /// Consents that its replacement or its recall touched, for review.
    consents: Vec<TouchedOut>,
}

impl From<TemplateView> for TemplateViewOut {
    fn from(view: TemplateView) -> TemplateViewOut {
        TemplateViewOut {
            template: view.row.into(),
            document: Any(view.document),
            branches: view.branches,
            readability: view.readability.into(),
            unprintable: each(view.unprintable),
            predecessor: view.predecessor,
            difference: each(view.difference),
            history: each(view.history),
            consents: each(view.touched),
        }
    }
}
