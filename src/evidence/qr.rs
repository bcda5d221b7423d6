//! A QR code as one SVG path, for the verification address printed on a document.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

const QUIET: usize = 4;

/// The text does not fit into a QR code (about 2 300 bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for a QR code")]
pub struct TooLong;

/// The QR code of a text, error correction level M, with the quiet zone of four modules.
///
/// # Errors
///
/// [`TooLong`].
pub fn qr_svg(text: &str) -> Result<String, TooLong> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| TooLong)?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            // Writing to a String cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET);
        }
    }
    let side = width + 2 * QUIET;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{side}\" height=\"{side}\" \
         viewBox=\"0 0 {side} {side}\"><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_path_inside_its_quiet_zone() {
        let svg = qr_svg("https://example.org/verify/ABCD").unwrap();
        assert_eq!(svg.matches("<path").count(), 1);
        assert!(
            svg.contains("M4 4h1v1h-1z"),
            "the finder pattern starts behind the quiet zone"
        );
        assert!(!svg.contains("M3 "));
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused() {
        assert_eq!(qr_svg(&"a".repeat(3000)), Err(TooLong));
    }
}
