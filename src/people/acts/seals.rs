//! Sealing of a record in a dispute: demanded, listed, listed again, claimed, ended (CE-234).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tracing::instrument;

use super::demand::{entitled, printable};
use super::pieces::{self, Listed};
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, PatientId, RecordSealId, RecordSealListId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, Tx};
use crate::http::params::Faults;
use crate::once;
use crate::outbox::Message;
use crate::people::caller::{Caller, Mine};
use crate::people::jobs::{SEAL_OVER, SealOver};
use crate::people::model::{
    Entitled, Entitlement, FinishedItem, Keepers, Patient, Piece, RecordSeal, SealBody, SealEnd, SealList,
    SealState,
};
use crate::people::{policy, rules, store};

/// A sealing that is demanded.
#[derive(Clone, Debug)]
pub struct NewSeal {
    /// Whose record.
    pub patient: PatientId,
    /// Who demands it; without a name it is her own.
    pub demanded_by: Entitlement,
    /// What the dispute is about.
    pub reason: String,
}

/// What a list says beside its things.
fn head(patient: &Patient, seal: RecordSealId, no: i64, at: DateTime<Utc>) -> Value {
    json!({
        "schema": "record-seal/1",
        "seal": seal,
        "no": no,
        "record_number": patient.record_number,
        "patient": patient.id,
        "at": at,
    })
}

/// The quality office begins the sealing of a record at her demand, or of those whom the law names: what there is is
/// listed with its digests and copied. Until it ends nothing of hers is destroyed.
///
/// Errors: `Missing` for a woman who is not there, `people.not_entitled`, `people.record_sealed`,
/// `people.record_too_large`, `http.invalid`.
#[instrument(name = "people.seal", skip_all)]
pub async fn seal(ctx: &Ctx, keepers: &Keepers, caller: &Caller, new: NewSeal) -> Result<RecordSeal> {
    policy::allowed(caller, Act::PeopleSeal)?;
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let staff = caller.staff()?;
    let mut faults = Faults::default();
    let reason = faults.text(&new.reason, "/reason", 1, 2000);
    faults.done()?;
    let mine = Mine {
        patient: new.patient,
        facility: staff.facility,
    };
    // Read before the transaction begins: gathering everything takes longer than a writer should hold the others up.
    let mut view = ctx.view();
    let (patient, found) = pieces::gather(ctx, keepers, &mut view, mine).await?;
    let demanded_by = entitled(
        ctx,
        keepers,
        &mut view,
        &patient,
        (new.demanded_by, "/demanded_by"),
    )
    .await?;
    let name = patient.name.clone().unwrap_or_default();
    let relation = demanded_by.relation.clone().unwrap_or_default();
    let kinship = demanded_by.kinship_ref.clone().unwrap_or_default();
    let printed: [(&str, &str); 6] = [
        ("/patient", &name),
        ("/reason", &reason),
        ("/demanded_by/name", &demanded_by.name),
        ("/demanded_by/relation", &relation),
        ("/demanded_by/document_ref", &demanded_by.document_ref),
        ("/demanded_by/kinship_ref", &kinship),
    ];
    printable(ctx, keepers, mine.facility, &printed).await?;
    let traces = pieces::traces(&mut view, mine).await?;
    let at = ctx.clock.now();
    let id: RecordSealId = ctx.ids.make(at);
    let listed = pieces::listed(found, Some(traces), head(&patient, id, 1, at))?;
    let list = new_list(&listed, ctx.ids.make(at), 1, caller, at)?;
    let (package, _) = listed.packed(None).await?;
    let mut tx = once!(ctx, Act::PeopleSeal, caller);
    // A destruction that runs at this moment either sees the sealing or is over before it.
    if !store::lock_patient(&mut tx, mine).await? {
        return Err(Error::Missing(Noun::Patient));
    }
    if store::is_sealed(&mut tx, mine).await? {
        return Err(Error::Refused(Code::PeopleRecordSealed));
    }
    let seal = RecordSeal {
        id,
        patient: new.patient,
        body: SealBody { demanded_by, reason },
        by: staff.id,
        at,
        lists: vec![list.clone()],
        finished: Vec::new(),
        claims: Vec::new(),
        released: None,
    };
    store::add_seal(&mut tx, staff.facility, &seal).await?;
    store::add_seal_list(&mut tx, staff.facility, id, &list, &package).await?;
    let detail = told(&list, Some(seal.body.demanded_by.kind));
    tx.journal(
        caller,
        Subject::of_patient("record_seal", id, new.patient),
        detail,
    )
    .await?;
    tx.commit_with(&seal).await?;
    Ok(seal)
}

