//! All figures of some births, which add up: those of its days make those of a month.

use serde::{Deserialize, Serialize};

use super::{Data, Figure, Indicator, Reason};
use crate::base::error::{Error, Result};
use crate::quality::model::BirthTotal;

/// Every indicator over some births, and the births themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// In the order of [`Indicator::ALL`].
    pub figures: Vec<Figure>,
    /// The births as a hospital counts them in its own books.
    pub recorded: BirthTotal,
}

/// A figure as it is kept: code, counts, reasons, completeness, minutes.
#[derive(Serialize, Deserialize)]
struct KeptFigure<'a>(
    #[serde(borrow)] &'a str,
    (i64, i64),
    Vec<(&'a str, i64)>,
    Vec<(&'a str, i64)>,
    (i64, i64),
    Vec<(i64, i64)>,
);

#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    figures: Vec<KeptFigure<'a>>,
    recorded: (i64, i64, i64),
}

impl Sums {
    /// Of no birth at all.
    pub fn nothing() -> Sums {
        Sums {
            figures: Indicator::ALL.iter().copied().map(Figure::nothing).collect(),
            recorded: BirthTotal::default(),
        }
    }

    /// Of some births.
    pub fn of(data: &Data<'_>) -> Sums {
        Sums {
            figures: Indicator::ALL.iter().map(|one| data.figure(*one)).collect(),
            recorded: data.recorded(),
        }
    }

    /// Adds those of other births.
    pub fn add(&mut self, other: &Sums) {
        for (figure, more) in self.figures.iter_mut().zip(&other.figures) {
            figure.add(more);
        }
        self.recorded.vaginal += other.recorded.vaginal;
        self.recorded.cesarean += other.recorded.cesarean;
        self.recorded.newborns += other.recorded.newborns;
    }

    /// One figure.
    pub fn take(self, indicator: Indicator) -> Figure {
        let mut figures = self.figures.into_iter();
        let found = figures.find(|figure| figure.indicator == indicator);
        found.unwrap_or_else(|| Figure::nothing(indicator))
    }

    /// As it is kept.
    pub fn to_text(&self) -> Result<String> {
        fn words(reasons: &[(Reason, i64)]) -> Vec<(&str, i64)> {
            reasons.iter().map(|(one, count)| (one.word(), *count)).collect()
        }
        let figures = self.figures.iter().filter(|figure| !figure.is_nothing());
        let kept = figures.map(|figure| {
            KeptFigure(
                figure.indicator.code(),
                (figure.numerator, figure.denominator),
                words(&figure.excluded),
                words(&figure.notes),
                figure.completeness,
                figure.minutes.clone(),
            )
        });
        let BirthTotal {
            vaginal,
            cesarean,
            newborns,
        } = self.recorded;
        Ok(serde_json::to_string(&Kept {
            figures: kept.collect(),
            recorded: (vaginal, cesarean, newborns),
        })?)
    }

    /// Reads what was kept.
    pub fn read(text: &str) -> Result<Sums> {
        fn reasons(words: Vec<(&str, i64)>) -> Option<Vec<(Reason, i64)>> {
            let reason = |(word, count)| Some((Reason::parse(word)?, count));
            words.into_iter().map(reason).collect()
        }
        let damaged = || Error::broken("the kept figures of a day are damaged");
        let kept: Kept<'_> = serde_json::from_str(text)?;
        let mut sums = Sums::nothing();
        for KeptFigure(code, (numerator, denominator), excluded, notes, completeness, minutes) in kept.figures
        {
            let mut figures = sums.figures.iter_mut();
            let figure = figures.find(|figure| figure.indicator.code() == code);
            let figure = figure.ok_or_else(damaged)?;
            *figure = Figure {
                indicator: figure.indicator,
                numerator,
                denominator,
                excluded: reasons(excluded).ok_or_else(damaged)?,
                notes: reasons(notes).ok_or_else(damaged)?,
                completeness,
                minutes,
            };
        }
        let (vaginal, cesarean, newborns) = kept.recorded;
        sums.recorded = BirthTotal {
            vaginal,
            cesarean,
            newborns,
        };
        Ok(sums)
    }
}

/// Adds counts to counts of the same kind, in order.
pub(super) fn add_counts<T: Copy + Ord>(counts: &mut Vec<(T, i64)>, more: &[(T, i64)]) {
    for (key, count) in more {
        match counts.binary_search_by_key(key, |(key, _)| *key) {
            Ok(at) => counts.iter_mut().skip(at).take(1).for_each(|one| one.1 += count),
            Err(at) => counts.insert(at, (*key, *count)),
        }
    }
}
