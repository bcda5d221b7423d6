//! What later slices may ask of people, inside their transaction.

mod guardians;
mod keeping;
mod qualifications;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::caller::{Caller, Colleague, Mine};
use super::model::{Agreed, Device, Facility, Patient, SignerCheck, Staff};
use super::{rules, secret, store};
use crate::base::error::{Error, Result};
use crate::base::id::{AccountId, FacilityId, PatientId, SessionId, StaffId};
use crate::base::{Act, Code, Role};
use crate::ctx::{Ctx, Records, Tx};
use crate::db::Q;

pub use guardians::*;
pub use keeping::*;
pub use qualifications::*;

/// A woman's record of this hospital.
pub async fn patient(r: &mut impl Records, facility: FacilityId, id: PatientId) -> Result<Option<Patient>> {
    store::patient(r, facility, id).await
}

/// Names and record numbers of women, for a list.
pub async fn named(
    r: &mut impl Records,
    facility: FacilityId,
    ids: &[PatientId],
) -> Result<BTreeMap<PatientId, (Option<String>, String)>> {
    store::named(r, facility, ids).await
}

/// Whether it is what somebody who holds a document of hers may know beside it: the last four of her identity document or
/// her birth date.
pub fn is_second_item(patient: &Patient, said: &str) -> bool {
    rules::is_second_item(patient, said)
}

/// Her name as whoever checks a document is told it.
pub fn family_name(patient: &Patient) -> Option<String> {
    patient.name.as_deref().map(rules::family_name)
}

/// Her account, the owner of everything about her.
pub async fn account_of(q: &mut impl Q, facility: FacilityId, id: PatientId) -> Result<Option<AccountId>> {
    store::account_of(q, facility, id).await
}

/// The openid of an account, for a message of WeChat's to it.
pub async fn openid(r: &mut impl Records, account: AccountId) -> Result<String> {
    store::openid(r, account).await
}

/// A staff member of this hospital.
pub async fn staff(r: &mut impl Records, facility: FacilityId, id: StaffId) -> Result<Option<Staff>> {
    store::staff(r, facility, id).await
}

/// The hospital with its settings.
///
/// Errors: `Broken` when a row points to none.
pub async fn facility(q: &mut impl Q, id: FacilityId) -> Result<Facility> {
    store::facility(q, id)
        .await?
        .ok_or_else(|| Error::broken("a facility is gone"))
}

/// Every hospital.
pub async fn facilities(q: &mut impl Q) -> Result<Vec<Facility>> {
    store::facilities(q).await
}

/// A hospital by an id that a client sent.
pub async fn find_facility(q: &mut impl Q, id: FacilityId) -> Result<Option<Facility>> {
    store::facility(q, id).await
}

/// Who is on duty for a role: the hospital's list, or all active staff of the role.
pub async fn on_duty(q: &mut impl Q, id: FacilityId, role: Role) -> Result<Vec<StaffId>> {
    let duty = facility(q, id).await?.settings.duty;
    let listed = match role {
        Role::Anesthesiologist => duty.anesthesia,
        Role::Obstetrician => duty.obstetrics,
        Role::Midwife => duty.midwifery,
        Role::Quality => duty.duty_officer,
        Role::Admin => Vec::new(),
    };
    if listed.is_empty() {
        store::active_of_role(q, id, role).await
    } else {
        Ok(listed)
    }
}

/// Where escalation ends: those who are called, and the roles whose task it is, the quality office always among them.
pub async fn officers(r: &mut impl Records, id: FacilityId) -> Result<(Vec<StaffId>, Vec<Role>)> {
    let officers = on_duty(r, id, Role::Quality).await?;
    let mut roles = BTreeSet::from([Role::Quality]);
    for officer in &officers {
        roles.extend(staff(r, id, *officer).await?.map(|staff| staff.role));
    }
    Ok((officers, roles.into_iter().collect()))
}

/// Who is called for a role at a step of an escalation: on a roster one after the other, without one everybody of the role.
pub async fn on_call(q: &mut impl Q, id: FacilityId, role: Role, step: usize) -> Result<Vec<StaffId>> {
    let rostered = facility(q, id).await?.settings.duty.is_rostered(role);
    let on_duty = on_duty(q, id, role).await?;
    Ok(called(&on_duty, rostered, step))
}

/// Who of those on duty is called at a step.
pub fn called(on_duty: &[StaffId], rostered: bool, step: usize) -> Vec<StaffId> {
    if !rostered {
        return on_duty.to_vec();
    }
    on_duty
        .get(step)
        .or(on_duty.last())
        .copied()
        .into_iter()
        .collect()
}

