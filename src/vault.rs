//! Sealed columns and blind indexes.
//!
//! A sealed value is `1 ‖ data key id ‖ nonce ‖ AES-256-GCM ciphertext`, bound to its record and column. The wrapped
//! data key lives in `data_key`, the only mutable part: rotation rewraps it, destruction deletes it, sealed rows are
//! never touched. Equal values are found through keyed digests, never through clear text.
//! Not here: which column is sealed; each slice's `store.rs` decides that.

mod new_key;

use std::time::Duration;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use moka::sync::Cache;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::base::Noun;
use crate::base::error::{Error, Result};
use crate::db::{Q, placeholders};

pub use new_key::NewKey;

const VERSION: u8 = 1;
const KEY_ID: usize = 16;
const NONCE: usize = 12;
const ALGORITHM: &str = "aes-256-gcm";
/// How long a key is kept open in memory: a destroyed one is forgotten by then.
const KEPT_OPEN: Duration = Duration::from_secs(3600);
/// What a file's key is bound to: it seals one file and nothing else.
const FILE: &[u8] = b"file/v1";

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
        self.0
            .len()
            .saturating_sub(1 + KEY_ID + NONCE + AES_256_GCM.tag_len())
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[sealed]")
    }
}

/// A keyed digest for exact search.
pub type Blind = Vec<u8>;

/// The key-encryption key, 32 bytes.
pub struct Kek(Zeroizing<[u8; 32]>);

impl Kek {
    /// A fresh random key.
    pub fn random() -> Kek {
        Kek(Zeroizing::new(rand::random()))
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Kek> {
        let mut key = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), key.as_mut()).ok()?;
        Some(Kek(key))
    }

    /// 64 hexadecimal digits, for the key file.
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.as_slice()))
    }
}

/// Seals and opens.
pub struct Vault {
    kek: Kek,
    kek_id: String,
    blind: Zeroizing<[u8; 32]>,
    /// By data key id alone: an id that was rolled back is never referred to again.
    keys: Cache<Uuid, Zeroizing<[u8; 32]>>,
}

#[derive(sqlx::FromRow)]
struct DataKey {
    id: Uuid,
    wrapped: Vec<u8>,
}

impl Vault {
    /// Opens the vault of a database; makes the blind-index key on first use.
    ///
    /// Errors: `Broken` when the key-encryption key is not the one of this database.
    pub async fn open(q: &mut impl Q, kek: Kek, at: DateTime<Utc>) -> Result<Vault> {
        let kek_id = hex::encode(&hmac(kek.0.as_ref(), b"kek/id/v1")[..8]);
        let mut vault = Vault {
            kek,
            kek_id,
            blind: Zeroizing::new([0; 32]),
            keys: Cache::builder()
                .max_capacity(20_000)
                .time_to_live(KEPT_OPEN)
                .build(),
        };
        let key = vault.data_key(q, None, Uuid::nil(), "blind", at).await?;
        vault.blind = key.1;
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
        if *version != VERSION {
            return Err(damaged());
        }
        let id = Uuid::from_slice(id).map_err(|_| damaged())?;
        let key = match self.keys.get(&id) {
            Some(key) => key,
            None => {
                let row: Option<DataKey> = q
                    .q("select id, wrapped from data_key where id = $1")
                    .bind(id)
                    .opt()
                    .await?;
                self.unwrap(row.ok_or(Error::Missing(Noun::Document))?)?.1
            }
        };
        decrypt(&key, nonce, &associated(record, column), body).ok_or_else(damaged)
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
        let mut query = q.q(format!("select id, wrapped from data_key where id in ({marks})"));
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
    ) -> Result<(Uuid, Zeroizing<[u8; 32]>)> {
        const FIND: &str = "select id, wrapped from data_key where record = $1 and class = $2";
        if let Some(row) = q.q(FIND).bind(record).bind(class.to_owned()).opt().await? {
            return self.unwrap(row);
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
        .bind(self.wrap(id, &key)?)
        .bind(self.kek_id.clone())
        .bind(ALGORITHM.to_owned())
        .bind(at)
        .run()
        .await?;
        // Read back: another process may have been first.
        let row = q.q(FIND).bind(record).bind(class.to_owned()).one().await?;
        self.unwrap(row)
    }

    fn wrap(&self, id: Uuid, key: &[u8; 32]) -> Result<Vec<u8>> {
        seal_under(&self.kek.0, id.as_bytes(), key)
            .ok_or_else(|| Error::broken("a data key could not be wrapped"))
    }

    fn unwrap(&self, row: DataKey) -> Result<(Uuid, Zeroizing<[u8; 32]>)> {
        if let Some(key) = self.keys.get(&row.id) {
            return Ok((row.id, key));
        }
        let wrong = || Error::broken("the key-encryption key is not the one of this database");
        let plain = open_under(&self.kek.0, row.id.as_bytes(), &row.wrapped).ok_or_else(wrong)?;
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(plain.as_slice().try_into().map_err(|_| wrong())?);
        self.keys.insert(row.id, key.clone());
        Ok((row.id, key))
    }
}

/// Seals under a key that the caller has, for one purpose; the nonce comes first.
pub fn seal_under(key: &[u8; 32], purpose: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = encrypt(key, purpose, plain)?;
    Some([nonce.as_slice(), &sealed].concat())
}

/// Opens what was sealed under a key for a purpose; none when it was changed, or sealed for another one.
pub fn open_under(key: &[u8; 32], purpose: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, body) = sealed.split_at_checked(NONCE)?;
    decrypt(key, nonce, purpose, body)
}

