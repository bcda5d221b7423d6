//! What a child's guardian said on the use of her data.

use serde_json::{Value, json};

use crate::base::error::Result;
use crate::base::id::{FacilityId, PatientId};
use crate::ctx::{Ctx, Records};
use crate::people::caller::Mine;
use crate::people::model::{Agreed, CHILD_DATA, GuardianWord};
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
