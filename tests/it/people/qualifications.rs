//! What staff are qualified by, and who may not countersign or place a block on a day.

use serde_json::{Value, json};

use crate::consent::ceremony::Ceremony;
use crate::consent::over_time::Ward;
use crate::support::App;
use crate::support::client::Client;

async fn id_of(client: &Client) -> String {
    client.get("/me").await.expect(200)["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn path_of(app: &App) -> String {
    format!("/staff/{}/qualifications", id_of(&app.zhao().await).await)
}

fn items(standing: &Value, met: bool) -> Vec<&str> {
    let all = standing["standing"].as_array().unwrap().iter();
    all.filter(|one| one["met"] == met)
        .map(|one| one["item"].as_str().unwrap())
        .collect()
}

/// What Zhao is qualified by ends on the morning of the test.
async fn loses(app: &App, item: &str) {
    let body = json!({ "item": item, "withdrawn": true, "from": app.clock.now().date_naive() });
    app.qian().await.post(&path_of(app).await, body).await.expect(201);
}

#[tokio::test]
async fn what_somebody_is_qualified_by_is_kept_day_by_day() {
    for app in App::each().await {
        let (qian, wu, lin) = (app.qian().await, app.wu().await, app.lin().await);
        let (path, today) = (path_of(&app).await, app.clock.now().date_naive());
        let before = wu.get(&path).await.expect(200);
        assert_eq!(before["can_do_analgesia"], true);
        assert_eq!(items(&before, true), ["D1", "D2", "D3", "D4", "D5"]);
        loses(&app, "D3").await;
        let after = wu.get(&path).await.expect(200);
        assert_eq!(after["can_do_analgesia"], false);
        assert_eq!(items(&after, false), ["D3"]);
        let yesterday = today - chrono::Duration::days(1);
        let then = wu.get(&format!("{path}?on={yesterday}")).await.expect(200);
        assert_eq!(then["can_do_analgesia"], true, "what was, was");

        let by_a_midwife = json!({ "item": "D3", "from": today, "approver": id_of(&lin).await });
        let refused = qian.post(&path, by_a_midwife).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/approver");
        let approver = id_of(&app.he().await).await;
        let approved = json!({ "item": "D3", "from": today, "approver": approver });
        let again = qian.post(&path, approved).await.expect(201);
        assert_eq!(again["can_do_analgesia"], true);
        let next_year = today.checked_add_months(chrono::Months::new(12)).unwrap();
        assert_eq!(again["standing"][2]["until"], json!(next_year), "renewed yearly");
        assert_eq!(
            again["records"].as_array().unwrap().len(),
            7,
            "nothing is written over"
        );

        let all = qian.get("/qualifications?limit=3").await.expect(200);
        assert_eq!(all["items"].as_array().unwrap().len(), 3);
        let cursor = all["next_cursor"].as_str().unwrap();
        let rest = qian
            .get(&format!("/qualifications?limit=3&cursor={cursor}"))
            .await
            .expect(200);
        assert_eq!(
            rest["items"].as_array().unwrap().len(),
            1,
            "Lin, Sun, Zhao and He"
        );
        lin.get(&path).await.expect(403);
        let gao = app.staff(crate::support::cast::OTHER_HOSPITAL, "gao").await;
        gao.get(&path).await.expect(404);
        gao.post(&path, json!({ "item": "D4", "from": today }))
            .await
            .expect(404);
    }
}

#[tokio::test]
async fn what_is_shown_names_what_is_missing_of_it() {
    let app = App::new().await;
    let (wu, path) = (app.wu().await, path_of(&app).await);
    let zhao = id_of(&app.zhao().await).await;
    let tomorrow = app.clock.now().date_naive() + chrono::Duration::days(1);
    for (body, pointers) in [
        (
            json!({ "item": "D1", "from": "2020-01-01" }),
            vec!["/scope", "/number"],
        ),
        (
            json!({ "item": "D6", "from": "2020-01-01", "number": "1" }),
            vec!["/item"],
        ),
        (
            json!({ "item": "D3", "from": tomorrow, "approver": zhao }),
            vec!["/from", "/approver"],
        ),
        (
            json!({ "item": "D5", "from": "2020-01-01", "until": "2019-01-01", "higher_title": true }),
            vec!["/until", "/higher_title"],
        ),
    ] {
        let refused = wu.post(&path, body).await.expect(422);
        let named: Vec<&str> = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| fault["pointer"].as_str().unwrap())
            .collect();
        assert_eq!(named, pointers);
    }
}

