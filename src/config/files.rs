//! The store of uploaded files.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Secret;

/// Where uploaded files are kept, sealed: a folder, or a bucket that speaks S3.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// The folder; `files` in the data folder unless given.
    pub folder: Option<PathBuf>,
    /// The bucket; without it files are in the folder.
    pub bucket: Option<String>,
    /// Address of the bucket's server; without it Amazon's of the region.
    pub endpoint: Option<String>,
    /// Region of the bucket.
    pub region: String,
    /// Begins every name in the store.
    pub prefix: String,
    /// Key id of the bucket.
    pub access_key: Secret,
    /// Secret of the key.
    pub secret_key: Secret,
    /// The bucket is the first part of the host's name.
    pub virtual_hosted: bool,
    /// For a server in a closed network.
    pub allow_http: bool,
}

impl Default for Files {
    fn default() -> Files {
        Files {
            folder: None,
            bucket: None,
            endpoint: None,
            region: "us-east-1".to_owned(),
            prefix: String::new(),
            access_key: Secret::default(),
            secret_key: Secret::default(),
            virtual_hosted: false,
            allow_http: false,
        }
    }
}
