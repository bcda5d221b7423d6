//! What an indicator is watched for: from which value on it alarms, or what it should reach.
//!
//! No source with these bounds was read; each awaits a clinician's or a quality officer's word.

use super::{Figure, Indicator};
use crate::content::Unconfirmed;

/// Which way a bound holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Percent in tenths; a higher rate is beyond it.
    RateAtMost(i64),
    /// Percent in tenths; a lower rate is beyond it.
    RateAtLeast(i64),
    /// Minutes; a longer median is beyond it.
    MedianAtMost(i64),
}

/// A limit with its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Where it lies.
    pub bound: Bound,
    /// Where it is from, by its id in `content/sources.toml`.
    pub source: &'static str,
    /// Whether it was confirmed.
    pub confirmed: bool,
}

impl Indicator {
    /// The limit of it; none where there is no number to aim at.
    pub fn limit(self) -> Option<Limit> {
        let bound = match self {
            Indicator::A6 => Bound::RateAtMost(15),
            Indicator::A7 => Bound::RateAtMost(10),
            Indicator::A8 => Bound::RateAtMost(100),
            Indicator::A10 => Bound::RateAtMost(0),
            Indicator::A13 => Bound::MedianAtMost(30),
            Indicator::A16 => Bound::RateAtLeast(1000),
            Indicator::A17At24h => Bound::RateAtLeast(950),
            Indicator::A17At72h => Bound::RateAtLeast(900),
            Indicator::A17At42d => Bound::RateAtLeast(800),
            _ => return None,
        };
        Some(Limit {
            bound,
            source: "GK",
            confirmed: false,
        })
    }
}

impl Limit {
    /// The number alone: percent with one decimal, or whole minutes.
    pub fn value(&self) -> String {
        match self.bound {
            Bound::RateAtMost(tenths) | Bound::RateAtLeast(tenths) => {
                format!("{}.{}", tenths / 10, tenths % 10)
            }
            Bound::MedianAtMost(minutes) => minutes.to_string(),
        }
    }
}

impl Figure {
    /// Whether it lies beyond its limit, by the counts and not by the rounded rate; none without a limit, and of so few cases
    /// that no rate is told.
    pub fn is_beyond_limit(&self) -> Option<bool> {
        let limit = self.indicator.limit().filter(|_| !self.is_small())?;
        let rate = self.numerator * 1000;
        match limit.bound {
            Bound::RateAtMost(tenths) => Some(rate > tenths * self.denominator),
            Bound::RateAtLeast(tenths) => Some(rate < tenths * self.denominator),
            Bound::MedianAtMost(minutes) => self.percentile(50).map(|median| median > minutes),
        }
    }
}

/// Limits that await a word, for the list of content to be confirmed.
pub fn unconfirmed() -> impl Iterator<Item = Unconfirmed> {
    Indicator::ALL.iter().filter_map(|indicator| {
        let limit = indicator.limit().filter(|limit| !limit.confirmed)?;
        Some(Unconfirmed {
            kind: "limit",
            name: "indicators".to_owned(),
            place: indicator.code().to_owned(),
            claim: limit.value(),
            source: limit.source.to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Locale;
    use crate::content::messages;

    fn beyond(indicator: Indicator, numerator: i64, denominator: i64) -> Option<bool> {
        let figure = Figure {
            numerator,
            denominator,
            ..Figure::nothing(indicator)
        };
        figure.is_beyond_limit()
    }

    #[test]
    fn each_limit_itself_is_still_within() {
        for (indicator, limit, numerator, denominator, next) in [
            (Indicator::A6, "1.5", 3, 200, 4),
            (Indicator::A7, "1.0", 2, 200, 3),
            (Indicator::A8, "10.0", 20, 200, 21),
            (Indicator::A10, "0.0", 0, 200, 1),
            (Indicator::A16, "100.0", 200, 200, 199),
            (Indicator::A17At24h, "95.0", 190, 200, 189),
            (Indicator::A17At72h, "90.0", 180, 200, 179),
            (Indicator::A17At42d, "80.0", 160, 200, 159),
        ] {
            let code = indicator.code();
            assert_eq!(indicator.limit().unwrap().value(), limit, "{code}");
            assert_eq!(beyond(indicator, numerator, denominator), Some(false), "{code}");
            assert_eq!(beyond(indicator, next, denominator), Some(true), "{code}");
        }
    }

    #[test]
    fn the_median_of_the_response_is_held_to_half_an_hour() {
        let with = |minutes: i64| Figure {
            denominator: 40,
            minutes: vec![(5, 10), (minutes, 20), (90, 10)],
            ..Figure::nothing(Indicator::A13)
        };
        assert_eq!(Indicator::A13.limit().unwrap().value(), "30");
        assert_eq!(with(30).is_beyond_limit(), Some(false));
        assert_eq!(with(31).is_beyond_limit(), Some(true));
    }

    #[test]
    fn few_cases_and_no_limit_are_beyond_nothing() {
        assert_eq!(beyond(Indicator::A10, 1, 29), None);
        assert_eq!(beyond(Indicator::A10, 1, 30), Some(true));
        assert_eq!(beyond(Indicator::A1, 90, 100), None);
    }

    #[test]
    fn each_limit_is_told_in_both_languages_with_its_number_and_awaits_a_word() {
        for indicator in Indicator::ALL {
            let limit = indicator.limit();
            for locale in Locale::ALL {
                let told = messages::limit(locale, indicator.code());
                assert_eq!(told.is_some(), limit.is_some(), "{}", indicator.code());
                let number = limit.map(|limit| limit.value().trim_end_matches(".0").to_owned());
                assert!(
                    told.is_none_or(|told| told.contains(&number.unwrap_or_default())),
                    "{}",
                    indicator.code()
                );
            }
        }
        let awaited: Vec<String> = unconfirmed().map(|one| one.place).collect();
        let limits = Indicator::ALL.iter().filter(|one| one.limit().is_some());
        assert_eq!(awaited.len(), limits.count());
    }
}
