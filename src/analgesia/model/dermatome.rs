//! A dermatome C2…S5 as it is written, and how far up it is.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const REGIONS: [(char, i64, i64); 4] = [('C', 2, 8), ('T', 1, 12), ('L', 1, 5), ('S', 1, 5)];

/// Upper end of the block, by cold; C2 is the highest, `none` is no block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Dermatome(i64);

impl Dermatome {
    /// No block: below S5.
    pub const NONE: Dermatome = Dermatome(29);
    /// Higher than this tells the anesthesiologist.
    pub const T6: Dermatome = Dermatome(12);
    /// This or higher is urgent.
    pub const T4: Dermatome = Dermatome(10);

    /// Reads `C2`…`S5` or `none`.
    pub fn parse(text: &str) -> Option<Dermatome> {
        if text == "none" {
            return Some(Dermatome::NONE);
        }
        let mut letters = text.chars();
        let letter = letters.next()?;
        let number: i64 = letters.as_str().parse().ok()?;
        let mut before = 0;
        for (region, first, last) in REGIONS {
            if region == letter {
                let known = (first..=last).contains(&number) && letters.as_str() == number.to_string();
                return known.then_some(Dermatome(before + number - first));
            }
            before += last - first + 1;
        }
        None
    }

    /// As it is written.
    pub fn word(self) -> String {
        let mut rest = self.0;
        for (region, first, last) in REGIONS {
            let count = last - first + 1;
            if rest < count {
                return format!("{region}{}", first + rest);
            }
            rest -= count;
        }
        "none".to_owned()
    }

    /// Whether this block reaches further up than the other.
    pub fn above(self, other: Dermatome) -> bool {
        self.0 < other.0
    }

    /// How many segments lie between two levels.
    pub fn apart(self, other: Dermatome) -> i64 {
        (self.0 - other.0).abs()
    }
}

impl TryFrom<String> for Dermatome {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Dermatome, &'static str> {
        Dermatome::parse(&text).ok_or("not a dermatome")
    }
}

impl From<Dermatome> for String {
    fn from(level: Dermatome) -> String {
        level.word()
    }
}

impl Type for Dermatome {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "string_dermatome".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        let mut schema = MetaSchema::new("string");
        schema.pattern = Some("^(C[2-8]|T([1-9]|1[0-2])|L[1-5]|S[1-5]|none)$".to_owned());
        MetaSchemaRef::Inline(Box::new(schema))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(self.as_raw_value().into_iter())
    }
}

impl ParseFromJSON for Dermatome {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        let value = value.unwrap_or_default();
        let level = value.as_str().and_then(Dermatome::parse);
        level.ok_or_else(|| ParseError::expected_type(value))
    }
}

impl ToJSON for Dermatome {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.word()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_reads_as_it_is_written() {
        for index in 0..=29 {
            let level = Dermatome(index);
            assert_eq!(Dermatome::parse(&level.word()), Some(level), "{}", level.word());
        }
        assert_eq!(Dermatome::T6.word(), "T6");
        assert_eq!(Dermatome::T4.word(), "T4");
        assert_eq!(Dermatome::NONE.word(), "none");
    }

    #[test]
    fn what_is_no_dermatome_is_refused() {
        for text in ["C1", "T13", "L0", "S6", "T06", "X1", "", "t6"] {
            assert_eq!(Dermatome::parse(text), None, "{text}");
        }
    }

    #[test]
    fn levels_compare_by_height() {
        let t5 = Dermatome::parse("T5").unwrap();
        let t10 = Dermatome::parse("T10").unwrap();
        assert!(t5.above(Dermatome::T6) && !Dermatome::T6.above(Dermatome::T6));
        assert_eq!(t5.apart(t10), 5);
    }
}
