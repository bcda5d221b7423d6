//! Whether it lives, whether it can serve.

use poem::http::StatusCode;
use poem::web::{Data, Json};
use poem::{IntoResponse, Response, handler};
use serde_json::json;

use crate::ctx::Ctx;
use crate::db::Q;
use crate::journal::incident;

/// Alive: the process answers.
#[handler]
pub fn alive() -> Json<serde_json::Value> {
    Json(json!({ "status": "alive" }))
}

/// Able to serve: the database answers, its schema and the content are loaded, the cache is there. Of the log it tells
/// whether it is what was logged, and whether writing has stopped because it was rolled back.
#[handler]
pub async fn ready(ctx: Data<&Ctx>) -> Response {
    let database = ctx
        .view()
        .q("select count(*) from facility")
        .one::<(i64,)>()
        .await
        .is_ok();
    let cache = ctx.cache.ready().await;
    let inconsistent = incident::standing(&ctx.db, ctx.clock.now()).await.unwrap_or(-1);
    let body = json!({
        "status": if database { "ready" } else { "not_ready" },
        "parts": {
            "database": { "engine": ctx.db.engine(), "ok": database },
            // Without its cache the service goes on: each process counts for itself.
            "cache": { "kind": ctx.cache.kind(), "ok": cache },
            "migrations": { "ok": database },
            "log": {
                "inconsistent": inconsistent,
                "read_only": ctx.log.is_read_only(),
                "ok": inconsistent == 0 && !ctx.log.is_read_only(),
            },
            // Without WeChat nobody new logs in, and all else goes on.
            "wechat": { "ok": ctx.wechat.fault().is_none(), "errcode": ctx.wechat.fault() },
            "content": { "lessons": ctx.content.lessons.all().len(), "ok": true },
        },
    });
    let status = if database {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    Json(body).with_status(status).into_response()
}
