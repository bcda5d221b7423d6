//! Submitted answers as a table: pseudonymous, harmless in a spreadsheet, of one hospital, of any length.

use std::io::{Cursor, Read};

use serde_json::{Value, json};

use super::{started, submit};
use crate::support::App;
use crate::support::client::Client;

const CSV: &str = "/responses/export?questionnaire=pre-analgesia";

async fn text(client: &Client, path: &str) -> String {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    String::from_utf8(answer.bytes).unwrap()
}

/// Lines and fields of RFC 4180.
fn parsed(text: &str) -> Vec<Vec<String>> {
    let (mut lines, mut line, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => field.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                line.push(std::mem::take(&mut field));
                lines.push(std::mem::take(&mut line));
            }
            other => field.push(other),
        }
    }
    assert!(line.is_empty() && field.is_empty(), "the last line is whole");
    lines
}

fn field<'a>(lines: &'a [Vec<String>], row: usize, head: &str) -> &'a str {
    let at = lines[0].iter().position(|one| one == head).unwrap();
    &lines[row][at]
}

#[tokio::test]
async fn a_table_has_a_column_a_question_and_says_nobodys_name() {
    for app in App::each().await {
        let (mei, bai) = (app.mei().await, app.bai().await);
        submit(
            &app,
            &mei,
            json!({ "lab.plt": 187, "prf.question": "=HYPERLINK(\"http://x\",\"a\")" }),
        )
        .await;
        submit(
            &app,
            &bai,
            json!({ "lab.plt": 211, "prf.question": "多久见效？\n\"快\"吗, 请说" }),
        )
        .await;
        // A draft of a third is no submission.
        started(&app.ning().await).await.expect(201);
        let qian = app.qian().await;
        let answer = qian.get(CSV).await;
        assert_eq!(
            answer.header("content-type").as_deref(),
            Some("text/csv; charset=utf-8")
        );
        assert!(answer.header("content-disposition").unwrap().contains(".csv"));
        let table = String::from_utf8(answer.bytes).unwrap();
        assert!(table.starts_with('\u{feff}'));
        let lines = parsed(&table);
        assert_eq!(lines.len(), 4, "linkIds, words, two women");
        assert!(lines.iter().all(|line| line.len() == lines[0].len()));
        assert!(field(&lines, 1, "prf.question").contains("麻醉医生"));
        assert_eq!(field(&lines, 2, "lab.plt"), "187");
        assert_eq!(
            field(&lines, 2, "prf.question"),
            "'=HYPERLINK(\"http://x\",\"a\")"
        );
        assert_eq!(field(&lines, 3, "prf.question"), "多久见效？\n\"快\"吗, 请说");
        assert_ne!(field(&lines, 2, "patient"), field(&lines, 3, "patient"));
        assert!(field(&lines, 2, "questionnaire").ends_with("pre-analgesia|1.0.0"));
        for secret in ["梅秀英", "白如雪", "13800000001", &*mei.patient_id] {
            assert!(!table.contains(secret), "{secret} stands in the table");
        }
        assert!(!lines[0].contains(&"id.name".to_owned()));
        assert_eq!(
            parsed(&text(&qian, CSV).await),
            lines,
            "the same order and pseudonyms again"
        );
    }
}

#[tokio::test]
async fn fhir_documents_come_one_a_line_without_who_she_is() {
    for app in App::each().await {
        let mei = app.mei().await;
        let submitted = submit(&app, &mei, json!({ "lab.plt": 187 })).await;
        let path = format!("{CSV}&format=ndjson");
        let lines = text(&app.zhao().await, &path).await;
        let documents: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(documents.len(), 1);
        let document = &documents[0];
        assert_eq!(document["resourceType"], "QuestionnaireResponse");
        assert_eq!(document["id"], submitted["response"]["id"]);
        assert_eq!(document["status"], "completed");
        assert!(document["subject"]["identifier"]["value"].is_string());
        assert!(lines.contains("\"lab.plt\"") && !lines.contains("梅秀英") && !lines.contains("id.phone"));
    }
}

fn part(book: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn a_workbook_has_the_answers_and_a_sheet_that_explains_them() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({ "lab.plt": 187, "prf.question": "+1 & <b>" })).await;
    let answer = app.qian().await.get(&format!("{CSV}&format=xlsx")).await;
    assert_eq!(answer.status, 200);
    let sheet = part(&answer.bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<v>187</v>") && sheet.contains("'+1 &amp; &lt;b&gt;"));
    assert!(sheet.ends_with("</sheetData></worksheet>") && !sheet.contains("梅秀英"));
    assert_eq!(sheet.matches("<row ").count(), 2);
    let words = part(&answer.bytes, "xl/worksheets/sheet2.xml");
    assert!(words.contains("prf.question") && words.contains("lmwh = "));
    let book = part(&answer.bytes, "xl/workbook.xml");
    assert!(book.contains("name=\"responses\"") && book.contains("name=\"definition\""));
    assert!(part(&answer.bytes, "[Content_Types].xml").contains("/xl/worksheets/sheet2.xml"));
    part(&answer.bytes, "_rels/.rels");
    part(&answer.bytes, "xl/_rels/workbook.xml.rels");
}

