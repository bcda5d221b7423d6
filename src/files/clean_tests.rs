use image::{GenericImageView, Rgb, RgbImage};

use super::*;

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let left_is_red = RgbImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgb([250, 0, 0])
        } else {
            Rgb([0, 0, 250])
        }
    });
    let mut out = Cursor::new(Vec::new());
    left_is_red
        .write_with_encoder(JpegEncoder::new_with_quality(&mut out, 95))
        .unwrap();
    out.into_inner()
}

/// EXIF with an orientation and, behind it, a text where a camera writes the place.
fn with_exif(jpeg: &[u8], orientation: u8, secret: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend_from_slice(secret);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

#[test]
fn a_photo_loses_its_metadata_and_stands_upright() {
    let taken = with_exif(&jpeg(40, 20), 6, b"GPS 39.9042 N");
    assert!(contains(&taken, b"GPS"));
    let kept = clean(taken).unwrap();
    assert_eq!(kept.kind, Kind::Jpeg);
    for word in [&b"Exif"[..], b"GPS"] {
        assert!(!contains(&kept.bytes, word));
    }
    let picture = image::load_from_memory(&kept.bytes).unwrap();
    assert_eq!(picture.dimensions(), (20, 40), "a quarter turn");
    let top = picture.get_pixel(10, 3).0;
    assert!(top[0] > 200 && top[2] < 60, "what was left is on top: {top:?}");
}

#[test]
fn a_screenshot_loses_its_texts_and_keeps_its_pixels() {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, 2, 1);
    encoder.set_color(png::ColorType::Rgba);
    encoder
        .add_text_chunk("Author".to_owned(), "hidden".to_owned())
        .unwrap();
    encoder
        .add_itxt_chunk("Comment".to_owned(), "hidden 测试甲".to_owned())
        .unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[1, 2, 3, 4, 5, 6, 7, 255]).unwrap();
    writer.finish().unwrap();
    out.extend_from_slice(b"PK\x03\x04 something behind the end");
    let kept = clean(out).unwrap();
    assert_eq!(kept.kind, Kind::Png);
    assert!(!contains(&kept.bytes, b"hidden") && !contains(&kept.bytes, b"PK"));
    let picture = image::load_from_memory(&kept.bytes).unwrap();
    assert_eq!(picture.get_pixel(0, 0).0, [1, 2, 3, 4]);
}

/// A PNG that says that it is this large, with hardly a byte of pixels.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, &[0x78, 0x9c]).unwrap();
    drop(writer);
    out
}

#[test]
fn a_decompression_bomb_is_refused_before_it_is_decoded() {
    for (width, height) in [(19_000, 19_000), (65_000, 10), (4_000_000, 4_000_000)] {
        assert_eq!(
            clean(claims(width, height)).unwrap_err(),
            Unfit::TooManyPixels,
            "{width} × {height}"
        );
    }
}

#[test]
fn what_only_begins_like_a_file_is_refused() {
    let whole = jpeg(64, 64);
    for bytes in [
        vec![0xff, 0xd8, 0xff, 0xe0, 0, 1],
        whole[..30].to_vec(),
        b"\x89PNG\r\n\x1a\n".to_vec(),
        b"%PDF-1.7\n1 0 obj\n".to_vec(),
    ] {
        assert_eq!(clean(bytes).unwrap_err(), Unfit::Unreadable);
    }
    for bytes in [
        &b""[..],
        b"GIF89a",
        b"<html>",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        b"MZ",
        b" %PDF-1.7",
    ] {
        assert_eq!(clean(bytes.to_vec()).unwrap_err(), Unfit::Unknown);
    }
}

#[test]
fn a_pdf_stays_as_it_is() {
    let pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n9\n%%EOF\n".to_vec();
    let kept = clean(pdf.clone()).unwrap();
    assert_eq!((kept.kind, kept.bytes), (Kind::Pdf, pdf));
}
