//! What holds for every document of others, for questions that stand several times, and for every number of a text.

use std::sync::{Arc, LazyLock};

use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::{Form, Mode, compile_foreign, exact_numbers, foreign};
use super::properties::any_json;
use super::{at, compiled, small};

/// A repeated group; in it a question that repeats, with a question below each of its answers.
static NESTED: LazyLock<Arc<Form>> = LazyLock::new(|| {
    let asked =
        |operator: &str| json!([{"question": "stopped", "operator": operator, "answerBoolean": true}]);
    let below = small(&[("why", "string", json!({"required": true}))])["item"].clone();
    let inside = small(&[
        ("name", "string", json!({"required": true})),
        ("stopped", "boolean", json!({})),
        ("when", "date", json!({"enableWhen": asked("=")})),
        ("dose", "integer", json!({"repeats": true, "item": below})),
    ])["item"]
        .clone();
    compiled(&[("drug", "group", json!({"repeats": true, "item": inside}))])
});

/// One occurrence of the group: what it says, or something else in its place.
fn occurrence() -> impl Strategy<Value = Value> {
    let said = (
        any::<Option<u8>>(),
        any::<Option<bool>>(),
        any::<Option<u8>>(),
        vec((any::<i16>(), any::<Option<u8>>()), 0..4),
        any::<bool>(),
    );
    said.prop_map(|(name, stopped, when, doses, turned)| {
        let mut items = Vec::new();
        let mut add =
            |link_id: &str, answers: Vec<Value>| items.push(json!({"linkId": link_id, "answer": answers}));
        if let Some(name) = name {
            add("name", vec![json!({"valueString": format!("药{name}")})]);
        }
        if let Some(stopped) = stopped {
            add("stopped", vec![json!({"valueBoolean": stopped})]);
        }
        if let Some(when) = when {
            add(
                "when",
                vec![json!({"valueDate": format!("2025-01-{:02}", when % 35)})],
            );
        }
        let dose = |(dose, why): &(i16, Option<u8>)| match why {
            None => json!({"valueInteger": dose}),
            Some(why) => json!({"valueInteger": dose, "item": [
                {"linkId": if why % 7 == 0 { "name" } else { "why" }, "answer": [{"valueString": "因为"}]}]}),
        };
        if !doses.is_empty() {
            add("dose", doses.iter().map(dose).collect());
        }
        if turned {
            items.reverse();
        }
        json!({"linkId": "drug", "item": items})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_stands_several_times_is_judged_the_same_when_it_is_read_again(groups in vec(occurrence(), 0..6)) {
        let form = &*NESTED;
        let response = json!({"resourceType": "QuestionnaireResponse", "item": groups});
        for mode in [Mode::Draft, Mode::Submit, Mode::SubmitStrict] {
            let first = form.check(&response, mode, &at());
            let again = form.check(&first.normalized, mode, &at());
            if first.errors.is_empty() {
                prop_assert_eq!(again.normalized.to_string(), first.normalized.to_string());
                prop_assert_eq!(again.answers, first.answers);
            }
        }
    }

    #[test]
    fn no_document_among_them_makes_the_engine_panic(
        groups in vec(occurrence(), 0..4), document in any_json(), place in any::<prop::sample::Index>()
    ) {
        let form = &*NESTED;
        let mut damaged = json!({"resourceType": "QuestionnaireResponse", "item": groups});
        if let Some(items) = damaged["item"].as_array_mut().filter(|items| !items.is_empty()) {
            let at = place.index(items.len());
            let broken = document.clone();
            match place.index(3) {
                0 => items[at] = broken,
                1 => items[at]["item"] = broken,
                _ => {
                    let inside = items[at]["item"].as_array_mut();
                    if let Some(item) = inside.and_then(|inside| inside.first_mut()) {
                        item["answer"] = broken;
                    }
                }
            }
        }
        for mode in [Mode::Draft, Mode::Submit, Mode::SubmitStrict] {
            form.check(&damaged, mode, &at());
        }
    }

    #[test]
    fn no_form_of_others_makes_the_engine_panic(document in any_json(), bytes in vec(any::<u8>(), 0..64)) {
        foreign::read(&bytes);
        let mut form = small(&[("a", "boolean", json!({}))]);
        form["item"][0]["item"] = document.clone();
        for one in [document, form] {
            let text = one.to_string();
            let plain: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(foreign::read(text.as_bytes()).document, Some(plain), "nothing of it is lost");
            if let Ok(form) = compile_foreign(&one) {
                form.check(&json!({"resourceType": "QuestionnaireResponse"}), Mode::Submit, &at());
            }
        }
    }

    #[test]
    fn a_number_is_held_exactly_or_stays_a_text(literal in "-?(0|[1-9][0-9]{0,22})(\\.[0-9]{1,22})?([eE][+-]?[0-9]{1,3})?") {
        let text = format!("{{\"a\": {literal}, \"b\": \"{literal}\"}}");
        let read: Value = serde_json::from_slice(&exact_numbers(text.as_bytes())).unwrap();
        prop_assert_eq!(&read["b"], &json!(literal));
        let exact = |text: &str| Decimal::from_scientific(text).or_else(|_| Decimal::from_str_exact(text)).ok();
        match &read["a"] {
            Value::String(kept) => prop_assert_eq!(kept, &literal),
            held => {
                // What the decimals here can't say either is compared by its digits in the tests of `literals`.
                let (one, other) = (exact(&literal), exact(&held.to_string()));
                if let (Some(one), Some(other)) = (one, other) {
                    prop_assert_eq!(one, other);
                }
            }
        }
    }

    #[test]
    fn bytes_that_are_no_json_stay_as_they_are_or_become_none(bytes in vec(any::<u8>(), 0..48)) {
        let changed = exact_numbers(&bytes);
        let before = serde_json::from_slice::<Value>(&bytes).is_ok();
        let after = serde_json::from_slice::<Value>(&changed).is_ok();
        prop_assert!(after || !before);
    }
}
