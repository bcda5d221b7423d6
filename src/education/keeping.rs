//! What this slice keeps of a woman, for her copy, for what is forgotten and for the end of her record.

use futures_util::FutureExt;
use serde_json::json;

use super::store;
use crate::base::error::Result;
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
    let attempts = store::attempts_of(view, mine.facility, mine.patient).await?;
    Ok(vec![
        ("lessons", json!(lessons)),
        ("quiz_attempts", attempts.into()),
    ])
}
