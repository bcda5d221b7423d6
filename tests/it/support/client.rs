//! A client that speaks HTTP to the service in process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderMap, Method};
use poem::{Endpoint, Request, Response};
use serde_json::Value;

/// An idempotency key that no other request of this run has.
pub fn fresh_key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// One caller on one document.
#[derive(Clone)]
pub struct Client {
    endpoint: Arc<BoxEndpoint<'static, Response>>,
    prefix: String,
    token: Option<String>,
    language: Option<String>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub body: Value,
    asked: String,
}

impl Answer {
    /// The body, if the status is the expected one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(
            self.status, status,
            "{} answered {}: {}",
            self.asked, self.status, self.body
        );
        self.body
    }

    /// The strong tag.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.header("etag")
            .unwrap_or_else(|| panic!("{} has no ETag: {} {}", self.asked, self.status, self.body))
    }

    /// The problem's code.
    pub fn code(&self) -> String {
        self.body["code"].as_str().unwrap_or_default().to_owned()
    }

    /// One header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    }
}

impl Client {
    pub fn new(endpoint: Arc<BoxEndpoint<'static, Response>>, prefix: &str, token: Option<String>) -> Client {
        Client {
            endpoint,
            prefix: prefix.to_owned(),
            token,
            language: None,
        }
    }

    /// The same person with another token.
    pub fn with_token(&self, token: &str) -> Client {
        Client {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same person in the words of FHIR.
    pub fn fhir(&self) -> Client {
        Client {
            prefix: muan::fhir::BASE.to_owned(),
            ..self.clone()
        }
    }

    /// The same person in another language.
    pub fn speaking(&self, language: &str) -> Client {
        Client {
            language: Some(language.to_owned()),
            ..self.clone()
        }
    }

    /// The header that says who asks.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token.as_deref().unwrap_or_default())
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// With a fresh `Idempotency-Key`.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        let key = fresh_key();
        self.post_keyed(path, &key, body).await
    }

    pub async fn post_keyed(&self, path: &str, key: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[("idempotency-key", key)], Some(body))
            .await
    }

    pub async fn post_bare(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    /// With a key and the version that it is about.
    pub async fn post_at(&self, path: &str, etag: &str, body: Value) -> Answer {
        let key = fresh_key();
        self.send(
            Method::POST,
            path,
            &[("idempotency-key", &key), ("if-match", etag)],
            Some(body),
        )
        .await
    }

    pub async fn put(&self, path: &str, etag: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, &[("if-match", etag)], Some(body))
            .await
    }

    pub async fn put_bare(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, &[], Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], None).await
    }

    /// Anything.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let body = body.map(|body| body.to_string());
        self.send_text(method, path, headers, body).await
    }

    /// Anything, with a body byte for byte.
    pub async fn send_text(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let asked = format!("{method} {}{path}", self.prefix);
        let mut request = Request::builder()
            .method(method)
            .uri_str(format!("{}{path}", self.prefix));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(language) = &self.language {
            request = request.header("accept-language", language);
        }
        let request = match body {
            Some(body) => request.content_type("application/json").body(body),
            None => request.finish(),
        };
        self.answer(request, asked).await
    }

    /// A request as it is.
    pub async fn answer(&self, request: Request, asked: String) -> Answer {
        let mut response = self.endpoint.get_response(request).await;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        // A stream of events has no end to wait for.
        let stream = response
            .content_type()
            .is_some_and(|kind| kind.starts_with("text/event-stream"));
        let bytes = match stream {
            true => Vec::new(),
            false => response.take_body().into_bytes().await.unwrap().to_vec(),
        };
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer {
            status,
            headers,
            bytes,
            body,
            asked,
        }
    }
}
