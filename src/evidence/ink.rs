//! Handwriting: the strokes as they were drawn, what makes them a signature, and their picture.
//!
//! The picture is always drawn here from the strokes, so the two cannot differ (CE-120). Strokes are
//! biometric data: who may read them is not decided here, and [`Strokes`] does not print them.

mod check;
mod picture;

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};

use crate::base::canonical::tagged;

pub use check::{InkRefusal, check};
pub use picture::svg;

/// One sample of the pen: `[x, y, t_ms, p]`.
///
/// `x` and `y` in canvas units, `t_ms` in milliseconds since any fixed moment, `p` the pressure 0–1000 or
/// −1 where the screen does not measure it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point(pub i64, pub i64, pub i64, pub i64);

/// What she drew: strokes in the order of drawing, each from pen down to pen up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strokes(pub Vec<Vec<Point>>);

impl fmt::Debug for Strokes {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Strokes([{} strokes])", self.0.len())
    }
}

/// The field she drew in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canvas {
    /// Canvas units, 1–20 000.
    pub width: u32,
    /// Canvas units, 1–20 000.
    pub height: u32,
    /// Device pixels per unit; written as a string, because hashed JSON holds no fractions (CE-141).
    pub pixel_ratio: Decimal,
    /// The client's wall clock at the first touch.
    #[serde(serialize_with = "with_milliseconds")]
    pub started_at: DateTime<Utc>,
}

fn with_milliseconds<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// The digest by which a replay is noticed (CE-121).
///
/// Times count from the first point: strokes sent again with another start are still the same strokes.
pub fn digest(strokes: &Strokes) -> [u8; 32] {
    let start = strokes.0.iter().flatten().next().map_or(0, |first| first.2);
    let mut bytes = Vec::new();
    for stroke in &strokes.0 {
        bytes.extend_from_slice(&(stroke.len() as u64).to_be_bytes());
        for Point(x, y, t, p) in stroke {
            for value in [*x, *y, t.wrapping_sub(start), *p] {
                bytes.extend_from_slice(&value.to_be_bytes());
            }
        }
    }
    tagged("consent/strokes/v1", &bytes)
}

#[cfg(test)]
#[path = "ink/tests.rs"]
mod tests;
