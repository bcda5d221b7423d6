//! Events by hand: what she answers to a prompt, where events are pushed to, and when and how they arrive.

use std::collections::BTreeMap;

use poem::{Response, Route, handler, http::StatusCode, post, put, web::Data};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Refused, invalid, missing, openid, parse, respond};
use crate::wechat::{
    Secret,
    simulator::{Callback, Kind, Order, Simulator, Template},
};

const MOST_TIMES: usize = 10;
const ANSWERS: [&str; 4] = ["accept", "reject", "ban", "filter"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PushIn {
    url: String,
    token: String,
    encoding_aes_key: Option<String>,
    #[serde(default)]
    automatic: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswersIn {
    openid: String,
    answers: Vec<AnswerIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerIn {
    template_id: String,
    answer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeliveriesIn {
    #[serde(default)]
    reversed: bool,
    #[serde(default = "super::once")]
    times: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserDataIn {
    openid: String,
    data: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplatesIn {
    items: Vec<TemplateIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateIn {
    id: String,
    title: String,
    content: String,
    #[serde(default)]
    long_term: bool,
    #[serde(default)]
    values: BTreeMap<String, Vec<String>>,
}

/// Adds the paths.
pub(super) fn routes(routes: Route) -> Route {
    routes
        .at("/simulator/push", put(push))
        .at("/simulator/prompts", post(prompts))
        .at("/simulator/changes", post(changes))
        .at("/simulator/deliveries", post(deliveries))
        .at("/simulator/user-data", post(user_data))
        .at("/simulator/templates", put(templates))
}

#[handler]
async fn push(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    let callback = match parse(&body) {
        Ok(PushIn {
            url,
            token,
            encoding_aes_key,
            automatic,
        }) => Callback {
            url,
            token: Secret::new(token),
            key: encoding_aes_key.map(Secret::new),
            automatic,
        },
        Err(refused) => return respond(Err(refused)),
    };
    if !simulator.greets(&callback).await {
        return respond(Err(Refused {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "simulator.not_greeted",
            message: "the address does not give the greeting back".to_owned(),
        }));
    }
    simulator.push_to(callback);
    respond(Ok((StatusCode::NO_CONTENT, Value::Null)))
}

#[handler]
fn prompts(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(answers(simulator, &body).map(|(openid, answers)| {
        simulator.prompted(&openid, &answers);
        (StatusCode::NO_CONTENT, Value::Null)
    }))
}

#[handler]
fn changes(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(answers(simulator, &body).map(|(openid, answers)| {
        simulator.changed(&openid, &answers);
        (StatusCode::NO_CONTENT, Value::Null)
    }))
}

type Answers = (String, Vec<(String, String)>);

fn answers(simulator: &Simulator, body: &[u8]) -> Result<Answers, Refused> {
    let body: AnswersIn = parse(body)?;
    let openid = openid(&body.openid)?.to_owned();
    let mut answers = Vec::new();
    for AnswerIn { template_id, answer } in body.answers {
        if simulator.template(&template_id).is_none() {
            return Err(missing(
                "simulator.template_unknown",
                "the account has no such template",
            ));
        }
        if !ANSWERS.contains(&answer.as_str()) {
            return Err(invalid("answer is accept, reject, ban or filter"));
        }
        answers.push((template_id, answer));
    }
    if answers.is_empty() {
        return Err(invalid("answers has at least one"));
    }
    Ok((openid, answers))
}

#[handler]
async fn deliveries(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    let asked: DeliveriesIn = match parse(&body) {
        Ok(asked) => asked,
        Err(refused) => return respond(Err(refused)),
    };
    if !(1..=MOST_TIMES).contains(&asked.times) {
        return respond(Err(invalid("times is 1 to 10")));
    }
    let order = match asked.reversed {
        true => Order::Reversed,
        false => Order::Happened,
    };
    let items = simulator.deliver(order, asked.times).await;
    respond(Ok((StatusCode::OK, json!({ "items": items }))))
}

#[handler]
fn user_data(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(parse(&body).and_then(|body: UserDataIn| {
        let sealed = simulator.user_data(openid(&body.openid)?, body.data);
        let (iv, encrypted) = sealed.ok_or_else(|| {
            missing(
                "simulator.session_unknown",
                "she has no session: let her log in first",
            )
        })?;
        let told = json!({ "iv": iv, "encrypted_data": encrypted });
        Ok((StatusCode::CREATED, told))
    }))
}

#[handler]
fn templates(Data(simulator): Data<&Simulator>, body: Vec<u8>) -> Response {
    respond(parse(&body).map(|body: TemplatesIn| {
        let templates = body.items.into_iter().map(|item| Template {
            id: item.id,
            title: item.title,
            content: item.content,
            kind: match item.long_term {
                true => Kind::LongTerm,
                false => Kind::OneTime,
            },
            values: item.values,
        });
        simulator.set_templates(templates.collect());
        (StatusCode::NO_CONTENT, Value::Null)
    }))
}
