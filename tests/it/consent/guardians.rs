//! A girl under 14: her guardian's agreement to the use of her data, a text of its own (CE-062).

use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::paper::{SCAN, filing};
use super::signers::{ADULT, person, refused};
use crate::fhir::{found, resource};
use crate::forms::attachments::{photo, sent};
use crate::support::client::Answer;

/// A girl of 13.
const GIRL: &str = "2012-06-01";

fn mother() -> Value {
    person("guardian", "陈芳", "母亲")
}

impl Ceremony {
    /// Ready to be signed by a girl of 13 and her mother, whose document staff have just seen.
    async fn of_a_girl() -> Ceremony {
        let ceremony = Ceremony::drafted_born(GIRL).await;
        // An income of her own makes no adult of her.
        let released = ceremony
            .released_to(true, json!({ "own_income": true }))
            .await
            .expect(200);
        assert_eq!(released["basis"], "guardian");
        ceremony.is_ready().await;
        ceremony.sees(&mother()).await;
        ceremony
    }

    /// The rules on a child's data as her page shows them.
    async fn rules(&self) -> Value {
        let all = self.mei.get("/me/guardian-agreements").await.expect(200);
        assert_eq!(all.as_array().unwrap().len(), 1);
        all[0].clone()
    }

    /// Her mother's word on the text that is shown, changed by `other`.
    async fn says(&self, accepted: bool, other: Value) -> Answer {
        let rules = self.rules().await;
        let mut guardian = mother();
        guardian.as_object_mut().unwrap().remove("kind");
        let mut body = json!({
            "version": rules["version"], "sha256": rules["sha256"], "accepted": accepted, "guardian": guardian,
        });
        let members = body.as_object_mut().unwrap();
        members.extend(other.as_object().unwrap().clone());
        self.mei
            .put_bare("/me/guardian-agreements/child_data", body)
            .await
    }

    /// What the page says is still to be agreed to.
    async fn unagreed(&self) -> Value {
        let page = self.mei.get(&self.path("")).await.expect(200);
        page["missing"]["agreements"].clone()
    }
}

#[tokio::test]
async fn of_a_girl_under_fourteen_nobody_signs_before_her_guardian_agrees_to_the_text_on_her_data() {
    let ceremony = Ceremony::of_a_girl().await;
    assert_eq!(ceremony.unagreed().await, json!(["child_data"]));
    for (signer, phase) in [(Some(mother()), 1), (None, 2)] {
        let answer = ceremony.signs(signer.as_ref(), phase).await;
        refused(&answer, "people.agreement_missing");
    }
    let rules = ceremony.rules().await;
    assert_eq!(
        (&rules["required"], &rules["accepted"]),
        (&json!(true), &Value::Null)
    );
    // What was read is what is agreed to: the text, its version and its digest.
    let another = json!({ "sha256": "0".repeat(64) });
    refused(&ceremony.says(true, another).await, "people.agreement_version");
    let older = json!({ "version": "0.9.0" });
    refused(&ceremony.says(true, older).await, "people.agreement_version");
    let stranger =
        json!({ "guardian": { "name": "陈芳", "relation": "姑妈", "document_ref": "户口簿 0012" } });
    refused(&ceremony.says(true, stranger).await, "people.guardian_unchecked");
    let agreed = ceremony.says(true, json!({})).await.expect(200);
    assert_eq!(agreed["accepted"], true);
    assert_eq!(ceremony.unagreed().await, json!([]));
    ceremony.signs(Some(&mother()), 3).await.expect(201);
    let signed = ceremony.signs(None, 4).await.expect(201);
    assert_eq!(signed["state"], "patient_signed");
    let all = ["explained", "identity", "capacity"];
    ceremony.countersigned(&ceremony.zhao, &all).await.expect(200);

    let kept = ceremony.section(13, "data_consents").await;
    let of_guardian = kept
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["kind"] == "child_data")
        .unwrap();
    assert_eq!(
        (
            &of_guardian["version"],
            &of_guardian["sha256"],
            &of_guardian["accepted"]
        ),
        (&rules["version"], &rules["sha256"], &json!(true))
    );
    assert_eq!(of_guardian["by"], mother());
    assert!(of_guardian["checked_at"].is_string());
    let others = ceremony.section(11, "others").await;
    assert_eq!(others[0]["act"]["signer"]["data_agreement"], of_guardian["id"]);

    let entry = ceremony.act_of("people.guardian_agree").await;
    assert_eq!(
        (&entry["detail"]["sha256"], &entry["detail"]["accepted"]),
        (&rules["sha256"], &json!(true))
    );
    assert!(!entry.to_string().contains("陈芳"), "{entry}");
    let consents = resource(ceremony.mei.fhir().get("/Consent?scope=patient-privacy").await);
    let told = found(&consents)
        .into_iter()
        .find(|one| one["id"].as_str().unwrap().ends_with(".child-data"))
        .unwrap();
    assert_eq!(
        (&told["status"], &told["performer"][0]["type"]),
        (&json!("active"), &json!("RelatedPerson"))
    );
}

