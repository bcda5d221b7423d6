//! Receipts: the log's signed promise that an entry will be under a checkpoint by a time (decision 41).
//!
//! For acts that need their proof at once, before the sequencer has given the entry its place. Pure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::key::{LogKey, LogPublic};
use crate::base::canonical::tagged;

/// How long the log may take: so much that an outage over a weekend's night breaks no promise.
pub const WITHIN: TimeDelta = TimeDelta::hours(24);

/// A promise about one entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The digest of the entry without its place, lower-case hexadecimal.
    pub entry_digest: String,
    /// A checkpoint signed by then holds it.
    pub include_by: DateTime<Utc>,
    /// The name of the key.
    pub key_name: String,
    /// Its id, lower-case hexadecimal.
    pub key_id: String,
    /// Ed25519 over the promise, base64.
    pub signature: String,
}

impl Receipt {
    /// Promises that an entry of `at` is included in time.
    pub fn sign(entry_digest: &[u8; 32], at: DateTime<Utc>, key: &LogKey) -> Receipt {
        let include_by = at + WITHIN;
        Receipt {
            entry_digest: hex::encode(entry_digest),
            include_by,
            key_name: key.name().to_owned(),
            key_id: hex::encode(key.public().key_id()),
            signature: STANDARD.encode(key.sign(&promise(entry_digest, include_by))),
        }
    }

    /// Whether one of these keys gave this promise.
    #[must_use]
    pub fn verify(&self, keys: &[LogPublic]) -> bool {
        let mut digest = [0; 32];
        // Only one spelling: a promise is looked up by its text.
        if hex::decode_to_slice(&self.entry_digest, &mut digest).is_err()
            || hex::encode(digest) != self.entry_digest
        {
            return false;
        }
        let Ok(signature) = STANDARD.decode(&self.signature) else {
            return false;
        };
        let promise = promise(&digest, self.include_by);
        keys.iter().any(|key| {
            key.name == self.key_name
                && hex::encode(key.key_id()) == self.key_id
                && key.verifies(&promise, &signature)
        })
    }
}

/// What is signed: `T("audit/receipt/v1", entry digest ‖ RFC 3339 time)`. Tagged, so that no receipt can be taken for
/// the text of a checkpoint under the same key.
fn promise(entry_digest: &[u8; 32], include_by: DateTime<Utc>) -> [u8; 32] {
    let by = include_by.to_rfc3339_opts(SecondsFormat::Millis, true);
    tagged(
        "audit/receipt/v1",
        &[entry_digest.as_slice(), by.as_bytes()].concat(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_holds_and_no_changed_one_does() {
        let key = LogKey::from_pem("example.org/log", &LogKey::make().unwrap()).unwrap();
        let other = LogKey::from_pem("example.org/log", &LogKey::make().unwrap()).unwrap();
        let receipt = Receipt::sign(&[9; 32], "2026-03-02T01:00:00Z".parse().unwrap(), &key);
        assert!(receipt.verify(&[other.public(), key.public()]));
        assert!(!receipt.verify(&[other.public()]));
        assert_eq!(receipt.include_by.to_rfc3339(), "2026-03-03T01:00:00+00:00");
        let changes: [fn(&mut Receipt); 6] = [
            |r| r.entry_digest = "08".repeat(32),
            |r| r.entry_digest = "xyz".to_owned(),
            |r| r.include_by += TimeDelta::milliseconds(1),
            |r| r.key_name = "example.org/logs".to_owned(),
            |r| r.key_id = "00000000".to_owned(),
            |r| r.signature = "AAAA".to_owned(),
        ];
        for change in changes {
            let mut changed = receipt.clone();
            change(&mut changed);
            assert!(!changed.verify(&[key.public()]), "{changed:?}");
        }
        let again: Receipt = serde_json::from_str(&serde_json::to_string(&receipt).unwrap()).unwrap();
        assert_eq!(again, receipt);
    }
}
