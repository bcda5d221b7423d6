//! The consent's layout with its real fonts and wording: same bytes twice, every word readable again.

use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::super::{fonts::Why, ink, pades, qr};
use super::*;
use crate::base::canonical;

macro_rules! content {
    ($path:literal) => {
        concat!(env!("CARGO_MANIFEST_DIR"), "/content/", $path)
    };
}

pub(super) const ZH: &str = include_str!(content!("consents/labor-analgesia/1.0.0/zh-CN.json"));
pub(super) const EN: &str = include_str!(content!("consents/labor-analgesia/1.0.0/en.json"));
/// Rare surnames and given names, and a name of forty characters with middle dots.
const RARE: &str = "𬭊㛃䶮喆堃𠅤𣲗𫖯";
const LONG: &str = "阿依古丽·买买提明·阿卜杜热合曼·阿依古丽·买买提明·阿卜杜热合曼·热依汗";

pub(super) static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let fonts: [&[u8]; 4] = [
        include_bytes!(content!("fonts/NotoSansCJKsc-Regular.otf")),
        include_bytes!(content!("fonts/NotoSansCJKsc-Bold.otf")),
        include_bytes!(content!("fonts/NotoSerifTibetan-Regular.ttf")),
        include_bytes!(content!("fonts/NotoSansYi-Regular.ttf")),
    ];
    let layouts = [
        (
            "/consent.typ",
            include_str!(content!("consents/layout/consent.typ")),
        ),
        ("/page.typ", include_str!(content!("consents/layout/page.typ"))),
        (
            "/sections.typ",
            include_str!(content!("consents/layout/sections.typ")),
        ),
        (
            "/evidence.typ",
            include_str!(content!("consents/layout/evidence.typ")),
        ),
    ];
    Engine::new(
        fonts.map(Cow::Borrowed).to_vec(),
        layouts
            .map(|(path, source)| (path.to_owned(), source.to_owned()))
            .to_vec(),
    )
    .unwrap()
});

/// What the consent slice would present: the template with its slots filled.
pub(super) fn presented(template: &str) -> Value {
    let template = canonical::parse(template.as_bytes()).unwrap();
    let mut sections = template["sections"].as_array().unwrap().clone();
    for section in &mut sections {
        let section = section.as_object_mut().unwrap();
        if section["kind"] == "facts" {
            let fill = |field: &Value| {
                let value = match field["key"].as_str().unwrap() {
                    "name" => "李梅",
                    "age" => "29岁",
                    "gestation" => "38周+2天",
                    "diagnosis" => "孕38周 G1P0 头位 临产",
                    "technique" => "硬膜外镇痛",
                    _ => field["default"].as_str().unwrap_or(""),
                };
                json!({ "label": field["label"], "value": value })
            };
            let facts: Vec<_> = section["fields"].as_array().unwrap().iter().map(fill).collect();
            section.insert("facts".into(), facts.into());
        }
        if section["kind"] == "own_risks" {
            section.insert(
                "own_risks".into(),
                json!([
                    { "id": "R-PLT-2", "text": "血小板偏低，需要麻醉医生单独评估。",
                      "because": "您的血小板是 78（×10^9/L）。", "plan": "入院后先复查血小板，再决定能否在后背打针。" },
                    { "id": "R-ANA-2", "text": "请把以前的情况告诉麻醉医生。",
                      "because": "您回答：以前打过麻醉后头痛。", "by": "麻醉医生 林医生" },
                ]),
            );
        }
        if section["kind"] == "costs" {
            section.insert(
                "costs".into(),
                json!([{ "id": "pump", "item": "镇痛泵", "unit": "个", "price": "120.00元", "insurance": "部分报销" }]),
            );
        }
    }
    json!({
        "consent_id": "0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b",
        "template_id": canonical::template_id(&template).unwrap(),
        "code": template["code"], "version": template["version"], "locale": template["locale"],
        "title": template["title"], "labels": template["labels"], "sources": template["sources"],
        "issued_at": "2026-03-01 09:30:00 (UTC+08:00)",
        "hospital": { "name": "示范妇幼保健院", "department": "麻醉科" },
        "sections": sections,
    })
}

