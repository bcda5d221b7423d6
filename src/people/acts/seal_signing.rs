//! The signatures of both sides under a list, the list as a document, and the copy on an independent medium.

use serde_json::json;
use tracing::instrument;

use super::demand::{printable, rendered};
use super::pieces;
use super::seals::{locked, over_in_time};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{FacilityId, RecordSealId};
use crate::base::{Act, Code, Noun, Subject};
use crate::ctx::{Ctx, View};
use crate::evidence::document::Inputs;
use crate::evidence::ink;
use crate::http::params::Faults;
use crate::journal::sha256_hex;
use crate::once;
use crate::people::caller::Caller;
use crate::people::model::{
    BothInks, Ink, Keepers, RecordSeal, SealList, SealSignature, SealSigning, SignedPaper,
};
use crate::people::papers::{self, Sides, Whose};
use crate::people::{facts, policy, rules, store};

/// The signed list in the copy.
const SIGNED_LIST: &str = "list.pdf";

/// How both sides sign: with their hands on the screen, or on paper.
#[derive(Clone, Debug)]
pub struct NewSigning {
    /// SHA-256 of the list that both saw.
    pub list_sha256: String,
    /// What the copy is on.
    pub medium: String,
    /// The hand of the hospital's side.
    pub hospital: Option<Ink>,
    /// The hand of the other side.
    pub demanding: Option<Ink>,
    /// The list that both signed on paper.
    pub paper: Option<SignedPaper>,
}

struct Checked {
    signing: SealSigning,
    inks: Option<BothInks>,
}

async fn checked(ctx: &Ctx, keepers: &Keepers, facility: FacilityId, new: NewSigning) -> Result<Checked> {
    let mut faults = Faults::default();
    let medium = faults.text(&new.medium, "/medium", 1, 100);
    let paper = new.paper.map(|paper| SignedPaper {
        sha256: paper.sha256.to_lowercase(),
        place: faults.text(&paper.place, "/paper/place", 1, 100),
    });
    if let Some(paper) = &paper {
        let digest = hex::decode(&paper.sha256).is_ok_and(|bytes| bytes.len() == 32);
        faults.check(digest, "/paper/sha256", "format");
    }
    let drawn = new.hospital.is_some() || new.demanding.is_some();
    faults.check(!(drawn && paper.is_some()), "/paper", "only_one");
    faults.check(new.hospital.is_some() || paper.is_some(), "/hospital", "required");
    faults.check(
        new.demanding.is_some() || paper.is_some(),
        "/demanding",
        "required",
    );
    for (side, ink) in [("hospital", &new.hospital), ("demanding", &new.demanding)] {
        let refused = ink
            .as_ref()
            .and_then(|ink| ink::check(&ink.strokes, &ink.canvas).err());
        if let Some(refusal) = refused {
            let fault = Fault::field(format!("/{side}/strokes"), "ink");
            faults.push(fault.with(json!({ "reason": refusal.code() })));
        }
    }
    let hands = new.hospital.as_ref().zip(new.demanding.as_ref());
    let two_hands = hands.is_none_or(|(one, other)| one.strokes != other.strokes);
    faults.check(two_hands, "/demanding/strokes", "twice");
    faults.done()?;
    let place = paper.as_ref().map_or("", |paper| paper.place.as_str());
    let printed = [("/medium", medium.as_str()), ("/paper/place", place)];
    printable(ctx, keepers, facility, &printed).await?;
    let inks = match (new.hospital, new.demanding) {
        (Some(hospital), Some(demanding)) => Some(BothInks { hospital, demanding }),
        _ => None,
    };
    Ok(Checked {
        signing: SealSigning { medium, paper },
        inks,
    })
}

