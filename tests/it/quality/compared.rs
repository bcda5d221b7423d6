//! Hospitals that both agreed on it stand side by side, and too few cases tell nothing.

use std::ops::Range;

use serde_json::{Value, json};

use super::births::{birth, comes, gives_birth};
use super::cases::allied;
use super::edges::set;
use crate::analgesia::{admission, emergency};
use crate::support::App;
use crate::support::cast::{HOSPITAL, OTHER_HOSPITAL};
use crate::support::walk;

const YEAR: &str = "/indicators/alliance?from=2025-03-01&to=2026-02-28";
const MARCH: &str = "/indicators/alliance?from=2026-03-01&to=2026-03-31";

/// March is over.
fn in_april(app: &App) {
    app.clock.advance(60 * 86_400);
}

fn names(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn figures_stand_side_by_side_while_both_hospitals_agree() {
    for app in App::each().await {
        let (qian, sun) = (app.qian().await, app.sun().await);
        assert_eq!(names(&qian.get(YEAR).await.expect(200)), ["仁爱妇产医院"]);
        let other = allied(&app, true, false).await;
        assert_eq!(
            names(&sun.get(YEAR).await.expect(200)),
            ["仁爱妇产医院", "新康医院"]
        );
        let fang = app.staff(OTHER_HOSPITAL, "fang").await;
        assert_eq!(
            names(&fang.get(YEAR).await.expect(200)),
            ["新康医院", "仁爱妇产医院"]
        );
        let back = json!({ "comparison": false, "referral": false });
        qian.put_bare(&format!("/alliance/{other}"), back)
            .await
            .expect(200);
        for client in [&qian, &fang] {
            assert_eq!(names(&client.get(YEAR).await.expect(200)).len(), 1);
        }
        app.lin().await.get(YEAR).await.expect(403);
        let days = "/indicators/alliance?from=2026-01-01&to=2026-03-02";
        qian.get(days).await.expect(422);
        let running = qian.get(MARCH).await.expect(422);
        assert_eq!(running["errors"][0]["code"], "in_future", "{running}");
        app.work().await;
        let audit = qian.get("/audit").await.expect(200).to_string();
        assert!(audit.contains("quality.alliance_figures") && audit.contains("quality.agree"));
    }
}

#[tokio::test]
async fn what_rests_on_fewer_than_thirty_is_hidden() {
    let app = App::new().await;
    walk::to_the_survey(&app).await;
    in_april(&app);
    allied(&app, true, false).await;
    let fang = app.staff(OTHER_HOSPITAL, "fang").await;
    let told = fang.get(MARCH).await.expect(200);
    let theirs = told["items"][1]["figures"].as_array().unwrap();
    assert!(theirs.len() > 20);
    for figure in theirs {
        assert_eq!(figure["hidden"], true, "{figure}");
        for member in ["numerator", "denominator", "value"] {
            assert!(figure.get(member).is_none(), "{figure}");
        }
    }
}

#[tokio::test]
async fn what_rests_on_thirty_is_told() {
    let app = App::new().await;
    let walker = walk::walker(&app);
    for number in 0..30 {
        let woman = comes(&app, &walker, number).await;
        gives_birth(
            &app,
            &woman,
            app.clock.now(),
            "spontaneous_vaginal",
            &[Some((9, 10))],
        )
        .await;
    }
    it_is_drawn(&app).await;
    in_april(&app);
    allied(&app, true, false).await;
    let fang = app.staff(OTHER_HOSPITAL, "fang").await;
    let told = fang.get(MARCH).await.expect(200);
    let figures = told["items"][1]["figures"].as_array().unwrap();
    let of = |code: &str| figures.iter().find(|one| one["code"] == code).unwrap();
    assert_eq!(of("A1")["denominator"], 30);
    assert_eq!(of("A1")["value"], "0.0");
    assert_eq!(of("N2-lit")["hidden"], true, "none of them had analgesia");
    let total = told["total"].as_array().unwrap();
    let of = |code: &str| total.iter().find(|one| one["code"] == code).unwrap();
    assert_eq!(
        (&of("A1")["denominator"], &of("A1")["hospitals"]),
        (&json!(30), &json!(1))
    );
    assert_eq!(
        (&of("N2-lit")["hidden"], &of("N2-lit")["hospitals"]),
        (&json!(true), &json!(0))
    );
}

/// The same in the hospital's own chart; of what nobody had there are counts alone.
async fn it_is_drawn(app: &App) {
    let qian = app.qian().await;
    let chart = async |code: &str| {
        let path = format!("/indicators/{code}/chart?from=2026-03-01&to=2026-03-31");
        qian.get(&path).await.expect(200)
    };
    assert_eq!(chart("A1").await["points"][0]["share"], 0.0);
    assert_eq!(chart("N2-lit").await["points"][0]["share"], Value::Null);
}

/// Women who each have six children after a block; the first child of each has a low score.
async fn sextuplets(app: &App, facility: &str, [midwife, anesthesiologist]: [&str; 2], women: Range<usize>) {
    let midwife = app.staff(facility, midwife).await;
    let anesthesiologist = app.staff(facility, anesthesiologist).await;
    let mut scores = [Some((9, 10)); 6];
    scores[0] = Some((6, 9));
    let born = "2026-03-02T00:58:00Z".parse().unwrap();
    for n in women {
        let (openid, phone) = (format!("o-six-{n}"), format!("138000020{n:02}"));
        let birth_date = format!("1995-02-{:02}", n + 1);
        let woman = app.woman(&midwife, &openid, "宋小雨", &phone, &birth_date).await;
        let labor = midwife.post("/labors", admission(&woman.patient_id)).await;
        let path = format!("/labors/{}", labor.expect(201)["id"].as_str().unwrap());
        for (by, rest, body) in [
            (&anesthesiologist, "analgesia", emergency()),
            (&midwife, "delivery", birth(born, "spontaneous_vaginal", &scores)),
        ] {
            let etag = by.get(&path).await.etag();
            by.put(&format!("{path}/{rest}"), &etag, body).await.expect(200);
        }
    }
}

/// Newborns with asphyxia as the quality office of a hospital sees them: by which definition each hospital counts,
/// then of all together above the line, below it, and in how many hospitals.
async fn asphyxia(app: &App, facility: &str, office: &str) -> (Vec<Value>, [Value; 3]) {
    let told = app.staff(facility, office).await.get(MARCH).await.expect(200);
    let items = told["items"].as_array().unwrap().iter();
    let total = told["total"].as_array().unwrap();
    let all = total.iter().find(|one| one["code"] == "N3-lit").unwrap();
    (
        items.map(|one| one["asphyxia_definition"].clone()).collect(),
        ["numerator", "denominator", "hospitals"].map(|member| all[member].clone()),
    )
}

#[tokio::test]
async fn newborns_with_asphyxia_are_added_where_they_are_counted_alike() {
    let app = App::new().await;
    sextuplets(&app, HOSPITAL, ["lin", "zhao"], 0..5).await;
    sextuplets(&app, OTHER_HOSPITAL, ["lu", "stranger"], 5..10).await;
    in_april(&app);
    allied(&app, true, false).await;
    let (apgar, consensus) = (json!("asphyxia_apgar"), json!("asphyxia_consensus2016"));
    assert_eq!(
        asphyxia(&app, HOSPITAL, "qian").await,
        (
            vec![apgar.clone(), apgar.clone()],
            [json!(10), json!(60), json!(2)]
        )
    );

    let gao = app.staff(OTHER_HOSPITAL, "gao").await;
    set(gao, "reporting_definition", consensus.clone()).await;
    assert_eq!(
        asphyxia(&app, HOSPITAL, "qian").await,
        (
            vec![apgar.clone(), consensus.clone()],
            [json!(5), json!(30), json!(1)]
        )
    );
    assert_eq!(
        asphyxia(&app, OTHER_HOSPITAL, "fang").await,
        (vec![consensus.clone(), apgar], [json!(0), json!(30), json!(1)]),
        "nobody took the gas"
    );

    set(app.wu().await, "reporting_definition", consensus.clone()).await;
    assert_eq!(
        asphyxia(&app, HOSPITAL, "qian").await,
        (
            vec![consensus.clone(), consensus],
            [json!(0), json!(60), json!(2)]
        )
    );

    set(app.wu().await, "one_hour_window_min", json!(30)).await;
    let told = app.qian().await.get(MARCH).await.expect(200);
    let items = told["items"].as_array().unwrap().iter();
    let windows: Vec<&Value> = items.map(|one| &one["one_hour_window_min"]).collect();
    assert_eq!(windows, [&json!(30), &json!(15)]);
}