pub(super) fn data(template: &str, name: &str) -> Value {
    let at = shown_time("2026-03-02T06:05:09Z".parse().unwrap());
    json!({
        "presented": presented(template),
        "signed": {
            "decision": "agree", "decided_at": at,
            "statements": ["told", "time", "truth", "change_mind", "emergency"], "costs": ["pump"],
            "questions": [{ "question": "以前打过麻醉后头痛，这次还会吗？", "asked_at": at,
                "answer": "有可能，但可以治疗。我们会用更细的针。", "answered_by": "林医生", "answered_at": at }],
            "signatures": [
                { "role": "patient", "name": name, "at": at, "image": "/sig-patient.svg" },
                { "role": "anesthesiologist", "name": "林医生", "license": "110440000012345", "at": at,
                  "image": "/sig-clinician.svg", "statements": ["explained", "identity", "capacity"] },
            ],
        },
        "evidence": {
            "presented_sha256": hex::encode(canonical::sha256(b"shown")), "root": "",
            "renderer": ENGINE.version(), "verification_code": "K7QF-2M9X-TB4C-WD6H-8RNP-5VYA-3J",
            "identity": [{ "method": "in_person", "level": 2, "at": at }, { "method": "one_time_code", "level": 1, "at": at }],
            "reading": { "read": 20, "total": 20, "seconds": 412 },
            "comprehension": { "asked": 6, "correct": 5, "critical": 4, "critical_correct": 4, "rounds": 1 },
            "conversation": { "name": "林医生", "channel": "in_person", "at": at, "minutes": 12 },
            "clock": "ok", "timestamp": "none", "level": "e1", "second_factor": true, "seal": "none",
            "authority": "test",
        },
    })
}

fn signature(phase: f64) -> Vec<u8> {
    let stroke = |from: i64, height: f64| -> Vec<ink::Point> {
        (0..60)
            .map(|n| {
                let turn = f64::from(n) / 60.0 * 9.0 + phase;
                ink::Point(
                    from + i64::from(n) * 2 + (18.0 * (turn * 1.7).cos()) as i64,
                    75 + (height * turn.sin()) as i64,
                    i64::from(n) * 11,
                    -1,
                )
            })
            .collect()
    };
    let strokes = ink::Strokes(vec![stroke(40, 38.0), stroke(150, 30.0), stroke(215, 22.0)]);
    let canvas =
        json!({ "width": 400, "height": 150, "pixel_ratio": "3", "started_at": "2026-03-02T06:05:00Z" });
    ink::svg(&strokes, &serde_json::from_value(canvas).unwrap()).into_bytes()
}

pub(super) fn inputs(data: Value) -> Inputs {
    Inputs {
        template: "/consent.typ",
        data,
        files: vec![
            ("/evidence.json", br#"{"sections":[]}"#.to_vec()),
            (
                "/qr.svg",
                qr::qr_svg("https://example.org/verify/K7QF2M9XTB4CWD6H8RNP5VYA3J")
                    .unwrap()
                    .into_bytes(),
            ),
            ("/sig-patient.svg", signature(0.3)),
            ("/sig-clinician.svg", signature(1.9)),
        ],
        characters: Vec::new(),
        ident: "0199a1b2 r7".into(),
        at: "2026-03-02T06:05:09Z".parse().unwrap(),
    }
}

/// Runs one of poppler's tools over a document; `None`, said aloud, where it is not installed.
fn poppler(tool: &str, pdf: &[u8], before: &[&str], after: &[&str]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.pdf");
    std::fs::write(&file, pdf).unwrap();
    match Command::new(tool).args(before).arg(&file).args(after).output() {
        Ok(output) => Some(output.stdout),
        Err(error) => {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one switch of the tests, no setting of the service"
            )]
            let required = std::env::var("MUAN_TEST_REQUIRE").unwrap_or_default();
            assert!(!required.contains("poppler"), "{tool} is required: {error}");
            eprintln!("skipped: {tool} is not installed");
            None
        }
    }
}

