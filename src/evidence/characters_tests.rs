//! A recorded picture stands in the line for a character that no font has.

use image::{DynamicImage, GrayImage, ImageFormat, Luma};

use super::super::characters::font;
use super::tests::{ENGINE, ZH, data, folded, inputs, text_of};
use super::{Inputs, RenderError};

/// A square of strokes, 256 pixels high.
fn picture(gap: u32) -> Vec<u8> {
    let gray = GrayImage::from_fn(256, 256, |x, y| {
        Luma([if x % gap < 9 || y % gap < 9 { 0 } else { 255 }])
    });
    let mut out = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(gray)
        .write_to(&mut out, ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

fn drawn(name: &str, characters: Vec<(char, Vec<u8>)>) -> Result<Vec<u8>, RenderError> {
    ENGINE.render(Inputs {
        characters,
        ..inputs(data(ZH, name))
    })
}

#[test]
fn a_character_that_is_drawn_by_a_picture_can_be_read_back() {
    let both = || vec![('𲎯', picture(40)), ('\u{30EDE}', picture(60))];
    let pdf = drawn("李𲎯\u{30EDE}梅", both()).unwrap();
    assert_eq!(drawn("李𲎯\u{30EDE}梅", both()).unwrap(), pdf, "the same bytes");
    let turned = both().into_iter().rev().collect();
    assert_eq!(drawn("李𲎯\u{30EDE}梅", turned).unwrap(), pdf, "in any order");
    if let Some(text) = text_of(&pdf) {
        assert!(folded(&text).contains("李𲎯\u{30EDE}梅"), "{text}");
    }
    let another = vec![('𲎯', picture(30)), ('\u{30EDE}', picture(60))];
    assert_ne!(
        drawn("李𲎯\u{30EDE}梅", another).unwrap(),
        pdf,
        "the picture is in it"
    );
}

#[test]
fn a_picture_changes_no_document_that_does_not_need_it() {
    let plain = drawn("李梅", vec![]).unwrap();
    assert_eq!(drawn("李梅", vec![('𲎯', picture(40))]).unwrap(), plain);
    let missing = drawn("李𲎯", vec![('\u{30EDE}', picture(60))]);
    assert_eq!(
        missing,
        Err(RenderError::Export),
        "another one's picture does not help"
    );
}

#[test]
fn what_is_no_picture_makes_no_font() {
    assert_eq!(font(&[('𲎯', b"GIF89a".to_vec())]), None);
    assert_eq!(drawn("李𲎯", vec![('𲎯', Vec::new())]), Err(RenderError::Fonts));
}
