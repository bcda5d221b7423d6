//! Failures and remarks as `OperationOutcome`.

use serde_json::{Value, json};

use crate::base::Fault;
use crate::http::problem::Problem;

/// The code system of our own codes.
const CODES: &str = "https://muan.invalid/fhir/CodeSystem/problem";

/// What went wrong with a request.
pub fn failure(problem: &Problem) -> String {
    let mut main = issue(
        "error",
        kind_of(problem.status),
        &problem.code,
        Some(&problem.title),
    );
    if let Some(members) = main.as_object_mut() {
        let diagnostics = format!("request {}", problem.request_id);
        members.insert("diagnostics".to_owned(), diagnostics.into());
    }
    let fields = problem.errors.iter().map(|field| {
        let mut issue = issue("error", kind(&field.code), &field.code, Some(&field.message));
        locate(&mut issue, &field.pointer);
        issue
    });
    outcome([main].into_iter().chain(fields).collect()).to_string()
}

/// What a judged document is told; one line that all is well when there is nothing to say.
pub(super) fn remarks(errors: &[Fault], warnings: &[Fault]) -> Value {
    let told = |severity, faults: &[Fault]| -> Vec<Value> {
        let all = faults.iter().map(|fault| {
            let mut issue = issue(severity, kind(&fault.code), &fault.code, fault.message.as_deref());
            locate(&mut issue, &fault.pointer);
            issue
        });
        all.collect()
    };
    let mut issues = told("error", errors);
    issues.extend(told("warning", warnings));
    if issues.is_empty() {
        issues.push(issue("information", "informational", "valid", None));
    }
    outcome(issues)
}

fn outcome(issues: Vec<Value>) -> Value {
    json!({ "resourceType": "OperationOutcome", "issue": issues })
}

fn issue(severity: &str, kind: &str, code: &str, text: Option<&str>) -> Value {
    let mut details = json!({ "coding": [{ "system": CODES, "code": code }] });
    if let (Some(text), Some(members)) = (text, details.as_object_mut()) {
        members.insert("text".to_owned(), text.into());
    }
    json!({ "severity": severity, "code": kind, "details": details })
}

fn locate(issue: &mut Value, pointer: &str) {
    let expression = expression(pointer);
    if let (Some(expression), Some(members)) = (expression, issue.as_object_mut()) {
        members.insert("expression".to_owned(), json!([expression]));
    }
}

/// The place of a JSON pointer into a response, in FHIRPath; none for a search parameter.
fn expression(pointer: &str) -> Option<String> {
    if pointer.starts_with('?') {
        return None;
    }
    let mut path = "QuestionnaireResponse".to_owned();
    for step in pointer.split('/').skip(1) {
        match step.parse::<usize>() {
            Ok(index) => path.push_str(&format!("[{index}]")),
            Err(_) if is_value(step) => path.push_str(".value"),
            Err(_) => {
                path.push('.');
                path.push_str(step);
            }
        }
    }
    Some(path)
}

fn is_value(member: &str) -> bool {
    member
        .strip_prefix("value")
        .is_some_and(|kind| kind.starts_with(|c: char| c.is_ascii_uppercase()))
}

fn kind(code: &str) -> &'static str {
    match code {
        "required" | "minCount" => "required",
        "invalidStructure" | "invalidLinkId" | "groupShouldNotHaveAnswers" | "displayAnswer" => "structure",
        "inconsistent"
        | "answerNotEnabled"
        | "disabledAnswerDropped"
        | "calculatedReplaced"
        | "exclusiveAnswerOption" => "invariant",
        _ => "value",
    }
}

fn kind_of(status: u16) -> &'static str {
    match status {
        401 => "login",
        403 => "forbidden",
        404 => "not-found",
        405 | 415 => "not-supported",
        409 | 412 => "conflict",
        413 => "too-long",
        428 => "required",
        429 => "throttled",
        500 => "exception",
        503 => "transient",
        _ => "invalid",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_document_is_said_in_fhirpath() {
        let said = |pointer| expression(pointer).unwrap();
        assert_eq!(said(""), "QuestionnaireResponse");
        assert_eq!(
            said("/item/0/item/1/answer/0/valueDecimal"),
            "QuestionnaireResponse.item[0].item[1].answer[0].value"
        );
        assert_eq!(said("/resourceType"), "QuestionnaireResponse.resourceType");
        assert_eq!(expression("?patient"), None);
    }
}
