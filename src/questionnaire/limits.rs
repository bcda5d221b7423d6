//! The limits of an item's answers, read from its extensions. How they are applied: `constraints`.

use regex::Regex;
use serde_json::Value;

use super::constraints::MAX_ANSWERS;
use super::definition::{FHIR, Item, extension, extensions};
use super::faults::Faults;
use super::form::Limits;
use super::options;
use super::parts::{self, Coding};
use super::value::{Answer, Kind, exact};

/// Reads the limits of `item`, with a fault for each that could never be met or is of the wrong type.
pub(super) fn read(
    item: &Item,
    kind: Kind,
    sets: &[(String, Vec<Value>)],
    pointer: &str,
    faults: &mut Faults,
) -> Limits {
    let standard = |name: &str| extension(&item.extension, FHIR, name);
    let mut mistyped = Vec::new();
    let mut whole = |name: &'static str| {
        let given = standard(name)?;
        let number = given.as_u64().and_then(|number| usize::try_from(number).ok());
        if number.is_none() {
            mistyped.push((name, "is no whole number"));
        }
        number
    };
    let (min_length, min_count) = (whole("minLength"), whole("questionnaire-minOccurs"));
    let max_count = whole("questionnaire-maxOccurs");
    let decimal_places = whole("maxDecimalPlaces").and_then(|places| u32::try_from(places).ok());
    let max_length = item.max_length.and_then(|length| usize::try_from(length).ok());
    let bound = |name: &str| standard(name).and_then(|value| limit(kind, value));
    let (min, max) = (bound("minValue"), bound("maxValue"));
    for (name, parsed) in [("minValue", &min), ("maxValue", &max)] {
        if standard(name).is_some() && parsed.is_none() {
            mistyped.push((name, "is not of the item's type"));
        }
    }
    let max_megabytes = standard("maxSize").map(exact);
    if max_megabytes == Some(None) {
        mistyped.push(("maxSize", "is no decimal"));
    }
    let pattern = standard("regex").map(Value::as_str);
    if pattern == Some(None) {
        mistyped.push(("regex", "is no text"));
    }
    for (name, reason) in mistyped {
        faults.add("ruleTypeMismatch", pointer, format!("{name} {reason}"));
    }
    let over = |min: Option<usize>, max: Option<usize>| min.zip(max).is_some_and(|(min, max)| min > max);
    let values = min
        .as_ref()
        .zip(max.as_ref())
        .and_then(|(min, max)| min.compare(max));
    if values.is_some_and(|order| order.is_gt())
        || over(min_length, max_length)
        || over(min_count, max_count)
        || max_count == Some(0)
    {
        faults.add("minOverMax", pointer, "the lower limit is above the upper one");
    }
    if max_count.is_some_and(|max| max > MAX_ANSWERS) {
        faults.demand("limitExceeded", pointer, "a question has at most 50 answers");
    }
    misplaced(item, kind, pointer, faults);
    let regex = pattern.flatten().and_then(|pattern| {
        let compiled = Regex::new(&format!(r"\A(?:{pattern})\z"));
        if compiled.is_err() {
            faults.add("badRegex", pointer, "the pattern does not compile");
        }
        compiled.ok()
    });
    let unit = standard("questionnaire-unit");
    let (units, unit_set) = units(item, kind, sets, pointer, faults);
    Limits {
        min,
        max,
        unit: unit
            .and_then(|unit| unit.get("display").or_else(|| unit.get("code")))
            .and_then(Value::as_str)
            .map(str::to_owned),
        units,
        unit_set,
        decimal_places,
        min_length,
        max_length,
        regex,
        min_count,
        max_count,
        max_megabytes: max_megabytes.flatten(),
        media_types: extensions(&item.extension, FHIR, "mimeType")
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    }
}

/// Limits that say nothing of such answers: they would look as if they worked.
fn misplaced(item: &Item, kind: Kind, pointer: &str, faults: &mut Faults) {
    let worded = matches!(kind, Kind::String | Kind::Text | Kind::Url | Kind::OpenChoice);
    let numeric = matches!(kind, Kind::Decimal | Kind::Quantity);
    let is_file = kind == Kind::Attachment;
    for (name, fits) in [
        ("minLength", worded),
        ("regex", worded),
        ("maxDecimalPlaces", numeric),
        ("maxSize", is_file),
        ("mimeType", is_file),
    ] {
        if !fits && extension(&item.extension, FHIR, name).is_some() {
            faults.demand("ruleTypeMismatch", pointer, format!("{name} on another type"));
        }
    }
    if item.max_length.is_some() && !worded {
        faults.demand("ruleTypeMismatch", pointer, "maxLength on another type");
    }
}

/// A limit of a quantity may be one of its number.
fn limit(kind: Kind, value: &Value) -> Option<Answer> {
    match (kind, value) {
        (Kind::Quantity, Value::Number(_)) => Answer::parse(Kind::Decimal, "Decimal", value),
        _ => Answer::parse(kind, kind.suffix(), value),
    }
}

/// Units that a quantity may be given in, and those of its value set.
fn units(
    item: &Item,
    kind: Kind,
    sets: &[(String, Vec<Value>)],
    pointer: &str,
    faults: &mut Faults,
) -> (Vec<Coding>, Vec<Coding>) {
    let given = |name: &'static str| extensions(&item.extension, FHIR, name).map(parts::coding);
    let mut listed: Vec<Option<Coding>> = given("questionnaire-unitOption").collect();
    let set = extension(&item.extension, FHIR, "questionnaire-unitValueSet");
    if kind != Kind::Quantity {
        if set.is_some() || !listed.is_empty() {
            faults.demand(
                "ruleTypeMismatch",
                pointer,
                "only a quantity is given in one of several units",
            );
        }
        return (Vec::new(), Vec::new());
    }
    if listed.is_empty() && set.is_none() {
        listed.extend(given("questionnaire-unit"));
    }
    if listed.iter().any(Option::is_none) {
        faults.demand("ruleTypeMismatch", pointer, "a unit has a code");
    }
    let known = set.and_then(Value::as_str).map(|set| options::units(set, sets));
    if known == Some(None) {
        faults.demand(
            "unsupportedElement",
            pointer,
            "the value set of units is not in the form; it is never fetched",
        );
    }
    (
        listed.into_iter().flatten().collect(),
        known.flatten().unwrap_or_default(),
    )
}
