//! What this slice keeps of a woman, for her copy and for the end of her record.

use futures_util::FutureExt;
use serde_json::json;

use super::store;
use crate::base::error::Result;
use crate::ctx::View;
use crate::people::caller::Mine;
use crate::people::facts as people;
use crate::people::model::{Keeper, Parts};

/// Follow-up points and alerts. The survey is anonymous to those who treat her: her answers stand among her responses.
pub const KEEPER: Keeper = Keeper {
    copy: |_, view, mine| copy(view, mine).boxed(),
    forget: |_, _| async { Ok(0) }.boxed(),
    records: |tx, mine| people::ids(tx, &store::SEALED, mine).boxed(),
    papers: |_, _, _| async { Ok(Vec::new()) }.boxed(),
    unfinished: &[],
};

async fn copy(view: &mut View, mine: Mine) -> Result<Parts> {
    let points = store::points_of(view, mine.facility, mine.patient).await?;
    let alerts = store::alerts_of(view, mine.facility, mine.patient).await?;
    Ok(vec![("follow_ups", json!(points)), ("alerts", alerts.into())])
}
