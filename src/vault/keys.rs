//! Key-encryption keys: where they come from, and which of them wraps.
//!
//! A key is held by the settings (a file, a program that prints it), or made here and kept wrapped by a key service that
//! hands out no key ([`Service`]): it is asked at the start and never within a transaction.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::{cipher, hmac};
use crate::base::error::{Error, Result};
use crate::config::{Cipher, Fault, KeyOrigin, Keys};
use crate::db::Q;

/// A key-encryption key, 32 bytes.
#[derive(Clone)]
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

    fn from_bytes(bytes: &[u8]) -> Option<Kek> {
        Some(Kek(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// Its name beside what it wraps, which tells nothing of it.
    pub fn id(&self) -> String {
        let digest = hmac(self.0.as_ref(), b"kek/id/v1");
        hex::encode(digest.first_chunk::<8>().unwrap_or(&[0; 8]))
    }
}

/// A key service: it wraps and unwraps, and lends its key to nobody.
pub trait Service: Send + Sync {
    /// Wraps a key.
    fn wrap(&self, key: &[u8]) -> Result<Vec<u8>>;
    /// Unwraps a key that it has wrapped.
    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>>;
}

/// A key service behind a program of the operator: called with `wrap` or `unwrap` after its arguments, base64 on its
/// standard input and output.
struct Program(String);

impl Program {
    fn run(&self, verb: &str, input: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let failed = || Error::broken("the program of the key service failed");
        let mut words = self.0.split_whitespace();
        let mut child = Command::new(words.next().ok_or_else(failed)?)
            .args(words)
            .arg(verb)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Error::Broken(Box::new(error)))?;
        let text = Zeroizing::new(STANDARD.encode(input));
        // The pipe is closed where it is dropped, which is how the program knows that this was all.
        let written = child.stdin.take().map(|mut pipe| pipe.write_all(text.as_bytes()));
        let output = child.wait_with_output().map_err(|_| failed())?;
        if !output.status.success() || !matches!(written, Some(Ok(()))) {
            return Err(failed());
        }
        let printed = Zeroizing::new(output.stdout);
        let bytes = STANDARD.decode(printed.trim_ascii()).map_err(|_| failed())?;
        Ok(Zeroizing::new(bytes))
    }
}

impl Service for Program {
    fn wrap(&self, key: &[u8]) -> Result<Vec<u8>> {
        Ok(self.run("wrap", key)?.to_vec())
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.run("unwrap", wrapped)
    }
}

/// Where the key comes from that wraps.
pub enum Source {
    /// The settings hold it.
    Held(Kek),
    /// It is kept in the database, wrapped by a key service.
    Service(Box<dyn Service>),
}

/// The keys that a process is given.
pub struct Given {
    /// Where the key comes from that wraps.
    pub source: Source,
    /// Keys that only unwrap: those before it, and one that shall take its place.
    pub others: Vec<Kek>,
    /// What new data keys seal with.
    pub cipher: Cipher,
}

impl From<Kek> for Given {
    fn from(kek: Kek) -> Given {
        Given {
            source: Source::Held(kek),
            others: Vec::new(),
            cipher: Cipher::default(),
        }
    }
}

impl Given {
    /// The keys that the settings name.
    pub fn of(keys: &Keys) -> std::result::Result<Given, Fault> {
        let read = |text: &str| {
            Kek::from_hex(text).ok_or_else(|| Fault::Key("it is not 64 hexadecimal digits".to_owned()))
        };
        let source = match keys.origin()? {
            KeyOrigin::Digits(text) => Source::Held(read(&text)?),
            KeyOrigin::Service(program) => Source::Service(Box::new(Program(program))),
        };
        let mut others = Vec::new();
        for other in &keys.others {
            others.push(read(&other.read()?)?);
        }
        Ok(Given {
            source,
            others,
            cipher: keys.cipher,
        })
    }
}

/// The key that wraps, and all that unwrap, by their names.
pub(super) struct Ring {
    pub(super) current: String,
    all: BTreeMap<String, Kek>,
}

/// A key of the service: number and wrapped bytes.
type Kept = (i64, Vec<u8>);

const KEPT: &str = "select number, wrapped from key_encryption_key order by number";

impl Ring {
    /// Takes what is given; with a key service, from the database, where the first key is made on first use.
    pub(super) async fn open(
        q: &mut impl Q,
        source: &Source,
        others: Vec<Kek>,
        at: DateTime<Utc>,
    ) -> Result<Ring> {
        let mut all: BTreeMap<String, Kek> = others.into_iter().map(|kek| (kek.id(), kek)).collect();
        let current = match source {
            Source::Held(kek) => kek.clone(),
            Source::Service(service) => {
                let mut kept: Vec<Kept> = q.q(KEPT).all().await?;
                if kept.is_empty() {
                    add(q, service.as_ref(), 1, at).await?;
                    // Read back: another process may have been first.
                    kept = q.q(KEPT).all().await?;
                }
                let mut newest = None;
                for (_, wrapped) in kept {
                    let kek = Kek::from_bytes(&service.unwrap(&wrapped)?)
                        .ok_or_else(|| Error::broken("the key service gave something that is no key"))?;
                    all.insert(kek.id(), kek.clone());
                    newest = Some(kek);
                }
                newest.ok_or_else(|| Error::broken("the key service has no key"))?
            }
        };
        let id = current.id();
        all.insert(id.clone(), current);
        Ok(Ring { current: id, all })
    }

    pub(super) fn wrap(&self, cipher: Cipher, id: &[u8], key: &[u8; 32]) -> Result<Vec<u8>> {
        let kek = self.all.get(&self.current);
        kek.and_then(|kek| cipher::wrap(cipher, &kek.0, id, key))
            .ok_or_else(|| Error::broken("a data key could not be wrapped"))
    }

    pub(super) fn unwrap(
        &self,
        cipher: Cipher,
        kek: &str,
        id: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<[u8; 32]>> {
        let unknown = || Error::broken("no key-encryption key of the settings is the one of this data key");
        let kek = self.all.get(kek).ok_or_else(unknown)?;
        let plain = cipher::unwrap(cipher, &kek.0, id, wrapped).ok_or_else(unknown)?;
        Ok(Zeroizing::new(
            plain.as_slice().try_into().map_err(|_| unknown())?,
        ))
    }

    /// The names of the keys that only unwrap.
    pub(super) fn others(&self) -> impl Iterator<Item = &String> {
        self.all.keys().filter(|id| **id != self.current)
    }
}

/// Makes a key and keeps it wrapped by the service; the newest wraps from the next start on.
pub(super) async fn add(q: &mut impl Q, service: &dyn Service, number: i64, at: DateTime<Utc>) -> Result<()> {
    let wrapped = service.wrap(Kek::random().0.as_ref())?;
    q.q(
        "insert into key_encryption_key (number, wrapped, created_at) values ($1, $2, $3) \
         on conflict (number) do nothing",
    )
    .bind(number)
    .bind(wrapped)
    .bind(at)
    .run()
    .await?;
    Ok(())
}
