//! Figures and cases on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;

use crate::base::Locale;
use crate::base::id::{LaborId, PatientId};
use crate::content::messages;
use crate::quality::acts::Case;
use crate::quality::indicators::{DEFINITION_VERSION, Reason, SMALL_SAMPLE};
use crate::quality::model::PeriodFigure;

/// Figures of a period.
#[derive(Object)]
pub struct FiguresOut {
    /// Each literal reading before its variants, period by period.
    items: Vec<FigureOut>,
}

impl FiguresOut {
    pub(super) fn of(figures: Vec<PeriodFigure>, locale: Locale) -> FiguresOut {
        FiguresOut {
            items: figures
                .into_iter()
                .map(|figure| FigureOut::of(figure, locale))
                .collect(),
        }
    }
}

/// Cases of one reason.
#[derive(Object)]
struct ReasonOut {
    /// Why.
    reason: String,
    /// How many.
    count: i64,
}

fn reasons(counts: Vec<(Reason, i64)>) -> Vec<ReasonOut> {
    let out = |(reason, count): (Reason, i64)| ReasonOut {
        reason: reason.word().to_owned(),
        count,
    };
    counts.into_iter().map(out).collect()
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
    /// Percent with one decimal, half up; absent when nothing is below the line. N1-lit may exceed 100.
    value: Option<String>,
    /// Fewer than 30 below the line: show the counts and not the rate.
    small_sample: bool,
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
        FigureOut {
            code: code.to_owned(),
            title: messages::indicator(locale, code),
            from: of.from,
            to: of.to,
            numerator: figure.numerator,
            denominator: figure.denominator,
            value: figure.value(),
            small_sample: figure.denominator < SMALL_SAMPLE,
            completeness: figure.completeness(),
            excluded: reasons(figure.excluded),
            notes: reasons(figure.notes),
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
    /// Birth of the first baby.
    born_at: DateTime<Utc>,
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
            born_at: case.born_at,
            numerator: case.part.numerator,
            denominator: case.part.denominator,
            excluded: case.part.excluded.map(word),
            note: case.part.note.map(word),
        }
    }
}
