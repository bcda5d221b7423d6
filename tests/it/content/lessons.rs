//! A lesson with a fault does not load, and the fault is named with its file and block.

use muan::content::lessons::{Kind, Language, Lessons};
use muan::content::{Content, Defect, Origin};

use super::{command, copied, rewrite, text};

const ZH: &str = "lessons/risks/zh-CN.md";
const EN: &str = "lessons/risks/en.md";

/// Defects of a copy in which a text was replaced.
fn defects(file: &str, from: &str, to: &str) -> Vec<Defect> {
    let folder = copied();
    rewrite(folder.path(), file, from, to);
    let loaded = Content::load(Origin::Folder(folder.path().to_owned()));
    loaded.err().unwrap_or_default()
}

#[track_caller]
fn named(file: &str, pointer: &str, from: &str, to: &str) -> String {
    let found = defects(file, from, to);
    let one = found
        .iter()
        .find(|defect| defect.file == file && defect.pointer == pointer);
    one.unwrap_or_else(|| panic!("{file}#{pointer} is not in {found:?}"))
        .reason
        .clone()
}

#[test]
fn a_copy_without_a_fault_loads() {
    assert_eq!(defects(ZH, "有什么风险", "有什么风险"), []);
}

#[test]
fn a_block_that_english_lacks_is_named() {
    named(EN, "/tell", "<!-- warning tell -->", "<!-- warning told -->");
    named(EN, "/told", "<!-- warning tell -->", "<!-- warning told -->");
}

#[test]
fn a_source_that_nobody_knows_is_named() {
    let reason = named(
        ZH,
        "/headache",
        "fact headache UK-OAA-CARD",
        "fact headache HEARSAY",
    );
    assert!(reason.contains("HEARSAY"));
    named(
        ZH,
        "/lesson/sources",
        "sources = [\"UK-OAA-CARD\"",
        "sources = [\"HEARSAY\"",
    );
}

#[test]
fn a_figure_of_fact_needs_its_source() {
    named(ZH, "/headache", "fact headache UK-OAA-CARD", "fact headache");
    named(EN, "/headache", "fact headache UK-OAA-CARD", "fact headache GK");
}

/// Defects of a copy in which some blocks are in neither language.
fn without(blocks: &[&str]) -> Vec<Defect> {
    let folder = copied();
    for file in [ZH, EN] {
        for block in blocks {
            let path = folder.path().join(file);
            let text = std::fs::read_to_string(&path).unwrap();
            let (before, rest) = text.split_once(&format!("<!-- {block} -->")).unwrap();
            let (_, after) = rest.split_once("<!-- ").unwrap();
            std::fs::write(&path, format!("{before}<!-- {after}")).unwrap();
        }
    }
    let loaded = Content::load(Origin::Folder(folder.path().to_owned()));
    loaded.err().unwrap_or_default()
}

#[test]
fn a_lesson_answers_a_myth_and_has_a_drawing() {
    for (blocks, reason) in [
        (&["myth safe", "myth paralyzed"][..], "no myth is answered"),
        (&["figure one-in-hundred"][..], "no drawing"),
    ] {
        let found = without(blocks);
        let named = |defect: &Defect| defect.file == ZH && defect.reason == reason;
        assert!(found.iter().any(named), "{found:?}");
    }
}

#[test]
fn every_lesson_has_a_drawing_and_words_for_it_in_both_languages() {
    let content = Content::open(Origin::BuiltIn).unwrap_or_else(|defects| panic!("{defects:?}"));
    for lesson in content.lessons.all() {
        for language in [Language::ZhCn, Language::En] {
            let body = lesson.body(language);
            assert!(body.figures().next().is_some(), "{}", lesson.head.slug);
            assert!(
                body.figures()
                    .all(|figure| content.lessons.media(&figure.name).is_some())
            );
        }
    }
}

#[test]
fn a_quiz_item_has_one_right_option_the_same_in_every_language() {
    named(ZH, "/L09-1", "- [x] 100人里约1人", "- [ ] 100人里约1人");
    named(ZH, "/L09-1", "- [ ] 10人里5人", "- [x] 10人里5人");
    let folder = copied();
    rewrite(folder.path(), EN, "- [x] About 1 in 100", "- [ ] About 1 in 100");
    rewrite(folder.path(), EN, "- [ ] 5 in 10", "- [x] 5 in 10");
    let found = Content::load(Origin::Folder(folder.path().to_owned()))
        .err()
        .unwrap();
    assert!(
        found
            .iter()
            .any(|defect| defect.file == EN && defect.pointer == "/L09-1")
    );
}

#[test]
fn a_block_whose_comment_does_not_fit_it_is_named() {
    named(
        ZH,
        "/do-list",
        "<!-- list do-list -->",
        "<!-- paragraph do-list -->",
    );
    named(ZH, "/safe", "<!-- myth safe -->", "<!-- rumor safe -->");
    named(ZH, "/start", "<!-- heading common -->\n", "\n");
}

