//! Files beside the database: sealed bytes, named by the digest of what is stored.
//!
//! A file is sealed under a key of its own, which the caller keeps in a sealed column; the store sees neither content nor
//! kind, and who checks a copy of it needs no key to find damage. The store is a folder or a bucket ([`config::Files`]).
//! What may be kept, and in which form: [`clean`], [`voice`]. Not here: whose a file is; each slice's `store.rs` knows that.

pub mod character;
pub mod clean;
pub mod copies;
pub mod voice;

use std::path::{Path as Folder, PathBuf};
use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, Checksum};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, PutPayload};
use poem::http::{HeaderMap, HeaderName};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::base::error::{Error, Result};
use crate::config::{self, Cipher};
use crate::vault;
use clean::{Clean, Unfit};
use voice::Voice;

/// A large picture takes some hundred megabytes while it is decoded: so many at a time, the others wait.
const HANDS: usize = 2;

const LOCKED_CHECKSUM: HeaderName = HeaderName::from_static("x-amz-sdk-checksum-algorithm");

/// The folder or the bucket that settings name. A bucket under a retention lock takes nothing without a `checksum`.
fn store(
    settings: &config::Files,
    folder: PathBuf,
    checksum: Option<Checksum>,
) -> std::io::Result<Arc<dyn ObjectStore>> {
    let other = std::io::Error::other;
    match &settings.bucket {
        Some(bucket) => {
            // Whoever comes first sets the provider of the process; it is the same one everywhere.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let mut s3 = AmazonS3Builder::new()
                .with_bucket_name(bucket)
                .with_region(&settings.region)
                .with_virtual_hosted_style_request(settings.virtual_hosted);
            let mut client = ClientOptions::new().with_allow_http(settings.allow_http);
            if let Some(checksum) = checksum {
                s3 = s3.with_checksum_algorithm(checksum);
                // A bucket with a default retention asks for this name, too.
                let named = (
                    LOCKED_CHECKSUM,
                    checksum
                        .to_string()
                        .to_uppercase()
                        .parse()
                        .map_err(std::io::Error::other)?,
                );
                client = client.with_default_headers(HeaderMap::from_iter([named]));
            }
            s3 = s3.with_client_options(client);
            if let Some(endpoint) = &settings.endpoint {
                s3 = s3.with_endpoint(endpoint);
            }
            if !settings.access_key.expose().is_empty() {
                s3 = s3
                    .with_access_key_id(settings.access_key.expose())
                    .with_secret_access_key(settings.secret_key.expose());
            }
            Ok(Arc::new(s3.build().map_err(other)?))
        }
        None => {
            std::fs::create_dir_all(&folder)?;
            let local = LocalFileSystem::new_with_prefix(folder).map_err(other)?;
            Ok(Arc::new(local.with_fsync(true)))
        }
    }
}

/// The store of files.
pub struct Files {
    store: Arc<dyn ObjectStore>,
    cipher: Cipher,
    prefix: String,
    hands: Semaphore,
}

/// A file, sealed and not yet stored.
pub struct Parcel {
    /// SHA-256 of the sealed bytes, hexadecimal: its name in the store.
    pub address: String,
    /// What opens it; kept in a sealed column.
    pub key: Zeroizing<Vec<u8>>,
    bytes: Vec<u8>,
}

impl Files {
    /// The store that the settings name; the folder is made on first use.
    pub fn open(settings: &config::Files, data: &Folder, cipher: Cipher) -> std::io::Result<Files> {
        let folder = settings.folder.clone().unwrap_or_else(|| data.join("files"));
        let store = store(settings, folder, None)?;
        Ok(Files {
            store,
            cipher,
            prefix: settings.prefix.clone(),
            hands: Semaphore::new(HANDS),
        })
    }

    /// Tells by its content what a file is and makes it fit to be kept, away from the threads that answer.
    pub async fn clean(&self, bytes: Vec<u8>) -> Result<std::result::Result<Clean, Unfit>> {
        let _hand = self.hands.acquire().await.map_err(broken)?;
        away(move || clean::clean(bytes)).await
    }

    /// Tells what a recording is and how long, away from the threads that answer.
    pub async fn voice(&self, bytes: Vec<u8>) -> Result<std::result::Result<Voice, Unfit>> {
        let _hand = self.hands.acquire().await.map_err(broken)?;
        away(move || voice::voice(bytes)).await
    }

