//! An original that was signed on paper: two people file it, it is in force, and the bedside stays what it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::ceremony::{Ceremony, clear};
use super::over_time::Ward;
use super::templates::{current, recalled};
use super::text_of;
use crate::assessment::recheck::recheck;
use crate::forms::submit;
use crate::support::client::{Answer, Client};

/// The smallest file that is a PDF.
pub const SCAN: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n9\n%%EOF\n";

pub fn filing(ceremony: &Ceremony, pages: &[&[u8]], attestation: Value) -> Value {
    let pages: Vec<Value> = pages
        .iter()
        .map(|page| json!({ "content": STANDARD.encode(page) }))
        .collect();
    json!({
        "signed_at": ceremony.app.clock.now() - chrono::Duration::hours(2), "original_place": "病案室 3 号柜",
        "reason": "停电，手机无法使用", "pages": pages, "attestation": attestation,
        "assessment_waived": "Seen in the clinic today.",
    })
}

impl Ceremony {
    pub async fn paper_word(&self, colleague: &Client) -> Value {
        let body = json!({ "act": "consent.paper", "subject": self.id });
        let word = colleague.post("/attestations", body).await.expect(201);
        word["attestation"].clone()
    }

    /// Sun grades her red.
    async fn is_red(&self) {
        let sun = self.app.sun().await;
        let page = format!("/patients/{}", self.mei.patient_id);
        let etag = sun.get(&page).await.etag();
        let red = json!({ "color": "red", "purple": false, "items": [], "reasons": "血小板减少", "table_version": "2017-35" });
        sun.put(&format!("{page}/risk-color"), &etag, red)
            .await
            .expect(200);
    }

    pub async fn file(&self, body: Value) -> Answer {
        self.step_up().await;
        let etag = self.etag().await;
        self.zhao.post_at(&self.path("/paper"), &etag, body).await
    }
}

/// A picture with something on it.
pub fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_fn(60, 80, |x, y| image::Rgb([(x * 4) as u8, (y * 3) as u8, 90]));
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn an_original_on_paper_is_in_force_once_two_people_stand_for_the_copy() {
    let ceremony = Ceremony::drafted().await;
    let (lin, sun) = (ceremony.app.lin().await, ceremony.app.sun().await);
    let alone = ceremony.file(filing(&ceremony, &[SCAN], Value::Null)).await;
    assert_eq!(alone.code(), "people.second_person_required");
    let no_midwife = ceremony.paper_word(&sun).await;
    let no_midwife = ceremony.file(filing(&ceremony, &[SCAN], no_midwife)).await;
    assert_eq!(no_midwife.code(), "people.second_person_required");
    let word = ceremony.paper_word(&lin).await;
    let body = filing(&ceremony, &[SCAN], word);
    let path = ceremony.path("/paper");
    assert_eq!(ceremony.zhao.post(&path, body.clone()).await.status, 428);
    assert_eq!(lin.post_at(&path, "\"1\"", body.clone()).await.status, 403);
    let filed = ceremony.file(body).await.expect(200);
    assert_eq!(
        (&filed["state"], &filed["medium"]),
        (&json!("active"), &json!("paper"))
    );
    let shown = ceremony.mei.get(&ceremony.path("/document")).await;
    assert_eq!(shown.bytes, SCAN, "the scan itself");
    let notices = ceremony.mei.get("/me/notices").await.expect(200);
    assert!(notices.to_string().contains("consent.activated"), "{notices}");
    ceremony.app.work().await;
    let qian = ceremony.app.qian().await;
    let audit = qian.get("/audit?limit=100").await.expect(200);
    assert!(audit.to_string().contains("consent.paper_filed"), "{audit}");

    // Analgesia treats it as any other one: the bedside confirmation comes first.
    let ward = Ward::of(ceremony).await;
    assert_eq!(ward.time_out().await.code(), "analgesia.consent_missing");
    ward.ceremony.is_confirmed().await;
    ward.time_out().await.expect(201);
}

#[tokio::test]
async fn pictures_of_the_pages_become_one_document() {
    let ceremony = Ceremony::drafted().await;
    let lin = ceremony.app.lin().await;
    let (one, two) = (picture(), picture());
    let mixed = ceremony.file(filing(&ceremony, &[&one, SCAN], json!("x"))).await;
    assert_eq!(mixed.expect(422)["errors"][0]["pointer"], "/pages/1/content");
    let strange = ceremony.file(filing(&ceremony, &[b"GIF89a"], json!("x"))).await;
    assert_eq!(strange.status, 422);
    let word = ceremony.paper_word(&lin).await;
    ceremony
        .file(filing(&ceremony, &[&one, &two], word))
        .await
        .expect(200);
    let shown = ceremony.mei.get(&ceremony.path("/document")).await;
    assert!(shown.bytes.starts_with(b"%PDF"));
    if let Some(text) = text_of(&shown.bytes) {
        assert!(text.contains(&ceremony.id), "each page names the consent: {text}");
    }
    assert_eq!(
        ceremony.confirms(&json!([])).await.status,
        201,
        "what is kept is sound"
    );
}

