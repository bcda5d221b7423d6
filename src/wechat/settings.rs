//! What the client must know before it can call WeChat.
//!
//! Not here: where the values come from (the service's configuration).

use super::{PushSettings, Secret};

/// WeChat's only address.
pub const BASE_URL: &str = "https://api.weixin.qq.com";

/// Which release of the mini-program message cards and code images open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Edition {
    /// What everybody uses.
    #[default]
    Released,
    /// The trial release.
    Trial,
    /// The development build.
    Development,
}

impl Edition {
    pub(super) fn in_messages(self) -> &'static str {
        match self {
            Self::Released => "formal",
            Self::Trial => "trial",
            Self::Development => "developer",
        }
    }

    pub(super) fn in_images(self) -> &'static str {
        match self {
            Self::Released => "release",
            Self::Trial => "trial",
            Self::Development => "develop",
        }
    }
}

/// What the client must know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// [`BASE_URL`], or the simulator's address when `allow_other_base`.
    pub base_url: String,
    /// The mini-program's app id.
    pub app_id: String,
    /// Its secret.
    pub app_secret: Secret,
    /// Another one, tried where WeChat refuses the first: for the time in which the secret is replaced.
    pub next_secret: Option<Secret>,
    /// Which release cards and images open.
    pub edition: Edition,
    /// True in the demo and in tests only.
    pub allow_other_base: bool,
    /// How WeChat pushes events; none where it does not.
    pub push: Option<PushSettings>,
}

/// Why the client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Misconfigured {
    /// Another address than WeChat's, without leave, or not an address.
    #[error("WeChat's base URL must be {BASE_URL}")]
    BaseUrl,
    /// No app id or no secret.
    #[error("WeChat's app id and secret must be set")]
    App,
    /// A push without its token, or with a key that is none.
    #[error("the message push needs its token, and as its key the 43 characters of WeChat's console")]
    Push,
    /// The system's certificates cannot be loaded.
    #[error("the HTTP client for WeChat cannot be built")]
    Http(#[source] reqwest::Error),
}
