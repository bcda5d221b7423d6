//! A name with a character that no font has: a recorded picture of it stands in the document (CE-152).

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::text_of;
use crate::support::client::{Answer, Client};

/// Of CJK Extension H: no complete free font has it.
const RARE: &str = "𲎯";

/// Dark strokes on what is see-through, in base 64.
pub fn drawing(strokes: u32) -> String {
    let picture = RgbaImage::from_fn(96, 96, |x, y| {
        let ink = x * strokes / 96 % 2 == 1 || (44..52).contains(&y);
        Rgba([10, 10, 40, if ink { 255 } else { 0 }])
    });
    encoded(&DynamicImage::ImageRgba8(picture), ImageFormat::Png)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> String {
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    STANDARD.encode(out.into_inner())
}

pub async fn records(colleague: &Client, character: &str, picture: String) -> Answer {
    let body = json!({ "character": character, "description": "⿰木赫", "picture": picture });
    colleague.post("/characters", body).await
}

/// The file checked by another program; nothing, said aloud, where it is not installed.
fn checked(pdf: &[u8], program: &str, before: &[&str]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("consent.pdf");
    std::fs::write(&file, pdf).unwrap();
    let Ok(output) = Command::new(program).args(before).arg(&file).output() else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    assert!(output.status.success(), "{program}: {output:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

impl Ceremony {
    /// A draft of a woman whose name has the rare character.
    async fn of_a_rare_name() -> Ceremony {
        let ceremony = Ceremony::drafted().await;
        let etag = ceremony.mei.get("/me").await.etag();
        let name = format!("李{RARE}");
        let profile = json!({ "name": name, "birth_date": "1996-03-12", "language": "zh-CN" });
        ceremony.mei.put("/me", &etag, profile).await.expect(200);
        ceremony
    }

    async fn is_released_or_not(&self) -> Answer {
        let body = json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Seen today." });
        self.zhao.post_at(&self.path("/release"), "\"1\"", body).await
    }
}

#[tokio::test]
async fn a_name_that_no_font_can_print_is_printed_with_a_recorded_picture() {
    let ceremony = Ceremony::of_a_rare_name().await;
    let lu = ceremony.app.lu().await;
    records(&lu, RARE, drawing(7)).await.expect(201);
    let refused = ceremony.is_released_or_not().await;
    assert_eq!(refused.status, 422, "the other hospital's picture counts there");
    assert_eq!(refused.body["errors"][0]["code"], "character");

    let lin = ceremony.app.lin().await;
    let first = records(&lin, RARE, drawing(5)).await.expect(201);
    let kept = STANDARD.decode(first["picture"].as_str().unwrap()).unwrap();
    assert_eq!(
        muan::journal::sha256_hex(&kept),
        first["sha256"].as_str().unwrap()
    );
    let kept = image::load_from_memory(&kept).unwrap();
    assert!(matches!(kept, DynamicImage::ImageLuma8(_)), "gray and opaque");
    assert_eq!(
        (&first["code_point"], &first["description"]),
        (&json!("U+323AF"), &json!("⿰木赫"))
    );
    ceremony.is_released_or_not().await.expect(200);
    ceremony.is_ready().await;
    // A better one: the newest counts.
    let better = records(&ceremony.zhao, RARE, drawing(9)).await.expect(201);
    assert_ne!(better["sha256"], first["sha256"]);
    ceremony.becomes_active(0).await;

    let pdf = ceremony.mei.get(&ceremony.path("/document")).await.bytes;
    if let Some(text) = text_of(&pdf) {
        assert!(text.contains(&format!("李{RARE}")), "{text}");
    }
    checked(&pdf, "qpdf", &["--check"]);
    if let Some(fonts) = checked(&pdf, "pdffonts", &[]) {
        let own: Vec<&str> = fonts.lines().filter(|font| font.contains("Type 3")).collect();
        assert_eq!(own.len(), 1, "{fonts}");
        assert!(own[0].contains("yes"), "embedded: {fonts}");
    }
    let drawn = &ceremony.section(4, "presented").await["characters"];
    assert_eq!(drawn.as_array().unwrap().len(), 1, "{drawn}");
    assert_eq!(
        (
            &drawn[0]["character"],
            &drawn[0]["sha256"],
            &drawn[0]["recorded_by"]
        ),
        (&json!(RARE), &better["sha256"], &better["recorded_by"])
    );
    let all = lin.get("/characters").await.expect(200);
    let digests: Vec<&Value> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["sha256"])
        .collect();
    assert_eq!(digests, [&better["sha256"], &first["sha256"]], "each is kept");
    ceremony.app.work().await;
    let journal = ceremony
        .app
        .qian()
        .await
        .get("/audit?limit=100")
        .await
        .expect(200);
    let entry = journal["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["act"] == "consent.record_character");
    assert_eq!(
        entry.unwrap()["detail"],
        json!({ "character": "U+323AF", "sha256": better["sha256"] })
    );
}

#[tokio::test]
async fn her_own_words_with_such_a_character_stand_on_the_record_of_her_refusal() {
    let ceremony = Ceremony::released().await;
    let words = format!("我和{RARE}医生商量过了。");
    let body = json!({ "reasons": ["needle"], "reason": words });
    records(&ceremony.zhao, RARE, drawing(5)).await.expect(201);
    ceremony
        .mei
        .post(&ceremony.path("/refuse"), body)
        .await
        .expect(200);
    ceremony.app.work().await;
    let path = ceremony.path("/document?of=decision");
    let pdf = ceremony.mei.get(&path).await;
    assert_eq!(pdf.status, 200);
    if let Some(text) = text_of(&pdf.bytes) {
        assert!(text.contains(&words), "{text}");
    }
}

#[tokio::test]
async fn what_is_no_rare_character_or_no_picture_of_one_is_not_recorded() {
    let ceremony = Ceremony::drafted().await;
    let lin = ceremony.app.lin().await;
    let blank = DynamicImage::ImageRgba8(RgbaImage::new(96, 96));
    let jpeg = encoded(&blank.to_rgb8().into(), ImageFormat::Jpeg);
    let blank = encoded(&blank, ImageFormat::Png);
    for (character, picture, at, code) in [
        ("李", drawing(5), "/character", "in_font"),
        ("\u{E863}", drawing(5), "/character", "character"),
        ("\u{202E}", drawing(5), "/character", "character"),
        ("𲎯𲎯", drawing(5), "/character", "format"),
        (RARE, "no picture".to_owned(), "/picture", "format"),
        (RARE, jpeg, "/picture", "format"),
        (RARE, blank, "/picture", "unreadable"),
    ] {
        let refused = records(&lin, character, picture).await.expect(422);
        let fault = &refused["errors"][0];
        assert_eq!(
            (&fault["pointer"], &fault["code"]),
            (&json!(at), &json!(code)),
            "{character}"
        );
    }
    let large = STANDARD.encode(vec![0x89; 70_000]);
    assert_eq!(records(&lin, RARE, large).await.status, 413);
    let none = lin.get("/characters").await.expect(200);
    assert_eq!(none["items"], json!([]));
}
