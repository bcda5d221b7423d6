//! What uploads and downloads look like on the wire.

use chrono::{DateTime, Utc};
use poem_openapi::payload::Binary;
use poem_openapi::{ApiRequest, Enum, Multipart, Object};

use crate::base::id::AttachmentId;
use crate::forms::acts::Format;
use crate::forms::model::Attachment;
use crate::http::answer::Kinds;

/// A file in a form, as a mini-program uploads it.
#[derive(Multipart)]
pub struct UploadForm {
    /// The file: JPEG, PNG or PDF, at most 10 MiB. What it is is told by its content.
    pub file: poem_openapi::types::Binary<Vec<u8>>,
}

/// A file, in a form or alone.
#[derive(ApiRequest)]
pub enum UploadIn {
    /// In a form.
    Form(UploadForm),
    /// Alone.
    #[oai(content_type = "image/jpeg")]
    Jpeg(Binary<Vec<u8>>),
    /// Alone.
    #[oai(content_type = "image/png")]
    Png(Binary<Vec<u8>>),
    /// Alone.
    #[oai(content_type = "application/pdf")]
    Pdf(Binary<Vec<u8>>),
    /// Alone.
    #[oai(content_type = "application/octet-stream")]
    Bytes(Binary<Vec<u8>>),
}

impl UploadIn {
    /// The file.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            UploadIn::Form(form) => form.file.0,
            UploadIn::Jpeg(bytes) | UploadIn::Png(bytes) | UploadIn::Pdf(bytes) | UploadIn::Bytes(bytes) => {
                bytes.0
            }
        }
    }
}

/// A file that was uploaded.
#[derive(Object)]
pub struct AttachmentOut {
    /// Its id.
    pub id: AttachmentId,
    /// How an answer names it: `valueAttachment.url`.
    pub url: String,
    /// What it is, by its content.
    pub content_type: String,
    /// Bytes, as it is kept.
    pub size: i64,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
}

impl From<Attachment> for AttachmentOut {
    fn from(a: Attachment) -> AttachmentOut {
        AttachmentOut {
            id: a.id,
            url: a.url(),
            content_type: a.kind.media_type().to_owned(),
            size: a.size,
            created_at: a.created_at,
        }
    }
}

/// The form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum FormatIo {
    /// Comma-separated, UTF-8 with a byte order mark; the second line says the columns in words.
    Csv,
    /// The columns of `csv`, one a line: head, words, type, options. No answers.
    Dictionary,
    /// A workbook; the sheet `definition` says the columns in words.
    Xlsx,
    /// FHIR R4 `QuestionnaireResponse`s, one a line.
    Ndjson,
}

impl From<FormatIo> for Format {
    fn from(format: FormatIo) -> Format {
        match format {
            FormatIo::Csv => Format::Csv,
            FormatIo::Dictionary => Format::Dictionary,
            FormatIo::Xlsx => Format::Xlsx,
            FormatIo::Ndjson => Format::Ndjson,
        }
    }
}

/// The kinds of tables.
pub struct Tables;

impl Kinds for Tables {
    const MEDIA_TYPES: &'static [&'static str] = &[
        "text/csv; charset=utf-8",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/fhir+ndjson",
    ];
    const CACHED: bool = false;
}
