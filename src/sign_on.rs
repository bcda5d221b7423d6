//! Single sign-on of staff by their hospital's OpenID provider: authorization code with PKCE and nonce (OpenID Connect
//! Core 1.0 §3.1, RFC 7636).
//!
//! It says who somebody is at the provider. Whose account that is, and whether it is enough, `people` decides.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm,
    CoreProviderMetadata,
};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError,
    TokenResponse,
};
use reqwest::Certificate;
use reqwest::redirect::Policy;
use tokio::sync::Mutex;

use crate::base::Clock;
use crate::config::SingleSignOn;

/// Somebody waits for it.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Settings and keys of a provider are some kB; more than this is not one.
const LARGEST_REPLY: usize = 1 << 20;
/// How long settings and keys of a provider are believed without asking again.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// A token with an unknown key asks for the keys anew, and no oftener than this.
const REST: TimeDelta = TimeDelta::minutes(1);
/// A token is used when it is made; clocks differ by a little.
const OLDEST_TOKEN: TimeDelta = TimeDelta::minutes(10);
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// Never `none`, and nothing symmetric: whoever knows the secret of the client would be everybody.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why the settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Misconfigured {
    /// No URL, or not `https`.
    #[error("single_sign_on.issuer and redirect_url must be https URLs")]
    Address,
    /// A setting is missing, or a hospital has two providers.
    #[error(
        "single_sign_on needs facility, issuer, client_id, client_secret and redirect_url, once per facility"
    )]
    Missing,
    /// The system's certificates can't be loaded.
    #[error("the HTTP client for single sign-on can't be built")]
    Http(#[source] reqwest::Error),
}

/// Why a provider said nothing that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It does not answer.
    Unreachable,
    /// What came is not a true answer to what was asked.
    Untrue,
}

/// What binds the answer to the question; secret but for `state`.
pub struct Attempt {
    /// Comes back with the browser.
    pub state: String,
    /// Comes back inside the token.
    pub nonce: String,
    /// Shown when the code is redeemed.
    pub verifier: String,
}

/// Somebody, as the provider knows him.
#[derive(Clone, Debug)]
pub struct Person {
    /// Never another person's at this provider.
    pub subject: String,
    /// What he types in there.
    pub username: Option<String>,
    /// Whether he showed a second factor there.
    pub second_factor: bool,
}

/// The providers of the hospitals that have one.
#[derive(Default)]
pub struct SignOn(BTreeMap<String, Provider>);

impl SignOn {
    /// Makes the clients. Nothing is sent yet.
    ///
    /// Errors: [`Misconfigured`].
    pub fn open(settings: &[SingleSignOn], clock: &Clock) -> Result<SignOn, Misconfigured> {
        let mut providers = BTreeMap::new();
        for one in settings {
            let provider = Provider::new(one.clone(), clock.clone())?;
            if providers.insert(one.facility.clone(), provider).is_some() {
                return Err(Misconfigured::Missing);
            }
        }
        Ok(SignOn(providers))
    }

    /// The provider of a hospital, by its code.
    pub fn of(&self, facility: &str) -> Option<&Provider> {
        self.0.get(facility)
    }
}

/// The provider of one hospital.
pub struct Provider {
    settings: SingleSignOn,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    http: reqwest::Client,
    clock: Clock,
    known: Mutex<Option<Known>>,
}

/// What the provider says of itself, with its keys.
#[derive(Clone)]
struct Known {
    metadata: CoreProviderMetadata,
    since: DateTime<Utc>,
}

/// Why a request to a provider has no answer.
#[derive(Debug, thiserror::Error)]
#[error("the provider can't be reached")]
pub struct Unreachable;

impl From<reqwest::Error> for Unreachable {
    fn from(_: reqwest::Error) -> Unreachable {
        // The cause names the address with its query, and there is the code in it.
        Unreachable
    }
}