/// The list as a document, in the language in which it was made: both sides sign what they were shown.
async fn printed(
    ctx: &Ctx,
    keepers: &Keepers,
    view: &mut View,
    (facility, seal, list): (FacilityId, &RecordSeal, &SealList),
    sides: Option<(&Sides<'_>, Option<&BothInks>)>,
) -> Result<Vec<u8>> {
    let hospital = facts::facility(view, facility).await?;
    let patient = store::patient(view, facility, seal.patient).await?;
    let patient = patient.ok_or(Error::Missing(Noun::Patient))?;
    let whose = Whose {
        hospital: &hospital.name,
        name: patient.name.as_deref().unwrap_or_default(),
        record_number: &patient.record_number,
    };
    let by = (&seal.body.demanded_by, seal.body.reason.as_str());
    let data = papers::sealing(list.locale, &whose, by, list, sides.map(|(sides, _)| sides));
    let mut files = Vec::new();
    if let Some(inks) = sides.and_then(|(_, inks)| inks) {
        for (path, ink) in [
            (papers::HOSPITAL_INK, &inks.hospital),
            (papers::DEMANDING_INK, &inks.demanding),
        ] {
            files.push((path, ink::svg(&ink.strokes, &ink.canvas).into_bytes()));
        }
    }
    let inputs = Inputs {
        template: papers::LAYOUT,
        data,
        files,
        characters: Vec::new(),
        ident: format!("{} {}", list.id, if sides.is_some() { "signed" } else { "list" }),
        at: sides.map_or(list.at, |(sides, _)| sides.at),
    };
    rendered(ctx, keepers, facility, inputs).await
}

/// Both sides sign the last list: the hospital's by this caller, who has just proved her presence, and whoever demanded the
/// sealing. The list as they signed it and the copy for the independent medium are made.
///
/// Errors: `people.step_up_required`, `people.seal_released`, `people.list_signed`, `people.list_mismatch`,
/// `http.invalid`.
#[instrument(name = "people.sign_seal", skip_all)]
pub async fn sign_seal(
    ctx: &Ctx,
    keepers: &Keepers,
    caller: &Caller,
    id: RecordSealId,
    new: NewSigning,
) -> Result<RecordSeal> {
    policy::allowed(caller, Act::PeopleSignSeal)?;
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let staff = caller.staff()?;
    let seen = new.list_sha256.to_lowercase();
    let Checked { signing, inks } = checked(ctx, keepers, staff.facility, new).await?;
    // What the state forbids is said first; so the outcome is looked at inside.
    let prepared = prepare(ctx, keepers, caller, id, &signing, inks.as_ref()).await;
    let mut tx = once!(ctx, Act::PeopleSignSeal, caller);
    let seal = locked(&mut tx, staff.facility, id).await?;
    rules::may_sign(&seal, &seen).map_err(Error::Refused)?;
    let now = tx.now;
    facts::require_step_up(&mut tx, caller.session, now).await?;
    let (list, signature, document) = prepared?;
    // Between the making and the lock another list came.
    if seal.lists.last().is_none_or(|last| last.id != list.id) {
        return Err(Error::Refused(Code::PeopleListMismatch));
    }
    let (facility, inks) = (staff.facility, inks.as_ref());
    store::add_seal_signature(&mut tx, facility, list.id, &signature, inks, &document).await?;
    let seal = locked(&mut tx, staff.facility, id).await?;
    if list.no == 1 {
        over_in_time(&mut tx, staff.facility, &seal).await?;
    }
    let detail = json!({
        "no": list.no,
        "list_sha256": list.sha256,
        "document_sha256": signature.document_sha256,
        "package_sha256": signature.package_sha256,
        "paper_sha256": signature.signing.paper.as_ref().map(|paper| paper.sha256.clone()),
        "ends_at": rules::seal_ends_at(&seal),
    });
    let subject = Subject::of_patient("record_seal", id, seal.patient);
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&seal).await?;
    Ok(seal)
}

