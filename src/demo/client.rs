//! A client that speaks HTTP to the service in process: what it can do, a phone or a ward computer can.

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem::{Endpoint, Request, Response};
use serde_json::Value;
use uuid::Uuid;

/// What came back.
pub struct Answer {
    /// Status.
    pub status: u16,
    /// The strong tag, if there is one.
    pub etag: Option<String>,
    /// JSON, or null.
    pub body: Value,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// An answer that the walk did not expect.
#[derive(Debug, thiserror::Error)]
#[error("{asked} answered {status}: {body}")]
pub struct Unexpected {
    asked: String,
    status: u16,
    body: Value,
}

/// One caller on one document.
#[derive(Clone)]
pub struct Client {
    prefix: &'static str,
    token: Option<String>,
}

impl Client {
    /// A woman's phone.
    pub fn patient(token: Option<String>) -> Client {
        Client {
            prefix: "/api/patient/v1",
            token,
        }
    }

    /// A staff computer.
    pub fn staff(token: Option<String>) -> Client {
        Client {
            prefix: "/api/staff/v1",
            token,
        }
    }

    /// Asks, and answers the body if it went well.
    pub async fn ask(
        &self,
        service: &BoxEndpoint<'static, Response>,
        method: Method,
        path: &str,
        if_match: Option<&str>,
        body: Option<Value>,
    ) -> Result<Answer, Unexpected> {
        let asked = format!("{method} {}{path}", self.prefix);
        let mut request = Request::builder()
            .method(method)
            .uri_str(format!("{}{path}", self.prefix));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(tag) = if_match {
            request = request.header("if-match", tag);
        }
        let request = match body {
            Some(body) => request
                .header("idempotency-key", Uuid::from_bytes(rand::random()).to_string())
                .content_type("application/json")
                .body(body.to_string()),
            None => request.finish(),
        };
        let mut response = service.get_response(request).await;
        let status = response.status().as_u16();
        let etag = response.header("etag").map(str::to_owned);
        let bytes = response.take_body().into_vec().await.unwrap_or_default();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if (200..300).contains(&status) {
            Ok(Answer {
                status,
                etag,
                body,
                bytes,
            })
        } else {
            Err(Unexpected { asked, status, body })
        }
    }
}
