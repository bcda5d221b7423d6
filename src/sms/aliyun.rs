//! A gateway that speaks Aliyun's short-message service: HTTPS requests signed with `ACS3-HMAC-SHA256`.
//!
//! Sources: Aliyun, "V3 request structure and signature" and `SendSms` of 2017-05-25. The address, the number among its
//! parameters, is written nowhere: not into a log and not into an error.

use std::fmt::Write;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Url};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Failure, Sms, Template, Text};
use crate::base::Clock;
use crate::config;

const TIMEOUT: Duration = Duration::from_secs(10);
const ALGORITHM: &str = "ACS3-HMAC-SHA256";
const ACTION: &str = "SendSms";
const VERSION: &str = "2017-05-25";
/// Codes after which a message may be sent again; with every other one it never will be.
const BUSY: [&str; 5] = [
    "isv.BUSINESS_LIMIT_CONTROL",
    "isp.SYSTEM_ERROR",
    "InternalError",
    "ServiceUnavailable",
    "Throttling",
];

/// Why the gateway's settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Misconfigured {
    /// Not an address, or one without TLS.
    #[error("sms.endpoint must be an https address")]
    Endpoint,
    /// A setting is missing.
    #[error("sms needs access_key, secret_key, sign_name, code_template and notice_template")]
    Missing,
    /// The system's certificates can't be loaded.
    #[error("the HTTP client for the text-message gateway can't be built")]
    Http(#[source] reqwest::Error),
}

/// The gateway.
pub struct Aliyun {
    http: reqwest::Client,
    endpoint: Url,
    settings: config::Sms,
    clock: Clock,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(rename = "Code")]
    code: String,
}

impl Aliyun {
    /// Makes the client. Nothing is sent yet.
    ///
    /// Errors: [`Misconfigured`].
    pub fn new(settings: config::Sms, clock: Clock) -> Result<Aliyun, Misconfigured> {
        let endpoint: Url = settings.endpoint.parse().map_err(|_| Misconfigured::Endpoint)?;
        let plain = endpoint.scheme() == "http";
        if endpoint.host_str().is_none() || endpoint.scheme() != "https" && !(plain && settings.allow_http) {
            return Err(Misconfigured::Endpoint);
        }
        let needed = [
            settings.access_key.expose(),
            settings.secret_key.expose(),
            &settings.sign_name,
            &settings.code_template,
            &settings.notice_template,
        ];
        if needed.iter().any(|text| text.is_empty()) {
            return Err(Misconfigured::Missing);
        }
        // Whoever came first has installed one already; either serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(TIMEOUT);
        if plain {
            http = http.tls_certs_only(std::iter::empty::<Certificate>());
        }
        let http = http.build().map_err(Misconfigured::Http)?;
        Ok(Aliyun {
            http,
            endpoint,
            settings,
            clock,
        })
    }

    fn host(&self) -> String {
        let host = self.endpoint.host_str().unwrap_or_default();
        match self.endpoint.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    async fn post(&self, text: Text<'_>) -> Result<(), Failure> {
        let template = match text.template {
            Template::Code => &self.settings.code_template,
            Template::Notice => &self.settings.notice_template,
        };
        // A mainland number has no code of a country; another one has it without the sign.
        let query = query(&[
            ("PhoneNumbers", text.phone.trim_start_matches('+')),
            ("SignName", &self.settings.sign_name),
            ("TemplateCode", template),
            ("TemplateParam", &text.params.to_string()),
        ]);
        let signed = Signed {
            method: "POST",
            query: &query,
            headers: [
                ("host", self.host()),
                ("x-acs-action", ACTION.to_owned()),
                ("x-acs-content-sha256", hex::encode(Sha256::digest(b""))),
                (
                    "x-acs-date",
                    self.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                ),
                ("x-acs-signature-nonce", hex::encode(rand::random::<[u8; 16]>())),
                ("x-acs-version", VERSION.to_owned()),
            ],
        };
        let authorization = signed.authorization(
            self.settings.access_key.expose(),
            self.settings.secret_key.expose(),
        );
        let mut address = self.endpoint.clone();
        address.set_path("/");
        address.set_query(Some(&query));
        let mut request = self.http.post(address).header("authorization", authorization);
        for (name, value) in signed.headers {
            request = request.header(name, value);
        }
        let answer = request.send().await.map_err(|error| Failure::of(&error))?;
        let bytes = answer.bytes().await.map_err(|_| Failure::NoAnswer)?;
        let reply: Reply = serde_json::from_slice(&bytes).map_err(|_| Failure::NoAnswer)?;
        judged(reply.code)
    }
}

impl Sms for Aliyun {
    fn provider(&self) -> &'static str {
        "aliyun"
    }

