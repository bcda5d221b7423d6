//! The simulator's own face, `/simulator/…`: who taps what, what goes wrong, what time it is.
//!
//! Not here: anything that WeChat has. Answers are JSON; refusals are `{code, message}` with 400 for
//! text that is no JSON, 404, and 422 for a wrong or unknown member.

mod pushes;

use std::{iter, time::Duration};

use chrono::{SecondsFormat, TimeDelta};
use poem::{
    Endpoint, EndpointExt, IntoResponse, Response, Route, get,
    http::StatusCode,
    post, put,
    web::{Data, Json, Query},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    CODE_LIFE, Simulator,
    world::{Call, Fault, PhoneGrant, Scripted, Text},
};

const LONGEST_CODE_LIFE_S: i64 = 86_400;
/// Ten years: a pathway ends 42 days after birth, so more is a slip.
const LONGEST_STEP_S: i64 = 315_360_000;
const MOST_REPLIES: usize = 1000;

type Outcome = Result<(StatusCode, Value), Refused>;

struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginCodeIn {
    openid: String,
    expires_in: Option<i64>,
    app_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PhoneCodeIn {
    openid: String,
    phone: String,
    country_code: Option<String>,
    expires_in: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserIn {
    openid: String,
    unionid: Option<String>,
    #[serde(default)]
    risk_level: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreditsIn {
    openid: String,
    template_id: String,
    credits: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultsIn {
    path: String,
    replies: Vec<FaultIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultIn {
    #[serde(default = "once")]
    times: usize,
    #[serde(default)]
    delay_ms: u64,
    errcode: Option<i64>,
    status: Option<u16>,
    #[serde(default)]
    drop: bool,
    #[serde(default)]
    garbage: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockIn {
    advance_s: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessagesIn {
    openid: Option<String>,
    phone: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextIn {
    phone: String,
    text: String,
}

/// Adds the control paths and gives the errors of the whole listener one shape.
pub(super) fn routes(routes: Route, simulator: &Simulator) -> impl Endpoint + use<> {
    pushes::routes(routes)
        .at("/simulator/login-codes", post(login_codes))
        .at("/simulator/phone-codes", post(phone_codes))
        .at("/simulator/users", put(users))
        .at("/simulator/credits", put(credits))
        .at("/simulator/faults", put(faults))
        .at("/simulator/clock", put(clock))
        .at("/simulator/messages", get(messages))
        .at("/simulator/texts", post(texts))
        .at("/simulator/calls", get(calls))
        .data(simulator.clone())
        .catch_all_error(|error: poem::Error| async move {
            let status = match error.status() {
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => StatusCode::NOT_FOUND,
                _ => StatusCode::BAD_REQUEST,
            };
            let code = if status == StatusCode::NOT_FOUND {
                "simulator.not_found"
            } else {
                "simulator.malformed"
            };
            respond(Err(Refused {
                status,
                code,
                message: error.to_string(),
            }))
        })
}

#[poem::handler]
fn login_codes(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(parse(&body).and_then(|body: LoginCodeIn| {
        let openid = openid(&body.openid)?;
        let app_id = body.app_id.as_deref().unwrap_or(&simulator.0.settings.app_id);
        let code = simulator
            .world()
            .login_code(openid, app_id, simulator.now(), life(body.expires_in)?);
        Ok((StatusCode::CREATED, json!(code)))
    }))
}

#[poem::handler]
fn phone_codes(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(parse(&body).and_then(|body: PhoneCodeIn| {
        let digits = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
            lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let country_code = body.country_code.unwrap_or_else(|| "86".to_owned());
        if !digits(&body.phone, 4..=15) || !digits(&country_code, 1..=4) {
            return Err(invalid(
                "phone and country_code are digits, 4 to 15 and 1 to 4 of them",
            ));
        }
        let grant = PhoneGrant {
            openid: openid(&body.openid)?.to_owned(),
            country_code,
            number: body.phone,
        };
        let code = simulator
            .world()
            .phone_code(grant, simulator.now(), life(body.expires_in)?);
        Ok((StatusCode::CREATED, json!(code)))
    }))
}

#[poem::handler]
fn users(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(parse(&body).and_then(|body: UserIn| {
        if body.risk_level > 4 {
            return Err(invalid("risk_level is 0 to 4"));
        }
        simulator.set_user(openid(&body.openid)?, body.unionid.as_deref(), body.risk_level);
        Ok((StatusCode::NO_CONTENT, Value::Null))
    }))
}

#[poem::handler]
fn credits(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(parse(&body).and_then(|body: CreditsIn| {
        if !simulator.set_credits(openid(&body.openid)?, &body.template_id, body.credits) {
            return Err(missing(
                "simulator.template_unknown",
                "the account has no such template",
            ));
        }
        Ok((StatusCode::NO_CONTENT, Value::Null))
    }))
}

#[poem::handler]
fn faults(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(parse(&body).and_then(|body: FaultsIn| {
        let call = Call::ALL.into_iter().find(|call| call.path() == body.path);
        let call = call.ok_or_else(|| missing("simulator.path_unknown", "no such path of WeChat's"))?;
        let mut replies = Vec::new();
        for reply in &body.replies {
            let fault = reply.fault()?;
            if replies.len().saturating_add(reply.times) > MOST_REPLIES {
                return Err(invalid("at most 1000 replies"));
            }
            replies.extend(iter::repeat_n(fault, reply.times));
        }
        simulator.script(call, replies);
        Ok((StatusCode::NO_CONTENT, Value::Null))
    }))
}

#[poem::handler]
fn clock(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(parse(&body).and_then(|body: ClockIn| {
        let advance = simulator.0.advance.as_ref();
        let advance =
            advance.ok_or_else(|| missing("simulator.clock_fixed", "this clock cannot be moved"))?;
        if !(0..=LONGEST_STEP_S).contains(&body.advance_s) {
            return Err(invalid("advance_s is 0 to 315360000: time only goes forward"));
        }
        advance(body.advance_s);
        let now = simulator.now().to_rfc3339_opts(SecondsFormat::Millis, true);
        Ok((StatusCode::OK, json!({ "now": now })))
    }))
}

#[poem::handler]
fn messages(Data(simulator): Data<&Simulator>, Query(query): Query<MessagesIn>) -> Response {
    let asked = |wanted: &Option<String>, other: &Option<String>, is: &str| match wanted {
        Some(wanted) => wanted == is,
        None => other.is_none(),
    };
    let mut items: Vec<Value> = Vec::new();
    for message in simulator.messages() {
        if asked(&query.openid, &query.phone, &message.openid) {
            items.push(json!(message));
        }
    }
    for text in simulator.texts() {
        if asked(&query.phone, &query.openid, &text.phone) {
            items.push(json!(text));
        }
    }
    respond(Ok((StatusCode::OK, json!({ "items": items }))))
}

#[poem::handler]
fn texts(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(parse(&body).map(|body: TextIn| {
        let sent_at = simulator.now();
        simulator.world().texts.push(Text {
            channel: "sms",
            phone: body.phone,
            text: body.text,
            sent_at,
        });
        (StatusCode::NO_CONTENT, Value::Null)
    }))
}

#[poem::handler]
fn calls(Data(simulator): Data<&Simulator>) -> Response {
    let items: Vec<Value> = Call::ALL
        .into_iter()
        .map(|call| json!({ "path": call.path(), "count": simulator.calls(call) }))
        .collect();
    let received = json!(simulator.world().calls.last());
    respond(Ok((
        StatusCode::OK,
        json!({ "items": items, "received": received }),
    )))
}

impl FaultIn {
    fn fault(&self) -> Result<Fault, Refused> {
        let mut said = Vec::new();
        said.extend(self.errcode.map(Scripted::Errcode));
        said.extend(self.status.map(Scripted::Status));
        said.extend(self.drop.then_some(Scripted::Dropped));
        said.extend(self.garbage.then_some(Scripted::Garbage));
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err(invalid("status is 200 to 599"));
        }
        let reply = match said.as_slice() {
            [] => Scripted::Usual,
            [reply] => *reply,
            _ => return Err(invalid("only one of errcode, status, drop, garbage")),
        };
        Ok(Fault {
            delay: Duration::from_millis(self.delay_ms),
            reply,
        })
    }
}

fn once() -> usize {
    1
}

fn openid(text: &str) -> Result<&str, Refused> {
    if text.is_empty() || text.len() > 128 {
        return Err(invalid("openid has 1 to 128 characters"));
    }
    Ok(text)
}

fn life(expires_in: Option<i64>) -> Result<TimeDelta, Refused> {
    match expires_in {
        None => Ok(CODE_LIFE),
        Some(seconds) if (1..=LONGEST_CODE_LIFE_S).contains(&seconds) => Ok(TimeDelta::seconds(seconds)),
        Some(_) => Err(invalid("expires_in is 1 to 86400")),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => invalid(&error.to_string()),
        _ => Refused {
            status: StatusCode::BAD_REQUEST,
            code: "simulator.malformed",
            message: error.to_string(),
        },
    })
}

fn invalid(message: &str) -> Refused {
    Refused {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        code: "simulator.invalid",
        message: message.to_owned(),
    }
}

fn missing(code: &'static str, message: &str) -> Refused {
    Refused {
        status: StatusCode::NOT_FOUND,
        code,
        message: message.to_owned(),
    }
}

fn respond(outcome: Outcome) -> Response {
    let (status, body) = outcome.unwrap_or_else(
        |Refused {
             status,
             code,
             message,
         }| { (status, json!({ "code": code, "message": message })) },
    );
    if status == StatusCode::NO_CONTENT {
        return status.into_response();
    }
    Json(body).with_status(status).into_response()
}