#[test]
fn a_drawing_is_there_and_is_nothing_but_a_drawing() {
    named(
        ZH,
        "/one-in-hundred",
        "(one-in-hundred.svg)",
        "(two-in-hundred.svg)",
    );
    let folder = copied();
    let file = "lessons/risks/one-in-hundred.svg";
    rewrite(folder.path(), file, "</svg>", "<script>alert(1)</script></svg>");
    let found = Content::load(Origin::Folder(folder.path().to_owned()))
        .err()
        .unwrap();
    assert!(found.iter().any(|defect| defect.file == file), "{found:?}");
    rewrite(
        folder.path(),
        file,
        "<script>alert(1)</script></svg>",
        "<path onload = \"x\"/></svg>",
    );
    let found = Content::load(Origin::Folder(folder.path().to_owned()))
        .err()
        .unwrap();
    assert!(found.iter().any(|defect| defect.file == file), "{found:?}");
}

#[test]
fn a_recording_is_an_mp3_of_the_text_as_it_is() {
    let folder = copied();
    let (version, sound) = (version_of("risks"), b"ID3\x04\0\0\0\0\0\0");
    for (name, bytes, reason) in [
        (
            "zh-CN-0.9.0.mp3".to_owned(),
            &sound[..],
            "reads no text of version",
        ),
        (
            format!("ko-{version}.mp3"),
            &sound[..],
            "reads no text of version",
        ),
        (format!("zh-CN-{version}.mp3"), &b"RIFF----WAVE"[..], "is no MP3"),
    ] {
        let file = format!("lessons/risks/{name}");
        std::fs::write(folder.path().join(&file), bytes).unwrap();
        let found = Content::load(Origin::Folder(folder.path().to_owned()))
            .err()
            .unwrap();
        let named = |defect: &Defect| defect.file == file && defect.reason.contains(reason);
        assert!(found.iter().any(named), "{file}: {found:?}");
        std::fs::remove_file(folder.path().join(&file)).unwrap();
    }
}

/// The version of a lesson as it is in this tree.
pub fn version_of(slug: &str) -> String {
    let file = format!("{}/content/lessons/{slug}/zh-CN.md", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("version = \""));
    line.unwrap().trim_end_matches('"').to_owned()
}

#[test]
fn a_file_in_a_language_that_nobody_reads_is_named() {
    let folder = copied();
    std::fs::write(folder.path().join("lessons/risks/xx.md"), "").unwrap();
    let found = Content::load(Origin::Folder(folder.path().to_owned()))
        .err()
        .unwrap();
    assert!(found.iter().any(|defect| defect.file == "lessons/risks/xx.md"));
}

/// A lesson of which only the beginning is written in Korean.
pub const KOREAN: &str = "+++\ntitle = \"어떤 위험이 있나요\"\ngoal = \"흔한 불편과 드문 위험을 압니다.\"\n+++\n\n\
    <!-- heading headache-head -->\n## 심한 두통\n\n\
    <!-- fact headache UK-OAA-CARD -->\n100명 중 약 1명에게 심한 두통이 있습니다.\n";

fn with_korean(korean: &str) -> Result<Lessons, Vec<Defect>> {
    let folder = copied();
    std::fs::write(folder.path().join("lessons/risks/ko.md"), korean).unwrap();
    Content::load(Origin::Folder(folder.path().to_owned())).map(|content| content.lessons)
}

#[test]
fn chinese_stands_where_another_language_lacks_a_block() {
    let lessons = with_korean(KOREAN).unwrap();
    let lesson = lessons.get("risks").unwrap();
    let (zh, ko) = (lesson.body(Language::ZhCn), lesson.body(Language::Ko));
    assert_eq!(ko.language, Language::Ko);
    assert_eq!(ko.blocks.len(), zh.blocks.len());
    let own: Vec<&str> = ko
        .blocks
        .iter()
        .filter(|block| block.language == Language::Ko)
        .map(|block| block.id.as_str())
        .collect();
    assert_eq!(own, ["headache-head", "headache"]);
    let headache = ko.blocks.iter().find(|block| block.id == "headache").unwrap();
    let Kind::Fact { text, confirmed, .. } = &headache.kind else {
        panic!("{headache:?}")
    };
    assert!(text.plain.starts_with("100명") && *confirmed);
    assert!(ko.quiz.iter().all(|item| item.language == Language::ZhCn));
    assert_eq!(
        lesson.body(Language::Bo).language,
        Language::ZhCn,
        "nothing is in Tibetan"
    );
}

#[test]
fn another_language_adds_nothing_to_the_chinese() {
    let found = with_korean(&format!("{KOREAN}\n<!-- paragraph more -->\n더\n"))
        .err()
        .unwrap();
    let more = |defect: &Defect| defect.file == "lessons/risks/ko.md" && defect.pointer == "/more";
    assert!(found.iter().any(more), "{found:?}");
}

#[test]
fn readability_tells_of_each_lesson_in_both_languages() {
    let output = command(&["readability"]).output().unwrap();
    let told = text(&output.stdout);
    let lessons = told.lines().filter(|line| line.starts_with("lesson\t"));
    assert_eq!(lessons.count(), 36);
    assert!(told.lines().any(|line| line.starts_with("consent\t")));
}
