//! The app on the phone of a colleague, and what he does with it.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;

use super::App;
use super::cast::{HOSPITAL, PASSWORD};
use super::client::{Answer, Client};

/// What the app shows at a moment (RFC 6238).
pub fn code(secret: &str, at: DateTime<Utc>) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(&secret).unwrap();
    mac.update(&(at.timestamp() / 30).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 0xf);
    let four: [u8; 4] = digest[offset..offset + 4].try_into().unwrap();
    format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
}

/// A second factor that was set up.
pub struct Enrolled {
    pub secret: String,
    pub recovery_codes: Vec<String>,
}

impl App {
    /// What the app shows now.
    pub fn code(&self, secret: &str) -> String {
        code(secret, self.clock.now())
    }

    /// The colleague sets a second factor up, in this session.
    pub async fn enrolled(&self, colleague: &Client) -> Enrolled {
        let proposed = colleague.post("/me/totp", Value::Null).await.expect(200);
        let secret = proposed["secret"].as_str().unwrap().to_owned();
        let first = json!({ "code": self.code(&secret) });
        let confirmed = colleague.post("/me/totp/confirm", first).await.expect(200);
        let codes = confirmed["recovery_codes"].as_array().unwrap().iter();
        Enrolled {
            secret,
            recovery_codes: codes.map(|code| code.as_str().unwrap().to_owned()).collect(),
        }
    }

    /// A log-in with what is shown beside the password.
    pub async fn logs_in(&self, username: &str, totp: Option<&str>) -> Answer {
        let mut body = json!({ "facility": HOSPITAL, "username": username, "password": PASSWORD });
        if let Some(totp) = totp {
            body["totp"] = json!(totp);
        }
        self.nobody_of_staff().post_bare("/sessions", body).await
    }

    /// Who logged in so.
    pub async fn with_code(&self, username: &str, totp: &str) -> Client {
        let session = self.logs_in(username, Some(totp)).await.expect(201);
        let token = session["token"].as_str().unwrap();
        self.nobody_of_staff().with_token(token)
    }
}
