//! The indicators and the cases behind them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use tracing::instrument;

use crate::analgesia::model::Birth;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, LaborId, PatientId};
use crate::base::{Act, Noun, Page, PageRequest, Role, Subject};
use crate::ctx::Ctx;
use crate::db::Q;
use crate::followup::model::Reply;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::indicators::{Data, Indicator, Part};
use crate::quality::model::{By, PeriodFigure};
use crate::quality::period;
use crate::{analgesia, followup, people};

/// What a period's figures are computed from.
struct Facts {
    births: Vec<Birth>,
    replies: Vec<Reply>,
    window_min: i64,
}

impl Facts {
    fn data(&self) -> Data<'_> {
        Data {
            births: &self.births,
            replies: &self.replies,
            window_min: self.window_min,
        }
    }
}

async fn facts(q: &mut impl Q, facility: FacilityId, from: NaiveDate, to: NaiveDate) -> Result<Facts> {
    let (from, to) = period::instants(from, to).ok_or_else(|| Error::invalid("/to", "format"))?;
    let replies_until = to + followup::facts::SURVEY_CLOSES;
    Ok(Facts {
        births: analgesia::facts::births(q, facility, from, to).await?,
        replies: followup::facts::replies(q, facility, from, replies_until).await?,
        window_min: people::facts::facility(q, facility)
            .await?
            .settings
            .one_hour_window_min,
    })
}

/// Every indicator of a period, whole or month by month; both days are included.
///
/// Errors: `http.invalid` for a period that ends before it begins or is longer than 36 months.
#[instrument(name = "quality.indicators", skip_all)]
pub async fn indicators(
    ctx: &Ctx,
    caller: &Caller,
    from: NaiveDate,
    to: NaiveDate,
    by: By,
) -> Result<Vec<PeriodFigure>> {
    policy::allowed(caller, Act::QualityIndicators)?;
    let facility = caller.staff()?.facility;
    let periods = period::periods(from, to, by).ok_or_else(|| Error::invalid("/to", "period"))?;
    let mut tx = ctx.write(Act::QualityIndicators).await?;
    let mut figures = Vec::new();
    for (from, to) in periods {
        let facts = facts(&mut tx, facility, from, to).await?;
        let data = facts.data();
        for indicator in Indicator::ALL {
            figures.push(PeriodFigure {
                from,
                to,
                figure: data.figure(*indicator),
                computed_at: tx.now,
            });
        }
    }
    tx.journal(
        caller,
        Subject::list("indicator"),
        json!({ "count": figures.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(figures)
}

/// A case behind a figure.
#[derive(Clone, Debug)]
pub struct Case {
    /// How it is counted.
    pub part: Part,
    /// Whose.
    pub patient: PatientId,
    /// Record number of the hospital.
    pub record_number: String,
    /// Her name; never for the quality office.
    pub name: Option<String>,
    /// Birth of the first baby.
    pub born_at: DateTime<Utc>,
}

type CaseKey = (DateTime<Utc>, LaborId, usize);

/// The cases behind a figure, by time of birth; a newborn is a case of its own.
///
/// Errors: `Missing` for an unknown code, and for the cases of satisfaction to anyone but the quality office.
#[instrument(name = "quality.cases", skip_all)]
pub async fn cases(
    ctx: &Ctx,
    caller: &Caller,
    code: &str,
    from: NaiveDate,
    to: NaiveDate,
    page: PageRequest,
) -> Result<Page<Case>> {
    policy::allowed(caller, Act::QualityCases)?;
    let staff = caller.staff()?;
    let quality = staff.role == Role::Quality;
    let indicator = Indicator::parse(code)
        .filter(|indicator| quality || !indicator.is_of_satisfaction())
        .ok_or(Error::Missing(Noun::Indicator))?;
    period::periods(from, to, By::Facility).ok_or_else(|| Error::invalid("/to", "period"))?;
    let filter = format!("{code} {from} {to}");
    let after: Option<CaseKey> = page.after(&filter)?;
    let mut tx = ctx.write(Act::QualityCases).await?;
    let facts = facts(&mut tx, staff.facility, from, to).await?;
    let births: BTreeMap<LaborId, &Birth> = facts.births.iter().map(|birth| (birth.labor, birth)).collect();
    let mut rows: Vec<(CaseKey, Case)> = Vec::new();
    for (n, part) in facts.data().parts(indicator).into_iter().enumerate() {
        let Some(birth) = births.get(&part.labor) else {
            continue;
        };
        let case = Case {
            part,
            patient: birth.patient,
            record_number: String::new(),
            name: None,
            born_at: birth.born_at,
        };
        rows.push(((birth.born_at, birth.labor, n), case));
    }
    rows.sort_by_key(|(key, _)| *key);
    rows.retain(|(key, _)| after.is_none_or(|after| *key > after));
    let page = page.page(rows, &filter, |(key, _)| *key);
    let mut items = Vec::with_capacity(page.items.len());
    for (_, case) in page.items {
        let patient = people::facts::patient(&mut tx, staff.facility, case.patient)
            .await?
            .ok_or(Error::Missing(Noun::Patient))?;
        items.push(Case {
            record_number: patient.record_number,
            name: patient.name.filter(|_| !quality),
            ..case
        });
    }
    tx.journal(
        caller,
        Subject::list("indicator"),
        json!({ "code": code, "count": items.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(Page {
        items,
        next_cursor: page.next_cursor,
    })
}
