//! A lesson as a phone gets it: typed blocks and HTML, in the language of each block.

use std::path::{Path, PathBuf};
use std::time::Duration;

use muan::demo::reload::Renewed;
use serde_json::json;

use crate::content::lessons::KOREAN;
use crate::content::{copied, rewrite};
use crate::support::App;
use crate::support::client::Client;

const RISKS: &str = "lessons/risks/zh-CN.md";

async fn on(folder: PathBuf) -> App {
    App::with(|config| config.content = Some(folder)).await
}

/// Every tag of a piece of HTML with its attributes.
fn tags(html: &str) -> Vec<&str> {
    html.split('<')
        .skip(1)
        .map(|rest| rest.split_once('>').unwrap().0.trim_end_matches('/').trim())
        .collect()
}

#[tokio::test]
async fn a_lesson_comes_as_blocks_and_as_html_with_styles_inline() {
    let app = App::new().await;
    let mei = app.mei().await;
    let lesson = mei.get("/lessons/risks").await.expect(200);
    let html = lesson["html"].as_str().unwrap();
    let blocks = lesson["blocks"].as_array().unwrap();
    for block in blocks {
        assert_eq!(block["lang"], "zh-CN");
        if let Some(text) = block["text"].as_str() {
            assert!(html.contains(text), "{text}");
        }
    }
    let styled = ["h2", "p", "ul", "div", "span", "img"];
    let bare = ["li", "strong", "em", "br"];
    for tag in tags(html) {
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let name = name.trim_start_matches('/');
        assert!(styled.contains(&name) || bare.contains(&name), "{tag}");
        assert!(attributes.is_empty() || styled.contains(&name), "{tag}");
        assert!(
            !attributes.contains("class") && !attributes.contains("url("),
            "{tag}"
        );
    }
    assert!(html.contains("<h2 style=\"") && html.contains("<img src=\""));
    assert!(html.contains("待医生确认。"), "what nobody confirmed says so");
    let en = mei.get("/lessons/risks?lang=en").await.expect(200);
    assert!(en["html"].as_str().unwrap().contains("People say:"));
}

#[tokio::test]
async fn nothing_that_runs_reaches_her_phone() {
    let folder = copied();
    let text = "下面的数字多数来自英国产科麻醉医师协会的资料。";
    let hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>\
        [按这里](javascript:alert(3))<a href=\"java&#x0A;script:alert(4)\" style=\"position:fixed\">x</a>\
        **要紧**<svg/onload=alert(5)><iframe srcdoc=\"<script>alert(6)</script>\"></iframe>";
    rewrite(folder.path(), "lessons/risks/zh-CN.md", text, hostile);
    let app = on(folder.path().to_owned()).await;
    let lesson = app.mei().await.get("/lessons/risks").await.expect(200);
    let html = lesson["html"].as_str().unwrap();
    assert!(html.contains("<strong>要紧</strong>") && html.contains("按这里"));
    for tag in tags(html) {
        for foreign in [
            "script", "iframe", "svg", "onerror", "onload", "href", "srcdoc", "fixed", "src=x", "src=\"x",
        ] {
            assert!(!tag.replace(".svg", "").contains(foreign), "{tag}");
        }
    }
    assert!(!html.contains("alert(2)"), "what a script says is no text");
    let start = lesson["blocks"][0]["text"].as_str().unwrap();
    assert!(
        !start.contains("<script") && !start.contains("<img") && start.contains("要紧"),
        "{start}"
    );
}

