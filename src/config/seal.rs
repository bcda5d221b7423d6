//! What seals documents, and who attests when.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The institution's seal: a key device with its certificates, and time authorities. Without a device a test authority is
/// made in the data folder, and every document says so; without time authorities it attests the time, too.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seal {
    /// The PKCS#11 library of the device's maker.
    pub module: Option<PathBuf>,
    /// The label of the token on the device.
    pub token: String,
    /// A file with the user's PIN, readable by this user alone.
    pub pin_file: Option<PathBuf>,
    /// Labels of the keys that may seal, separated by spaces; the one whose certificate begins last does.
    pub keys: String,
    /// Whom to believe; needed with a device or authorities of others: a `trust.json` with roots, issuers, every
    /// certificate that ever sealed here, the time authorities' roots and policies, and what is revoked.
    pub trust: Option<PathBuf>,
    /// Addresses of time authorities, separated by spaces, the preferred one first; at least two (CE-170).
    pub time_authorities: String,
    /// A file with an SM2 key, PKCS#8 in DER, readable by this user alone: with it each evidence root gets a detached SM2
    /// signature, too. None unless given.
    pub sm2_key: Option<PathBuf>,
}

impl Seal {
    /// Whether the institution's own keys are set.
    pub fn has_device(&self) -> bool {
        self.module.is_some() || self.pin_file.is_some() || !self.token.is_empty() || !self.keys.is_empty()
    }
}
