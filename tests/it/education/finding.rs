//! Search in the lessons, also in Chinese, which has no spaces.

use serde_json::{Value, json};

use crate::support::App;
use crate::support::client::Client;

async fn found(client: &Client, lang: &str, q: &str) -> Vec<Value> {
    let path = format!("/lesson-searches?lang={lang}");
    let found = client.post(&path, json!({ "q": q })).await.expect(200);
    found.as_array().unwrap().clone()
}

fn slugs(found: &[Value]) -> Vec<&str> {
    found.iter().map(|one| one["slug"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn chinese_words_are_found_without_spaces() {
    let app = App::new().await;
    let mei = app.mei().await;
    let epidural = found(&mei, "zh-CN", "椎管内分娩镇痛").await;
    assert_eq!(slugs(&epidural)[0], "what-is-neuraxial-analgesia");
    assert!(slugs(&found(&mei, "zh-CN", "头痛").await).contains(&"risks"));
    assert!(
        slugs(&found(&mei, "zh-CN", "痛").await).len() > 10,
        "one character is a word, too"
    );
    let asked = found(&mei, "zh-CN", "打了以后会不会一直腰痛？").await;
    assert!(
        slugs(&asked).iter().take(3).any(|slug| *slug == "backache"),
        "{asked:?}"
    );
    assert!(found(&mei, "zh-CN", "量子力学").await.is_empty());
    assert!(found(&mei, "zh-CN", "？！").await.is_empty());
}

#[tokio::test]
async fn other_words_are_found_by_their_beginning_in_any_case() {
    let app = App::new().await;
    let mei = app.mei().await;
    let headache = found(&mei, "en", "HEADACHE").await;
    assert!(slugs(&headache).contains(&"risks"));
    let risks = headache.iter().find(|one| one["slug"] == "risks").unwrap();
    let place = &risks["passages"][0];
    assert!(
        place["text"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("headache")
    );
    assert!(risks["passages"].as_array().unwrap().len() <= 3);
    assert!(slugs(&found(&mei, "en", "meningit").await).contains(&"risks"));
    let full_width = found(&mei, "en", "Ｈｅａｄａｃｈｅ").await;
    assert_eq!(slugs(&full_width), slugs(&headache));
    assert_eq!(
        slugs(&found(&mei, "ko", "头痛").await),
        slugs(&found(&mei, "zh-CN", "头痛").await)
    );
}

#[tokio::test]
async fn nothing_and_too_much_are_refused() {
    let app = App::new().await;
    let mei = app.mei().await;
    for q in [String::new(), "  ".to_owned(), "痛".repeat(51)] {
        let refused = mei.post("/lesson-searches", json!({ "q": q })).await;
        assert_eq!((refused.status, &*refused.code()), (422, "http.invalid"));
    }
}
