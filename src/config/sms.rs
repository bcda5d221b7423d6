//! The gateway for text messages, as Aliyun's short-message service has it.

use serde::{Deserialize, Serialize};

use super::Secret;

/// The gateway for text messages.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sms {
    /// Its address.
    pub endpoint: String,
    /// For a stand-in in a closed network; never in production.
    pub allow_http: bool,
    /// Id of the key.
    pub access_key: Secret,
    /// The key.
    pub secret_key: Secret,
    /// The signature that stands before each message.
    pub sign_name: String,
    /// The template of a one-time code, filled with `code`.
    pub code_template: String,
    /// The template of a notice, filled with `hospital` and `title`.
    pub notice_template: String,
}

impl Default for Sms {
    fn default() -> Sms {
        Sms {
            endpoint: "https://dysmsapi.aliyuncs.com".to_owned(),
            allow_http: false,
            access_key: Secret::default(),
            secret_key: Secret::default(),
            sign_name: String::new(),
            code_template: String::new(),
            notice_template: String::new(),
        }
    }
}
