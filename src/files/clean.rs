//! What a file is, by its content, and how it is kept. Pure.
//!
//! A picture is decoded and written anew: place, device, thumbnail and whatever a format hides are gone, and what comes
//! out is a picture and nothing else. A PDF stays as it is; whoever serves it must have it saved, not shown.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{PngDecoder, PngEncoder};
use image::{DynamicImage, ImageDecoder, ImageError, ImageResult, Limits};
use serde::{Deserialize, Serialize};

use crate::base::Code;
use crate::base::error::{Error, Fault};

/// The largest file, as it is sent.
pub const LARGEST: usize = 10 << 20;
/// Decoding more is refused: a camera's largest pictures have 50 million.
const MOST_PIXELS: u64 = 50_000_000;
const LONGEST_SIDE: u32 = 20_000;
/// Beyond what the pixels of the largest picture take, with 16 bits a channel and four channels.
const MOST_MEMORY: u64 = 8 * MOST_PIXELS + (64 << 20);
/// A lab sheet stays readable to the last digit.
const QUALITY: u8 = 90;
/// Readers look for the trailer of a PDF in the last kilobyte.
const TRAILER: usize = 1024;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A photo.
    Jpeg,
    /// A screenshot.
    Png,
    /// A sheet as a document.
    Pdf,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::Jpeg, Kind::Png, Kind::Pdf];

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Kind::Jpeg => "image/jpeg",
            Kind::Png => "image/png",
            Kind::Pdf => "application/pdf",
        }
    }

    /// The end of a file's name.
    pub fn suffix(self) -> &'static str {
        match self {
            Kind::Jpeg => "jpg",
            Kind::Png => "png",
            Kind::Pdf => "pdf",
        }
    }

    /// Reads the media type.
    pub fn parse(media_type: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.media_type() == media_type)
    }

    /// By the first bytes, never by a name or a header.
    pub fn of(bytes: &[u8]) -> Option<Kind> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Kind::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Kind::Png),
            [b'%', b'P', b'D', b'F', b'-', b'0'..=b'9', b'.', b'0'..=b'9', ..] => Some(Kind::Pdf),
            _ => None,
        }
    }
}

/// A file as it is kept.
#[derive(Debug)]
pub struct Clean {
    /// What it is.
    pub kind: Kind,
    /// The bytes to keep.
    pub bytes: Vec<u8>,
}

/// Why a file is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// None of the kinds that are taken.
    Unknown,
    /// It begins like one and can't be read.
    Unreadable,
    /// More pixels than are decoded.
    TooManyPixels,
}

impl From<Unfit> for Error {
    fn from(why: Unfit) -> Error {
        let word = match why {
            Unfit::Unknown => return Error::Malformed(Code::HttpUnsupportedMediaType),
            Unfit::Unreadable => "unreadable",
            Unfit::TooManyPixels => "too_many_pixels",
        };
        Error::Invalid(Code::FormsAttachmentInvalid, vec![Fault::field("", word)])
    }
}

/// Tells what a file is and makes it fit to be kept.
pub fn clean(bytes: Vec<u8>) -> Result<Clean, Unfit> {
    let kind = Kind::of(&bytes).ok_or(Unfit::Unknown)?;
    let bytes = match kind {
        Kind::Pdf if is_whole(&bytes) => bytes,
        Kind::Pdf => return Err(Unfit::Unreadable),
        Kind::Jpeg => {
            let picture = decoded(JpegDecoder::new(Cursor::new(&bytes)))?;
            // The encoder knows no transparency and no 16 bits.
            let picture = match picture {
                DynamicImage::ImageLuma8(gray) => DynamicImage::ImageLuma8(gray),
                other => DynamicImage::ImageRgb8(other.into_rgb8()),
            };
            written(|out| picture.write_with_encoder(JpegEncoder::new_with_quality(out, QUALITY)))?
        }
        Kind::Png => {
            let picture = png(&bytes)?;
            written(|out| picture.write_with_encoder(PngEncoder::new(out)))?
        }
    };
    Ok(Clean { kind, bytes })
}

/// The picture in a PNG.
pub(super) fn png(bytes: &[u8]) -> Result<DynamicImage, Unfit> {
    decoded(PngDecoder::with_limits(Cursor::new(bytes), limits()))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    limits
}

/// Looks at the stated size before a single pixel is decoded, then turns the picture as its camera was held.
fn decoded(decoder: ImageResult<impl ImageDecoder>) -> Result<DynamicImage, Unfit> {
    let mut decoder = decoder.map_err(unfit)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Unfit::TooManyPixels);
    }
    decoder.set_limits(limits()).map_err(unfit)?;
    // A picture whose metadata can't be read is shown as it lies.
    let orientation = decoder
        .orientation()
        .unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unfit)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn written(write: impl FnOnce(&mut Cursor<Vec<u8>>) -> ImageResult<()>) -> Result<Vec<u8>, Unfit> {
    let mut out = Cursor::new(Vec::new());
    write(&mut out).map_err(unfit)?;
    Ok(out.into_inner())
}

fn unfit(error: ImageError) -> Unfit {
    match error {
        ImageError::Limits(_) => Unfit::TooManyPixels,
        _ => Unfit::Unreadable,
    }
}

/// Whether a PDF has its end: an upload that broke off has not.
fn is_whole(bytes: &[u8]) -> bool {
    let end = bytes.get(bytes.len().saturating_sub(TRAILER)..).unwrap_or(bytes);
    let has = |word: &[u8]| end.windows(word.len()).any(|part| part == word);
    has(b"startxref") && has(b"%%EOF")
}

#[cfg(test)]
#[path = "clean_tests.rs"]
mod tests;
