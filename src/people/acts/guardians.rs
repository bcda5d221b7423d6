//! A guardian's word on the use of a child's data (CE-062): a text of its own, apart from hers and from the consent to
//! treatment. It is said on her page once staff have seen the guardian's document; taken back there, or by telling staff.

use serde_json::json;
use tracing::instrument;

use super::identity::known;
use super::mine::state;
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::PatientId;
use crate::base::{Act, Code, Noun, Subject};
use crate::content::agreements::Agreement;
use crate::ctx::{Ctx, Records, Sender, Tx};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::{Caller, Mine};
use crate::people::model::{
    AgreementState, CHILD_DATA, GuardianSigned, GuardianWord, OtherPerson, Patient, is_child,
};
use crate::people::{policy, rules, store};

/// What a guardian says.
#[derive(Clone, Debug)]
pub struct GuardianSays {
    /// Version of the text that was read.
    pub version: String,
    /// SHA-256 of the text that was read, lower-case hex.
    pub sha256: String,
    /// Given, or refused or withdrawn.
    pub accepted: bool,
    /// Who says it.
    pub guardian: OtherPerson,
}

/// The rules on a child's data with the last word of a guardian; needed while she is under 14.
///
/// Errors: `people.record_mismatch` before she was matched with the record.
#[instrument(name = "people.guardian_agreements", skip_all)]
pub async fn guardian_agreements(ctx: &Ctx, caller: &Caller) -> Result<Vec<AgreementState>> {
    policy::allowed(caller, Act::PeopleGuardianAgreements)?;
    let mine = caller.mine()?;
    let mut view = ctx.view();
    let patient = hers(&mut view, mine).await?;
    states(&mut view, ctx, caller, mine, &patient).await
}

/// A guardian gives the agreement on a child's data, refuses it or takes it back, in person.
///
/// Errors: `people.agreement_version` when the text is not the one that was read, `people.guardian_unchecked`,
/// `people.record_mismatch` before she was matched with the record, `http.invalid`.
#[instrument(name = "people.guardian_agree", skip_all)]
pub async fn guardian_agree(
    ctx: &Ctx,
    caller: &Caller,
    kind: &str,
    says: GuardianSays,
) -> Result<AgreementState> {
    policy::allowed(caller, Act::PeopleGuardianAgree)?;
    let mine = caller.mine()?;
    let guardian = named(says.guardian, "/guardian")?;
    let text = text(ctx, kind)?;
    let sha256 = text.sha256()?;
    // A text that is withdrawn need not be the one in force.
    if says.accepted && (text.version != says.version || sha256 != says.sha256) {
        return Err(Error::Refused(Code::PeopleAgreementVersion));
    }
    let mut tx = ctx.write(Act::PeopleGuardianAgree).await?;
    let patient = hers(&mut tx, mine).await?;
    let since = tx.now - rules::GUARDIAN_CHECK;
    let checks = store::signer_checks(&mut tx, mine.facility, mine.patient, since).await?;
    let check = checks
        .into_iter()
        .find(|check| check.person == guardian)
        .ok_or(Error::Refused(Code::PeopleGuardianUnchecked))?;
    let before = last(&mut tx, mine, kind).await?.filter(|_| !says.accepted);
    let (version, sha256) = before.map_or((text.version.clone(), sha256), |word| (word.version, word.sha256));
    let word = GuardianWord {
        id: tx.id(),
        kind: kind.to_owned(),
        version,
        sha256,
        accepted: says.accepted,
        guardian,
        staff: check.staff,
        checked_at: Some(check.at),
        at: tx.now,
    };
    keep(&mut tx, caller, mine, &word).await?;
    let all = states(&mut tx, ctx, caller, mine, &patient).await?;
    tx.commit().await?;
    all.into_iter()
        .find(|state| state.kind == kind)
        .ok_or(Error::Missing(Noun::Document))
}

/// Staff write down that a guardian takes the agreement back; it takes effect at once.
///
/// Errors: `Missing` when none stands, `http.invalid`.
#[instrument(name = "people.guardian_withdraw", skip_all)]
pub async fn guardian_withdraw(
    ctx: &Ctx,
    caller: &Caller,
    id: PatientId,
    kind: &str,
    guardian: OtherPerson,
) -> Result<GuardianWord> {
    policy::allowed(caller, Act::PeopleGuardianWithdraw)?;
    let staff = caller.staff()?;
    let guardian = named(guardian, "/guardian")?;
    text(ctx, kind)?;
    let mut tx = once!(ctx, Act::PeopleGuardianWithdraw, caller);
    let patient = known(&mut tx, caller, Act::PeopleGuardianWithdraw, staff, id).await?;
    let child = Mine {
        patient,
        facility: staff.facility,
    };
    let standing = last(&mut tx, child, kind).await?.filter(|word| word.accepted);
    let standing = standing.ok_or(Error::Missing(Noun::Document))?;
    let word = GuardianWord {
        id: tx.id(),
        accepted: false,
        guardian,
        staff: staff.id,
        checked_at: None,
        at: tx.now,
        ..standing
    };
    keep(&mut tx, caller, child, &word).await?;
    tx.commit_with(&word).await?;
    Ok(word)
}

