//! What was recorded of a labor, must be reported, and is not yet: nobody has to remember the list.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use tracing::instrument;

use crate::base::error::Result;
use crate::base::id::{LaborId, PatientId};
use crate::base::{Act, Subject};
use crate::ctx::Ctx;
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::model::Category;
use crate::quality::{rules, store};

/// How long what was recorded is offered.
const OFFERED: Duration = Duration::days(90);

/// A report to be written.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// The labor.
    pub labor: LaborId,
    /// Whose.
    pub patient: PatientId,
    /// As what.
    pub category: Category,
    /// When it happened.
    pub at: DateTime<Utc>,
}

/// Events of the last 90 days that must be reported and of which there is no report, the newest first.
#[instrument(name = "quality.offers", skip_all)]
pub async fn offers(ctx: &Ctx, caller: &Caller) -> Result<Vec<Offer>> {
    policy::allowed(caller, Act::QualityOffers)?;
    let facility = caller.staff()?.facility;
    let mut tx = ctx.write(Act::QualityOffers).await?;
    let now = tx.now;
    let since = now - OFFERED;
    let complications = store::complications(&mut tx, facility, since).await?;
    let newborns = store::severe_asphyxia(&mut tx, facility, since).await?;
    let known = store::reported(&mut tx, facility, since).await?;
    let without = people::facts::out_of_use(&mut tx, facility).await?;
    let mut known: BTreeSet<(LaborId, &str)> = known
        .iter()
        .map(|(labor, category)| (*labor, category.word()))
        .collect();
    let of_mothers = complications.into_iter().filter_map(|(labor, patient, fact)| {
        let category = rules::must_report(&fact, now)?;
        Some(Offer {
            labor,
            patient,
            category,
            at: fact.onset_at,
        })
    });
    let of_newborns = newborns.into_iter().map(|(labor, patient, at)| Offer {
        labor,
        patient,
        category: Category::SevereNeonatalAsphyxia,
        at,
    });
    let mut offers: Vec<Offer> = of_mothers
        .chain(of_newborns)
        .filter(|offer| !without.contains(&offer.patient))
        .filter(|offer| known.insert((offer.labor, offer.category.word())))
        .collect();
    offers.sort_by_key(|offer| std::cmp::Reverse((offer.at, offer.labor)));
    let detail = json!({ "count": offers.len() });
    tx.journal(caller, Subject::list("adverse_event"), detail).await?;
    tx.commit().await?;
    Ok(offers)
}
