//! Any bytes as a form, or as a form and its rules: refused with reasons or published, and then able to judge.
#![no_main]

use libfuzzer_sys::fuzz_target;
use questionnaire::{Context, Mode, assess, compile, publish};
use serde_json::{Value, json};

#[allow(dead_code, unused_imports, reason = "a target uses a part of the engine")]
#[path = "../../../src/questionnaire/mod.rs"]
mod questionnaire;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = serde_json::from_slice::<Value>(bytes) else { return };
    let (form, rules) = match (document.get("form"), document.get("rules")) {
        (Some(form), Some(rules)) => (form, Some(rules)),
        _ => (&document, None),
    };
    let now = "2025-09-01T02:00:00Z".parse().expect("a time");
    if let Some(rules) = rules {
        let _refused = publish(form, rules);
    }
    match compile(form, rules) {
        Err(faults) => assert!(!faults.is_empty()),
        Ok(form) => {
            let response = form.draft();
            let checked = form.check(&response, Mode::Submit, &Context::at(now));
            assess(&form, &checked.answers, &Context::at(now));
            form.check(&json!({"resourceType": "QuestionnaireResponse"}), Mode::Draft, &Context::at(now));
        }
    }
});
