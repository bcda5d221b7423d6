//! Handwriting on the wire, as several slices take it.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use rust_decimal::Decimal;

use crate::base::error::{Error, Result};
use crate::evidence::ink::{Canvas, Point, Strokes};

/// The field that was drawn in.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CanvasIn {
    /// Canvas units, 1–20 000.
    width: u32,
    /// Canvas units, 1–20 000.
    height: u32,
    /// Device pixels per unit, a decimal as text.
    pixel_ratio: String,
    /// The client's wall clock at the first touch.
    started_at: DateTime<Utc>,
}

impl TryFrom<CanvasIn> for Canvas {
    type Error = Error;

    fn try_from(canvas: CanvasIn) -> Result<Canvas> {
        Ok(Canvas {
            width: canvas.width,
            height: canvas.height,
            pixel_ratio: canvas
                .pixel_ratio
                .parse::<Decimal>()
                .map_err(|_| Error::invalid("/canvas/pixel_ratio", "format"))?,
            started_at: canvas.started_at,
        })
    }
}

/// Strokes on the wire: `[[[x, y, t_ms, p], …], …]`.
pub type StrokesIn = Vec<Vec<Vec<i64>>>;

/// Reads strokes; each point has four numbers.
///
/// Errors: `http.invalid`.
pub fn strokes(strokes: StrokesIn) -> Result<Strokes> {
    let point = |one: Vec<i64>| match one.as_slice() {
        [x, y, t, p] => Ok(Point(*x, *y, *t, *p)),
        _ => Err(Error::invalid("/strokes", "format")),
    };
    let stroke = |one: Vec<Vec<i64>>| one.into_iter().map(point).collect::<Result<Vec<Point>>>();
    strokes
        .into_iter()
        .map(stroke)
        .collect::<Result<Vec<_>>>()
        .map(Strokes)
}
