//! A woman's decisions with what belongs to them, for other systems: each consent, and her word on each agreement.

use serde_json::{Value, json};
use tracing::instrument;

use super::known;
use super::signers::plan;
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, FacilityId, PatientId, SignatureId};
use crate::base::{Act, Code, Fault, Noun, Subject};
use crate::consent::model::{ActKind, Consent, KeptDocument, SignatureAct};
use crate::consent::rules::ladder;
use crate::consent::store;
use crate::ctx::{Ctx, Records};
use crate::journal;
use crate::people::caller::Caller;
use crate::people::model::Agreed;
use crate::people::policy::{self, Belongs};
use crate::{episode, people};

/// A woman has a handful of consents; this many are told.
const MOST: i64 = 100;

/// Which decisions.
#[derive(Clone, Copy, Debug)]
pub enum AboutDecisions {
    /// All of a woman.
    Patient(PatientId),
    /// One consent.
    Consent(ConsentId),
    /// The consent that a signature act belongs to.
    Signature(SignatureId),
}

/// One consent with what belongs to it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The instance.
    pub consent: Consent,
    /// Bedside confirmations, oldest first.
    pub bedside: Vec<chrono::DateTime<chrono::Utc>>,
    /// The act that decides, once it is made and unless it was sent back.
    pub decisive: Option<SignatureId>,
    /// Signature acts, oldest first.
    pub signatures: Vec<SignatureAct>,
    /// Documents.
    pub documents: Vec<KeptDocument>,
}

/// The decisions of one woman.
#[derive(Clone, Debug)]
pub struct Decisions {
    /// Whose.
    pub patient: PatientId,
    /// Her hospital.
    pub hospital: (FacilityId, String),
    /// Oldest first.
    pub consents: Vec<Decided>,
    /// Her last word on each agreement, and her guardian's; none when one consent was asked for.
    pub agreements: Vec<Agreed>,
}

/// A woman's decisions, oldest first: hers for herself; staff have to say whose.
///
/// Errors: `http.malformed` when staff do not say whose.
#[instrument(name = "consent.decisions", skip_all)]
pub async fn decisions(ctx: &Ctx, caller: &Caller, about: Option<AboutDecisions>) -> Result<Decisions> {
    policy::allowed(caller, Act::ConsentDecisions)?;
    let about = match about {
        Some(about) => about,
        None if caller.staff().is_ok() => {
            let fault = Fault::field("?patient", "required");
            return Err(Error::Invalid(Code::HttpMalformed, vec![fault]));
        }
        None => AboutDecisions::Patient(caller.mine()?.patient),
    };
    if caller.staff().is_err() {
        return gathered(&mut ctx.view(), caller, about).await;
    }
    let mut tx = ctx.write(Act::ConsentDecisions).await?;
    let found = gathered(&mut tx, caller, about).await?;
    let now = tx.now;
    episode::facts::may_read(&mut tx, caller, Act::ConsentDecisions, found.patient, now).await?;
    let subject = Subject::of_patient("patient", found.patient, found.patient);
    tx.journal(caller, subject, json!({ "count": found.consents.len() }))
        .await?;
    tx.commit().await?;
    Ok(found)
}

async fn gathered(r: &mut impl Records, caller: &Caller, about: AboutDecisions) -> Result<Decisions> {
    let place = caller.place()?;
    let one = match about {
        AboutDecisions::Patient(_) => None,
        AboutDecisions::Consent(id) => Some(id),
        AboutDecisions::Signature(id) => Some(
            store::consent_of_signature(r, place, id)
                .await?
                .ok_or(Error::Missing(Noun::Consent))?,
        ),
    };
    let (patient, mut consents) = match (one, about) {
        (Some(id), _) => {
            let consent = known(r, caller, Act::ConsentDecisions, id).await?;
            (consent.patient_id, vec![consent])
        }
        (None, AboutDecisions::Patient(patient)) => {
            let account = hers(r, caller, place, patient).await?;
            policy::may(caller, Act::ConsentDecisions, Noun::Patient, account)?;
            if people::facts::is_destroyed(r, place, patient).await? {
                return Err(Error::Missing(Noun::Patient));
            }
            let filter = store::ListFilter {
                patient: Some(patient),
                states: Vec::new(),
                all_drafts: caller.staff().is_ok(),
            };
            (patient, store::consents(r, place, &filter, None, MOST).await?)
        }
        (None, _) => return Err(Error::Missing(Noun::Consent)),
    };
    consents.sort_by_key(|consent| consent.id);
    let mut decided = Vec::new();
    for consent in consents {
        decided.push(with_parts(r, consent).await?);
    }
    let mut agreements = match (one, people::facts::account_of(r, place, patient).await?) {
        (None, Some(account)) => people::facts::agreed(r, account).await?,
        _ => Vec::new(),
    };
    if one.is_none() {
        agreements.extend(people::facts::guardians_agreed(r, place, patient).await?);
    }
    let hospital = people::facts::facility(r, place).await?;
    Ok(Decisions {
        patient,
        hospital: (hospital.id, hospital.name),
        consents: decided,
        agreements,
    })
}

async fn hers(
    r: &mut impl Records,
    caller: &Caller,
    place: FacilityId,
    patient: PatientId,
) -> Result<Belongs> {
    let known = people::facts::patient(r, place, patient).await?;
    let known = known.ok_or(Error::Missing(Noun::Patient))?;
    if caller.mine().is_ok_and(|mine| mine.patient != patient) {
        return Err(Error::Missing(Noun::Patient));
    }
    Ok(Belongs {
        facility: known.facility_id,
        account: known.account_id,
    })
}

/// A consent with its acts and documents; the revision that an act made stands in the journal.
pub(in crate::consent) async fn with_parts(r: &mut impl Records, consent: Consent) -> Result<Decided> {
    let (facility, id) = (consent.facility_id, consent.id);
    let mut signatures = store::signature_acts(r, facility, id).await?;
    let written = journal::of_subject(r, facility.into(), super::subject(&consent)).await?;
    for signature in &mut signatures {
        let act = match ActKind::parse(&signature.kind) {
            Some(ActKind::Clinician) => Act::ConsentCountersign,
            Some(ActKind::Acknowledgement) => Act::ConsentAcknowledge,
            _ => Act::ConsentSign,
        };
        let entry = written
            .iter()
            .find(|(name, at, _)| name == act.word() && *at >= signature.at);
        signature.revision = entry.and_then(|(_, _, detail)| detail.get("revision").and_then(Value::as_i64));
    }
    let bedside = store::bedside_times(r, facility, id).await?;
    let plan = plan(r, &consent).await?;
    let decisive = ladder::wanted(&plan).first().map(|kind| kind.act().word());
    let decides = |act: &&SignatureAct| act.standing && Some(act.kind.as_str()) == decisive;
    Ok(Decided {
        decisive: signatures.iter().find(decides).map(|act| act.id),
        bedside: bedside.into_iter().map(|(at, _)| at).collect(),
        signatures,
        documents: store::kept_documents(r, facility, id).await?,
        consent,
    })
}
