//! What this slice keeps of a woman, for her copy, for what is forgotten and for the end of her record.

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::model::Progress;
use super::store;
use crate::base::error::Result;
use crate::base::id::EpisodeId;
use crate::ctx::View;
use crate::people::caller::Mine;
use crate::people::facts as people;
use crate::people::model::{Keeper, Parts};

/// Lessons and tries at quizzes; a lesson that she never came to the end of was browsing.
pub const KEEPER: Keeper = Keeper {
    copy: |_, view, mine| copy(view, mine).boxed(),
    forget: |tx, what| store::forget(tx, what).boxed(),
    records: |tx, mine| people::ids(tx, &store::SEALED, mine).boxed(),
    papers: |_, _, _| async { Ok(Vec::new()) }.boxed(),
    unfinished: &[],
};

async fn copy(view: &mut View, mine: Mine) -> Result<Parts> {
    let lessons = store::progress_of(view, mine.facility, mine.patient).await?;
    let told = lessons.iter().map(|(episode, lesson)| hers(*episode, lesson));
    let told = told.collect::<Result<Vec<Value>>>()?;
    let attempts = store::attempts_of(view, mine.facility, mine.patient).await?;
    let classes = store::classes::bookings_of(view, mine.facility, mine.patient).await?;
    let classes: Vec<Value> = classes
        .into_iter()
        .map(|(class, booking)| {
            json!({
                "id": class.id, "title": class.title, "place": class.place, "starts_at": class.starts_at,
                "state": booking.state, "at": booking.at,
            })
        })
        .collect();
    Ok(vec![
        ("lessons", told.into()),
        ("quiz_attempts", attempts.into()),
        ("classes", classes.into()),
    ])
}

/// A lesson has no id of its own: it is this one in this pregnancy.
fn hers(episode: EpisodeId, lesson: &Progress) -> Result<Value> {
    let mut told = serde_json::to_value(lesson)?;
    if let Some(members) = told.as_object_mut() {
        members.insert("id".to_owned(), format!("{episode}.{}", lesson.slug).into());
    }
    Ok(told)
}
