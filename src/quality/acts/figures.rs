//! The indicators and the cases behind them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use tracing::instrument;

use super::days::Days;
use crate::analgesia::model::{Birth, Left};
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, LaborId, PatientId};
use crate::base::{Act, Noun, Page, PageRequest, Role, Subject};
use crate::ctx::{Ctx, View};
use crate::followup::model::Reply;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::indicators::{Chosen, DEFINITION_VERSION, Data, Indicator, Part, Way};
use crate::quality::model::{By, Figures};
use crate::quality::{period, store};
use crate::{analgesia, followup, people};

/// What the figures rest on beside the records: when it changes, all of them may.
pub(super) struct Basis {
    required: Vec<String>,
    pub chosen: Chosen,
}

impl Basis {
    pub async fn read(ctx: &Ctx, view: &mut View, facility: FacilityId) -> Result<Basis> {
        let required = ctx.content.lessons.required();
        let settings = people::facts::facility(view, facility).await?.settings;
        Ok(Basis {
            required: required.map(|lesson| lesson.head.slug.clone()).collect(),
            chosen: Chosen {
                window_min: settings.one_hour_window_min,
                asphyxia: settings.reporting_definition,
            },
        })
    }

    /// The same in one word.
    pub fn word(&self) -> String {
        format!(
            "{DEFINITION_VERSION} {} {} {}",
            self.chosen.window_min,
            self.chosen.asphyxia.word(),
            self.required.join(" ")
        )
    }
}

/// What a period's figures are computed from.
pub(super) struct Facts {
    pub births: Vec<Birth>,
    replies: Vec<Reply>,
    left: Vec<Left>,
    ways: BTreeMap<LaborId, Way>,
    chosen: Chosen,
    now: DateTime<Utc>,
}

impl Facts {
    /// Of both days and all between.
    ///
    /// Errors: `http.invalid` for a period that ends before it begins or is longer than 36 months.
    pub async fn read(ctx: &Ctx, facility: FacilityId, from: NaiveDate, to: NaiveDate) -> Result<Facts> {
        period::periods(from, to, By::Facility).ok_or_else(|| Error::invalid("/to", "period"))?;
        let basis = Basis::read(ctx, &mut ctx.view(), facility).await?;
        Facts::on(ctx, facility, &basis, (from, to)).await
    }

    pub async fn on(
        ctx: &Ctx,
        facility: FacilityId,
        basis: &Basis,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Result<Facts> {
        let (from, to) = period::instants(from, to).ok_or_else(|| Error::invalid("/to", "format"))?;
        let required: Vec<&str> = basis.required.iter().map(String::as_str).collect();
        // Read outside of a transaction: on SQLite a year's births would keep every ward from writing. Side by side: a
        // server of its own answers several at a time.
        let (mut labors, mut surveys, mut others) = (ctx.view(), ctx.view(), ctx.view());
        let (births, (replies, left), ways) = tokio::try_join!(
            analgesia::facts::births(&mut labors, facility, from, to),
            async {
                let replies = followup::facts::replies(&mut surveys, facility, from, to).await?;
                let left = analgesia::facts::left(&mut surveys, facility, from, to).await?;
                Ok((replies, left))
            },
            store::ways(&mut others, facility, from, to, &required),
        )?;
        Ok(Facts {
            births,
            replies,
            left,
            ways,
            chosen: basis.chosen,
            now: ctx.clock.now(),
        })
    }

    pub fn data(&self) -> Data<'_> {
        Data {
            births: &self.births,
            replies: &self.replies,
            left: &self.left,
            ways: &self.ways,
            chosen: self.chosen,
            now: self.now,
        }
    }

    /// The part of it that lies on a day; births and departures stand in the order of time.
    pub fn on_day(&self, day: NaiveDate) -> Result<Data<'_>> {
        let (from, to) = period::instants(day, day).ok_or_else(|| Error::invalid("/to", "format"))?;
        let births = self.births.partition_point(|birth| birth.born_at < from)
            ..self.births.partition_point(|birth| birth.born_at < to);
        let left =
            self.left.partition_point(|left| left.at < from)..self.left.partition_point(|left| left.at < to);
        Ok(Data {
            births: self.births.get(births).unwrap_or_default(),
            left: self.left.get(left).unwrap_or_default(),
            ..self.data()
        })
    }
}

/// Every indicator of a period, whole, by month, quarter or year; both days are included. Those of satisfaction are left
/// out where [`Days::may_tell_satisfaction`] says no.
///
/// Errors: `http.invalid` for a period that ends before it begins or is longer than 36 months.
#[instrument(name = "quality.indicators", skip_all)]
pub async fn indicators(
    ctx: &Ctx,
    caller: &Caller,
    from: NaiveDate,
    to: NaiveDate,
    by: By,
) -> Result<Figures> {
    policy::allowed(caller, Act::QualityIndicators)?;
    let facility = caller.staff()?.facility;
    let days = Days::read(ctx, facility, from, to).await?;
    let mut figures = days.figures(from, to, by)?;
    if !days.may_tell_satisfaction(caller, from, to)? {
        figures.retain(|one| !one.figure.indicator.is_of_satisfaction());
    }
    let stated = store::birth_totals(&mut ctx.view(), facility, from, to).await?;
    let months = days.months(from, to, stated);
    let mut tx = ctx.write(Act::QualityIndicators).await?;
    tx.journal(
        caller,
        Subject::list("indicator"),
        json!({ "count": figures.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(Figures { figures, months })
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
    /// Birth of the first baby, or when she left before it.
    pub at: DateTime<Utc>,
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
    let filter = format!("{code} {from} {to}");
    let after: Option<CaseKey> = page.after(&filter)?;
    let facts = Facts::read(ctx, staff.facility, from, to).await?;
    let born = facts
        .births
        .iter()
        .map(|birth| (birth.labor, (birth.patient, birth.born_at)));
    let left = facts
        .left
        .iter()
        .map(|left| (left.labor, (left.patient, left.at)));
    let whose: BTreeMap<LaborId, (PatientId, DateTime<Utc>)> = born.chain(left).collect();
    let mut rows: Vec<(CaseKey, Case)> = Vec::new();
    for (n, part) in facts.data().parts(indicator).into_iter().enumerate() {
        let Some(&(patient, at)) = whose.get(&part.labor) else {
            continue;
        };
        let key = (at, part.labor, n);
        let case = Case {
            part,
            patient,
            record_number: String::new(),
            name: None,
            at,
        };
        rows.push((key, case));
    }
    let mut tx = ctx.write(Act::QualityCases).await?;
    let without = people::facts::out_of_use(&mut tx, staff.facility).await?;
    rows.retain(|(_, case)| !without.contains(&case.patient));
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
