//! The options of a choice: written beside it, or in a value set that came with the form.

use serde_json::{Map, Value};

use super::definition::{AnswerOption, FHIR, Item, OWN, english, extension};
use super::faults::Faults;
use super::form::Choice;
use super::parts::Coding;
use super::value::{Answer, Kind, exact};

pub(super) const MAX_OPTIONS: usize = 200;
/// What an option may be, beside a coding.
const KINDS: [Kind; 4] = [Kind::String, Kind::Integer, Kind::Date, Kind::Time];

/// The options of one choice.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) choices: Vec<Choice>,
    /// Types of those that are no codings.
    pub(super) kinds: Vec<Kind>,
    /// The answers that a new draft begins with.
    pub(super) selected: Vec<Value>,
    /// A value set that is not here.
    pub(super) open: bool,
}

/// Reads the options of `item`; a choice has some, everything else has none.
pub(super) fn read(
    item: &Item,
    kind: Kind,
    sets: &[(String, Vec<Value>)],
    pointer: &str,
    faults: &mut Faults,
) -> Options {
    let mut options = Options::default();
    let set = item.other.get("answerValueSet").and_then(Value::as_str);
    let at = format!("{pointer}/answerOption");
    match (kind.is_choice(), item.answer_option.len(), set) {
        (true, 0, Some(set)) => {
            from_set(&mut options, set, sets, pointer, faults);
            return options;
        }
        (true, 0, None) => faults.add("choiceWithoutOptions", &at, "a choice without options"),
        (false, 0, Some(_)) | (false, 1.., _) => {
            faults.add("optionsOnNonChoice", &at, "options on another type")
        }
        (true, 1.., Some(_)) => faults.add(
            "unsupportedElement",
            &format!("{pointer}/answerValueSet"),
            "options and a value set",
        ),
        (_, count, _) if count > MAX_OPTIONS => faults.add("limitExceeded", &at, "more than 200 options"),
        _ => {}
    }
    for (position, option) in item.answer_option.iter().enumerate() {
        one(&mut options, option, &format!("{at}/{position}"), faults);
    }
    options
}

fn one(options: &mut Options, option: &AnswerOption, pointer: &str, faults: &mut Faults) {
    let mut values = option
        .other
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("value")?, value)));
    let value = values.next().filter(|_| values.next().is_none());
    let read = value.and_then(|(suffix, value)| {
        let kinds = KINDS.into_iter().chain([Kind::Choice]);
        let kind = kinds.into_iter().find(|kind| kind.suffix() == suffix)?;
        Some((kind, Answer::parse(kind, suffix, value)?))
    });
    let Some((kind, answer)) = read else {
        let reason = "an option is a coding with a code, a string, an integer, a date or a time";
        return faults.add("unsupportedElement", pointer, reason);
    };
    if options.choices.iter().any(|choice| choice.answer == answer) {
        faults.add("duplicateOption", pointer, "the option stands twice");
    }
    let coding = option.other.get("valueCoding").and_then(Value::as_object);
    let translated = match kind {
        Kind::Choice => coding
            .is_some_and(|coding| coding.contains_key("display") && english(coding, "_display").is_some()),
        Kind::String => english(&option.other, "_valueString").is_some(),
        _ => true,
    };
    if !translated {
        faults.demand("missingTranslation", pointer, "no display in zh-CN or English");
    }
    let gentler = extension(&option.extension, OWN, "after-loss-display").and_then(Value::as_object);
    if gentler.is_some_and(|texts| !texts.contains_key("display") || english(texts, "_display").is_none()) {
        let reason = "no display after a loss in zh-CN or English";
        faults.demand("missingTranslation", pointer, reason);
    }
    match option.other.get("initialSelected") {
        None | Some(Value::Bool(false)) => {}
        Some(Value::Bool(true)) => options.selected.extend(value.map(|(suffix, value)| {
            let named = (format!("value{suffix}"), value.clone());
            Value::Object(Map::from_iter([named]))
        })),
        Some(_) => faults.add("ruleTypeMismatch", pointer, "initialSelected is true or false"),
    }
    if kind != Kind::Choice && !options.kinds.contains(&kind) {
        options.kinds.push(kind);
    }
    let of_coding = |name: &str| {
        let list = coding?.get("extension")?.as_array()?.iter();
        let url = format!("{FHIR}{name}");
        list.filter(|one| one.get("url").and_then(Value::as_str) == Some(&url))
            .find_map(|one| one.get("valueDecimal"))
    };
    let ordinal = ["ordinalValue", "itemWeight"]
        .into_iter()
        .find_map(|name| extension(&option.extension, FHIR, name).or_else(|| of_coding(name)));
    if ordinal.is_some_and(|ordinal| exact(ordinal).is_none()) {
        faults.add("ruleTypeMismatch", pointer, "the ordinal is no exact decimal");
    }
    let exclusive = extension(&option.extension, FHIR, "questionnaire-optionExclusive");
    options.choices.push(Choice {
        answer,
        exclusive: exclusive.and_then(Value::as_bool) == Some(true),
        ordinal: ordinal.and_then(exact),
    });
}

