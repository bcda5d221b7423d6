//! Decisions about forms, pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::model::{Assignment, AssignmentState, Attachment, Response, ResponseStatus};
use crate::base::Code;
use crate::base::id::AttachmentId;
use crate::content::forms::{ASSESSMENT, RECHECK, STAFF};
use crate::questionnaire::{Form, Phase, Who};

/// The largest document of answers, bytes.
const LARGEST: usize = 256 << 10;

/// Whether a document of answers is larger than any form needs.
pub fn too_large(content: &Value) -> bool {
    serde_json::to_vec(content).is_ok_and(|bytes| bytes.len() > LARGEST)
}

/// Where an assignment stands.
pub fn state(assignment: &Assignment, now: DateTime<Utc>) -> AssignmentState {
    match assignment.response {
        Some((_, ResponseStatus::Completed | ResponseStatus::Amended)) => AssignmentState::Done,
        _ if assignment.closes_at.is_some_and(|at| at <= now) => AssignmentState::Closed,
        Some((_, ResponseStatus::InProgress)) => AssignmentState::Started,
        Some((_, ResponseStatus::Stopped | ResponseStatus::EnteredInError)) | None => {
            if now < assignment.opens_at {
                AssignmentState::Upcoming
            } else {
                AssignmentState::Open
            }
        }
    }
}

/// The assignment that she may answer now: the first open one of those given.
///
/// Refuses: `forms.already_completed` when the only ones are answered, `forms.window_closed` otherwise.
pub fn answerable<'a>(
    assignments: impl IntoIterator<Item = &'a Assignment>,
    now: DateTime<Utc>,
) -> Result<&'a Assignment, Code> {
    let mut refusal = Code::FormsWindowClosed;
    for assignment in assignments {
        match state(assignment, now) {
            AssignmentState::Open | AssignmentState::Started => return Ok(assignment),
            AssignmentState::Done => refusal = Code::FormsAlreadyCompleted,
            AssignmentState::Upcoming | AssignmentState::Closed => {}
        }
    }
    Err(refusal)
}

/// Whether a draft stands in the way: its own window has closed, and one of those that ask her now is open.
pub fn is_outlived(draft: &Response, all: &[Assignment], asked: &[&Assignment], now: DateTime<Utc>) -> bool {
    let own = all.iter().find(|one| Some(one.id) == draft.assignment_id);
    own.is_some_and(|one| state(one, now) == AssignmentState::Closed)
        && answerable(asked.iter().copied(), now).is_ok()
}

/// Whether she may replace submitted answers: once each, as long as she could still answer the form. `asked` are the
/// assignments of her pregnancy; answers that staff filed without one go by those of the same form.
///
/// Refuses: `forms.not_completed`, `forms.stopped`, `forms.already_amended`, `forms.entered_in_error`,
/// `forms.window_closed`.
pub fn may_amend(before: &Response, asked: &[Assignment], now: DateTime<Utc>) -> Result<(), Code> {
    match before.status {
        ResponseStatus::InProgress => return Err(Code::FormsNotCompleted),
        ResponseStatus::Stopped => return Err(Code::FormsStopped),
        ResponseStatus::Amended => return Err(Code::FormsAlreadyAmended),
        ResponseStatus::EnteredInError => return Err(Code::FormsEnteredInError),
        ResponseStatus::Completed => {}
    }
    let mut windows = asked
        .iter()
        .filter(|one| match before.assignment_id {
            Some(id) => one.id == id,
            None => one.name == before.name,
        })
        .map(|one| one.closes_at.is_none_or(|at| now < at))
        .peekable();
    if windows.peek().is_none() || windows.any(|open| open) {
        Ok(())
    } else {
        Err(Code::FormsWindowClosed)
    }
}

/// The questions that two documents of the same form answer differently, in the order of their linkIds.
pub fn changed(before: &Value, after: &Value) -> Vec<String> {
    let (mut old, mut new) = (Given::new(), Given::new());
    given(before, "", &mut old);
    given(after, "", &mut new);
    let all: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    all.into_iter()
        .filter(|link_id| old.get(link_id) != new.get(link_id))
        .map(str::to_owned)
        .collect()
}

/// Answers by question, each with its place: a repeated group has the same question in several.
type Given<'a> = BTreeMap<&'a str, Vec<(String, &'a Value)>>;

fn given<'a>(node: &'a Value, place: &str, found: &mut Given<'a>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for item in node.get("item").and_then(Value::as_array).into_iter().flatten() {
        let Some(link_id) = item.get("linkId").and_then(Value::as_str) else {
            continue;
        };
        let nth = seen.entry(link_id).or_default();
        let here = format!("{place}/{nth}");
        *nth += 1;
        let answers = item.get("answer").and_then(Value::as_array);
        for answer in answers.into_iter().flatten() {
            let members = answer.as_object().into_iter().flatten();
            let values = members.filter(|(member, _)| member.starts_with("value"));
            for (_, value) in values {
                found.entry(link_id).or_default().push((here.clone(), value));
            }
            given(answer, &here, found);
        }
        given(item, &here, found);
    }
}

/// The phase in which a form is asked; forms other than the assessment have none.
pub fn phase(name: &str) -> Option<Phase> {
    match name {
        ASSESSMENT => Some(Phase::Antenatal),
        RECHECK => Some(Phase::Recheck),
        _ => None,
    }
}

/// Whether staff enter items beside this form.
pub fn takes_staff_items(name: &str) -> bool {
    phase(name).is_some()
}

/// Whether a form may be begun by its name: the staff part stands beside another form's answers.
pub fn stands_alone(name: &str) -> bool {
    name != STAFF
}

