//! Voice notes of her questions: insert-only.

use zeroize::Zeroizing;

use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, ConsentQuestionId, FacilityId};
use crate::consent::model::{Consent, VoiceNote};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::files::voice::{Sound, Voice};
use crate::journal::sha256_hex;
use crate::vault::{Class, Sealed};

/// How many voice notes a consent has, and how many bytes they take.
pub async fn voices(q: &mut impl Q, consent: &Consent) -> Result<(i64, i64)> {
    q.q(
        "select count(*), cast(coalesce(sum(length(content)), 0) as bigint) from consent_voice \
         where facility_id = $1 and consent_id = $2",
    )
    .bind(consent.facility_id)
    .bind(consent.id)
    .one()
    .await
}

/// Keeps what she said, under the key of the question.
pub async fn add_voice(
    tx: &mut Tx,
    consent: &Consent,
    question: ConsentQuestionId,
    voice: &Voice,
) -> Result<VoiceNote> {
    let content = tx
        .seal_bytes(
            Some(consent.facility_id),
            question,
            Class::FreeText,
            "voice",
            &voice.bytes,
        )
        .await?;
    let note = VoiceNote {
        kind: voice.sound.media_type().to_owned(),
        duration_ms: voice.duration_ms,
        sha256: sha256_hex(&voice.bytes),
    };
    tx.q(
        "insert into consent_voice (question_id, facility_id, consent_id, kind, duration_ms, sha256, content) \
          values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(question)
    .bind(consent.facility_id)
    .bind(consent.id)
    .bind(note.kind.clone())
    .bind(note.duration_ms)
    .bind(note.sha256.clone())
    .bind(content)
    .run()
    .await?;
    Ok(note)
}

/// What she said.
pub async fn voice(
    r: &mut impl Records,
    facility: FacilityId,
    consent: ConsentId,
    question: ConsentQuestionId,
) -> Result<Option<(Sound, Zeroizing<Vec<u8>>)>> {
    let row: Option<(String, Sealed)> = r
        .q(
            "select kind, content from consent_voice where facility_id = $1 and consent_id = $2 and question_id = $3",
        )
        .bind(facility)
        .bind(consent)
        .bind(question)
        .opt()
        .await?;
    let Some((kind, content)) = row else {
        return Ok(None);
    };
    let sound = Sound::parse(&kind).ok_or_else(|| Error::broken("an unknown kind of voice note"))?;
    let bytes = r.open_bytes(question, "voice", &content).await?;
    Ok(Some((sound, bytes)))
}
