//! The OpenID provider of a hospital: small and real. It has keys of its own, tells of itself, sends browsers back with
//! codes, and redeems each once for a signed token. What a provider can do wrong it does on demand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use muan::base::Clock;
use muan::config::{Secret, SingleSignOn};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use poem::http::{HeaderMap, StatusCode};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::web::{Data, Form, Json, Query};
use poem::{EndpointExt, IntoResponse, Response, Route, Server, get, handler, post};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;

const CLIENT: &str = "muan";
const SECRET: &str = "secret of the client";
const BACK: &str = "https://muan.invalid/signed-on";
const RSA: &[u8] = include_bytes!("provider_rsa.pk8");

/// What a provider does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Nonce,
    Audience,
    Issuer,
    Expired,
    Old,
    Unsigned,
    Symmetric,
    Key,
    Changed,
    NoToken,
    Down,
}

/// Who sits at the browser.
#[derive(Clone)]
pub struct Visitor {
    pub subject: String,
    pub username: Option<String>,
    pub methods: Vec<String>,
}

impl Visitor {
    pub fn new(subject: &str, username: &str) -> Visitor {
        Visitor {
            subject: subject.to_owned(),
            username: Some(username.to_owned()),
            methods: vec!["pwd".to_owned()],
        }
    }

    /// The same with a second factor shown.
    pub fn twice(mut self) -> Visitor {
        self.methods.push("otp".to_owned());
        self
    }
}

struct Pending {
    challenge: String,
    nonce: String,
    visitor: Visitor,
}

struct Inner {
    issuer: String,
    clock: Clock,
    pending: BTreeMap<String, Pending>,
    visitor: Visitor,
    wrong: Option<Wrong>,
    elliptic: bool,
    generation: u8,
}

type Shared = Arc<Mutex<Inner>>;

/// A listening provider; ends with the test.
pub struct Provider {
    shared: Shared,
    server: JoinHandle<std::io::Result<()>>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Provider {
    pub async fn start(clock: &Clock) -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = *listener.local_addr()[0].as_socket_addr().unwrap();
        let shared = Arc::new(Mutex::new(Inner {
            issuer: format!("http://{address}"),
            clock: clock.clone(),
            pending: BTreeMap::new(),
            visitor: Visitor::new("nobody", "nobody"),
            wrong: None,
            elliptic: true,
            generation: 1,
        }));
        let routes = Route::new()
            .at("/.well-known/openid-configuration", get(itself))
            .at("/keys", get(keys))
            .at("/authorize", get(authorize))
            .at("/token", post(token))
            .data(shared.clone());
        let server = tokio::spawn(Server::new_with_acceptor(listener).run(routes));
        Provider { shared, server }
    }

    /// What the hospital writes down of it.
    pub fn settings(&self, facility: &str) -> SingleSignOn {
        SingleSignOn {
            facility: facility.to_owned(),
            issuer: self.shared.lock().unwrap().issuer.clone(),
            client_id: CLIENT.to_owned(),
            client_secret: Secret::from(SECRET),
            redirect_url: BACK.to_owned(),
            second_factor: vec!["otp".to_owned()],
            allow_http: true,
        }
    }

    pub fn goes_wrong(&self, wrong: impl Into<Option<Wrong>>) {
        self.shared.lock().unwrap().wrong = wrong.into();
    }

    /// Signs with RSA from now on, as most do.
    pub fn signs_with_rsa(&self) {
        self.shared.lock().unwrap().elliptic = false;
    }

    /// Takes another key into use.
    pub fn changes_keys(&self) {
        self.shared.lock().unwrap().generation += 1;
    }

    /// A browser goes to the address and is sent back: `code` and `state`.
    pub async fn visited(&self, address: &str, visitor: Visitor) -> (String, String) {
        self.shared.lock().unwrap().visitor = visitor;
        let browser = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let answer = browser.get(address).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 302, "{address}");
        let back = answer.headers()["location"].to_str().unwrap();
        assert!(back.starts_with(BACK), "{back}");
        let back = reqwest::Url::parse(back).unwrap();
        let part = |name: &str| {
            let mut parts = back.query_pairs();
            parts.find(|(key, _)| key == name).unwrap().1.into_owned()
        };
        (part("code"), part("state"))
    }
}

#[handler]
fn itself(shared: Data<&Shared>) -> Response {
    let inner = shared.lock().unwrap();
    if inner.wrong == Some(Wrong::Down) {
        return StatusCode::SERVICE_UNAVAILABLE.into();
    }
    let at = |path: &str| format!("{}{path}", inner.issuer);
    Json(json!({
        "issuer": inner.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    }))
    .into_response()
}

impl Inner {
    fn elliptic(&self, generation: u8) -> SigningKey {
        SigningKey::from_slice(&[generation; 32]).unwrap()
    }
}

