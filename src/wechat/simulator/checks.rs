//! Content checks. The verdict stands in what is checked: `risky` and `review` are what they say.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    Simulator,
    platform::{Outcome, Reply, refusal},
    world::letters,
};

// Of people who were away for longer WeChat checks no text.
const SEEN: TimeDelta = TimeDelta::hours(2);
const LONGEST_TEXT: usize = 2500;

impl Simulator {
    pub(super) fn check_text(&self, body: &Value) -> Outcome {
        self.person(body)?;
        let content = body["content"].as_str().unwrap_or_default();
        if content.is_empty() {
            return Err(refusal(44002, "empty post data"));
        }
        if content.chars().count() > LONGEST_TEXT {
            return Err(refusal(40097, "invalid args"));
        }
        let suggest = verdict(content);
        let label = if suggest == "pass" { 100 } else { 20006 };
        Ok(Reply::Json(json!({
            "errcode": 0, "errmsg": "ok", "trace_id": letters(20),
            "result": { "suggest": suggest, "label": label },
            "detail": [{ "strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90 }],
        })))
    }

    pub(super) fn check_media(&self, body: &Value) -> Outcome {
        let openid = self.person(body)?;
        let url = body["media_url"].as_str().unwrap_or_default();
        if url.is_empty() || !matches!(body["media_type"].as_i64(), Some(1 | 2)) {
            return Err(refusal(40097, "invalid args"));
        }
        if !self.world().media.insert(url.to_owned()) {
            return Err(refusal(87020, "media check repeated"));
        }
        let trace_id = letters(20);
        self.media_checked(&openid, &trace_id, verdict(url));
        Ok(Reply::Json(
            json!({ "errcode": 0, "errmsg": "ok", "trace_id": trace_id }),
        ))
    }

    fn person(&self, body: &Value) -> Result<String, (i64, String)> {
        if body["version"].as_i64() != Some(2) {
            return Err(refusal(40097, "invalid args"));
        }
        if !matches!(body["scene"].as_i64(), Some(1..=4)) {
            return Err(refusal(40129, "invalid scene"));
        }
        let openid = body["openid"].as_str().unwrap_or_default();
        let mut world = self.world();
        if !world.knows(openid) {
            return Err(refusal(40003, "invalid openid"));
        }
        match world.user(openid).seen_at {
            Some(at) if self.now() - at < SEEN => Ok(openid.to_owned()),
            _ => Err(refusal(61010, "code is expired")),
        }
    }
}

fn verdict(content: &str) -> &'static str {
    ["risky", "review"]
        .into_iter()
        .find(|word| content.contains(word))
        .unwrap_or("pass")
}
