//! Sealed columns and blind indexes.
//!
//! A sealed value is `cipher ‖ data key id ‖ nonce ‖ ciphertext`, bound to its record and column; the cipher is 1 for
//! AES-256-GCM, 2 for SM4-GCM, and both are read at once. The wrapped data key lives in `data_key`, the only mutable
//! part: rotation rewraps it, destruction deletes it, sealed rows are never touched. Equal values are found through
//! keyed digests, never through clear text.
//! Not here: which column is sealed; each slice's `store.rs` decides that.

mod cipher;
mod keys;
mod new_key;
mod rotation;

use std::time::Duration;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use moka::sync::Cache;
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::base::Noun;
use crate::base::error::{Error, Result};
use crate::config::Cipher;
use crate::db::{Q, placeholders};

use cipher::{NONCE, TAG};
pub use cipher::{open_file, open_under, seal_file, seal_under};
use keys::Ring;
pub use keys::{Given, Kek, Service, Source};
pub use new_key::NewKey;
pub use rotation::Progress;

const KEY_ID: usize = 16;
/// How long a key is kept open in memory: a destroyed one is forgotten by then.
const KEPT_OPEN: Duration = Duration::from_secs(3600);

/// What a value is, so that one class of a record can be destroyed without the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Names, birth dates, identity documents.
    Identity,
    /// Phone numbers, addresses, contacts.
    Contact,
    /// Answers, findings, results.
    Clinical,
    /// What somebody typed or said.
    FreeText,
    /// Handwriting.
    Strokes,
    /// What staff prove their presence with.
    Credential,
    /// Documents made for the record.
    Document,
    /// Answers kept for a retry, one-time secrets.
    Transient,
}

impl Class {
    fn word(self) -> &'static str {
        match self {
            Class::Identity => "identity",
            Class::Contact => "contact",
            Class::Clinical => "clinical",
            Class::FreeText => "free_text",
            Class::Strokes => "strokes",
            Class::Credential => "credential",
            Class::Document => "document",
            Class::Transient => "transient",
        }
    }
}

/// A sealed value, as stored.
#[derive(Clone, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Sealed(pub Vec<u8>);

impl Sealed {
    /// The length of what is sealed, bytes.
    pub fn plain_len(&self) -> usize {
        self.0.len().saturating_sub(1 + KEY_ID + NONCE + TAG)
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[sealed]")
    }
}

/// A keyed digest for exact search.
pub type Blind = Vec<u8>;

/// Seals and opens.
pub struct Vault {
    ring: Ring,
    source: Source,
    cipher: Cipher,
    blind: Zeroizing<[u8; 32]>,
    /// By data key id alone: an id that was rolled back is never referred to again.
    keys: Cache<Uuid, Key>,
}

/// A data key, open.
#[derive(Clone)]
struct Key {
    cipher: Cipher,
    bytes: Zeroizing<[u8; 32]>,
}

#[derive(sqlx::FromRow)]
struct DataKey {
    id: Uuid,
    wrapped: Vec<u8>,
    kek_id: String,
    alg: String,
}

impl Vault {
    /// Opens the vault of a database; makes the blind-index key on first use.
    ///
    /// Errors: `Broken` when no key-encryption key that is given is the one of this database.
    pub async fn open(q: &mut impl Q, given: Given, at: DateTime<Utc>) -> Result<Vault> {
        let mut vault = Vault {
            ring: Ring::open(q, &given.source, given.others, at).await?,
            source: given.source,
            cipher: given.cipher,
            blind: Zeroizing::new([0; 32]),
            keys: Cache::builder()
                .max_capacity(20_000)
                .time_to_live(KEPT_OPEN)
                .build(),
        };
        let key = vault.data_key(q, None, Uuid::nil(), "blind", at).await?;
        vault.blind = key.1.bytes;
        Ok(vault)
    }

