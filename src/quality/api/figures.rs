//! Figures and cases on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::{Enum, Object};

use crate::base::Locale;
use crate::base::id::{LaborId, PatientId};
use crate::content::messages;
use crate::http::answer::Kinds;
use crate::quality::acts::{Case, Charted};
use crate::quality::indicators::chart::Point;
use crate::quality::indicators::limits::{Bound, Limit};
use crate::quality::indicators::{DEFINITION_VERSION, Indicator, Reason, rate};
use crate::quality::model::{BirthTotal, Figures, MonthOfBirths, PeriodFigure};

/// Figures of a period.
#[derive(Object)]
pub struct FiguresOut {
    /// Each literal reading before its variants, period by period. Those of satisfaction (N4) are told to who treats women
    /// only over whole months with ten replies each, from 30 days after the last of them on.
    items: Vec<FigureOut>,
    /// Whole months of the period whose births the hospital stated: how far they are recorded.
    months: Vec<MonthOfBirthsOut>,
}

/// How many births a month had by the hospital's own books.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct BirthTotalIo {
    /// Mothers who gave birth vaginally, 0–20000.
    vaginal: i64,
    /// Mothers with a cesarean, 0–20000.
    cesarean: i64,
    /// Live newborns, 0–40000.
    newborns: i64,
}

impl From<BirthTotalIo> for BirthTotal {
    fn from(body: BirthTotalIo) -> BirthTotal {
        BirthTotal {
            vaginal: body.vaginal,
            cesarean: body.cesarean,
            newborns: body.newborns,
        }
    }
}

impl From<BirthTotal> for BirthTotalIo {
    fn from(total: BirthTotal) -> BirthTotalIo {
        BirthTotalIo {
            vaginal: total.vaginal,
            cesarean: total.cesarean,
            newborns: total.newborns,
        }
    }
}

/// A month's births as stated and as recorded.
#[derive(Object)]
struct MonthOfBirthsOut {
    /// Its first day.
    month: NaiveDate,
    /// By the hospital's own books.
    stated: BirthTotalIo,
    /// By the records here.
    recorded: BirthTotalIo,
    /// Recorded mothers of those stated, percent with one decimal; absent when none was stated.
    completeness: Option<String>,
}

impl From<MonthOfBirths> for MonthOfBirthsOut {
    fn from(of: MonthOfBirths) -> MonthOfBirthsOut {
        let mothers = |total: &BirthTotal| total.vaginal + total.cesarean;
        MonthOfBirthsOut {
            month: of.month,
            completeness: rate(mothers(&of.recorded), mothers(&of.stated), 100),
            stated: of.stated.into(),
            recorded: of.recorded.into(),
        }
    }
}

/// An indicator over time.
#[derive(Object)]
pub struct TrendOut {
    /// Its code.
    code: String,
    /// Its title in the language asked for.
    title: String,
    /// The mean of all cases, 0–1; absent where they are fewer than 30, and for what is no proportion.
    center: Option<f64>,
    /// By time.
    points: Vec<TrendPointOut>,
}

/// One point of a chart.
#[derive(Object)]
struct TrendPointOut {
    /// First day.
    from: NaiveDate,
    /// Last day, included.
    to: NaiveDate,
    /// Cases above the line.
    numerator: i64,
    /// Cases below it.
    denominator: i64,
    /// The proportion, 0–1; absent where fewer than 30 cases are below the line: show the counts.
    share: Option<f64>,
    /// Three standard deviations below the mean, at least 0; absent like the proportion.
    lower: Option<f64>,
    /// Three standard deviations above it, at most 1.
    upper: Option<f64>,
    /// Chance alone would hardly bring it there.
    outside: bool,
}

impl TrendOut {
    pub(super) fn of(code: String, charted: Charted, locale: Locale) -> TrendOut {
        let points = charted.figures.iter().zip(&charted.chart.points);
        let point = |(of, point): (&PeriodFigure, &Point)| TrendPointOut {
            from: of.from,
            to: of.to,
            numerator: of.figure.numerator,
            denominator: of.figure.denominator,
            share: point.share,
            lower: point.limits.map(|(lower, _)| lower),
            upper: point.limits.map(|(_, upper)| upper),
            outside: point.is_outside(),
        };
        TrendOut {
            title: messages::indicator(locale, &code),
            code,
            center: charted.chart.center,
            points: points.map(point).collect(),
        }
    }
}

/// The kinds of tables of figures.
pub struct FigureTables;

impl Kinds for FigureTables {
    const MEDIA_TYPES: &'static [&'static str] = &[
        "text/csv; charset=utf-8",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ];
    const CACHED: bool = false;
}

/// A picture.
pub struct Picture;

impl Kinds for Picture {
    const MEDIA_TYPES: &'static [&'static str] = &["image/svg+xml"];
    const CACHED: bool = false;
}

impl FiguresOut {
    pub(super) fn of(of: Figures, locale: Locale) -> FiguresOut {
        let figures = of.figures.into_iter();
        FiguresOut {
            items: figures.map(|figure| FigureOut::of(figure, locale)).collect(),
            months: of.months.into_iter().map(Into::into).collect(),
        }
    }
}

/// Cases of one reason.
#[derive(Object)]
struct ReasonOut {
    /// Why.
    reason: String,
    /// The same in the language asked for.
    title: String,
    /// How many.
    count: i64,
}

