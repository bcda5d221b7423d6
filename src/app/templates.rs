//! Whether WeChat's account has the templates that are set here, with the keys that are filled. Otherwise it refuses every
//! message by them, one by one, long after the mistake was made.

use crate::config::Template;
use crate::ctx::Ctx;
use crate::wechat::Listed;

/// Compares them and says aloud what is wrong; false when WeChat did not answer.
pub async fn compare(ctx: &Ctx) -> bool {
    let faults = match faults(ctx).await {
        Ok(faults) => faults,
        Err(error) => {
            tracing::warn!(%error, "WeChat did not tell which templates the account has");
            return false;
        }
    };
    metrics::gauge!("muan_wechat_template_faults").set(faults.len() as f64);
    for fault in faults {
        tracing::error!(fault, "WeChat will refuse the messages of a template");
    }
    true
}

/// Every reason for which the account's templates refuse what is sent by those that are set.
///
/// # Errors
/// What [`crate::wechat::WeChat::templates`] gives.
pub async fn faults(ctx: &Ctx) -> Result<Vec<String>, crate::wechat::Error> {
    let set = &ctx.settings.templates;
    if set.is_empty() {
        return Ok(Vec::new());
    }
    let listed = ctx.wechat.templates().await?;
    Ok(set
        .iter()
        .flat_map(|template| differences(template, &listed))
        .collect())
}

fn differences(set: &Template, listed: &[Listed]) -> Vec<String> {
    let Some(there) = listed.iter().find(|listed| listed.id == set.id) else {
        return vec![format!("{}: the account does not have it", set.id)];
    };
    let filled = |key: &String| set.keys.values().any(|ours| ours == key);
    let unknown = set.keys.values().filter(|key| !there.keys.contains(key));
    let unfilled = there.keys.iter().filter(|key| !filled(key));
    let mut faults: Vec<String> = unknown
        .map(|key| format!("{}: it has no {key}", set.id))
        .chain(unfilled.map(|key| format!("{}: {key} is not filled", set.id)))
        .collect();
    if there.long_term != set.long_term {
        faults.push(format!("{}: it is not of the kind that is set", set.id));
    }
    faults
}