#[tokio::test]
async fn a_countersignature_needs_license_scope_and_years_of_today() {
    let ceremony = Ceremony::signed().await;
    let (app, all) = (&ceremony.app, ["explained", "identity", "capacity"]);
    let today = app.clock.now().date_naive();
    let (qian, path) = (app.qian().await, path_of(app).await);
    loses(app, "D5").await;
    let surgeon = json!({ "item": "D1", "from": today, "scope": "other", "number": "1101" });
    qian.post(&path, surgeon).await.expect(201);
    let refused = ceremony.countersigned(&ceremony.zhao, &all).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.unqualified")
    );
    let license = json!({ "item": "D1", "from": today, "scope": "anesthesiology", "number": "1101" });
    qian.post(&path, license).await.expect(201);
    let young = json!({ "item": "D2", "from": today - chrono::Duration::days(400) });
    qian.post(&path, young).await.expect(201);
    let resident = json!({ "item": "D2", "from": today });
    qian.post(&path, resident).await.expect(201);
    assert_eq!(
        ceremony.countersigned(&ceremony.zhao, &all).await.code(),
        "consent.unqualified"
    );
    let attending = json!({ "item": "D2", "from": today, "higher_title": true });
    qian.post(&path, attending).await.expect(201);
    // Without the card for resuscitation he may sign, and may not place a block alone.
    ceremony.countersigned(&ceremony.zhao, &all).await.expect(200);
}

#[tokio::test]
async fn a_block_is_placed_by_whoever_is_qualified_or_under_somebody_who_is() {
    let ward = Ward::of(Ceremony::active().await).await;
    ward.ceremony.is_confirmed().await;
    let app = &ward.ceremony.app;
    loses(app, "D3").await;
    let refused = ward.time_out().await;
    assert_eq!(refused.code(), "analgesia.operator_unqualified");
    assert_eq!(refused.body["current"]["lacking"], json!(["D3"]));
    let under_he = json!({
        "supervisor": id_of(&app.he().await).await, "recheck_reason": "她在产房，刚刚当面问过。",
    });
    ward.time_out_with(under_he).await.expect(201);
    ward.record("epidural", json!({})).await.expect(200);
}

#[tokio::test]
async fn a_record_asks_again_who_is_qualified_and_an_exception_is_always_recorded() {
    let ward = Ward::of(Ceremony::active().await).await;
    ward.ceremony.is_confirmed().await;
    ward.time_out().await.expect(201);
    loses(&ward.ceremony.app, "D4").await;
    let refused = ward.record("epidural", json!({})).await;
    assert_eq!(refused.code(), "analgesia.operator_unqualified");
    let reason = json!({ "reason": "夜间急诊，无其他麻醉医师。" });
    let other = ward.record("epidural", json!({ "exception": reason })).await;
    assert_eq!(
        other.code(),
        "analgesia.operator_unqualified",
        "that she had consented is not the question"
    );
    let chart = ward
        .record("epidural", json!({ "unqualified": reason }))
        .await
        .expect(200);
    assert_eq!(chart["analgesia"]["unqualified"], reason);
    assert!(chart["analgesia"]["exception"].is_null());
    ward.ceremony.app.work().await;
    let qian = ward.ceremony.app.qian().await;
    let events = qian.get("/adverse-events").await.expect(200);
    let [event] = &events["items"].as_array().unwrap()[..] else {
        panic!("{events}")
    };
    let path = format!("/adverse-events/{}", event["id"].as_str().unwrap());
    let told = qian.get(&path).await.expect(200).to_string();
    assert!(
        told.contains("资质记录不完整") && !told.contains("知情同意"),
        "{told}"
    );
}
