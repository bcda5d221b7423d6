//! The indicators of hospitals that agreed to be compared, side by side.

use chrono::{Datelike, NaiveDate};
use serde_json::json;
use tracing::instrument;

use super::alliance::standing;
use super::days::Days;
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::base::{Act, Subject};
use crate::ctx::Ctx;
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::indicators::{Chosen, Figure, Indicator};
use crate::quality::model::{By, PeriodFigure};

/// The figures of one hospital.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Which.
    pub facility: FacilityId,
    /// Its name.
    pub name: String,
    /// What its figures go by.
    pub chosen: Chosen,
    /// All indicators of the period.
    pub figures: Vec<PeriodFigure>,
}

/// An indicator of all hospitals together.
#[derive(Clone, Debug)]
pub struct Total {
    /// Of so many of them.
    pub hospitals: usize,
    /// Their cases together.
    pub figure: Figure,
}

/// Hospitals side by side.
#[derive(Clone, Debug)]
pub struct Alliance {
    /// The caller's first, the others by name.
    pub hospitals: Vec<Compared>,
    /// Each indicator of all together.
    pub total: Vec<Total>,
}

/// Only what is told of each: one that is hidden could be told by what is missing. What hospitals choose for themselves is
/// added where they count as the first one does, the caller's.
fn total(hospitals: &[Compared]) -> Vec<Total> {
    let own = hospitals.first().map(|one| one.chosen);
    let of = |indicator: &Indicator| {
        let mut total = Total {
            hospitals: 0,
            figure: Figure::nothing(*indicator),
        };
        let all = hospitals
            .iter()
            .filter(|one| own.is_some_and(|own| one.chosen.is_like(own, *indicator)))
            .flat_map(|one| &one.figures)
            .map(|one| &one.figure);
        for figure in all.filter(|one| one.indicator == *indicator && !one.is_small()) {
            total.hospitals += 1;
            total.figure.add(figure);
        }
        total
    };
    Indicator::ALL.iter().map(of).collect()
}

/// The indicators of a period of this hospital and of those with which it agreed on that; this one first, the others by
/// name. Hospitals are not ranked. Whole months only, and such as are over: two answers that differ by a day would tell of
/// that day.
///
/// Errors: `http.invalid` for a period that is not of whole months, is not over, ends before it begins or is longer than 36
/// months.
#[instrument(name = "quality.alliance_figures", skip_all)]
pub async fn alliance_figures(
    ctx: &Ctx,
    caller: &Caller,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Alliance> {
    policy::allowed(caller, Act::QualityAllianceFigures)?;
    let me = caller.staff()?.facility;
    let whole = from.day() == 1 && to.succ_opt().is_some_and(|next| next.day() == 1);
    if !whole {
        return Err(Error::invalid("/to", "whole_months"));
    }
    if to >= clinic_date(ctx.clock.now()) {
        return Err(Error::invalid("/to", "in_future"));
    }
    let mut view = ctx.view();
    let own = people::facts::facility(&mut view, me).await?;
    let allies = standing(&mut view, me).await?.into_iter();
    let agreed = allies.filter(|ally| ally.both().comparison);
    let mut others: Vec<(FacilityId, String)> = agreed.map(|ally| (ally.facility, ally.name)).collect();
    others.sort_by(|a, b| a.1.cmp(&b.1));
    let mut all = Vec::with_capacity(others.len() + 1);
    for (facility, name) in std::iter::once((me, own.name)).chain(others) {
        let days = Days::read(ctx, facility, from, to).await?;
        let mut figures = days.figures(from, to, By::Facility)?;
        let told = match facility == me {
            true => days.may_tell_satisfaction(caller, from, to)?,
            false => days.hides_replies(from, to),
        };
        figures.retain(|one| told || !one.figure.indicator.is_of_satisfaction());
        all.push(Compared {
            figures,
            facility,
            name,
            chosen: days.chosen,
        });
    }
    let mut tx = ctx.write(Act::QualityAllianceFigures).await?;
    let hospitals: Vec<FacilityId> = all.iter().map(|one| one.facility).collect();
    let detail = json!({ "from": from, "to": to, "hospitals": hospitals });
    tx.journal(caller, Subject::list("indicator"), detail).await?;
    tx.commit().await?;
    Ok(Alliance {
        total: total(&all),
        hospitals: all,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::people::model::AsphyxiaDefinition;

    /// Its figures of 40 cases each.
    fn hospital(n: u128, window_min: i64, asphyxia: AsphyxiaDefinition) -> Compared {
        let day: NaiveDate = "2026-03-01".parse().unwrap();
        let figure = |indicator: &Indicator| PeriodFigure {
            from: day,
            to: day,
            figure: Figure {
                denominator: 40,
                ..Figure::nothing(*indicator)
            },
            computed_at: "2026-05-01T00:00:00Z".parse().unwrap(),
        };
        Compared {
            facility: FacilityId(Uuid::from_u128(n)),
            name: format!("{n}"),
            chosen: Chosen { window_min, asphyxia },
            figures: Indicator::ALL.iter().map(figure).collect(),
        }
    }

    #[test]
    fn what_hospitals_count_differently_is_not_added() {
        let (apgar, gas) = (AsphyxiaDefinition::Apgar, AsphyxiaDefinition::Consensus2016);
        let total = total(&[
            hospital(1, 15, apgar),
            hospital(2, 30, apgar),
            hospital(3, 15, gas),
        ]);
        for one in total {
            let hospitals = match one.figure.indicator {
                Indicator::N2Literal | Indicator::N2CompleteCase | Indicator::N3Literal => 2,
                _ => 3,
            };
            let code = one.figure.indicator.code();
            assert_eq!(one.hospitals, hospitals, "{code}");
            assert_eq!(one.figure.denominator, hospitals as i64 * 40, "{code}");
        }
    }
}
