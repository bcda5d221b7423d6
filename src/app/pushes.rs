//! Where WeChat pushes events to. Its signature is its log-in, so this stands in neither document; the answers are the words
//! that WeChat waits for.

use std::time::Duration;

use futures_util::FutureExt;
use poem::web::Data;
use poem::{IntoResponse, Request, Response, Route, get, handler};
use poem_openapi::OperationId;

use crate::base::error::{Error, Result};
use crate::base::request::RequestInfo;
use crate::base::{Act, Code, Noun};
use crate::ctx::Ctx;
use crate::http::problem::Failure;
use crate::people::door;
use crate::wechat::{Pushes, Unbelieved};

// WeChat waits for 5 s and then pushes again: better that it knows that it has to.
const LONGEST: Duration = Duration::from_secs(4);

/// Adds the routes.
pub fn routes(routes: Route) -> Route {
    routes.at("/wechat/events", get(greet).post(take))
}

/// WeChat looks whether the address is ours.
#[handler]
fn greet(ctx: Data<&Ctx>, request: &Request) -> Response {
    let told = listening(&ctx).and_then(|pushes| {
        let query = query(request)?;
        let greeting = pushes.greeting(&query).map_err(refused)?;
        Ok(greeting.to_owned())
    });
    answered(told)
}

/// WeChat tells what happened.
#[handler]
async fn take(ctx: Data<&Ctx>, request: &Request, body: Vec<u8>) -> Response {
    answered(told(&ctx, request, &body).await)
}

async fn told(ctx: &Ctx, request: &Request, body: &[u8]) -> Result<String> {
    let pushed = listening(ctx)?.read(&query(request)?, body).map_err(refused)?;
    if let Some(pushed) = pushed {
        let info: RequestInfo = request.data().cloned().unwrap_or_default();
        let kept = door::wechat_pushed(ctx, &info, &pushed).boxed();
        tokio::time::timeout(LONGEST, kept)
            .await
            .map_err(|_| Error::Busy(Code::HttpOverloaded))??;
    }
    Ok("success".to_owned())
}

fn listening(ctx: &Ctx) -> Result<&Pushes> {
    ctx.wechat.pushes().ok_or(Error::Missing(Noun::Route))
}

fn query(request: &Request) -> Result<Vec<(String, String)>> {
    let malformed = |_| Error::Malformed(Code::HttpMalformed);
    request.params().map_err(malformed)
}

fn refused(why: Unbelieved) -> Error {
    match why {
        Unbelieved::Unsigned => Error::Forbidden,
        Unbelieved::Unreadable => {
            tracing::warn!("WeChat pushes what can't be read: format JSON, and the mode of the settings?");
            Error::Malformed(Code::HttpMalformed)
        }
    }
}

/// Counted under the act, in plain text.
fn answered(told: Result<String>) -> Response {
    let mut response = match told {
        Ok(word) => Response::builder()
            .content_type("text/plain; charset=utf-8")
            .body(word),
        Err(error) => Failure(error).into_response(),
    };
    response.set_data(OperationId(Act::PeopleWechatEvent.word()));
    response
}