pub(super) fn text_of(pdf: &[u8]) -> Option<String> {
    poppler("pdftotext", pdf, &["-raw"], &["-"]).map(|text| String::from_utf8(text).unwrap())
}

pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let first = ENGINE.render(inputs(data(ZH, "李梅"))).unwrap();
    let second = ENGINE.render(inputs(data(ZH, "李梅"))).unwrap();
    assert!(
        first == second,
        "a document must not depend on when or how often it is printed"
    );
    assert_ne!(first, ENGINE.render(inputs(data(ZH, "李楠"))).unwrap());
}

#[test]
fn the_bytes_change_only_on_purpose() {
    const DIGEST: &str = "5ea1767c5699ce444f71fec6cede4c0bf36ec8c3671bf81e168a978f862decbb";
    const MARK: &[u8] =
        br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1L8 8"/></svg>"#;
    let mut fixed = inputs(data(ZH, "李梅"));
    for (path, bytes) in &mut fixed.files {
        if path.starts_with("/sig-") {
            *bytes = MARK.to_vec();
        }
    }
    let digest = hex::encode(canonical::sha256(&ENGINE.render(fixed).unwrap()));
    assert_eq!(
        digest, DIGEST,
        "the same record now prints other bytes. After a change of wording, layout, font or engine that is \
         meant: enter the new digest. Otherwise rendering has become unstable."
    );
}

#[test]
fn a_consent_prints_without_warnings_in_every_language_and_stays_small() {
    for (locale, template) in [("zh-CN", ZH), ("en", EN)] {
        let (pdf, warnings) = ENGINE
            .render_with_warnings(inputs(data(template, "李梅")))
            .unwrap();
        assert_eq!(warnings, Vec::<String>::new(), "{locale}");
        assert!(pdf.len() < 1 << 20, "{} bytes", pdf.len());
        if let Some(folder) = option_env!("MUAN_TEST_KEEP") {
            std::fs::write(format!("{folder}/{locale}.pdf"), pdf).unwrap();
        }
    }
}

#[test]
fn a_printed_consent_can_be_sealed() {
    let made = inputs(data(ZH, "李梅"));
    let at = made.at;
    let pdf = ENGINE.render(made).unwrap();
    let sealed = pades::prepare(&pdf, 8192, at, pades::Kind::Certify).unwrap();
    assert!(sealed.bytes.starts_with(&pdf));
}

#[test]
fn digests_can_be_copied_out_of_the_document() {
    let pdf = ENGINE.render(inputs(data(ZH, "李梅"))).unwrap();
    let Some(text) = text_of(&pdf) else { return };
    let template_id = canonical::template_id(&canonical::parse(ZH.as_bytes()).unwrap()).unwrap();
    assert!(folded(&text).contains(&template_id), "{template_id}");
}

#[test]
fn rare_and_long_names_come_back_exactly() {
    for name in [RARE, LONG] {
        assert_eq!(ENGINE.check(name), Ok(()));
        let pdf = ENGINE.render(inputs(data(ZH, name))).unwrap();
        let Some(text) = text_of(&pdf) else { return };
        assert!(folded(&text).contains(name), "{name}");
    }
}