/// Whether all agreements are given that answers of hers need: her own two, and for a girl under 14 her guardian's (CE-062).
///
/// Errors: `people.agreement_missing`.
pub async fn require_agreements(r: &mut impl Records, ctx: &Ctx, caller: &Caller) -> Result<()> {
    require_own_agreements(r, ctx, caller.account()?).await?;
    require_guardian(r, ctx, caller.mine()?).await
}

/// Whether she has given the two agreements that any use of her data needs. They alone stand before her profile and the
/// dates of her pregnancy: a guardian can't speak before a hospital knows her, and how old she is.
///
/// Errors: `people.agreement_missing`.
pub async fn require_own_agreements(q: &mut impl Q, ctx: &Ctx, account: AccountId) -> Result<()> {
    for kind in ["privacy_policy", "sensitive_data"] {
        require_agreement(q, ctx, account, kind).await?;
    }
    Ok(())
}

/// Whether she has given one agreement, in the version in force.
///
/// Errors: `people.agreement_missing`.
pub async fn require_agreement(q: &mut impl Q, ctx: &Ctx, account: AccountId, kind: &str) -> Result<()> {
    if has_agreed(q, ctx, account, kind).await? {
        Ok(())
    } else {
        Err(Error::Refused(Code::PeopleAgreementMissing))
    }
}

/// Whether an agreement is given, in the version in force.
pub async fn has_agreed(q: &mut impl Q, ctx: &Ctx, account: AccountId, kind: &str) -> Result<bool> {
    let version = ctx
        .content
        .agreements
        .get(kind)
        .map(|agreement| agreement.version.clone());
    let said = store::agreements(q, account).await?;
    let latest = said.iter().rev().find(|row| row.kind == kind);
    Ok(latest.is_some_and(|row| row.accepted && Some(&row.version) == version.as_ref()))
}

/// Her agreements with version, time and the digest of the text, for evidence: `[{id, kind, version, accepted, at, sha256}]`;
/// without the digest where the text of that version is no longer loaded.
pub async fn agreements_said(q: &mut impl Q, ctx: &Ctx, account: AccountId) -> Result<Vec<Value>> {
    let said = store::agreements(q, account).await?;
    said.iter()
        .map(|row| {
            let text = ctx.content.agreements.get(&row.kind);
            let text = text.filter(|text| text.version == row.version);
            let sha256 = text.map(|text| text.sha256()).transpose()?;
            Ok(serde_json::json!({
                "id": row.id,
                "kind": row.kind,
                "version": row.version,
                "accepted": row.accepted,
                "at": row.at,
                "sha256": sha256,
            }))
        })
        .collect()
}

/// Her last word on each agreement that she was asked for, by kind.
pub async fn agreed(q: &mut impl Q, account: AccountId) -> Result<Vec<Agreed>> {
    let mut last: BTreeMap<String, Agreed> = BTreeMap::new();
    for row in store::agreements(q, account).await? {
        let before = last
            .get(&row.kind)
            .is_some_and(|known| known.accepted || known.before);
        let agreed = Agreed {
            version: row.version,
            accepted: row.accepted,
            before,
            at: row.at,
            kind: row.kind.clone(),
            guardian: None,
        };
        last.insert(row.kind, agreed);
    }
    Ok(last.into_values().collect())
}

/// Whether this staff session proved its presence within the last ten minutes.
///
/// Errors: `people.step_up_required`.
pub async fn require_step_up(q: &mut impl Q, session: SessionId, now: DateTime<Utc>) -> Result<()> {
    let at = store::stepped_up_at(q, session).await?;
    if at.is_some_and(|at| now - at <= rules::STEP_UP) {
        Ok(())
    } else {
        Err(Error::Refused(Code::PeopleStepUpRequired))
    }
}

/// Uses up a second person's word for an act on a subject; who gave it.
///
/// Errors: `people.second_person_required` when it is missing, one's own, lapsed, used, or for something else.
pub async fn second_person(
    tx: &mut Tx,
    first: Colleague,
    attestation: Option<&str>,
    act: Act,
    subject: impl Into<Uuid>,
) -> Result<(StaffId, Role)> {
    let needed = || Error::Refused(Code::PeopleSecondPersonRequired);
    let hash = secret::digest(attestation.ok_or_else(needed)?);
    let found = store::use_attestation(tx, first.facility, hash, act.word(), subject.into()).await?;
    found.filter(|(id, _)| *id != first.id).ok_or_else(needed)
}

