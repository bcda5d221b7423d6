//! The two worked examples of the national indicators, entered through the real acts: what the wards record is what the
//! quality office reads.

use chrono::Duration;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use super::births::{CONVERTED, comes, eased, gives_birth, on, on_paper, put, replies};
use crate::support::App;
use crate::support::client::Answer;
use crate::support::walk::walker;

/// One row of an example.
#[derive(Clone, Copy)]
struct Row {
    /// Minutes after the first dose and the score; none without labor analgesia.
    pain: Option<&'static [(i64, i64)]>,
    mode: &'static str,
    /// At one and five minutes; none for a stillborn.
    babies: &'static [Option<(i64, i64)>],
    /// Overall satisfaction.
    score: Option<i64>,
}

const fn row(
    pain: Option<&'static [(i64, i64)]>,
    mode: &'static str,
    babies: &'static [Option<(i64, i64)>],
    score: Option<i64>,
) -> Row {
    Row {
        pain,
        mode,
        babies,
        score,
    }
}

const VAGINAL: &str = "spontaneous_vaginal";
const WELL: &[Option<(i64, i64)>] = &[Some((9, 10))];
const EXAMPLE: [Row; 12] = [
    row(Some(&[(60, 2)]), VAGINAL, WELL, Some(5)),
    row(Some(&[(58, 3)]), VAGINAL, WELL, Some(4)),
    row(Some(&[(62, 5)]), CONVERTED, &[Some((7, 9))], Some(4)),
    row(Some(&[(30, 4), (70, 3)]), VAGINAL, &[Some((10, 10))], Some(3)),
    row(Some(&[]), VAGINAL, WELL, None),
    row(None, VAGINAL, WELL, None),
    row(None, VAGINAL, &[Some((6, 9))], None),
    row(None, "cesarean_planned", WELL, None),
    row(Some(&[(44, 2), (80, 6)]), "forceps", &[Some((8, 9))], Some(5)),
    row(Some(&[(60, 0)]), VAGINAL, &[Some((9, 10)), Some((4, 8))], Some(5)),
    row(None, CONVERTED, &[Some((8, 9))], None),
    row(Some(&[(60, 1)]), VAGINAL, &[None], Some(2)),
];

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.clone()).unwrap()
}

fn figures<'a>(app: &'a App, period: &'a str) -> LocalBoxFuture<'a, Vec<(String, i64, i64)>> {
    async move {
        let qian = app.qian().await;
        let figures = qian.get(&format!("/indicators?{period}")).await.expect(200);
        let figure = |row: &Value| {
            let count = |name: &str| row[name].as_i64().unwrap();
            (
                row["code"].as_str().unwrap().to_owned(),
                count("numerator"),
                count("denominator"),
            )
        };
        figures["items"].as_array().unwrap().iter().map(figure).collect()
    }
    .boxed_local()
}

fn expect(figures: &[(String, i64, i64)], wanted: &[(&str, i64, i64)]) {
    for (code, numerator, denominator) in wanted {
        let found = figures.iter().find(|(found, ..)| found == code).unwrap();
        assert_eq!((found.1, found.2), (*numerator, *denominator), "{code}");
    }
}