#[tokio::test]
async fn a_paper_of_another_time_is_no_consent_of_today() {
    let ceremony = Ceremony::drafted().await;
    let lin = ceremony.app.lin().await;
    for days in [-1, 31] {
        let word = ceremony.paper_word(&lin).await;
        let mut body = filing(&ceremony, &[SCAN], word);
        body["signed_at"] = json!(ceremony.app.clock.now() - chrono::Duration::days(days));
        assert_eq!(ceremony.file(body).await.code(), "consent.paper_not_current");
    }
}

#[tokio::test]
async fn paper_is_no_way_around_the_rights_of_the_doctor_nor_her_assessment() {
    let ceremony = Ceremony::drafted().await;
    let lin = ceremony.app.lin().await;
    // A log-in proves for ten minutes who he is, like a step-up.
    ceremony.app.clock.advance(601);
    let word = ceremony.paper_word(&lin).await;
    let body = filing(&ceremony, &[SCAN], word);
    let etag = ceremony.etag().await;
    let unproved = ceremony
        .zhao
        .post_at(&ceremony.path("/paper"), &etag, body.clone())
        .await;
    assert_eq!(unproved.code(), "people.step_up_required");
    let mut unsaid = body.clone();
    unsaid.as_object_mut().unwrap().remove("assessment_waived");
    assert_eq!(ceremony.file(unsaid).await.code(), "consent.assessment_missing");

    let wu = ceremony.app.wu().await;
    let me = ceremony.zhao.get("/me").await.expect(200);
    let path = format!("/staff/{}", me["id"].as_str().unwrap());
    for (license, senior, granted, code) in [
        (json!("1101100000zhao"), true, false, "consent.privilege_missing"),
        (Value::Null, true, true, "consent.license_missing"),
        (json!("1101100000zhao"), false, true, "consent.senior_needed"),
    ] {
        if code == "consent.senior_needed" {
            ceremony.is_red().await;
        }
        let account = wu.get(&path).await;
        let account_body = json!({
            "username": "zhao", "name": "赵明", "license": license, "title": account.body["title"],
            "role": "anesthesiologist", "senior": senior, "consent_privilege": { "granted": granted },
        });
        wu.put(&path, &account.etag(), account_body).await.expect(200);
        let refused = ceremony.file(body.clone()).await;
        assert_eq!((refused.status, refused.code().as_str()), (409, code));
    }
    assert_eq!(ceremony.state().await, "draft");
}

#[tokio::test]
async fn a_minors_paper_rests_on_her_guardian_and_her_birthday_is_watched() {
    let ceremony = Ceremony::drafted_born("2008-03-12").await;
    let lin = ceremony.app.lin().await;
    let word = ceremony.paper_word(&lin).await;
    let mut body = filing(&ceremony, &[SCAN], word);
    body["signing"] = json!({ "basis": "patient" });
    let alone = ceremony.file(body.clone()).await;
    assert_eq!(alone.code(), "consent.basis_not_allowed");
    body["signing"] = json!({});
    let filed = ceremony.file(body).await.expect(200);
    assert_eq!(filed["basis"], "guardian");
    ceremony.app.clock.advance(11 * 86_400);
    ceremony.app.work().await;
    let zhao = ceremony.app.zhao().await;
    let asked = ceremony.tasks_of(&zhao, "consent.renew_own_decision").await;
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn no_paper_is_filed_on_a_recalled_wording() {
    let ceremony = Ceremony::drafted().await;
    let id = current(&ceremony.zhao, "zh-CN").await.unwrap()["id"].clone();
    recalled(&ceremony.app, id.as_str().unwrap()).await;
    let word = ceremony.paper_word(&ceremony.app.lin().await).await;
    let refused = ceremony.file(filing(&ceremony, &[SCAN], word)).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.template_recalled")
    );
}

#[tokio::test]
async fn what_the_paper_names_is_known_with_its_level_and_a_graver_one_is_not() {
    let ceremony = Ceremony::drafted().await;
    submit(&ceremony.app, &ceremony.mei, json!({ "lab.plt": 85 })).await;
    clear(&ceremony.zhao).await;
    let page = ceremony.zhao.get(&ceremony.path("")).await;
    let (etag, page) = (page.etag(), page.expect(200));
    let risks = page["risks"].as_array().unwrap().iter();
    let confirm: Vec<Value> = risks.map(|risk| risk["rule"].clone()).collect();
    ceremony
        .zhao
        .put(&ceremony.path("/risks"), &etag, json!({ "confirm": confirm }))
        .await
        .expect(200);
    let word = ceremony.paper_word(&ceremony.app.lin().await).await;
    ceremony.file(filing(&ceremony, &[SCAN], word)).await.expect(200);
    let ward = Ward::of(ceremony).await;
    ward.ceremony.is_confirmed().await;
    ward.time_out().await.expect(201);
    recheck(&ward.ceremony.app, &ward.ceremony.mei, json!({ "lab.plt": 65 })).await;
    ward.ceremony.app.work().await;
    let asked = ward
        .ceremony
        .tasks_of(&ward.ceremony.zhao, "consent.renew_risk")
        .await;
    assert_eq!(asked.len(), 1);
}
