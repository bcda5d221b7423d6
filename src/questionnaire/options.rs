//! The options of a choice.

use serde_json::Value;

use super::definition::{AnswerOption, FHIR, Item, english, extension};
use super::faults::Faults;
use super::form::Choice;
use super::value::{Answer, Kind, exact};

pub(super) const MAX_OPTIONS: usize = 200;

/// Reads the options of `item`; a choice has some, everything else has none.
pub(super) fn read(item: &Item, kind: Kind, pointer: &str, faults: &mut Faults) -> Vec<Choice> {
    let pointer = format!("{pointer}/answerOption");
    match (kind.is_choice(), item.answer_option.len()) {
        (true, 0) => faults.add("choiceWithoutOptions", &pointer, "a choice without options"),
        (false, 1..) => faults.add("optionsOnNonChoice", &pointer, "options on another type"),
        (_, count) if count > MAX_OPTIONS => faults.add("limitExceeded", &pointer, "more than 200 options"),
        _ => {}
    }
    let mut choices: Vec<Choice> = Vec::new();
    for (position, option) in item.answer_option.iter().enumerate() {
        let pointer = format!("{pointer}/{position}");
        let Some(answer) = coding(option) else {
            faults.add(
                "unsupportedElement",
                &pointer,
                "an option is a coding with a code",
            );
            continue;
        };
        if choices.iter().any(|choice| choice.answer == answer) {
            faults.add("duplicateOption", &pointer, "the option stands twice");
        }
        let display = option.other.get("valueCoding").and_then(Value::as_object);
        let translated = display
            .is_some_and(|coding| coding.contains_key("display") && english(coding, "_display").is_some());
        if !translated {
            faults.add("missingTranslation", &pointer, "no display in zh-CN or English");
        }
        if option.other.get("initialSelected").is_some() {
            faults.add(
                "unsupportedElement",
                &pointer,
                "initialSelected is not evaluated; use initial",
            );
        }
        let ordinal = ["ordinalValue", "itemWeight"]
            .into_iter()
            .find_map(|name| extension(&option.extension, FHIR, name));
        let exclusive = extension(&option.extension, FHIR, "questionnaire-optionExclusive");
        choices.push(Choice {
            answer,
            exclusive: exclusive.and_then(Value::as_bool) == Some(true),
            ordinal: ordinal.and_then(exact),
        });
    }
    choices
}

fn coding(option: &AnswerOption) -> Option<Answer> {
    Answer::parse(Kind::Choice, "Coding", option.other.get("valueCoding")?)
}