#[tokio::test]
async fn the_first_worked_example_comes_out_of_the_wards_records() {
    let app = App::new().await;
    let walker = walker(&app);
    let mut women = Vec::new();
    for n in 0..EXAMPLE.len() {
        women.push(comes(&app, &walker, n).await);
    }
    walker.wait(8 * 3600).await.unwrap();
    let born = app.clock.now() - Duration::minutes(10);
    for (woman, row) in women.iter().zip(EXAMPLE) {
        if let Some(pain) = row.pain {
            eased(&app, woman, born - Duration::hours(3), pain, json!({})).await;
        }
        gives_birth(&app, woman, born, row.mode, row.babies).await;
    }
    walker.wait(30 * 3600).await.unwrap();
    for (woman, row) in women.iter_mut().zip(EXAMPLE) {
        let Some(score) = row.score else { continue };
        if row.babies == [None] {
            // She was not asked; her reply came in on paper, by her own wish.
            on_paper(&app, woman, score).await;
            continue;
        }
        replies(&walker, woman, score).await;
    }
    let period = "from=2026-03-01&to=2026-03-31";
    let wanted = [
        ("N1-lit", 8, 9),
        ("N1-trial", 8, 11),
        ("OB-EPD-02", 7, 9),
        ("N2-lit", 5, 8),
        ("N2-cc", 5, 6),
        ("N3-lit", 2, 8),
        ("N4-lit", 5, 8),
        ("N4-resp", 5, 7),
        ("A1", 3, 12),
        ("A3", 1, 8),
        ("A4", 1, 9),
        ("A11", 2, 2),
        ("A16", 0, 8),
    ];
    expect(&figures(&app, period).await, &wanted);
    it_can_be_drawn_handed_out_and_opened(&app, period).await;
}

/// The same births as a chart, as tables, and as cases.
fn it_can_be_drawn_handed_out_and_opened<'a>(app: &'a App, period: &'a str) -> LocalBoxFuture<'a, ()> {
    async move {
        let (qian, zhao) = (app.qian().await, app.zhao().await);
        let cases = qian
            .get(&format!("/indicators/N2-lit/cases?{period}"))
            .await
            .expect(200);
        let cases = cases["items"].as_array().unwrap();
        assert_eq!(cases.len(), 8);
        assert!(cases.iter().all(|case| case["name"].is_null()));
        let noted = |word: &str| cases.iter().filter(|case| case["note"] == word).count();
        assert_eq!(noted("no_score"), 2);
        let named = zhao
            .get(&format!("/indicators/N2-lit/cases?{period}"))
            .await
            .expect(200);
        assert_eq!(named["items"][0]["name"], "宋小雨");

        let chart = zhao
            .get("/indicators/A3/chart?from=2026-01-01&to=2026-03-31&by=month")
            .await
            .expect(200);
        assert_eq!(chart["points"].as_array().unwrap().len(), 3);
        // One of eight: so few are told as counts.
        let march = &chart["points"][2];
        assert_eq!(
            (&march["numerator"], &march["denominator"]),
            (&json!(1), &json!(8))
        );
        for point in chart["points"].as_array().unwrap() {
            assert_eq!(point["share"], Value::Null);
        }
        assert_eq!(chart["center"], Value::Null);
        let picture = zhao.get(&format!("/indicators/A3/chart.svg?{period}")).await;
        assert!(text(&picture).starts_with("<svg"), "{}", text(&picture));
        zhao.get("/indicators/A99/chart?from=2026-03-01&to=2026-03-31")
            .await
            .expect(404);

        let lines = |answer: &Answer| text(answer).lines().count();
        let table = qian.get(&format!("/indicators/export?{period}")).await;
        let table = text(&table);
        assert!(
            table
                .lines()
                .any(|line| line.starts_with("N1-lit,") && line.contains(",8,9,,100,true,")),
            "{table}"
        );
        let births = qian
            .get(&format!("/indicators/export?{period}&format=births"))
            .await;
        assert_eq!(lines(&births), 13);
        assert!(!text(&births).contains("宋小雨"));
        let definitions = qian
            .get(&format!("/indicators/export?{period}&format=definitions"))
            .await;
        assert_eq!(lines(&definitions), 33);
        let book = qian
            .get(&format!("/indicators/export?{period}&format=xlsx"))
            .await;
        assert!(book.bytes.starts_with(b"PK"));

        let stated = json!({ "vaginal": 9, "cesarean": 4, "newborns": 12 });
        qian.put_bare("/facility/births/2026-03", stated.clone())
            .await
            .expect(422);
        app.clock.advance(30 * 24 * 3600);
        let qian = app.qian().await;
        qian.put_bare("/facility/births/2026-03", stated)
            .await
            .expect(200);
        let told = qian.get(&format!("/indicators?{period}")).await.expect(200);
        assert_eq!(
            told["months"][0]["recorded"],
            json!({ "vaginal": 9, "cesarean": 3, "newborns": 12 })
        );
        assert_eq!(told["months"][0]["completeness"], "92.3");
    }
    .boxed_local()
}

