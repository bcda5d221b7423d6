//! Spinal fluid from the epidural needle or catheter: an accidental dural puncture, reported or not, and never two of one.

use super::admission::enqueue;
use super::corrections::goes_on;
use super::monitoring::report;
use crate::analgesia::model::{
    Complication, ComplicationCode, CorrectedKind, Correction, Event, Labor, Raised, Record, RecordVersion,
};
use crate::analgesia::store;
use crate::base::Locale;
use crate::base::error::Result;
use crate::base::id::StaffId;
use crate::content::messages;
use crate::ctx::Tx;

/// What a new version of the record says of spinal fluid: a puncture that nobody reported is reported, and one that the
/// record alone told of is taken back with it.
pub(super) async fn dural_puncture(
    tx: &mut Tx,
    labor: &Labor,
    version: &RecordVersion,
    former: Option<&Record>,
    reported: &[Complication],
) -> Result<()> {
    let flowed = |record: &Record| record.csf == Some(true);
    match (former.is_some_and(flowed), flowed(&version.record)) {
        (false, true) => told(tx, labor, version, reported).await,
        (true, false) => match undescribed(reported) {
            Some(told) => {
                instead(tx, labor, version.by, told, "puncture_none", None).await?;
                let now = tx.now;
                enqueue(tx, labor, "quality.look", now).await
            }
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

async fn told(tx: &mut Tx, labor: &Labor, version: &RecordVersion, reported: &[Complication]) -> Result<()> {
    if reported.iter().any(|row| row.event.code == ComplicationCode::Adp) {
        return Ok(());
    }
    let row = Complication {
        id: tx.id(),
        recorded_at: tx.now,
        by: version.by,
        event: Event {
            code: ComplicationCode::Adp,
            onset_at: version.record.puncture_at.unwrap_or(tx.now),
            severity: 1,
            treatment: None,
            outcome: None,
            resolved_at: None,
            adp_next: None,
            acted_at: None,
            intensive_care: None,
        },
    };
    report(tx, labor, &row).await.map(drop)
}

/// A report of the puncture that the record told of before takes its place; none where it told of none.
pub(super) async fn described(tx: &mut Tx, labor: &Labor, row: &Complication) -> Result<Option<Vec<Raised>>> {
    if row.event.code != ComplicationCode::Adp {
        return Ok(None);
    }
    let reported = store::complications(tx, labor.facility_id, labor.id).await?;
    let Some(told) = undescribed(&reported) else {
        return Ok(None);
    };
    let raised = instead(tx, labor, row.by, told, "puncture_described", Some(row.clone())).await?;
    let now = tx.now;
    enqueue(tx, labor, "quality.look", now).await?;
    Ok(Some(raised))
}

/// The puncture that the record told of: whoever reports one says what was done next.
fn undescribed(reported: &[Complication]) -> Option<&Complication> {
    let of_record =
        |row: &&Complication| row.event.code == ComplicationCode::Adp && row.event.adp_next.is_none();
    reported.iter().find(of_record)
}

async fn instead(
    tx: &mut Tx,
    labor: &Labor,
    by: StaffId,
    told: &Complication,
    why: &str,
    row: Option<Complication>,
) -> Result<Vec<Raised>> {
    let correction = Correction {
        id: tx.id(),
        kind: CorrectedKind::Complication,
        target: told.id.0,
        replacement: row.as_ref().map(|row| row.id.0),
        reason: messages::field(Locale::ZhCn, why, None),
        by,
        at: tx.now,
    };
    goes_on(tx, labor, &correction, row).await
}
