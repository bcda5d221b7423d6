//! A write that a phone sends twice happens once.
//!
//! `support::again` sends every keyed `POST` of every chapter a second time and wants the first answer. Here it is
//! made sure that no operation escapes: what the story doesn't do stands below with the chapter that does it. If you
//! added a `POST` and came here: let a chapter do it with a key, and name the chapter.

use std::collections::BTreeSet;

use muan::demo::walk_labor::well;
use serde_json::json;

use crate::openapi::{documents, operations};
use crate::story;
use crate::support::App;
use crate::support::walk::to_the_survey;

/// Not in the story: operation and chapter.
const ELSEWHERE: &[(&str, &str)] = &[
    ("analgesia.close", "analgesia"),
    ("analgesia.close_alarm", "analgesia::alarms"),
    ("analgesia.complication", "analgesia"),
    ("analgesia.correct", "analgesia::corrections"),
    ("analgesia.report_pain", "analgesia::corrections"),
    ("analgesia.request", "analgesia"),
    ("analgesia.take_alarm", "analgesia::alarms"),
    ("consent.acknowledge", "consent::witnessed"),
    ("consent.answer", "consent"),
    ("consent.ask", "consent"),
    ("consent.ask_aloud", "consent::voice"),
    ("consent.authorize", "consent::agents"),
    ("consent.conversation", "access"),
    ("consent.explain", "consent::explained"),
    ("consent.later", "consent::explained"),
    ("consent.paper", "consent::paper"),
    ("consent.prepare", "idempotency"),
    ("consent.refuse", "consent"),
    ("consent.refuse_staff", "consent::ways_out"),
    ("consent.record_character", "consent::characters"),
    ("consent.release_strokes", "consent::strokes"),
    ("consent.reissue", "consent::ways_out"),
    ("consent.return", "consent"),
    ("consent.template_draft", "consent::templates"),
    ("consent.template_publish", "consent::templates"),
    ("consent.template_recall", "consent::rewording"),
    ("consent.template_review", "consent::templates"),
    ("consent.void", "consent::ways_out"),
    ("consent.waive", "consent"),
    ("consent.withdraw", "consent"),
    ("consent.withdraw_staff", "consent::ways_out"),
    ("education.book_class", "education::classes"),
    ("education.cancel_class", "education::classes"),
    ("education.check_in", "education::classes"),
    ("education.offer_class", "education::classes"),
    ("education.search", "education"),
    ("episode.access", "episode::access"),
    ("episode.review_access", "episode::access"),
    ("episode.subscribe", "episode::notices"),
    ("episode.task_done", "episode"),
    ("episode.tell_ending", "episode::gone"),
    ("episode.tell_loss", "episode::lost"),
    ("followup.acknowledge", "followup"),
    ("followup.close_alert", "followup"),
    ("followup.confirm_pdph", "followup::headache"),
    ("followup.enter", "idempotency"),
    ("followup.examine", "followup::examined"),
    ("followup.log_call", "followup::lost"),
    ("followup.lose", "followup::lost"),
    ("forms.abandon", "forms::drafts"),
    ("forms.amend", "forms::amendments"),
    ("forms.attach", "forms::attachments"),
    ("forms.renew", "forms::drafts"),
    ("forms.verify", "forms"),
    ("forms.withdraw", "forms::withdrawn"),
    ("people.answer_request", "people::rights"),
    ("people.approve_destruction", "people::retention"),
    ("people.bind_phone", "idempotency"),
    ("people.confirm_passkey", "people::passkeys"),
    ("people.confirm_totp", "people::second_factor"),
    ("people.device_session", "consent::identity"),
    ("people.enroll_passkey", "people::passkeys"),
    ("people.enroll_totp", "people::second_factor"),
    ("people.erasure", "people::rights"),
    ("people.file_assessment", "people::assessments"),
    ("people.guardian_withdraw", "consent::guardians"),
    ("people.hold", "people::retention"),
    ("people.invite", "idempotency"),
    ("people.issue_copy", "people::copies"),
    ("people.issue_copy_patient", "people::copies"),
    ("people.list_destruction", "people::retention"),
    ("people.qualify", "people::qualifications"),
    ("people.release_hold", "people::retention"),
    ("people.release_seal", "people::sealing"),
    ("people.request", "people::rights"),
    ("people.seal", "people::sealing"),
    ("people.seal_again", "people::sealing"),
    ("people.seal_claim", "people::sealing"),
    ("people.sign_seal", "people::sealing"),
    ("people.staff_add", "people"),
    ("people.staff_reset", "idempotency"),
    ("quality.move_supply", "quality::supplies"),
    ("quality.accept_referral", "quality::referrals"),
    ("quality.close_case", "quality::cases"),
    ("quality.decline_referral", "quality::referrals"),
    ("quality.follow_case", "quality::cases"),
    ("quality.plan_case", "quality::cases"),
    ("quality.refer", "quality::cases"),
    ("quality.report_case", "quality::cases"),
    ("quality.return_referral", "quality::referrals"),
    ("quality.withdraw_referral", "quality::referrals"),
    ("quality.train", "quality::trainings"),
    ("quality.attach_readiness", "quality::readiness"),
    ("quality.check_readiness", "quality::readiness"),
    ("quality.report", "quality"),
    ("quality.keep_draft", "quality::drafts"),
    ("quality.submit_draft", "quality::drafts"),
    ("quality.attach", "quality::drafts"),
];