#[tokio::test]
async fn the_second_worked_example_comes_out_of_a_years_records() {
    let app = App::new().await;
    let walker = walker(&app);
    let good: &[Option<(i64, i64)>] = &[Some((9, 10))];

    // A: the block was made anew in the same labor; both scores are equally near, the earlier counts.
    let at = on(&app, &walker, "2026-03-02T12:00:00Z").await;
    let mut a = comes(&app, &walker, 1).await;
    let at = on(&app, &walker, &(at + Duration::hours(9)).to_rfc3339()).await;
    let dose = at - Duration::hours(8);
    let again = json!({ "resitings": [{ "at": dose + Duration::hours(3), "technique": "epidural", "reason": "导管脱出" }] });
    eased(&app, &a, dose, &[(45, 4), (75, 3)], again).await;
    gives_birth(&app, &a, at, VAGINAL, &[Some((8, 9))]).await;
    walker.wait(30 * 3600).await.unwrap();
    replies(&walker, &mut a, 4).await;

    // B: born half an hour after the first dose.
    on(&app, &walker, "2026-04-11T06:00:00Z").await;
    let b = comes(&app, &walker, 2).await;
    let at = on(&app, &walker, "2026-04-11T08:00:00Z").await;
    eased(
        &app,
        &b,
        at - Duration::minutes(30),
        &[],
        json!({ "technique": "cse", "interspace": "L3-4" }),
    )
    .await;
    gives_birth(&app, &b, at, VAGINAL, &[Some((3, 6))]).await;

    // D: no neuraxial block; E: a spinal for the forceps alone; F: a catheter and no drug.
    on(&app, &walker, "2026-05-01T06:00:00Z").await;
    let d = comes(&app, &walker, 4).await;
    let at = on(&app, &walker, "2026-05-01T08:00:00Z").await;
    let opioid = json!({ "other_analgesia": [{ "method": "intravenous_opioid", "note": "瑞芬太尼" }] });
    put(app.zhao().await, &d, "analgesia", opioid).await;
    gives_birth(&app, &d, at, VAGINAL, good).await;
    on(&app, &walker, "2026-07-09T06:00:00Z").await;
    let e = comes(&app, &walker, 5).await;
    let at = on(&app, &walker, "2026-07-09T08:00:00Z").await;
    let spinal = json!({
        "technique": "spinal_single", "indication": "instrumental", "doses": [{
            "given_at": at - Duration::minutes(20), "drug": "bupivacaine", "route": "intrathecal", "use": "anesthesia",
            "amount": "10"
        }]
    });
    eased(&app, &e, at - Duration::minutes(20), &[], spinal).await;
    gives_birth(&app, &e, at, "forceps", good).await;
    on(&app, &walker, "2026-08-08T06:00:00Z").await;
    let f = comes(&app, &walker, 6).await;
    let at = on(&app, &walker, "2026-08-08T08:00:00Z").await;
    let none = json!({ "first_dose_at": null, "doses": [] });
    eased(&app, &f, at - Duration::minutes(2), &[], none).await;
    gives_birth(&app, &f, at, VAGINAL, good).await;

    // G: two scores equally near.
    on(&app, &walker, "2026-09-09T04:00:00Z").await;
    let mut g = comes(&app, &walker, 7).await;
    let at = on(&app, &walker, "2026-09-09T08:00:00Z").await;
    eased(&app, &g, at - Duration::hours(3), &[(59, 3), (61, 7)], json!({})).await;
    gives_birth(&app, &g, at, VAGINAL, &[Some((10, 10))]).await;
    walker.wait(30 * 3600).await.unwrap();
    replies(&walker, &mut g, 5).await;

    // C: begun at 23:50 on the last day of the year, born at 02:10 on the first of the next.
    on(&app, &walker, "2026-12-31T14:00:00Z").await;
    let mut c = comes(&app, &walker, 3).await;
    let at = on(&app, &walker, "2026-12-31T18:10:00Z").await;
    let dose = "2026-12-31T15:50:00Z".parse().unwrap();
    eased(&app, &c, dose, &[(60, 2)], json!({})).await;
    gives_birth(&app, &c, at, VAGINAL, good).await;
    walker.wait(30 * 3600).await.unwrap();
    replies(&walker, &mut c, 5).await;

    let year = figures(&app, "from=2026-01-01&to=2026-12-31").await;
    let wanted = [
        ("N1-lit", 3, 6),
        ("N1-trial", 3, 6),
        ("OB-EPD-02", 3, 6),
        ("N2-lit", 1, 3),
        ("N2-cc", 1, 2),
        ("N3-lit", 1, 3),
        ("N4-lit", 2, 3),
        ("N4-resp", 2, 2),
        ("A8", 1, 3),
        ("A19", 4, 6),
    ];
    expect(&year, &wanted);
    let next = figures(&app, "from=2027-01-01&to=2027-12-31").await;
    let wanted = [
        ("N1-lit", 1, 1),
        ("N2-lit", 1, 1),
        ("N3-lit", 0, 1),
        ("N4-lit", 1, 1),
    ];
    expect(&next, &wanted);
    the_same_births_by_quarter_and_by_year(&app).await;
}