/// A list that waits for its signatures, in the language of whoever makes it.
fn new_list(
    listed: &Listed,
    id: RecordSealListId,
    no: i64,
    caller: &Caller,
    at: DateTime<Utc>,
) -> Result<SealList> {
    Ok(SealList {
        id,
        no,
        locale: caller.request.locale,
        items: listed.items.clone(),
        sha256: listed.sha256.clone(),
        by: caller.staff()?.id,
        at,
        signature: None,
    })
}

fn told(list: &SealList, demanded_by: Option<Entitled>) -> Value {
    let unfinished = list.items.iter().filter(|item| !item.finished).count();
    json!({
        "no": list.no, "items": list.items.len(), "unfinished": unfinished, "list_sha256": list.sha256,
        "demanded_by": demanded_by.map(Entitled::word),
    })
}

/// A sealing under its lock.
pub(super) async fn locked(tx: &mut Tx, facility: FacilityId, id: RecordSealId) -> Result<RecordSeal> {
    store::lock_seal(tx, facility, id).await?;
    let seal = store::seal(tx, facility, id).await?;
    seal.ok_or(Error::Missing(Noun::RecordSeal))
}

/// The sealed records of the hospital, newest first.
#[instrument(name = "people.seals", skip_all)]
pub async fn seals(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<RecordSeal>> {
    policy::allowed(caller, Act::PeopleSeals)?;
    let facility = caller.staff()?.facility;
    let after = page.after("seals")?;
    let rows = store::seals(&mut ctx.view(), facility, after, page.limit + 1).await?;
    let mut tx = ctx.write(Act::PeopleSeals).await?;
    let detail = json!({ "count": rows.len() });
    tx.journal(caller, Subject::list("record_seal"), detail).await?;
    tx.commit().await?;
    Ok(page.page(rows, "seals", |seal| seal.id))
}

/// One sealing with its lists.
#[instrument(name = "people.seal_get", skip_all)]
pub async fn seal_get(ctx: &Ctx, caller: &Caller, id: RecordSealId) -> Result<RecordSeal> {
    policy::allowed(caller, Act::PeopleSealGet)?;
    let facility = caller.staff()?.facility;
    let seal = store::seal(&mut ctx.view(), facility, id).await?;
    let seal = seal.ok_or(Error::Missing(Noun::RecordSeal))?;
    let mut tx = ctx.write(Act::PeopleSealGet).await?;
    let subject = Subject::of_patient("record_seal", id, seal.patient);
    tx.journal(caller, subject, json!({ "state": seal.state().word() }))
        .await?;
    tx.commit().await?;
    Ok(seal)
}

/// What is new or finished since a record was sealed comes onto a list of its own, of the same sealing.
///
/// Errors: `people.seal_released`, `people.list_unsigned`, `people.nothing_to_seal`, `people.record_too_large`.
#[instrument(name = "people.seal_again", skip_all)]
pub async fn seal_again(
    ctx: &Ctx,
    keepers: &Keepers,
    caller: &Caller,
    id: RecordSealId,
) -> Result<RecordSeal> {
    policy::allowed(caller, Act::PeopleSealAgain)?;
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let staff = caller.staff()?;
    let mut view = ctx.view();
    let seen = store::seal(&mut view, staff.facility, id).await?;
    let seen = seen.ok_or(Error::Missing(Noun::RecordSeal))?;
    let mine = Mine {
        patient: seen.patient,
        facility: staff.facility,
    };
    let (patient, mut found) = pieces::gather(ctx, keepers, &mut view, mine).await?;
    let traces = pieces::traces(&mut view, mine).await?;
    found.retain(|piece| piece.finished && !is_listed(&seen, piece));
    let at = ctx.clock.now();
    let no = seen.lists.last().map_or(0, |list| list.no) + 1;
    let listed = pieces::listed(found, Some(traces), head(&patient, id, no, at))?;
    let list = new_list(&listed, ctx.ids.make(at), no, caller, at)?;
    let (package, _) = listed.packed(None).await?;
    let mut tx = once!(ctx, Act::PeopleSealAgain, caller);
    let mut seal = locked(&mut tx, staff.facility, id).await?;
    rules::may_list(&seal).map_err(Error::Refused)?;
    if list.items.is_empty() {
        return Err(Error::Refused(Code::PeopleNothingToSeal));
    }
    // Between the reading and the lock another one made this list.
    if seal.lists.len() != seen.lists.len() {
        return Err(Error::Refused(Code::PeopleListUnsigned));
    }
    store::add_seal_list(&mut tx, staff.facility, id, &list, &package).await?;
    let subject = Subject::of_patient("record_seal", id, seal.patient);
    tx.journal(caller, subject, told(&list, None)).await?;
    seal.lists.push(list);
    tx.commit_with(&seal).await?;
    Ok(seal)
}

fn is_listed(seal: &RecordSeal, piece: &Piece) -> bool {
    pieces::is_listed(seal.lists.iter().flat_map(|list| &list.items), piece)
}

/// A claim is made in the dispute: the three years begin again.
///
/// Errors: `people.seal_released`, `people.list_unsigned`, `http.invalid`.
#[instrument(name = "people.seal_claim", skip_all)]
pub async fn seal_claim(ctx: &Ctx, caller: &Caller, id: RecordSealId, text: &str) -> Result<RecordSeal> {
    policy::allowed(caller, Act::PeopleSealClaim)?;
    let staff = caller.staff()?;
    let mut faults = Faults::default();
    let text = faults.text(text, "/text", 1, 2000);
    faults.done()?;
    let mut tx = once!(ctx, Act::PeopleSealClaim, caller);
    let seal = locked(&mut tx, staff.facility, id).await?;
    rules::may_claim(&seal).map_err(Error::Refused)?;
    store::add_seal_claim(&mut tx, staff.facility, id, &text, staff.id).await?;
    let seal = locked(&mut tx, staff.facility, id).await?;
    over_in_time(&mut tx, staff.facility, &seal).await?;
    let subject = Subject::of_patient("record_seal", id, seal.patient);
    let detail = json!({ "ends_at": rules::seal_ends_at(&seal) });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&seal).await?;
    Ok(seal)
}

