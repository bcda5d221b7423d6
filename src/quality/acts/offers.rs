//! What was recorded of a labor, must be reported, and is not yet: nobody has to remember the list.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use tracing::instrument;

use crate::analgesia;
use crate::analgesia::model::ComplicationFact;
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId, PatientId};
use crate::base::{Act, Subject};
use crate::ctx::{Ctx, Tx};
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
    /// By when the report is due.
    pub due: DateTime<Utc>,
}

/// Events of the last 90 days that must be reported and of which there is no report, the newest first.
#[instrument(name = "quality.offers", skip_all)]
pub async fn offers(ctx: &Ctx, caller: &Caller) -> Result<Vec<Offer>> {
    policy::allowed(caller, Act::QualityOffers)?;
    let mut tx = ctx.write(Act::QualityOffers).await?;
    let offers = offered(&mut tx, caller.staff()?.facility).await?;
    let detail = json!({ "count": offers.len() });
    tx.journal(caller, Subject::list("adverse_event"), detail).await?;
    tx.commit().await?;
    Ok(offers)
}

pub(super) async fn offered(tx: &mut Tx, facility: FacilityId) -> Result<Vec<Offer>> {
    let since = tx.now - OFFERED;
    let known = store::reported(tx, facility, since).await?;
    let mut known: BTreeSet<(LaborId, &str)> = known
        .iter()
        .map(|(labor, category)| (*labor, category.word()))
        .collect();
    let without = people::facts::out_of_use(tx, facility).await?;
    let hours = people::facts::facility(tx, facility)
        .await?
        .settings
        .adverse_event_hours;
    let mut offers: Vec<Offer> = seen(tx, facility, since)
        .await?
        .into_iter()
        .filter(|(_, patient, ..)| !without.contains(patient))
        .filter(|(labor, _, category, _)| known.insert((*labor, category.word())))
        .map(|(labor, patient, category, at)| Offer {
            labor,
            patient,
            category,
            at,
            due: rules::runs_from(category, at) + rules::deadline(rules::taken_for(category), hours),
        })
        .collect();
    offers.sort_by_key(|offer| std::cmp::Reverse((offer.at, offer.labor)));
    Ok(offers)
}

type Seen = (LaborId, PatientId, Category, DateTime<Utc>);

/// What the records show since a time: of mothers, of newborns, and of catheters.
async fn seen(tx: &mut Tx, facility: FacilityId, since: DateTime<Utc>) -> Result<Vec<Seen>> {
    let now = tx.now;
    let complications = store::complications(tx, facility, since).await?;
    let of_mother = |(labor, patient, fact): (LaborId, PatientId, ComplicationFact)| {
        Some((labor, patient, rules::must_report(&fact, now)?, fact.onset_at))
    };
    let mut all: Vec<Seen> = complications.into_iter().filter_map(of_mother).collect();
    for (labor, patient, at) in store::severe_asphyxia(tx, facility, since).await? {
        all.push((labor, patient, Category::SevereNeonatalAsphyxia, at));
    }
    let called = store::tip_alarms(tx, facility, since).await?;
    let labors: Vec<LaborId> = called.iter().map(|(labor, _)| *labor).collect();
    let stops = analgesia::facts::stops(tx, facility, &labors).await?;
    for (labor, version) in stops {
        let stop = version.stop;
        let of = called.iter().find(|(one, _)| *one == labor);
        if let (Some((_, patient)), Some(false)) = (of, stop.tip_intact) {
            let at = stop.catheter_removed_at.unwrap_or(stop.stop_at);
            all.push((labor, *patient, Category::CatheterBreak, at));
        }
    }
    for (labor, patient, at) in store::tips_found_broken(tx, facility, since).await? {
        all.push((labor, patient, Category::CatheterBreak, at));
    }
    Ok(all)
}
