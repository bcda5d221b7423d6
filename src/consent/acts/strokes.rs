//! Handing out what was drawn, for a forensic examination (CE-124). Beside this, strokes leave with the evidence of a sealed
//! consent alone: `consent.evidence`, by the same people.

use serde_json::json;
use tracing::instrument;

use super::{known, subject};
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, StrokesReleaseId};
use crate::base::{Act, Noun};
use crate::consent::model::{DrawnAct, Examination, StrokesRelease};
use crate::consent::store;
use crate::ctx::{Begun, Ctx, Tx};
use crate::http::params::Faults;
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy;

/// A release with what was drawn.
pub struct Released {
    /// The release.
    pub release: StrokesRelease,
    /// Each act in which something was drawn, in the order made.
    pub acts: Vec<DrawnAct>,
}

/// The quality office hands out what was drawn for a consent, with who examines it and why.
///
/// A retry reads the strokes again: an answer that waits for it would stand under another key than theirs.
///
/// Errors: `people.step_up_required`, `Missing` where nothing was drawn, `http.invalid`.
#[instrument(name = "consent.release_strokes", skip_all)]
pub async fn release_strokes(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    examination: Examination,
) -> Result<Released> {
    let act = Act::ConsentReleaseStrokes;
    policy::allowed(caller, act)?;
    let staff = caller.staff()?;
    let examination = checked(examination)?;
    let mut tx = match ctx.write_once::<StrokesReleaseId>(act, caller).await? {
        Begun::Fresh(tx) => tx,
        Begun::Replay(first) => return again(ctx.write(act).await?, caller, id, first).await,
    };
    let consent = known(&mut tx, caller, act, id).await?;
    let now = tx.now;
    people::facts::require_step_up(&mut tx, caller.session, now).await?;
    let acts = store::drawn_acts(&mut tx, consent.facility_id, id, now).await?;
    if acts.is_empty() {
        return Err(Error::Missing(Noun::Document));
    }
    let release = store::add_strokes_release(&mut tx, &consent, staff.id, &examination).await?;
    let of: Vec<&str> = acts.iter().map(|act| act.act_sha256.as_str()).collect();
    let detail = json!({ "release": release.to_string(), "acts": of });
    tx.journal(caller, subject(&consent), detail).await?;
    tx.commit_with(&release).await?;
    let release = StrokesRelease {
        id: release,
        consent: id,
        examination,
        at: now,
    };
    Ok(Released { release, acts })
}

/// A release that was made before; nothing is written.
async fn again(mut tx: Tx, caller: &Caller, id: ConsentId, first: StrokesReleaseId) -> Result<Released> {
    let consent = known(&mut tx, caller, Act::ConsentReleaseStrokes, id).await?;
    let now = tx.now;
    people::facts::require_step_up(&mut tx, caller.session, now).await?;
    let mut releases = store::strokes_releases(&mut tx, consent.facility_id, id).await?;
    releases.retain(|release| release.id == first);
    let release = releases.pop().ok_or(Error::Missing(Noun::Document))?;
    let acts = store::drawn_acts(&mut tx, consent.facility_id, id, release.at).await?;
    Ok(Released { release, acts })
}

fn checked(examination: Examination) -> Result<Examination> {
    let mut faults = Faults::default();
    let examination = Examination {
        reason: faults.text(&examination.reason, "/reason", 1, 500),
        examiner: faults.text(&examination.examiner, "/examiner", 1, 100),
        case_number: examination
            .case_number
            .map(|number| faults.text(&number, "/case_number", 1, 60)),
    };
    faults.done()?;
    Ok(examination)
}
