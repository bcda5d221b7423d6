//! Copies of a record with the hospital's proof mark: one file with the originals, byte for byte, and a certificate that
//! names each by its digest (CE-233).

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use tracing::instrument;

use super::demand::{entitled, printable, rendered};
use super::pieces;
use super::requests::number;
use crate::base::error::{Error, Result};
use crate::base::id::{PatientId, RecordCopyId, StaffId};
use crate::base::{Act, Code, Locale, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, View};
use crate::db::Q;
use crate::evidence::document::Inputs;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::{Caller, Mine, Who};
use crate::people::model::{CopyBody, Entitled, Entitlement, Keepers, Patient, RecordCopy};
use crate::people::papers::{self, Certified, Whose};
use crate::people::{facts, policy, store};

/// The certificate in a copy.
const CERTIFICATE: &str = "certificate.pdf";
/// Copies of one record that she is told of.
const MOST: i64 = 1000;
/// Copies that she may take herself in a day: each is kept as it was handed out.
const A_DAY: i64 = 5;

/// A copy to be issued.
#[derive(Clone, Debug)]
pub struct NewCopy {
    /// Whose record.
    pub patient: PatientId,
    /// Who has it.
    pub recipient: Entitlement,
    /// On which basis.
    pub basis: String,
    /// Which kinds of things; all without it.
    pub parts: Option<Vec<String>>,
}

fn checked_parts(faults: &mut Faults, parts: Option<&Vec<String>>) {
    for (at, part) in parts.into_iter().flatten().enumerate() {
        faults.check(papers::is_kind(part), &format!("/parts/{at}"), "unknown");
    }
}

/// The office issues a copy to somebody whom the law names.
///
/// Errors: `Missing` for a woman who is not there, `people.not_entitled`, `people.nothing_to_copy`,
/// `people.record_too_large`, `http.invalid`.
#[instrument(name = "people.issue_copy", skip_all)]
pub async fn issue_copy(ctx: &Ctx, keepers: &Keepers, caller: &Caller, new: NewCopy) -> Result<RecordCopy> {
    policy::allowed(caller, Act::PeopleIssueCopy)?;
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let staff = caller.staff()?;
    let mut faults = Faults::default();
    let basis = faults.text(&new.basis, "/basis", 1, 500);
    checked_parts(&mut faults, new.parts.as_ref());
    faults.done()?;
    let mine = Mine {
        patient: new.patient,
        facility: staff.facility,
    };
    let mut view = ctx.view();
    let known = store::patient(&mut view, mine.facility, mine.patient).await?;
    let patient = known.ok_or(Error::Missing(Noun::Patient))?;
    let recipient = entitled(ctx, keepers, &mut view, &patient, (new.recipient, "/recipient")).await?;
    let hers = patient.name.unwrap_or_default();
    let relation = recipient.relation.clone().unwrap_or_default();
    let kinship = recipient.kinship_ref.clone().unwrap_or_default();
    let printed: [(&str, &str); 6] = [
        ("/patient", &hers),
        ("/basis", &basis),
        ("/recipient/name", &recipient.name),
        ("/recipient/relation", &relation),
        ("/recipient/document_ref", &recipient.document_ref),
        ("/recipient/kinship_ref", &kinship),
    ];
    printable(ctx, keepers, mine.facility, &printed).await?;
    let me = store::staff(&mut view, staff.facility, staff.id).await?;
    let name = me.map(|me| me.name).unwrap_or_default();
    let made = Made {
        mine,
        body: CopyBody { recipient, basis },
        parts: new.parts,
        by: Some((staff.id, name)),
    };
    issue(ctx, keepers, caller, view, made).await
}