/// Uses up the word of a staff member for an act of hers; who gave it.
///
/// Errors: `people.second_person_required` when it is missing, lapsed, used, or for something else.
pub async fn staff_word(
    tx: &mut Tx,
    facility: FacilityId,
    attestation: Option<&str>,
    act: Act,
    subject: impl Into<Uuid>,
) -> Result<(StaffId, Role)> {
    let needed = || Error::Refused(Code::PeopleSecondPersonRequired);
    let hash = secret::digest(attestation.ok_or_else(needed)?);
    store::use_attestation(tx, facility, hash, act.word(), subject.into())
        .await?
        .ok_or_else(needed)
}

/// Checks in person of those who sign beside her or for her since a moment, newest first.
pub async fn signer_checks(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
    since: DateTime<Utc>,
) -> Result<Vec<SignerCheck>> {
    store::signer_checks(r, facility, patient, since).await
}

/// The hospital's device that a session is on; none on her own phone.
pub async fn device(q: &mut impl Q, session: SessionId) -> Result<Option<Device>> {
    store::device(q, session).await
}

/// The checks of her identity by staff that count for the account bound now, newest first. An in-person check holds for
/// the pregnancy.
pub async fn identity_checks(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<store::IdentityCheck>> {
    store::identity_checks(q, facility, patient).await
}

/// Since when her account, name, birth date and identity document are what they are: proofs of before count no more.
pub async fn identity_since(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Option<DateTime<Utc>>> {
    store::identity_since(q, facility, patient).await
}

/// Confirms a bedside code that she typed in.
///
/// Returns whether it was right; five wrong ones end the code (CE-103).
pub async fn confirm_code(tx: &mut Tx, facility: FacilityId, patient: PatientId, code: &str) -> Result<bool> {
    let digest = store::code_digest(tx, facility, patient, code);
    store::confirm_code(tx, facility, patient, digest).await
}

/// A fresh code of six digits.
pub fn fresh_code() -> String {
    secret::digits()
}

/// What is kept of a code that is about `subject`: keyed, never the digits' own digest (CE-103, CE-143).
pub fn code_digest(r: &impl Records, facility: FacilityId, subject: impl Into<Uuid>, code: &str) -> Vec<u8> {
    store::code_digest(r, facility, subject, code)
}

/// The phone number that WeChat confirms for her account now, as records hold it.
///
/// Errors: `people.phone_code_invalid`, `people.wechat_unavailable`.
pub async fn wechat_phone(ctx: &Ctx, account: AccountId, code: &str) -> Result<String> {
    super::acts::wechat_phone(ctx, account, code).await
}

/// Nobody else is registered at this hospital until the transaction ends: call it before asking whether she is known.
pub async fn lock_register(tx: &mut Tx, facility: FacilityId) -> Result<()> {
    store::lock_register(tx, facility).await
}

/// A new record for a woman; her number is the hospital's next.
pub async fn add_patient(tx: &mut Tx, patient: &mut Patient) -> Result<()> {
    store::lock_register(tx, patient.facility_id).await?;
    let count = store::count_patients(tx, patient.facility_id).await?;
    patient.record_number = format!("{}{:06}", tx.now.format("%Y"), count + 1);
    store::save_patient(tx, patient).await?;
    store::visited(tx, patient.facility_id, patient.id).await
}

/// Writes a changed record.
pub async fn save_patient(tx: &mut Tx, patient: &Patient) -> Result<()> {
    store::save_patient(tx, patient).await
}

/// A fresh invitation for a woman: the code, told once.
pub async fn invite(tx: &mut Tx, facility: FacilityId, patient: PatientId) -> Result<super::model::Invited> {
    let invited = invitation(tx.now);
    let digest = secret::digest(&invited.scene);
    store::add_invitation(tx, facility, patient, digest, invited.expires_at).await?;
    Ok(invited)
}

/// An invitation that nobody knows of yet.
pub(super) fn invitation(now: DateTime<Utc>) -> super::model::Invited {
    super::model::Invited {
        scene: secret::scene(),
        expires_at: now + rules::INVITATION,
    }
}

/// Her record of one account in a hospital.
pub async fn patient_of(
    q: &mut impl Q,
    account: AccountId,
    facility: FacilityId,
) -> Result<Option<PatientId>> {
    store::patient_of(q, account, facility).await
}

/// Ids that texts of a slice find for a woman. Binds: hospital, woman.
pub async fn ids(tx: &mut Tx, texts: &[&'static str], mine: Mine) -> Result<Vec<Uuid>> {
    store::ids(tx, texts, mine).await
}

/// Women that a search finds: exact phone, identity or record number, or the beginning of a name.
pub async fn search(r: &mut impl Records, facility: FacilityId, text: &str) -> Result<Vec<PatientId>> {
    store::search(r, facility, text).await
}
