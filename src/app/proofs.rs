//! The public routes of the log: the signed head and proofs (CE-185). Digests only.

use poem::http::header::CONTENT_TYPE;
use poem::web::{Data, Json};
use poem::{Request, Response, Route, get, handler};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::error::{Error, Fault, Result};
use crate::base::merkle::Hash;
use crate::base::{Code, Noun};
use crate::ctx::{Ctx, View};
use crate::http::problem::Failure;
use crate::journal::{proofs, signing};

/// Adds the routes.
pub fn routes(routes: Route) -> Route {
    routes
        .at("/log/checkpoint", get(checkpoint))
        .at("/log/inclusion", get(inclusion))
        .at("/log/consistency", get(consistency))
}

/// The newest checkpoint of an institution's log: a signed note.
#[handler]
async fn checkpoint(ctx: Data<&Ctx>, request: &Request) -> std::result::Result<Response, Failure> {
    let [facility] = asked(request, ["facility"]).map_err(Failure)?;
    let facility = log(facility).map_err(Failure)?;
    let newest = signing::newest(&mut ctx.view(), facility)
        .await
        .map_err(Failure)?;
    let signed = newest.ok_or(Failure(Error::Missing(Noun::Document)))?;
    Ok(Response::builder()
        .header(CONTENT_TYPE, "text/plain; charset=utf-8")
        .body(signed.note))
}

/// That an entry is in the log.
#[handler]
async fn inclusion(ctx: Data<&Ctx>, request: &Request) -> std::result::Result<Json<Value>, Failure> {
    included(&ctx, request).await.map(Json).map_err(Failure)
}

/// That the log continues what it was.
#[handler]
async fn consistency(ctx: Data<&Ctx>, request: &Request) -> std::result::Result<Json<Value>, Failure> {
    consistent(&ctx, request).await.map(Json).map_err(Failure)
}

async fn included(ctx: &Ctx, request: &Request) -> Result<Value> {
    let [facility, seq, size] = asked(request, ["facility", "seq", "size"])?;
    let (facility, mut view) = (log(facility)?, ctx.view());
    let entries = entries(&mut view, facility).await?;
    let size = number("?size", size, 1, entries)?;
    let seq = number("?seq", seq, 1, size)?;
    let proof = proofs::inclusion(&mut view, facility, seq, size).await?;
    let proof = proof.ok_or_else(|| gone(ctx, facility))?;
    Ok(json!({
        "seq": seq,
        "size": size,
        "entry_hash": hex::encode(proof.entry),
        "root": hex::encode(proof.root),
        "path": path(&proof.path),
    }))
}

async fn consistent(ctx: &Ctx, request: &Request) -> Result<Value> {
    let [facility, from, to] = asked(request, ["facility", "from", "to"])?;
    let (facility, mut view) = (log(facility)?, ctx.view());
    let entries = entries(&mut view, facility).await?;
    let to = number("?to", to, 1, entries)?;
    let from = number("?from", from, 0, to)?;
    let proof = proofs::consistency(&mut view, facility, from, to).await?;
    let proof = proof.ok_or_else(|| gone(ctx, facility))?;
    Ok(json!({
        "from": from,
        "to": to,
        "from_root": hex::encode(proof.from),
        "to_root": hex::encode(proof.to),
        "path": path(&proof.path),
    }))
}

/// The log can't prove what it signed: whoever asks is told so, and the log is audited.
fn gone(ctx: &Ctx, facility: Uuid) -> Error {
    ctx.log.suspect(facility);
    Error::Refused(Code::JournalInconsistent)
}

fn path(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(hex::encode).collect()
}

async fn entries(view: &mut View, facility: Uuid) -> Result<i64> {
    let size = proofs::size(view, facility).await?;
    size.filter(|size| *size > 0)
        .ok_or(Error::Missing(Noun::Document))
}

/// The parameters by name, each exactly once and no others.
fn asked<'a, const N: usize>(request: &'a Request, names: [&'static str; N]) -> Result<[&'a str; N]> {
    let malformed = |name: &str, code: &str| {
        Error::Invalid(Code::HttpMalformed, vec![Fault::field(format!("?{name}"), code)])
    };
    let pairs: Vec<(&str, &str)> = request
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect();
    if pairs.iter().any(|(name, _)| !names.contains(name)) {
        return Err(Error::Malformed(Code::HttpMalformed));
    }
    let mut values = [""; N];
    for (value, name) in values.iter_mut().zip(names) {
        let mut given = pairs.iter().filter(|(given, _)| *given == name);
        *value = match (given.next(), given.next()) {
            (Some((_, value)), None) => value,
            (None, _) => return Err(malformed(name, "required")),
            (Some(_), Some(_)) => return Err(malformed(name, "twice")),
        };
    }
    Ok(values)
}

/// An institution; the log of what belongs to none is `00000000-0000-0000-0000-000000000000`.
fn log(text: &str) -> Result<Uuid> {
    let fault = || Error::Invalid(Code::HttpMalformed, vec![Fault::field("?facility", "format")]);
    let id = Uuid::try_parse(text).map_err(|_| fault())?;
    // One spelling: what is asked for can be compared with the origin of a checkpoint.
    (id.to_string() == text).then_some(id).ok_or_else(fault)
}

fn number(pointer: &str, text: &str, min: i64, max: i64) -> Result<i64> {
    let fault = |code: &str| Fault::field(pointer, code);
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse::<i64>().ok().filter(|_| digits);
    let Some(number) = number else {
        return Err(Error::Invalid(Code::HttpMalformed, vec![fault("format")]));
    };
    if number < min || number > max {
        let fault = fault("range").with(json!({ "min": min, "max": max }));
        return Err(Error::Invalid(Code::HttpInvalid, vec![fault]));
    }
    Ok(number)
}
