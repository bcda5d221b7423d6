//! Codes and links that open the mini-program.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{
    platform::{Outcome, Reply, refusal},
    qr,
    world::letters,
};

const LONGEST_LINK: TimeDelta = TimeDelta::days(30);
const SHORTEST_LINK: TimeDelta = TimeDelta::minutes(1);
const LONGEST_QUERY: usize = 1024;

/// A mini-program code, as the picture of a QR code of its scene.
pub(super) fn image(body: &Value) -> Outcome {
    let scene = body["scene"].as_str().unwrap_or_default();
    if scene.is_empty() || scene.chars().count() > 32 {
        return Err(refusal(40169, "invalid length for scene"));
    }
    if !scene
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "!#$&'()*+,/:;=?@-._~`".contains(c))
    {
        return Err(refusal(40129, "invalid scene"));
    }
    let page = body["page"].as_str().unwrap_or_default();
    if page.starts_with('/') || page.contains('?') {
        return Err(refusal(41030, "invalid page"));
    }
    if scene.contains("scancode_time") {
        return Err(refusal(85096, "scancode_time is system reserved"));
    }
    let width = body["width"].as_u64().unwrap_or(430);
    let edition = body["env_version"].as_str().unwrap_or("release");
    if !(280..=1280).contains(&width) || !["release", "trial", "develop"].contains(&edition) {
        return Err(refusal(40097, "invalid args"));
    }
    let width = usize::try_from(width).map_err(|_| refusal(40097, "invalid args"))?;
    qr::png(scene, width)
        .map(Reply::Image)
        .map_err(|_| refusal(-1, "system error"))
}

/// A link for messages and browsers.
pub(super) fn url_link(body: &Value, now: DateTime<Utc>) -> Outcome {
    opens(body)?;
    ends(body, now)?;
    Ok(Reply::Json(json!({
        "errcode": 0, "errmsg": "ok", "url_link": format!("https://muan.invalid/{}", letters(12)),
    })))
}

/// A link for the phone's own address bar.
pub(super) fn scheme(body: &Value, now: DateTime<Utc>) -> Outcome {
    opens(&body["jump_wxa"])?;
    if body["is_expire"].as_bool() != Some(false) {
        ends(body, now)?;
    }
    Ok(Reply::Json(json!({
        "errcode": 0, "errmsg": "ok", "openlink": format!("weixin://dl/business/?t={}", letters(12)),
    })))
}

fn opens(body: &Value) -> Result<(), (i64, String)> {
    let word = |name: &str| body[name].as_str().unwrap_or_default();
    if word("path").contains('?') {
        return Err(refusal(40165, "invalid weapp pagepath"));
    }
    if word("query").chars().count() > LONGEST_QUERY {
        return Err(refusal(40212, "invalid query"));
    }
    match word("env_version") {
        "" | "release" | "trial" | "develop" => Ok(()),
        _ => Err(refusal(85402, "invalid env_version")),
    }
}

fn ends(body: &Value, now: DateTime<Utc>) -> Result<(), (i64, String)> {
    let life = match body["expire_type"].as_i64().unwrap_or(0) {
        0 => body["expire_time"]
            .as_i64()
            .and_then(|at| DateTime::from_timestamp(at, 0))
            .map(|at| at - now),
        1 => body["expire_interval"].as_i64().and_then(TimeDelta::try_days),
        _ => None,
    };
    match life {
        Some(life) if (SHORTEST_LINK..=LONGEST_LINK).contains(&life) => Ok(()),
        _ => Err(refusal(85401, "time limit between 1min and 30day")),
    }
}