#[test]
fn a_document_is_archivable_tagged_and_dated_by_the_record() {
    let pdf = ENGINE.render(inputs(data(ZH, "李梅"))).unwrap();
    let has = |wanted: &str| {
        pdf.windows(wanted.len())
            .any(|window| window == wanted.as_bytes())
    };
    // What an archive knows it by stands in clear: PDF/A-3u (ISO 19005-3, 6.6.2.1) and the language.
    for wanted in [
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>U</pdfaid:conformance>",
        "/Lang(zh-CN)",
    ] {
        assert!(has(wanted), "{wanted}");
    }
    for never in ["/JavaScript", "/Launch", "/Encrypt"] {
        assert!(!has(never), "{never}");
    }
    let Some(info) = poppler("pdfinfo", &pdf, &["-isodates"], &[]) else {
        return;
    };
    let info = String::from_utf8(info).unwrap();
    for line in [
        "JavaScript:      no",
        "Encrypted:       no",
        "Tagged:          yes",
        "2026-03-02T14:05:09+08",
        "Creator:         Muan 母安",
        "椎管内分娩镇痛知情同意书",
    ] {
        assert!(info.contains(line), "{line}\n{info}");
    }
    let fonts = String::from_utf8(poppler("pdffonts", &pdf, &[], &[]).unwrap()).unwrap();
    assert!(
        fonts.lines().skip(2).all(|font| font.contains("yes yes yes")),
        "{fonts}"
    );
}

#[test]
fn the_manifest_is_attached_byte_for_byte() {
    let pdf = ENGINE.render(inputs(data(ZH, "李梅"))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.json");
    if poppler(
        "pdfdetach",
        &pdf,
        &["-save", "1", "-o", out.to_str().unwrap()],
        &[],
    )
    .is_some()
    {
        assert_eq!(std::fs::read(out).unwrap(), br#"{"sections":[]}"#);
    }
}

#[test]
fn characters_that_cannot_be_shown_are_named_before_printing() {
    let why = |text: &str| ENGINE.check(text).unwrap_err()[0];
    assert_eq!(why("李𲎯").to_string(), "U+323AF (no_font) at 1");
    assert_eq!(why("\u{E863}").why, Why::PrivateUse);
    assert_eq!(why("a\u{7}").why, Why::Control);
    assert_eq!(why("李\u{202E}梅").why, Why::Format);
    assert_eq!(why("李\u{200B}梅").why, Why::Format);
    assert_eq!(why("\u{FFFD}").why, Why::Replacement);
    assert_eq!(why("\u{378}").why, Why::NoFont);
    assert_eq!(ENGINE.check("\u{7}李\u{FFFD}").unwrap_err().len(), 2);
}

#[test]
fn line_ends_variation_selectors_and_the_languages_of_the_hospital_pass() {
    for text in [
        "第一行\n第二行",
        "葛\u{E0100}",
        "Zoë",
        "안녕하세요",
        "བཀྲ་ཤིས",
        "ꆈꌠꉙ",
        "×10^9/L ≥ ℃ ，。、；：？！“”（）《》·",
    ] {
        assert_eq!(ENGINE.check(text), Ok(()), "{text}");
    }
}

#[test]
fn a_missing_glyph_stops_the_document_and_is_not_quoted() {
    assert_eq!(ENGINE.render(inputs(data(ZH, "李𲎯"))), Err(RenderError::Export));
}

#[test]
fn what_is_not_there_is_an_error() {
    let other = Inputs {
        template: "/data.json",
        ..inputs(json!({}))
    };
    assert_eq!(ENGINE.render(other), Err(RenderError::Path("/data.json".into())));
    assert!(matches!(
        ENGINE.render(inputs(json!({}))),
        Err(RenderError::Layout(_))
    ));
    assert!(matches!(
        ENGINE.render(inputs(json!({ "a": 0.5 }))),
        Err(RenderError::Data(_))
    ));
    let not_a_font = Engine::new(vec![Cow::Borrowed(b"none")], vec![]);
    assert_eq!(not_a_font.err(), Some(RenderError::Fonts));
}

#[test]
fn the_version_changes_with_a_layout_and_not_with_their_order() {
    let version = |layouts: &[(&str, &str)]| {
        let layouts = layouts
            .iter()
            .map(|(path, source)| (path.to_string(), source.to_string()))
            .collect();
        Engine::new(vec![], layouts).unwrap().version().to_owned()
    };
    assert_eq!(
        version(&[("/a.typ", "a"), ("/b.typ", "b")]),
        version(&[("/b.typ", "b"), ("/a.typ", "a")])
    );
    assert_ne!(version(&[("/a.typ", "a")]), version(&[("/a.typ", "b")]));
}
