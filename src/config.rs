//! Settings of the process: defaults, then a TOML file, then `MUAN_…` of the environment.
//!
//! A nested key is written with two underscores, as in `MUAN_WECHAT__APP_ID`. Unknown keys refuse to start. Secrets
//! print as `[secret]`. `MUAN_TEST_…` and `MUAN_BARS_…` belong to the tests and the benchmark and are not read.

mod files;
mod keys;
mod log;
mod proxies;
mod seal;
mod sessions;
mod single_sign_on;
mod sms;
mod templates;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, Serializer};
use toml::{Table, Value};
use zeroize::Zeroizing;

pub use files::Files;
pub use keys::{Cipher, KeyOrigin, Keys, OtherKey};
pub use log::Journal;
pub use proxies::{Origin, Proxies};
pub use seal::Seal;
pub use sessions::{SecondFactor, Sessions};
pub use single_sign_on::SingleSignOn;
pub use sms::Sms;
pub use templates::{Part, Template};

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the embedded database and the keys of `demo` live.
    pub data: PathBuf,
    /// The public listener.
    pub addr: SocketAddr,
    /// The listener of `/metrics`.
    pub admin_addr: SocketAddr,
    /// How the public listener is reached from outside, for links and QR codes.
    pub public_url: String,
    /// `sqlite`, or the URL of a PostgreSQL server.
    pub database: Secret,
    /// Connections to PostgreSQL.
    pub database_connections: u32,
    /// URL of a Redis server; without it the cache is in this process.
    pub redis: Option<Secret>,
    /// Begins every key in Redis, so that several installations may share a server.
    pub redis_prefix: String,
    /// A content directory instead of the built-in one.
    pub content: Option<PathBuf>,
    /// Requests per minute and token.
    pub rate_per_minute: i64,
    /// Networks of the proxies whose `X-Forwarded-For` is believed, as `10.0.0.0/8`; none unless given.
    pub trusted_proxies: Proxies,
    /// How often an open stream of events gives a sign of life, so that no proxy in between takes it for dead.
    pub heartbeat_seconds: u64,
    /// Log level: `error`, `warn`, `info`, `debug`.
    pub log: String,
    /// The key-encryption key.
    pub keys: Keys,
    /// Sessions of staff.
    pub sessions: Sessions,
    /// The providers by which staff of some hospitals log in.
    pub single_sign_on: Vec<SingleSignOn>,
    /// The mini-program.
    pub wechat: WeChat,
    /// The gateway for text messages; none unless given.
    pub sms: Option<Sms>,
    /// Where uploaded files are kept, sealed.
    pub files: Files,
    /// What signs the journal, and where its checkpoints are copied.
    pub journal: Journal,
    /// What seals documents, and who attests when.
    pub seal: Seal,
}

/// The mini-program.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeChat {
    /// App id.
    pub app_id: String,
    /// App secret.
    pub app_secret: Secret,
    /// Another one, tried where WeChat refuses the first.
    pub next_secret: Option<Secret>,
    /// Another address than WeChat's own; needs `allow_other_base`.
    pub base_url: Option<String>,
    /// For a stand-in in a closed network; never in production.
    pub allow_other_base: bool,
    /// The account's templates of subscription messages; without one for a kind of notice, it is not sent by WeChat.
    pub templates: Vec<Template>,
    /// Token of the message push; without it nothing is listened to.
    pub push_token: Option<Secret>,
    /// Key of the message push in secure mode; with it nothing unencrypted is believed.
    pub push_key: Option<Secret>,
}

/// A text that is not printed.
#[derive(Clone, Default, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Secret {
        Secret(Zeroizing::new(text.to_owned()))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A database on the disk is no secret, and whoever reads the settings wants to know which one is in use.
        serializer.serialize_str(if self.expose() == "sqlite" || self.expose().is_empty() {
            self.expose()
        } else {
            "[secret]"
        })
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            data: PathBuf::from("./muan-data"),
            addr: SocketAddr::from(([127, 0, 0, 1], 8080)),
            admin_addr: SocketAddr::from(([127, 0, 0, 1], 9090)),
            public_url: "http://127.0.0.1:8080".to_owned(),
            database: Secret::from("sqlite"),
            database_connections: 16,
            redis: None,
            redis_prefix: "muan".to_owned(),
            content: None,
            rate_per_minute: 600,
            trusted_proxies: Proxies::default(),
            heartbeat_seconds: 15,
            log: "info".to_owned(),
            keys: Keys::default(),
            sessions: Sessions::default(),
            single_sign_on: Vec::new(),
            wechat: WeChat::default(),
            sms: None,
            files: Files::default(),
            journal: Journal::default(),
            seal: Seal::default(),
        }
    }
}

