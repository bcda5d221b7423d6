//! An exact decimal of a measurement or a dose. On the wire it is a string; a JSON number is taken as well, since
//! monitors and pumps send numbers.

use std::borrow::Cow;
use std::fmt;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

/// An exact decimal; its unit stands at the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Amount(pub Decimal);

impl Amount {
    /// In tenths, if it is a whole number of them.
    pub fn tenths(self) -> Option<i64> {
        let tenths = self.0.checked_mul(Decimal::TEN)?.normalize();
        tenths.is_integer().then(|| i64::try_from(tenths).ok()).flatten()
    }

    /// From tenths.
    pub fn from_tenths(tenths: i64) -> Amount {
        Amount(Decimal::new(tenths, 1).normalize())
    }

    /// Whether it is a whole number of halves between two bounds.
    pub fn in_halves(self, low: i64, high: i64) -> bool {
        let doubled = self.0.checked_mul(Decimal::TWO).map(|d| d.normalize());
        doubled.is_some_and(|d| d.is_integer())
            && self.0 >= Decimal::from(low)
            && self.0 <= Decimal::from(high)
    }
}

impl From<i64> for Amount {
    fn from(whole: i64) -> Amount {
        Amount(Decimal::from(whole))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

impl Serialize for Amount {
    /// As on the wire: 3.50 and 3.5 are one value also where documents are compared.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Type for Amount {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "string_decimal".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "decimal")))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(self.as_raw_value().into_iter())
    }
}

impl ParseFromJSON for Amount {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        let value = value.unwrap_or_default();
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(ParseError::expected_type(value)),
        };
        text.parse().map(Amount).map_err(ParseError::custom)
    }
}

impl ToJSON for Amount {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_and_its_text_are_the_same_amount() {
        let number = Amount::parse_from_json(Some(json!(3.5))).unwrap();
        let text = Amount::parse_from_json(Some(json!("3.50"))).unwrap();
        assert_eq!(number, text);
        assert_eq!(text.to_json(), Some(json!("3.5")));
        assert_eq!(json!(text), json!("3.5"));
    }

    #[test]
    fn a_score_counts_in_halves() {
        let half = Amount(Decimal::new(65, 1));
        assert!(half.in_halves(0, 10));
        assert_eq!(half.tenths(), Some(65));
        assert!(!Amount(Decimal::new(63, 1)).in_halves(0, 10));
        assert!(!Amount::from(11).in_halves(0, 10));
        assert_eq!(Amount(Decimal::new(365, 2)).tenths(), None);
    }
}
