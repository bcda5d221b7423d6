//! Any bytes as the answers to the assessment: judged in every mode, then through all its rules.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use questionnaire::{Context, Form, Mode, Phase, assess, publish};
use serde_json::Value;

#[allow(dead_code, unused_imports, reason = "a target uses a part of the engine")]
#[path = "../../../src/questionnaire/mod.rs"]
mod questionnaire;

static FORMS: LazyLock<Vec<Arc<Form>>> = LazyLock::new(|| {
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("the content is JSON");
    let form = read(include_str!("../../../content/questionnaires/pre-analgesia/1.0.0.json"));
    let rules = read(include_str!("../../../content/questionnaires/pre-analgesia/1.0.0.rules.json"));
    let published = publish(&form, &rules).expect("the content is published");
    vec![published.authored, published.patient, published.recheck, published.staff]
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(response) = serde_json::from_slice::<Value>(bytes) else { return };
    let now = "2025-09-01T02:00:00Z".parse().expect("a time");
    for phase in [Phase::Antenatal, Phase::Recheck] {
        let context = Context::at(now).in_phase(phase);
        for form in FORMS.iter() {
            for mode in [Mode::Draft, Mode::Submit, Mode::SubmitStrict] {
                let first = form.check(&response, mode, &context);
                let assessment = assess(form, &first.answers, &context);
                assert_eq!(assessment.findings.len(), form.rules().count());
                // What was judged once and kept is judged the same when it is read again.
                let again = form.check(&first.normalized, mode, &context);
                if first.errors.is_empty() {
                    assert_eq!(again.normalized.to_string(), first.normalized.to_string());
                    assert_eq!(again.answers, first.answers);
                }
            }
        }
    }
});
