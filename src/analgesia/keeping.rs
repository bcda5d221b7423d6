//! What this slice keeps of a woman, for her copy and for the end of her record.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use serde_json::{Value, json};

use super::acts::chart;
use super::store;
use crate::base::error::Result;
use crate::ctx::View;
use crate::people::caller::Mine;
use crate::people::facts as people;
use crate::people::model::{Keeper, Parts, Unfinished};

/// Labors with everything recorded of them.
pub const KEEPER: Keeper = Keeper {
    copy: |ctx, view, mine| copy(ctx.clock.now(), view, mine).boxed(),
    forget: |_, _| async { Ok(0) }.boxed(),
    records: |tx, mine| people::ids(tx, &store::SEALED, mine).boxed(),
    papers: |_, _, _| async { Ok(Vec::new()) }.boxed(),
    unfinished: &[Unfinished {
        part: "labors",
        member: "state",
        words: &["open", "delivered"],
    }],
};

async fn copy(now: DateTime<Utc>, view: &mut View, mine: Mine) -> Result<Parts> {
    let mut told: Vec<Value> = Vec::new();
    for labor in store::labors_of(view, mine.facility, mine.patient).await? {
        let mut members = serde_json::to_value(&labor)?;
        let chart = chart(view, labor, now).await?;
        let more = json!({
            "requests": chart.requests,
            "time_outs": chart.time_outs,
            "record": chart.record,
            "observations": chart.observations,
            "complications": chart.complications,
            "alarms": chart.alarms,
            "corrections": chart.corrections,
            "pain_reports": chart.pain_reports,
            "stop": chart.stop,
            "delivery": chart.delivery,
        });
        if let (Some(members), Value::Object(more)) = (members.as_object_mut(), more) {
            members.extend(more);
        }
        told.push(members);
    }
    Ok(vec![("labors", told.into())])
}
