//! Copies of signed checkpoints in a place that whoever runs the database can't change (CE-184).
//!
//! A folder on other storage, or a bucket under a retention lock; names are never used twice. What a copy says is
//! judged by `journal::restore`.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use object_store::aws::Checksum;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use uuid::Uuid;

use super::{broken, store};
use crate::base::error::Result;
use crate::config;

/// More than any checkpoint has.
const LONGEST: u64 = 64 * 1024;
/// So many copies of a log are looked at before none is believed: those of a month.
const TRIED: usize = 32;

/// The name of a copy: by time, so that the newest is the last by name, and from what was signed, so that nobody can put an
/// older one in its place under a newer name.
pub fn name(at: DateTime<Utc>, size: u64) -> String {
    format!("{}-{size}.txt", at.format("%Y%m%dT%H%M%S%3fZ"))
}

/// The copies outside.
pub struct Copies {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
}

impl Copies {
    /// The place that the settings name; none when they name none.
    pub fn open(settings: Option<&config::Files>) -> std::io::Result<Option<Copies>> {
        let Some(settings) = settings else { return Ok(None) };
        let folder = match (&settings.folder, &settings.bucket) {
            (Some(folder), None) => folder.clone(),
            (None, Some(_)) => std::path::PathBuf::new(),
            _ => {
                return Err(std::io::Error::other(
                    "journal.copies takes either a folder or a bucket",
                ));
            }
        };
        let prefix = Path::parse(settings.prefix.trim_matches('/')).map_err(std::io::Error::other)?;
        Ok(Some(Copies {
            store: store(settings, folder, Some(Checksum::SHA256))?,
            prefix,
        }))
    }

    /// Stores a copy of what was signed then over so many entries; its name.
    pub async fn put(&self, facility: Uuid, at: DateTime<Utc>, size: u64, note: &str) -> Result<String> {
        let path = self
            .prefix
            .clone()
            .join(facility.to_string())
            .join(name(at, size));
        let payload = PutPayload::from(note.to_owned().into_bytes());
        self.store.put(&path, payload).await.map_err(broken)?;
        Ok(path.to_string())
    }

    /// The newest copy of every log of which `read` makes something, from the log, the name and the text; one that is cut
    /// off, too long or not believed must not hide those before it. None for a log of whose newest copies none is believed.
    pub async fn newest<T>(
        &self,
        read: impl Fn(Uuid, &str, &str) -> Option<T>,
    ) -> Result<Vec<(Uuid, Option<T>)>> {
        let prefix = Some(&self.prefix).filter(|prefix| !prefix.as_ref().is_empty());
        let mut found = self.store.list(prefix);
        let mut logs: BTreeMap<Uuid, Vec<(Path, u64)>> = BTreeMap::new();
        while let Some(meta) = found.try_next().await.map_err(broken)? {
            let parts: Vec<String> = meta
                .location
                .parts()
                .map(|part| part.as_ref().to_owned())
                .collect();
            let [.., log, name] = parts.as_slice() else {
                continue;
            };
            if let (Ok(log), true) = (log.parse::<Uuid>(), name.ends_with(".txt")) {
                logs.entry(log).or_default().push((meta.location, meta.size));
            }
        }
        let mut newest = Vec::new();
        for (log, mut copies) in logs {
            copies.sort_unstable_by(|(one, _), (other, _)| other.as_ref().cmp(one.as_ref()));
            let mut believed = None;
            for (path, size) in copies.iter().take(TRIED) {
                let note = self.note(path, *size).await?;
                let name = path.filename().unwrap_or_default();
                believed = note.as_deref().and_then(|note| read(log, name, note));
                if believed.is_some() {
                    break;
                }
                tracing::error!(facility.id = %log, copy = %path, "a copy of a checkpoint can't be believed");
            }
            newest.push((log, believed));
        }
        Ok(newest)
    }

    /// The text of a copy; none when it is none.
    async fn note(&self, path: &Path, size: u64) -> Result<Option<String>> {
        if size > LONGEST {
            return Ok(None);
        }
        let found = self.store.get(path).await.map_err(broken)?;
        let bytes = found.bytes().await.map_err(broken)?;
        Ok(String::from_utf8(bytes.to_vec()).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn the_newest_copy_of_each_log_is_found() {
        let folder = tempfile::tempdir().unwrap();
        for prefix in ["", "muan/log"] {
            let settings = config::Files {
                folder: Some(folder.path().join(format!("copies{}", prefix.len()))),
                prefix: prefix.to_owned(),
                ..config::Files::default()
            };
            let copies = Copies::open(Some(&settings)).unwrap().unwrap();
            let all = |_, _: &str, note: &str| Some(note.to_owned());
            assert!(copies.newest(all).await.unwrap().is_empty());
            let (one, two) = (Uuid::nil(), Uuid::max());
            for (log, when, size, note) in [
                (one, "2026-03-03T00:00:00Z", 9, "later"),
                (one, "2026-03-02T00:00:00Z", 10, "sooner"),
                (two, "2026-03-01T00:00:00Z", 1, "other"),
            ] {
                copies.put(log, at(when), size, note).await.unwrap();
            }
            assert_eq!(
                copies.newest(all).await.unwrap(),
                [(one, Some("later".to_owned())), (two, Some("other".to_owned()))]
            );
            let later = at("2026-03-04T00:00:00Z");
            let long = "x".repeat(LONGEST as usize + 1);
            copies.put(one, later, 11, &long).await.unwrap();
            copies.put(two, later, 2, "forged").await.unwrap();
            let believed = |_, _: &str, note: &str| Some(note.to_owned()).filter(|note| note != "forged");
            assert_eq!(
                copies.newest(believed).await.unwrap(),
                [(one, Some("later".to_owned())), (two, Some("other".to_owned()))],
                "what can't be believed hides nothing"
            );
            assert_eq!(
                copies.newest(|_, _, _| None::<String>).await.unwrap(),
                [(one, None), (two, None)],
                "a log without a believed copy is named"
            );
        }
    }

    #[test]
    fn a_place_is_one_place() {
        assert!(Copies::open(None).unwrap().is_none());
        assert!(Copies::open(Some(&config::Files::default())).is_err());
    }
}
