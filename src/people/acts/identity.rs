//! Inviting a woman and checking who she is.

use chrono::{DateTime, Utc};
use futures_util::future::join;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use crate::base::error::{Error, Result};
use crate::base::id::{IdentityCheckId, PatientId};
use crate::base::{Act, Noun, Subject};
use crate::ctx::{Ctx, Records};
use crate::db::Q;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::{Caller, Colleague, Mine};
use crate::people::model::{IdentityMethod, Invited, OtherPerson};
use crate::people::policy::{self, Belongs};
use crate::people::{facts, rules, secret, store};
use crate::wechat::Link;

/// An invitation with the image that she scans.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invitation {
    /// The scene code.
    pub scene: String,
    /// When it lapses.
    pub expires_at: DateTime<Utc>,
    /// The mini-program code, PNG or JPEG, if WeChat could be reached.
    pub image: Option<Vec<u8>>,
    /// An address that opens the same page from a text message, if WeChat could be reached.
    pub link: Option<String>,
}

/// The page of the mini-program that takes a scene code.
const PAGE: &str = "pages/invited/index";

/// A fresh invitation for a woman of this facility.
#[instrument(name = "people.invite", skip_all)]
pub async fn invite(ctx: &Ctx, caller: &Caller, id: PatientId) -> Result<Invitation> {
    policy::allowed(caller, Act::PeopleInvite)?;
    let staff = caller.staff()?;
    // Each invitation is another one: WeChat shall not make the images of one that nobody is given.
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    known(&mut ctx.view(), caller, Act::PeopleInvite, staff, id).await?;
    let Invited { scene, expires_at } = facts::invitation(ctx.clock.now());
    // Before the transaction, for no write waits for WeChat. Without WeChat the scene alone still works, typed or shown as
    // a plain QR code by the clinic's own page.
    let query = format!("scene={scene}");
    let link = Link {
        page: PAGE,
        query: &query,
        until: expires_at,
    };
    let (image, link) = join(ctx.wechat.code_image(&scene, PAGE), ctx.wechat.url_link(link)).await;
    let mut tx = once!(ctx, Act::PeopleInvite, caller);
    let patient = known(&mut tx, caller, Act::PeopleInvite, staff, id).await?;
    let digest = secret::digest(&scene);
    store::add_invitation(&mut tx, staff.facility, patient, digest, expires_at).await?;
    tx.journal(caller, Subject::of_patient("patient", id, id), json!({}))
        .await?;
    let invitation = Invitation {
        scene,
        expires_at,
        image: image.ok(),
        link: link.ok(),
    };
    tx.commit_with(&invitation).await?;
    Ok(invitation)
}

pub(super) async fn known(
    r: &mut impl Records,
    caller: &Caller,
    act: Act,
    staff: Colleague,
    id: PatientId,
) -> Result<PatientId> {
    let patient = store::patient(r, staff.facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let belongs = Belongs {
        facility: patient.facility_id,
        account: patient.account_id,
    };
    policy::may(caller, act, Noun::Patient, belongs)?;
    Ok(patient.id)
}

/// Whether staff have seen her in person since a moment, with the account that is bound now.
pub(super) async fn seen_since(q: &mut impl Q, mine: Mine, since: DateTime<Utc>) -> Result<bool> {
    let in_person = IdentityMethod::InPerson.word();
    let checks = store::identity_checks(q, mine.facility, mine.patient).await?;
    let seen = |check: &store::IdentityCheck| {
        check.method == in_person && check.confirmed_at.is_some_and(|at| at >= since)
    };
    Ok(checks.iter().any(seen))
}

/// A check of identity.
#[derive(Clone, Serialize, Deserialize)]
pub struct IdentityChecked {
    /// Its id.
    pub id: IdentityCheckId,
    /// For the bedside: what she types in.
    pub code: Option<String>,
    /// When the code lapses; a check in person holds for this pregnancy.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Staff check who she is: in person with two identifiers, or by a code at the bedside. `of` names somebody else, who
/// signs beside her or for her: that check is always in person and says nothing of her.
///
/// Errors: `http.invalid` for fewer than two different identifiers.
#[instrument(name = "people.identity_check", skip_all)]
pub async fn identity_check(
    ctx: &Ctx,
    caller: &Caller,
    id: PatientId,
    method: IdentityMethod,
    identifiers: Vec<String>,
    of: Option<OtherPerson>,
) -> Result<IdentityChecked> {
    policy::allowed(caller, Act::PeopleIdentityCheck)?;
    const KINDS: [&str; 6] = [
        "name",
        "birth_date",
        "id_document",
        "record_number",
        "wristband",
        "phone",
    ];
    let distinct = identifiers.len() == 2 && identifiers.first() != identifiers.last();
    let mut faults = Faults::default();
    faults.check(
        distinct && identifiers.iter().all(|one| KINDS.contains(&one.as_str())),
        "/identifiers",
        "format",
    );
    faults.check(
        of.is_none() || method == IdentityMethod::InPerson,
        "/method",
        "unknown",
    );
    let of = of.map(|one| OtherPerson {
        kind: one.kind,
        name: faults.text(&one.name, "/of/name", 1, 40),
        relation: faults.text(&one.relation, "/of/relation", 1, 20),
        document_ref: faults.text(&one.document_ref, "/of/document_ref", 1, 60),
    });
    faults.done()?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleIdentityCheck, caller);
    known(&mut tx, caller, Act::PeopleIdentityCheck, staff, id).await?;
    if let Some(person) = of {
        let check =
            store::add_signer_check(&mut tx, staff.facility, id, staff.id, &identifiers, &person).await?;
        let detail = json!({ "method": method.word(), "of": person.kind.word() });
        tx.journal(caller, Subject::of_patient("patient", id, id), detail)
            .await?;
        let checked = IdentityChecked {
            id: check,
            code: None,
            expires_at: None,
        };
        tx.commit_with(&checked).await?;
        return Ok(checked);
    }
    store::visited(&mut tx, staff.facility, id).await?;
    let mut patient = store::patient(&mut tx, staff.facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let names_phone = identifiers.iter().any(|one| one == "phone");
    let code = (method == IdentityMethod::BedsideCode).then(secret::digits);
    let code_hash = code
        .as_deref()
        .map(|code| store::code_digest(&tx, staff.facility, id, code));
    let expires_at = code.as_ref().map(|_| tx.now + rules::BEDSIDE_CODE);
    let new = store::NewIdentityCheck {
        facility: staff.facility,
        patient: id,
        staff: staff.id,
        method: method.word(),
        identifiers,
        code_hash,
        confirmed: code.is_none(),
        expires_at,
    };
    let check = store::add_identity_check(&mut tx, new).await?;
    if code.is_none() {
        // Seen in person: what the hospital has on record is hers, and so is the account that is bound now. One that is
        // bound later was not seen (CE-102).
        patient.phone_confirmed |= patient.phone.is_some() && names_phone;
        patient.level = 2;
        patient.matched = patient.account_id.is_some();
        store::save_patient(&mut tx, &patient).await?;
    }
    tx.journal(
        caller,
        Subject::of_patient("patient", id, id),
        json!({ "method": method.word() }),
    )
    .await?;
    let checked = IdentityChecked {
        id: check,
        code,
        expires_at,
    };
    tx.commit_with(&checked).await?;
    Ok(checked)
}
