//! One transition: state and revision, journal, message, step. Everything that moves a consent goes through here
//! (CE-042); acts bring what belongs to it in the same transaction.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{Consent, State};
use super::rules::states::Trigger;
use super::{change, rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Actor, Locale, Subject};
use crate::ctx::Tx;
use crate::episode;
use crate::episode::model::{Step, StepKind, StepState};
use crate::outbox::Message;
use crate::people::caller::Caller;

/// The message of a transition (CE-053): no clinical content.
#[derive(Debug, Serialize, Deserialize)]
pub struct Changed {
    /// The consent.
    pub id: ConsentId,
    /// From; none for a new one.
    pub from: Option<State>,
    /// To.
    pub to: State,
    /// The revision that it made.
    pub revision: i64,
    /// When.
    pub at: DateTime<Utc>,
}

/// The message that something is due about a consent.
#[derive(Debug, Serialize, Deserialize)]
pub struct OfConsent {
    /// The consent.
    pub id: ConsentId,
}

/// The message that a decision wants its document.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    /// The decision.
    pub decision: Uuid,
}

/// The message that a code goes to her phone.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendCode {
    /// Which.
    pub code: Uuid,
    /// In which language.
    pub locale: Locale,
}

/// The message that a bedside confirmation wants its document.
#[derive(Debug, Serialize, Deserialize)]
pub struct RecordBedside {
    /// The confirmation.
    pub bedside: Uuid,
}

/// Who moves it.
pub enum By<'a> {
    /// Somebody, in the act of the transaction.
    Caller(&'a Caller),
    /// The service itself, under an act of its own.
    System(Act),
    /// The service, carrying out what somebody decided earlier, under an act of its own.
    Behalf(Act, Actor),
}

/// Moves a consent, writes it with whatever else the act has changed in it, and tells.
///
/// Errors: `consent.illegal_transition`; `Stale` when another act was first.
pub async fn go(
    tx: &mut Tx,
    consent: &mut Consent,
    trigger: Trigger,
    by: By<'_>,
    mut detail: Value,
) -> Result<()> {
    let from = consent.state;
    consent.state = rules::next(from, trigger)?;
    if consent.state.is_terminal() {
        consent.ended_at = Some(tx.now);
    }
    save(tx, consent).await?;
    if let Some(members) = detail.as_object_mut() {
        members.insert("from".into(), from.word().into());
        members.insert("to".into(), consent.state.word().into());
        members.insert("revision".into(), consent.revision.into());
    }
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    match by {
        By::Caller(caller) => tx.journal(caller, subject, detail).await?,
        By::System(act) => journaled(tx, consent, act, Actor::SYSTEM, detail).await?,
        By::Behalf(act, actor) => journaled(tx, consent, act, actor, detail).await?,
    }
    if consent.state.is_terminal() {
        for kind in change::TASKS {
            episode::facts::finish_tasks(tx, consent.facility_id, kind, consent.id.0).await?;
        }
    }
    note_her_no(tx, consent, from).await?;
    tell(tx, consent, Some(from)).await?;
    expire_when_due(tx, consent).await?;
    set_step(tx, consent).await
}

/// Her no stands until another consent is released to her; one that was voided was never said.
async fn note_her_no(tx: &mut Tx, consent: &Consent, from: State) -> Result<()> {
    let declined = match consent.state {
        State::Refused | State::Withdrawn => true,
        State::Voided if !matches!(from, State::Refused | State::Withdrawn) => return Ok(()),
        State::Draft | State::Superseded | State::Expired => return Ok(()),
        State::Issued
        | State::Reading
        | State::Ready
        | State::PatientSigned
        | State::Active
        | State::Fulfilled
        | State::Voided => false,
    };
    episode::facts::set_declined(tx, consent.facility_id, consent.episode_id, declined).await
}

async fn journaled(tx: &mut Tx, consent: &Consent, act: Act, actor: Actor, detail: Value) -> Result<()> {
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let facility = Some(consent.facility_id);
    tx.journal_as(act, actor, facility, subject, detail, None).await
}

/// A new draft is journaled and told (T01). Asked for by herself, it ends an earlier no.
pub async fn begun(tx: &mut Tx, consent: &Consent, caller: &Caller) -> Result<()> {
    if consent.requested {
        episode::facts::set_declined(tx, consent.facility_id, consent.episode_id, false).await?;
    }
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let detail = json!({ "to": consent.state.word(), "revision": consent.revision });
    tx.journal(caller, subject, detail).await?;
    tell(tx, consent, None).await
}

async fn tell(tx: &mut Tx, consent: &Consent, from: Option<State>) -> Result<()> {
    let changed = Changed {
        id: consent.id,
        from,
        to: consent.state,
        revision: consent.revision,
        at: tx.now,
    };
    let due = tx.now;
    tx.enqueue(Message {
        kind: "consent.changed",
        facility: Some(consent.facility_id),
        payload: &changed,
        dedupe: None,
        due,
    })
    .await
}