/// One indicator of each part of a question: first day, last day, above the line, below it.
async fn parts(app: &App, code: &str, asked: &str) -> Vec<(String, String, i64, i64)> {
    let told = app
        .qian()
        .await
        .get(&format!("/indicators?{asked}"))
        .await
        .expect(200);
    let rows = told["items"].as_array().unwrap().iter();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let count = |row: &Value, name: &str| row[name].as_i64().unwrap();
    rows.filter(|row| row["code"] == code)
        .map(|row| {
            (
                text(row, "from"),
                text(row, "to"),
                count(row, "numerator"),
                count(row, "denominator"),
            )
        })
        .collect()
}

fn part(from: &str, to: &str, numerator: i64, denominator: i64) -> (String, String, i64, i64) {
    (from.to_owned(), to.to_owned(), numerator, denominator)
}

fn the_same_births_by_quarter_and_by_year(app: &App) -> LocalBoxFuture<'_, ()> {
    async move {
        let quarters = "from=2026-01-01&to=2026-12-31&by=quarter";
        assert_eq!(
            parts(app, "N1-lit", quarters).await,
            [
                part("2026-01-01", "2026-03-31", 1, 1),
                part("2026-04-01", "2026-06-30", 1, 2),
                part("2026-07-01", "2026-09-30", 1, 3),
                part("2026-10-01", "2026-12-31", 0, 0),
            ]
        );
        let satisfied = parts(app, "N4-lit", quarters).await;
        let satisfied: Vec<(i64, i64)> = satisfied.into_iter().map(|(.., n, d)| (n, d)).collect();
        assert_eq!(satisfied, [(1, 1), (0, 1), (1, 1), (0, 0)]);
        let cut = parts(app, "N1-lit", "from=2026-02-15&to=2026-05-01&by=quarter").await;
        assert_eq!(
            cut,
            [
                part("2026-02-15", "2026-03-31", 1, 1),
                part("2026-04-01", "2026-05-01", 1, 2),
            ]
        );
        let years = parts(app, "N1-lit", "from=2026-01-01&to=2027-12-31&by=year").await;
        assert_eq!(
            years,
            [
                part("2026-01-01", "2026-12-31", 3, 6),
                part("2027-01-01", "2027-12-31", 1, 1),
            ]
        );
    }
    .boxed_local()
}
