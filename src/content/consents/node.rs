//! A place in an authored document, and what is wrong there. A missing member is a fault at the place where it belongs.

use serde_json::{Value, json};

/// One fault of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// RFC 6901 pointer into the document.
    pub pointer: String,
    /// Stable, a key of the field texts in `content/messages`.
    pub code: &'static str,
    /// What the text of the code names.
    pub params: Option<Value>,
    /// For whoever edits the file, English.
    pub reason: String,
}

/// Collects every fault instead of stopping at the first.
#[derive(Default)]
pub(super) struct Sheet(pub Vec<Problem>);

impl Sheet {
    pub fn add(&mut self, pointer: &str, code: &'static str, reason: impl Into<String>) {
        self.0.push(Problem {
            pointer: pointer.to_owned(),
            code,
            params: None,
            reason: reason.into(),
        });
    }

    /// As [`Sheet::check`], with what the text of the code names.
    fn check_with(&mut self, ok: bool, pointer: &str, code: &'static str, params: Value, reason: String) {
        if !ok {
            self.0.push(Problem {
                pointer: pointer.to_owned(),
                code,
                params: Some(params),
                reason,
            });
        }
    }

    pub fn check(&mut self, ok: bool, pointer: &str, code: &'static str, reason: impl Into<String>) {
        if !ok {
            self.add(pointer, code, reason);
        }
    }
}

/// A place that may be empty.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub at: String,
    value: Option<&'a Value>,
}

impl<'a> Node<'a> {
    pub fn root(value: &'a Value) -> Node<'a> {
        Node {
            at: String::new(),
            value: Some(value),
        }
    }

    pub fn of(&self, name: &str) -> Node<'a> {
        Node {
            at: format!("{}/{name}", self.at),
            value: self.value.and_then(|value| value.get(name)),
        }
    }

    pub fn is_there(&self) -> bool {
        self.value.is_some()
    }

    /// A text that says something; the empty text stands for a fault that was noted.
    pub fn text(&self, sheet: &mut Sheet) -> &'a str {
        let text = self.value.and_then(Value::as_str).unwrap_or_default();
        sheet.check(
            !text.trim().is_empty(),
            &self.at,
            "required",
            "a text is needed here",
        );
        text
    }

    /// One of a list of words.
    pub fn word(&self, sheet: &mut Sheet, words: &[&str]) -> &'a str {
        let text = self.text(sheet);
        let values = words.join(", ");
        let reason = format!("{text:?} is none of {values}");
        let known = text.is_empty() || words.contains(&text);
        sheet.check_with(known, &self.at, "one_of", json!({ "values": values }), reason);
        text
    }

    /// A name in codes: ASCII letters, digits, `-` and `_`.
    pub fn code(&self, sheet: &mut Sheet) -> &'a str {
        let text = self.text(sheet);
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        sheet.check(
            text.chars().all(fits),
            &self.at,
            "format",
            "letters, digits, - and _",
        );
        text
    }

    /// A whole number within bounds, both included.
    pub fn number(&self, sheet: &mut Sheet, min: i64, max: i64) -> i64 {
        let number = self.value.and_then(Value::as_i64);
        sheet.check(number.is_some(), &self.at, "required", "a number is needed here");
        let fits = number.is_none_or(|number| (min..=max).contains(&number));
        let limits = json!({ "min": min, "max": max });
        sheet.check_with(
            fits,
            &self.at,
            "range",
            limits,
            format!("not within {min} and {max}"),
        );
        number.unwrap_or(min)
    }

    pub fn truth(&self, sheet: &mut Sheet) -> bool {
        let truth = self.value.and_then(Value::as_bool);
        sheet.check(
            truth.is_some(),
            &self.at,
            "required",
            "true or false is needed here",
        );
        truth.unwrap_or(false)
    }

    /// The items of a list that must be there and may be empty.
    pub fn list(&self, sheet: &mut Sheet) -> Vec<Node<'a>> {
        let items = self.value.and_then(Value::as_array);
        sheet.check(items.is_some(), &self.at, "required", "a list is needed here");
        let place = |(at, value)| Node {
            at: format!("{}/{at}", self.at),
            value: Some(value),
        };
        items.into_iter().flatten().enumerate().map(place).collect()
    }

    /// The items of a list with at least one.
    pub fn items(&self, sheet: &mut Sheet) -> Vec<Node<'a>> {
        let items = self.list(sheet);
        let empty = self.value.is_some_and(Value::is_array) && items.is_empty();
        sheet.check(!empty, &self.at, "required", "at least one is needed here");
        items
    }
}

/// Notes each name that stands a second time.
pub(super) fn once(sheet: &mut Sheet, names: &[(String, &str)]) {
    for (nth, (at, name)) in names.iter().enumerate() {
        let before = names.iter().take(nth).any(|(_, one)| one == name);
        sheet.check(!before, at, "twice", format!("{name:?} stands twice"));
    }
}
