//! What this slice keeps of a woman, for her copy and for the end of her record.

use futures_util::FutureExt;
use serde_json::Value;

use super::model::{Examined, FollowUp};
use super::store;
use crate::base::error::Result;
use crate::ctx::View;
use crate::people::caller::Mine;
use crate::people::facts as people;
use crate::people::model::{Keeper, Parts, Unfinished};

/// Follow-up points and alerts. The survey is anonymous to those who treat her: her answers stand among her responses.
pub const KEEPER: Keeper = Keeper {
    copy: |_, view, mine| copy(view, mine).boxed(),
    forget: |_, _| async { Ok(0) }.boxed(),
    records: |tx, mine| people::ids(tx, &store::SEALED, mine).boxed(),
    papers: |_, _, _| async { Ok(Vec::new()) }.boxed(),
    unfinished: &[
        Unfinished {
            part: "follow_ups",
            member: "state",
            words: &["unanswered"],
        },
        Unfinished {
            part: "alerts",
            member: "state",
            words: &["open", "acknowledged"],
        },
    ],
};

async fn copy(view: &mut View, mine: Mine) -> Result<Parts> {
    let points = store::points_of(view, mine.facility, mine.patient).await?;
    let alerts = store::alerts_of(view, mine.facility, mine.patient).await?;
    let mut told = Vec::with_capacity(points.len());
    for point in &points {
        let found = store::examinations(view, mine.facility, point.id).await?;
        told.push(hers(point, &found)?);
    }
    let checked = store::checked_texts_of(view, mine.facility, mine.patient).await?;
    Ok(vec![
        ("follow_ups", told.into()),
        ("alerts", alerts.into()),
        ("suggestion_checks", checked.into()),
    ])
}

fn hers(point: &FollowUp, found: &[Examined]) -> Result<Value> {
    let mut told = serde_json::to_value(point)?;
    if let Some(members) = told.as_object_mut() {
        let state = if point.answered_at.is_some() {
            "answered"
        } else {
            "unanswered"
        };
        members.insert("state".to_owned(), state.into());
        members.insert("examinations".to_owned(), serde_json::to_value(found)?);
    }
    Ok(told)
}