    /// Seals a value of a record's column.
    #[expect(
        clippy::too_many_arguments,
        reason = "`ctx::Tx` is its one caller and names them"
    )]
    pub async fn seal(
        &self,
        q: &mut impl Q,
        facility: Option<Uuid>,
        record: Uuid,
        class: Class,
        column: &str,
        plain: &[u8],
        at: DateTime<Utc>,
    ) -> Result<Sealed> {
        let (id, key) = self.data_key(q, facility, record, class.word(), at).await?;
        envelope(id, &key, record, column, plain)
    }

    /// Opens a sealed value of a record's column.
    ///
    /// Errors: `Missing` when its key was destroyed; `Broken` when it belongs to another record or column, or was changed.
    pub async fn unseal(
        &self,
        q: &mut impl Q,
        record: Uuid,
        column: &str,
        sealed: &Sealed,
    ) -> Result<Zeroizing<Vec<u8>>> {
        let damaged = || Error::broken("a sealed value is damaged");
        let (version, rest) = sealed.0.split_first().ok_or_else(damaged)?;
        let (id, rest) = rest.split_at_checked(KEY_ID).ok_or_else(damaged)?;
        let (nonce, body) = rest.split_at_checked(NONCE).ok_or_else(damaged)?;
        let id = Uuid::from_slice(id).map_err(|_| damaged())?;
        let key = match self.keys.get(&id) {
            Some(key) => key,
            None => {
                let row: Option<DataKey> = q
                    .q("select id, wrapped, kek_id, alg from data_key where id = $1")
                    .bind(id)
                    .opt()
                    .await?;
                self.unwrap(row.ok_or(Error::Missing(Noun::Document))?)?
            }
        };
        if cipher::of_version(*version) != Some(key.cipher) {
            return Err(damaged());
        }
        cipher::decrypt(key.cipher, &key.bytes, nonce, &associated(record, column), body).ok_or_else(damaged)
    }

    /// Reads the keys of many sealed values at once: an export opens a page of records.
    pub async fn warm(&self, q: &mut impl Q, sealed: &[&Sealed]) -> Result<()> {
        let ids: Vec<Uuid> = sealed
            .iter()
            .filter_map(|sealed| Uuid::from_slice(sealed.0.get(1..=KEY_ID)?).ok())
            .filter(|id| !self.keys.contains_key(id))
            .collect();
        if ids.is_empty() {
            return Ok(());
        }
        let marks = placeholders(1, ids.len());
        let mut query = q.q(format!(
            "select id, wrapped, kek_id, alg from data_key where id in ({marks})"
        ));
        for id in ids {
            query = query.bind(id);
        }
        for row in query.all::<DataKey>().await? {
            self.unwrap(row)?;
        }
        Ok(())
    }

    /// Destroys the keys of a record: nothing that was sealed under them is ever opened again. Other processes forget
    /// them within the hour.
    pub async fn destroy(&self, q: &mut impl Q, record: Uuid) -> Result<()> {
        let gone: Vec<(Uuid,)> = q
            .q("delete from data_key where record = $1 returning id")
            .bind(record)
            .all()
            .await?;
        for (id,) in gone {
            self.keys.invalidate(&id);
        }
        Ok(())
    }

    /// The keyed digest of a value for exact search within one facility's field.
    pub fn blind(&self, facility: Option<Uuid>, field: &str, value: &str) -> Blind {
        let mut text = format!("{}\0{field}\0", facility.unwrap_or_default());
        text.extend(value.trim().nfkc().flat_map(char::to_lowercase));
        hmac(self.blind.as_ref(), text.as_bytes()).to_vec()
    }

    /// Digests of each prefix of a name (1–8 characters), for search by the beginning of a name.
    pub fn blind_prefixes(&self, facility: Option<Uuid>, field: &str, value: &str) -> Vec<Blind> {
        let letters: Vec<char> = value.trim().nfkc().flat_map(char::to_lowercase).take(8).collect();
        (1..=letters.len())
            .map(|n| self.blind(facility, field, &letters.iter().take(n).collect::<String>()))
            .collect()
    }

    async fn data_key(
        &self,
        q: &mut impl Q,
        facility: Option<Uuid>,
        record: Uuid,
        class: &str,
        at: DateTime<Utc>,
    ) -> Result<(Uuid, Key)> {
        const FIND: &str = "select id, wrapped, kek_id, alg from data_key where record = $1 and class = $2";
        let found: Option<DataKey> = q.q(FIND).bind(record).bind(class.to_owned()).opt().await?;
        if let Some(row) = found {
            return Ok((row.id, self.unwrap(row)?));
        }
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(rand::random());
        // Random, not by time: it stands in every sealed value and shall tell nothing.
        let id = Uuid::from_bytes(rand::random());
        q.q(
            "insert into data_key (id, facility_id, record, class, wrapped, kek_id, alg, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (record, class) do nothing",
        )
        .bind(id)
        .bind(facility)
        .bind(record)
        .bind(class.to_owned())
        .bind(self.ring.wrap(self.cipher, id.as_bytes(), &key)?)
        .bind(self.ring.current.clone())
        .bind(self.cipher.word())
        .bind(at)
        .run()
        .await?;
        // Read back: another process may have been first.
        let row: DataKey = q.q(FIND).bind(record).bind(class.to_owned()).one().await?;
        Ok((row.id, self.unwrap(row)?))
    }

    fn unwrap(&self, row: DataKey) -> Result<Key> {
        if let Some(key) = self.keys.get(&row.id) {
            return Ok(key);
        }
        let unknown = || Error::broken("a data key has an unknown cipher");
        let cipher = Cipher::parse(&row.alg).ok_or_else(unknown)?;
        let bytes = self
            .ring
            .unwrap(cipher, &row.kek_id, row.id.as_bytes(), &row.wrapped)?;
        let key = Key { cipher, bytes };
        self.keys.insert(row.id, key.clone());
        Ok(key)
    }
}

fn envelope(id: Uuid, key: &Key, record: Uuid, column: &str, plain: &[u8]) -> Result<Sealed> {
    let (nonce, sealed) = cipher::encrypt(key.cipher, &key.bytes, &associated(record, column), plain)
        .ok_or_else(|| Error::broken("a value could not be sealed"))?;
    let mut bytes = Vec::with_capacity(1 + KEY_ID + NONCE + sealed.len());
    bytes.push(cipher::version(key.cipher));
    bytes.extend_from_slice(id.as_bytes());
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    Ok(Sealed(bytes))
}

fn associated(record: Uuid, column: &str) -> Vec<u8> {
    [record.as_bytes().as_slice(), column.as_bytes()].concat()
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}