/// What a guardian signed on paper, inside the act that files the paper.
///
/// Errors: `people.agreement_version`, `people.agreement_missing` when it was taken back since, `http.invalid`.
pub(in crate::people) async fn guardian_signed(
    tx: &mut Tx,
    ctx: &Ctx,
    caller: &Caller,
    child: PatientId,
    signed: GuardianSigned,
) -> Result<()> {
    let staff = caller.staff()?;
    let text = text(ctx, CHILD_DATA)?;
    if text.version != signed.version {
        return Err(Error::Refused(Code::PeopleAgreementVersion));
    }
    let child = Mine {
        patient: child,
        facility: staff.facility,
    };
    let guardian = named(signed.guardian, "/child_data/guardian")?;
    // What was taken back since is not given again by an older paper.
    let since = last(tx, child, CHILD_DATA).await?;
    if since.is_some_and(|word| !word.accepted && word.at >= signed.at) {
        return Err(Error::Refused(Code::PeopleAgreementMissing));
    }
    let checks = store::signer_checks(
        tx,
        child.facility,
        child.patient,
        signed.at - rules::GUARDIAN_CHECK,
    )
    .await?;
    let check = checks
        .into_iter()
        .find(|check| check.person == guardian && check.at <= signed.at);
    let word = GuardianWord {
        id: tx.id(),
        kind: CHILD_DATA.to_owned(),
        version: signed.version,
        sha256: text.sha256()?,
        accepted: true,
        guardian,
        staff: check.as_ref().map_or(staff.id, |check| check.staff),
        checked_at: check.map(|check| check.at),
        at: tx.now,
    };
    keep(tx, caller, child, &word).await
}

fn text<'a>(ctx: &'a Ctx, kind: &str) -> Result<&'a Agreement> {
    let found = ctx.content.agreements.of_guardian(kind);
    found.ok_or(Error::Missing(Noun::Document))
}

async fn hers(r: &mut impl Records, mine: Mine) -> Result<Patient> {
    let found = store::patient(r, mine.facility, mine.patient).await?;
    found.ok_or(Error::Missing(Noun::Patient))
}

async fn last(r: &mut impl Records, child: Mine, kind: &str) -> Result<Option<GuardianWord>> {
    let mut said = store::guardian_words(r, child).await?;
    said.retain(|word| word.kind == kind);
    Ok(said.pop())
}

async fn states(
    r: &mut impl Records,
    ctx: &Ctx,
    caller: &Caller,
    mine: Mine,
    patient: &Patient,
) -> Result<Vec<AgreementState>> {
    let child = is_child(patient.birth_date, clinic_date(ctx.clock.now()));
    let mut all = Vec::new();
    for agreement in ctx.content.agreements.of_guardians() {
        let said = last(r, mine, &agreement.kind).await?;
        let mut state = state(agreement, caller.request.locale)?;
        let of_this_text = |word: &GuardianWord| word.version == state.version && word.sha256 == state.sha256;
        let said = said.filter(of_this_text);
        state.required &= child;
        state.accepted = said.as_ref().map(|word| word.accepted);
        state.at = said.map(|word| word.at);
        all.push(state);
    }
    Ok(all)
}

async fn keep(tx: &mut Tx, sender: &impl Sender, child: Mine, word: &GuardianWord) -> Result<()> {
    store::add_guardian_word(tx, child, word).await?;
    let detail = json!({
        "kind": word.kind,
        "version": word.version,
        "sha256": word.sha256,
        "accepted": word.accepted,
        "in_person": word.checked_at.is_some(),
    });
    let subject = Subject::of_patient("agreement", word.id, child.patient);
    tx.journal(sender, subject, detail).await
}

fn named(guardian: OtherPerson, at: &str) -> Result<OtherPerson> {
    let mut faults = Faults::default();
    let guardian = OtherPerson {
        kind: guardian.kind,
        name: faults.text(&guardian.name, &format!("{at}/name"), 1, 40),
        relation: faults.text(&guardian.relation, &format!("{at}/relation"), 1, 20),
        document_ref: faults.text(&guardian.document_ref, &format!("{at}/document_ref"), 1, 60),
    };
    faults.done()?;
    Ok(guardian)
}
