//! The chart of an indicator as SVG: points, their mean, the limits of chance, and what lies outside of them. Pure.

use plotters::prelude::*;

use super::acts::Charted;
use crate::base::error::{Error, Result};

const SIZE: (u32, u32) = (960, 420);
const LINE: RGBColor = RGBColor(28, 90, 130);
const LIMIT: RGBColor = RGBColor(150, 150, 150);
const OUTSIDE: RGBColor = RGBColor(190, 40, 40);
/// Room above the highest value.
const ROOM: f64 = 1.1;
const FONT: &str = "sans-serif";

/// The picture; values in percent.
pub fn svg(title: &str, charted: &Charted) -> Result<String> {
    let mut out = String::new();
    draw(&mut out, title, charted).map_err(|cause| Error::Broken(cause.to_string().into()))?;
    Ok(out)
}

fn draw(
    out: &mut String,
    title: &str,
    charted: &Charted,
) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let points = &charted.chart.points;
    let shares = points.iter().filter_map(|point| point.share);
    let uppers = points
        .iter()
        .filter_map(|point| point.limits)
        .map(|(_, upper)| upper);
    let highest = shares.chain(uppers).fold(0.0, f64::max);
    let top = if highest > 0.0 {
        highest * 100.0 * ROOM
    } else {
        100.0
    };
    let area = SVGBackend::with_string(out, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut plot = ChartBuilder::on(&area)
        .caption(title, (FONT, 20))
        .margin(12)
        .x_label_area_size(34)
        .y_label_area_size(52)
        .build_cartesian_2d(-0.5..points.len() as f64 - 0.5, 0.0..top)?;
    let month = |x: &f64| {
        let whole = (x - x.round()).abs() < 0.01 && *x > -0.5;
        let figure = whole.then(|| charted.figures.get(x.round() as usize)).flatten();
        figure.map_or_else(String::new, |figure| figure.from.format("%Y-%m").to_string())
    };
    plot.configure_mesh()
        .disable_x_mesh()
        .x_labels(points.len().clamp(2, 37))
        .x_label_formatter(&month)
        .y_label_formatter(&|y| format!("{y:.0}%"))
        .label_style((FONT, 12))
        .draw()?;
    let at = |index: usize, share: f64| (index as f64, share * 100.0);
    let limits = |upper: bool| {
        let limit = points.iter().enumerate().filter_map(move |(index, point)| {
            let (low, high) = point.limits?;
            Some((index, if upper { high } else { low }))
        });
        limit.flat_map(move |(index, share)| {
            let (x, y) = at(index, share);
            [(x - 0.5, y), (x + 0.5, y)]
        })
    };
    for upper in [false, true] {
        plot.draw_series(LineSeries::new(limits(upper), LIMIT))?;
    }
    if let Some(center) = charted.chart.center {
        let ends = [
            (-0.5, center * 100.0),
            (points.len() as f64 - 0.5, center * 100.0),
        ];
        plot.draw_series(LineSeries::new(ends, LIMIT.stroke_width(2)))?;
    }
    let shown = points.iter().enumerate();
    let shown = shown.filter_map(|(index, point)| Some((at(index, point.share?), point.is_outside())));
    plot.draw_series(LineSeries::new(
        shown.clone().map(|(place, _)| place),
        LINE.stroke_width(2),
    ))?;
    plot.draw_series(shown.map(|(place, outside)| {
        let (size, color) = if outside { (6, OUTSIDE) } else { (4, LINE) };
        Circle::new(place, size, color.filled())
    }))?;
    area.present()?;
    Ok(())
}