/// She takes a copy of her own record, at once.
///
/// Errors: `people.record_mismatch` before she was matched with what the hospital wrote, `people.copies_of_today`,
/// `people.nothing_to_copy`, `people.record_too_large`, `http.invalid`.
#[instrument(name = "people.issue_copy", skip_all)]
pub async fn take_copy(
    ctx: &Ctx,
    keepers: &Keepers,
    caller: &Caller,
    parts: Option<Vec<String>>,
) -> Result<RecordCopy> {
    policy::allowed(caller, Act::PeopleIssueCopy)?;
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let mine = caller.mine()?;
    let mut faults = Faults::default();
    checked_parts(&mut faults, parts.as_ref());
    faults.done()?;
    let mut view = ctx.view();
    let patient = store::patient(&mut view, mine.facility, mine.patient).await?;
    let patient = patient.ok_or(Error::Missing(Noun::Patient))?;
    few_enough(&mut view, mine, ctx.clock.now()).await?;
    let locale = caller.request.locale;
    let recipient = Entitlement {
        kind: Entitled::Patient,
        name: patient.name.unwrap_or_default(),
        relation: None,
        document_ref: papers::own_session(locale),
        authority: None,
        died_on: None,
        kinship_ref: None,
    };
    let made = Made {
        mine,
        body: CopyBody {
            recipient,
            basis: papers::own_request(locale),
        },
        parts,
        by: None,
    };
    issue(ctx, keepers, caller, view, made).await
}

/// Whether she has taken fewer than a day's copies.
async fn few_enough(q: &mut impl Q, mine: Mine, now: DateTime<Utc>) -> Result<()> {
    let taken = store::copies_taken(q, mine, now - Duration::days(1)).await?;
    if taken < A_DAY {
        Ok(())
    } else {
        Err(Error::Refused(Code::PeopleCopiesOfToday))
    }
}

struct Made {
    mine: Mine,
    body: CopyBody,
    parts: Option<Vec<String>>,
    by: Option<(StaffId, String)>,
}

async fn issue(
    ctx: &Ctx,
    keepers: &Keepers,
    caller: &Caller,
    mut view: View,
    made: Made,
) -> Result<RecordCopy> {
    let mine = made.mine;
    let (patient, mut found) = pieces::gather(ctx, keepers, &mut view, mine).await?;
    if let Some(parts) = &made.parts {
        found.retain(|piece| parts.contains(&piece.item.kind));
    }
    if found.is_empty() {
        return Err(Error::Refused(Code::PeopleNothingToCopy));
    }
    let at = ctx.clock.now();
    let id: RecordCopyId = ctx.ids.make(at);
    let number = number(at);
    let head = json!({
        "schema": "record-copy/1",
        "copy": id,
        "number": number,
        "record_number": patient.record_number,
        "patient": patient.id,
        "at": at,
    });
    let listed = pieces::listed(found, None, head)?;
    let of = Certificate {
        id,
        number: &number,
        at,
        made: &made,
        listed: &listed,
    };
    let certificate = certified(ctx, keepers, &mut view, &patient, &of, caller.request.locale).await?;
    let items = listed.items.clone();
    let (package, sha256) = listed.packed(Some((CERTIFICATE, certificate))).await?;
    let mut tx = once!(ctx, Act::PeopleIssueCopy, caller);
    // Not of a record that is destroyed at this moment.
    if !store::lock_patient(&mut tx, mine).await? {
        return Err(Error::Missing(Noun::Patient));
    }
    if made.by.is_none() {
        let now = tx.now;
        few_enough(&mut tx, mine, now).await?;
    }
    let copy = RecordCopy {
        id,
        patient: mine.patient,
        sha256,
        items,
        by: made.by.map(|(id, _)| id),
        body: made.body,
        number,
        at,
    };
    store::add_copy(&mut tx, mine.facility, &copy, &package).await?;
    let subject = Subject::of_patient("record_copy", id, mine.patient);
    let detail = json!({
        "number": copy.number, "recipient": copy.body.recipient.kind.word(), "items": copy.items.len(),
        "sha256": copy.sha256,
    });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&copy).await?;
    Ok(copy)
}

struct Certificate<'a> {
    id: RecordCopyId,
    number: &'a str,
    at: DateTime<Utc>,
    made: &'a Made,
    listed: &'a pieces::Listed,
}

