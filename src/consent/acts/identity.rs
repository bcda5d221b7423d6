//! Her proofs of who she is (CE-100, CE-103).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::{advance, locked, missing, only_in, subject};
use crate::base::error::{Error, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Code, Noun};
use crate::consent::flow::SendCode;
use crate::consent::model::{Consent, ProofMethod, State};
use crate::consent::{rules, store};
use crate::ctx::{Ctx, Tx};
use crate::http::params::Faults;
use crate::once;
use crate::outbox::Message;
use crate::people;
use crate::people::caller::Caller;
use crate::people::model::Patient;
use crate::people::policy;

/// A proof of identity that was taken, or a code that is on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proved {
    /// The consent.
    pub consent: Consent,
    /// Whether it is confirmed; else a code was sent.
    pub confirmed: bool,
    /// Her level for signing, 1 or 2.
    pub level: i64,
    /// Until when it counts as fresh, or the code can be used.
    pub expires_at: DateTime<Utc>,
}

/// What she sends as a proof.
#[derive(Clone, Debug)]
pub struct Proof {
    /// How.
    pub method: ProofMethod,
    /// The code, of the methods that have one.
    pub code: Option<String>,
    /// What is compared with the record.
    pub record: Option<RecordClaim>,
}

/// What she says of herself.
#[derive(Clone, Debug)]
pub struct RecordClaim {
    /// Name.
    pub name: String,
    /// Record number.
    pub record_number: String,
    /// Birth date.
    pub birth_date: NaiveDate,
}

impl RecordClaim {
    fn is_of(&self, patient: &Patient) -> bool {
        patient.name.as_deref() == Some(self.name.trim())
            && patient.record_number == self.record_number.trim()
            && patient.birth_date == Some(self.birth_date)
    }
}

/// What the try came to, and what vouches for it.
struct Outcome {
    refused: Option<Code>,
    provider: &'static str,
    reference: Option<String>,
}

