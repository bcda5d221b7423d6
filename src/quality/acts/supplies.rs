//! Drugs and consumables are received, used, discarded, given back and counted.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::bags::came;
use crate::analgesia::model::{Amount, Bag, Labor};
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::LaborId;
use crate::base::{Act, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, Tx};
use crate::http::params::Faults;
use crate::people::caller::{Caller, Colleague};
use crate::people::policy;
use crate::quality::store::Batches;
use crate::quality::supply::{self, Move, MoveKind, Supply, SupplyKind};
use crate::quality::{jobs, store};
use crate::{analgesia, episode, once, people};

/// A batch that came.
#[derive(Clone, Debug)]
pub struct SupplyDraft {
    /// What it is of.
    pub kind: SupplyKind,
    /// Name with its strength.
    pub name: String,
    /// Number of the batch.
    pub batch: String,
    /// Who delivered it.
    pub supplier: String,
    /// What it is counted in.
    pub unit: String,
    /// Last day of use.
    pub expires_on: NaiveDate,
    /// The day on which it came; today, if nothing else is said.
    pub received_on: Option<NaiveDate>,
    /// A controlled drug.
    pub controlled: bool,
    /// How much came.
    pub received: Amount,
}

/// Some of a batch goes somewhere.
#[derive(Clone, Debug)]
pub struct MoveDraft {
    /// Where to.
    pub kind: MoveKind,
    /// How much; of a count, how much is there.
    pub amount: Amount,
    /// The labor, of what was used.
    pub labor: Option<LaborId>,
    /// Why, of what was discarded or given back, and of a correction.
    pub reason: Option<String>,
    /// The move in whose place it stands.
    pub replaces: Option<Uuid>,
    /// When it happened.
    pub moved_at: DateTime<Utc>,
    /// The second person's word, for a controlled drug.
    pub attestation: Option<String>,
}

/// A batch with where it went.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Traced {
    /// The batch.
    pub supply: Supply,
    /// First to last.
    pub moves: Vec<Move>,
    /// Women whose pump had a bag of its number, by the records of labor.
    #[serde(default)]
    pub bags: Vec<Bag>,
}

/// A batch is received; what waited for it alone ends.
///
/// Errors: `http.invalid`, also for a batch whose last day of use was over when it came.
#[instrument(name = "quality.receive_supply", skip_all)]
pub async fn receive_supply(ctx: &Ctx, caller: &Caller, draft: SupplyDraft) -> Result<Supply> {
    policy::allowed(caller, Act::QualityReceiveSupply)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::QualityReceiveSupply, caller);
    let mut faults = Faults::default();
    let milli = supply::quantity(&mut faults, draft.received, "/received", false);
    let today = clinic_date(tx.now);
    let received_on = draft.received_on.unwrap_or(today);
    faults.check(received_on <= today, "/received_on", "in_future");
    faults.check(draft.expires_on >= received_on, "/expires_on", "expired");
    let supply = Supply {
        id: tx.id(),
        facility_id: me.facility,
        kind: draft.kind,
        name: faults.text(&draft.name, "/name", 1, 100),
        batch: faults.text(&draft.batch, "/batch", 1, 60),
        supplier: faults.text(&draft.supplier, "/supplier", 1, 120),
        unit: faults.text(&draft.unit, "/unit", 1, 20),
        expires_on: draft.expires_on,
        received_on: Some(received_on),
        controlled: draft.controlled,
        received: draft.received,
        balance: draft.received,
        by: me.id,
        at: tx.now,
    };
    faults.done()?;
    let known = store::holds_drug(&mut tx, me.facility, &supply.batch).await?;
    store::add_supply(&mut tx, &supply, milli).await?;
    // More of a batch that was there before is what no bag waits for.
    if supply.kind == SupplyKind::Drug && !known {
        came(&mut tx, me.facility, &supply.batch).await?;
    }
    let detail = json!({ "kind": supply.kind.word(), "controlled": supply.controlled });
    tx.journal(caller, Subject::thing("supply", supply.id), detail)
        .await?;
    tx.commit_with(&supply).await?;
    Ok(supply)
}

