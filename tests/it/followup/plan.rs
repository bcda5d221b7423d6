//! Who is followed up from when, and who is left in peace.

use serde_json::json;

use super::ward::{Ward, text};
use crate::analgesia::birth;

#[tokio::test]
async fn a_block_written_up_after_the_birth_brings_follow_up_and_the_survey() {
    let ward = Ward::open().await;
    ward.deliver(birth()).await;
    assert_eq!(ward.points("?state=upcoming").await.len(), 0);
    ward.block().await;
    let points = ward.points("?state=upcoming").await;
    assert_eq!(points.len(), 4);
    assert_eq!(points[0]["born_at"], "2026-03-02T00:58:00Z");
    let journey = ward.mei.get("/me/journey").await.expect(200);
    let steps = journey["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["kind"] == "survey"), "{journey}");
}

#[tokio::test]
async fn a_woman_who_leaves_after_a_dose_is_followed_from_a_day_after_it() {
    for reason in ["transferred", "discharged"] {
        let ward = Ward::open().await;
        ward.block().await;
        ward.leave(reason).await;
        let first = ward.point("?state=upcoming", "f24").await;
        assert_eq!(first["due"], "2026-03-04T00:45:00Z", "{reason}");
        ward.wait(44).await;
        let mei = ward.mei_again().await;
        let journey = mei.get("/me/journey").await.expect(200);
        assert!(
            !journey.to_string().contains("\"survey\""),
            "nobody here knows of a birth"
        );
        mei.post("/responses", json!({ "questionnaire": "follow-up-f24" }))
            .await
            .expect(201);
    }
}

/// Whether the form that she is given has a question.
async fn asks(ward: &Ward, form: &str, link_id: &str) -> bool {
    let mei = ward.mei_again().await;
    let form = mei.get(&format!("/questionnaires/{form}")).await.expect(200);
    form.to_string().contains(link_id)
}

#[tokio::test]
async fn nobody_speaks_of_a_baby_to_a_woman_whose_birth_is_unknown() {
    let ward = Ward::open().await;
    ward.block().await;
    ward.leave("transferred").await;
    let points = ward.points("?state=upcoming").await;
    assert!(
        points.iter().all(|point| point["after_loss"] == true),
        "{points:?}"
    );
    assert!(!asks(&ward, "follow-up-f24", "fu.feeding").await);
    assert!(asks(&ward, "follow-up-f24", "fu.headache").await);
    assert!(ward.tasks("zhao", "followup.loss_call").await.is_empty());
}

#[tokio::test]
async fn a_woman_who_is_taken_elsewhere_after_the_birth_is_asked_of_herself_and_called_by_the_anesthesiologist()
 {
    let ward = Ward::after_birth().await;
    assert!(asks(&ward, "follow-up-f24", "fu.feeding").await);
    ward.wait(20).await;
    ward.leave("transferred").await;
    let points = ward.points("?state=due").await;
    assert_eq!((points.len(), &points[0]["after_loss"]), (1, &json!(true)));
    for form in ["follow-up-f24", "follow-up-f42"] {
        assert!(!asks(&ward, form, "fu.feeding").await, "{form}");
    }
    assert!(asks(&ward, "follow-up-f24", "fu.headache").await);
    ward.wait(4).await;
    assert!(ward.tasks("lin", "followup.phone").await.is_empty());
    assert_eq!(
        ward.tasks("zhao", "followup.phone").await.len(),
        1,
        "nobody is at her bedside"
    );
    assert!(ward.tasks("zhao", "followup.loss_call").await.is_empty());
    let told = ward.notices().await;
    assert!(told.iter().all(|(_, about)| about != "satisfaction"), "{told:?}");
    let mei = ward.mei_again().await;
    let survey = json!({ "questionnaire": "satisfaction" });
    let refused = mei.post("/responses", survey).await;
    assert_eq!(refused.code(), "forms.window_closed");
}

#[tokio::test]
async fn a_loss_that_was_another_womans_is_taken_back() {
    let ward = Ward::open().await;
    ward.block().await;
    let mut loss = birth();
    loss["babies"][0]["outcome"] = json!("neonatal_death");
    ward.deliver(loss).await;
    assert_eq!(ward.tasks("zhao", "followup.loss_call").await.len(), 1);
    assert!(!asks(&ward, "follow-up-f24", "fu.feeding").await);
    let mut alive = birth();
    alive["correction_reason"] = json!("写到了别人的病历");
    ward.deliver(alive).await;
    assert!(ward.tasks("zhao", "followup.loss_call").await.is_empty());
    assert!(asks(&ward, "follow-up-f24", "fu.feeding").await);
    ward.wait(20).await;
    let mei = ward.mei_again().await;
    mei.post("/responses", json!({ "questionnaire": "satisfaction" }))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_labor_that_was_opened_by_mistake_is_not_followed() {
    let ward = Ward::open().await;
    ward.block().await;
    ward.without_block().await;
    ward.leave("cancelled").await;
    assert_eq!(ward.points("?state=upcoming").await.len(), 0);
}

#[tokio::test]
async fn a_mother_who_died_is_asked_nothing() {
    let ward = Ward::after_birth().await;
    ward.complication("maternal_death").await;
    let ended = ward.points("?state=ended").await;
    assert_eq!(ended.len(), 4);
    for _ in 0..12 {
        ward.wait(24).await;
    }
    assert_eq!(ward.notices().await, []);
    assert!(ward.tasks("lin", "followup.phone").await.is_empty());
    let form = json!({ "questionnaire": "follow-up-f7" });
    let refused = ward.mei_again().await.post("/responses", form).await;
    assert_eq!(refused.code(), "forms.window_closed");
    assert_suppressed(&ward).await;
}

#[tokio::test]
async fn a_mother_who_nearly_died_is_phoned_by_the_anesthesiologist_and_neither_reminded_nor_surveyed() {
    let ward = Ward::after_birth().await;
    ward.complication("maternal_arrest").await;
    for _ in 0..12 {
        ward.wait(24).await;
    }
    assert_eq!(ward.notices().await, []);
    assert!(ward.tasks("lin", "followup.phone").await.is_empty());
    assert_eq!(
        ward.tasks("zhao", "followup.phone").await.len(),
        3,
        "of a day, of three days and of a week"
    );
    let mei = ward.mei_again().await;
    let survey = mei
        .post("/responses", json!({ "questionnaire": "satisfaction" }))
        .await;
    assert_eq!(survey.code(), "forms.window_closed");
    mei.post("/responses", json!({ "questionnaire": "follow-up-f7" }))
        .await
        .expect(201);
    assert_suppressed(&ward).await;
}

#[tokio::test]
async fn a_mother_with_toxicity_in_intensive_care_is_not_asked_how_satisfied_she_is() {
    let ward = Ward::after_birth().await;
    ward.complication_of("last", 2).await;
    assert_eq!(ward.points("?state=ended").await.len(), 0);
    ward.complication_of("last", 3).await;
    for _ in 0..4 {
        ward.wait(24).await;
    }
    assert_eq!(ward.notices().await, []);
    assert_suppressed(&ward).await;
}

/// Her missing reply says nothing about satisfaction.
async fn assert_suppressed(ward: &Ward) {
    let figures = ward
        .staff("qian")
        .await
        .get("/indicators?from=2026-03-01&to=2026-03-31")
        .await
        .expect(200);
    let rows = figures["items"].as_array().unwrap();
    let literal = rows.iter().find(|row| row["code"] == "N4-lit").unwrap();
    assert_eq!(literal["notes"][0]["reason"], "survey_suppressed", "{literal}");
}

#[tokio::test]
async fn a_corrected_birth_moves_what_is_not_answered_and_its_reminders() {
    let ward = Ward::after_birth().await;
    let mut corrected = birth();
    corrected["mode"] = json!("vacuum");
    corrected["babies"][0]["born_at"] = json!("2026-03-02T00:48:00Z");
    corrected["correction_reason"] = json!("时间录错了");
    ward.deliver(corrected).await;
    let first = ward.point("?state=upcoming", "f24").await;
    assert_eq!(first["due"], "2026-03-03T00:48:00Z");
    let told = |all: Vec<(String, String)>| all.iter().filter(|(_, about)| about == "f24").count();
    ward.wait(23).await;
    assert_eq!(told(ward.notices().await), 1, "at eight");
    ward.app.clock.advance(50 * 60);
    ward.app.work().await;
    assert_eq!(told(ward.notices().await), 2, "at 08:48");
    ward.wait(1).await;
    assert_eq!(told(ward.notices().await), 2, "nothing of the old plan at 08:58");
}

#[tokio::test]
async fn after_the_death_of_a_baby_the_forms_that_wait_leave_it_out() {
    let ward = Ward::after_birth().await;
    ward.wait(20).await;
    let mut corrected = birth();
    corrected["babies"][0]["outcome"] = json!("neonatal_death");
    corrected["correction_reason"] = json!("转科后死亡");
    ward.deliver(corrected).await;
    let first = ward.point("?state=due", "f24").await;
    assert_eq!(first["after_loss"], true);
    assert_eq!(ward.tasks("zhao", "followup.loss_call").await.len(), 1);
    let mei = ward.mei_again().await;
    let draft = mei
        .post("/responses", json!({ "questionnaire": "follow-up-f24" }))
        .await
        .expect(201);
    let path = format!("/responses/{}", text(&draft, "id"));
    let etag = mei.get(&path).await.etag();
    let forms = &ward.app.ctx.content.forms;
    let mut flat = muan::demo::walk_labor::well("follow-up-f24");
    let full = forms
        .current("follow-up-f24")
        .unwrap()
        .form
        .response_from_flat(&flat);
    let refused = mei
        .put(&path, &etag, json!({ "content": full }))
        .await
        .expect(422);
    let of = |name: &str| refused["errors"][0][name].clone();
    assert_eq!(
        (of("code"), of("pointer")),
        (json!("invalidLinkId"), json!("/content/item/4/item/0"))
    );
    flat.retain(|item, _| !item.starts_with("fu.feeding"));
    let gentle = forms.after_loss("follow-up-f24").unwrap().form.clone();
    let content = json!({ "content": gentle.response_from_flat(&flat) });
    mei.put(&path, &etag, content).await.expect(200);
    mei.post(&format!("{path}/submit"), json!({})).await.expect(200);
    let survey = mei
        .post("/responses", json!({ "questionnaire": "satisfaction" }))
        .await;
    assert_eq!(survey.code(), "forms.window_closed");
    ward.wait(5 * 24).await;
    let surveys = ward.notices().await;
    assert!(
        surveys.iter().all(|(_, about)| about != "satisfaction"),
        "{surveys:?}"
    );
}
