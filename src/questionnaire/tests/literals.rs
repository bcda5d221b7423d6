//! Numbers that the parser cannot hold.

use std::borrow::Cow;

use super::super::exact_numbers;
use super::*;

fn text(json: &str) -> String {
    String::from_utf8(exact_numbers(json.as_bytes()).into_owned()).unwrap()
}

#[test]
fn a_number_that_would_change_becomes_a_text() {
    for changed in [
        "49.99999999999999999",
        "3.1400000000000000001",
        "0.30000000000000004441",
        "123456789012345678901234567890",
        "1e400",
        "1e-400",
        "4.9406564584124654e-324",
        "1e99999999999999999999",
        "-49.99999999999999999",
    ] {
        assert_eq!(text(&format!("[{changed}]")), format!("[\"{changed}\"]"));
    }
}

#[test]
fn a_number_that_is_held_stays_as_it_is() {
    for held in [
        "0",
        "-0",
        "5.10",
        "5.0",
        "0.1",
        "1e3",
        "1E+2",
        "72.5",
        "123456789.012345",
        "9007199254740993",
        "18446744073709551615",
        "-9223372036854775808",
        "0.000000000000000000001",
        "1.50000000000000000000",
    ] {
        assert!(
            matches!(
                exact_numbers(format!("{{\"a\":{held}}}").as_bytes()),
                Cow::Borrowed(_)
            ),
            "{held}"
        );
    }
}

#[test]
fn a_number_that_is_printed_is_read_as_the_same_again() {
    // Found by the fuzzer: once it was printed with another last digit each time.
    let read: Value = serde_json::from_str("9999999.92222222222229992e1").unwrap();
    let again: Value = serde_json::from_str(&read.to_string()).unwrap();
    assert_eq!(again, read);
}

#[test]
fn texts_and_what_is_no_json_are_left_alone() {
    for other in [
        r#"{"a":"49.99999999999999999"}"#,
        r#"{"a\"1.00000000000000000000001":"\\"}"#,
        "01234567890123456789",
        "1.2.3456789012345678901",
        "-",
        "\"open 49.99999999999999999",
        "\"\\",
    ] {
        assert_eq!(text(other), other);
    }
}

#[test]
fn an_answer_that_would_change_is_refused_where_it_stands() {
    let form = compiled(&[("plt", "decimal", json!({}))]);
    let sent = r#"{"resourceType":"QuestionnaireResponse","item":[{"linkId":"plt","answer":[{"valueDecimal":49.99999999999999999}]}]}"#;
    let response: Value = serde_json::from_slice(&exact_numbers(sent.as_bytes())).unwrap();
    let result = form.check(&response, Mode::Draft, &at());
    assert_eq!(codes(&result.errors), [("plt", "invalidAnswerType")]);
    assert_eq!(result.errors[0].pointer, "/item/0/answer/0/valueDecimal");
    assert_eq!(
        result.normalized["item"][0]["answer"][0]["valueDecimal"], "49.99999999999999999",
        "what was typed is kept"
    );
}