/// The hospital ends a sealing: the dispute is settled, or both sides never signed.
///
/// Errors: `people.seal_released`, `http.invalid`.
#[instrument(name = "people.release_seal", skip_all)]
pub async fn release_seal(ctx: &Ctx, caller: &Caller, id: RecordSealId, reason: &str) -> Result<RecordSeal> {
    policy::allowed(caller, Act::PeopleReleaseSeal)?;
    let staff = caller.staff()?;
    let mut faults = Faults::default();
    let reason = faults.text(reason, "/reason", 1, 2000);
    faults.done()?;
    let mut tx = once!(ctx, Act::PeopleReleaseSeal, caller);
    let seal = locked(&mut tx, staff.facility, id).await?;
    let cause = match seal.state() {
        SealState::Sealed => SealEnd::Settled,
        SealState::Listed => SealEnd::NotSigned,
        SealState::Released => return Err(Error::Refused(Code::PeopleSealReleased)),
    };
    let said = (Some(reason.as_str()), Some(staff.id));
    store::release_seal(&mut tx, staff.facility, id, cause, said).await?;
    let subject = Subject::of_patient("record_seal", id, seal.patient);
    tx.journal(caller, subject, json!({ "cause": cause.word() }))
        .await?;
    let seal = locked(&mut tx, staff.facility, id).await?;
    tx.commit_with(&seal).await?;
    Ok(seal)
}