/// Some of a batch is used, discarded, given back or counted, or an earlier row of that is corrected. What happened is
/// always recorded; a controlled drug that does not add up comes before the quality office.
///
/// Errors: `http.invalid`, also for a correction of a row that counts no longer; `people.second_person_required` for a
/// controlled drug, `Missing` for a batch or labor of another hospital.
#[instrument(name = "quality.move_supply", skip_all)]
pub async fn move_supply(ctx: &Ctx, caller: &Caller, id: Uuid, draft: MoveDraft) -> Result<Traced> {
    policy::allowed(caller, Act::QualityMoveSupply)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::QualityMoveSupply, caller);
    let missing = || Error::Missing(Noun::Supply);
    let before = store::held_balance(&mut tx, me.facility, id)
        .await?
        .ok_or_else(missing)?;
    let supply = store::supply(&mut tx, me.facility, id)
        .await?
        .ok_or_else(missing)?;
    let labor = labor_of(&mut tx, &me, &draft).await?;
    let mut moves = store::moves(&mut tx, me.facility, id).await?;
    let received = supply::thousandths(supply.received).unwrap_or_default();
    let course = supply::course(received, &moves);
    let place = course.iter().find(|one| Some(one.id) == draft.replaces);
    let mut faults = Faults::default();
    let may_be_none = draft.kind == MoveKind::Counted || draft.replaces.is_some();
    let milli = supply::quantity(&mut faults, draft.amount, "/amount", may_be_none);
    faults.check(
        draft.replaces.is_none() || place.is_some(),
        "/replaces",
        "unknown",
    );
    faults.past(draft.moved_at, tx.now, "/moved_at");
    let used = draft.kind == MoveKind::Used;
    faults.check(
        labor.is_some() == used,
        "/labor",
        if used { "required" } else { "unknown" },
    );
    let told = draft.replaces.is_some() || matches!(draft.kind, MoveKind::Discarded | MoveKind::Returned);
    faults.check(draft.reason.is_some() || !told, "/reason", "required");
    let reason = draft.reason.map(|reason| faults.text(&reason, "/reason", 1, 200));
    faults.done()?;
    let second = if supply.controlled {
        let word = draft.attestation.as_deref();
        let (second, _) = people::facts::second_person(&mut tx, me, word, Act::QualityMoveSupply, id).await?;
        Some(second)
    } else {
        None
    };
    let expected = place.map_or(before, |place| place.expected);
    let moved = Move {
        id: tx.id(),
        kind: draft.kind,
        amount: draft.amount,
        expected: supply::amount(expected),
        labor: labor.as_ref().map(|labor| labor.id),
        patient: labor.as_ref().map(|labor| labor.patient_id),
        reason,
        replaces: draft.replaces,
        by: me.id,
        second,
        moved_at: draft.moved_at,
        at: tx.now,
    };
    moves.push(moved.clone());
    let (left, wrong) = if place.is_some() {
        supply::corrected(before, &course, &supply::course(received, &moves))
    } else {
        let wrong = supply::is_discrepancy(draft.kind, before, milli);
        (supply::left(draft.kind, before, milli), wrong)
    };
    store::add_move(&mut tx, me.facility, id, &moved, [milli, expected, left]).await?;
    if supply.controlled && wrong {
        jobs::does_not_add_up(&mut tx, me.facility, id, &moved).await?;
    }
    let subject = match moved.patient {
        Some(patient) => Subject::of_patient("supply", id, patient),
        None => Subject::thing("supply", id),
    };
    let detail = json!({ "kind": moved.kind.word(), "second": second, "replaces": moved.replaces });
    tx.journal(caller, subject, detail).await?;
    let traced = Traced {
        bags: analgesia::facts::bags(&mut tx, me.facility, &supply.batch).await?,
        moves,
        supply: Supply {
            balance: supply::amount(left),
            ..supply
        },
    };
    tx.commit_with(&traced).await?;
    Ok(traced)
}

async fn labor_of(tx: &mut Tx, me: &Colleague, draft: &MoveDraft) -> Result<Option<Labor>> {
    let Some(id) = draft.labor else { return Ok(None) };
    let labor = analgesia::facts::labor(tx, me.facility, id).await?;
    labor.ok_or(Error::Missing(Noun::Labor)).map(Some)
}

/// The batches of the hospital, the last received first: those of one number, or what a woman was given in her labor, if
/// that is asked for.
///
/// Errors: `http.invalid` for both at once, `Missing` for a labor of another hospital, `episode.access_needed`.
#[instrument(name = "quality.supplies", skip_all)]
pub async fn supplies(
    ctx: &Ctx,
    caller: &Caller,
    batch: Option<String>,
    labor: Option<LaborId>,
    page: PageRequest,
) -> Result<Page<Supply>> {
    policy::allowed(caller, Act::QualitySupplies)?;
    let facility = caller.staff()?.facility;
    let mut tx = ctx.write(Act::QualitySupplies).await?;
    let mut subject = Subject::list("supply");
    let (filter, which) = match (batch, labor) {
        (None, None) => ("supplies".to_owned(), Batches::All),
        (Some(batch), None) => (format!("supplies {batch}"), Batches::Numbered(batch)),
        (None, Some(id)) => {
            let labor = analgesia::facts::labor(&mut tx, facility, id).await?;
            let labor = labor.ok_or(Error::Missing(Noun::Labor))?;
            let now = tx.now;
            episode::facts::may_read(&mut tx, caller, Act::QualitySupplies, labor.patient_id, now).await?;
            subject.patient = Some(labor.patient_id.into());
            (format!("supplies of {}", labor.id), Batches::Given(labor.id))
        }
        (Some(_), Some(_)) => return Err(Error::invalid("/labor", "inconsistent")),
    };
    let after: Option<Uuid> = page.after(&filter)?;
    let rows = store::supplies(&mut tx, facility, which, after, page.limit + 1).await?;
    let found = page.page(rows, &filter, |supply| supply.id);
    let detail = json!({ "count": found.items.len() });
    tx.journal(caller, subject, detail).await?;
    tx.commit().await?;
    Ok(found)
}

/// One batch with where it went: who took it, when, for whom, and who saw it.
///
/// Errors: `Missing` for one of another hospital.
#[instrument(name = "quality.supply", skip_all)]
pub async fn supply(ctx: &Ctx, caller: &Caller, id: Uuid) -> Result<Traced> {
    policy::allowed(caller, Act::QualitySupply)?;
    let facility = caller.staff()?.facility;
    let mut tx = ctx.write(Act::QualitySupply).await?;
    let found = store::supply(&mut tx, facility, id).await?;
    let supply = found.ok_or(Error::Missing(Noun::Supply))?;
    let traced = Traced {
        bags: analgesia::facts::bags(&mut tx, facility, &supply.batch).await?,
        supply,
        moves: store::moves(&mut tx, facility, id).await?,
    };
    let detail = json!({ "moves": traced.moves.len(), "bags": traced.bags.len() });
    tx.journal(caller, Subject::thing("supply", id), detail).await?;
    tx.commit().await?;
    Ok(traced)
}
