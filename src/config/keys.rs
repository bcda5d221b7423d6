//! Where the key-encryption key comes from, and what new data keys seal with.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Fault;

/// The cipher of sealed values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub enum Cipher {
    /// AES-256-GCM.
    #[default]
    #[serde(rename = "aes-256-gcm")]
    Aes256Gcm,
    /// SM4-GCM (GB/T 32907, RFC 8998), where commercial cryptography is asked for.
    #[serde(rename = "sm4-gcm")]
    Sm4Gcm,
}

impl Cipher {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Cipher::Aes256Gcm => "aes-256-gcm",
            Cipher::Sm4Gcm => "sm4-gcm",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Cipher> {
        [Cipher::Aes256Gcm, Cipher::Sm4Gcm]
            .into_iter()
            .find(|cipher| cipher.word() == word)
    }
}

/// Where the key-encryption key comes from: exactly one of `file`, `command` and `service` in `serve`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// A file with 64 hexadecimal digits, readable by this user alone.
    pub file: Option<PathBuf>,
    /// A program that prints them, with its arguments, separated by spaces.
    pub command: Option<String>,
    /// A program that asks a key service, with its arguments: it is called with `wrap` or `unwrap` after them, base64 on
    /// its standard input and output. The key itself is made here and kept in the database as the service wrapped it.
    pub service: Option<String>,
    /// Keys that only unwrap: the one before, until `muan admin keys rotate` is through; or the next, before it is used.
    pub others: Vec<OtherKey>,
    /// What new data keys seal with; what is sealed stays as it is, and both are read.
    pub cipher: Cipher,
}

/// A key that only unwraps: one of both.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct OtherKey {
    /// A file with 64 hexadecimal digits.
    pub file: Option<PathBuf>,
    /// A program that prints them.
    pub command: Option<String>,
}

/// Where the key is.
pub enum KeyOrigin {
    /// Here, as hexadecimal digits.
    Digits(Zeroizing<String>),
    /// With a key service: the program that asks it.
    Service(String),
}

impl Keys {
    /// Where the key is that wraps.
    pub fn origin(&self) -> Result<KeyOrigin, Fault> {
        let held = OtherKey {
            file: self.file.clone(),
            command: self.command.clone(),
        };
        match &self.service {
            None => held.read().map(KeyOrigin::Digits),
            Some(program) if self.file.is_none() && self.command.is_none() => {
                Ok(KeyOrigin::Service(program.clone()))
            }
            Some(_) => Err(Fault::Key(
                "set one of keys.file, keys.command and keys.service".to_owned(),
            )),
        }
    }
}

impl OtherKey {
    /// The key as hexadecimal digits.
    pub fn read(&self) -> Result<Zeroizing<String>, Fault> {
        let text = match (&self.file, &self.command) {
            (Some(path), None) => std::fs::read_to_string(path)
                .map_err(|error| Fault::Key(format!("{}: {error}", path.display())))?,
            (None, Some(command)) => run(command)?,
            (None, None) => {
                return Err(Fault::Key(
                    "set keys.file, keys.command or keys.service".to_owned(),
                ));
            }
            (Some(_), Some(_)) => {
                return Err(Fault::Key("set keys.file or keys.command, not both".to_owned()));
            }
        };
        Ok(Zeroizing::new(text))
    }
}

fn run(command: &str) -> Result<String, Fault> {
    let mut words = command.split_whitespace();
    let program = words
        .next()
        .ok_or_else(|| Fault::Key("keys.command is empty".to_owned()))?;
    let output = std::process::Command::new(program).args(words).output();
    let output = output.map_err(|error| Fault::Key(format!("{program}: {error}")))?;
    if !output.status.success() {
        return Err(Fault::Key(format!("{program} failed")));
    }
    String::from_utf8(output.stdout).map_err(|_| Fault::Key(format!("{program} printed no text")))
}