async fn prepare(
    ctx: &Ctx,
    keepers: &Keepers,
    caller: &Caller,
    id: RecordSealId,
    signing: &SealSigning,
    inks: Option<&BothInks>,
) -> Result<(SealList, SealSignature, Vec<u8>)> {
    let missing = || Error::Missing(Noun::RecordSeal);
    let staff = caller.staff()?;
    let mut view = ctx.view();
    let seal = store::seal(&mut view, staff.facility, id)
        .await?
        .ok_or_else(missing)?;
    let list = seal.lists.last().ok_or_else(missing)?;
    let me = store::staff(&mut view, staff.facility, staff.id).await?;
    let name = me.map(|me| me.name).unwrap_or_default();
    let sides = Sides {
        signing,
        hospital: &name,
        at: ctx.clock.now(),
        drawn: inks.is_some(),
    };
    let of = (staff.facility, &seal, list);
    let document = printed(ctx, keepers, &mut view, of, Some((&sides, inks))).await?;
    let package = store::seal_package(&mut view, staff.facility, list.id).await?;
    let package = package.ok_or_else(missing)?;
    let (_, package_sha256) = pieces::with_file(package, SIGNED_LIST, document.clone()).await?;
    let signature = SealSignature {
        signing: signing.clone(),
        by: staff.id,
        at: sides.at,
        document_sha256: sha256_hex(&document),
        package_sha256,
    };
    Ok((list.clone(), signature, document))
}

/// The list of that number; the last one without a number.
fn numbered(seal: &RecordSeal, no: Option<i64>) -> Result<&SealList> {
    let found = match no {
        Some(no) => seal.lists.iter().find(|list| list.no == no),
        None => seal.lists.last(),
    };
    found.ok_or(Error::Missing(Noun::Document))
}

/// A file of a sealing.
pub struct SealFile {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256, lower-case hex.
    pub sha256: String,
    /// Which list.
    pub no: i64,
}

/// A list as a document: as both sides signed it, or before that as it is shown to them.
#[instrument(name = "people.seal_document", skip_all)]
pub async fn seal_document(
    ctx: &Ctx,
    keepers: &Keepers,
    caller: &Caller,
    id: RecordSealId,
    no: Option<i64>,
) -> Result<SealFile> {
    policy::allowed(caller, Act::PeopleSealDocument)?;
    let facility = caller.staff()?.facility;
    let mut view = ctx.view();
    let seal = store::seal(&mut view, facility, id).await?;
    let seal = seal.ok_or(Error::Missing(Noun::RecordSeal))?;
    let list = numbered(&seal, no)?;
    let bytes = match store::seal_document(&mut view, facility, list.id).await? {
        Some(signed) => signed,
        None => {
            let of = (facility, &seal, list);
            printed(ctx, keepers, &mut view, of, None).await?
        }
    };
    let sha256 = sha256_hex(&bytes);
    handed_out(
        ctx,
        caller,
        Act::PeopleSealDocument,
        &seal,
        list.no,
        (bytes, sha256),
    )
    .await
}

/// The copy for the independent medium: the list as both sides signed it, the things on it, and what was done with them.
///
/// Errors: `people.list_unsigned`.
#[instrument(name = "people.seal_copy", skip_all)]
pub async fn seal_copy(ctx: &Ctx, caller: &Caller, id: RecordSealId, no: Option<i64>) -> Result<SealFile> {
    policy::allowed(caller, Act::PeopleSealCopy)?;
    let facility = caller.staff()?.facility;
    let mut view = ctx.view();
    let seal = store::seal(&mut view, facility, id).await?;
    let seal = seal.ok_or(Error::Missing(Noun::RecordSeal))?;
    let list = numbered(&seal, no)?;
    let unsigned = || Error::Refused(Code::PeopleListUnsigned);
    let signed = store::seal_document(&mut view, facility, list.id).await?;
    let signed = signed.ok_or_else(unsigned)?;
    let package = store::seal_package(&mut view, facility, list.id).await?;
    let package = package.ok_or(Error::Missing(Noun::Document))?;
    let file = pieces::with_file(package, SIGNED_LIST, signed).await?;
    handed_out(ctx, caller, Act::PeopleSealCopy, &seal, list.no, file).await
}

async fn handed_out(
    ctx: &Ctx,
    caller: &Caller,
    act: Act,
    seal: &RecordSeal,
    no: i64,
    (bytes, sha256): (Vec<u8>, String),
) -> Result<SealFile> {
    let mut tx = ctx.write(act).await?;
    let subject = Subject::of_patient("record_seal", seal.id, seal.patient);
    tx.journal(caller, subject, json!({ "no": no, "sha256": sha256 }))
        .await?;
    tx.commit().await?;
    Ok(SealFile { bytes, sha256, no })
}