#[tokio::test]
async fn another_hospital_never_sees_them_and_who_may_is_few() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({})).await;
    for format in ["csv", "ndjson"] {
        let theirs = text(&app.stranger().await, &format!("{CSV}&format={format}")).await;
        let expected = if format == "csv" { 2 } else { 0 };
        assert_eq!(theirs.lines().count(), expected, "{theirs}");
    }
    for nobody in [app.lin().await, app.wu().await] {
        nobody.get(CSV).await.expect(403);
    }
    let survey = "/responses/export?questionnaire=satisfaction";
    app.zhao().await.get(survey).await.expect(404);
    assert_eq!(app.qian().await.get(survey).await.status, 200);
    let qian = app.qian().await;
    for unknown in [
        "nothing",
        "facility-readiness",
        "pre-analgesia-staff",
        "pre-analgesia&version=9.9.9",
    ] {
        qian.get(&format!("/responses/export?questionnaire={unknown}"))
            .await
            .expect(404);
    }
    qian.get(&format!("{CSV}&format=pdf")).await.expect(400);
}

#[tokio::test]
async fn an_export_is_journaled_with_its_count() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({})).await;
    let qian = app.qian().await;
    text(&qian, CSV).await;
    let entries = qian.get("/audit?limit=20").await.expect(200);
    let entry = entries["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["act"] == "forms.export");
    let entry = entry.expect("an entry").to_string();
    assert!(entry.contains("pre-analgesia|1.0.0"), "{entry}");
}

#[tokio::test]
async fn more_than_a_page_comes_whole_and_each_once() {
    for app in App::each().await {
        let mei = app.mei().await;
        let (lin, qian) = (app.lin().await, app.qian().await);
        let path = format!("/patients/{}/responses", mei.patient_id);
        let body = json!({ "questionnaire": "pre-analgesia", "content": super::document(&app, json!({})) });
        let many = 230;
        for _ in 0..many {
            // All at one instant: the id alone tells them apart.
            lin.post_bare(&path, body.clone()).await.expect(201);
        }
        let lines = parsed(&text(&qian, CSV).await);
        let ids: std::collections::BTreeSet<&String> = lines[2..].iter().map(|line| &line[0]).collect();
        assert_eq!((lines.len() - 2, ids.len()), (many, many));
    }
}

#[tokio::test]
async fn a_row_says_how_its_answers_were_judged_and_hides_what_staff_were_not_asked() {
    for app in App::each().await {
        let mei = app.mei().await;
        let submitted = submit(&app, &mei, json!({ "lab.plt": 60 })).await;
        let (lin, zhao, qian) = (app.lin().await, app.zhao().await, app.qian().await);
        let path = format!("/responses/{}", submitted["response"]["id"].as_str().unwrap());
        let at = "2026-03-02T00:00:00Z";
        // The time of a blood sample of which there is no value: the question is hidden, the draft keeps it.
        let items =
            json!({ "answers": { "lab.coag_at": at, "stf.sbp": 120, "stf.dbp": 75, "stf.bp_at": at } });
        let etag = lin.get(&path).await.etag();
        lin.put(&format!("{path}/staff-items"), &etag, items)
            .await
            .expect(200);
        let lines = parsed(&text(&qian, CSV).await);
        assert_eq!(field(&lines, 2, "review_state"), "waiting");
        assert_eq!(field(&lines, 2, "rules_version"), "1.0.0");
        assert!(!field(&lines, 2, "engine_version").is_empty());
        assert_eq!(field(&lines, 2, "stf.sbp"), "120");
        assert_ne!(field(&lines, 2, "stf.bp_at"), "");
        assert_eq!(field(&lines, 2, "lab.coag_at"), "");
        let documents = text(&zhao, &format!("{CSV}&format=ndjson")).await;
        assert!(documents.contains("rules-version") && documents.contains("review-state"));
        assert!(!documents.contains("lab.coag_at"));
    }
}

#[tokio::test]
async fn the_dictionary_has_a_line_for_each_column_and_no_answer() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({ "prf.question": "只有我知道" })).await;
    let qian = app.qian().await;
    let answer = qian.get(&format!("{CSV}&format=dictionary")).await;
    assert!(
        answer
            .header("content-disposition")
            .unwrap()
            .contains("dictionary.csv")
    );
    let told = String::from_utf8(answer.bytes).unwrap();
    let dictionary = parsed(&told);
    assert_eq!(dictionary[0], ["column", "zh-CN", "en", "type", "options"]);
    let columns = parsed(&text(&qian, CSV).await).remove(0);
    let heads: Vec<&String> = dictionary[1..].iter().map(|line| &line[0]).collect();
    assert_eq!(heads, columns.iter().collect::<Vec<_>>());
    let drug = dictionary.iter().find(|line| line[0] == "bld.drug").unwrap();
    assert!(drug[4].contains("lmwh = "));
    assert!(!told.contains("只有我知道"));
}
