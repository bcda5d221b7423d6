//! Every write of every chapter is sent twice: a phone on a bad network does the same.
//!
//! The second request is the first, byte for byte, and must get the first answer. Sent once are a write without a key,
//! a refused one, what keeps nothing (`$validate`), what is under `/sessions` (its keys are ignored: a repeated log-in is
//! another session), and an anonymous report (a kept key would tell who wrote it).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem::{Body, Endpoint, EndpointExt, Request, Response};

/// Paths that were sent twice.
#[derive(Clone, Default)]
pub struct Replayed(Arc<Mutex<BTreeSet<String>>>);

impl Replayed {
    pub fn paths(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().cloned().collect()
    }
}

pub struct Again {
    service: BoxEndpoint<'static, Response>,
    replayed: Replayed,
}

impl Again {
    pub fn around(
        service: BoxEndpoint<'static, Response>,
        replayed: Replayed,
    ) -> BoxEndpoint<'static, Response> {
        Again { service, replayed }.boxed()
    }
}

impl Endpoint for Again {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let path = request.uri().path().to_owned();
        let keyed = request.headers().contains_key("idempotency-key");
        if request.method() != Method::POST || !keyed || path.contains("/sessions") || path.contains('$') {
            return self.service.call(request).await;
        }
        let body = request.take_body().into_bytes().await?;
        let twin = |body: &[u8]| {
            let mut twin = Request::builder().method(Method::POST).uri(request.uri().clone());
            for (name, value) in request.headers() {
                twin = twin.header(name, value);
            }
            twin.body(body.to_vec())
        };
        let (first, second) = (twin(&body), twin(&body));
        let mut answer = self.service.call(first).await?;
        let anonymous = String::from_utf8_lossy(&body).contains(r#""anonymous":true"#);
        if !answer.status().is_success() || anonymous {
            return Ok(answer);
        }
        let told = answer.take_body().into_bytes().await?;
        let mut repeated = self.service.call(second).await?;
        let retold = repeated.take_body().into_bytes().await?;
        assert_eq!(
            (repeated.status(), &retold),
            (answer.status(), &told),
            "POST {path} answered a repetition with its key differently"
        );
        self.replayed.0.lock().unwrap().insert(path);
        answer.set_body(Body::from(told));
        Ok(answer)
    }
}
