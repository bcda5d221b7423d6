//! An indicator over time, as numbers and as a picture.

use chrono::NaiveDate;
use serde_json::json;
use tracing::instrument;

use super::days::Days;
use crate::base::error::{Error, Result};
use crate::base::{Act, Locale, Noun, Subject};
use crate::content::messages;
use crate::ctx::Ctx;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::indicators::Indicator;
use crate::quality::indicators::chart::{Chart, chart};
use crate::quality::model::{By, PeriodFigure};
use crate::quality::picture;

/// An indicator over time: its figures, and the chart of them.
pub struct Charted {
    /// Month by month, or quarter by quarter.
    pub figures: Vec<PeriodFigure>,
    /// One point a figure.
    pub chart: Chart,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ChartAsk {
    /// Code of the indicator.
    pub code: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
    /// How time is cut.
    pub by: By,
}

/// An indicator over time, with the limits of chance.
///
/// Errors: `Missing` for an unknown code and where satisfaction may not be told, `http.invalid` for a period that ends
/// before it begins or is longer than 36 months.
#[instrument(name = "quality.chart", skip_all)]
pub async fn chart_of(ctx: &Ctx, caller: &Caller, ask: &ChartAsk) -> Result<Charted> {
    charted(ctx, caller, Act::QualityChart, ask).await
}

/// The same as a picture, SVG.
#[instrument(name = "quality.chart_picture", skip_all)]
pub async fn chart_picture(ctx: &Ctx, caller: &Caller, ask: &ChartAsk, locale: Locale) -> Result<String> {
    let charted = charted(ctx, caller, Act::QualityChartPicture, ask).await?;
    picture::svg(&messages::indicator(locale, &ask.code), &charted)
}

async fn charted(ctx: &Ctx, caller: &Caller, act: Act, ask: &ChartAsk) -> Result<Charted> {
    policy::allowed(caller, act)?;
    let indicator = Indicator::parse(&ask.code).ok_or(Error::Missing(Noun::Indicator))?;
    let days = Days::read(ctx, caller.staff()?.facility, ask.from, ask.to).await?;
    if indicator.is_of_satisfaction() && !days.may_tell_satisfaction(caller, ask.from, ask.to)? {
        return Err(Error::Missing(Noun::Indicator));
    }
    let all = days.figures(ask.from, ask.to, ask.by)?;
    let figures: Vec<PeriodFigure> = all
        .into_iter()
        .filter(|one| one.figure.indicator == indicator)
        .collect();
    let chart = chart(figures.iter().map(|one| &one.figure));
    let mut tx = ctx.write(act).await?;
    let detail = json!({ "code": ask.code, "count": figures.len() });
    tx.journal(caller, Subject::list("indicator"), detail).await?;
    tx.commit().await?;
    Ok(Charted { figures, chart })
}
