//! The picture of the strokes: an SVG of paths only, since text in an SVG would escape the font check.
//!
//! A curve runs through every sample (Catmull-Rom, written as cubic Béziers). The line is thick where the
//! pen pressed or went slowly and thin where it flew, as ink is.

use std::fmt::Write as _;

use super::check::distance;
use super::{Canvas, Point, Strokes};

// Shares of the larger side of the ink's box, so that a name looks the same from a phone and from a tablet.
const THIN: f64 = 0.006;
const THICK: f64 = 0.018;
const MARGIN: f64 = 0.03;
const CLOSEST: f64 = 0.002;
// Widths are drawn in few steps: neighbors of one step share a path, which keeps the document small.
const STEPS: f64 = 8.0;
// Sides per millisecond at which the line is at its thinnest.
const FAST: f64 = 0.004;

/// The ink as SVG, cropped to its own box inside the canvas.
///
/// Meant for strokes that passed [`check`](super::check); others give a picture too, an empty one at worst.
pub fn svg(strokes: &Strokes, canvas: &Canvas) -> String {
    let points = || strokes.0.iter().flatten();
    let bounds = |of: fn(&Point) -> i64, most: u32| {
        let (low, high) = (
            points().map(of).min().unwrap_or(0),
            points().map(of).max().unwrap_or(0),
        );
        (
            low.clamp(0, i64::from(most)) as f64,
            high.clamp(0, i64::from(most)) as f64,
        )
    };
    let (left, right) = bounds(|point| point.0, canvas.width);
    let (top, bottom) = bounds(|point| point.1, canvas.height);
    let side = (right - left).max(bottom - top).max(1.0);
    let margin = side * MARGIN;
    let (width, height) = (right - left + 2.0 * margin, bottom - top + 2.0 * margin);

    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.2}\" height=\"{height:.2}\" \
         viewBox=\"{:.2} {:.2} {width:.2} {height:.2}\"><g fill=\"none\" stroke=\"#14213d\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\">",
        left - margin,
        top - margin,
    );
    for stroke in &strokes.0 {
        draw(&mut out, &thinned(stroke, side * CLOSEST), side);
    }
    out.push_str("</g></svg>");
    out
}

/// The stroke without samples that lie on top of each other; its last one always stays.
fn thinned(stroke: &[Point], closest: f64) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for &point in stroke {
        if kept.last().is_none_or(|last| distance(*last, point) > closest) {
            kept.push(point);
        }
    }
    if let (Some(&end), Some(&last)) = (stroke.last(), kept.last())
        && kept.len() > 1
        && distance(last, end) > 0.0
    {
        kept.push(end);
    }
    kept
}

fn draw(out: &mut String, points: &[Point], side: f64) {
    if let [dot] = points {
        path_start(out, *dot, 1.0, side);
        out.push_str("l0 0\"/>");
        return;
    }
    let mut weight = None;
    let mut open = None;
    let at = |index: usize| points.get(index.min(points.len().saturating_sub(1))).copied();
    for index in 0..points.len().saturating_sub(1) {
        let (Some(before), Some(a), Some(b), Some(after)) = (
            at(index.saturating_sub(1)),
            at(index),
            at(index + 1),
            at(index + 2),
        ) else {
            return;
        };
        // Smoothed over neighbors: ink does not change its width from one sample to the next.
        let now = 0.7 * weight.unwrap_or_else(|| pen(a, b, side)) + 0.3 * pen(a, b, side);
        weight = Some(now);
        let step = (now * STEPS).round();
        if open != Some(step) {
            if open.is_some() {
                out.push_str("\"/>");
            }
            path_start(out, a, step / STEPS, side);
            open = Some(step);
        }
        let control = |from: Point, towards: Point, back: Point| {
            (
                from.0 as f64 + (towards.0 as f64 - back.0 as f64) / 6.0,
                from.1 as f64 + (towards.1 as f64 - back.1 as f64) / 6.0,
            )
        };
        let (first, second) = (control(a, b, before), control(b, a, after));
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "C{:.2} {:.2} {:.2} {:.2} {} {}",
            first.0, first.1, second.0, second.1, b.0, b.1
        );
    }
    if open.is_some() {
        out.push_str("\"/>");
    }
}

fn path_start(out: &mut String, from: Point, weight: f64, side: f64) {
    let width = side * (THIN + (THICK - THIN) * weight);
    let _ = write!(
        out,
        "<path stroke-width=\"{width:.2}\" d=\"M{} {}",
        from.0, from.1
    );
}

/// How heavy the line is between two samples, 0–1: from the pressure if there is one, else from the speed.
fn pen(a: Point, b: Point, side: f64) -> f64 {
    if a.3 >= 0 && b.3 >= 0 {
        return ((a.3 as f64 + b.3 as f64) / 2000.0).clamp(0.0, 1.0);
    }
    let elapsed = (b.2 as f64 - a.2 as f64).max(1.0);
    (1.0 - distance(a, b) / elapsed / side / FAST).clamp(0.0, 1.0)
}