fn from_set(
    options: &mut Options,
    set: &str,
    sets: &[(String, Vec<Value>)],
    pointer: &str,
    faults: &mut Faults,
) {
    let at = format!("{pointer}/answerValueSet");
    let Some(concepts) = resolved(set, sets) else {
        faults.demand(
            "unsupportedElement",
            &at,
            "the value set is not in the form; it is never fetched",
        );
        options.open = true;
        return;
    };
    if concepts.len() > MAX_OPTIONS {
        faults.add("limitExceeded", &at, "more than 200 options");
    }
    for concept in concepts {
        let Some(answer) = Answer::parse(Kind::Choice, "Coding", concept) else {
            faults.add("unsupportedElement", &at, "a concept without a code");
            continue;
        };
        if options.choices.iter().any(|choice| choice.answer == answer) {
            faults.add("duplicateOption", &at, "a concept stands twice");
        }
        let members = concept.as_object();
        let translated = members
            .is_some_and(|concept| concept.contains_key("display") && english(concept, "_display").is_some());
        if !translated {
            faults.demand(
                "missingTranslation",
                &at,
                "a concept without a display in zh-CN or English",
            );
        }
        options.choices.push(Choice {
            answer,
            exclusive: false,
            ordinal: None,
        });
    }
}

/// The value sets that came with the form: id and concepts, each a coding. One that only names a system lists nothing.
pub(super) fn contained(list: Option<&Value>) -> Vec<(String, Vec<Value>)> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|one| one.get("resourceType").and_then(Value::as_str) == Some("ValueSet"))
        .filter_map(|set| Some((set.get("id")?.as_str()?.to_owned(), concepts(set)?)))
        .collect()
}

/// `None` when part of the set is said otherwise than by listing it.
fn concepts(set: &Value) -> Option<Vec<Value>> {
    let mut found = Vec::new();
    if let Some(contains) = set.pointer("/expansion/contains").and_then(Value::as_array) {
        for one in contains {
            if one.get("contains").is_some() {
                return None;
            }
            found.push(one.clone());
        }
    } else {
        let compose = set
            .get("compose")
            .filter(|compose| compose.get("exclude").is_none())?;
        for include in compose.get("include")?.as_array()? {
            if include.get("filter").is_some() || include.get("valueSet").is_some() {
                return None;
            }
            for concept in include.get("concept")?.as_array()? {
                let mut coding = concept.as_object()?.clone();
                if let Some(system) = include.get("system") {
                    coding.insert("system".to_owned(), system.clone());
                }
                found.push(Value::Object(coding));
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

pub(super) fn resolved<'a>(set: &str, sets: &'a [(String, Vec<Value>)]) -> Option<&'a [Value]> {
    let id = set.strip_prefix('#')?;
    sets.iter()
        .find(|(known, _)| known == id)
        .map(|(_, concepts)| concepts.as_slice())
}

/// The codings of a value set of units; `None` when it is not in the form.
pub(super) fn units(set: &str, sets: &[(String, Vec<Value>)]) -> Option<Vec<Coding>> {
    let codings = resolved(set, sets)?.iter().filter_map(super::parts::coding);
    Some(codings.collect())
}
