//! Is this a signature at all? The limits of CE-121.

use super::{Canvas, Point, Strokes};

const MOST_STROKES: usize = 200;
const FEWEST_POINTS: usize = 20;
const MOST_POINTS: usize = 20_000;
const MOST_BYTES: usize = 1 << 20;
// Far above any phone or tablet; keeps the arithmetic of the picture in exact range.
const LARGEST_CANVAS: u32 = 20_000;
const SHORTEST_PATH: f64 = 0.15;
// A ruler-straight stroke of a finger still wavers by 1–2 % of its length.
const STRAIGHT: f64 = 0.03;

/// Why strokes are not taken as a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
pub enum InkRefusal {
    /// The canvas is empty or impossibly large.
    Canvas,
    /// Fewer than 1 or more than 200 strokes, or a stroke without points.
    StrokeCount,
    /// Fewer than 20 points.
    TooFewPoints,
    /// More than 20 000 points.
    TooManyPoints,
    /// More than 1 MiB as JSON.
    TooLarge,
    /// Time runs backwards.
    TimeBackwards,
    /// A point lies outside the canvas.
    OutsideCanvas,
    /// A pressure is neither 0–1000 nor −1.
    Pressure,
    /// The path is shorter than 15 % of the canvas width.
    TooShort,
    /// All points lie on one straight line.
    StraightLine,
}

impl InkRefusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Canvas => "ink_canvas",
            Self::StrokeCount => "ink_stroke_count",
            Self::TooFewPoints => "ink_too_few_points",
            Self::TooManyPoints => "ink_too_many_points",
            Self::TooLarge => "ink_too_large",
            Self::TimeBackwards => "ink_time_backwards",
            Self::OutsideCanvas => "ink_outside_canvas",
            Self::Pressure => "ink_pressure",
            Self::TooShort => "ink_too_short",
            Self::StraightLine => "ink_straight_line",
        }
    }

    /// May the anesthesiologist accept it all the same, with a reason? A name can be one short line.
    pub fn may_be_accepted(self) -> bool {
        matches!(self, Self::TooShort | Self::StraightLine)
    }
}

/// Are these strokes a signature?
///
/// # Errors
///
/// The first limit of CE-121 that they break; those that a clinician may accept are looked at last.
pub fn check(strokes: &Strokes, canvas: &Canvas) -> Result<(), InkRefusal> {
    let sides = 1..=LARGEST_CANVAS;
    if !sides.contains(&canvas.width) || !sides.contains(&canvas.height) {
        return Err(InkRefusal::Canvas);
    }
    if strokes.0.is_empty() || strokes.0.len() > MOST_STROKES || strokes.0.iter().any(Vec::is_empty) {
        return Err(InkRefusal::StrokeCount);
    }
    let points: Vec<Point> = strokes.0.iter().flatten().copied().collect();
    if points.len() < FEWEST_POINTS {
        return Err(InkRefusal::TooFewPoints);
    }
    if points.len() > MOST_POINTS {
        return Err(InkRefusal::TooManyPoints);
    }
    if serde_json::to_vec(strokes).map_or(true, |json| json.len() > MOST_BYTES) {
        return Err(InkRefusal::TooLarge);
    }
    if !points.is_sorted_by_key(|point| point.2) {
        return Err(InkRefusal::TimeBackwards);
    }
    let (width, height) = (0..=i64::from(canvas.width), 0..=i64::from(canvas.height));
    if points
        .iter()
        .any(|Point(x, y, ..)| !width.contains(x) || !height.contains(y))
    {
        return Err(InkRefusal::OutsideCanvas);
    }
    if points.iter().any(|point| !(-1..=1000).contains(&point.3)) {
        return Err(InkRefusal::Pressure);
    }
    let length: f64 = strokes.0.iter().map(|stroke| path_length(stroke)).sum();
    if length < SHORTEST_PATH * f64::from(canvas.width) {
        return Err(InkRefusal::TooShort);
    }
    if is_straight(&points) {
        return Err(InkRefusal::StraightLine);
    }
    Ok(())
}

/// The distance between two points, canvas units.
pub(super) fn distance(a: Point, b: Point) -> f64 {
    (b.0 as f64 - a.0 as f64).hypot(b.1 as f64 - a.1 as f64)
}

fn path_length(stroke: &[Point]) -> f64 {
    stroke
        .iter()
        .zip(stroke.iter().skip(1))
        .map(|(a, b)| distance(*a, *b))
        .sum()
}

/// Do all points, also of several strokes, lie on the line from the first to the one farthest from it?
fn is_straight(points: &[Point]) -> bool {
    let Some(&start) = points.first() else { return true };
    let end = points
        .iter()
        .copied()
        .max_by(|a, b| distance(start, *a).total_cmp(&distance(start, *b)));
    let Some(end) = end else { return true };
    let length = distance(start, end);
    let (dx, dy) = ((end.0 - start.0) as f64, (end.1 - start.1) as f64);
    points.iter().all(|point| {
        let cross = dx * (point.1 - start.1) as f64 - dy * (point.0 - start.0) as f64;
        cross.abs() <= STRAIGHT * length * length
    })
}
