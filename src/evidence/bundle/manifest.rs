//! `manifest.json`: names, sizes and digests of all other files, and the versions that made them.
//!
//! It is not signed: it finds what was damaged on the way, not what was forged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Files, Refused, names};
use crate::base::canonical::{canonical, parse, sha256};

const SCHEMA: &str = "consent-bundle/1";
/// Far more than the list of as many files as a bundle can have.
const MAX_BYTES: usize = 64 << 10;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    files: Vec<Entry>,
    schema: String,
    versions: Versions,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    sha256: String,
    size: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Versions {
    muan: String,
}

fn entries<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<Entry> {
    files
        .filter(|(name, _)| *name != names::MANIFEST)
        .map(|(name, bytes)| Entry {
            name: name.to_owned(),
            sha256: hex::encode(sha256(bytes)),
            size: bytes.len() as u64,
        })
        .collect()
}

/// The manifest of these files.
///
/// # Errors
///
/// [`Refused::Content`].
pub fn write(files: &BTreeMap<&str, &[u8]>, version: &str) -> Result<Vec<u8>, Refused> {
    let manifest = Manifest {
        files: entries(files.iter().map(|(name, bytes)| (*name, *bytes))),
        schema: SCHEMA.to_owned(),
        versions: Versions {
            muan: version.to_owned(),
        },
    };
    let value = serde_json::to_value(manifest).map_err(|_| Refused::Content)?;
    canonical(&value).map_err(|_| Refused::Content)
}

/// What a manifest says of the files beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Each file is listed, with its size and digest, and each listed file is there.
    Matches,
    /// There is none.
    Missing,
    /// It cannot be read.
    Unreadable,
    /// These files differ, are missing or are not listed.
    Differs(Vec<String>),
}

/// Compares the manifest with the files, and the checksums of the ZIP with their bytes.
pub fn check(files: &Files<'_>) -> Verdict {
    let Some(bytes) = files.get(names::MANIFEST) else {
        return Verdict::Missing;
    };
    let manifest = Some(bytes)
        .filter(|bytes| bytes.len() <= MAX_BYTES)
        .and_then(|bytes| parse(bytes).ok())
        .and_then(|value| serde_json::from_value::<Manifest>(value).ok());
    let Some(manifest) = manifest.filter(|manifest| manifest.schema == SCHEMA) else {
        return Verdict::Unreadable;
    };
    let found = entries(files.all.iter().map(|(name, bytes)| (*name, *bytes)));
    let mut differs: Vec<String> = files.damaged.iter().map(|name| (*name).to_owned()).collect();
    for entry in &found {
        if !manifest.files.contains(entry) {
            differs.push(entry.name.clone());
        }
    }
    for listed in &manifest.files {
        if !files.all.contains_key(listed.name.as_str()) {
            differs.push(listed.name.clone());
        }
    }
    differs.sort();
    differs.dedup();
    // Listed twice, or in another order.
    if differs.is_empty() && found != manifest.files {
        return Verdict::Unreadable;
    }
    match differs.is_empty() {
        true => Verdict::Matches,
        false => Verdict::Differs(differs),
    }
}
