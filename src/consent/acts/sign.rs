//! Her acts: proving who she is, and signing.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::instrument;

use super::prepare::task;
use super::{advance, assessed, checks, locked, missing, only_in, statements, subject, template};
use crate::base::canonical::sha256;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Code, Noun};
use crate::consent::flow::{self, By};
use crate::consent::model::{Consent, ProofMethod, SignedAct, State};
use crate::consent::proof;
use crate::consent::renew;
use crate::consent::rules;
use crate::consent::rules::guards::{self, Signing};
use crate::consent::rules::states::Trigger;
use crate::consent::store;
use crate::ctx::Ctx;
use crate::evidence::ink::{self, Canvas, Strokes};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{episode, people};

/// A proof of identity that was taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proved {
    /// The consent.
    pub consent: Consent,
    /// Her level for signing, 1 or 2.
    pub level: i64,
    /// Until when it counts as fresh.
    pub expires_at: DateTime<Utc>,
}

/// She proves who she is: a code that staff gave her at the bedside, or a fresh WeChat phone check (CE-100).
///
/// Errors: `consent.code_invalid`, `consent.phone_mismatch`, `people.wechat_code_invalid`, `people.wechat_unavailable`.
#[instrument(name = "consent.identity", skip_all)]
pub async fn identity(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    method: ProofMethod,
    code: &str,
) -> Result<Proved> {
    policy::allowed(caller, Act::ConsentIdentity)?;
    let account = caller.account()?;
    // WeChat's code is used up by the first call.
    if let Some(first) = ctx.answered(caller).await? {
        return Ok(first);
    }
    let phone = match method {
        ProofMethod::WechatPhone => Some(people::facts::wechat_phone(ctx, account, code).await?),
        ProofMethod::BedsideCode => None,
    };
    let mut tx = once!(ctx, Act::ConsentIdentity, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentIdentity, id).await?;
    only_in(&consent, &[State::Issued, State::Reading, State::Ready])?;
    let refused = match phone {
        Some(number) => {
            let patient = people::facts::patient(&mut tx, consent.facility_id, consent.patient_id)
                .await?
                .ok_or(Error::Missing(Noun::Patient))?;
            (patient.phone != Some(number)).then_some(Code::ConsentPhoneMismatch)
        }
        None => {
            let right =
                people::facts::confirm_code(&mut tx, consent.facility_id, consent.patient_id, code).await?;
            (!right).then_some(Code::ConsentCodeInvalid)
        }
    };
    let detail = json!({ "method": method.word(), "confirmed": refused.is_none() });
    tx.journal(caller, subject(&consent), detail).await?;
    if let Some(code) = refused {
        // Committed all the same: wrong tries count (CE-103).
        tx.commit_refused().await?;
        return Err(Error::Refused(code));
    }
    if method == ProofMethod::WechatPhone {
        store::add_identity(&mut tx, &consent, method).await?;
    }
    let now = tx.now;
    let (missing, _) = missing(&mut tx, ctx, &consent, &episode, now).await?;
    advance(&mut tx, &mut consent, &missing).await?;
    let proved = Proved {
        level: if missing.identity_level { 1 } else { 2 },
        expires_at: tx.now + rules::FRESH,
        consent,
    };
    tx.commit_with(&proved).await?;
    Ok(proved)
}

/// What she sends when she signs.
#[derive(Clone, Debug)]
pub struct Mark {
    /// SHA-256 of the bytes that she saw, lower-case hex.
    pub presented_sha256: String,
    /// Statements that she affirmed.
    pub statements: Vec<String>,
    /// What she drew.
    pub strokes: Strokes,
    /// Where she drew.
    pub canvas: Canvas,
    /// What the client says of the device (CE-110).
    pub device: Value,
}

