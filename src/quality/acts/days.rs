//! The figures day by day, kept while nothing that they rest on changes.
//!
//! A day is the shortest period that can be asked for, so the figures of any period are those of its days together, and a
//! change makes one day be counted anew. What was kept is never stale: it holds only while the number of changes of its day
//! is the one that was read *before* the records. A change in between makes it too new for its number, and it is not used.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days as Count, Months, NaiveDate, Utc};

use super::figures::{Basis, Facts};
use crate::base::Role;
use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::ctx::Ctx;
use crate::followup::facts::SURVEY_CLOSES;
use crate::people::caller::Caller;
use crate::quality::indicators::{Chosen, Figure, Indicator, Sums};
use crate::quality::model::{BirthTotal, By, MonthOfBirths, PeriodFigure};
use crate::quality::store::DaySums;
use crate::quality::{period, store};

/// Fewer replies than these could be told apart (`followup-and-satisfaction.md` §5).
const FEW_REPLIES: i64 = 10;
/// How many days are counted anew at once: a month of a large hospital at most is in memory.
const AT_ONCE: u64 = 7;

/// The figures of each day of a period.
pub(super) struct Days {
    facility: FacilityId,
    basis: String,
    /// What they go by.
    pub chosen: Chosen,
    sums: BTreeMap<NaiveDate, Sums>,
    now: DateTime<Utc>,
}

impl Days {
    /// Both days and all between. What is counted anew is kept week by week, so that of a question that takes too long
    /// nothing is lost and the next one goes on.
    ///
    /// Errors: `http.invalid` for a period that ends before it begins or is longer than 36 months.
    pub async fn read(ctx: &Ctx, facility: FacilityId, from: NaiveDate, to: NaiveDate) -> Result<Days> {
        period::periods(from, to, By::Facility).ok_or_else(|| Error::invalid("/to", "period"))?;
        let mut view = ctx.view();
        let basis = Basis::read(ctx, &mut view, facility).await?;
        let now = ctx.clock.now();
        let mut days = Days {
            facility,
            basis: basis.word(),
            chosen: basis.chosen,
            sums: BTreeMap::new(),
            now,
        };
        let mut changed = Vec::new();
        for day in store::days(&mut view, facility, (from, to), &days.basis, now).await? {
            match day.sums {
                Some(text) => {
                    days.sums.insert(day.day, Sums::read(&text)?);
                }
                None => changed.push((day.day, day.changes)),
            }
        }
        let mut changed = changed.as_slice();
        while let Some((first, _)) = changed.first() {
            let last = *first + Count::new(AT_ONCE - 1);
            let (these, later) = changed.split_at(changed.partition_point(|(day, _)| *day <= last));
            days.count(ctx, &basis, these).await?;
            changed = later;
        }
        Ok(days)
    }

    /// Counts days that lie close together anew, and keeps them.
    async fn count(&mut self, ctx: &Ctx, basis: &Basis, changed: &[(NaiveDate, i64)]) -> Result<()> {
        let [(first, _), ..] = changed else {
            return Ok(());
        };
        let last = changed.last().map_or(*first, |(day, _)| *day);
        let facts = Facts::on(ctx, self.facility, basis, (*first, last)).await?;
        let mut fresh = Vec::with_capacity(changed.len());
        for (day, changes) in changed {
            let data = facts.on_day(*day)?;
            let sums = Sums::of(&data);
            fresh.push(DaySums {
                day: *day,
                changes: *changes,
                valid_until: data.turns_at(),
                sums: sums.to_text()?,
            });
            self.sums.insert(*day, sums);
        }
        if ctx.log.is_read_only() {
            return Ok(());
        }
        let mut tx = ctx.db.begin().await?;
        for day in &fresh {
            store::keep_day(&mut tx, self.facility, &self.basis, day).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    fn within(&self, from: NaiveDate, to: NaiveDate) -> Sums {
        let mut sums = Sums::nothing();
        for (_, day) in self.sums.range(from..=to) {
            sums.add(day);
        }
        sums
    }

    /// One indicator over a period of it.
    pub fn figure(&self, from: NaiveDate, to: NaiveDate, indicator: Indicator) -> Figure {
        self.within(from, to).take(indicator)
    }

    /// All indicators, period by period.
    pub fn figures(&self, from: NaiveDate, to: NaiveDate, by: By) -> Result<Vec<PeriodFigure>> {
        let periods = period::periods(from, to, by).ok_or_else(|| Error::invalid("/to", "period"))?;
        let mut figures = Vec::with_capacity(periods.len() * Indicator::ALL.len());
        for (from, to) in periods {
            let figure = |figure| PeriodFigure {
                from,
                to,
                figure,
                computed_at: self.now,
            };
            figures.extend(self.within(from, to).figures.into_iter().map(figure));
        }
        Ok(figures)
    }

    /// Whether the caller may know how satisfied women were: the quality office always, those who treated them only where
    /// nobody's reply can be read off.
    pub fn may_tell_satisfaction(&self, caller: &Caller, from: NaiveDate, to: NaiveDate) -> Result<bool> {
        Ok(caller.staff()?.role == Role::Quality || self.hides_replies(from, to))
    }

    /// Whether nobody's reply can be read off. That is whole months, each with ten replies: spans of such months differ by
    /// such months. And it is months of which no more replies are counted: who asks before and after a woman's reply would
    /// know it.
    pub fn hides_replies(&self, from: NaiveDate, to: NaiveDate) -> bool {
        let end = period::instants(from, to).map(|(_, end)| end);
        if end.is_none_or(|end| self.now < end + SURVEY_CLOSES) {
            return false;
        }
        let next = to.succ_opt();
        let whole = from.day() == 1 && next.is_some_and(|next| next.day() == 1);
        let replies = |(from, to)| self.figure(from, to, Indicator::N4Response).denominator;
        let months = period::periods(from, to, By::Month).unwrap_or_default();
        whole && months.into_iter().all(|month| replies(month) >= FEW_REPLIES)
    }

    /// The months that lie wholly between two days, as stated and as recorded.
    pub fn months(
        &self,
        from: NaiveDate,
        to: NaiveDate,
        stated: BTreeMap<NaiveDate, BirthTotal>,
    ) -> Vec<MonthOfBirths> {
        let whole = |month: NaiveDate| {
            let last = month.checked_add_months(Months::new(1))?.pred_opt()?;
            (from <= month && last <= to).then_some(last)
        };
        let months = stated.into_iter().filter_map(|(month, stated)| {
            Some(MonthOfBirths {
                month,
                stated,
                recorded: self.within(month, whole(month)?).recorded,
            })
        });
        months.collect()
    }
}
