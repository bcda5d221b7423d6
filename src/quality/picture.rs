//! The chart of an indicator as SVG: points, their mean, the limits of chance, and what lies outside of them. Pure.

use plotters::prelude::*;

use super::acts::Charted;
use super::indicators::chart::Point;
use crate::base::error::{Error, Result};

const SIZE: (u32, u32) = (960, 420);
const LINE: RGBColor = RGBColor(28, 90, 130);
const LIMIT: RGBColor = RGBColor(150, 150, 150);
const OUTSIDE: RGBColor = RGBColor(190, 40, 40);
/// Room above the highest value.
const ROOM: f64 = 1.1;
const FONT: &str = "sans-serif";

/// The most lines across, so that no two of them have the same label.
const LINES: usize = 6;

/// The picture; values in percent, or per 10 000 where the rate is told so.
pub fn svg(title: &str, charted: &Charted) -> Result<String> {
    let mut out = String::new();
    draw(&mut out, title, charted).map_err(|cause| Error::Broken(cause.to_string().into()))?;
    Ok(out)
}

/// The label of a value, with as many decimals as the axis needs. What is told per 10 000 says so in its title.
fn label(value: f64, top: f64, per: i64) -> String {
    let decimals = match top {
        ..0.5 => 2,
        ..5.0 => 1,
        _ => 0,
    };
    let unit = if per == 100 { "%" } else { "" };
    format!("{value:.decimals$}{unit}")
}

fn draw(
    out: &mut String,
    title: &str,
    charted: &Charted,
) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let points = &charted.chart.points;
    let per = charted
        .figures
        .first()
        .map_or(100, |one| one.figure.indicator.per());
    let scale = per as f64;
    let shares = points.iter().filter_map(|point| point.share);
    let uppers = points
        .iter()
        .filter_map(|point| point.limits)
        .map(|(_, upper)| upper);
    let highest = shares.chain(uppers).fold(0.0, f64::max);
    let top = if highest > 0.0 {
        highest * scale * ROOM
    } else {
        scale
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
        .y_labels(LINES)
        .y_label_formatter(&|y| label(*y, top, per))
        .label_style((FONT, 12))
        .draw()?;
    // A period of which only the counts are told is a gap in each line.
    let places: Vec<(f64, &Point)> = points
        .iter()
        .enumerate()
        .map(|(index, point)| (index as f64, point))
        .collect();
    for run in places.split(|(_, point)| point.share.is_none()) {
        for upper in [false, true] {
            let limits = run.iter().filter_map(|(x, point)| {
                let (low, high) = point.limits?;
                let limit = if upper { high } else { low };
                Some((*x, limit * scale))
            });
            let steps = limits.flat_map(|(x, y)| [(x - 0.5, y), (x + 0.5, y)]);
            plot.draw_series(LineSeries::new(steps, LIMIT))?;
        }
        let line = run
            .iter()
            .filter_map(|(x, point)| Some((*x, point.share? * scale)));
        plot.draw_series(LineSeries::new(line, LINE.stroke_width(2)))?;
    }
    if let Some(center) = charted.chart.center {
        let ends = [-0.5, points.len() as f64 - 0.5].map(|x| (x, center * scale));
        plot.draw_series(LineSeries::new(ends, LIMIT.stroke_width(2)))?;
    }
    let shown = places
        .iter()
        .filter_map(|(x, point)| Some(((*x, point.share? * scale), point.is_outside())));
    plot.draw_series(shown.map(|(place, outside)| {
        let (size, color) = if outside { (6, OUTSIDE) } else { (4, LINE) };
        Circle::new(place, size, color.filled())
    }))?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::indicators::chart::chart;
    use crate::quality::indicators::{Figure, Indicator};
    use crate::quality::model::PeriodFigure;

    fn drawn(indicator: Indicator, cases: &[(i64, i64)]) -> String {
        let figure = |(numerator, denominator): &(i64, i64)| PeriodFigure {
            from: "2026-03-01".parse().unwrap(),
            to: "2026-03-31".parse().unwrap(),
            figure: Figure {
                numerator: *numerator,
                denominator: *denominator,
                ..Figure::nothing(indicator)
            },
            computed_at: "2026-04-01T00:00:00Z".parse().unwrap(),
        };
        let figures: Vec<PeriodFigure> = cases.iter().map(figure).collect();
        let chart = chart(figures.iter().map(|one| &one.figure));
        svg("", &Charted { figures, chart }).unwrap()
    }

    /// What stands beside the lines across, from the bottom.
    fn labels(svg: &str) -> Vec<&str> {
        let texts = svg.lines().map(str::trim);
        let number = |text: &&str| text.trim_end_matches('%').parse::<f64>().is_ok();
        texts.filter(number).collect()
    }

    #[test]
    fn no_label_of_the_axis_stands_there_twice() {
        for (indicator, cases) in [
            (Indicator::A3, [(40, 100), (50, 100)]),
            (Indicator::A6, [(4, 1000), (9, 1000)]),
            (Indicator::A9, [(1, 9000), (2, 8000)]),
            (Indicator::A7, [(1, 9000), (2, 8000)]),
        ] {
            let svg = drawn(indicator, &cases);
            let found = labels(&svg);
            let mut once = found.clone();
            once.sort_unstable();
            once.dedup();
            assert!(found.len() >= 3, "{found:?}");
            assert_eq!(once.len(), found.len(), "{found:?}");
            let percent = found.iter().all(|label| label.ends_with('%'));
            assert_eq!(percent, indicator.per() == 100, "{found:?}");
        }
    }

    #[test]
    fn a_period_of_few_is_a_gap_in_the_line() {
        let circles = |svg: &str| svg.matches("<circle").count();
        let whole = drawn(Indicator::A3, &[(10, 100), (12, 100), (11, 100)]);
        assert_eq!(circles(&whole), 3);
        let few = drawn(Indicator::A3, &[(10, 100), (2, 20), (11, 100)]);
        assert_eq!(circles(&few), 2);
        let lines = |svg: &str| {
            let line = |tag: &&str| tag.starts_with("polyline") && tag.contains("#1C5A82");
            let tags = svg.split('<').filter(line);
            let points = |tag: &str| {
                let points = tag.split("points=\"").nth(1).unwrap();
                points.split('"').next().unwrap().split_whitespace().count()
            };
            tags.map(points).max().unwrap_or_default()
        };
        assert_eq!(lines(&whole), 3);
        assert!(lines(&few) < 2, "a line goes over the gap");
    }
}