/// Writes a consent; its revision rises by one.
///
/// Errors: `Stale` when another act was first.
pub async fn save(tx: &mut Tx, consent: &mut Consent) -> Result<()> {
    let before = consent.revision;
    consent.revision += 1;
    if store::save_consent(tx, consent, before).await? {
        Ok(())
    } else {
        Err(Error::Stale { current: before })
    }
}

/// When a consent in this state ends by itself.
pub fn ends_at(consent: &Consent) -> Option<DateTime<Utc>> {
    match consent.state {
        State::Issued | State::Reading | State::Ready => consent.sign_deadline,
        State::PatientSigned => consent.countersign_due_at,
        // Under way, it carries the procedure to its end (T14).
        State::Active if consent.started_at.is_some() => None,
        State::Active => consent.valid_until,
        State::Draft
        | State::Fulfilled
        | State::Refused
        | State::Withdrawn
        | State::Superseded
        | State::Expired
        | State::Voided => None,
    }
}

async fn expire_when_due(tx: &mut Tx, consent: &Consent) -> Result<()> {
    let Some(due) = ends_at(consent) else {
        return Ok(());
    };
    tx.enqueue(Message {
        kind: "consent.expire",
        facility: Some(consent.facility_id),
        payload: &OfConsent { id: consent.id },
        dedupe: Some(format!("{} {}", consent.id, due.timestamp_millis())),
        due,
    })
    .await
}

/// Has the document of a decision made, after it: her word does not wait for a page to be set.
pub async fn record(tx: &mut Tx, consent: &Consent, decision: Uuid) -> Result<()> {
    let due = tx.now;
    tx.enqueue(Message {
        kind: "consent.record",
        facility: Some(consent.facility_id),
        payload: &Record { decision },
        dedupe: Some(decision.to_string()),
        due,
    })
    .await
}

/// Has the document of a decision made again once it was explained.
pub async fn record_explained(tx: &mut Tx, consent: &Consent, decision: Uuid) -> Result<()> {
    let due = tx.now;
    tx.enqueue(Message {
        kind: "consent.record",
        facility: Some(consent.facility_id),
        payload: &Record { decision },
        dedupe: Some(format!("{decision} explained")),
        due,
    })
    .await
}

/// Has whoever did not say that they know of a withdrawal called again.
pub async fn call_again(tx: &mut Tx, consent: &Consent, due: DateTime<Utc>) -> Result<()> {
    later(tx, consent, "consent.unheard", due).await
}

/// Has what is kept of a consent in force looked at again (RC10).
pub async fn look_again(tx: &mut Tx, consent: &Consent, due: DateTime<Utc>) -> Result<()> {
    later(tx, consent, "consent.integrity", due).await
}

/// Tells the delivery room: a procedure that is under way goes on under this consent.
pub async fn in_force(tx: &mut Tx, consent: &Consent) -> Result<()> {
    let due = tx.now;
    tx.enqueue(Message {
        kind: "analgesia.consented",
        facility: Some(consent.facility_id),
        payload: &json!({ "episode": consent.episode_id }),
        dedupe: Some(consent.id.to_string()),
        due,
    })
    .await
}

/// Has her asked herself once she is of age, or once the authority of her agent is over (RC8).
pub async fn ask_her(tx: &mut Tx, consent: &Consent, due: DateTime<Utc>) -> Result<()> {
    later(tx, consent, "consent.of_age", due).await
}

/// Has the document of a bedside confirmation made, after it.
pub async fn record_bedside(tx: &mut Tx, bedside: Uuid, consent: &Consent) -> Result<()> {
    let due = tx.now;
    tx.enqueue(Message {
        kind: "consent.record_bedside",
        facility: Some(consent.facility_id),
        payload: &RecordBedside { bedside },
        dedupe: Some(bedside.to_string()),
        due,
    })
    .await
}

async fn later(tx: &mut Tx, consent: &Consent, kind: &str, due: DateTime<Utc>) -> Result<()> {
    tx.enqueue(Message {
        kind,
        facility: Some(consent.facility_id),
        payload: &OfConsent { id: consent.id },
        dedupe: Some(format!("{} {}", consent.id, due.timestamp_millis())),
        due,
    })
    .await
}

/// Shows the consent on her pathway.
pub async fn set_step(tx: &mut Tx, consent: &Consent) -> Result<()> {
    let state = match consent.state {
        State::Draft | State::PatientSigned => StepState::Waiting,
        State::Issued | State::Reading | State::Ready => StepState::Open,
        State::Active | State::Fulfilled => StepState::Done,
        State::Refused | State::Withdrawn | State::Superseded | State::Expired | State::Voided => {
            StepState::Closed
        }
    };
    let step = Step {
        episode: consent.episode_id,
        facility: consent.facility_id,
        kind: StepKind::Consent,
        reference: consent.id.to_string(),
        subject: Some(consent.id.0),
        state,
        due_from: consent.issued_at,
        due_to: consent.sign_deadline,
        required: false,
    };
    episode::facts::set_step(tx, &step).await
}
