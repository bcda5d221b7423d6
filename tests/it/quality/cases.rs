//! Women at high risk are managed as cases.

use serde_json::{Value, json};

use crate::support::App;
use crate::support::cast::{OTHER_HOSPITAL, Woman};
use crate::support::client::Client;

/// Sun grades her; what follows of it is done.
pub async fn graded(app: &App, patient: &str, color: &str, purple: bool) {
    let sun = app.sun().await;
    let page = format!("/patients/{patient}");
    let etag = sun.get(&page).await.etag();
    let body = json!({
        "color": color, "purple": purple, "items": [], "reasons": "血小板进行性下降", "table_version": "2017-35",
    });
    sun.put(&format!("{page}/risk-color"), &etag, body)
        .await
        .expect(200);
    app.work().await;
}

/// The id of the newest case.
pub async fn case_of(client: &Client) -> String {
    let cases = client.get("/cases").await.expect(200);
    cases["items"][0]["case"]["id"].as_str().unwrap().to_owned()
}

pub async fn waiting(client: &Client, kind: &str) -> usize {
    let tasks = client.get("/tasks").await.expect(200);
    let items = tasks["items"].as_array().unwrap();
    items.iter().filter(|task| task["kind"] == kind).count()
}

/// The ids of both hospitals as their quality offices see each other.
pub async fn ids(app: &App) -> (String, String) {
    let theirs = app.qian().await.get("/alliance").await.expect(200);
    let fang = app.staff(OTHER_HOSPITAL, "fang").await;
    let ours = fang.get("/alliance").await.expect(200);
    let of = |list: &Value, name: &str| {
        let items = list["items"].as_array().unwrap().iter();
        let one = items.clone().find(|one| one["name"] == name).unwrap();
        one["facility"].as_str().unwrap().to_owned()
    };
    (of(&ours, "仁爱妇产医院"), of(&theirs, "新康医院"))
}

/// One hospital says what the other one may do.
pub async fn says(client: &Client, of: &str, comparison: bool, referral: bool) -> Value {
    let body = json!({ "comparison": comparison, "referral": referral });
    client
        .put_bare(&format!("/alliance/{of}"), body)
        .await
        .expect(200)
}

/// Both hospitals agree; the id of the other one.
pub async fn allied(app: &App, comparison: bool, referral: bool) -> String {
    let (ours, theirs) = ids(app).await;
    says(&app.qian().await, &theirs, comparison, referral).await;
    let fang = app.staff(OTHER_HOSPITAL, "fang").await;
    says(&fang, &ours, comparison, referral).await;
    theirs
}

pub fn referral(to: &str) -> Value {
    json!({ "to": to, "text": "血小板 28，请贵院协助分娩管理。", "basis": "agreed" })
}

pub async fn tang(app: &App) -> Client {
    app.staff(OTHER_HOSPITAL, "tang").await
}

/// Mei is red, and Tang's hospital is asked to take her.
pub async fn referred(app: &App) -> (Woman, String) {
    let mei = app.mei().await;
    graded(app, &mei.patient_id, "red", false).await;
    let to = allied(app, false, true).await;
    let sun = app.sun().await;
    let path = format!("/cases/{}/referrals", case_of(&sun).await);
    let sent = sun.post(&path, referral(&to)).await.expect(201);
    (mei, format!("/referrals/{}", sent["id"].as_str().unwrap()))
}