/// Seals a file under a key of its own; the key belongs into a sealed column.
pub fn seal_file(plain: Vec<u8>) -> Result<(Zeroizing<Vec<u8>>, Vec<u8>)> {
    let key: Zeroizing<[u8; 32]> = Zeroizing::new(rand::random());
    let plain = Zeroizing::new(plain);
    let (nonce, sealed) =
        encrypt(&key, FILE, &plain).ok_or_else(|| Error::broken("a file could not be sealed"))?;
    let bytes = [&[VERSION], nonce.as_slice(), &sealed].concat();
    Ok((Zeroizing::new(key.to_vec()), bytes))
}

/// Opens a sealed file.
///
/// Errors: `Broken` when it was changed or the key is another one's.
pub fn open_file(key: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let damaged = || Error::broken("a sealed file is damaged");
    let key: Zeroizing<[u8; 32]> = Zeroizing::new(key.try_into().map_err(|_| damaged())?);
    let (version, rest) = sealed.split_first().ok_or_else(damaged)?;
    let (nonce, body) = rest.split_at_checked(NONCE).ok_or_else(damaged)?;
    if *version != VERSION {
        return Err(damaged());
    }
    decrypt(&key, nonce, FILE, body).ok_or_else(damaged)
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?))
}

fn envelope(id: Uuid, key: &[u8; 32], record: Uuid, column: &str, plain: &[u8]) -> Result<Sealed> {
    let (nonce, sealed) = encrypt(key, &associated(record, column), plain)
        .ok_or_else(|| Error::broken("a value could not be sealed"))?;
    let mut bytes = Vec::with_capacity(1 + KEY_ID + NONCE + sealed.len());
    bytes.push(VERSION);
    bytes.extend_from_slice(id.as_bytes());
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    Ok(Sealed(bytes))
}

/// A fresh nonce, and the ciphertext with its tag.
fn encrypt(key: &[u8; 32], associated: &[u8], plain: &[u8]) -> Option<([u8; NONCE], Vec<u8>)> {
    let nonce: [u8; NONCE] = rand::random();
    let mut bytes = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
    bytes.extend_from_slice(plain);
    cipher(key)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated),
            &mut bytes,
        )
        .ok()?;
    Some((nonce, bytes))
}

fn decrypt(key: &[u8; 32], nonce: &[u8], associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut bytes = Zeroizing::new(sealed.to_vec());
    let length = cipher(key)?
        .open_in_place(nonce, Aad::from(associated), &mut bytes)
        .ok()?
        .len();
    bytes.truncate(length);
    Some(bytes)
}

fn associated(record: Uuid, column: &str) -> Vec<u8> {
    [record.as_bytes().as_slice(), column.as_bytes()].concat()
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}
