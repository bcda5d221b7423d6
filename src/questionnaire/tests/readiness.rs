//! The hospital's self-check against the basic requirements: its vectors.

use super::super::{Mode, assess};
use super::*;

fn check() -> std::sync::Arc<Form> {
    compile(
        &content("facility-readiness/1.0.0.json"),
        Some(&content("facility-readiness/1.0.0.rules.json")),
    )
    .unwrap()
}

#[test]
fn every_vector_of_the_self_check_comes_out_as_given() {
    let (form, data) = (check(), content("facility-readiness/1.0.0.vectors.json"));
    let context = Context::at(time(data["now"].as_str().unwrap()));
    let cases = data["vectors"].as_array().unwrap();
    assert_eq!(cases.len(), 116);
    let mut wrong = Vec::new();
    for case in cases {
        let flat = with(data["base"].as_object().unwrap().clone(), &case["answers"]);
        let checked = form.check(&form.response_from_flat(&flat), Mode::Submit, &context);
        assert_eq!(codes(&checked.errors), vec![], "{}", case["id"]);
        let result = assess(&form, &checked.answers, &context);
        let given = json!({
            "hits": result.fired().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(),
            "level": result.level,
            "status": result.status,
        });
        if given != case["expected"] {
            wrong.push(format!(
                "{}: {given}\n   expected {}",
                case["id"], case["expected"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_answer_that_the_self_check_refuses_is_refused_at_its_item() {
    let (form, data) = (check(), content("facility-readiness/1.0.0.vectors.json"));
    let context = Context::at(time(data["now"].as_str().unwrap()));
    let cases = data["validation"].as_array().unwrap();
    assert_eq!(cases.len(), 17);
    for case in cases {
        let flat = with(data["base"].as_object().unwrap().clone(), &case["answers"]);
        let checked = form.check(&form.response_from_flat(&flat), Mode::SubmitStrict, &context);
        let expected = (case["link_id"].as_str().unwrap(), case["code"].as_str().unwrap());
        assert!(
            codes(&checked.errors).contains(&expected),
            "{case}: {:?}",
            codes(&checked.errors)
        );
    }
}
