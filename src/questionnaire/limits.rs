//! The limits of an item's answers, read from its extensions. How they are applied: `constraints`.

use regex::Regex;
use serde_json::Value;

use super::definition::{FHIR, Item, extension, extensions};
use super::faults::Faults;
use super::form::Limits;
use super::value::{Answer, Kind, exact};

/// Reads the limits of `item`, with a fault for each that could never be met.
pub(super) fn read(item: &Item, kind: Kind, pointer: &str, faults: &mut Faults) -> Limits {
    let standard = |name: &str| extension(&item.extension, FHIR, name);
    let whole = |name: &str| {
        standard(name)
            .and_then(Value::as_u64)
            .and_then(|number| usize::try_from(number).ok())
    };
    let bound = |name: &str| standard(name).and_then(|value| Answer::parse(kind, kind.suffix(), value));
    let (min, max) = (bound("minValue"), bound("maxValue"));
    for (name, parsed) in [("minValue", &min), ("maxValue", &max)] {
        if standard(name).is_some() && parsed.is_none() {
            faults.add(
                "ruleTypeMismatch",
                pointer,
                format!("{name} is not of the item's type"),
            );
        }
    }
    let (min_length, min_count) = (whole("minLength"), whole("questionnaire-minOccurs"));
    let max_length = item.max_length.and_then(|length| usize::try_from(length).ok());
    let max_count = whole("questionnaire-maxOccurs");
    let over = |min: Option<usize>, max: Option<usize>| min.zip(max).is_some_and(|(min, max)| min > max);
    let values = min
        .as_ref()
        .zip(max.as_ref())
        .and_then(|(min, max)| min.compare(max));
    if values.is_some_and(|order| order.is_gt()) || over(min_length, max_length) || over(min_count, max_count)
    {
        faults.add("minOverMax", pointer, "the lower limit is above the upper one");
    }
    let regex = standard("regex").and_then(Value::as_str).and_then(|pattern| {
        let compiled = Regex::new(&format!(r"\A(?:{pattern})\z"));
        if compiled.is_err() {
            faults.add("badRegex", pointer, "the pattern does not compile");
        }
        compiled.ok()
    });
    let code = |name: &str| standard(name).and_then(|unit| unit.get("display").or_else(|| unit.get("code")));
    Limits {
        min,
        max,
        unit: code("questionnaire-unit")
            .and_then(Value::as_str)
            .map(str::to_owned),
        decimal_places: whole("maxDecimalPlaces").and_then(|places| u32::try_from(places).ok()),
        min_length,
        max_length,
        regex,
        min_count,
        max_count,
        max_megabytes: standard("maxSize").and_then(exact),
        media_types: extensions(&item.extension, FHIR, "mimeType")
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    }
}