/// Whether a form asks about a woman; the hospital's self-check doesn't.
pub fn is_about_her(form: &Form) -> bool {
    let subjects = form.definition().other.get("subjectType");
    subjects.is_some_and(|kinds| *kinds == json!(["Patient"]))
}

/// Whether staff alone answer a form: no question of it is hers, so she is neither asked it nor shown it.
pub fn is_for_staff(form: &Form) -> bool {
    form.questions()
        .all(|link_id| form.who(link_id) == Some(Who::Staff))
}

/// What the hospital knows of her already.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Name as on the identity document.
    pub name: Option<String>,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Mobile phone.
    pub phone: Option<String>,
    /// Height, cm.
    pub height_cm: Option<Decimal>,
    /// Estimated due date.
    pub edd: Option<NaiveDate>,
    /// Pregnancies, this one included.
    pub gravidity: Option<i64>,
    /// Births from 28 weeks.
    pub parity: Option<i64>,
    /// Babies in this pregnancy.
    pub fetuses: Option<i64>,
    /// Weight before pregnancy, kg.
    pub pre_pregnancy_weight_kg: Option<Decimal>,
}

/// A new draft with what is known filled in, where the form asks for it; she looks it over before she submits.
pub fn prefilled(form: &Form, known: &Known, earlier: Map<String, Value>) -> Value {
    let number = |value: Option<Decimal>| {
        value
            .and_then(|d| d.to_string().parse::<f64>().ok())
            .map(Value::from)
    };
    let facts: [(&str, Option<Value>); 9] = [
        ("id.name", known.name.clone().map(Value::from)),
        ("id.birth_date", known.birth_date.map(|day| json!(day))),
        ("id.phone", known.phone.clone().map(Value::from)),
        ("preg.height_cm", number(known.height_cm)),
        ("preg.edd", known.edd.map(|day| json!(day))),
        ("preg.gravida", known.gravidity.map(Value::from)),
        ("preg.para", known.parity.map(Value::from)),
        ("preg.fetus_count", known.fetuses.map(Value::from)),
        ("preg.prepreg_weight_kg", number(known.pre_pregnancy_weight_kg)),
    ];
    // What the form begins with gives way to what is known, and that to what she said herself.
    let mut flat = values(&form.draft(), &|_| true);
    for (link_id, value) in facts {
        if let Some(value) = value {
            flat.insert(link_id.to_owned(), value);
        }
    }
    flat.extend(earlier);
    flat.retain(|link_id, _| form.has_item(link_id));
    form.response_from_flat(&flat)
}

/// The answers of a draft that mean the same in another version of its form, by linkId, and the linkIds of the others.
pub fn moved(asked: &Form, newer: &Form, content: &Value) -> (Map<String, Value>, Vec<String>) {
    let mut kept = values(content, &|_| true);
    let mut lost = Vec::new();
    kept.retain(|link_id, _| {
        let same = newer.asks_the_same(asked, link_id);
        if !same {
            lost.push(link_id.clone());
        }
        same
    });
    (kept, lost)
}

/// The values of a response by linkId, as they stand in it; of the questions that `wanted` names.
pub fn values(response: &Value, wanted: &dyn Fn(&str) -> bool) -> Map<String, Value> {
    let mut flat = Map::new();
    collect(response, wanted, &mut flat);
    flat
}

fn collect(node: &Value, wanted: &dyn Fn(&str) -> bool, flat: &mut Map<String, Value>) {
    let items = node.get("item").and_then(Value::as_array);
    for item in items.into_iter().flatten() {
        if let (Some(link_id), Some(answers)) = (
            item.get("linkId").and_then(Value::as_str).filter(|id| wanted(id)),
            item.get("answer").and_then(Value::as_array),
        ) {
            let values: Vec<Value> = answers
                .iter()
                .filter_map(Value::as_object)
                .filter_map(|answer| answer.iter().find(|(member, _)| member.starts_with("value")))
                .map(|(_, value)| value.clone())
                .collect();
            flat.insert(link_id.to_owned(), Value::Array(values));
        }
        collect(item, wanted, flat);
    }
}

/// A file that answers name.
pub struct NamedFile {
    /// RFC 6901 pointer to the `valueAttachment`.
    pub pointer: String,
    /// The question.
    pub link_id: Option<String>,
    /// The upload; none when what stands there names none.
    pub id: Option<AttachmentId>,
}

/// The files that a document names, in its order.
pub fn files(content: &Value) -> Vec<NamedFile> {
    let mut found = Vec::new();
    look_for_files(content, String::new(), None, &mut found);
    found
}

fn look_for_files(node: &Value, pointer: String, within: Option<&str>, found: &mut Vec<NamedFile>) {
    let within = node.get("linkId").and_then(Value::as_str).or(within);
    if let Some(file) = node.get("valueAttachment") {
        let url = file.get("url").and_then(Value::as_str);
        found.push(NamedFile {
            pointer: format!("{pointer}/valueAttachment"),
            link_id: within.map(str::to_owned),
            id: url.and_then(Attachment::named),
        });
    }
    for member in ["item", "answer"] {
        let below = node.get(member).and_then(Value::as_array);
        for (index, one) in below.into_iter().flatten().enumerate() {
            look_for_files(one, format!("{pointer}/{member}/{index}"), within, found);
        }
    }
}

/// Questions whose answers say who she is; a table of answers goes without them.
const SAYS_WHO: [&str; 3] = ["id.name", "id.birth_date", "id.phone"];

/// Whether the answers to a question say who she is.
pub fn says_who(link_id: &str) -> bool {
    SAYS_WHO.contains(&link_id)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
