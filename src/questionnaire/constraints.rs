//! The constraints of one enabled question. Shape, type and enablement have been settled before: `evaluate`.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::evaluate::Mode;
use super::form::{Limits, Node, Phase, Slot};
use super::parts::{Attachment, Coding};
use super::problems::Problem;
use super::reading::Reading;
use super::value::{Answer, Kind};

/// Answers to one question, and occurrences of one group, whatever the form says.
pub(super) const MAX_ANSWERS: usize = 50;

/// Judges the item in the slot `index` and adds what is wrong with it.
pub(super) fn judge(reading: &mut Reading<'_>, index: usize, mode: Mode, phase: Option<Phase>) {
    let Some(node) = reading.node(index) else { return };
    if node.kind == Kind::Group {
        return judge_group(reading, node, index, mode, phase);
    }
    if !node.kind.is_question() {
        return;
    }
    let mut problems = Vec::new();
    let mut count = 0;
    if let Some(found) = reading.found.get(index).and_then(Option::as_ref) {
        count = found.answers.len();
        for (nth, answer) in found.answers.iter().enumerate() {
            judge_answer(
                node,
                answer,
                &|| reading.answer_pointer(index, nth),
                &mut problems,
            );
        }
        if count > 1 {
            let exclusive = found.answers.iter().position(|answer| {
                node.options
                    .iter()
                    .any(|option| option.exclusive && option.answer == *answer)
            });
            if let Some(nth) = exclusive {
                let at = reading.answer_pointer(index, nth);
                problems.push(node.problem("exclusiveAnswerOption", at, json!({})));
            }
        }
        if found.given && count == 0 {
            // A wrong type has been reported; a second complaint that nothing is there would be confusing.
            count = 1;
        }
    }
    let mut add = |code, params| problems.push(node.problem(code, reading.pointer(index), params));
    let complete = mode != Mode::Draft && node.asked_in(phase);
    if complete && node.required && count == 0 {
        add("required", json!({}));
    }
    if let Some(min) = node
        .limits
        .min_count
        .filter(|min| complete && count > 0 && count < *min)
    {
        add("minCount", json!({ "min": min }));
    }
    let max = node.limits.max_count.unwrap_or(MAX_ANSWERS).min(MAX_ANSWERS);
    if count > 1 && !node.repeats {
        add("repeats", json!({}));
    } else if count > max {
        add("maxCount", json!({ "max": max }));
    }
    reading
        .errors
        .extend(problems.into_iter().map(|problem| (index, problem)));
}

/// Is the group there, and often enough? Said once, at its first occurrence.
fn judge_group(reading: &mut Reading<'_>, node: &Node, index: usize, mode: Mode, phase: Option<Phase>) {
    let (min, max) = (
        node.limits.min_count,
        node.limits.max_count.map(|max| max.min(MAX_ANSWERS)),
    );
    if !node.required && min.is_none() && max.is_none() {
        return;
    }
    let Some(own) = reading.slots.get(index) else {
        return;
    };
    let beside = |slot: &Slot| (slot.parent, slot.answer) == (own.parent, own.answer);
    // What stands between an item and its group is inside of that group.
    let first = own.parent.map_or(0, |parent| parent + 1);
    let earlier = reading.slots.get(first..index).unwrap_or_default();
    if earlier
        .iter()
        .rev()
        .find(|slot| beside(slot))
        .is_some_and(|slot| slot.node == own.node)
    {
        return;
    }
    let later = reading.slots.iter().zip(&reading.found).skip(index);
    let count = later
        .take_while(|(slot, _)| slot.parent >= own.parent)
        .filter(|(slot, found)| slot.node == own.node && beside(slot) && found.is_some())
        .count();
    let complete = mode != Mode::Draft && node.asked_in(phase);
    let (code, params) = if complete && count == 0 && (node.required || min.is_some_and(|min| min > 0)) {
        ("required", json!({}))
    } else if let Some(min) = min.filter(|min| complete && count < *min) {
        ("minCount", json!({ "min": min }))
    } else if let Some(max) = max.filter(|max| count > *max) {
        ("maxCount", json!({ "max": max }))
    } else {
        return;
    };
    let problem = node.problem(code, reading.pointer(index), params);
    reading.errors.push((index, problem));
}

