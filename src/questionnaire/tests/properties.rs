//! What holds for every response, not only for those somebody thought of.

use std::sync::{Arc, LazyLock};

use chrono::{NaiveDate, TimeDelta};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::form::Node;
use super::super::value::Kind;
use super::super::{Evaluated, Form, Mode, Phase, assess, compile};
use super::{Context, assessment, codes, content, time};

static FORM: LazyLock<Arc<Form>> = LazyLock::new(|| assessment().authored);

/// One choice a question: none, or a number that an answer is made of.
fn choices() -> impl Strategy<Value = Vec<Option<u32>>> {
    vec(proptest::option::weighted(0.7, any::<u32>()), FORM.nodes.len())
}

/// An answer of the right type, inside or outside of what the form accepts.
fn answer(node: &Node, number: u32) -> Value {
    let day = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + TimeDelta::days(i64::from(number % 400));
    let option = |nth: u32| {
        let code = usize::try_from(nth).unwrap().checked_rem(node.options.len());
        code.map_or_else(|| json!("none"), |nth| node.options[nth].answer.plain())
    };
    match node.kind {
        Kind::Boolean => json!(number.is_multiple_of(2)),
        Kind::Integer => json!(i64::from(number % 400) - 20),
        Kind::Decimal => json!(f64::from(number % 4_000) / 10.0),
        Kind::Date => json!(day.to_string()),
        Kind::DateTime => json!(format!("{day}T{:02}:30:00+08:00", number % 24)),
        Kind::Time => json!(format!("{:02}:15:00", number % 24)),
        Kind::Choice | Kind::OpenChoice if node.repeats => {
            json!([option(number), option(number / 7)])
        }
        Kind::Choice | Kind::OpenChoice => option(number),
        Kind::Attachment => json!({"contentType": "image/png", "url": "urn:made-up"}),
        Kind::Url => json!("https://example.org/a"),
        _ => json!(format!("文字 {number}")),
    }
}

fn response(form: &Form, choices: &[Option<u32>]) -> Value {
    let chosen = form.nodes.iter().zip(choices);
    let flat: Map<String, Value> = chosen
        .filter(|(node, _)| node.kind.is_question())
        .filter_map(|(node, choice)| Some((node.link_id.clone(), answer(node, (*choice)?))))
        .collect();
    form.response_from_flat(&flat)
}

fn now() -> Context {
    Context::at(time("2025-09-01T02:00:00Z")).in_phase(Phase::Recheck)
}

fn bytes(form: &Form, evaluated: &Evaluated) -> (String, String) {
    let assessed = assess(form, &evaluated.answers, &now());
    (
        evaluated.normalized.to_string(),
        serde_json::to_string(&assessed).unwrap(),
    )
}

/// JSON that looks like a response here and there.
pub(super) fn any_json() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("QuestionnaireResponse"),
        Just("pe.sbp"),
        Just("preg.edd"),
        Just("2025-02-30"),
        Just("2025-02-28T24:00:00+08:00"),
        Just("yes"),
        Just(""),
        Just("\u{0}无"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    let names = prop_oneof![
        Just("resourceType"),
        Just("item"),
        Just("linkId"),
        Just("answer"),
        Just("valueInteger"),
        Just("valueDecimal"),
        Just("valueCoding"),
        Just("valueDateTime"),
        Just("valueAttachment"),
        Just("code"),
        Just("data"),
    ];
    leaf.prop_recursive(8, 200, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((names.clone(), inner), 0..5).prop_map(|members| {
                let named = members.into_iter().map(|(name, value)| (name.to_owned(), value));
                Value::Object(named.collect())
            }),
        ]
    })
}

/// What the fuzzer found worth keeping is tried at each run; the fuzzer itself is in `tests/fuzz`.
#[test]
fn the_corpus_of_the_fuzzer_is_judged_without_a_panic() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/corpus");
    let mut tried = 0;
    for kind in ["response", "publication"] {
        for entry in std::fs::read_dir(format!("{corpus}/{kind}")).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            tried += 1;
            let Ok(document) = serde_json::from_slice::<Value>(&bytes) else {
                continue;
            };
            let evaluated = FORM.check(&document, Mode::Submit, &now());
            assess(&FORM, &evaluated.answers, &now());
            let form = document.get("form").unwrap_or(&document);
            let _refused = compile(form, document.get("rules"));
        }
    }
    assert!(tried > 40, "the corpus has {tried} files");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_stored_and_read_again_comes_out_with_the_same_bytes(seeds in choices()) {
        let form = &*FORM;
        for mode in [Mode::Draft, Mode::Submit] {
            let first = form.check(&response(form, &seeds), mode, &now());
            let read: Value = serde_json::from_str(&first.normalized.to_string()).unwrap();
            let second = form.check(&read, mode, &now());
            prop_assert_eq!(bytes(form, &first), bytes(form, &second));
        }
    }

    #[test]
    fn dropping_the_answers_of_hidden_questions_twice_is_dropping_them_once(seeds in choices()) {
        let form = &*FORM;
        let once = form.check(&response(form, &seeds), Mode::Submit, &now());
        let twice = form.check(&once.normalized, Mode::Submit, &now());
        prop_assert_eq!(&once.normalized, &twice.normalized);
        prop_assert!(twice.warnings.iter().all(|warning| warning.code != "disabledAnswerDropped"));
    }

    #[test]
    fn an_answer_to_a_hidden_question_changes_nothing(seeds in choices(), more in choices()) {
        let form = &*FORM;
        let before = form.check(&response(form, &seeds), Mode::Submit, &now());
        let enabled = form.enabled(&before.answers.by_index(form));
        let hidden = enabled.iter().map(|enabled| !enabled);
        let mut joined = seeds.clone();
        for ((slot, hidden), extra) in joined.iter_mut().zip(hidden).zip(&more) {
            if hidden {
                *slot = *extra;
            }
        }
        let after = form.check(&response(form, &joined), Mode::Submit, &now());
        prop_assert_eq!(bytes(form, &before), bytes(form, &after));
        prop_assert_eq!(codes(&before.errors), codes(&after.errors));
    }

    #[test]
    fn no_document_makes_the_engine_panic(document in any_json(), seeds in choices(), place in any::<prop::sample::Index>()) {
        let form = &*FORM;
        let mut damaged = response(form, &seeds);
        if let Some(items) = damaged["item"].as_array_mut().filter(|items| !items.is_empty()) {
            let at = place.index(items.len());
            items[at] = document.clone();
        }
        for mode in [Mode::Draft, Mode::Submit, Mode::SubmitStrict] {
            for response in [&document, &damaged] {
                let evaluated = form.check(response, mode, &now());
                assess(form, &evaluated.answers, &now());
            }
        }
        let definition = content("pre-analgesia/1.0.0.json");
        let mut broken = definition.clone();
        if let Some(items) = broken["item"].as_array_mut() {
            let at = place.index(items.len());
            items[at] = document.clone();
        }
        let _refused = compile(&broken, Some(&document));
        let _refused = compile(&document, None);
    }
}
