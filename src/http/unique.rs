//! JSON bodies whose objects have each member once: of two with the same name one would vanish unseen.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Whether an object in a body has a member twice. A body that is no JSON is none of ours: reading it fails anyway.
pub(super) fn has_twins(body: &[u8]) -> bool {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    match Once.deserialize(&mut deserializer) {
        Ok(()) => false,
        Err(error) => error.to_string().starts_with(TWICE),
    }
}

const TWICE: &str = "a member stands twice";

struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Once)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            members.next_value_seed(Once)?;
            if !seen.insert(name) {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_stands_twice_is_found_at_any_depth() {
        assert!(has_twins(br#"{"a": 1, "a": 1}"#));
        assert!(has_twins(br#"[{"a": [{"b": 1, "\u0062": 2}]}]"#));
        assert!(!has_twins(
            br#"{"a": {"a": 1}, "b": [{"a": 1}, {"a": null, "c": -1.5e3, "d": "x", "e": true}]}"#
        ));
        assert!(!has_twins(b"{"));
    }
}
