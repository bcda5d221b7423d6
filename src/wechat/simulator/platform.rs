//! WeChat's face: the paths that our client calls, and how WeChat answers them.
//!
//! Not here: what a test may arrange (`control.rs`).

use std::{collections::HashMap, net::IpAddr};

use poem::{
    Body, EndpointExt, IntoEndpoint, Request, Response, Route,
    http::{Method, StatusCode},
    web::Data,
};
use serde_json::{Value, json};

use super::{
    Simulator, links,
    send::send,
    world::{Call, Scripted},
};

/// What is answered: a body, or a refusal by `errcode` and a text for humans.
pub(super) type Outcome = Result<Reply, (i64, String)>;

pub(super) enum Reply {
    Json(Value),
    Image(Vec<u8>),
}

struct Asked {
    query: HashMap<String, String>,
    body: Vec<u8>,
    from: Option<IpAddr>,
    right_method: bool,
}

/// Adds WeChat's paths.
pub(super) fn routes(routes: Route, simulator: &Simulator) -> Route {
    Call::ALL.into_iter().fold(routes, |routes, call| {
        routes.at(
            call.path(),
            platform.into_endpoint().data(call).data(simulator.clone()),
        )
    })
}

#[poem::handler]
async fn platform(
    request: &Request,
    body: Vec<u8>,
    Data(call): Data<&Call>,
    Data(simulator): Data<&Simulator>,
) -> Response {
    let call = *call;
    let asked = Asked {
        query: request.params().unwrap_or_default(),
        body,
        from: request.remote_addr().as_socket_addr().map(|addr| addr.ip()),
        right_method: *request.method() == if call.is_get() { Method::GET } else { Method::POST },
    };
    let fault = {
        let mut world = simulator.world();
        world.calls.receive(call, &asked.body, simulator.now());
        world.next_fault(call)
    };
    let receiver = match call {
        Call::Send => asked
            .json()
            .ok()
            .and_then(|body| body["touser"].as_str().map(str::to_owned)),
        _ => None,
    };
    let Some(_turn) = Turn::take(simulator, receiver) else {
        return simulator.respond(call, Err(refusal(43108, "concurrent sends to one user")));
    };
    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    match fault.reply {
        Scripted::Usual => simulator.respond(call, simulator.answer(call, &asked)),
        Scripted::Errcode(code) => simulator.respond(call, Err(refusal(code, "scripted"))),
        Scripted::Status(status) => Response::builder()
            .status(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY))
            .content_type("text/html")
            .body("<html><body><h1>nginx</h1></body></html>"),
        Scripted::Dropped => {
            let broken = futures_util::stream::once(async {
                Err::<Vec<u8>, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
            });
            Response::builder().body(Body::from_bytes_stream(broken))
        }
        Scripted::Garbage => Response::builder().body(&b"\x00\xff<<<{\"errcode\":"[..]),
    }
}

impl Simulator {
    fn answer(&self, call: Call, asked: &Asked) -> Outcome {
        if !asked.right_method {
            return Err(if call.is_get() {
                refusal(43001, "require GET method")
            } else {
                wants_post()
            });
        }
        if !matches!(call, Call::Login | Call::StableToken | Call::LegacyToken) {
            let token = asked.query.get("access_token").map_or("", String::as_str);
            self.world()
                .tokens
                .check(token, self.now())
                .map_err(|code| refusal(code, "invalid credential, access_token is invalid or not latest"))?;
        }
        match call {
            Call::Login => self.log_in(&asked.query),
            Call::StableToken => {
                let body = asked.json()?;
                let word = |name: &str| body[name].as_str().map(str::to_owned);
                self.check_app(
                    word("appid"),
                    word("secret"),
                    word("grant_type"),
                    "client_credential",
                )?;
                self.check_ip(asked.from)?;
                let force = body["force_refresh"].as_bool().unwrap_or(false);
                let token = self.world().tokens.stable(force, self.now());
                token
                    .map(token_reply)
                    .map_err(|code| refusal(code, "reach max api daily quota limit"))
            }
            Call::LegacyToken => {
                let word = |name: &str| asked.query.get(name).cloned();
                self.check_app(
                    word("appid"),
                    word("secret"),
                    word("grant_type"),
                    "client_credential",
                )?;
                self.check_ip(asked.from)?;
                Ok(token_reply(self.world().tokens.legacy(self.now())))
            }
            Call::Phone => self.phone(&asked.json()?),
            Call::Send => send(self, &asked.json()?),
            Call::Templates => Ok(self.templates()),
            Call::Image => links::image(&asked.json()?),
            Call::UrlLink => links::url_link(&asked.json()?, self.now()),
            Call::Scheme => links::scheme(&asked.json()?, self.now()),
            Call::CheckSession => self.check_session(&asked.query),
            Call::ResetSession => self.reset_session(&asked.query),
            Call::CheckUserData => self.check_user_data(&asked.json()?),
            Call::CheckText => self.check_text(&asked.json()?),
            Call::CheckMedia => self.check_media(&asked.json()?),
        }
    }

