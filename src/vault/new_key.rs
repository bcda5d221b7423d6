//! A data key whose row its caller writes: for who writes more records at once than can be asked for one by one.

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Key, Sealed, Vault, envelope};
use crate::base::error::Result;

/// A data key that has no row yet.
pub struct NewKey {
    /// Its id.
    pub id: Uuid,
    /// Itself, under the key-encryption key.
    pub wrapped: Vec<u8>,
    /// Under which one.
    pub kek_id: String,
    /// For what.
    pub algorithm: &'static str,
    key: Key,
}

impl NewKey {
    /// Seals a value of a record's column.
    pub fn seal(&self, record: Uuid, column: &str, plain: &[u8]) -> Result<Sealed> {
        envelope(self.id, &self.key, record, column, plain)
    }
}

impl Vault {
    /// Makes a key.
    pub fn new_key(&self) -> Result<NewKey> {
        let key = Key {
            cipher: self.cipher,
            bytes: Zeroizing::new(rand::random()),
        };
        let id = Uuid::from_bytes(rand::random());
        Ok(NewKey {
            wrapped: self.ring.wrap(key.cipher, id.as_bytes(), &key.bytes)?,
            kek_id: self.ring.current.clone(),
            algorithm: key.cipher.word(),
            id,
            key,
        })
    }
}
