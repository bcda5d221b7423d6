//! Her proofs of who she is.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use super::{advance, locked, missing, only_in, subject};
use crate::base::error::{Error, Result};
use crate::base::id::ConsentId;
use crate::base::{Act, Code, Noun};
use crate::consent::model::{Consent, ProofMethod, State};
use crate::consent::rules;
use crate::consent::store;
use crate::ctx::Ctx;
use crate::once;
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy;

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
