//! Legal holds, and the destruction of records whose time is over (CE-231, CE-234).

use chrono::Months;
use serde_json::json;
use tracing::instrument;

use super::copy;
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, DestructionListId, FacilityId, LegalHoldId, PatientId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, Tx};
use crate::db::Q;
use crate::http::params::Faults;
use crate::journal::sha256_hex;
use crate::once;
use crate::people::caller::{Caller, Mine};
use crate::people::model::{Destroyed, DestructionList, Ended, HoldBody, Keepers, LegalHold};
use crate::people::{policy, rules, store};

/// Records on one list; the next list has the rest.
const MOST: i64 = 200;

/// A hold to be placed.
#[derive(Clone, Debug)]
pub struct NewHold {
    /// Whose record.
    pub patient: PatientId,
    /// The one consent that the dispute is about.
    pub consent: Option<ConsentId>,
    /// Why.
    pub reason: String,
    /// Who is in dispute.
    pub parties: Vec<String>,
}

/// The quality office places a hold: what there is is listed with its digests, and nothing of it is destroyed.
///
/// Errors: `Missing` for a woman or a consent that is not there, `http.invalid`.
#[instrument(name = "people.hold", skip_all)]
pub async fn hold(ctx: &Ctx, keepers: &Keepers, caller: &Caller, new: NewHold) -> Result<LegalHold> {
    policy::allowed(caller, Act::PeopleHold)?;
    let staff = caller.staff()?;
    let mut faults = Faults::default();
    let body = HoldBody {
        reason: faults.text(&new.reason, "/reason", 1, 2000),
        parties: new
            .parties
            .iter()
            .enumerate()
            .map(|(at, party)| faults.text(party, &format!("/parties/{at}"), 1, 200))
            .collect(),
    };
    faults.check((1..=20).contains(&body.parties.len()), "/parties", "length");
    faults.done()?;
    let mine = Mine {
        patient: new.patient,
        facility: staff.facility,
    };
    // Read before the transaction begins: gathering everything takes longer than a writer should hold the others up.
    let mut view = ctx.view();
    let known = store::patient(&mut view, mine.facility, mine.patient).await?;
    known.ok_or(Error::Missing(Noun::Patient))?;
    let parts = copy::parts(ctx, keepers, &mut view, mine).await?;
    let mut items = copy::items(&parts)?;
    if let Some(consent) = new.consent {
        let id = consent.to_string();
        items.retain(|item| item.id.split('.').next() == Some(id.as_str()));
        if items.is_empty() {
            return Err(Error::Missing(Noun::Consent));
        }
    }
    let mut tx = once!(ctx, Act::PeopleHold, caller);
    // A destruction that runs at this moment either sees the hold or is over before it.
    if !store::lock_patient(&mut tx, mine).await? {
        return Err(Error::Missing(Noun::Patient));
    }
    let kept = store::NewHold {
        patient: new.patient,
        consent: new.consent,
        body: &body,
        items: &items,
        by: staff.id,
    };
    let id = store::add_hold(&mut tx, staff.facility, kept).await?;
    let subject = Subject::of_patient("legal_hold", id, new.patient);
    let detail = json!({ "items": items.len(), "consent": new.consent });
    tx.journal(caller, subject, detail).await?;
    let hold = found(&mut tx, staff.facility, id).await?;
    tx.commit_with(&hold).await?;
    Ok(hold)
}

async fn found(tx: &mut Tx, facility: FacilityId, id: LegalHoldId) -> Result<LegalHold> {
    let hold = store::hold(tx, facility, id).await?;
    hold.ok_or(Error::Missing(Noun::LegalHold))
}