/// Keys are ignored under `/sessions`: each log-in is a session of its own.
const ONCE: &[&str] = &[
    "people.log_in_passkey",
    "people.log_in_passkey_begin",
    "people.log_in_patient",
    "people.log_in_sign_on",
    "people.log_in_sign_on_begin",
    "people.log_in_staff",
    "people.step_up",
];

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(&path)
            .all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
}

#[tokio::test]
async fn every_write_was_sent_twice_and_answered_the_same() {
    let app = App::new().await;
    story::walk(&app).await;
    let replayed = app.replayed();
    let mut left = BTreeSet::new();
    for document in documents() {
        for (method, template, operation) in operations(&document) {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            if method == "POST" && !replayed.iter().any(|path| fits(&template, path)) {
                left.insert(id);
            }
        }
    }
    let named = ELSEWHERE.iter().map(|(id, _)| *id).chain(ONCE.iter().copied());
    assert_eq!(
        left,
        named.map(str::to_owned).collect(),
        "see the head of this file"
    );
}

#[tokio::test]
async fn what_no_other_chapter_does_happens_once_as_well() {
    let app = App::new().await;
    let (lin, zhao, wu) = (app.lin().await, app.zhao().await, app.wu().await);

    let mei = app.mei().await;
    let code = app.simulator.phone_code(&mei.openid, "13800000009").code;
    mei.post("/me/phone", json!({ "wechat_code": code }))
        .await
        .expect(200);
    let invitation = format!("/patients/{}/invitation", mei.patient_id);
    lin.post(&invitation, json!(null)).await.expect(201);
    zhao.post("/consents", json!({ "patient": mei.patient_id }))
        .await
        .expect(201);

    let staff = wu.get("/staff").await.expect(200);
    let midwife = staff["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["username"] == "lin");
    let reset = format!("/staff/{}/reset", midwife.unwrap()["id"].as_str().unwrap());
    wu.post(&reset, json!(null)).await.expect(201);
}

#[tokio::test]
async fn a_follow_up_that_staff_enter_twice_is_entered_once() {
    let app = App::new().await;
    to_the_survey(&app).await;
    app.clock.advance(2 * 86_400);
    app.work().await;
    let lin = app.lin().await;
    let due = lin.get("/follow-ups?state=due").await.expect(200);
    let points = due["items"].as_array().unwrap();
    let point = points
        .iter()
        .find(|point| point["form"] == "follow-up-f72")
        .unwrap();
    let form = &app.ctx.content.forms.current("follow-up-f72").unwrap().form;
    let content = form.response_from_flat(&well("follow-up-f72"));
    let path = format!("/follow-ups/{}/responses", point["id"].as_str().unwrap());
    let entered = lin.post(&path, json!({ "content": content })).await.expect(201);
    assert_eq!(entered["level"], "none");
    let left = lin.get("/follow-ups?state=due").await.expect(200);
    assert!(
        !left.to_string().contains(point["id"].as_str().unwrap()),
        "{left}"
    );
}
