//! What a bundle carries of the log: entries, their proofs of inclusion, and proofs that earlier checkpoints are
//! beginnings of the one beside them. Each file is JCS; digests are lower-case hex.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::Refused;
use super::section::fixed;
use crate::base::canonical::{canonical, parse, tagged};
use crate::journal::receipt::Receipt;

/// The largest of these files, in bytes: some hundred entries with their proofs.
const MAX_BYTES: usize = 1 << 20;
/// The longest path in a tree of 2^63 leaves.
const MAX_PATH: usize = 64;

/// The act whose entry says that a document was sealed.
pub const SEAL: &str = "consent.seal";

/// `log/entries.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entries {
    /// In the order of the log.
    pub entries: Vec<Entry>,
    /// The log's promise for an entry that no checkpoint covers yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The entry of CE-145, whose hash is the leaf.
    pub entry: Value,
    /// What `payload_sha256` is the digest of, where it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload>,
}

/// The salted detail of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// Numbers, states and digests.
    pub detail: Value,
    /// Whom the entry concerns, which the digest covers too; the nil id for nobody. Entries of before this was covered
    /// have no such member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Uuid>,
    /// 16 random bytes, hex.
    pub salt: String,
}

/// The detail of a seal's entry: what binds document, evidence and log together (CE-146).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// The evidence root; none of a document that has no evidence of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_sha256: Option<String>,
    /// Over the signed bytes of the document: it stays when a time-stamp is added.
    pub signed_sha256: String,
}

/// `log/inclusion.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusions {
    /// One per entry.
    pub proofs: Vec<Inclusion>,
    /// Of the tree that they lead to.
    pub size: u64,
}

/// The way from one entry to the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    /// From the leaf up.
    pub path: Vec<String>,
    /// Of the entry; its leaf is `seq − 1`.
    pub seq: u64,
}

/// `log/consistency.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistencies {
    /// One per earlier checkpoint.
    pub proofs: Vec<Consistency>,
    /// Of the tree that they lead to.
    pub size: u64,
}

/// That an earlier tree is the beginning of the later one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// The root of the earlier tree.
    pub old_root: String,
    /// Its size.
    pub old_size: u64,
    /// The proof of RFC 6962.
    pub path: Vec<String>,
}

/// Writes one of these files.
///
/// # Errors
///
/// [`Refused::Content`] when an entry breaks CE-141.
pub fn write(file: &impl Serialize) -> Result<Vec<u8>, Refused> {
    let value = serde_json::to_value(file).map_err(|_| Refused::Content)?;
    canonical(&value).map_err(|_| Refused::Content)
}

/// Reads one of these files.
///
/// # Errors
///
/// [`Refused::Content`] for anything but its one form, [`Refused::TooLarge`].
pub fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    if bytes.len() > MAX_BYTES {
        return Err(Refused::TooLarge);
    }
    let value = parse(bytes).map_err(|_| Refused::Content)?;
    let file = serde_json::from_value(value).map_err(|_| Refused::Content)?;
    if write(&file)? != bytes {
        return Err(Refused::Content);
    }
    Ok(file)
}

/// The digests of a path.
///
/// # Errors
///
/// [`Refused::Content`] for what is no digest, [`Refused::TooLarge`].
pub fn path(path: &[String]) -> Result<Vec<[u8; 32]>, Refused> {
    if path.len() > MAX_PATH {
        return Err(Refused::TooLarge);
    }
    path.iter().map(|digest| fixed(digest)).collect()
}

/// One digest.
///
/// # Errors
///
/// [`Refused::Content`].
pub fn digest(text: &str) -> Result<[u8; 32], Refused> {
    fixed(text)
}

impl Entry {
    /// The hash of the entry: link of the chain and leaf of the tree.
    ///
    /// # Errors
    ///
    /// [`Refused::Content`] when it breaks CE-141.
    pub fn hash(&self) -> Result<[u8; 32], Refused> {
        let bytes = canonical(&self.entry).map_err(|_| Refused::Content)?;
        Ok(tagged("audit/entry/v1", &bytes))
    }

    /// The digest of the entry before it had a place, over which a receipt is given.
    ///
    /// # Errors
    ///
    /// [`Refused::Content`] when it is no entry.
    pub fn unsequenced(&self) -> Result<[u8; 32], Refused> {
        let mut entry = self.entry.clone();
        let members = entry.as_object_mut().ok_or(Refused::Content)?;
        members.remove("seq");
        members.remove("prev");
        let act = members.remove("type").ok_or(Refused::Content)?;
        members.insert("act".into(), act);
        let bytes = canonical(&entry).map_err(|_| Refused::Content)?;
        Ok(tagged("audit/unsequenced/v1", &bytes))
    }

    /// Its place in the log, from 1.
    pub fn seq(&self) -> Option<u64> {
        self.entry.get("seq")?.as_u64().filter(|seq| *seq > 0)
    }

    /// Is what is told beside it what was logged? True where nothing is told.
    pub fn is_told_truly(&self) -> bool {
        let Some(payload) = &self.payload else { return true };
        let said = self.entry.get("payload_sha256").and_then(Value::as_str);
        payload
            .digest()
            .is_some_and(|digest| said == Some(hex::encode(digest).as_str()))
    }

    /// What it says was sealed; none for other entries, and where the detail is not told or does not fit its digest.
    pub fn seal(&self) -> Option<Seal> {
        if self.entry.get("type")?.as_str()? != SEAL {
            return None;
        }
        let payload = self.payload.as_ref()?;
        self.is_told_truly()
            .then(|| serde_json::from_value(payload.detail.clone()).ok())?
    }
}

impl Payload {
    /// What `payload_sha256` has to be; none when it breaks its form.
    fn digest(&self) -> Option<[u8; 32]> {
        let salt: [u8; 16] = fixed(&self.salt).ok()?;
        let detail = canonical(&self.detail).ok()?;
        Some(match self.patient {
            Some(patient) => {
                let covered = [salt.as_slice(), patient.as_bytes(), &detail].concat();
                tagged("audit/payload/v2", &covered)
            }
            None => tagged("audit/payload/v1", &[salt.as_slice(), &detail].concat()),
        })
    }
}
