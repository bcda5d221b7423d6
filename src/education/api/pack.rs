//! The lessons due now as one file for a phone without a network.
//!
//! A ZIP, because a mini-program can take one apart: `manifest.json` names every other file with its digest, a lesson's
//! pictures lie beside it. Recordings stay outside: each is larger than all texts together. The same lessons give the same
//! bytes.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::Arc;

use poem_openapi::types::ToJSON;
use serde_json::json;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::wire::{LessonOut, full};
use crate::base::error::{Error, Result};
use crate::content::Content;
use crate::content::lessons::{Language, Lesson};
use crate::http::answer::{Download, Kinds, is_known};

/// The kind of the file.
pub struct Zip;

impl Kinds for Zip {
    const MEDIA_TYPES: &'static [&'static str] = &["application/zip"];
    const CACHED: bool = true;
}

/// The strong tag of a text.
pub fn tag(text: &str) -> String {
    format!("\"{}\"", hex::encode(Sha256::digest(text)))
}

/// The file, or nothing when the client's `If-None-Match` names it.
pub fn download(
    content: &Content,
    due: &[Arc<Lesson>],
    language: Language,
    if_none_match: Option<&str>,
) -> Result<Download<Zip>> {
    let lessons: Vec<&str> = due.iter().map(|lesson| lesson.digest()).collect();
    let etag = tag(&format!("{} {}", language.word(), lessons.join(" ")));
    let bytes = match is_known(if_none_match, &etag) {
        true => Vec::new(),
        false => zipped(&files(content, due, language))?,
    };
    Ok(Download::whole(
        "application/zip",
        "lessons.zip".to_owned(),
        etag,
        if_none_match,
        bytes,
    ))
}

fn files(content: &Content, due: &[Arc<Lesson>], language: Language) -> BTreeMap<String, Vec<u8>> {
    let address = |name: &str| format!("media/{name}");
    let mut files = BTreeMap::new();
    for lesson in due {
        let told = LessonOut {
            audio: None,
            ..full(lesson, &content.sources, language, &address)
        };
        files.insert(
            format!("lessons/{}.json", lesson.head.slug),
            told.to_json_string().into_bytes(),
        );
        for figure in lesson.body(language).figures() {
            if let Some(drawing) = content.lessons.media(&figure.name) {
                files.insert(address(&figure.name), drawing.bytes().to_vec());
            }
        }
    }
    let listed: Vec<_> = files
        .iter()
        .map(|(name, bytes)| json!({ "file": name, "bytes": bytes.len(), "sha256": hex::encode(Sha256::digest(bytes)) }))
        .collect();
    let manifest = json!({ "lang": language.word(), "files": listed });
    files.insert("manifest.json".to_owned(), manifest.to_string().into_bytes());
    files
}

fn zipped(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>> {
    let broken = |_| Error::broken("a pack of lessons could not be written");
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name, options).map_err(broken)?;
        writer
            .write_all(bytes)
            .map_err(|_| Error::broken("a pack of lessons could not be written"))?;
    }
    Ok(writer.finish().map_err(broken)?.into_inner())
}
