//! Every word that she was shown stands in the document (CE-150).

use serde_json::Value;

use super::tests::{ENGINE, ZH, data, folded, inputs, presented, text_of};

/// Without the line at the foot of each page, which may stand within a sentence.
fn without_page_ends(text: &str) -> String {
    let mut text = text.to_owned();
    for (n, m) in (1..20).flat_map(|m| (1..=m).map(move |n| (n, m))) {
        let id = "0199a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b";
        text = text.replace(&format!("同意书编号{id}第{n}页，共{m}页"), "");
    }
    text
}

/// Everything that a section says to her.
fn words_of(section: &Value) -> Vec<String> {
    const LISTS: [&str; 8] = [
        "items",
        "rows",
        "risks",
        "own_risks",
        "statements",
        "options",
        "reasons",
        "facts",
    ];
    // What a list names by itself; ids, codes and severities are printed in other words.
    const TEXTS: [&str; 11] = [
        "name",
        "good",
        "less_good",
        "frequency",
        "outcome",
        "text",
        "because",
        "plan",
        "by",
        "label",
        "value",
    ];
    let mut words: Vec<String> = ["heading", "summary"]
        .map(|name| section[name].as_str().unwrap().to_owned())
        .to_vec();
    words.extend(section["text"].as_str().unwrap().split('\n').map(str::to_owned));
    for one in LISTS.iter().filter_map(|list| section[list].as_array()).flatten() {
        words.extend(one.as_str().map(str::to_owned));
        words.extend(
            TEXTS
                .iter()
                .filter_map(|name| one[name].as_str().map(str::to_owned)),
        );
    }
    words
}

#[test]
fn every_presented_word_can_be_read_back() {
    let pdf = ENGINE.render(inputs(data(ZH, "李梅"))).unwrap();
    let Some(text) = text_of(&pdf) else { return };
    let (text, whole) = (without_page_ends(&folded(&text)), folded(&text));
    for section in presented(ZH)["sections"].as_array().unwrap() {
        for words in words_of(section) {
            assert!(text.contains(&folded(&words)), "{words}\n{text}");
        }
    }
    for word in [
        "示范妇幼保健院",
        "您的血小板是78",
        "未加盖电子印章/notsealed",
        "第1页，共",
        "K7QF-2M9X-TB4C-WD6H-8RNP-5VYA-3J",
    ] {
        assert!(whole.contains(word), "{word}\n{whole}");
    }
}