#[handler]
fn keys(shared: Data<&Shared>) -> Json<Value> {
    let inner = shared.lock().unwrap();
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let point = inner
        .elliptic(inner.generation)
        .verifying_key()
        .to_sec1_point(false);
    let rsa = RsaKeyPair::from_pkcs8(RSA).unwrap();
    let rsa = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(rsa.public());
    let bytes = point.as_bytes();
    Json(json!({ "keys": [
        { "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": format!("ec-{}", inner.generation),
          "x": text(&bytes[1..33]), "y": text(&bytes[33..]) },
        { "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "rsa", "n": text(&rsa.n), "e": text(&rsa.e) },
    ] }))
}

#[derive(Deserialize)]
struct Asked {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
}

#[handler]
fn authorize(shared: Data<&Shared>, asked: Query<Asked>) -> Response {
    let asked = asked.0;
    let right = asked.response_type == "code" && asked.client_id == CLIENT && asked.redirect_uri == BACK;
    let openid = asked.scope.split(' ').any(|one| one == "openid");
    if !(right && openid && asked.code_challenge_method == "S256") {
        return StatusCode::BAD_REQUEST.into();
    }
    let mut inner = shared.lock().unwrap();
    let code = format!("code-{}", inner.pending.len());
    let visitor = inner.visitor.clone();
    let pending = Pending {
        challenge: asked.code_challenge,
        nonce: asked.nonce,
        visitor,
    };
    inner.pending.insert(code.clone(), pending);
    let back = format!("{BACK}?code={code}&state={}", asked.state);
    StatusCode::FOUND.with_header("location", back).into_response()
}

#[derive(Deserialize)]
struct Redeemed {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
}

#[handler]
fn token(shared: Data<&Shared>, headers: &HeaderMap, asked: Form<Redeemed>) -> Response {
    let mut inner = shared.lock().unwrap();
    if inner.wrong == Some(Wrong::Down) {
        return StatusCode::SERVICE_UNAVAILABLE.into();
    }
    let refused = || {
        let body = Json(json!({ "error": "invalid_grant" }));
        body.with_status(StatusCode::BAD_REQUEST).into_response()
    };
    let basic = headers["authorization"]
        .to_str()
        .unwrap()
        .trim_start_matches("Basic ");
    let basic = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
    let form = SECRET.replace(' ', "+");
    if basic != format!("{CLIENT}:{form}")
        || asked.grant_type != "authorization_code"
        || asked.redirect_uri != BACK
    {
        return refused();
    }
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asked.code_verifier.as_bytes()));
    let Some(pending) = inner.pending.get_mut(&asked.code) else {
        return refused();
    };
    // Used up by its first use, right or not.
    let wanted = std::mem::take(&mut pending.challenge);
    if wanted != challenge {
        return refused();
    }
    let (nonce, visitor) = (pending.nonce.clone(), pending.visitor.clone());
    let mut answer = json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 60 });
    if inner.wrong != Some(Wrong::NoToken) {
        answer["id_token"] = json!(inner.signed(&nonce, &visitor));
    }
    Json(answer).into_response()
}

impl Inner {
    fn signed(&self, nonce: &str, visitor: &Visitor) -> String {
        let is = |wrong| self.wrong == Some(wrong);
        let now = self.clock.now().timestamp();
        let mut claims = json!({
            "iss": self.issuer,
            "sub": visitor.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "amr": visitor.methods,
        });
        if let Some(username) = &visitor.username {
            claims["preferred_username"] = json!(username);
        }
        if is(Wrong::Nonce) {
            claims["nonce"] = json!("of somebody else");
        }
        if is(Wrong::Audience) {
            claims["aud"] = json!("another-service");
        }
        if is(Wrong::Issuer) {
            claims["iss"] = json!("https://elsewhere.invalid");
        }
        if is(Wrong::Expired) {
            claims["exp"] = json!(now - 1);
        }
        if is(Wrong::Old) {
            claims["iat"] = json!(now - 3600);
        }
        let (alg, kid) = match (self.wrong, self.elliptic) {
            (Some(Wrong::Unsigned), _) => ("none", "ec-1".to_owned()),
            (Some(Wrong::Symmetric), _) => ("HS256", "ec-1".to_owned()),
            (_, true) => ("ES256", format!("ec-{}", self.generation)),
            (_, false) => ("RS256", "rsa".to_owned()),
        };
        let header = json!({ "alg": alg, "kid": kid, "typ": "JWT" });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(&claims));
        let signature = match alg {
            "none" => Vec::new(),
            "HS256" => {
                let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
                mac.update(text.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            "RS256" => {
                let key = RsaKeyPair::from_pkcs8(RSA).unwrap();
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    text.as_bytes(),
                    &mut signature,
                )
                .unwrap();
                signature
            }
            _ => {
                let key = self.elliptic(if is(Wrong::Key) { 77 } else { self.generation });
                let signature: Signature = key.sign(text.as_bytes());
                signature.to_bytes().to_vec()
            }
        };
        if is(Wrong::Changed) {
            claims["sub"] = json!("zhao-at-the-provider");
            let text = format!("{}.{}", part(&header), part(&claims));
            return format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature));
        }
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
