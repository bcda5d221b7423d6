//! Routes of the questions that she speaks.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::Binary;
use poem_openapi::{ApiRequest, Multipart, Object, OpenApi};
use zeroize::Zeroizing;

use super::wire::AskedOut;
use crate::base::id::{ConsentId, ConsentQuestionId};
use crate::consent::acts;
use crate::consent::model::VoiceNote;
use crate::ctx::Ctx;
use crate::files::voice::Sound;
use crate::http::answer::{CreatedVersioned, Download, Kinds};
use crate::http::problem::Failure;
use crate::people::caller::{ByPatient, ByStaff};

/// A recording in a form, as a mini-program uploads it.
#[derive(Multipart)]
pub struct VoiceForm {
    /// The recording: mp3, aac or m4a, at most 2 MiB and three minutes. What it is is told by its content.
    pub file: poem_openapi::types::Binary<Vec<u8>>,
}

/// A recording, in a form or alone.
#[derive(ApiRequest)]
pub enum VoiceIn {
    /// In a form.
    Form(VoiceForm),
    /// Alone.
    #[oai(content_type = "audio/mpeg")]
    Mp3(Binary<Vec<u8>>),
    /// Alone.
    #[oai(content_type = "audio/aac")]
    Aac(Binary<Vec<u8>>),
    /// Alone.
    #[oai(content_type = "audio/mp4")]
    M4a(Binary<Vec<u8>>),
    /// Alone.
    #[oai(content_type = "application/octet-stream")]
    Bytes(Binary<Vec<u8>>),
}

impl VoiceIn {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            VoiceIn::Form(form) => form.file.0,
            VoiceIn::Mp3(bytes) | VoiceIn::Aac(bytes) | VoiceIn::M4a(bytes) | VoiceIn::Bytes(bytes) => {
                bytes.0
            }
        }
    }
}

/// The kinds of recordings.
pub struct Recorded;

impl Kinds for Recorded {
    const MEDIA_TYPES: &'static [&'static str] = &["audio/mpeg", "audio/aac", "audio/mp4"];
    const CACHED: bool = true;
}

fn sent(
    question: ConsentQuestionId,
    (sound, bytes): (Sound, Zeroizing<Vec<u8>>),
    if_none_match: Option<&str>,
) -> Download<Recorded> {
    let name = format!("{question}.{}", sound.suffix());
    let etag = format!("\"{question}\"");
    Download::whole(sound.media_type(), name, etag, if_none_match, bytes.to_vec())
}

/// A recording of hers.
#[derive(Clone, Debug, Object)]
pub struct VoiceOut {
    /// What it is, by its content.
    content_type: String,
    /// How long it is.
    duration_ms: i64,
    /// SHA-256, lower-case hex.
    sha256: String,
}

impl From<VoiceNote> for VoiceOut {
    fn from(note: VoiceNote) -> VoiceOut {
        VoiceOut {
            content_type: note.kind,
            duration_ms: note.duration_ms,
            sha256: note.sha256,
        }
    }
}

/// What she asks aloud.
pub struct VoicePatientApi;

#[OpenApi]
impl VoicePatientApi {
    /// Ask the clinician something aloud; it is answered or closed as a written question is
    #[oai(
        path = "/consents/:id/voice-questions",
        method = "post",
        operation_id = "consent.ask_aloud"
    )]
    async fn ask_aloud(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: VoiceIn,
    ) -> Result<CreatedVersioned<AskedOut>, Failure> {
        let (consent, asked) = acts::ask_aloud(&ctx, &caller.0, id.0, body.into_bytes())
            .boxed()
            .await?;
        Ok(CreatedVersioned::of(asked, consent.revision))
    }

    /// What she asked aloud
    #[oai(
        path = "/consents/:id/questions/:question/voice",
        method = "get",
        operation_id = "consent.voice_patient"
    )]
    async fn voice(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        question: Path<ConsentQuestionId>,
        /// The tag of what the client has.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Download<Recorded>, Failure> {
        let voice = acts::voice(&ctx, &caller.0, id.0, question.0).boxed().await?;
        Ok(sent(question.0, voice, if_none_match.as_deref()))
    }
}

/// The same for staff.
pub struct VoiceStaffApi;

#[OpenApi]
impl VoiceStaffApi {
    /// What she asked aloud
    #[oai(
        path = "/consents/:id/questions/:question/voice",
        method = "get",
        operation_id = "consent.voice_staff"
    )]
    async fn voice(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ConsentId>,
        question: Path<ConsentQuestionId>,
        /// The tag of what the client has.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Download<Recorded>, Failure> {
        let voice = acts::voice(&ctx, &caller.0, id.0, question.0).boxed().await?;
        Ok(sent(question.0, voice, if_none_match.as_deref()))
    }
}
