//! A QR code as PNG, in place of WeChat's round mini-program code.

use std::error::Error;

use png::{BitDepth, ColorType, Encoder};
use qrcode::{Color, QrCode};

// Readers need a white border of four modules.
const QUIET: usize = 4;

/// A square image of about `width` pixels that says `text`.
pub(super) fn png(text: &str, width: usize) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let code = QrCode::new(text)?;
    let modules = code.width();
    let colors = code.to_colors();
    let scale = (width / (modules + 2 * QUIET)).max(1);
    let side = (modules + 2 * QUIET) * scale;
    let dark = |x: usize, y: usize| {
        let module = |n: usize| (n / scale).checked_sub(QUIET).filter(|m| *m < modules);
        module(x)
            .zip(module(y))
            .and_then(|(x, y)| colors.get(y * modules + x))
            .is_some_and(|color| *color == Color::Dark)
    };
    let pixels: Vec<u8> = (0..side * side)
        .map(|n| if dark(n % side, n / side) { 0 } else { 255 })
        .collect();
    let mut image = Vec::new();
    let pixels_a_side = u32::try_from(side)?;
    let mut encoder = Encoder::new(&mut image, pixels_a_side, pixels_a_side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(image)
}
