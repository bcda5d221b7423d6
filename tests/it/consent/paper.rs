//! An original that was signed on paper: two people file it, it is in force, and the bedside stays what it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::over_time::Ward;
use super::text_of;
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
    })
}

impl Ceremony {
    pub async fn paper_word(&self, colleague: &Client) -> Value {
        let body = json!({ "act": "consent.paper", "subject": self.id });
        let word = colleague.post("/attestations", body).await.expect(201);
        word["attestation"].clone()
    }

    async fn file(&self, body: Value) -> Answer {
        let etag = self.etag().await;
        self.zhao.post_at(&self.path("/paper"), &etag, body).await
    }
}

/// A picture with something on it.
fn picture() -> Vec<u8> {
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