fn judge_answer(node: &Node, answer: &Answer, at: &dyn Fn() -> String, problems: &mut Vec<Problem>) {
    let limits = &node.limits;
    let mut add = |code, params: Value| problems.push(node.problem(code, at(), params));
    let bound = |name: &str, limit: &Answer| json!({ name: limit.plain(), "unit": limits.unit, "value": answer.plain() });
    if let Some(min) = limits
        .min
        .as_ref()
        .filter(|min| answer.compare(min).is_some_and(|order| order.is_lt()))
    {
        add("minValue", bound("min", min));
    }
    if let Some(max) = limits
        .max
        .as_ref()
        .filter(|max| answer.compare(max).is_some_and(|order| order.is_gt()))
    {
        add("maxValue", bound("max", max));
    }
    if !node.offers(answer) {
        let mut codes = node.options.iter().filter_map(|option| option.answer.code());
        let known = answer.code().is_some_and(|code| codes.any(|one| one == code));
        add(
            if known {
                "invalidCoding"
            } else {
                "invalidAnswerOption"
            },
            json!({}),
        );
    }
    match answer {
        Answer::Quantity(amount) => {
            let places = amount.value.normalize().scale();
            if let Some(max) = limits.decimal_places.filter(|max| places > *max) {
                add("maxDecimalPlaces", json!({ "max": max }));
            }
            let is = |unit: &Coding| amount.code.as_ref() == Some(&unit.code);
            if !limits.units.is_empty() && !limits.units.iter().any(is) {
                add("invalidUnit", json!({}));
            }
            if !limits.unit_set.is_empty() && !limits.unit_set.iter().any(is) {
                add("invalidUnitValueSet", json!({}));
            }
        }
        Answer::Decimal(number) => {
            let places = number.normalize().scale();
            if let Some(max) = limits.decimal_places.filter(|max| places > *max) {
                add("maxDecimalPlaces", json!({ "max": max }));
            }
        }
        Answer::Text(text) => {
            judge_text(limits, text, &mut add);
            if node.kind == Kind::String && text.contains(['\n', '\r']) {
                add("invalidNewLine", json!({}));
            }
        }
        Answer::Url(url) => {
            judge_text(limits, url, &mut add);
            if !url.contains(':') || url.contains(char::is_whitespace) {
                add("invalidUrlValue", json!({}));
            }
        }
        Answer::Attachment(file) => judge_file(node, file, add),
        _ => {}
    }
}

fn judge_text(limits: &Limits, text: &str, add: &mut impl FnMut(&'static str, Value)) {
    let length = text.chars().count();
    if let Some(min) = limits.min_length.filter(|min| length < *min) {
        add("minLength", json!({ "min": min }));
    }
    if let Some(max) = limits.max_length.filter(|max| length > *max) {
        add("maxLength", json!({ "max": max }));
    }
    if limits.regex.as_ref().is_some_and(|regex| !regex.is_match(text)) {
        add("regex", json!({}));
    }
}

fn judge_file(node: &Node, file: &Attachment, mut add: impl FnMut(&'static str, Value)) {
    let types = &node.limits.media_types;
    let accepted = |kind: &String| types.iter().any(|accepted| accepted == kind);
    if !types.is_empty() && !file.content_type.as_ref().is_some_and(accepted) {
        add("invalidAttachmentType", json!({}));
    }
    let bytes = file.size.max(file.data_size).map(Decimal::from);
    if let Some(max) = node.limits.max_megabytes {
        let limit = max.checked_mul(Decimal::from(1_048_576));
        if bytes.is_some_and(|bytes| limit.is_some_and(|limit| bytes > limit)) {
            add("maxAttachmentSize", json!({ "max": max.normalize().to_string() }));
        }
    }
    if file.size.is_some() && file.data_size.is_some() && file.size != file.data_size {
        add("attachmentSizeInconsistent", json!({}));
    }
}
