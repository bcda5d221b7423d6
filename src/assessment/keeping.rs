//! What this slice keeps of a woman, for her copy and for the end of her record.

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::model::Decision;
use super::store;
use crate::base::error::Result;
use crate::ctx::View;
use crate::episode::facts as episode;
use crate::people::caller::Mine;
use crate::people::facts as people;
use crate::people::model::{Keeper, Parts};

/// Doctors' decisions on her assessments. The runs of the rules follow from her answers, and their messages are
/// written for doctors: they are destroyed with her record and are not part of her copy.
pub const KEEPER: Keeper = Keeper {
    copy: |_, view, mine| copy(view, mine).boxed(),
    forget: |_, _| async { Ok(0) }.boxed(),
    records: |tx, mine| people::ids(tx, &store::SEALED, mine).boxed(),
    papers: |_, _, _| async { Ok(Vec::new()) }.boxed(),
    unfinished: &[],
};

async fn copy(view: &mut View, mine: Mine) -> Result<Parts> {
    let mut told = Vec::new();
    for id in episode::of_patient(view, mine.facility, mine.patient).await? {
        let decisions = store::every_decision(view, mine.facility, id).await?;
        told.extend(decisions.iter().map(|(decision, _)| hers(decision)));
    }
    Ok(vec![("decisions", told.into())])
}

fn hers(decision: &Decision) -> Value {
    json!({
        "id": decision.id,
        "assessment": decision.review_id,
        "outcome": decision.outcome.word(),
        "conditions": decision.conditions,
        "plan": decision.plan,
        "summary": decision.summary,
        "role": decision.by_role.word(),
        "at": decision.at,
    })
}
