//! What staff vouch for when somebody signs: that she decided without writing, that a poor mark is hers.

use serde_json::json;

use super::sign::Mark;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::StaffId;
use crate::base::{Act, Code, Role};
use crate::consent::model::{Consent, Signature};
use crate::consent::store;
use crate::ctx::Tx;
use crate::evidence::ink::{self, InkRefusal};
use crate::http::params::Faults;
use crate::people;

/// A staff member's word with a reason.
#[derive(Clone, Debug)]
pub struct Word {
    /// Why.
    pub reason: String,
    /// From `POST /attestations` for `consent.sign` and this consent.
    pub attestation: String,
}

/// A word that was taken.
pub(super) struct Given {
    /// Who gave it.
    pub by: StaffId,
    /// As what.
    pub role: Role,
    /// Why.
    pub reason: String,
}

/// The staff member who saw her decide without writing: neither a doctor of this consent nor a relative.
///
/// Errors: `people.second_person_required`, `consent.witness_involved`.
pub(super) async fn witness(
    tx: &mut Tx,
    consent: &Consent,
    mark: &Mark,
    standing: &[Signature],
) -> Result<Option<Given>> {
    let Some(word) = &mark.witness else {
        return Ok(None);
    };
    let given = taken(tx, consent, word).await?;
    let (facility, id) = (consent.facility_id, consent.id);
    let released = store::presented(tx, facility, id).await?;
    let talks = store::conversations(tx, facility, id).await?;
    let name = people::facts::staff(tx, facility, given.by).await?;
    let name = name.map(|staff| staff.name).unwrap_or_default();
    let involved = released.is_some_and(|shown| shown.released_by == given.by)
        || talks.iter().any(|talk| talk.staff == given.by)
        || standing.iter().any(|act| act.signer("name") == Some(&name));
    if involved {
        return Err(Error::Refused(Code::ConsentWitnessInvolved));
    }
    Ok(Some(given))
}

async fn taken(tx: &mut Tx, consent: &Consent, word: &Word) -> Result<Given> {
    let attestation = Some(word.attestation.as_str());
    let (by, role) =
        people::facts::staff_word(tx, consent.facility_id, attestation, Act::ConsentSign, consent.id).await?;
    Ok(Given {
        by,
        role,
        reason: word.reason.clone(),
    })
}

/// Whether what was drawn counts: as a signature, as a mark before a witness, or because an anesthesiologist takes it.
///
/// Errors: `http.invalid` with `ink`, `people.second_person_required`.
pub(super) async fn judged(tx: &mut Tx, consent: &Consent, mark: &Mark) -> Result<Option<Given>> {
    let Some((strokes, canvas)) = &mark.ink else {
        return Ok(None);
    };
    let Err(refusal) = ink::check(strokes, canvas) else {
        return Ok(None);
    };
    let a_mark = refusal.may_be_accepted() || refusal == InkRefusal::TooFewPoints;
    if mark.witness.is_some() && a_mark {
        return Ok(None);
    }
    match &mark.accepted {
        Some(word) if refusal.may_be_accepted() => {
            let given = taken(tx, consent, word).await?;
            if given.role != Role::Anesthesiologist {
                return Err(Error::Refused(Code::PeopleSecondPersonRequired));
            }
            Ok(Some(given))
        }
        _ => {
            let mut faults = Faults::default();
            faults.push(Fault::field("/strokes", "ink").with(json!({ "reason": refusal.code() })));
            faults.done().map(|()| None)
        }
    }
}