fn reasons(counts: Vec<(Reason, i64)>, locale: Locale) -> Vec<ReasonOut> {
    let out = |(reason, count): (Reason, i64)| ReasonOut {
        reason: reason.word().to_owned(),
        title: messages::reason(locale, reason.word()),
        count,
    };
    counts.into_iter().map(out).collect()
}

/// Which way a limit holds.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum BoundKind {
    /// The rate should not be higher.
    RateAtMost,
    /// The rate should not be lower.
    RateAtLeast,
    /// The median of the minutes should not be longer.
    MedianAtMost,
}

/// What an indicator is watched for.
#[derive(Object)]
struct LimitOut {
    /// Which way it holds.
    kind: BoundKind,
    /// Percent with one decimal, or whole minutes.
    value: String,
    /// The same in the language asked for.
    title: String,
    /// Id of its source.
    source: String,
    /// Whether it was confirmed; until then it is a proposal.
    confirmed: bool,
}

impl LimitOut {
    fn of(indicator: Indicator, limit: Limit, locale: Locale) -> LimitOut {
        LimitOut {
            kind: match limit.bound {
                Bound::RateAtMost(_) => BoundKind::RateAtMost,
                Bound::RateAtLeast(_) => BoundKind::RateAtLeast,
                Bound::MedianAtMost(_) => BoundKind::MedianAtMost,
            },
            value: limit.value(),
            title: messages::limit(locale, indicator.code()).unwrap_or_default(),
            source: limit.source.to_owned(),
            confirmed: limit.confirmed,
        }
    }
}

/// One figure.
#[derive(Object)]
struct FigureOut {
    /// Its code, as in the path of its cases.
    code: String,
    /// Its title in the language asked for.
    title: String,
    /// First day of the period, the facility's calendar.
    from: NaiveDate,
    /// Last day, included.
    to: NaiveDate,
    /// Cases above the line.
    numerator: i64,
    /// Cases below it.
    denominator: i64,
    /// The rate with one decimal, half up; absent when fewer than 30 are below the line. N1-lit may exceed 100.
    value: Option<String>,
    /// What the rate is told per: 100, or 10 000 for what is rare.
    per: i64,
    /// Median of the minutes, of indicators that measure a time; absent like the rate.
    median_min: Option<i64>,
    /// Their 90th percentile.
    p90_min: Option<i64>,
    /// Fewer than 30 below the line: show the counts and not the rate.
    small_sample: bool,
    /// What it is watched for; absent where there is no number to aim at.
    limit: Option<LimitOut>,
    /// Whether it lies beyond that; absent without a limit, and of fewer than 30.
    beyond_limit: Option<bool>,
    /// Left out, by reason.
    excluded: Vec<ReasonOut>,
    /// Counted, yet to be known, by reason.
    notes: Vec<ReasonOut>,
    /// How many of the needed values are recorded, percent with one decimal; absent where none is needed.
    completeness: Option<String>,
    /// Version of the definitions.
    definition_version: String,
    /// When it was computed.
    computed_at: DateTime<Utc>,
}

impl FigureOut {
    fn of(of: PeriodFigure, locale: Locale) -> FigureOut {
        let figure = of.figure;
        let code = figure.indicator.code();
        let small = figure.is_small();
        let unless_small = |minutes: Option<i64>| minutes.filter(|_| !small);
        FigureOut {
            code: code.to_owned(),
            title: messages::indicator(locale, code),
            from: of.from,
            to: of.to,
            numerator: figure.numerator,
            denominator: figure.denominator,
            value: figure.value().filter(|_| !small),
            per: figure.indicator.per(),
            median_min: unless_small(figure.percentile(50)),
            p90_min: unless_small(figure.percentile(90)),
            small_sample: small,
            limit: figure
                .indicator
                .limit()
                .map(|limit| LimitOut::of(figure.indicator, limit, locale)),
            beyond_limit: figure.is_beyond_limit(),
            completeness: figure.completeness(),
            excluded: reasons(figure.excluded, locale),
            notes: reasons(figure.notes, locale),
            definition_version: DEFINITION_VERSION.to_owned(),
            computed_at: of.computed_at,
        }
    }
}

/// A case behind a figure: a mother, or for the newborns one baby.
#[derive(Clone, Debug, Object)]
pub struct CaseOut {
    /// The labor.
    labor: LaborId,
    /// Whose.
    patient: PatientId,
    /// Record number of the hospital.
    record_number: String,
    /// Her name; never for the quality office.
    name: Option<String>,
    /// Birth of the first baby, or when she left before it.
    at: DateTime<Utc>,
    /// Counted above the line.
    numerator: bool,
    /// Counted below it.
    denominator: bool,
    /// Left out, and why.
    excluded: Option<String>,
    /// What is to be known of it.
    note: Option<String>,
}

impl From<Case> for CaseOut {
    fn from(case: Case) -> CaseOut {
        let word = |reason: Reason| reason.word().to_owned();
        CaseOut {
            labor: case.part.labor,
            patient: case.patient,
            record_number: case.record_number,
            name: case.name,
            at: case.at,
            numerator: case.part.numerator,
            denominator: case.part.denominator,
            excluded: case.part.excluded.map(word),
            note: case.part.note.map(word),
        }
    }
}