/// The holds of the hospital, newest first.
#[instrument(name = "people.holds", skip_all)]
pub async fn holds(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<LegalHold>> {
    policy::allowed(caller, Act::PeopleHolds)?;
    let facility = caller.staff()?.facility;
    let after = page.after("holds")?;
    let mut tx = ctx.write(Act::PeopleHolds).await?;
    let rows = store::holds(&mut tx, facility, after, page.limit + 1).await?;
    tx.journal(
        caller,
        Subject::list("legal_hold"),
        json!({ "count": rows.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(page.page(rows, "holds", |hold| hold.id))
}

/// The quality office ends a hold.
///
/// Errors: `people.hold_released`, `http.invalid`.
#[instrument(name = "people.release_hold", skip_all)]
pub async fn release_hold(ctx: &Ctx, caller: &Caller, id: LegalHoldId, reason: &str) -> Result<LegalHold> {
    policy::allowed(caller, Act::PeopleReleaseHold)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleReleaseHold, caller);
    let hold = found(&mut tx, staff.facility, id).await?;
    let mut faults = Faults::default();
    let reason = faults.text(reason, "/reason", 1, 2000);
    faults.done()?;
    if !store::release_hold(&mut tx, staff.facility, id, &reason, staff.id).await? {
        return Err(Error::Refused(Code::PeopleHoldReleased));
    }
    let subject = Subject::of_patient("legal_hold", id, hold.patient);
    tx.journal(caller, subject, json!({})).await?;
    let released = found(&mut tx, staff.facility, id).await?;
    tx.commit_with(&released).await?;
    Ok(released)
}

/// The quality office lists records whose time of keeping is over and that no hold is on.
#[instrument(name = "people.list_destruction", skip_all)]
pub async fn list_destruction(ctx: &Ctx, caller: &Caller) -> Result<DestructionList> {
    policy::allowed(caller, Act::PeopleListDestruction)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleListDestruction, caller);
    // The shortest time of keeping; each record is judged by itself below.
    let since = tx.now.checked_sub_months(Months::new(12 * 15)).unwrap_or(tx.now);
    let today = clinic_date(tx.now);
    let held = store::held(&mut tx, staff.facility).await?;
    let mut items = Vec::new();
    for (patient, record_number) in store::unvisited_since(&mut tx, staff.facility, since, MOST).await? {
        let until = ended(&mut tx, staff.facility, patient, today).await?;
        if let Some(retain_until) = until.filter(|_| !held.contains(&patient)) {
            items.push(Ended {
                patient,
                record_number,
                retain_until,
            });
        }
    }
    let list = DestructionList {
        id: tx.id(),
        sha256: sha256_hex(&serde_json::to_vec(&items)?),
        items,
        by: staff.id,
        at: tx.now,
        approved_by: Vec::new(),
        outcome: None,
    };
    store::add_destruction_list(&mut tx, staff.facility, &list).await?;
    let subject = Subject::thing("destruction_list", list.id);
    let detail = json!({ "count": list.items.len(), "sha256": list.sha256 });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&list).await?;
    Ok(list)
}

/// The first day on which her record may be destroyed, if it has come.
async fn ended(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
    today: chrono::NaiveDate,
) -> Result<Option<chrono::NaiveDate>> {
    let care = store::care(q, facility, patient).await?;
    Ok(care.and_then(rules::retain_until).filter(|until| *until <= today))
}

/// The lists of the hospital, newest first.
#[instrument(name = "people.destructions", skip_all)]
pub async fn destructions(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<DestructionList>> {
    policy::allowed(caller, Act::PeopleDestructions)?;
    let facility = caller.staff()?.facility;
    let after = page.after("destructions")?;
    let mut tx = ctx.write(Act::PeopleDestructions).await?;
    let rows = store::destruction_lists(&mut tx, facility, after, page.limit + 1).await?;
    let detail = json!({ "count": rows.len() });
    tx.journal(caller, Subject::list("destruction_list"), detail)
        .await?;
    tx.commit().await?;
    Ok(page.page(rows, "destructions", |list| list.id))
}

/// One of two people approves a list. With the second approval the keys of its records are destroyed: what was sealed
/// can't be opened any more, digests and the journal stay.
///
/// Errors: `people.already_approved`.
#[instrument(name = "people.approve_destruction", skip_all)]
pub async fn approve_destruction(
    ctx: &Ctx,
    keepers: &Keepers,
    caller: &Caller,
    id: DestructionListId,
) -> Result<DestructionList> {
    policy::allowed(caller, Act::PeopleApproveDestruction)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleApproveDestruction, caller);
    let missing = || Error::Missing(Noun::DestructionList);
    store::lock_destruction_list(&mut tx, staff.facility, id).await?;
    let list = store::destruction_list(&mut tx, staff.facility, id)
        .await?
        .ok_or_else(missing)?;
    if list.outcome.is_some() || !store::approve(&mut tx, staff.facility, id, staff.id).await? {
        return Err(Error::Refused(Code::PeopleAlreadyApproved));
    }
    let approvals = list.approved_by.len() + 1;
    let (mut destroyed, mut kept) = (0, 0);
    if approvals > 1 {
        let outcome = destroy(&mut tx, keepers, staff.facility, &list).await?;
        store::add_destruction(&mut tx, staff.facility, id, &outcome).await?;
        (destroyed, kept) = (outcome.destroyed.len(), outcome.kept.len());
    }
    let detail = json!({
        "sha256": list.sha256, "approvals": approvals, "destroyed": destroyed, "kept": kept,
    });
    tx.journal(caller, Subject::thing("destruction_list", id), detail)
        .await?;
    let list = store::destruction_list(&mut tx, staff.facility, id)
        .await?
        .ok_or_else(missing)?;
    tx.commit_with(&list).await?;
    Ok(list)
}

/// Each record is judged again under its lock: a hold or a visit since the list was made keeps it.
async fn destroy(
    tx: &mut Tx,
    keepers: &Keepers,
    facility: FacilityId,
    list: &DestructionList,
) -> Result<Destroyed> {
    let today = clinic_date(tx.now);
    let mut outcome = Destroyed {
        destroyed: Vec::new(),
        kept: Vec::new(),
        at: tx.now,
    };
    // Always in the same order, so that two lists with the same women wait for each other and never in a ring.
    let mut patients: Vec<PatientId> = list.items.iter().map(|item| item.patient).collect();
    patients.sort_unstable();
    for patient in patients {
        let mine = Mine { patient, facility };
        let there = store::lock_patient(tx, mine).await?;
        let over = ended(tx, facility, patient, today).await?.is_some();
        if !there || !over || store::is_held(tx, mine).await? {
            outcome.kept.push(patient);
            continue;
        }
        let mut records = vec![patient.0];
        records.extend(store::ids(tx, &OWN, mine).await?);
        for keeper in &keepers.all {
            records.extend((keeper.records)(tx, mine).await?);
        }
        for record in records {
            tx.destroy_keys(record).await?;
        }
        store::blank(tx, mine).await?;
        outcome.destroyed.push(patient);
    }
    Ok(outcome)
}

/// What of people is sealed beside the record itself.
const OWN: [&str; 8] = [
    "select id from data_request where facility_id = $1 and patient_id = $2",
    "select id from legal_hold where facility_id = $1 and patient_id = $2",
    "select id from signer_check where facility_id = $1 and patient_id = $2",
    "select id from record_copy where facility_id = $1 and patient_id = $2",
    "select id from record_seal where facility_id = $1 and patient_id = $2",
    "select l.id from record_seal_list l join record_seal s on s.id = l.seal_id \
     where s.facility_id = $1 and s.patient_id = $2",
    "select c.id from record_seal_claim c join record_seal s on s.id = c.seal_id \
     where s.facility_id = $1 and s.patient_id = $2",
    "select id from guardian_agreement where facility_id = $1 and patient_id = $2",
];
