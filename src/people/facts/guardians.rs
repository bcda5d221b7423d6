//! What a child's guardian said on the use of her data.

use serde_json::{Value, json};

use crate::base::Code;
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, PatientId};
use crate::ctx::{Ctx, Records, Tx};
use crate::people::acts;
use crate::people::caller::{Caller, Mine};
use crate::people::model::{Agreed, CHILD_DATA, GuardianSigned, GuardianWord, is_child};
use crate::people::store;

/// The agreement on a child's data that stands: the last word of a guardian, where it is a yes to the text in force.
pub async fn guardian_agreement(
    r: &mut impl Records,
    ctx: &Ctx,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Option<GuardianWord>> {
    let Some(text) = ctx.content.agreements.of_guardian(CHILD_DATA) else {
        return Ok(None);
    };
    let sha256 = text.sha256()?;
    let mut said = store::guardian_words(r, Mine { patient, facility }).await?;
    said.retain(|word| word.kind == CHILD_DATA);
    let stands = |word: &GuardianWord| word.accepted && word.version == text.version && word.sha256 == sha256;
    Ok(said.pop().filter(stands))
}

/// Whether the agreement stands that the data of a girl under 14 need beside her own (CE-062); an adult needs none.
///
/// Errors: `people.agreement_missing`.
pub async fn require_guardian(r: &mut impl Records, ctx: &Ctx, hers: Mine) -> Result<()> {
    let patient = store::patient(r, hers.facility, hers.patient).await?;
    let birth = patient.and_then(|patient| patient.birth_date);
    if is_child(birth, clinic_date(ctx.clock.now()))
        && guardian_agreement(r, ctx, hers.facility, hers.patient)
            .await?
            .is_none()
    {
        return Err(Error::Refused(Code::PeopleAgreementMissing));
    }
    Ok(())
}

/// Keeps what a guardian signed on paper, as the staff who file it stand for it.
///
/// Errors: `people.agreement_version` when the text is not the one in force, `http.invalid`.
pub async fn guardian_signed(
    tx: &mut Tx,
    ctx: &Ctx,
    caller: &Caller,
    child: PatientId,
    signed: GuardianSigned,
) -> Result<()> {
    acts::guardian_signed(tx, ctx, caller, child, signed).await
}

/// Every word of guardians with its text and who said it, for evidence.
pub async fn guardians_said(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<Value>> {
    let said = store::guardian_words(r, Mine { patient, facility }).await?;
    let told = said.into_iter().map(|word| {
        json!({
            "id": word.id,
            "kind": word.kind,
            "version": word.version,
            "accepted": word.accepted,
            "at": word.at,
            "sha256": word.sha256,
            "by": word.guardian,
            "staff": word.staff,
            "checked_at": word.checked_at,
        })
    });
    Ok(told.collect())
}

/// The last word of a guardian on each agreement, by kind.
pub async fn guardians_agreed(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<Agreed>> {
    let mut last: Vec<Agreed> = Vec::new();
    for word in store::guardian_words(r, Mine { patient, facility }).await? {
        let known = last.iter().position(|one| one.kind == word.kind);
        let before = known.map(|at| last.remove(at));
        last.push(Agreed {
            before: before.is_some_and(|one| one.accepted || one.before),
            guardian: Some(word.id),
            kind: word.kind,
            version: word.version,
            accepted: word.accepted,
            at: word.at,
        });
    }
    Ok(last)
}
