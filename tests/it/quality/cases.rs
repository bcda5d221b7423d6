//! Women at high risk are managed as cases, alone or with another hospital that reads their record only meanwhile.

use muan::base::Role;
use muan::people::model::Settings;
use muan::people::{StaffDraft, admin};
use serde_json::{Value, json};

use crate::support::App;
use crate::support::cast::{OTHER_HOSPITAL, PASSWORD, Woman};
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

async fn waiting(client: &Client, kind: &str) -> usize {
    let tasks = client.get("/tasks").await.expect(200);
    let items = tasks["items"].as_array().unwrap();
    items.iter().filter(|task| task["kind"] == kind).count()
}

/// The ids of both hospitals as their quality offices see each other.
async fn ids(app: &App) -> (String, String) {
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
async fn says(client: &Client, of: &str, comparison: bool, referral: bool) -> Value {
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

fn referral(to: &str) -> Value {
    json!({ "to": to, "text": "血小板 28，请贵院协助分娩管理。", "basis": "agreed" })
}

async fn tang(app: &App) -> Client {
    app.staff(OTHER_HOSPITAL, "tang").await
}

/// Mei is red, and Tang's hospital is asked to take her.
async fn referred(app: &App) -> (Woman, String) {
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
async fn hospitals_refer_once_both_agree_and_no_longer_when_one_takes_it_back() {
    let app = App::new().await;
    let mei = app.mei().await;
    graded(&app, &mei.patient_id, "orange", false).await;
    let (sun, qian) = (app.sun().await, app.qian().await);
    let (ours, theirs) = ids(&app).await;
    let path = format!("/cases/{}/referrals", case_of(&sun).await);
    let one = says(&qian, &theirs, true, true).await;
    assert_eq!(one["agreed"], json!({ "comparison": false, "referral": false }));
    let refused = sun.post(&path, referral(&theirs)).await;
    assert_eq!(refused.code(), "quality.not_allied");
    let fang = app.staff(OTHER_HOSPITAL, "fang").await;
    let both = says(&fang, &ours, false, true).await;
    assert_eq!(both["agreed"], json!({ "comparison": false, "referral": true }));
    says(&fang, &ours, false, false).await;
    assert_eq!(
        sun.post(&path, referral(&theirs)).await.code(),
        "quality.not_allied"
    );
    qian.put_bare(
        &format!("/alliance/{ours}"),
        json!({ "comparison": true, "referral": true }),
    )
    .await
    .expect(404);
    sun.put_bare(
        &format!("/alliance/{theirs}"),
        json!({ "comparison": true, "referral": true }),
    )
    .await
    .expect(403);
}

#[tokio::test]
async fn her_record_is_read_by_the_hospital_that_has_her_and_only_meanwhile() {
    for app in App::each().await {
        let (mei, path) = referred(&app).await;
        let (tang, stranger) = (tang(&app).await, app.stranger().await);
        let record = format!("{path}/record");
        let asked = stranger.get(&path).await.expect(200);
        assert_eq!(
            (&asked["side"], &asked["color"]),
            (&json!("received"), &json!("red"))
        );
        assert!(asked["steps"][0]["text"].as_str().unwrap().contains("血小板"));
        let text = asked.to_string();
        assert!(!text.contains("梅秀英") && !text.contains(&mei.patient_id));
        stranger.get(&record).await.expect(404);
        stranger
            .post(&format!("{path}/accept"), json!({}))
            .await
            .expect(403);

        let accepted = tang.post(&format!("{path}/accept"), json!({})).await.expect(201);
        assert_eq!(accepted["state"], "accepted");
        assert_eq!(waiting(&app.sun().await, "quality.referral_answered").await, 1);
        let shared = stranger.get(&record).await.expect(200);
        assert_eq!(shared["name"], "梅秀英");
        assert_eq!(shared["risk_reasons"], "血小板进行性下降");
        // Nothing else of that hospital is open to them, and its own staff read their own record as ever.
        stranger
            .get(&format!("/patients/{}", mei.patient_id))
            .await
            .expect(404);
        app.zhao().await.get(&record).await.expect(404);

        app.work().await;
        let audit = format!("/audit?patient={}", mei.patient_id);
        let ours = app.qian().await.get(&audit).await.expect(200);
        assert!(ours.to_string().contains("quality.shared_record"), "{ours}");
        let fang = app.staff(OTHER_HOSPITAL, "fang").await;
        let theirs = fang.get("/audit").await.expect(200);
        assert!(theirs.to_string().contains("quality.shared_record"));
        assert!(!theirs.to_string().contains(&mei.patient_id));

        let back = json!({ "text": "血小板 70，回原院待产。" });
        tang.post(&format!("{path}/return"), back).await.expect(201);
        stranger.get(&record).await.expect(404);
        let after = stranger.get(&path).await.expect(200);
        assert_eq!(after["state"], "returned");
        assert!(
            after["color"].is_null() && after["steps"][0]["text"].is_null(),
            "{after}"
        );
        let sun = app.sun().await;
        let told = sun.get("/referrals?side=sent").await.expect(200);
        assert_eq!(told["items"][0]["steps"][2]["text"], "血小板 70，回原院待产。");
        let over = tang.post(&format!("{path}/accept"), json!({})).await;
        assert_eq!(over.code(), "quality.illegal_transition");
    }
}

#[tokio::test]
async fn a_hospital_that_was_not_asked_finds_nothing_of_it() {
    let app = App::new().await;
    let settings = Settings::default();
    admin::add_facility(&app.ctx, "kangle", "康乐医院", "030-1", settings)
        .await
        .unwrap();
    for (username, role) in [
        ("hua", Role::Obstetrician),
        ("jin", Role::Anesthesiologist),
        ("shi", Role::Midwife),
    ] {
        let draft = StaffDraft {
            username: username.to_owned(),
            name: username.to_owned(),
            license: None,
            title: String::new(),
            role,
            senior: false,
            grants: Vec::new(),
            consent_privilege: None,
            disabled: false,
        };
        admin::add_staff(&app.ctx, "kangle", draft, Some(PASSWORD.to_owned()))
            .await
            .unwrap();
    }
    let (_, path) = referred(&app).await;
    tang(&app)
        .await
        .post(&format!("{path}/accept"), json!({}))
        .await
        .expect(201);
    let end = json!({ "text": "x" });
    for username in ["hua", "jin", "shi"] {
        let outsider = app.staff("kangle", username).await;
        outsider.get(&path).await.expect(404);
        outsider.get(&format!("{path}/record")).await.expect(404);
        for side in ["sent", "received"] {
            let list = outsider.get(&format!("/referrals?side={side}")).await.expect(200);
            assert_eq!(list["items"], json!([]));
        }
    }
    let hua = app.staff("kangle", "hua").await;
    hua.post(&format!("{path}/accept"), json!({})).await.expect(404);
    for act in ["decline", "return", "withdraw"] {
        hua.post(&format!("{path}/{act}"), end.clone()).await.expect(404);
    }
    app.qian().await.get(&format!("{path}/record")).await.expect(403);
}

#[tokio::test]
async fn sharing_ends_when_it_is_withdrawn_and_with_its_last_day() {
    let app = App::new().await;
    let (_, path) = referred(&app).await;
    let (sun, tang_) = (app.sun().await, tang(&app).await);
    let case = format!("/cases/{}", case_of(&sun).await);
    let to = ids(&app).await.1;
    let second = sun.post(&format!("{case}/referrals"), referral(&to)).await;
    assert_eq!(second.code(), "quality.referral_open");
    let over = json!({ "outcome": "transferred", "text": "已转诊。" });
    let close = sun.post(&format!("{case}/close"), over).await;
    assert_eq!(close.code(), "quality.referral_open");
    tang_.post(&format!("{path}/accept"), json!({})).await.expect(201);
    tang_.get(&format!("{path}/record")).await.expect(200);
    let reason = json!({ "text": "家属要求留在本院。" });
    tang_
        .post(&format!("{path}/withdraw"), reason.clone())
        .await
        .expect(409);
    sun.post(&format!("{path}/withdraw"), reason).await.expect(201);
    tang_.get(&format!("{path}/record")).await.expect(404);

    let mut until = referral(&to);
    until["until"] = json!(app.clock.now().date_naive());
    let sent = sun.post(&format!("{case}/referrals"), until).await.expect(201);
    let path = format!("/referrals/{}", sent["id"].as_str().unwrap());
    let declined = json!({ "text": "床位已满。" });
    tang_.post(&format!("{path}/accept"), json!({})).await.expect(201);
    tang_.get(&format!("{path}/record")).await.expect(200);
    tang_
        .post(&format!("{path}/decline"), declined.clone())
        .await
        .expect(409);
    app.clock.advance(86_400);
    let tang_ = tang(&app).await;
    tang_.get(&format!("{path}/record")).await.expect(404);
    let sent_back = json!({ "text": "已返回。" });
    tang_.post(&format!("{path}/return"), sent_back).await.expect(201);
    let sun = app.sun().await;
    let sent = sun
        .post(&format!("{case}/referrals"), referral(&to))
        .await
        .expect(201);
    let path = format!("/referrals/{}", sent["id"].as_str().unwrap());
    let no = tang_.post(&format!("{path}/decline"), declined).await.expect(201);
    assert_eq!(no["state"], "declined");
}

/// A case with a plan and a referral that came back, of a woman whom others know.
pub async fn is_managed(app: &App, patient: &str) {
    graded(app, patient, "orange", false).await;
    let to = allied(app, false, true).await;
    let sun = app.sun().await;
    let path = format!("/cases/{}", case_of(&sun).await);
    let next = app.clock.now().date_naive() + chrono::Duration::days(7);
    let plan = json!({ "text": "每周复查。", "birth_place": "本院", "next_on": next });
    sun.post(&format!("{path}/plan"), plan).await.expect(201);
    let sent = sun
        .post(&format!("{path}/referrals"), referral(&to))
        .await
        .expect(201);
    let declined = json!({ "text": "床位已满。" });
    let no = format!("/referrals/{}/decline", sent["id"].as_str().unwrap());
    tang(app).await.post(&no, declined).await.expect(201);
    let over = json!({ "outcome": "delivered", "text": "产后平稳。" });
    sun.post(&format!("{path}/close"), over).await.expect(201);
}
