//! Uploaded files as they lie in the store, seen from outside the service.

use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use muan::config::{Files, Secret};
use object_store::aws::AmazonS3Builder;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt};

const BUCKET: &str = "muan-test";
const LOCKED: &str = "muan-locked";
const KEY: &str = "test";

/// A place of its own, named like the data folder, in the bucket that every test shares.
pub fn settings(server: String, data: &Path) -> Files {
    Files {
        bucket: Some(BUCKET.to_owned()),
        endpoint: Some(server),
        prefix: data.file_name().unwrap().to_str().unwrap().to_owned(),
        access_key: Secret::from(KEY),
        secret_key: Secret::from(KEY),
        allow_http: true,
        ..Files::default()
    }
}

/// The same in a bucket whose objects nobody can take away.
pub fn locked(server: String, data: &Path) -> Files {
    Files {
        bucket: Some(LOCKED.to_owned()),
        ..settings(server, data)
    }
}

/// The bytes of everything below the settings' prefix.
pub async fn all(settings: &Files) -> Vec<Vec<u8>> {
    let store = AmazonS3Builder::new()
        .with_bucket_name(BUCKET)
        .with_region(&settings.region)
        .with_endpoint(settings.endpoint.as_deref().unwrap())
        .with_access_key_id(KEY)
        .with_secret_access_key(KEY)
        .with_client_options(ClientOptions::new().with_allow_http(true))
        .build()
        .unwrap();
    let below = object_store::path::Path::from(settings.prefix.as_str());
    let found: Vec<_> = store.list(Some(&below)).try_collect().await.unwrap();
    let mut files = Vec::new();
    for object in found {
        let content = store.get(&object.location).await.unwrap();
        files.push(content.bytes().await.unwrap().to_vec());
    }
    files
}

/// The bytes of every file in a folder.
pub fn all_of_folder(folder: &Path) -> Vec<Vec<u8>> {
    let paths = std::fs::read_dir(folder).unwrap();
    let paths = paths.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path: PathBuf| {
            if path.is_dir() {
                all_of_folder(&path)
            } else {
                vec![std::fs::read(path).unwrap()]
            }
        })
        .collect()
}