#[tokio::test]
async fn a_red_woman_is_registered_reported_managed_followed_and_closed() {
    for app in App::each().await {
        let mei = app.mei().await;
        graded(&app, &mei.patient_id, "red", false).await;
        let (sun, lin, zhao) = (app.sun().await, app.lin().await, app.zhao().await);
        let list = lin.get("/cases?state=open").await.expect(200);
        assert_eq!(list["items"][0]["name"], "梅秀英");
        assert_eq!(list["items"][0]["case"]["color"], "red");
        let path = format!("/cases/{}", case_of(&sun).await);
        assert_eq!(waiting(&sun, "episode.managed_case").await, 1);
        let report = json!({ "to": "市妇幼保健院", "number": "2026-018" });
        lin.post(&format!("{path}/report"), report.clone())
            .await
            .expect(403);
        let reported = sun.post(&format!("{path}/report"), report).await.expect(201);
        assert!(reported["case"]["reported_at"].is_string());
        assert_eq!(waiting(&sun, "episode.managed_case").await, 0);

        let next = app.clock.now().date_naive() + chrono::Duration::days(7);
        let mut plan = json!({ "text": "每周复查血小板。", "birth_place": "省级救治中心", "next_on": next });
        let missing = zhao.post(&format!("{path}/plan"), plan.clone()).await.expect(422);
        assert_eq!(missing["errors"][0]["pointer"], "/emergency");
        plan["emergency"] = json!("备血小板，立即转运。");
        let planned = zhao.post(&format!("{path}/plan"), plan).await.expect(201);
        assert_eq!(planned["case"]["next_on"], json!(next));
        assert_eq!(waiting(&sun, "quality.follow_case").await, 1);
        let seen = json!({ "text": "血小板 62，无出血。", "next_on": next });
        lin.post(&format!("{path}/follow-ups"), seen).await.expect(201);
        graded(&app, &mei.patient_id, "yellow", false).await;
        let over = json!({ "outcome": "resolved", "text": "血小板恢复。" });
        let closed = sun.post(&format!("{path}/close"), over.clone()).await.expect(201);
        let kinds: Vec<&str> = closed["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["reported", "planned", "followed", "regraded", "closed"]);
        assert_eq!(waiting(&sun, "quality.follow_case").await, 0);
        let again = sun.post(&format!("{path}/close"), over).await;
        assert_eq!(again.code(), "quality.case_closed");
        assert_eq!(lin.get("/cases?state=open").await.expect(200)["items"], json!([]));

        // High again: another case, beside the old one.
        graded(&app, &mei.patient_id, "orange", false).await;
        let both = lin.get("/cases").await.expect(200);
        assert_eq!(both["items"].as_array().unwrap().len(), 2);
        let copy = mei.get("/me/export").await.expect(200);
        assert_eq!(copy["managed_cases"][0]["outcome"], "resolved");
        assert!(!copy["managed_cases"].to_string().contains("血小板"));
    }
}

#[tokio::test]
async fn purple_is_managed_too_and_nobody_reads_its_reason_in_a_list() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    graded(&app, &bai.patient_id, "yellow", false).await;
    graded(&app, &mei.patient_id, "green", true).await;
    let list = app.lin().await.get("/cases").await.expect(200);
    assert_eq!(
        list["items"].as_array().unwrap().len(),
        1,
        "yellow is not managed"
    );
    assert_eq!(list["items"][0]["case"]["purple"], true);
    assert!(!list.to_string().contains("血小板"));
    app.qian().await.get("/cases").await.expect(403);
    let stranger = app.stranger().await;
    let path = format!("/cases/{}", case_of(&app.lin().await).await);
    stranger.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_plan_for_a_lesser_risk_is_wanting_once_she_is_red() {
    let app = App::new().await;
    let mei = app.mei().await;
    graded(&app, &mei.patient_id, "orange", false).await;
    let sun = app.sun().await;
    let path = format!("/cases/{}", case_of(&sun).await);
    let next = app.clock.now().date_naive() + chrono::Duration::days(7);
    let plan = json!({ "text": "每周复查。", "birth_place": "本院", "next_on": next });
    sun.post(&format!("{path}/plan"), plan).await.expect(201);
    graded(&app, &mei.patient_id, "orange", false).await;
    let same = sun.get(&path).await.expect(200);
    assert_eq!(same["entries"].as_array().unwrap().len(), 1, "nothing changed");
    graded(&app, &mei.patient_id, "red", false).await;
    let case = sun.get(&path).await.expect(200);
    assert!(case["case"]["planned_at"].is_null(), "{case}");
}

/// A case with a plan and a referral that came back, of a woman whom others know.
pub async fn is_managed(app: &App, patient: &str) {
    graded(app, patient, "orange", false).await;
    let to = allied(app, false, true).await;
    let sun = app.sun().await;
    let path = format!("/cases/{}", case_of(&sun).await);
    let next = app.clock.now().date_naive() + chrono::Duration::days(7);
    let over = json!({ "outcome": "delivered", "text": "产后平稳。" });
    let early = sun.post(&format!("{path}/close"), over.clone()).await;
    assert_eq!(early.code(), "quality.illegal_transition");
    let report = json!({ "to": "市妇幼保健院" });
    sun.post(&format!("{path}/report"), report).await.expect(201);
    let plan = json!({ "text": "每周复查。", "birth_place": "本院", "next_on": next });
    sun.post(&format!("{path}/plan"), plan).await.expect(201);
    let sent = sun
        .post(&format!("{path}/referrals"), referral(&to))
        .await
        .expect(201);
    let declined = json!({ "text": "床位已满。" });
    let no = format!("/referrals/{}/decline", sent["id"].as_str().unwrap());
    tang(app).await.post(&no, declined).await.expect(201);
    sun.post(&format!("{path}/close"), over).await.expect(201);
}

/// When the one task to report her is due; none while there is none.
async fn report_due(app: &App) -> Option<Value> {
    let tasks = app.sun().await.get("/tasks").await.expect(200);
    let mut items = tasks["items"].as_array().unwrap().iter();
    let task = items.find(|task| task["kind"] == "episode.managed_case")?;
    Some(task["due"].clone())
}

#[tokio::test]
async fn a_woman_who_is_graded_at_every_visit_is_reported_within_the_time_of_the_first() {
    let app = App::new().await;
    let mei = app.mei().await;
    graded(&app, &mei.patient_id, "orange", false).await;
    let due = report_due(&app).await.unwrap();
    app.clock.advance(86_400);
    graded(&app, &mei.patient_id, "orange", false).await;
    assert_eq!(report_due(&app).await, Some(due.clone()));
    graded(&app, &mei.patient_id, "red", false).await;
    let sooner = report_due(&app).await.unwrap();
    assert!(sooner.as_str() < due.as_str(), "{sooner} {due}");
    app.clock.advance(12 * 3600);
    for (color, purple) in [("red", true), ("orange", true), ("orange", false), ("red", false)] {
        graded(&app, &mei.patient_id, color, purple).await;
        assert_eq!(report_due(&app).await, Some(sooner.clone()), "{color} {purple}");
    }
    let sun = app.sun().await;
    let path = format!("/cases/{}", case_of(&sun).await);
    let report = json!({ "to": "市妇幼保健院" });
    sun.post(&format!("{path}/report"), report).await.expect(201);
    for color in ["red", "orange"] {
        graded(&app, &mei.patient_id, color, false).await;
        assert_eq!(report_due(&app).await, None, "she was reported as red");
    }
}

#[tokio::test]
async fn a_case_of_a_mistaken_grading_is_closed_without_a_report_once_she_is_graded_high_no_more() {
    let app = App::new().await;
    let mei = app.mei().await;
    graded(&app, &mei.patient_id, "red", false).await;
    let sun = app.sun().await;
    let path = format!("/cases/{}/close", case_of(&sun).await);
    let over = json!({ "outcome": "resolved", "text": "血小板为另一位孕妇的结果。" });
    assert_eq!(
        sun.post(&path, over.clone()).await.code(),
        "quality.illegal_transition"
    );
    graded(&app, &mei.patient_id, "green", false).await;
    assert_eq!(report_due(&app).await, None);
    let delivered = json!({ "outcome": "delivered", "text": "产后平稳。" });
    assert_eq!(
        sun.post(&path, delivered).await.code(),
        "quality.illegal_transition"
    );
    let closed = sun.post(&path, over).await.expect(201);
    assert!(closed["case"]["reported_at"].is_null(), "nobody was told of it");
}