/// Has the sealing looked at when its time is over, as it stands now.
pub(super) async fn over_in_time(tx: &mut Tx, facility: FacilityId, seal: &RecordSeal) -> Result<()> {
    let Some(due) = rules::seal_ends_at(seal) else {
        return Ok(());
    };
    tx.enqueue(Message {
        kind: SEAL_OVER,
        facility: Some(facility),
        payload: &SealOver { seal: seal.id },
        dedupe: Some(format!("{} {due}", seal.id)),
        due,
    })
    .await
}

/// Three years went by: without a claim since, the sealing ends.
#[instrument(name = "people.seal_over", skip_all)]
pub(in crate::people) async fn seal_over(ctx: &Ctx, facility: FacilityId, id: RecordSealId) -> Result<()> {
    let mut tx = ctx.write(Act::PeopleSealOver).await?;
    store::lock_seal(&mut tx, facility, id).await?;
    let Some(seal) = store::seal(&mut tx, facility, id).await? else {
        return Ok(());
    };
    let over = rules::seal_ends_at(&seal).is_some_and(|ends_at| ends_at <= tx.now);
    if seal.released.is_some() || !over {
        return Ok(());
    }
    let cause = SealEnd::NoClaim;
    store::release_seal(&mut tx, facility, id, cause, (None, None)).await?;
    let subject = Subject::of_patient("record_seal", id, seal.patient);
    let (act, detail) = (Act::PeopleSealOver, json!({ "cause": cause.word() }));
    tx.journal_own(act, Some(facility), subject, detail).await?;
    tx.commit().await
}

/// Notes what of the sealed records of a hospital was unfinished when it was sealed and is finished since. A record that
/// can't be gathered is told to operators, and does not keep the others waiting.
#[instrument(name = "people.seal_finished", skip_all)]
pub(in crate::people) async fn seal_finished(
    ctx: &Ctx,
    keepers: &Keepers,
    facility: FacilityId,
) -> Result<()> {
    for id in store::standing_seals(&mut ctx.view(), facility).await? {
        if let Err(error) = look_again(ctx, keepers, facility, id).await {
            tracing::error!(seal.id = %id, %error, "a sealed record cannot be looked at: its list may lack what was finished since");
        }
    }
    Ok(())
}

async fn look_again(ctx: &Ctx, keepers: &Keepers, facility: FacilityId, id: RecordSealId) -> Result<()> {
    let mut view = ctx.view();
    let Some(seal) = store::seal(&mut view, facility, id).await? else {
        return Ok(());
    };
    let open: Vec<FinishedItem> = rules::left_unfinished(&seal);
    if open.is_empty() {
        return Ok(());
    }
    let mine = Mine {
        patient: seal.patient,
        facility,
    };
    let (_, found) = pieces::gather(ctx, keepers, &mut view, mine).await?;
    let is_finished = |one: &FinishedItem| {
        let mut same = found
            .iter()
            .filter(|piece| piece.item.kind == one.kind && piece.item.id == one.id);
        same.any(|piece| piece.finished)
    };
    let finished: Vec<FinishedItem> = open.into_iter().filter(is_finished).collect();
    if finished.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.write(Act::PeopleSealFinished).await?;
    store::lock_seal(&mut tx, facility, id).await?;
    let now = store::seal(&mut tx, facility, id).await?;
    if now.is_none_or(|now| now.released.is_some() || now.finished != seal.finished) {
        return Ok(());
    }
    store::add_seal_finished(&mut tx, facility, id, &finished).await?;
    let subject = Subject::of_patient("record_seal", id, seal.patient);
    let (act, detail) = (Act::PeopleSealFinished, json!({ "items": finished }));
    tx.journal_own(act, Some(facility), subject, detail).await?;
    tx.commit().await
}