/// Why the settings can't be used; one line.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No such file, or not to be read.
    #[error("the configuration file {0} can't be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// Not TOML, an unknown key, or a value of a wrong kind.
    #[error("the configuration is not valid: {0}")]
    Invalid(String),
    /// No key, or two.
    #[error("the key-encryption key: {0}")]
    Key(String),
}

impl Config {
    /// Reads the file, if there is one, and the environment.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, Fault> {
        let mut table = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| Fault::Unreadable(path.to_owned(), error))?;
                text.parse::<Table>()
                    .map_err(|error| Fault::Invalid(one_line(&error.to_string())))?
            }
            None => Table::new(),
        };
        for (name, value) in environment {
            let Some(key) = name.strip_prefix("MUAN_") else {
                continue;
            };
            if key.starts_with("TEST_") || key.starts_with("BARS_") || key == "CONFIG" {
                continue;
            }
            let path: Vec<String> = key.split("__").map(str::to_lowercase).collect();
            set(&mut table, &path, typed(value))
                .map_err(|()| Fault::Invalid(format!("{name} names a table")))?;
        }
        table
            .try_into()
            .map_err(|error: toml::de::Error| Fault::Invalid(one_line(error.message())))
    }

    /// What is in force, without secrets.
    pub fn shown(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }
}

fn set(table: &mut Table, path: &[String], value: Value) -> Result<(), ()> {
    match path {
        [] => Err(()),
        [last] => {
            table.insert(last.clone(), value);
            Ok(())
        }
        [first, rest @ ..] => match table
            .entry(first.clone())
            .or_insert_with(|| Value::Table(Table::new()))
        {
            Value::Table(inner) => set(inner, rest, value),
            _ => Err(()),
        },
    }
}

/// Numbers and switches of the environment, as TOML would read them.
fn typed(value: String) -> Value {
    if let Ok(number) = value.parse::<i64>() {
        return Value::Integer(number);
    }
    match value.as_str() {
        "true" => Value::Boolean(true),
        "false" => Value::Boolean(false),
        _ => Value::String(value),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&str, &str)]) -> Result<Config, Fault> {
        Config::load(
            None,
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn the_environment_sets_nested_keys() {
        let config = from(&[
            ("MUAN_ADDR", "0.0.0.0:80"),
            ("MUAN_WECHAT__APP_ID", "wx1"),
            ("HOME", "/x"),
        ])
        .unwrap();
        assert_eq!(config.addr.port(), 80);
        assert_eq!(config.wechat.app_id, "wx1");
    }

    #[test]
    fn trusted_proxies_are_networks() {
        let config = from(&[("MUAN_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7")]).unwrap();
        let shown = config.shown();
        assert!(
            shown.contains("10.0.0.0/8") && shown.contains("192.0.2.7/32"),
            "{shown}"
        );
        assert!(from(&[("MUAN_TRUSTED_PROXIES", "the one in front")]).is_err());
    }

    #[test]
    fn a_second_factor_is_wanted_unless_it_is_said_to_be_optional() {
        let wanted = |pairs: &[(&str, &str)]| from(pairs).map(|config| config.sessions.second_factor);
        assert_eq!(wanted(&[]).unwrap(), SecondFactor::Required);
        let said = |word| wanted(&[("MUAN_SESSIONS__SECOND_FACTOR", word)]);
        assert_eq!(said("optional").unwrap(), SecondFactor::Optional);
        assert!(said("sometimes").is_err());
    }

    #[test]
    fn an_unknown_key_refuses_to_start() {
        let fault = from(&[("MUAN_ADRESS", "x")]).unwrap_err().to_string();
        assert!(fault.contains("adress"), "{fault}");
        assert_eq!(fault.lines().count(), 1);
    }

    #[test]
    fn names_of_the_tests_and_the_benchmark_are_not_read() {
        assert!(from(&[("MUAN_TEST_REQUIRE", "postgres"), ("MUAN_BARS_X", "1")]).is_ok());
    }

    #[test]
    fn secrets_are_not_shown() {
        let config = from(&[
            ("MUAN_WECHAT__APP_SECRET", "hush"),
            ("MUAN_WECHAT__PUSH_TOKEN", "hush"),
            ("MUAN_WECHAT__PUSH_KEY", "hush"),
            ("MUAN_DATABASE", "postgres://u:hush@h/d"),
            ("MUAN_FILES__BUCKET", "lab-sheets"),
            ("MUAN_FILES__SECRET_KEY", "hush"),
            ("MUAN_JOURNAL__COPIES__SECRET_KEY", "hush"),
        ])
        .unwrap();
        let shown = config.shown() + &format!("{config:?}");
        assert!(!shown.contains("hush"), "{shown}");
        assert!(shown.contains("[secret]") && shown.contains("lab-sheets"));
    }
}