    fn log_in(&self, query: &HashMap<String, String>) -> Outcome {
        let word = |name: &str| query.get(name).cloned();
        self.check_app(
            word("appid"),
            word("secret"),
            word("grant_type"),
            "authorization_code",
        )?;
        let code = query.get("js_code").filter(|code| !code.is_empty());
        let code = code.ok_or_else(|| refusal(41008, "missing code"))?;
        let session = self.world().log_in(code, &self.0.settings.app_id, self.now());
        let session = session.map_err(|code| refusal(code, "invalid code"))?;
        let mut reply = json!({ "session_key": session.session_key, "openid": session.openid });
        if let Some(unionid) = session.unionid {
            reply["unionid"] = json!(unionid);
        }
        Ok(Reply::Json(reply))
    }

    fn phone(&self, body: &Value) -> Outcome {
        let now = self.now();
        let code = body["code"].as_str().unwrap_or_default();
        let grant = self.world().take_phone(code, body["openid"].as_str(), now);
        let grant = grant.ok_or_else(|| refusal(40029, "invalid code"))?;
        let shown = match grant.country_code.as_str() {
            "86" => grant.number.clone(),
            foreign => format!("+{foreign}{}", grant.number),
        };
        Ok(Reply::Json(json!({
            "errcode": 0,
            "errmsg": "ok",
            "phone_info": {
                "phoneNumber": shown,
                "purePhoneNumber": grant.number,
                "countryCode": grant.country_code,
                "watermark": { "timestamp": now.timestamp(), "appid": self.0.settings.app_id },
            },
        })))
    }

    fn templates(&self) -> Reply {
        let data: Vec<Value> = self
            .world()
            .templates
            .iter()
            .map(super::send::described)
            .collect();
        Reply::Json(json!({ "errcode": 0, "errmsg": "ok", "data": data }))
    }

    fn check_app(
        &self,
        app_id: Option<String>,
        secret: Option<String>,
        grant: Option<String>,
        expected: &str,
    ) -> Result<(), (i64, String)> {
        let filled = |word: Option<String>| word.filter(|word| !word.is_empty());
        let app_id = filled(app_id).ok_or_else(|| refusal(41002, "appid missing"))?;
        let secret = filled(secret).ok_or_else(|| refusal(41004, "appsecret missing"))?;
        if grant.as_deref() != Some(expected) {
            return Err(refusal(40002, "invalid grant_type"));
        }
        if app_id != self.0.settings.app_id {
            return Err(refusal(40013, "invalid appid"));
        }
        if secret != self.0.settings.app_secret.expose() {
            return Err(refusal(40125, "invalid appsecret"));
        }
        Ok(())
    }

    fn check_ip(&self, from: Option<IpAddr>) -> Result<(), (i64, String)> {
        let allowed = &self.0.settings.allowed_ips;
        if allowed.is_empty() || from.is_some_and(|ip| allowed.contains(&ip)) {
            return Ok(());
        }
        let seen = from.map_or_else(String::new, |ip| ip.to_string());
        Err((40164, format!("invalid ip {seen}, not in whitelist")))
    }

    fn respond(&self, call: Call, outcome: Outcome) -> Response {
        let body = match outcome {
            Ok(Reply::Image(image)) => return Response::builder().content_type("image/png").body(image),
            Ok(Reply::Json(body)) => body,
            Err((errcode, text)) => json!({ "errcode": errcode, "errmsg": format!("{text}{}", self.tail()) }),
        };
        // WeChat labels log-in replies as text, which clients must not trip over.
        let kind = if call == Call::Login {
            "text/plain"
        } else {
            "application/json; encoding=utf-8"
        };
        Response::builder().content_type(kind).body(body.to_string())
    }

    /// The tail of every `errmsg`, never twice the same, so that nothing can depend on the text.
    fn tail(&self) -> String {
        let mut world = self.world();
        world.replies = world.replies.wrapping_add(1);
        let (count, chance) = (world.replies, rand::random::<u32>());
        format!(", rid: {:08x}-{count:08x}-{chance:08x}", self.now().timestamp())
    }
}

impl Asked {
    fn json(&self) -> Result<Value, (i64, String)> {
        serde_json::from_slice(&self.body).map_err(|_| refusal(47001, "data format error"))
    }
}

/// While it lives, its person is being sent a message, and nobody else may send her one.
struct Turn(Simulator, Option<String>);

impl Turn {
    fn take(simulator: &Simulator, receiver: Option<String>) -> Option<Self> {
        if let Some(openid) = &receiver
            && !simulator.world().receiving.insert(openid.clone())
        {
            return None;
        }
        Some(Self(simulator.clone(), receiver))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(openid) = &self.1 {
            self.0.world().receiving.remove(openid);
        }
    }
}

fn token_reply((token, expires_in): (String, i64)) -> Reply {
    Reply::Json(json!({ "access_token": token, "expires_in": expires_in }))
}

fn wants_post() -> (i64, String) {
    refusal(43002, "require POST method")
}

pub(super) fn refusal(errcode: i64, text: &str) -> (i64, String) {
    (errcode, text.to_owned())
}
