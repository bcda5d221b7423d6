//! The figures, their definitions and the births that they come from, as rows. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};

use super::indicators::{Chosen, DEFINITION_VERSION, Data, Indicator, Reason};
use super::model::PeriodFigure;
use crate::base::Locale;
use crate::base::id::LaborId;
use crate::base::table::Cell;
use crate::content::messages;
use crate::followup::model::Reply;

/// A table: its name, its head and its rows.
pub struct Table {
    /// Name of the sheet.
    pub name: &'static str,
    /// The columns.
    pub head: &'static [&'static str],
    /// The rows.
    pub rows: Vec<Vec<Cell<'static>>>,
}

fn number(number: impl ToString) -> Cell<'static> {
    Cell::Number(number.to_string())
}

fn number_if(found: Option<impl ToString>) -> Cell<'static> {
    found.map_or(Cell::Empty, number)
}

fn text(text: impl Into<String>) -> Cell<'static> {
    Cell::text(text.into())
}

fn text_if(found: Option<impl Into<String>>) -> Cell<'static> {
    found.map_or(Cell::Empty, text)
}

fn time(at: DateTime<Utc>) -> Cell<'static> {
    text(at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn reasons(counts: &[(Reason, i64)], locale: Locale) -> Cell<'static> {
    let one =
        |(reason, count): &(Reason, i64)| format!("{} {count}", messages::reason(locale, reason.word()));
    let all: Vec<String> = counts.iter().map(one).collect();
    text(all.join("; "))
}

/// One row a figure. A rate of a few is not told here either.
pub fn figures(figures: &[PeriodFigure], chosen: Chosen, locale: Locale) -> Table {
    let row = |one: &PeriodFigure| {
        let figure = &one.figure;
        let small = figure.is_small();
        let (pain, asphyxia) = (figure.indicator.is_of_pain(), figure.indicator.is_of_asphyxia());
        vec![
            text(figure.indicator.code()),
            text(messages::indicator(locale, figure.indicator.code())),
            text(one.from.to_string()),
            text(one.to.to_string()),
            number(figure.numerator),
            number(figure.denominator),
            number_if(figure.value().filter(|_| !small)),
            number(figure.indicator.per()),
            Cell::Flag(small),
            number_if(figure.percentile(50).filter(|_| !small)),
            number_if(figure.percentile(90).filter(|_| !small)),
            number(figure.excluded.iter().map(|(_, count)| count).sum::<i64>()),
            reasons(&figure.excluded, locale),
            reasons(&figure.notes, locale),
            number_if(figure.completeness()),
            text(DEFINITION_VERSION),
            time(one.computed_at),
            text_if(messages::limit(locale, figure.indicator.code())),
            figure.is_beyond_limit().map_or(Cell::Empty, Cell::Flag),
            number_if(pain.then_some(chosen.window_min)),
            text_if(asphyxia.then(|| chosen.asphyxia.word())),
        ]
    };
    Table {
        name: "figures",
        head: &[
            "code",
            "title",
            "from",
            "to",
            "numerator",
            "denominator",
            "value",
            "per",
            "small_sample",
            "median_min",
            "p90_min",
            "excluded",
            "excluded_reasons",
            "notes",
            "completeness",
            "definition_version",
            "computed_at",
            "limit",
            "beyond_limit",
            "one_hour_window_min",
            "asphyxia_definition",
        ],
        rows: figures.iter().map(row).collect(),
    }
}

/// One row an indicator: what is above and below its line, and what it is watched for.
pub fn definitions(locale: Locale) -> Table {
    let row = |indicator: &Indicator| {
        let (code, limit) = (indicator.code(), indicator.limit());
        vec![
            text(code),
            text(messages::indicator(locale, code)),
            text(messages::definition(locale, code)),
            number(indicator.per()),
            text(DEFINITION_VERSION),
            text_if(messages::limit(locale, code)),
            text_if(limit.map(|limit| limit.source)),
            limit.map_or(Cell::Empty, |limit| Cell::Flag(limit.confirmed)),
        ]
    };
    Table {
        name: "definitions",
        head: &[
            "code",
            "title",
            "definition",
            "per",
            "definition_version",
            "limit",
            "limit_source",
            "limit_confirmed",
        ],
        rows: Indicator::ALL.iter().map(row).collect(),
    }
}

/// One row a birth, without a name: all that the national indicators are made of, so that somebody else can make them
/// again. Scores of pain are `second:tenths` after the first dose, newborns `outcome/weight/Apgar 1/5/10/asphyxia by the
/// consensus of 2016/by the proposal of 2013`.
pub fn births(data: &Data<'_>) -> Table {
    let mut replies: BTreeMap<LaborId, Vec<&Reply>> = BTreeMap::new();
    for reply in data.replies {
        replies.entry(reply.labor).or_default().push(reply);
    }
    let mut rows = Vec::with_capacity(data.births.len());
    for birth in data.births {
        let dose = birth.first_dose_at;
        let pain = birth.pain.iter().filter_map(|score| {
            let seconds = (score.at - dose?).num_seconds();
            Some(format!("{seconds}:{}", score.tenths))
        });
        let shown = |score: Option<i64>| score.map_or_else(String::new, |score| score.to_string());
        let said = |judged: Option<bool>| judged.map_or_else(String::new, |judged| judged.to_string());
        let babies = birth.babies.iter().map(|baby| {
            let scores = [baby.weight_g, baby.apgar1, baby.apgar5, baby.apgar10].map(shown);
            let judged = [baby.asphyxia_consensus2016, baby.asphyxia_proposal2013].map(said);
            format!(
                "{}/{}/{}",
                baby.outcome.word(),
                scores.join("/"),
                judged.join("/")
            )
        });
        let replies = replies.get(&birth.labor).into_iter().flatten().map(|reply| {
            let days = (reply.at - birth.born_at).num_seconds();
            format!("{days}:{}", reply.overall)
        });
        rows.push(vec![
            text(birth.labor.to_string()),
            time(birth.born_at),
            text(birth.mode.word()),
            text(birth.birth_place.word()),
            number_if(birth.gestation_days),
            Cell::Flag(birth.is_test),
            dose.map_or(Cell::Empty, time),
            birth
                .technique
                .map_or(Cell::Empty, |technique| text(technique.word())),
            text(pain.collect::<Vec<_>>().join(" ")),
            text(babies.collect::<Vec<_>>().join(" ")),
            text(replies.collect::<Vec<_>>().join(" ")),
            number(data.chosen.window_min),
            text(data.chosen.asphyxia.word()),
        ]);
    }
    Table {
        name: "births",
        head: &[
            "labor",
            "born_at",
            "mode",
            "birth_place",
            "gestation_days",
            "is_test",
            "first_dose_at",
            "technique",
            "pain_seconds_tenths",
            "newborns",
            "replies_seconds_score",
            "one_hour_window_min",
            "asphyxia_definition",
        ],
        rows,
    }
}
