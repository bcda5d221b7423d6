//! Taking apart and comparing, without a directory.

use serde_json::json;

use super::entries::{items, of_table, table};
use super::rows::{Rows, compare};
use super::*;
use crate::questionnaire::Questionnaire;

fn form(items: Value) -> Questionnaire {
    serde_json::from_value(json!({"resourceType": "Questionnaire", "item": items})).unwrap()
}

fn item(link_id: &str, members: Value) -> Value {
    let mut item = json!({"linkId": link_id, "text": "问题", "type": "integer"});
    item.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    item
}

fn told(rows: &Rows) -> Vec<String> {
    let changed = rows.changed.iter().flat_map(|row| {
        row.changes
            .iter()
            .map(move |change| format!("{} {}", row.id, change.what))
    });
    let whole = |what: &'static str, list: &[Row]| {
        list.iter()
            .map(|row| format!("{what} {}", row.id))
            .collect::<Vec<_>>()
    };
    [
        whole("+", &rows.added),
        whole("-", &rows.removed),
        changed.collect(),
    ]
    .concat()
}

fn between(before: Value, after: Value) -> Vec<String> {
    told(&compare(&items(&form(before)), &items(&form(after))))
}

#[test]
fn every_aspect_of_an_item_shows_under_its_name() {
    let own = "https://muan.invalid/fhir/StructureDefinition/";
    let fhir = "http://hl7.org/fhir/StructureDefinition/";
    let condition = json!({"question": "b", "operator": "=", "answerBoolean": true});
    let option = |display: &str| json!({"valueCoding": {"code": "x", "display": display}});
    for (before, after, what) in [
        (json!({}), json!({"text": "别的"}), "a text.zh"),
        (json!({}), json!({"type": "decimal"}), "a type"),
        (json!({}), json!({"required": true}), "a required"),
        (json!({"repeats": true}), json!({}), "a repeats"),
        (
            json!({"maxLength": 9}),
            json!({"maxLength": 8}),
            "a limit maxLength",
        ),
        (json!({}), json!({"enableWhen": [condition]}), "a enableWhen"),
        (
            json!({"answerOption": [option("一")]}),
            json!({"answerOption": [option("二")]}),
            "a option x",
        ),
        (
            json!({"extension": [{"url": format!("{fhir}maxValue"), "valueInteger": 9}]}),
            json!({"extension": [{"url": format!("{fhir}maxValue"), "valueInteger": 8}]}),
            "a limit maxValue",
        ),
        (
            json!({}),
            json!({"extension": [{"url": format!("{own}required-at"), "valueCode": "recheck"}]}),
            "a required at",
        ),
        (
            json!({}),
            json!({"initial": [{"valueInteger": 1}]}),
            "a other initial",
        ),
    ] {
        let found = between(json!([item("a", before)]), json!([item("a", after.clone())]));
        assert_eq!(found, [what], "{after}");
    }
}

#[test]
fn an_option_that_comes_is_no_other_order() {
    let options = |codes: &[&str]| {
        let options: Vec<Value> = codes
            .iter()
            .map(|code| json!({"valueCoding": {"code": code}}))
            .collect();
        json!([item("a", json!({ "answerOption": options }))])
    };
    assert_eq!(
        between(options(&["x", "y"]), options(&["x", "z", "y"])),
        ["a option z"]
    );
    assert_eq!(
        between(options(&["x", "y"]), options(&["y", "x"])),
        ["a order of options"]
    );
}

#[test]
fn an_item_that_moves_to_another_group_shows() {
    let group = |name: &str, item: Value| json!({"linkId": name, "type": "group", "item": [item]});
    let a = || item("a", json!({}));
    let found = between(
        json!([group("g", a()), group("h", item("b", json!({})))]),
        json!([group("g", item("b", json!({}))), group("h", a())]),
    );
    assert_eq!(found, ["b group", "a group"]);
}

#[test]
fn rules_and_their_table_show_what_changed() {
    let rule = |id: &str, limit: i32, en: &str| json!({"id": id, "when": {"item": "a", ">": limit}, "patient": {"zh": "一", "en": en}, "confirmed": true});
    let before = json!({"levels": ["none"], "rules": [rule("r", 1, "one"), rule("s", 1, "one")]});
    let after = json!({"levels": ["none", "red"], "rules": [rule("s", 2, "two"), rule("t", 1, "one"), rule("r", 1, "one")]});
    let rows = compare(&of_table(&before, "rules"), &of_table(&after, "rules"));
    assert_eq!(told(&rows), ["+ t", "s condition", "s text for her.en"]);
    let rows = compare(&[table(&before)], &[table(&after)]);
    assert_eq!(told(&rows), ["rules levels", "rules order of rules"]);
}

#[test]
fn versions_are_compared_with_themselves_and_the_newest_with_the_newest() {
    let (one, two) = (Some("1.0.0"), Some("2.0.0"));
    assert_eq!(pairs(vec!["1.0.0"], vec!["1.0.0"]), [(one, one)]);
    assert_eq!(
        pairs(vec!["1.0.0"], vec!["1.0.0", "2.0.0"]),
        [(one, one), (one, two)]
    );
    assert_eq!(pairs(vec!["1.0.0"], vec!["2.0.0"]), [(one, two)]);
    assert_eq!(
        pairs(vec!["1.0.0", "2.0.0"], vec!["2.0.0"]),
        [(two, two), (one, None)]
    );
    assert_eq!(pairs(vec![], vec!["2.0.0"]), [(None, two)]);
    assert_eq!(pairs(vec!["1.0.0"], vec![]), [(one, None)]);
}
