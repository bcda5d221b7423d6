//! Submitted answers are replaced by others, with a reason; both stay, and a doctor looks again.

use chrono::Duration;
use serde_json::{Value, json};

use super::document;
use crate::analgesia::admission;
use crate::support::App;
use crate::support::client::{Answer, Client};

/// When the blood was taken; the clock moves on meanwhile.
const SAMPLED: &str = "2026-02-25T01:00:00+00:00";
const REASON: &str = "化验单上的血小板是60，我抄错了。";

fn id_of(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

/// She submits a platelet count of 200: the path of her answers.
async fn answered(app: &App, mei: &Client) -> String {
    let draft = mei
        .post("/responses", json!({ "questionnaire": "pre-analgesia" }))
        .await;
    let path = format!("/responses/{}", id_of(&draft.body));
    let body = json!({ "content": document(app, json!({ "lab.plt": 200, "lab.plt_at": SAMPLED })) });
    mei.put(&path, &draft.etag(), body).await.expect(200);
    mei.post(&format!("{path}/submit"), json!({})).await.expect(200);
    path
}

async fn amend(client: &Client, path: &str) -> Answer {
    client
        .post(&format!("{path}/amendments"), json!({ "reason": REASON }))
        .await
}

/// She replaces what she submitted by `other`: the path of the new answers and what she is told.
async fn amended(app: &App, mei: &Client, path: &str, other: Value) -> (String, Value) {
    let draft = amend(mei, path).await;
    let newer = format!("/responses/{}", id_of(&draft.body));
    let body = json!({ "content": document(app, other) });
    mei.put(&newer, &draft.etag(), body).await.expect(200);
    let told = mei.post(&format!("{newer}/submit"), json!({})).await.expect(200);
    (newer, told)
}

#[tokio::test]
async fn both_stay_and_each_says_where_the_other_is() {
    for app in App::each().await {
        let mei = app.mei().await;
        let path = answered(&app, &mei).await;
        let before = mei.get(&path).await;
        let (old_tag, before) = (before.etag(), before.expect(200));

        let draft = amend(&mei, &path).await;
        let etag = draft.etag();
        let draft = draft.expect(201);
        assert_eq!(draft["status"], "in_progress");
        assert_eq!(draft["amends"], before["id"]);
        assert_eq!(draft["reason"], REASON);
        assert_eq!(draft["content"]["status"], "in-progress");
        assert_eq!(
            draft["content"]["item"], before["content"]["item"],
            "prefilled with what she submitted"
        );
        let newer = format!("/responses/{}", id_of(&draft));
        let same = mei
            .put(&newer, &etag, json!({ "content": draft["content"] }))
            .await;
        assert_eq!(same.etag(), etag, "the same answers make no new revision");
        let meanwhile = mei.get(&path).await.expect(200);
        assert_eq!(meanwhile["status"], "completed");
        assert_eq!(meanwhile["amendment_draft"], draft["id"]);
        let listed = mei.get("/forms").await.expect(200);
        assert_eq!(
            (&listed[0]["state"], &listed[0]["response_id"]),
            (&json!("done"), &before["id"])
        );

        let body = json!({ "content": document(&app, json!({ "lab.plt": 60, "lab.plt_at": SAMPLED })) });
        mei.put(&newer, &etag, body).await.expect(200);
        let told = mei.post(&format!("{newer}/submit"), json!({})).await.expect(200);
        assert_eq!(told["told"]["level"], "consult");
        assert_eq!(told["response"]["status"], "completed");

        let after = mei.get(&path).await;
        assert_ne!(after.etag(), old_tag);
        let after = after.expect(200);
        assert_eq!(after["status"], "amended");
        assert_eq!(after["amended_by"], draft["id"]);
        assert_eq!(
            after["content"], before["content"],
            "what she submitted first is not touched"
        );
        let current = mei.get(&newer).await.expect(200);
        assert_eq!(
            (&current["amends"], &current["reason"]),
            (&before["id"], &json!(REASON))
        );
        let listed = mei.get("/forms").await.expect(200);
        assert_eq!(
            (&listed[0]["state"], &listed[0]["response_id"]),
            (&json!("done"), &draft["id"])
        );

        let lin = app.lin().await;
        let read = lin.get(&newer).await.expect(200);
        assert_eq!(read["reason"], REASON);
        assert_eq!(read["amends"], before["id"]);
        assert_eq!(read["changed_link_ids"], json!(["lab.plt"]));
        let read = lin.get(&path).await.expect(200);
        assert_eq!(
            (&read["status"], &read["amended_by"]),
            (&json!("amended"), &draft["id"])
        );
        assert_eq!(read["changed_link_ids"], json!([]));
        assert_eq!(read["history"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_doctor_looks_again_whatever_was_decided() {
    for app in App::each().await {
        let mei = app.mei().await;
        let path = answered(&app, &mei).await;
        let zhao = app.zhao().await;
        let queue = zhao.get("/reviews").await.expect(200);
        let review = format!("/reviews/{}", id_of(&queue["items"][0]["review"]));
        let cleared = json!({ "outcome": "cleared", "summary": "可以使用分娩镇痛。" });
        zhao.post(&format!("{review}/decision"), cleared)
            .await
            .expect(200);
        assert_eq!(zhao.get(&review).await.expect(200)["edited"], false);

        // Nothing new fires, and still somebody looks.
        let (newer, _) = amended(&app, &mei, &path, json!({ "lab.plt": 210 })).await;
        let record = zhao.get(&review).await.expect(200);
        assert_eq!(record["review"]["state"], "waiting");
        assert_eq!(record["edited"], true);
        assert_eq!(
            format!("/responses/{}", record["review"]["response_id"].as_str().unwrap()),
            newer
        );
        assert!(record["answers"].to_string().contains("210"));
        assert_eq!(record["history"].as_array().unwrap().len(), 1);

        // A second change of mind takes the place of the first.
        let (_, told) = amended(&app, &mei, &newer, json!({ "lab.plt": 49 })).await;
        assert_eq!(told["told"]["level"], "absolute");
        let queue = zhao.get("/reviews").await.expect(200);
        assert_eq!(
            queue["items"].as_array().unwrap().len(),
            1,
            "one woman, one review"
        );
        let record = zhao.get(&review).await.expect(200);
        assert_eq!(record["review"]["level"], "absolute");
        assert_eq!(record["history"].as_array().unwrap().len(), 2);
        let tasks = zhao.get("/tasks").await.expect(200);
        assert!(tasks.to_string().contains("assessment.review"));
    }
}

#[tokio::test]
async fn what_staff_entered_and_compared_goes_over() {
    let app = App::new().await;
    let mei = app.mei().await;
    let path = answered(&app, &mei).await;
    let lin = app.lin().await;
    let compared = json!({ "link_ids": ["lab.plt", "preg.height_cm"] });
    lin.post(&format!("{path}/verifications"), compared)
        .await
        .expect(201);
    let draft = amend(&mei, &path).await;
    // Entered while her draft is open.
    let at = (app.clock.now() - Duration::hours(1)).to_rfc3339();
    let low = json!({ "answers": { "lab.fib": 0.9, "lab.coag_at": at } });
    lin.put(&format!("{path}/staff-items"), "\"3\"", low.clone())
        .await
        .expect(200);
    let newer = format!("/responses/{}", id_of(&draft.body));
    lin.put(&format!("{newer}/staff-items"), "*", low.clone())
        .await
        .expect(409);
    let body = json!({ "content": document(&app, json!({ "lab.plt": 190 })) });
    mei.put(&newer, &draft.etag(), body).await.expect(200);
    mei.post(&format!("{newer}/submit"), json!({})).await.expect(200);
    let zhao = app.zhao().await;
    let queue = zhao.get("/reviews").await.expect(200);
    assert_eq!(queue["items"][0]["review"]["level"], "absolute");
    let read = lin.get(&newer).await.expect(200);
    assert!(read["staff_items"].to_string().contains("lab.fib"));
    let verified = read["verifications"].as_array().unwrap();
    assert_eq!(
        verified.len(),
        1,
        "a changed answer is compared anew: {verified:?}"
    );
    assert_eq!(verified[0]["link_id"], "preg.height_cm");
    let hers = mei.get(&newer).await.expect(200);
    assert!(!hers.to_string().contains("lab.fib"), "staff items are staff's");

    let late = lin.put(&format!("{path}/staff-items"), "*", low).await;
    assert_eq!(late.code(), "forms.already_amended");
    assert_eq!(late.expect(409)["current"]["id"], read["id"]);
    let late = json!({ "link_ids": ["lab.plt"] });
    let late = lin.post(&format!("{path}/verifications"), late).await;
    assert_eq!(late.code(), "forms.already_amended");
}

#[tokio::test]
async fn an_amendment_needs_a_reason_and_submitted_answers_that_stand() {
    let app = App::new().await;
    let mei = app.mei().await;
    let draft = mei
        .post("/responses", json!({ "questionnaire": "pre-analgesia" }))
        .await
        .expect(201);
    let early = amend(&mei, &format!("/responses/{}", id_of(&draft))).await;
    assert_eq!(
        (early.status, early.code().as_str()),
        (409, "forms.not_completed")
    );

    let path = answered(&app, &mei).await;
    let amendments = format!("{path}/amendments");
    mei.post(&amendments, json!({})).await.expect(400);
    for reason in ["  ", &"因".repeat(501)] {
        let refused = mei.post(&amendments, json!({ "reason": reason })).await;
        assert_eq!(refused.expect(422)["errors"][0]["pointer"], "/reason");
    }
    let first = amend(&mei, &path).await.expect(201);
    let second = amend(&mei, &path).await;
    assert_eq!(second.code(), "forms.amendment_open");
    assert_eq!(
        second.expect(409)["current"]["id"],
        first["id"],
        "she goes on with that one"
    );
    let again = mei
        .post("/responses", json!({ "questionnaire": "pre-analgesia" }))
        .await;
    assert_eq!(again.code(), "forms.already_completed");

    let newer = format!("/responses/{}", id_of(&first));
    mei.post(&format!("{newer}/submit"), json!({})).await.expect(200);
    let late = amend(&mei, &path).await;
    assert_eq!(late.code(), "forms.already_amended");
    assert_eq!(late.expect(409)["current"]["id"], first["id"]);
    let put = mei
        .put(&path, "*", json!({ "content": document(&app, json!({})) }))
        .await;
    assert_eq!(put.code(), "forms.already_completed");
    amend(&mei, &newer).await.expect(201);

    let bai = app.bai().await;
    amend(&bai, &newer).await.expect(404);
    app.ning().await.get(&newer).await.expect(404);
}

#[tokio::test]
async fn what_staff_filled_in_for_her_she_may_amend() {
    let app = App::new().await;
    let mei = app.mei().await;
    let body = json!({ "questionnaire": "pre-analgesia", "content": document(&app, json!({ "id.filled_by": "staff_help" })) });
    let lin = app.lin().await;
    let entered = lin
        .post(&format!("/patients/{}/responses", mei.patient_id), body)
        .await
        .expect(201);
    let path = format!("/responses/{}", id_of(&entered["response"]));
    let (newer, _) = amended(&app, &mei, &path, json!({ "lab.plt": 150 })).await;
    assert!(lin.get(&newer).await.expect(200)["entered_by"].is_null());
    assert!(lin.get(&path).await.expect(200)["entered_by"].is_string());
}

#[tokio::test]
async fn admission_ends_the_time_to_amend_the_assessment() {
    let app = App::new().await;
    let mei = app.mei().await;
    let path = answered(&app, &mei).await;
    let open = amend(&mei, &path).await.expect(201);
    let lin = app.lin().await;
    lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
    app.work().await;
    let late = mei
        .post(&format!("/responses/{}/submit", id_of(&open)), json!({}))
        .await;
    assert_eq!(late.code(), "forms.window_closed");
    assert_eq!(
        mei.get(&path).await.expect(200)["status"],
        "completed",
        "the first ones stand"
    );
}

#[tokio::test]
async fn after_admission_no_amendment_is_begun() {
    let app = App::new().await;
    let mei = app.mei().await;
    let path = answered(&app, &mei).await;
    let lin = app.lin().await;
    lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
    app.work().await;
    let late = amend(&mei, &path).await;
    assert_eq!((late.status, late.code().as_str()), (409, "forms.window_closed"));
}

#[tokio::test]
async fn a_hundred_wishes_to_amend_make_one_draft() {
    for app in App::each().await {
        let mei = app.mei().await;
        let path = answered(&app, &mei).await;
        let mut hands = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let (client, path) = (mei.client.clone(), path.clone());
            hands.spawn(async move { amend(&client, &path).await });
        }
        let (mut made, mut refused) = (0, 0);
        while let Some(answer) = hands.join_next().await {
            match answer.unwrap() {
                answer if answer.status == 201 => made += 1,
                answer => {
                    assert_eq!(answer.code(), "forms.amendment_open");
                    refused += 1;
                }
            }
        }
        assert_eq!((made, refused), (1, 99));
    }
}