async fn certified(
    ctx: &Ctx,
    keepers: &Keepers,
    view: &mut View,
    patient: &Patient,
    of: &Certificate<'_>,
    locale: Locale,
) -> Result<Vec<u8>> {
    let hospital = facts::facility(view, of.made.mine.facility).await?;
    let whose = Whose {
        hospital: &hospital.name,
        name: patient.name.as_deref().unwrap_or_default(),
        record_number: &patient.record_number,
    };
    let certified = Certified {
        number: of.number,
        at: of.at,
        recipient: &of.made.body.recipient,
        basis: &of.made.body.basis,
        issued_by: of.made.by.as_ref().map(|(_, name)| name.as_str()),
        list_sha256: &of.listed.sha256,
        items: &of.listed.items,
    };
    let inputs = Inputs {
        template: papers::LAYOUT,
        data: papers::certificate(locale, &whose, &certified),
        files: Vec::new(),
        characters: Vec::new(),
        ident: format!("{} certificate", of.id),
        at: of.at,
    };
    rendered(ctx, keepers, of.made.mine.facility, inputs).await
}

/// The hospital's log of copies, newest first; of one woman's record if asked so.
#[instrument(name = "people.copies", skip_all)]
pub async fn copies(
    ctx: &Ctx,
    caller: &Caller,
    patient: Option<PatientId>,
    page: PageRequest,
) -> Result<Page<RecordCopy>> {
    policy::allowed(caller, Act::PeopleCopies)?;
    let facility = caller.staff()?.facility;
    let key = format!("copies {}", patient.map(|id| id.to_string()).unwrap_or_default());
    let after = page.after(&key)?;
    let rows = store::copies(&mut ctx.view(), facility, patient, after, page.limit + 1).await?;
    let subject = match patient {
        Some(patient) => Subject::of_patient("patient", patient, patient),
        None => Subject::list("record_copy"),
    };
    let mut tx = ctx.write(Act::PeopleCopies).await?;
    tx.journal(caller, subject, json!({ "count": rows.len() }))
        .await?;
    tx.commit().await?;
    Ok(page.page(rows, &key, |copy| copy.id))
}

/// The copies of her record that were handed out, to whomever, newest first.
#[instrument(name = "people.copies", skip_all)]
pub async fn my_copies(ctx: &Ctx, caller: &Caller) -> Result<Vec<RecordCopy>> {
    policy::allowed(caller, Act::PeopleCopies)?;
    let mine = caller.mine()?;
    store::copies(&mut ctx.view(), mine.facility, Some(mine.patient), None, MOST).await
}

/// The file of a copy, as it was handed out; hers are those that she has herself.
///
/// Errors: `Missing`, `people.record_mismatch`.
#[instrument(name = "people.copy_file", skip_all)]
pub async fn copy_file(ctx: &Ctx, caller: &Caller, id: RecordCopyId) -> Result<(RecordCopy, Vec<u8>)> {
    policy::allowed(caller, Act::PeopleCopyFile)?;
    let missing = || Error::Missing(Noun::Document);
    let place = caller.place()?;
    let she = match caller.who {
        Who::Patient { .. } => Some(caller.mine()?.patient),
        Who::Staff { .. } => None,
    };
    // Read and decrypted before the transaction: up to a whole record.
    let mut view = ctx.view();
    let copy = store::copy(&mut view, place, id).await?.ok_or_else(missing)?;
    let hers = |she: PatientId| she == copy.patient && copy.body.recipient.kind == Entitled::Patient;
    if !she.is_none_or(hers) {
        return Err(missing());
    }
    let package = store::copy_package(&mut view, place, id)
        .await?
        .ok_or_else(missing)?;
    let mut tx = ctx.write(Act::PeopleCopyFile).await?;
    let subject = Subject::of_patient("record_copy", id, copy.patient);
    let detail = json!({ "number": copy.number, "sha256": copy.sha256 });
    tx.journal(caller, subject, detail).await?;
    tx.commit().await?;
    Ok((copy, package))
}