#[tokio::test]
async fn each_block_says_its_language() {
    let folder = copied();
    std::fs::write(folder.path().join("lessons/risks/ko.md"), KOREAN).unwrap();
    let app = on(folder.path().to_owned()).await;
    let mei = app.mei().await;
    let lesson = mei.get("/lessons/risks?lang=ko").await.expect(200);
    assert_eq!(lesson["lang"], "ko");
    let languages: Vec<(&str, &str)> = lesson["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| (block["id"].as_str().unwrap(), block["lang"].as_str().unwrap()))
        .collect();
    assert!(languages.contains(&("headache", "ko")) && languages.contains(&("hypotension", "zh-CN")));
    assert_eq!(lesson["quiz"][0]["lang"], "zh-CN");
    for lang in ["bo", "ii", "ug", "mn"] {
        let lesson = mei.get(&format!("/lessons/risks?lang={lang}")).await.expect(200);
        assert_eq!(lesson["lang"], "zh-CN", "nothing is written in {lang} yet");
    }
    assert_eq!(mei.get("/lessons/risks?lang=xx").await.status, 400);
    let list = mei.get("/lessons?lang=ko").await.expect(200);
    let of = |slug: &str| {
        list.as_array()
            .unwrap()
            .iter()
            .find(|one| one["slug"] == slug)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (&of("risks")["lang"], &of("family")["lang"]),
        (&"ko".into(), &"zh-CN".into())
    );
}

/// A lesson of which only the beginning is written in Uyghur.
const UYGHUR: &str = "+++\ntitle = \"قانداق خەتەر بار\"\ngoal = \"خەتەرنى بىلىسىز.\"\n+++\n\n\
    <!-- heading headache-head -->\n## قاتتىق باش ئاغرىقى\n\n\
    <!-- fact headache UK-OAA-CARD -->\nھەر 100 ئايالدىن تەخمىنەن 1 ىدە قاتتىق باش ئاغرىقى بولىدۇ.\n";

#[tokio::test]
async fn uyghur_runs_from_right_to_left_and_nothing_else_does() {
    let folder = copied();
    std::fs::write(folder.path().join("lessons/risks/ug.md"), UYGHUR).unwrap();
    let app = on(folder.path().to_owned()).await;
    let mei = app.mei().await;
    let lesson = mei.get("/lessons/risks?lang=ug").await.expect(200);
    assert_eq!(
        (&lesson["dir"], &lesson["quiz"][0]["dir"]),
        (&json!("rtl"), &json!("ltr"))
    );
    for block in lesson["blocks"].as_array().unwrap() {
        let expected = if block["lang"] == "ug" { "rtl" } else { "ltr" };
        assert_eq!(block["dir"], expected, "{block}");
    }
    let html = lesson["html"].as_str().unwrap();
    let turned = tags(html)
        .into_iter()
        .filter(|tag| tag.contains("direction:rtl;text-align:right"))
        .map(|tag| tag.split_once(' ').unwrap().0);
    assert_eq!(
        turned.collect::<Vec<_>>(),
        ["h2", "div"],
        "the heading and the fact"
    );
    let zh = mei.get("/lessons/risks").await.expect(200);
    assert_eq!(zh["dir"], "ltr");
    assert!(!zh["html"].as_str().unwrap().contains("rtl"));
}

#[tokio::test]
async fn a_try_is_explained_in_the_language_that_she_reads() {
    let folder = copied();
    let quiz = "<!-- quiz L09-1 -->\n심한 두통은 얼마나 자주 있나요?\n\n\
        - [x] 100명 중 약 1명\n- [ ] 10명 중 5명\n- [ ] 없다\n\n\
        100명 중 약 1명이며 치료할 수 있습니다.\n\n10명 중 5명은 너무 많습니다.\n";
    std::fs::write(
        folder.path().join("lessons/risks/ko.md"),
        format!("{KOREAN}\n{quiz}"),
    )
    .unwrap();
    let app = on(folder.path().to_owned()).await;
    let mei = app.mei().await;
    let head = &app.ctx.content.lessons.get("risks").unwrap().head;
    let answers: Vec<_> = head
        .quiz
        .iter()
        .map(|key| json!({ "id": key.id, "option": key.answer }))
        .collect();
    let answers = json!({ "version": head.version, "answers": answers });
    let explained = async |query: &str| {
        let path = format!("/lessons/risks/quiz-attempts{query}");
        let told = mei.post(&path, answers.clone()).await.expect(201);
        let of = |at: usize| told["items"][at]["explanation"].as_str().unwrap().to_owned();
        (of(0), of(1))
    };
    let (korean, chinese) = (explained("?lang=ko").await, explained("").await);
    assert_eq!(korean.0, "100명 중 약 1명이며 치료할 수 있습니다.");
    assert!(chinese.0.starts_with("每100人约1人"), "{}", chinese.0);
    assert_eq!(korean.1, chinese.1, "Chinese stands where Korean lacks an item");
}

/// Asks a service for a lesson's title.
async fn title(service: &Renewed, woman: &Client) -> String {
    let request = poem::Request::builder()
        .uri_str("/api/patient/v1/lessons/risks")
        .header("authorization", woman.bearer())
        .finish();
    let mut answer = poem::Endpoint::call(service, request).await.unwrap();
    let bytes = answer.take_body().into_bytes().await.unwrap();
    let lesson: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    lesson["title"].as_str().unwrap().to_owned()
}

/// Writes another title.
fn edit(folder: &Path) {
    rewrite(
        folder,
        RISKS,
        "title = \"有什么风险\"",
        "title = \"会有什么风险\"",
    );
}

#[tokio::test]
async fn an_edit_is_served_once_it_has_no_fault() {
    let folder = copied();
    let app = on(folder.path().to_owned()).await;
    let mei = app.mei().await;
    let renewed = Renewed::new(&app.ctx);
    assert_eq!(title(&renewed, &mei).await, "有什么风险");
    edit(folder.path());
    renewed.renew();
    assert_eq!(title(&renewed, &mei).await, "会有什么风险");
    rewrite(folder.path(), RISKS, "minutes = 8", "minutes = 80");
    renewed.renew();
    assert_eq!(
        title(&renewed, &mei).await,
        "会有什么风险",
        "a fault is not taken"
    );
}

#[tokio::test]
async fn whoever_writes_need_not_ask_for_an_edit_to_be_served() {
    let folder = copied();
    let app = on(folder.path().to_owned()).await;
    let mei = app.mei().await;
    let renewed = Renewed::new(&app.ctx);
    let mut served = renewed.served();
    let watching = tokio::spawn(renewed.clone().watch());
    edit(folder.path());
    tokio::time::timeout(Duration::from_secs(60), served.changed())
        .await
        .expect("the edit is seen")
        .unwrap();
    assert_eq!(title(&renewed, &mei).await, "会有什么风险");
    watching.abort();
}
