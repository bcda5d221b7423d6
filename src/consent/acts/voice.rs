//! A question that she speaks instead of writing it (CE-094).

use serde_json::json;
use tracing::instrument;
use zeroize::Zeroizing;

use super::talk::{OPEN, put};
use super::{known, locked, may_look, only_in, subject};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::{ConsentId, ConsentQuestionId};
use crate::base::{Act, Code, Noun};
use crate::consent::model::{Asked, Consent};
use crate::consent::store;
use crate::ctx::Ctx;
use crate::files::clean::Unfit;
use crate::files::voice::Sound;
use crate::once;
use crate::people::caller::{Caller, Who};
use crate::people::policy;

/// The largest voice note, bytes.
const LARGEST: usize = 2 << 20;
/// So many in a consent, so many bytes together: with all else that is kept of her a copy has room for them.
const MOST: i64 = 10;
const ALL_OF_IT: i64 = 10 << 20;
/// The longest: a doctor writes down what is asked in it.
const LONGEST_MS: i64 = 180_000;

/// She asks the clinician something, aloud.
///
/// Errors: `consent.illegal_transition` unless released and not yet countersigned, `http.too_large`,
/// `forms.attachments_full` after ten or 10 MiB, `http.unsupported_media_type` when its content is neither mp3 nor aac nor
/// m4a, `http.invalid` when it can't be read or takes more than three minutes.
#[instrument(name = "consent.ask_aloud", skip_all)]
pub async fn ask_aloud(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    bytes: Vec<u8>,
) -> Result<(Consent, Asked)> {
    policy::allowed(caller, Act::ConsentAskAloud)?;
    if bytes.len() > LARGEST {
        return Err(Error::Malformed(Code::HttpTooLarge));
    }
    let caller = &caller.sending(Act::ConsentAskAloud, id.into(), &bytes);
    let consent = known(&mut ctx.view(), caller, Act::ConsentAskAloud, id).await?;
    only_in(&consent, &OPEN)?;
    let unfit = |word: &str| Error::Invalid(Code::HttpInvalid, vec![Fault::field("/file", word)]);
    let voice = ctx.files.voice(bytes).await?.map_err(|why| match why {
        Unfit::Unknown => Error::Malformed(Code::HttpUnsupportedMediaType),
        Unfit::Unreadable | Unfit::TooManyPixels => unfit("unreadable"),
    })?;
    if voice.duration_ms > LONGEST_MS {
        return Err(unfit("too_long"));
    }
    let mut tx = once!(ctx, Act::ConsentAskAloud, caller);
    let (consent, _) = locked(&mut tx, caller, Act::ConsentAskAloud, id).await?;
    only_in(&consent, &OPEN)?;
    let (count, size) = store::voices(&mut tx, &consent).await?;
    if count >= MOST || size + voice.bytes.len() as i64 > ALL_OF_IT {
        return Err(Error::Refused(Code::FormsAttachmentsFull));
    }
    let mut asked = store::add_question(&mut tx, &consent, "").await?;
    asked.voice = Some(store::add_voice(&mut tx, &consent, asked.id, &voice).await?);
    put(tx, caller, consent, asked).await
}

/// What she said, for her and for whoever answers it; staff's listening is journaled before it is answered.
#[instrument(name = "consent.voice", skip_all)]
pub async fn voice(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    question: ConsentQuestionId,
) -> Result<(Sound, Zeroizing<Vec<u8>>)> {
    policy::allowed(caller, Act::ConsentVoice)?;
    let consent = match caller.who {
        Who::Patient { .. } => known(&mut ctx.view(), caller, Act::ConsentVoice, id).await?,
        Who::Staff { .. } => {
            let mut tx = ctx.write(Act::ConsentVoice).await?;
            let consent = known(&mut tx, caller, Act::ConsentVoice, id).await?;
            may_look(&mut tx, caller, Act::ConsentVoice, &consent).await?;
            let detail = json!({ "question": question.to_string() });
            tx.journal(caller, subject(&consent), detail).await?;
            tx.commit().await?;
            consent
        }
    };
    store::voice(&mut ctx.view(), consent.facility_id, id, question)
        .await?
        .ok_or(Error::Missing(Noun::Document))
}
