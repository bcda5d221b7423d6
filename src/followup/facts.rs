//! What quality may ask of follow-up, inside its transaction.

use chrono::{DateTime, Utc};

use super::model::Reply;
use super::{rules, schedule, store};
use crate::analgesia::model::Birth;
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId};
use crate::ctx::Records;
use crate::db::Q;

/// How long after birth a reply to the survey counts.
pub const SURVEY_CLOSES: chrono::Duration = schedule::SURVEY_CLOSES;

/// `sat.overall`, 1–5, of the last reply within 30 days of birth.
pub async fn satisfaction(r: &mut impl Records, facility: FacilityId, labor: LaborId) -> Result<Option<i64>> {
    let Some(birth) = crate::analgesia::facts::birth(r, facility, labor).await? else {
        return Ok(None);
    };
    let replies = store::replies_of(r, facility, labor).await?;
    let until = birth.born_at + SURVEY_CLOSES;
    Ok(replies
        .iter()
        .rfind(|reply| reply.at <= until)
        .map(|reply| reply.overall))
}

/// Replies to the survey of the women whose first baby was born in `[from, to)`, the earliest first.
pub async fn replies(
    q: &mut impl Q,
    facility: FacilityId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Reply>> {
    store::replies(q, facility, from, to).await
}

/// Whether she is not asked after this birth how satisfied she was: a baby died, the mother did or nearly did, she was taken
/// to another hospital, or took her consent back.
pub fn is_survey_suppressed(birth: &Birth) -> bool {
    rules::is_survey_suppressed(birth)
}