#[tokio::test]
async fn what_a_guardian_takes_back_counts_for_no_new_signature() {
    let ceremony = Ceremony::of_a_girl().await;
    ceremony.says(true, json!({})).await.expect(200);
    ceremony.signs(Some(&mother()), 1).await.expect(201);
    // In person, on her page; an old text can be taken back as well.
    let older = json!({ "version": "0.9.0", "sha256": "0".repeat(64) });
    let said = ceremony.says(false, older).await.expect(200);
    assert_eq!(said["accepted"], false);
    refused(&ceremony.signs(None, 2).await, "people.agreement_missing");
    ceremony.says(true, json!({})).await.expect(200);

    // Or by telling staff.
    let lin = ceremony.app.lin().await;
    let path = format!("/patients/{}/guardian-withdrawals", ceremony.mei.patient_id);
    let mut guardian = mother();
    guardian.as_object_mut().unwrap().remove("kind");
    let body = json!({ "kind": "child_data", "guardian": guardian });
    let word = lin.post(&path, body.clone()).await.expect(201);
    assert_eq!(
        (&word["accepted"], &word["sha256"]),
        (&json!(false), &ceremony.rules().await["sha256"])
    );
    assert_eq!(lin.post(&path, body).await.status, 404, "nothing stands any more");
    refused(&ceremony.signs(None, 3).await, "people.agreement_missing");
    assert_eq!(ceremony.state().await, "ready");
    let entry = ceremony.act_of("people.guardian_withdraw").await;
    assert_eq!(entry["detail"]["in_person"], false);

    ceremony.says(true, json!({})).await.expect(200);
    ceremony.signs(None, 4).await.expect(201);
    assert_eq!(ceremony.state().await, "patient_signed");
    let copy = ceremony.mei.get("/me/export").await.expect(200);
    let said: Vec<&Value> = copy["guardian_agreements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["accepted"])
        .collect();
    assert_eq!(said, [true, false, true, false, true], "each word is kept");
}

#[tokio::test]
async fn the_rules_on_a_childs_data_stand_in_both_languages_part_by_part_and_no_adult_needs_them() {
    let ceremony = Ceremony::drafted_born(ADULT).await;
    let mut digests = Vec::new();
    for (language, word) in [("zh-CN", "未满14周岁"), ("en", "under 14")] {
        let all = ceremony
            .mei
            .speaking(language)
            .get("/me/guardian-agreements")
            .await
            .expect(200);
        let rules = &all[0];
        assert!(rules["title"].as_str().unwrap().contains(word), "{rules}");
        for part in ["purpose", "data", "recipients", "period", "necessity", "effect"] {
            assert!(!rules[part].as_str().unwrap().is_empty(), "{part} of {rules}");
        }
        assert_eq!(rules["required"], false);
        digests.push(rules["sha256"].clone());
    }
    assert_eq!(digests[0], digests[1], "one digest over both");
    let hers = ceremony.mei.get("/me/agreements").await.expect(200);
    assert!(
        !hers.to_string().contains("child_data"),
        "she can't give it herself"
    );
    let body = json!({ "version": "1.0.0", "accepted": true });
    let own = ceremony.mei.put_bare("/me/agreements/child_data", body).await;
    assert_eq!(own.status, 404);
}

#[tokio::test]
async fn a_girl_under_fourteen_answers_nothing_before_her_guardian_agrees() {
    let ceremony = Ceremony::drafted_born(GIRL).await;
    let girl = &ceremony.mei;
    let form = json!({ "questionnaire": "pre-analgesia" });
    refused(
        &girl.post("/responses", form.clone()).await,
        "people.agreement_missing",
    );
    refused(
        &sent(girl, "image/jpeg", "a", photo()).await,
        "people.agreement_missing",
    );
    let lessons = girl.get("/lessons").await.expect(200);
    let lesson = &lessons[0];
    let progress = format!("/lessons/{}/progress", lesson["slug"].as_str().unwrap());
    let read = json!({ "version": lesson["version"], "position": 1, "seconds": 5, "completed": false });
    refused(
        &girl.put_bare(&progress, read.clone()).await,
        "people.agreement_missing",
    );
    // What is written of her can be put right meanwhile.
    let me = girl.get("/me").await;
    let profile = json!({ "name": "梅秀英", "birth_date": GIRL, "height_cm": "150", "language": "zh-CN" });
    girl.put("/me", &me.etag(), profile).await.expect(200);

    ceremony.sees(&mother()).await;
    ceremony.says(true, json!({})).await.expect(200);
    let draft = girl.post("/responses", form).await;
    let etag = draft.etag();
    let draft = draft.expect(201);
    sent(girl, "image/jpeg", "b", photo()).await.expect(201);
    girl.put_bare(&progress, read).await.expect(200);

    ceremony.says(false, json!({})).await.expect(200);
    let path = format!("/responses/{}", draft["id"].as_str().unwrap());
    let saved = girl
        .put(&path, &etag, json!({ "content": draft["content"] }))
        .await;
    refused(&saved, "people.agreement_missing");
    let submitted = girl.post(&format!("{path}/submit"), json!({})).await;
    refused(&submitted, "people.agreement_missing");
}

#[tokio::test]
async fn a_girls_paper_comes_with_her_guardians_agreement_to_the_text_on_her_data() {
    let ceremony = Ceremony::drafted_born(GIRL).await;
    let word = ceremony.paper_word(&ceremony.app.lin().await).await;
    let mut body = filing(&ceremony, &[SCAN], word);
    refused(&ceremony.file(body.clone()).await, "people.agreement_missing");
    let mut guardian = mother();
    guardian.as_object_mut().unwrap().remove("kind");
    body["child_data"] = json!({ "version": "0.9.0", "guardian": guardian });
    refused(&ceremony.file(body.clone()).await, "people.agreement_version");
    let rules = ceremony.rules().await;
    body["child_data"]["version"] = rules["version"].clone();
    let mut nameless = body.clone();
    nameless["child_data"]["guardian"]["name"] = json!(" ");
    let told = ceremony.file(nameless).await.expect(422);
    assert_eq!(told["errors"][0]["pointer"], "/child_data/guardian/name");
    let filed = ceremony.file(body).await.expect(200);
    assert_eq!(
        (&filed["state"], &filed["basis"]),
        (&json!("active"), &json!("guardian"))
    );
    assert_eq!(ceremony.rules().await["accepted"], true);
    let kept = ceremony.section(13, "data_consents").await;
    assert_eq!(kept[0]["by"], mother());
    assert_eq!(kept[0]["sha256"], rules["sha256"]);
    let answered = json!({ "questionnaire": "pre-analgesia" });
    ceremony.mei.post("/responses", answered).await.expect(201);
}

#[tokio::test]
async fn a_guardian_who_agreed_on_her_page_need_not_do_so_on_paper_and_no_adult_is_asked() {
    let ceremony = Ceremony::drafted_born(GIRL).await;
    ceremony.sees(&mother()).await;
    ceremony.says(true, json!({})).await.expect(200);
    let word = ceremony.paper_word(&ceremony.app.lin().await).await;
    ceremony.file(filing(&ceremony, &[SCAN], word)).await.expect(200);

    let adult = Ceremony::drafted_born(ADULT).await;
    let word = adult.paper_word(&adult.app.lin().await).await;
    let mut body = filing(&adult, &[SCAN], word);
    let mut guardian = mother();
    guardian.as_object_mut().unwrap().remove("kind");
    body["child_data"] = json!({ "version": "1.0.0", "guardian": guardian });
    let told = adult.file(body.clone()).await.expect(422);
    assert_eq!(told["errors"][0]["pointer"], "/child_data");
    body.as_object_mut().unwrap().remove("child_data");
    adult.file(body).await.expect(200);
    let absent = adult.section(13, "data_consents").await;
    assert_eq!(absent["absent"], true);
}
