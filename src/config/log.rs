//! What signs the journal, and where its checkpoints are copied.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Files;

/// The journal's key and the copies of its checkpoints.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Journal {
    /// A file with an Ed25519 key, PKCS#8 in PEM, readable by this user alone; needs `key_name`. Without it a test key is
    /// made in the data folder.
    pub key_file: Option<PathBuf>,
    /// Its name in checkpoints: a host with a path, as in `hospital.example/log`, that stays the same for ever.
    pub key_name: Option<String>,
    /// The verifier keys that signed before, separated by spaces.
    pub former_keys: String,
    /// Where a checkpoint is copied each day: a place that whoever runs the database can't change. None unless given.
    pub copies: Option<Files>,
}
