//! Whoever holds an invitation is not yet she: what an account may do before it is matched with the record.

use muan::db::Q;
use poem::http::Method;
use serde_json::{Value, json};

use super::binding::{BIRTH, invited_anew, is_mismatch, opens, sees, writes};
use crate::access;
use crate::forms::attachments::{photo, upload};
use crate::forms::submit;
use crate::openapi::documents;
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::Client;

/// What an account reads before it is matched: what belongs to the account itself, what is for everybody, and her profile
/// without what stands in the record.
const NOT_OF_THE_RECORD: [&str; 9] = [
    "people.me",
    "people.agreements",
    "people.facilities",
    "people.sessions_patient",
    "episode.subscriptions",
    "education.lessons",
    "education.lesson",
    "education.pack",
    "forms.questionnaire",
];

/// Mei's record with answers, a photo and a consent, and somebody who was invited to it with an account of his own.
struct Record {
    mei: Woman,
    holder: Client,
    response: String,
    attachment: String,
    consent: String,
}

impl Record {
    async fn of(app: &App) -> Record {
        let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
        let file = upload(&mei, &photo()).await;
        let submitted = submit(app, &mei, json!({})).await;
        let draft = zhao.post("/consents", json!({ "patient": mei.patient_id })).await;
        let draft = draft.expect(201);
        app.clock.advance(60);
        sees(&lin, &mei.patient_id).await;
        let scene = invited_anew(&lin, &mei.patient_id).await;
        let holder = opens(app, "o-somebody", &scene).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Record {
            mei,
            holder,
            response: format!("/responses/{}", text(&submitted["response"]["id"])),
            attachment: format!("/{}", text(&file["url"])),
            consent: format!("/consents/{}", text(&draft["id"])),
        }
    }

    /// A path that names things by ids which name nothing, with those of the record in their place.
    fn real(&self, path: String) -> String {
        let all = [&self.response, &self.attachment, &self.consent];
        all.into_iter().fold(path, |path, one| {
            let (noun, _) = one.rsplit_once('/').unwrap();
            path.replace(&format!("{noun}/01900000-0000-7000-8000-000000000000"), one)
        })
    }
}

#[tokio::test]
async fn nothing_of_the_record_is_told_to_an_account_that_is_not_matched_with_it() {
    for app in App::each().await {
        let record = Record::of(&app).await;
        let holder = &record.holder;
        let [hers, _] = documents();
        for operation in access::all(&hers) {
            if operation.method != Method::GET {
                continue;
            }
            let path = record.real(operation.anywhere());
            let answer = operation.tried_by(holder, &path).await;
            if NOT_OF_THE_RECORD.contains(&operation.id.as_str()) {
                for secret in ["梅秀英", BIRTH, "13800000001"] {
                    assert!(!answer.body.to_string().contains(secret), "{}", operation.id);
                }
            } else {
                let told = (answer.status, answer.code());
                assert_eq!(
                    told,
                    (409, "people.record_mismatch".to_owned()),
                    "{}",
                    operation.id
                );
            }
        }
        for path in ["/QuestionnaireResponse", "/Observation", "/Consent"] {
            assert_eq!(holder.fhir().get(path).await.status, 409, "{path}");
        }
        // Matched, she reads all that is hers.
        writes(holder, BIRTH).await.expect(200);
        for path in [
            record.response.as_str(),
            "/forms",
            "/me/journey",
            "/me/notices",
            "/me/requests",
        ] {
            holder.get(path).await.expect(200);
        }
        assert_eq!(holder.get(&record.attachment).await.status, 200);
        holder.fhir().get("/QuestionnaireResponse").await.expect(200);
        assert_eq!(record.mei.get("/me").await.status, 401);
    }
}

#[tokio::test]
async fn an_account_that_is_not_matched_changes_nothing_of_the_record() {
    for app in App::each().await {
        let record = Record::of(&app).await;
        let holder = &record.holder;
        let me = holder.get("/me").await.expect(200);
        let pregnancy = json!({
            "facility_id": me["facility_id"], "edd": "2026-04-20", "gravidity": 2, "parity": 1, "fetuses": 1,
        });
        is_mismatch(&holder.put("/me/pregnancy", "*", pregnancy).await);
        for (path, body) in [
            (
                "/responses".to_owned(),
                json!({ "questionnaire": "pre-analgesia" }),
            ),
            (
                format!("{}/amendments", record.response),
                json!({ "reason": "补充化验结果。" }),
            ),
            ("/me/erasure".to_owned(), json!({ "text": "请删除我的信息。" })),
            ("/me/requests".to_owned(), json!({ "kind": "close_account" })),
            ("/me/copies".to_owned(), json!({})),
            (record.consent.clone() + "/refuse", json!({})),
        ] {
            is_mismatch(&holder.post(&path, body).await);
        }
    }
}

#[tokio::test]
async fn a_restriction_is_lifted_by_her_word_and_not_by_that_of_whom_she_is_not_matched_with() {
    for app in App::each().await {
        let (mei, lin, qian) = (app.mei().await, app.lin().await, app.qian().await);
        let receipt = mei.post("/me/requests", json!({ "kind": "restrict" })).await;
        let request = receipt.expect(202)["request"]["id"].clone();
        let path = format!("/data-requests/{}/answer", request.as_str().unwrap());
        qian.post(&path, json!({ "outcome": "granted" }))
            .await
            .expect(200);
        app.clock.advance(60);
        sees(&lin, &mei.patient_id).await;
        let scene = invited_anew(&lin, &mei.patient_id).await;
        let words = async || {
            let mut view = app.ctx.view();
            let all: Vec<(bool,)> = view
                .q("select begun from restriction order by id")
                .all()
                .await
                .unwrap();
            all.into_iter().map(|(begun,)| begun).collect::<Vec<_>>()
        };
        let phone = opens(&app, "o-mei-new", &scene).await;
        assert_eq!(words().await, [true], "whoever holds it agreed");
        writes(&phone, BIRTH).await.expect(200);
        app.agrees(&phone).await;
        assert_eq!(words().await, [true, false]);
    }
}
