//! The chart of a proportion over time (p-chart): its mean, and around it the limits of chance for so many cases.

use super::{Figure, Indicator, SMALL_SAMPLE};

/// One point.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The proportion, 0–1; none where it rests on fewer than 30 cases, of which only the counts are told.
    pub share: Option<f64>,
    /// The limits, three standard deviations from the mean; none where there is no proportion.
    pub limits: Option<(f64, f64)>,
}

impl Point {
    /// Whether chance alone would hardly bring it there.
    pub fn is_outside(&self) -> bool {
        match (self.share, self.limits) {
            (Some(share), Some((lower, upper))) => share < lower || share > upper,
            _ => false,
        }
    }
}

/// The chart of an indicator: the mean of all cases, and a point for each figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The mean, 0–1; none where all together are fewer than 30 cases.
    pub center: Option<f64>,
    /// In the order of the figures.
    pub points: Vec<Point>,
}

/// Whether it is a proportion of its own denominator; the literal rate of analgesia counts conversions above the line only.
pub fn is_proportion(indicator: Indicator) -> bool {
    indicator != Indicator::N1Literal
}

/// The chart of the figures of one indicator; without mean and limits where it is no proportion.
pub fn chart<'a>(figures: impl Iterator<Item = &'a Figure> + Clone) -> Chart {
    let share = |numerator: i64, cases: i64| {
        let told = cases >= SMALL_SAMPLE;
        told.then(|| numerator as f64 / cases as f64)
    };
    let proportion = figures.clone().all(|figure| is_proportion(figure.indicator));
    let (above, below) = figures.clone().fold((0, 0), |(above, below), figure| {
        (above + figure.numerator, below + figure.denominator)
    });
    let center = share(above, below).filter(|_| proportion);
    let limits = |cases: i64| {
        let mean = center.filter(|_| cases >= SMALL_SAMPLE)?;
        let three = 3.0 * (mean * (1.0 - mean) / cases as f64).sqrt();
        Some(((mean - three).max(0.0), (mean + three).min(1.0)))
    };
    let points = figures.map(|figure| Point {
        share: share(figure.numerator, figure.denominator),
        limits: limits(figure.denominator),
    });
    Chart {
        center,
        points: points.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(indicator: Indicator, numerator: i64, denominator: i64) -> Figure {
        Figure {
            indicator,
            numerator,
            denominator,
            excluded: Vec::new(),
            notes: Vec::new(),
            completeness: (0, 0),
            minutes: Vec::new(),
        }
    }

    /// Mean 50 of 400; at 100 cases 3 × √(0.125 × 0.875 / 100) = 0.0992.
    #[test]
    fn limits_lie_three_standard_deviations_from_the_mean() {
        let cases = [(10, 100), (25, 100), (15, 200), (0, 0)];
        let figures = cases.map(|(above, below)| figure(Indicator::A3, above, below));
        let chart = chart(figures.iter());
        assert_eq!(chart.center, Some(0.125));
        let (lower, upper) = chart.points[0].limits.unwrap();
        assert!(
            (lower - 0.0258).abs() < 0.0001 && (upper - 0.2242).abs() < 0.0001,
            "{lower} {upper}"
        );
        let outside: Vec<bool> = chart.points.iter().map(Point::is_outside).collect();
        assert_eq!(outside, [false, true, false, false]);
        assert_eq!(
            chart.points[3],
            Point {
                share: None,
                limits: None
            }
        );
    }

    #[test]
    fn of_fewer_than_thirty_nothing_is_drawn() {
        let figures = [(29, 29), (3, 30)].map(|(above, below)| figure(Indicator::A3, above, below));
        let chart = chart(figures.iter());
        let shares: Vec<Option<f64>> = chart.points.iter().map(|point| point.share).collect();
        assert_eq!(shares, [None, Some(0.1)]);
        assert!(chart.points[0].limits.is_none() && chart.points[1].limits.is_some());
        assert_eq!(chart.center, Some(32.0 / 59.0));
        let few = [figure(Indicator::A3, 9, 29)];
        assert_eq!(super::chart(few.iter()).center, None);
    }

    #[test]
    fn limits_end_at_nothing_and_at_all() {
        let figures = [figure(Indicator::A16, 100, 100), figure(Indicator::A16, 90, 100)];
        let (_, upper) = chart(figures.iter()).points[0].limits.unwrap();
        assert_eq!(upper, 1.0);
    }

    #[test]
    fn what_is_no_proportion_has_points_and_no_limits() {
        let figures = [figure(Indicator::N1Literal, 45, 30)];
        let chart = chart(figures.iter());
        assert_eq!(
            chart.points[0],
            Point {
                share: Some(1.5),
                limits: None
            }
        );
        assert_eq!(chart.center, None);
    }
}
