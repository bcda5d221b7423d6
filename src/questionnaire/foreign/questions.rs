//! The options and limits of a question in a foreign form.

use serde_json::{Map, Value};

use super::{Foreign, Seen};
use crate::questionnaire::definition::FHIR;
use crate::questionnaire::options::MAX_OPTIONS;
use crate::questionnaire::value::{Answer, Kind};

impl Foreign {
    pub(super) fn options(&mut self, item: &Map<String, Value>, kind: &str, at: &str, seen: &Seen) {
        let pointer = format!("{at}/answerOption");
        let options = item.get("answerOption").and_then(Value::as_array);
        let set = item.get("answerValueSet").and_then(Value::as_str);
        let choice = matches!(kind, "choice" | "open-choice");
        let typed = matches!(
            kind,
            "integer" | "date" | "time" | "string" | "text" | "reference" | "question"
        );
        if options.is_some() && !choice && !typed {
            self.warn("optionsOnNonChoice", &pointer, "options on another type");
        }
        if choice && options.is_none_or(Vec::is_empty) && set.is_none() {
            self.warn("choiceWithoutOptions", at, "a choice without options");
        }
        let resolved = |set: &str| {
            set.strip_prefix('#')
                .is_some_and(|id| seen.contained.contains(id))
        };
        if set.is_some_and(|set| !resolved(set)) {
            self.warn(
                "valueSetNotResolved",
                &format!("{at}/answerValueSet"),
                "never fetched",
            );
        }
        if options.is_some_and(|options| options.len() > MAX_OPTIONS) {
            self.refuse("limitExceeded", &pointer, "more than 200 options");
        }
        let mut known: Vec<String> = Vec::new();
        for (position, option) in options.into_iter().flatten().enumerate() {
            let pointer = format!("{pointer}/{position}");
            let mut values = option
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, _)| name.starts_with("value"));
            let (Some((name, value)), None) = (values.next(), values.next()) else {
                self.warn("invalidStructure", &pointer, "an option has one value");
                continue;
            };
            let text = |member: &str| value.get(member).and_then(Value::as_str).unwrap_or_default();
            let same = match (name.as_str(), text("code")) {
                ("valueCoding", "") => format!("{name} {}", text("display")),
                ("valueCoding", code) => format!("{name} {} {code}", text("system")),
                _ => format!("{name} {value}"),
            };
            if known.contains(&same) {
                self.warn("duplicateOption", &pointer, "the option stands twice");
            }
            known.push(same);
        }
    }

    pub(super) fn limits(&mut self, item: &Map<String, Value>, kind: &str, at: &str) {
        let Some(kind) = Kind::parse(kind) else { return };
        let limit = |name: &str| {
            let list = item.get("extension").and_then(Value::as_array);
            let found = list
                .into_iter()
                .flatten()
                .find(|one| one.get("url").and_then(Value::as_str) == Some(&format!("{FHIR}{name}")))?;
            found
                .as_object()?
                .iter()
                .find(|(name, _)| name.starts_with("value"))
                .map(|(_, value)| value)
        };
        let bound = |name: &str| Answer::parse(kind, kind.suffix(), limit(name)?);
        let over = bound("minValue")
            .zip(bound("maxValue"))
            .and_then(|(min, max)| min.compare(&max));
        let count = |name: &str| limit(&format!("questionnaire-{name}")).and_then(Value::as_u64);
        let counts = count("minOccurs")
            .zip(count("maxOccurs"))
            .is_some_and(|(min, max)| min > max);
        if over.is_some_and(|order| order.is_gt()) || counts {
            self.warn("minOverMax", at, "the lower limit is above the upper one");
        }
    }
}
