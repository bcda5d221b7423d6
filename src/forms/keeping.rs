//! What this slice keeps of a woman, for her copy, for what is forgotten and for the end of her record.

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::model::Response;
use super::store;
use crate::base::error::Result;
use crate::ctx::View;
use crate::people::caller::Mine;
use crate::people::facts as people;
use crate::people::model::{Keeper, Parts};

/// Answers and files; a draft that was never submitted was browsing.
pub const KEEPER: Keeper = Keeper {
    copy: |_, view, mine| copy(view, mine).boxed(),
    forget: |tx, what| store::forget(tx, what).boxed(),
    records: |tx, mine| people::ids(tx, &store::SEALED, mine).boxed(),
};

async fn copy(view: &mut View, mine: Mine) -> Result<Parts> {
    let responses = store::of_patient(view, mine.facility, mine.patient).await?;
    let told: Vec<Value> = responses.iter().map(hers).collect();
    let files = store::files_of(view, mine.facility, mine.patient).await?;
    Ok(vec![("responses", told.into()), ("attachments", files.into())])
}

fn hers(response: &Response) -> Value {
    json!({
        "id": response.id,
        "questionnaire": response.questionnaire,
        "status": response.status.word(),
        "content": response.content,
        "entered_by_staff": response.staff_items,
        "authored_at": response.authored_at,
        "completed_at": response.completed_at,
        "amends": response.amending.amends,
        "reason": response.amending.reason,
    })
}
