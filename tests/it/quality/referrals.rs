//! Another hospital takes a woman at high risk, and reads her record only meanwhile.

use muan::base::Role;
use muan::people::model::Settings;
use muan::people::{StaffDraft, admin};
use serde_json::json;

use super::cases::{case_of, graded, ids, referral, referred, says, tang, waiting};
use crate::assessment::only;
use crate::forms::submit;
use crate::support::App;
use crate::support::cast::{OTHER_HOSPITAL, PASSWORD};

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
        let log = mei.get("/me/access-log").await.expect(200);
        assert_eq!(log["items"][0]["text"], "麻醉科医生石川查看了您的转诊信。");
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
        let listed = stranger.get("/referrals?side=received").await.expect(200);
        assert!(!listed.to_string().contains("血小板"), "read one by one");
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
        let listed = sun.get("/referrals?side=sent").await.expect(200);
        assert!(!listed.to_string().contains("血小板"), "read one by one");
        let told = sun.get(&path).await.expect(200);
        assert_eq!(told["steps"][2]["text"], "血小板 70，回原院待产。");
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
async fn nobody_takes_her_once_a_hospital_took_its_word_back_or_after_the_last_day() {
    let app = App::new().await;
    let (_, path) = referred(&app).await;
    let (ours, theirs) = ids(&app).await;
    let accept = format!("{path}/accept");
    let fang = app.staff(OTHER_HOSPITAL, "fang").await;
    says(&app.qian().await, &theirs, false, false).await;
    let refused = tang(&app).await.post(&accept, json!({})).await;
    assert_eq!(refused.code(), "quality.not_allied");
    says(&app.qian().await, &theirs, false, true).await;
    says(&fang, &ours, false, true).await;
    app.clock.advance(400 * 86_400);
    let tang = tang(&app).await;
    let late = tang.post(&accept, json!({})).await;
    assert_eq!(late.code(), "quality.illegal_transition");
    let seen = tang.get(&path).await.expect(200);
    assert!(
        seen["steps"][0]["text"].is_null() && seen["color"].is_null(),
        "{seen}"
    );
}

