//! Any bytes as a form of somebody else: read, compiled and answered. Any bytes as a text with numbers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use questionnaire::{Context, Mode, Once, compile_foreign, exact_numbers, foreign};
use serde_json::{Value, json};

#[allow(dead_code, unused_imports, reason = "a target uses a part of the engine")]
#[path = "../../../src/questionnaire/mod.rs"]
mod questionnaire;

fuzz_target!(|bytes: &[u8]| {
    let numbers = exact_numbers(bytes);
    let whole = serde_json::from_slice::<Value>(bytes).is_ok();
    assert!(!whole || serde_json::from_slice::<Value>(&numbers).is_ok());
    let read = foreign::read(bytes);
    let Some(document) = read.document else { return };
    assert_eq!(serde_json::from_slice::<Once>(document.to_string().as_bytes()).ok(), Some(Once(document.clone())));
    let Ok(form) = compile_foreign(&document) else { return };
    let now = "2025-09-01T02:00:00Z".parse().expect("a time");
    let answers = json!({ "resourceType": "QuestionnaireResponse", "item": document.get("item") });
    for mode in [Mode::Draft, Mode::Submit, Mode::SubmitStrict] {
        form.check(&answers, mode, &Context::at(now));
    }
});
