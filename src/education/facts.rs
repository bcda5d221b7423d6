//! What later slices may ask of the prenatal school, inside their transaction.

use super::model::{LessonDone, Progress};
use super::store;
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId};
use crate::ctx::Ctx;
use crate::db::Q;

/// Each lesson that consent needs, and whether she has done it in this pregnancy.
pub async fn required_done(
    q: &mut impl Q,
    ctx: &Ctx,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Vec<LessonDone>> {
    let progress = store::progress(q, facility, episode).await?;
    let done = |slug: &str| progress.iter().any(|one| one.slug == slug && Progress::done(one));
    Ok(ctx
        .content
        .lessons
        .required()
        .map(|lesson| LessonDone {
            code: lesson.head.code.clone(),
            slug: lesson.head.slug.clone(),
            done: done(&lesson.head.slug),
        })
        .collect())
}
