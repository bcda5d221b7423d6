//! How WeChat takes a subscription message, in the order in which it looks for reasons to refuse.
//!
//! Not here: the access token and one-at-a-time sending (`platform.rs`).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Kind, Simulator, Template,
    platform::{Outcome, Reply, refusal},
    world::Message,
};
use crate::wechat::message::{fits, keys};

/// Accepts the message and takes a credit, or refuses it.
pub(super) fn send(simulator: &Simulator, body: &Value) -> Outcome {
    let word = |name: &str| body[name].as_str().unwrap_or_default();
    let (openid, template_id) = (word("touser"), word("template_id"));
    let now = simulator.now();
    let known = simulator.template(template_id);
    let mut world = simulator.world();
    if !world.knows(openid) {
        return Err(refusal(40003, "invalid openid"));
    }
    let template = known.ok_or_else(|| refusal(40037, "invalid template_id"))?;
    let ledger = (openid.to_owned(), template_id.to_owned());
    let credits = world.credits.get(&ledger).copied().unwrap_or(0);
    if credits == 0 {
        return Err(refusal(43101, "user refuse to accept the msg"));
    }
    let data = values(&template, &body["data"])?;
    let state = body["miniprogram_state"].as_str().unwrap_or("formal");
    let lang = body["lang"].as_str().unwrap_or("zh_CN");
    if !["developer", "trial", "formal"].contains(&state)
        || !["zh_CN", "en_US", "zh_HK", "zh_TW"].contains(&lang)
    {
        return Err(refusal(40097, "invalid args"));
    }
    if template.kind == Kind::OneTime {
        world.credits.insert(ledger, credits - 1);
    }
    // Beyond 2^53, as WeChat's own, so that a client which reads it as a float is found out.
    let msgid = (1 << 61) + world.messages.len() as u64 + 1;
    world.messages.push(Message {
        msgid,
        openid: openid.to_owned(),
        template_id: template_id.to_owned(),
        page: body["page"].as_str().map(str::to_owned),
        miniprogram_state: state.to_owned(),
        lang: lang.to_owned(),
        data,
        sent_at: now,
    });
    drop(world);
    simulator.sent(openid, template_id, msgid);
    Ok(Reply::Json(
        json!({ "errcode": 0, "errmsg": "ok", "msgid": msgid }),
    ))
}

/// One template as the list of templates shows it.
pub(super) fn described(template: &Template) -> Value {
    let values: Vec<Value> = template
        .values
        .iter()
        .map(|(key, values)| json!({ "keywordCode": format!("{key}.DATA"), "enumValueList": values }))
        .collect();
    json!({
        "priTmplId": template.id,
        "title": template.title,
        "content": template.content,
        "example": template.content,
        "type": match template.kind { Kind::OneTime => 2, Kind::LongTerm => 3 },
        "keywordEnumValueList": values,
    })
}

fn values(template: &Template, data: &Value) -> Result<BTreeMap<String, String>, (i64, String)> {
    let bad = |key: &str, why: &str| (47003, format!("argument invalid! data.{key}.value {why}"));
    let given = data
        .as_object()
        .ok_or_else(|| refusal(47003, "argument invalid! data is empty"))?;
    let keys: Vec<&str> = keys(&template.content).collect();
    if let Some(extra) = given.keys().find(|key| !keys.contains(&key.as_str())) {
        return Err(bad(extra, "is not in the template"));
    }
    keys.into_iter()
        .map(|key| {
            let value = given
                .get(key)
                .and_then(|entry| entry["value"].as_str())
                .unwrap_or_default();
            let listed = template
                .values
                .get(key)
                .is_none_or(|list| list.iter().any(|one| one == value));
            match value {
                "" => Err(bad(key, "is empty")),
                value if listed && fits(key, value) => Ok((key.to_owned(), value.to_owned())),
                _ => Err(bad(key, "invalid")),
            }
        })
        .collect()
}