/// She signs (T06).
///
/// Errors: `consent.illegal_transition`, `consent.deadline_passed`, `consent.content_mismatch`,
/// `people.agreement_missing`, `consent.statement_missing`, `consent.identity_level`, `consent.identity_fresh`,
/// `consent.assessment_undecided`, `consent.not_suitable`, `consent.strokes_replayed`, `http.invalid` with `ink`.
#[instrument(name = "consent.sign", skip_all)]
pub async fn sign(ctx: &Ctx, caller: &Caller, id: ConsentId, mark: Mark) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentSign)?;
    let account = caller.account()?;
    let mut tx = once!(ctx, Act::ConsentSign, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentSign, id).await?;
    caller.request.must_match(consent.revision)?;
    let now = tx.now;
    let (missing, _) = missing(&mut tx, ctx, &consent, &episode, now).await?;
    advance(&mut tx, &mut consent, &missing).await?;
    rules::next(consent.state, Trigger::Sign)?;
    let template = template(ctx, &consent)?;
    let assessed = assessed(&mut tx, ctx, &consent).await?;
    let signing = Signing {
        missing: &missing,
        seen: &mark.presented_sha256,
        affirmed: &mark.statements,
        required: &statements(template, "statements", true),
        assessed: assessed.as_ref(),
        now: tx.now,
    };
    guards::may_sign(&consent, &signing)?;
    guards::still_fits(&renew::shown(&mut tx, &consent).await?, assessed.as_ref())?;
    let offered = statements(template, "statements", false);
    let mut faults = Faults::default();
    faults.check(
        mark.statements.iter().all(|one| offered.contains(one)),
        "/statements",
        "unknown",
    );
    if let Err(refusal) = ink::check(&mark.strokes, &mark.canvas) {
        faults.push(Fault::field("/strokes", "ink").with(json!({ "reason": refusal.code() })));
    }
    faults.done()?;
    let checks = checks(&mut tx, &consent).await?;
    let section = proof::salt(json!({
        "signer": { "kind": "patient", "account": account.to_string() },
        "statements": mark.statements,
        "decision": "agree",
        "echoed_sha256": mark.presented_sha256,
        "strokes_sha256": strokes_digest(&mark.strokes)?,
        "image_sha256": hex::encode(sha256(ink::svg(&mark.strokes, &mark.canvas).as_bytes())),
        "canvas": mark.canvas,
        "identity": checks.first().map(|check| json!({ "method": check.method, "at": proof::stamp(check.at) })),
        "session": caller.session.to_string(),
        "at": proof::stamp(tx.now),
    }));
    let digest = proof::digest("signature", &section)?;
    let act = SignedAct {
        section,
        device: device(caller, mark.device),
        canvas: mark.canvas,
    };
    let new = store::NewSignature {
        kind: "patient",
        signer: account.0,
        strokes: Some(&mark.strokes),
        act: &act,
        digest,
        at: tx.now,
    };
    if store::add_signature(&mut tx, &consent, new).await?.is_none() {
        return Err(Error::Refused(Code::ConsentStrokesReplayed));
    }
    let settings = people::facts::facility(&mut tx, consent.facility_id)
        .await?
        .settings;
    let due = tx.now + Duration::hours(settings.countersign_hours);
    consent.signed_at = Some(tx.now);
    consent.countersign_due_at = Some(due);
    consent.valid_until = Some(tx.now + Duration::days(settings.consent_validity_days));
    // The act is in the log from this moment on, before anybody countersigns (CE-175).
    let detail = json!({ "signature_sha256": hex::encode(digest) });
    flow::go(&mut tx, &mut consent, Trigger::Sign, By::Caller(caller), detail).await?;
    episode::facts::add_task(&mut tx, &task(&consent, "consent.countersign", due)).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

/// A digest of the strokes with a salt of its own, so that the section proves them without holding them.
pub(super) fn strokes_digest(strokes: &Strokes) -> Result<Value> {
    let salt: [u8; 16] = rand::random();
    let bytes = [salt.as_slice(), &serde_json::to_vec(strokes)?].concat();
    Ok(json!({ "salt": hex::encode(salt), "sha256": hex::encode(sha256(&bytes)) }))
}

/// Section 9: what the server saw, and what the client said.
fn device(caller: &Caller, reported: Value) -> Value {
    json!({
        "address": caller.request.address,
        "user_agent": caller.request.user_agent,
        "session": caller.session.to_string(),
        "reported": reported,
    })
}
