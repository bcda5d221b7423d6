//! The picture of a character that no font has, as it is kept (CE-152). Pure.
//!
//! Whatever was scanned or drawn becomes black on white at one height, so that it stands in a line of text like the
//! characters beside it: opaque, without color, place or device.

use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::imageops::{FilterType, resize};
use image::{DynamicImage, GrayImage};

use super::clean::{self, Kind, Unfit};

/// The height of every picture that is kept, pixels.
pub const HEIGHT: u32 = 256;
/// A side of what is sent, pixels: less can't be read in print.
const SIDES: std::ops::RangeInclusive<u32> = 32..=2000;
/// Darker than this is ink.
const INK: u8 = 128;

/// Makes a PNG fit to stand for a character.
///
/// Refuses: `Unknown` for anything but a PNG, `Unreadable` for one that is damaged, is too small, is more than twice as wide
/// as high or the other way round, or shows no character, `TooManyPixels`.
pub fn character(bytes: Vec<u8>) -> Result<Vec<u8>, Unfit> {
    if Kind::of(&bytes) != Some(Kind::Png) {
        return Err(Unfit::Unknown);
    }
    // What it states about itself, before a single pixel is decoded.
    let side = |at: usize| {
        let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
        four.map(u32::from_be_bytes).ok_or(Unfit::Unreadable)
    };
    let (width, height) = (side(16)?, side(20)?);
    if width.max(height) > *SIDES.end() {
        return Err(Unfit::TooManyPixels);
    }
    if width.min(height) < *SIDES.start() || width > 2 * height || height > 2 * width {
        return Err(Unfit::Unreadable);
    }
    let gray = on_white(clean::png(&bytes)?);
    let width = (gray.width() * HEIGHT).div_ceil(gray.height());
    let gray = resize(&gray, width, HEIGHT, FilterType::Triangle);
    let ink = gray.pixels().filter(|pixel| pixel.0[0] < INK).count();
    // A blank sheet and a black one are no character.
    let all = gray.pixels().len();
    if ink * 200 < all || ink * 10 > all * 7 {
        return Err(Unfit::Unreadable);
    }
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(gray)
        .write_with_encoder(PngEncoder::new(&mut out))
        .map_err(|_| Unfit::Unreadable)?;
    Ok(out.into_inner())
}

fn on_white(picture: DynamicImage) -> GrayImage {
    let picture = picture.into_rgba8();
    let mut gray = GrayImage::new(picture.width(), picture.height());
    for (to, from) in gray.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let light = (299 * red + 587 * green + 114 * blue) / 1000;
        let seen = 255 - alpha * (255 - light) / 255;
        to.0 = [u8::try_from(seen).unwrap_or(u8::MAX)];
    }
    gray
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgba, RgbaImage};

    use super::*;

    /// A cross of ink with everything else see-through.
    fn cross(width: u32, height: u32) -> Vec<u8> {
        let mut picture = RgbaImage::new(width, height);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            if (x * 5 / width == 2) || (y * 5 / height == 2) {
                *pixel = Rgba([20, 20, 60, 255]);
            }
        }
        written(&DynamicImage::ImageRgba8(picture), ImageFormat::Png)
    }

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_picture_is_kept_gray_and_opaque_at_one_height() {
        let kept = character(cross(64, 96)).unwrap();
        let picture = image::load_from_memory(&kept).unwrap();
        assert_eq!((picture.width(), picture.height()), (171, HEIGHT));
        let DynamicImage::ImageLuma8(gray) = picture else {
            panic!("not gray: {:?}", picture.color());
        };
        assert_eq!(gray.get_pixel(0, 0).0, [255], "see-through is white");
        assert!(gray.get_pixel(85, 128).0[0] < INK);
        assert_eq!(character(cross(64, 96)).unwrap(), kept, "the same every time");
    }

    #[test]
    fn what_shows_no_character_is_refused() {
        let blank = DynamicImage::ImageLuma8(GrayImage::from_pixel(64, 64, image::Luma([255])));
        let black = DynamicImage::ImageLuma8(GrayImage::from_pixel(64, 64, image::Luma([0])));
        let jpeg = written(&DynamicImage::ImageRgb8(blank.to_rgb8()), ImageFormat::Jpeg);
        let mut cut = cross(64, 64);
        cut.truncate(60);
        for (bytes, why) in [
            (written(&blank, ImageFormat::Png), Unfit::Unreadable),
            (written(&black, ImageFormat::Png), Unfit::Unreadable),
            (jpeg, Unfit::Unknown),
            (cut, Unfit::Unreadable),
            (cross(20, 20), Unfit::Unreadable),
            (cross(200, 64), Unfit::Unreadable),
            (cross(2001, 2001), Unfit::TooManyPixels),
        ] {
            assert_eq!(character(bytes).err(), Some(why));
        }
    }
}