    fn send<'a>(&'a self, text: Text<'a>) -> BoxFuture<'a, Result<(), Failure>> {
        self.post(text).boxed()
    }
}

fn judged(code: String) -> Result<(), Failure> {
    if code == "OK" {
        return Ok(());
    }
    // `Throttling` stands for a family, as `Throttling.User`.
    let busy = BUSY
        .iter()
        .any(|one| code == *one || code.starts_with(&format!("{one}.")));
    // The code of somebody else ends in a log and in a row: letters, digits and what joins them.
    let code: String = code
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c))
        .take(64)
        .collect();
    Err(if busy {
        Failure::Busy(code)
    } else {
        Failure::Refused(code)
    })
}

/// What is signed; the body is empty.
struct Signed<'a> {
    method: &'static str,
    query: &'a str,
    /// In the order of their names.
    headers: [(&'static str, String); 6],
}

impl Signed<'_> {
    fn authorization(&self, key: &str, secret: &str) -> String {
        let names = self.headers.each_ref().map(|(name, _)| *name).join(";");
        let mut lines = format!("{}\n/\n{}\n", self.method, self.query);
        for (name, value) in &self.headers {
            lines.push_str(&format!("{name}:{value}\n"));
        }
        lines.push_str(&format!("\n{names}\n{}", hex::encode(Sha256::digest(b""))));
        let to_sign = format!("{ALGORITHM}\n{}", hex::encode(Sha256::digest(lines)));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .expect("a key of any length is a key of this function");
        mac.update(to_sign.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        format!("{ALGORITHM} Credential={key},SignedHeaders={names},Signature={signature}")
    }
}

/// Parameters in the order of their names, written as RFC 3986 wants.
fn query(params: &[(&str, &str)]) -> String {
    let pairs = params
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _always_fits = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of Aliyun's own page on the signature.
    #[test]
    fn the_signature_is_that_of_the_published_example() {
        let query = query(&[
            ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
            ("RegionId", "cn-shanghai"),
        ]);
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let signed = Signed {
            method: "POST",
            query: &query,
            headers: [
                ("host", "ecs.cn-shanghai.aliyuncs.com".to_owned()),
                ("x-acs-action", "RunInstances".to_owned()),
                ("x-acs-content-sha256", empty.to_owned()),
                ("x-acs-date", "2023-10-26T10:22:32Z".to_owned()),
                (
                    "x-acs-signature-nonce",
                    "3156853299f313e23d1673dc12e1703d".to_owned(),
                ),
                ("x-acs-version", "2014-05-26".to_owned()),
            ],
        };
        assert_eq!(
            signed.authorization("YourAccessKeyId", "YourAccessKeySecret"),
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
             x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn parameters_are_escaped_as_the_signature_wants_it() {
        assert_eq!(
            query(&[("SignName", "仁爱 医院*~"), ("TemplateParam", r#"{"a":"b"}"#)]),
            "SignName=%E4%BB%81%E7%88%B1%20%E5%8C%BB%E9%99%A2%2A~&TemplateParam=%7B%22a%22%3A%22b%22%7D"
        );
    }

    #[test]
    fn only_what_was_not_sent_and_may_be_is_tried_again() {
        assert_eq!(judged("OK".to_owned()), Ok(()));
        for code in [
            "isv.BUSINESS_LIMIT_CONTROL",
            "Throttling.User",
            "ServiceUnavailable",
        ] {
            assert_eq!(judged(code.to_owned()), Err(Failure::Busy(code.to_owned())));
        }
        for code in ["isv.MOBILE_NUMBER_ILLEGAL", "SignatureDoesNotMatch"] {
            assert_eq!(judged(code.to_owned()), Err(Failure::Refused(code.to_owned())));
        }
        assert_eq!(
            judged("a b\nc".to_owned()),
            Err(Failure::Refused("abc".to_owned()))
        );
    }
}
