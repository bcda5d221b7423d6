//! Session keys: whether they hold, new ones, and what is encrypted with them.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::{
    Simulator, cipher,
    platform::{Outcome, Reply, refusal},
    world::session_key,
};

// So long WeChat remembers what it encrypted.
const REMEMBERED: TimeDelta = TimeDelta::days(3);

impl Simulator {
    pub(super) fn check_session(&self, query: &HashMap<String, String>) -> Outcome {
        self.holder(query)?;
        Ok(Reply::Json(json!({ "errcode": 0, "errmsg": "ok" })))
    }

    pub(super) fn reset_session(&self, query: &HashMap<String, String>) -> Outcome {
        let openid = self.holder(query)?;
        let key = session_key();
        self.world().user(&openid).session_key.clone_from(&key);
        Ok(Reply::Json(
            json!({ "errcode": 0, "errmsg": "ok", "openid": openid, "session_key": key }),
        ))
    }

    /// Who proves that he holds the session key of a person.
    fn holder(&self, query: &HashMap<String, String>) -> Result<String, (i64, String)> {
        let word = |name: &str| query.get(name).map_or("", String::as_str);
        let openid = word("openid");
        let mut world = self.world();
        if !world.knows(openid) {
            return Err(refusal(40003, "invalid openid"));
        }
        if word("sig_method") != "hmac_sha256" {
            return Err(refusal(87008, "invalid sig_method"));
        }
        let key = &world.user(openid).session_key;
        if key.is_empty() {
            return Err(refusal(87007, "session_key is not existed or expired"));
        }
        match cipher::session_signature(key) {
            Some(signature) if signature == word("signature") => Ok(openid.to_owned()),
            _ => Err(refusal(87009, "invalid signature")),
        }
    }

    pub(super) fn check_user_data(&self, body: &Value) -> Outcome {
        let hash = body["encrypted_msg_hash"].as_str().unwrap_or_default();
        let made = self.world().user_data.get(hash).copied();
        let made = made.filter(|at| self.now() - *at < REMEMBERED);
        let mut reply = json!({ "errcode": 0, "errmsg": "ok", "vaild": made.is_some() });
        if let Some(at) = made {
            reply["create_time"] = json!(at.timestamp());
        }
        Ok(Reply::Json(reply))
    }

    /// Data as the mini-program gets it, with its watermark: the IV and what is encrypted. None while she has no session.
    pub fn user_data(&self, openid: &str, mut data: Map<String, Value>) -> Option<(String, String)> {
        let now = self.now();
        let watermark = json!({ "timestamp": now.timestamp(), "appid": self.0.settings.app_id });
        data.insert("watermark".to_owned(), watermark);
        let mut world = self.world();
        let key = Some(world.user(openid).session_key.clone()).filter(|key| !key.is_empty())?;
        let iv: [u8; 16] = rand::random();
        let encrypted = cipher::user_data(&key, iv, &Value::Object(data).to_string())?;
        world.user_data.insert(cipher::blob_hash(&encrypted), now);
        Some((BASE64_STANDARD.encode(iv), encrypted))
    }
}