#[tokio::test]
async fn of_a_woman_whose_data_may_only_be_kept_the_other_hospital_reads_nothing() {
    for app in App::each().await {
        let (mei, path) = referred(&app).await;
        let tang = tang(&app).await;
        tang.post(&format!("{path}/accept"), json!({})).await.expect(201);
        tang.get(&format!("{path}/record")).await.expect(200);
        let receipt = mei
            .post("/me/requests", json!({ "kind": "restrict" }))
            .await
            .expect(202);
        let answer = format!(
            "/data-requests/{}/answer",
            receipt["request"]["id"].as_str().unwrap()
        );
        let granted = json!({ "outcome": "granted" });
        app.qian().await.post(&answer, granted).await.expect(200);
        tang.get(&format!("{path}/record")).await.expect(404);
        tang.get(&path).await.expect(404);
        let listed = tang.get("/referrals?side=received").await.expect(200);
        assert_eq!(listed["items"], json!([]));
    }
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

#[tokio::test]
async fn the_hospital_that_is_asked_has_a_task_until_it_answers() {
    for app in App::each().await {
        let (mei, path) = referred(&app).await;
        let tang_ = tang(&app).await;
        let tasks = tang_.get("/tasks").await.expect(200);
        let asked = &tasks["items"][0];
        assert_eq!(
            (&asked["kind"], &asked["urgent"], &asked["roles"]),
            (
                &json!("quality.referral_asked"),
                &json!(true),
                &json!(["obstetrician"])
            )
        );
        assert!(
            path.ends_with(asked["subject"].as_str().unwrap()),
            "it leads there"
        );
        let text = tasks.to_string();
        assert!(!text.contains("梅秀英") && !text.contains(&mei.patient_id));
        assert_eq!(waiting(&app.sun().await, "quality.referral_asked").await, 0);
        let in_state = async |state: &str| {
            let tang = tang(&app).await;
            let list = tang.get(&format!("/referrals?side=received&state={state}")).await;
            list.expect(200)["items"].as_array().unwrap().len()
        };
        assert_eq!((in_state("sent").await, in_state("accepted").await), (1, 0));

        tang_.post(&format!("{path}/accept"), json!({})).await.expect(201);
        assert_eq!(waiting(&tang_, "quality.referral_asked").await, 0);
        assert_eq!((in_state("sent").await, in_state("accepted").await), (0, 1));
        app.clock.advance(25 * 3600);
        app.work().await;
        assert_eq!(waiting(&app.sun().await, "quality.referral_unanswered").await, 0);
    }
}

#[tokio::test]
async fn who_has_no_answer_within_a_day_is_told_and_so_is_the_other_side_of_a_withdrawal() {
    for app in App::each().await {
        let (_, path) = referred(&app).await;
        app.clock.advance(24 * 3600 - 60);
        app.work().await;
        assert_eq!(waiting(&app.sun().await, "quality.referral_unanswered").await, 0);
        app.clock.advance(120);
        app.work().await;
        let sun = app.sun().await;
        assert_eq!(waiting(&sun, "quality.referral_unanswered").await, 1);
        let tang = tang(&app).await;
        assert_eq!(
            waiting(&tang, "quality.referral_asked").await,
            1,
            "it may still answer"
        );

        let reason = json!({ "text": "改送他院。" });
        sun.post(&format!("{path}/withdraw"), reason).await.expect(201);
        assert_eq!(waiting(&sun, "quality.referral_unanswered").await, 0);
        assert_eq!(waiting(&tang, "quality.referral_asked").await, 0);
        assert_eq!(waiting(&tang, "quality.referral_withdrawn").await, 1);
        let told = tang.get(&path).await.expect(200);
        assert_eq!(told["state"], "withdrawn");
    }
}

#[tokio::test]
async fn how_long_a_hospital_waits_for_an_answer_is_its_own_word() {
    let app = App::new().await;
    let wu = app.wu().await;
    let facility = wu.get("/facility").await;
    let (etag, body) = (facility.etag(), facility.expect(200));
    let set = |hours: i64| {
        let mut settings = body["settings"].clone();
        settings["referral_answer_hours"] = json!(hours);
        json!({ "name": body["name"], "phone": body["phone"], "settings": settings })
    };
    let refused = wu.put("/facility", &etag, set(73)).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/settings/referral_answer_hours");
    wu.put("/facility", &etag, set(6)).await.expect(200);
    referred(&app).await;
    app.clock.advance(6 * 3600 + 60);
    app.work().await;
    assert_eq!(waiting(&app.sun().await, "quality.referral_unanswered").await, 1);
}

#[tokio::test]
async fn what_nobody_judged_or_decided_of_her_is_told_with_her_record() {
    let app = App::new().await;
    let (mei, path) = referred(&app).await;
    submit(&app, &mei, json!({ "lab.plt": 49 })).await;
    let tang = tang(&app).await;
    tang.post(&format!("{path}/accept"), json!({})).await.expect(201);
    let record = format!("{path}/record");
    let shared = tang.get(&record).await.expect(200);
    assert_eq!(shared["assessment_level"], "absolute");
    assert_eq!(shared["undecided"], json!(["R-PLT-1"]));
    assert!(shared.get("decision").is_none(), "{shared}");
    let zhao = app.zhao().await;
    let review = only(&zhao).await;
    let whole = zhao.get(&review).await.expect(200)["review"]["complete"] == true;
    let status = if whole { "complete" } else { "incomplete" };
    assert_eq!(shared["assessment_status"], status);
    let no = json!({ "outcome": "not_suitable", "summary": "血小板过低。" });
    zhao.post(&format!("{review}/decision"), no).await.expect(200);
    let shared = tang.get(&record).await.expect(200);
    assert_eq!(shared["decision"]["outcome"], "not_suitable");
}