    /// Makes the picture of a character fit to be kept, away from the threads that answer.
    pub async fn character(&self, bytes: Vec<u8>) -> Result<std::result::Result<Vec<u8>, Unfit>> {
        let _hand = self.hands.acquire().await.map_err(broken)?;
        away(move || character::character(bytes)).await
    }

    /// Seals a file under a key of its own.
    pub async fn seal(&self, plain: Vec<u8>) -> Result<Parcel> {
        let cipher = self.cipher;
        away(move || {
            let (key, bytes) = vault::seal_file(cipher, plain)?;
            let address = hex::encode(Sha256::digest(&bytes));
            Ok(Parcel { address, key, bytes })
        })
        .await?
    }

    /// Stores it; it is durable when this returns.
    pub async fn put(&self, parcel: Parcel) -> Result<()> {
        let path = self.path(&parcel.address)?;
        self.store
            .put(&path, PutPayload::from(parcel.bytes))
            .await
            .map_err(broken)?;
        Ok(())
    }

    /// The content of a file.
    ///
    /// Errors: `Broken` when it is gone, damaged, or the key is another one's.
    pub async fn get(&self, address: &str, key: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>> {
        let found = self.store.get(&self.path(address)?).await.map_err(broken)?;
        let bytes = found.bytes().await.map_err(broken)?;
        let address = address.to_owned();
        away(move || {
            if hex::encode(Sha256::digest(&bytes)) != address {
                return Err(Error::broken("a stored file is damaged"));
            }
            vault::open_file(&key, &bytes)
        })
        .await?
    }

    /// Whether a file is stored.
    pub async fn holds(&self, address: &str) -> Result<bool> {
        match self.store.head(&self.path(address)?).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(broken(error)),
        }
    }

    /// Removes a file; one that is gone already is no fault.
    pub async fn remove(&self, address: &str) -> Result<()> {
        match self.store.delete(&self.path(address)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(broken(error)),
        }
    }

    /// Spread over 256 folders, so that none grows too long to list.
    fn path(&self, address: &str) -> Result<Path> {
        let (first, rest) = address
            .split_at_checked(2)
            .ok_or_else(|| Error::broken("an address of a file is damaged"))?;
        let prefix = self.prefix.trim_matches('/');
        let whole = if prefix.is_empty() {
            format!("{first}/{rest}")
        } else {
            format!("{prefix}/{first}/{rest}")
        };
        Path::parse(whole).map_err(broken)
    }
}

/// Work that would hold up the threads that answer.
async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(broken)
}

fn broken(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Broken(Box::new(cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(folder: &Folder) -> Files {
        Files::open(&config::Files::default(), folder, Cipher::default()).unwrap()
    }

    #[tokio::test]
    async fn a_file_comes_back_and_the_store_holds_nothing_of_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let files = here(folder.path());
        let parcel = files.seal(b"platelets 210".to_vec()).await.unwrap();
        let (address, key) = (parcel.address.clone(), parcel.key.clone());
        files.put(parcel).await.unwrap();
        let path = folder
            .path()
            .join("files")
            .join(&address[..2])
            .join(&address[2..]);
        let stored = std::fs::read(&path).unwrap();
        assert!(!stored.windows(9).any(|part| part == b"platelets"));
        assert_eq!(address, hex::encode(Sha256::digest(&stored)));
        assert_eq!(
            files.get(&address, key.clone()).await.unwrap().as_slice(),
            b"platelets 210"
        );
        let other = files.seal(b"x".to_vec()).await.unwrap().key;
        assert!(files.get(&address, other).await.is_err(), "another file's key");
        std::fs::write(&path, b"changed").unwrap();
        assert!(files.get(&address, key).await.is_err(), "damaged");
        files.remove(&address).await.unwrap();
        files.remove(&address).await.unwrap();
        assert!(!files.holds(&address).await.unwrap());
    }

    #[tokio::test]
    async fn the_same_content_is_stored_under_two_names() {
        let folder = tempfile::tempdir().unwrap();
        let files = here(folder.path());
        let one = files.seal(b"same".to_vec()).await.unwrap();
        let two = files.seal(b"same".to_vec()).await.unwrap();
        assert_ne!(one.address, two.address, "equal files of two women tell nothing");
    }

    #[test]
    fn a_bucket_is_opened_without_asking_it() {
        let settings = config::Files {
            bucket: Some("muan".to_owned()),
            endpoint: Some("https://oss.example.invalid".to_owned()),
            access_key: "id".into(),
            secret_key: "secret".into(),
            ..config::Files::default()
        };
        assert!(Files::open(&settings, Folder::new("/nonexistent"), Cipher::default()).is_ok());
    }
}