impl Provider {
    fn new(settings: SingleSignOn, clock: Clock) -> Result<Provider, Misconfigured> {
        let needed = [
            settings.facility.as_str(),
            &settings.issuer,
            &settings.client_id,
            settings.client_secret.expose(),
            &settings.redirect_url,
        ];
        if needed.iter().any(|text| text.is_empty()) {
            return Err(Misconfigured::Missing);
        }
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|_| Misconfigured::Address)?;
        let redirect = RedirectUrl::new(settings.redirect_url.clone()).map_err(|_| Misconfigured::Address)?;
        let plain = |url: &reqwest::Url| url.scheme() == "http";
        let wrong = |url: &reqwest::Url| url.scheme() != "https" && !(plain(url) && settings.allow_http);
        if wrong(issuer.url()) || wrong(redirect.url()) {
            return Err(Misconfigured::Address);
        }
        // Whoever came first has installed one already; either serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(TIMEOUT);
        if plain(issuer.url()) {
            http = http.tls_certs_only(std::iter::empty::<Certificate>());
        }
        Ok(Provider {
            http: http.build().map_err(Misconfigured::Http)?,
            issuer,
            redirect,
            settings,
            clock,
            known: Mutex::new(None),
        })
    }

    /// The issuer, part of what an account is bound to.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Where the browser is sent to.
    ///
    /// Errors: [`Failure::Unreachable`].
    pub fn address<'a>(&'a self, attempt: &'a Attempt) -> BoxFuture<'a, Result<String, Failure>> {
        self.addressed(attempt).boxed()
    }

    async fn addressed(&self, attempt: &Attempt) -> Result<String, Failure> {
        let client = self.client(self.metadata(FRESH).await?);
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let (state, nonce) = (attempt.state.clone(), attempt.nonce.clone());
        let (address, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(address.into())
    }

    /// Who came back with a code.
    ///
    /// Errors: [`Failure`].
    pub fn person<'a>(
        &'a self,
        code: &'a str,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Person, Failure>> {
        self.redeemed(code, attempt).boxed()
    }

    async fn redeemed(&self, code: &str, attempt: &Attempt) -> Result<Person, Failure> {
        let client = self.client(self.metadata(FRESH).await?);
        let asked = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| Failure::Untrue)?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()));
        let answer = asked.request_async(self).await.map_err(|error| match error {
            RequestTokenError::Request(_) => Failure::Unreachable,
            _ => Failure::Untrue,
        })?;
        let token = answer.id_token().ok_or(Failure::Untrue)?;
        let nonce = Nonce::new(attempt.nonce.clone());
        match self.claims(&client, token, &nonce) {
            Ok(claims) => Ok(self.told(&claims)),
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                // The provider changes its keys when it likes.
                let client = self.client(self.metadata(REST).await?);
                let claims = self.claims(&client, token, &nonce);
                claims.map(|claims| self.told(&claims)).map_err(untrue)
            }
            Err(error) => Err(untrue(error)),
        }
    }

    fn claims(
        &self,
        client: &Client,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let now = self.clock.now();
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || now)
            .set_issue_time_verifier_fn(move |made| {
                if made > now + SKEW || made < now - OLDEST_TOKEN {
                    return Err("not made just now".to_owned());
                }
                Ok(())
            });
        token.claims(&verifier, nonce).cloned()
    }

    fn told(&self, claims: &CoreIdTokenClaims) -> Person {
        let methods = claims.auth_method_refs().into_iter().flatten();
        let mut words = methods
            .map(|method| method.as_str())
            .chain(claims.auth_context_ref().map(|class| class.as_str()));
        Person {
            subject: claims.subject().to_string(),
            username: claims.preferred_username().map(|name| name.to_string()),
            second_factor: words.any(|word| self.settings.second_factor.iter().any(|known| known == word)),
        }
    }

    fn client(&self, known: CoreProviderMetadata) -> Client {
        let secret = ClientSecret::new(self.settings.client_secret.expose().to_owned());
        let id = ClientId::new(self.settings.client_id.clone());
        CoreClient::from_provider_metadata(known, id, Some(secret)).set_redirect_uri(self.redirect.clone())
    }

    /// What the provider says of itself, asked anew when it is older than `oldest`.
    async fn metadata(&self, oldest: TimeDelta) -> Result<CoreProviderMetadata, Failure> {
        let now = self.clock.now();
        // Held while asking: of many who log in one asks.
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| now - known.since < oldest) {
            return Ok(known.metadata.clone());
        }
        let told = CoreProviderMetadata::discover_async(self.issuer.clone(), self).await;
        let metadata = told.map_err(|_| Failure::Unreachable)?;
        *known = Some(Known {
            metadata: metadata.clone(),
            since: now,
        });
        Ok(metadata)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unreachable> {
        let (asked, body) = request.into_parts();
        let address = asked.uri.to_string();
        if !address.starts_with("https:") && !self.settings.allow_http {
            return Err(Unreachable);
        }
        let sent = self.http.request(asked.method, address).headers(asked.headers);
        let mut reply = sent.body(body).send().await?;
        if reply.status().is_server_error() {
            return Err(Unreachable);
        }
        let mut bytes = Vec::new();
        while let Some(part) = reply.chunk().await? {
            if bytes.len() + part.len() > LARGEST_REPLY {
                return Err(Unreachable);
            }
            bytes.extend_from_slice(&part);
        }
        let mut answer = HttpResponse::new(bytes);
        *answer.status_mut() = reply.status();
        *answer.headers_mut() = reply.headers().clone();
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Provider {
    type Error = Unreachable;
    type Future = BoxFuture<'c, Result<HttpResponse, Unreachable>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        self.send(request).boxed()
    }
}

fn untrue(error: ClaimsVerificationError) -> Failure {
    // Its kind alone: the texts name what stands in the token.
    let kind = match error {
        ClaimsVerificationError::Expired(_) => "expired",
        ClaimsVerificationError::InvalidAudience(_) => "audience",
        ClaimsVerificationError::InvalidIssuer(_) => "issuer",
        ClaimsVerificationError::InvalidNonce(_) => "nonce",
        ClaimsVerificationError::SignatureVerification(_) => "signature",
        _ => "other",
    };
    tracing::warn!(kind, "a token of single sign-on was refused");
    Failure::Untrue
}
