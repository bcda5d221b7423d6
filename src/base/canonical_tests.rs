//! The vectors of CE-145 and the edges of RFC 8785 and CE-141.

use serde_json::json;

use super::*;

const SALT: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const DOCUMENT: &str = r#"{"code":"labour-analgesia","locale":"zh-CN","schema":"consent-template/1","sections":[{"id":"risk-1","min_read_ms":4000,"text":"可能出现低血压。"}],"title":"分娩镇痛知情同意书"}"#;
const ENTRY: &str = r#"{"actor":"staff:1","at":"2026-01-01T00:00:00.000Z","payload_sha256":"868adb4781fb830fca59a3f4894d3683f68b8c9b8a16f8ef6e42377b67b4c7d6","prev":"0000000000000000000000000000000000000000000000000000000000000000","seq":1,"subject":"c-1","type":"consent.issued"}"#;

fn text(value: &Value) -> String {
    String::from_utf8(canonical(value).unwrap()).unwrap()
}

fn section(name: &str, body: Value) -> [u8; 32] {
    section_digest(name, &SALT, &body).unwrap()
}

#[test]
fn the_vector_document_is_its_own_canonical_form() {
    let document = parse(DOCUMENT.as_bytes()).unwrap();
    assert_eq!(DOCUMENT.len(), 194);
    assert_eq!(text(&document), DOCUMENT);
}

#[test]
fn the_vector_template_has_its_address() {
    assert_eq!(
        template_id(&parse(DOCUMENT.as_bytes()).unwrap()).unwrap(),
        "ct1:sha256:bced1b08ff1ef336fa458066c5428694cea817eff4fcf2eedec27367dca1c250"
    );
}

#[test]
fn one_changed_character_gives_another_address() {
    let changed = parse(DOCUMENT.replace("低血压", "高血压").as_bytes()).unwrap();
    assert_ne!(
        template_id(&changed),
        template_id(&parse(DOCUMENT.as_bytes()).unwrap())
    );
}

#[test]
fn the_vector_sections_have_their_digests() {
    let header = section("header", json!({ "consent_id": "c-1" }));
    let subject = section("subject", json!({ "absent": true, "reason": "redacted-example" }));
    let reading = section("reading", json!({ "events": 3 }));
    assert_eq!(
        hex::encode(header),
        "868adb4781fb830fca59a3f4894d3683f68b8c9b8a16f8ef6e42377b67b4c7d6"
    );
    assert_eq!(
        hex::encode(subject),
        "45a5f231cc7a3ebb73f22f0c3d9c06894bacd1572e0baee781a6dcdd27ae3ccd"
    );
    assert_eq!(
        hex::encode(reading),
        "d9d9e076b28b76d05d35fffdc14a8d2daf744e9b56c53b041eb080b8504e27a5"
    );
}

#[test]
fn the_vector_entry_has_its_hash() {
    let entry = canonical(&parse(ENTRY.as_bytes()).unwrap()).unwrap();
    assert_eq!(
        hex::encode(tagged("audit/entry/v1", &entry)),
        "afd9048be7e1c0a5548a795524a3cdeb393976d59250bc481dc3042728217e82"
    );
}

#[test]
fn another_salt_gives_another_section_digest() {
    let body = json!({ "events": 3 });
    assert_ne!(
        section_digest("reading", &[0; 16], &body),
        section_digest("reading", &SALT, &body)
    );
}

#[test]
fn members_are_ordered_and_white_space_is_gone() {
    assert_eq!(
        text(&parse(br#" { "b" : [ 1 , 2 ], "a" : { } , "a_1":null, "a1":true } "#).unwrap()),
        r#"{"a":{},"a1":true,"a_1":null,"b":[1,2]}"#
    );
}

#[test]
fn only_what_must_be_escaped_is_escaped() {
    let value =
        parse(br#"{"a":"\u0041\u4f60\u20ac\/\u0008\u0009\u000a\u000c\u000d\u001f\"\\\u007f"}"#).unwrap();
    assert_eq!(
        text(&value),
        "{\"a\":\"A你€/\\b\\t\\n\\f\\r\\u001f\\\"\\\\\u{7f}\"}"
    );
}

#[test]
fn characters_beyond_the_basic_plane_stay_as_they_are() {
    assert_eq!(text(&parse(br#"["\ud842\udfb7"]"#).unwrap()), "[\"𠮷\"]");
}

#[test]
fn lone_surrogates_are_rejected() {
    for lone in [r#"["\ud842"]"#, r#"["\udfb7"]"#, r#"["\udfb7\ud842"]"#] {
        assert_eq!(parse(lone.as_bytes()), Err(NotCanonical::Syntax), "{lone}");
    }
}

#[test]
fn a_member_that_occurs_twice_is_rejected_with_its_place() {
    assert_eq!(
        parse(br#"{"a":[{"b":1,"b":1}]}"#),
        Err(NotCanonical::DuplicateKey("/a/0".into()))
    );
    assert_eq!(
        parse(br#"{"a":1,"\u0061":2}"#),
        Err(NotCanonical::DuplicateKey(String::new()))
    );
}

#[test]
fn numbers_that_are_not_exact_integers_are_rejected() {
    for number in [
        "1.0",
        "1.5",
        "1e3",
        "-0.0",
        "-0",
        "9007199254740992",
        "-9007199254740992",
        "1e400",
    ] {
        let rejected = parse(format!(r#"{{"n":{number}}}"#).as_bytes()).unwrap_err();
        assert!(
            matches!(rejected, NotCanonical::Number(_) | NotCanonical::Syntax),
            "{number}: {rejected}"
        );
    }
    assert_eq!(canonical(&json!([0.5])), Err(NotCanonical::Number("/0".into())));
}

#[test]
fn the_largest_exact_integers_are_kept() {
    assert_eq!(
        text(&parse(b"[9007199254740991,-9007199254740991,0]").unwrap()),
        "[9007199254740991,-9007199254740991,0]"
    );
}

#[test]
fn names_of_members_are_lower_case_ascii() {
    for key in ["", "A", "é", "a-b", "a.b", "键"] {
        assert_eq!(
            canonical(&json!({ key: 1 })),
            Err(NotCanonical::Key(String::new())),
            "{key}"
        );
    }
}

#[test]
fn authored_text_must_be_normalized_and_stored_text_is_hashed_as_it_is() {
    let decomposed = json!({ "title": "e\u{301}" });
    assert_eq!(
        template_id(&decomposed),
        Err(NotCanonical::NotNfc("/title".into()))
    );
    assert!(canonical(&decomposed).is_ok());
}

#[test]
fn what_is_not_one_json_value_is_rejected() {
    for bytes in [
        &b""[..],
        b"{",
        b"{} {}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"{\"a\":1,}",
    ] {
        assert_eq!(parse(bytes), Err(NotCanonical::Syntax));
    }
    assert_eq!(parse("[".repeat(100_000).as_bytes()), Err(NotCanonical::Syntax));
}

#[test]
fn a_long_name_over_a_long_list_costs_what_its_bytes_do() {
    let (name, items) = ("n".repeat(1 << 20), "0,".repeat(300_000));
    let document = format!("{{\"{name}\":[{items}0]}}");
    let begin = std::time::Instant::now();
    let value = parse(document.as_bytes()).unwrap();
    assert_eq!(canonical(&value).unwrap(), document.as_bytes());
    // The one times the other would be 300 gigabytes.
    assert!(
        begin.elapsed() < std::time::Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
    let fault = parse(format!("{{\"{name}\":[0,1.5]}}").as_bytes());
    assert_eq!(fault, Err(NotCanonical::Number(format!("/{name}/1"))));
}