/// She proves who she is: a code that staff gave her at the bedside, a code sent to her phone, a fresh WeChat phone
/// check, or what only she and the record know.
///
/// Errors: `consent.code_invalid`, `consent.phone_mismatch`, `consent.record_mismatch`, `consent.method_locked`,
/// `consent.method_unavailable`, `consent.phone_unconfirmed`, `people.phone_code_invalid`,
/// `people.wechat_unavailable`, `http.invalid`.
#[instrument(name = "consent.identity", skip_all)]
pub async fn identity(ctx: &Ctx, caller: &Caller, id: ConsentId, proof: Proof) -> Result<Proved> {
    policy::allowed(caller, Act::ConsentIdentity)?;
    let account = caller.account()?;
    complete(&proof)?;
    // WeChat's code is used up by the first call.
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let phone = match (proof.method, &proof.code) {
        (ProofMethod::WechatPhone, Some(code)) => {
            Some(people::facts::wechat_phone(ctx, account, code).await?)
        }
        _ => None,
    };
    let mut tx = once!(ctx, Act::ConsentIdentity, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentIdentity, id).await?;
    only_in(&consent, &[State::Issued, State::Reading, State::Ready])?;
    let patient = people::facts::patient(&mut tx, consent.facility_id, consent.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let resting = store::locked_until(&mut tx, consent.patient_id, proof.method).await?;
    if let Some(until) = resting.filter(|until| tx.now < *until) {
        return Err(Error::Conflict(
            Code::ConsentMethodLocked,
            json!({ "until": until }),
        ));
    }
    if proof.method == ProofMethod::OneTimeCode && proof.code.is_none() {
        return start(ctx, tx, caller, consent, &patient).await;
    }
    let outcome = outcome(ctx, &mut tx, &consent, &patient, &proof, phone).await?;
    let expires_at = tx.now + rules::FRESH;
    // The check of a bedside code is kept where staff began it.
    if proof.method != ProofMethod::BedsideCode || outcome.refused.is_some() {
        let new = store::NewIdentity {
            method: proof.method,
            confirmed: outcome.refused.is_none(),
            provider: outcome.provider,
            reference: outcome.reference,
            expires_at,
        };
        store::add_identity(&mut tx, &consent, new).await?;
    }
    let detail = json!({ "method": proof.method.word(), "confirmed": outcome.refused.is_none() });
    tx.journal(caller, subject(&consent), detail).await?;
    if let Some(code) = outcome.refused {
        count(&mut tx, &consent, proof.method).await?;
        // Committed all the same: wrong tries count (CE-103).
        tx.commit_refused().await?;
        return Err(Error::Refused(code));
    }
    store::begin_tries(&mut tx, &consent, proof.method, None).await?;
    let now = tx.now;
    let (missing, _) = missing(&mut tx, ctx, &consent, &episode, now).await?;
    advance(&mut tx, &mut consent, &missing).await?;
    let proved = Proved {
        confirmed: true,
        level: if missing.identity_level { 1 } else { 2 },
        expires_at,
        consent,
    };
    tx.commit_with(&proved).await?;
    Ok(proved)
}

/// Each method has what it needs and nothing else.
fn complete(proof: &Proof) -> Result<()> {
    let mut faults = Faults::default();
    let (needs_code, may_have_code) = match proof.method {
        ProofMethod::BedsideCode | ProofMethod::WechatPhone => (true, true),
        ProofMethod::OneTimeCode => (false, true),
        ProofMethod::RecordMatch => (false, false),
    };
    faults.check(!needs_code || proof.code.is_some(), "/code", "required");
    faults.check(may_have_code || proof.code.is_none(), "/code", "unknown");
    let compared = proof.method == ProofMethod::RecordMatch;
    faults.check(!compared || proof.record.is_some(), "/record", "required");
    faults.check(compared || proof.record.is_none(), "/record", "unknown");
    faults.done()
}

async fn outcome(
    ctx: &Ctx,
    tx: &mut Tx,
    consent: &Consent,
    patient: &Patient,
    proof: &Proof,
    phone: Option<String>,
) -> Result<Outcome> {
    let code = proof.code.as_deref().unwrap_or_default();
    let said = |right: bool, provider, refused| Outcome {
        refused: (!right).then_some(refused),
        provider,
        reference: None,
    };
    Ok(match proof.method {
        ProofMethod::WechatPhone => said(
            phone.is_some() && patient.phone == phone,
            "wechat",
            Code::ConsentPhoneMismatch,
        ),
        ProofMethod::BedsideCode => {
            let (facility, id) = (consent.facility_id, consent.patient_id);
            let right = people::facts::confirm_code(tx, facility, id, code).await?;
            said(right, "hospital", Code::ConsentCodeInvalid)
        }
        ProofMethod::RecordMatch => {
            let right = proof.record.as_ref().is_some_and(|claim| claim.is_of(patient));
            said(right, "hospital", Code::ConsentRecordMismatch)
        }
        ProofMethod::OneTimeCode => {
            let digest = people::facts::code_digest(tx, consent.facility_id, consent.id, code);
            let used = store::use_code(tx, consent, digest).await?;
            let provider = ctx.sms.as_ref().map_or("sms", |sms| sms.provider());
            Outcome {
                reference: used.map(|id| id.to_string()),
                ..said(used.is_some(), provider, Code::ConsentCodeInvalid)
            }
        }
    })
}

/// Five wrong tries let a method rest (CE-103).
async fn count(tx: &mut Tx, consent: &Consent, method: ProofMethod) -> Result<()> {
    // WeChat's own check cannot be guessed at.
    if method == ProofMethod::WechatPhone {
        return Ok(());
    }
    if store::note_failure(tx, consent, method).await? >= rules::MOST_TRIES {
        let until = tx.now + rules::METHOD_RESTS;
        store::begin_tries(tx, consent, method, Some(until)).await?;
    }
    Ok(())
}

/// A code is made and put on its way to the phone that the record confirms.
async fn start(
    ctx: &Ctx,
    mut tx: Tx,
    caller: &Caller,
    consent: Consent,
    patient: &Patient,
) -> Result<Proved> {
    if ctx.sms.is_none() {
        return Err(Error::Refused(Code::ConsentMethodUnavailable));
    }
    if patient.phone.is_none() || !patient.phone_confirmed {
        return Err(Error::Refused(Code::ConsentPhoneUnconfirmed));
    }
    let code = people::facts::fresh_code();
    let hash = people::facts::code_digest(&tx, consent.facility_id, consent.id, &code);
    let expires_at = tx.now + rules::CODE_LIVES;
    let id: Uuid = store::add_code(&mut tx, &consent, &code, hash, expires_at).await?;
    let due = tx.now;
    tx.enqueue(Message {
        kind: "consent.send_code",
        facility: Some(consent.facility_id),
        payload: &SendCode {
            code: id,
            locale: caller.request.locale,
        },
        dedupe: Some(id.to_string()),
        due,
    })
    .await?;
    let detail = json!({ "method": ProofMethod::OneTimeCode.word(), "sent": true });
    tx.journal(caller, subject(&consent), detail).await?;
    let sent = Proved {
        consent,
        confirmed: false,
        level: patient.level.clamp(1, 2),
        expires_at,
    };
    tx.commit_with(&sent).await?;
    Ok(sent)
}
