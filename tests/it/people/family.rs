//! One woman with two accounts, and two women with one phone.

use serde_json::{Value, json};

use crate::support::App;
use crate::support::client::{Answer, Client};

const FAMILY: &str = "13800000001";

fn in_weeks(app: &App, weeks: i64) -> String {
    (app.clock.now() + chrono::Duration::weeks(weeks))
        .date_naive()
        .to_string()
}

/// What the midwife writes of a woman.
fn written(app: &App, name: &str, birth_date: Option<&str>) -> Value {
    let mut body = json!({ "name": name, "phone": FAMILY, "edd": in_weeks(app, 7) });
    if let Some(birth_date) = birth_date {
        body["birth_date"] = json!(birth_date);
    }
    body
}

async fn opens(app: &App, openid: &str, scene: &Value) -> Answer {
    let code = app.simulator.login_code(openid).code;
    let body = json!({ "wechat_code": code, "invite": scene });
    app.nobody().post_bare("/sessions", body).await
}

/// A consent that Zhao prepares and releases for a woman whose phone he compared with the record: its path.
async fn issued(zhao: &Client, patient: &str) -> String {
    let body = json!({ "method": "in_person", "identifiers": ["name", "phone"] });
    let checks = format!("/patients/{patient}/identity-checks");
    zhao.post(&checks, body).await.expect(201);
    let draft = zhao
        .post("/consents", json!({ "patient": patient }))
        .await
        .expect(201);
    let path = format!("/consents/{}", draft["id"].as_str().unwrap());
    let body = json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Seen in the clinic today." });
    zhao.post_at(&format!("{path}/release"), "\"1\"", body)
        .await
        .expect(200);
    path
}

#[tokio::test]
async fn two_women_whose_family_has_one_phone_have_two_records() {
    for app in App::each().await {
        let lin = app.lin().await;
        let mei = app.mei().await;
        let sister = lin
            .post("/patients", written(&app, "梅秀兰", Some("1998-05-05")))
            .await
            .expect(201);
        assert_ne!(sister["id"], mei.patient_id.as_str());
        let found = lin.get(&format!("/patients?q={FAMILY}")).await.expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 2, "{found}");

        // Where nothing tells them apart somebody looks first.
        for unclear in [
            written(&app, "梅秀兰儿", None),
            written(&app, "梅秀英", Some("1990-01-01")),
        ] {
            let told = lin.post("/patients", unclear).await;
            assert_eq!(
                (told.status, told.code().as_str()),
                (409, "episode.already_registered")
            );
        }
        let again = lin
            .post("/patients", written(&app, "梅秀英", Some("1996-03-12")))
            .await;
        assert_eq!(again.body["current"]["patient_id"], mei.patient_id.as_str());
    }
}

#[tokio::test]
async fn a_sister_with_the_same_phone_never_gets_the_record_of_a_pregnancy_before() {
    let app = App::new().await;
    let mei = app.mei().await;
    // By its dates the pregnancy is over.
    app.clock.advance(40 * 7 * 24 * 3600);
    let lin = app.lin().await;
    let told = lin.post("/patients", written(&app, "梅秀兰", None)).await;
    assert_eq!(told.code(), "episode.already_registered");
    let sister = lin
        .post("/patients", written(&app, "梅秀兰", Some("1998-05-05")))
        .await
        .expect(201);
    assert_ne!(sister["id"], mei.patient_id.as_str());
    let session = opens(&app, "o-sister", &sister["invitation"]["scene"])
        .await
        .expect(201);
    let sister_at_home = app.nobody().with_token(session["token"].as_str().unwrap());
    assert_eq!(sister_at_home.get("/me").await.expect(200)["id"], sister["id"]);
}

#[tokio::test]
async fn a_code_on_the_familys_phone_proves_only_her_whose_consent_it_is_for() {
    for app in App::each().await {
        let (lin, zhao) = (app.lin().await, app.zhao().await);
        let mei = app.mei().await;
        let sister = app.woman(&lin, "o-sister", "梅秀兰", FAMILY, "1998-05-05").await;
        let hers = issued(&zhao, &mei.patient_id).await;
        let sisters = issued(&zhao, &sister.patient_id).await;
        let start = json!({ "method": "one_time_code" });
        let mut codes = Vec::new();
        for (woman, path) in [(&mei, &hers), (&sister, &sisters)] {
            woman
                .post(&format!("{path}/identity"), start.clone())
                .await
                .expect(201);
            app.work().await;
            let texts = app.simulator.texts();
            let last = texts.last().unwrap();
            assert_eq!(last.phone, FAMILY);
            let digits = last.text.chars().filter(char::is_ascii_digit);
            codes.push(digits.take(6).collect::<String>());
        }
        let finish = |code: &String| json!({ "method": "one_time_code", "code": code });
        if codes[0] != codes[1] {
            let wrong = sister
                .post(&format!("{sisters}/identity"), finish(&codes[0]))
                .await;
            assert_eq!(wrong.code(), "consent.code_invalid");
        }
        let right = sister
            .post(&format!("{sisters}/identity"), finish(&codes[1]))
            .await;
        assert_eq!(right.expect(201)["state"], "confirmed");
        assert_eq!(sister.get(&hers).await.status, 404);
    }
}

#[tokio::test]
async fn a_woman_with_two_accounts_opens_her_record_with_the_one_that_she_was_invited_with_last() {
    for app in App::each().await {
        let lin = app.lin().await;
        // She enrolled by herself before, with the WeChat of her other phone.
        let other = app.newcomer("o-mei-other").await;
        app.agrees(&other).await;
        let facility = other.get("/facilities").await.expect(200)[0]["id"].clone();
        let edd = in_weeks(&app, 7);
        let pregnancy =
            json!({ "facility_id": facility, "edd": edd, "gravidity": 1, "parity": 0, "fetuses": 1 });
        other.put("/me/pregnancy", "*", pregnancy).await.expect(200);
        let own = other.get("/me").await.expect(200)["id"].clone();
        let mei = app.mei().await;
        assert_ne!(own, mei.patient_id.as_str());

        let invitation = format!("/patients/{}/invitation", mei.patient_id);
        app.clock.advance(60);
        let anew = lin.post(&invitation, json!({})).await.expect(201);
        let bound = opens(&app, "o-mei-other", &anew["scene"]).await;
        assert_eq!(
            (bound.status, bound.code().as_str()),
            (409, "people.account_bound")
        );
        mei.get("/me").await.expect(200);
        // Staff take the record that she made by herself off the account; the invitation was not used up.
        let body = json!({ "method": "in_person", "identifiers": ["name", "id_document"] });
        let own = own.as_str().unwrap();
        lin.post(&format!("/patients/{own}/identity-checks"), body)
            .await
            .expect(201);
        lin.delete(&format!("/patients/{own}/sessions")).await.expect(204);
        let body = json!({ "method": "in_person", "identifiers": ["name", "id_document"] });
        lin.post(&format!("/patients/{}/identity-checks", mei.patient_id), body)
            .await
            .expect(201);
        let session = opens(&app, "o-mei-other", &anew["scene"]).await.expect(201);
        let client = app.nobody().with_token(session["token"].as_str().unwrap());
        assert_eq!(client.get("/me").await.expect(200)["id"], mei.patient_id.as_str());
        mei.get("/me").await.expect(401);
    }
}
