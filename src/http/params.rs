//! Values that several slices read from a request.

use chrono::{DateTime, NaiveDate, Utc};

use serde_json::Value;

use crate::base::error::{Error, Fault, Result};
use crate::base::{Code, Locale, Noun};
use crate::questionnaire::{self, Language, Problem};

/// Collects faults of a body so that all of them are told at once.
#[derive(Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Notes a fault unless `ok`.
    pub fn check(&mut self, ok: bool, pointer: &str, code: &str) {
        if !ok {
            self.0.push(Fault::field(pointer, code));
        }
    }

    /// A text of `min`–`max` characters once its ends are trimmed; no control characters.
    pub fn text(&mut self, value: &str, pointer: &str, min: usize, max: usize) -> String {
        let trimmed = value.trim();
        let length = trimmed.chars().count();
        if length < min || length > max {
            self.0
                .push(Fault::field(pointer, "length").with(serde_json::json!({ "min": min, "max": max })));
        }
        self.check(
            !trimmed.chars().any(|c| c.is_control() && c != '\n'),
            pointer,
            "format",
        );
        trimmed.to_owned()
    }

    /// A whole number within bounds, both included.
    pub fn number(&mut self, value: i64, pointer: &str, min: i64, max: i64) {
        if value < min || value > max {
            self.0
                .push(Fault::field(pointer, "range").with(serde_json::json!({ "min": min, "max": max })));
        }
    }

    /// A time that is not in the future; five minutes are the clocks' difference.
    pub fn past(&mut self, at: DateTime<Utc>, now: DateTime<Utc>, pointer: &str) {
        self.check(at <= now + chrono::Duration::minutes(5), pointer, "in_future");
    }

    /// Adds a fault.
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// All of them, or none.
    ///
    /// Errors: `http.invalid` with each fault.
    pub fn done(self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(Code::HttpInvalid, self.0))
        }
    }
}

/// A mainland mobile number, 11 digits.
pub fn is_mobile(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 11
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes.first() == Some(&b'1')
        && bytes.get(1).is_some_and(|b| (b'3'..=b'9').contains(b))
}

/// A resident identity number: 18 characters whose check character holds (GB 11643).
pub fn is_resident_id(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: &[u8; 11] = b"10X98765432";
    let bytes = text.as_bytes();
    let (Some(digits), Some(last)) = (bytes.get(..17), bytes.get(17)) else {
        return false;
    };
    if bytes.len() != 18 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    CHECK.get((sum % 11) as usize) == Some(&last.to_ascii_uppercase())
}

/// The last four characters, the rest hidden.
pub fn masked(text: &str) -> String {
    let count = text.chars().count();
    let shown = count.min(4);
    "*".repeat(count - shown) + &text.chars().skip(count - shown).collect::<String>()
}

/// A calendar month `YYYY-MM`, as its first day.
pub fn month(text: &str) -> Result<NaiveDate> {
    NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").map_err(|_| Error::Missing(Noun::Route))
}

/// The language in which the engine speaks of answers.
pub fn answer_language(locale: Locale) -> Language {
    match locale {
        Locale::ZhCn => Language::Zh,
        Locale::En => Language::En,
    }
}

/// The engine's problems as faults of the request body, each at the place that `at` gives it.
pub fn answer_faults(problems: Vec<Problem>, locale: Locale, at: impl Fn(&Problem) -> String) -> Vec<Fault> {
    problems
        .into_iter()
        .map(|problem| Fault {
            pointer: at(&problem),
            code: problem.code.to_owned(),
            message: Some(questionnaire::message(
                problem.code,
                &problem.params,
                answer_language(locale),
            )),
            link_id: problem.link_id,
            path: (!problem.path.is_empty()).then_some(problem.path),
            params: (!problem.params.is_empty()).then_some(Value::Object(problem.params)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_number_needs_its_check_character() {
        assert!(is_resident_id("11010519491231002X"));
        assert!(!is_resident_id("110105194912310021"));
        assert!(!is_resident_id("1101051949123100"));
    }

    #[test]
    fn a_mobile_number_has_eleven_digits_and_a_known_beginning() {
        assert!(is_mobile("13800000001"));
        assert!(!is_mobile("12800000001"));
        assert!(!is_mobile("1380000000"));
    }
}
