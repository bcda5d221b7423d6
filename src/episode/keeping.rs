//! What this slice keeps of a woman, for her copy and for the end of her record.

use futures_util::FutureExt;
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{Access, Episode, Notice, Suggestion};
use super::store;
use crate::base::error::Result;
use crate::ctx::View;
use crate::people::caller::Mine;
use crate::people::facts as people;
use crate::people::model::{Keeper, Parts, Unfinished};

/// Notices that are read at a time.
const NOTICES: i64 = 1000;

/// Pregnancies, their risk colors, notices, and that her record was opened by who treats her no longer.
pub const KEEPER: Keeper = Keeper {
    copy: |_, view, mine| copy(view, mine).boxed(),
    // What she was told is part of her care; how it was sent is not, and the agreement promises an end.
    forget: |tx, what| store::forget(tx, what).boxed(),
    records: |tx, mine| people::ids(tx, &store::SEALED, mine).boxed(),
    papers: |_, _, _| async { Ok(Vec::new()) }.boxed(),
    unfinished: &[Unfinished {
        part: "pregnancies",
        member: "state",
        words: &["open"],
    }],
};

async fn copy(view: &mut View, mine: Mine) -> Result<Parts> {
    let pregnancies = store::episodes_of(view, mine.facility, mine.patient).await?;
    let told = pregnancies.iter().map(hers).collect::<Result<Vec<Value>>>()?;
    let notices = notices(view, mine).await?;
    let patient = people::patient(view, mine.facility, mine.patient).await?;
    let permissions = match patient.and_then(|patient| patient.account_id) {
        Some(account) => store::permissions(view, account).await?,
        None => Vec::new(),
    };
    let permissions: Vec<Value> = permissions
        .iter()
        .map(|(id, template, word, at)| json!({ "id": id, "template": template, "word": word, "at": at }))
        .collect();
    let graded = store::gradings_of(view, mine.facility, mine.patient).await?;
    let suggested = store::suggestions_of(view, mine.facility, mine.patient).await?;
    let opened = store::accesses_to(view, mine.facility, mine.patient).await?;
    Ok(vec![
        ("pregnancies", told.into()),
        ("notices", json!(notices)),
        ("message_permissions", permissions.into()),
        ("risk_colors", graded.into()),
        ("risk_suggestions", suggested.iter().map(suggestion).collect()),
        ("openings", opened.iter().map(opening).collect()),
    ])
}

/// All of them, the newest first.
async fn notices(view: &mut View, mine: Mine) -> Result<Vec<Notice>> {
    let mut all: Vec<Notice> = Vec::new();
    loop {
        let after = all.last().map(|last| (last.at, last.id));
        let more = store::notices(view, mine.facility, mine.patient, after, NOTICES).await?;
        let over = (more.len() as i64) < NOTICES;
        all.extend(more);
        if over {
            return Ok(all);
        }
    }
}

/// That her record was opened, by whom and why; what staff write of each other is not hers.
fn opening(access: &Access) -> Value {
    json!({
        "id": access.id, "at": access.at, "until": access.until, "role": access.role, "reason": access.reason,
    })
}

/// The color without what speaks for it, as with the colors that were set.
fn suggestion((id, suggestion): &(Uuid, Suggestion)) -> Value {
    json!({
        "id": id, "color": suggestion.shown(), "response": suggestion.response, "form": suggestion.form,
        "rules_version": suggestion.rules_version, "at": suggestion.at,
    })
}

/// Purple stands for something that must never be read over her shoulder (decision on the risk color).
fn hers(episode: &Episode) -> Result<Value> {
    let mut told = serde_json::to_value(episode)?;
    if let Some(members) = told.as_object_mut() {
        members.remove("purple");
        let state = if episode.closed_at.is_some() {
            "closed"
        } else {
            "open"
        };
        members.insert("state".to_owned(), state.into());
    }
    Ok(told)
}
