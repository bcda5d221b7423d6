//! Her own word on her pain, from her phone. It calls somebody and never stands in the place of the score that a midwife
//! takes at the peak of a contraction: the national indicator counts that one.

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;

use super::admission::hers;
use super::alarms::{ALARM, raise};
use crate::analgesia::model::{Alarm, Amount, Labor, PainReport, Raised};
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::{Act, Subject};
use crate::ctx::{Ctx, Tx};
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;

/// She says how strong her pain is, in the labor that she is in.
///
/// Errors: `Missing` when she is not in labor, `http.invalid`.
#[instrument(name = "analgesia.report_pain", skip_all)]
pub async fn report_pain(ctx: &Ctx, caller: &Caller, vas: Amount) -> Result<PainReport> {
    policy::allowed(caller, Act::AnalgesiaReportPain)?;
    let mut tx = once!(ctx, Act::AnalgesiaReportPain, caller);
    let labor = hers(&mut tx, caller, Act::AnalgesiaReportPain).await?;
    let tenths = vas.tenths().filter(|_| vas.in_halves(0, 10));
    let vas_tenths = tenths.ok_or_else(|| Error::invalid("/vas", "score_halves"))?;
    let report = PainReport {
        labor: labor.id,
        at: tx.now,
        vas_tenths,
    };
    store::add_pain_report(&mut tx, labor.facility_id, &report).await?;
    let called = hurts(&mut tx, &labor, vas_tenths, report.at).await?;
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({ "alarms": i64::from(called.is_some()), "urgent": false });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&report).await?;
    Ok(report)
}

/// Calls somebody to pain that she tells of, by itself or with her request.
pub(super) async fn hurts(
    tx: &mut Tx,
    labor: &Labor,
    tenths: i64,
    at: DateTime<Utc>,
) -> Result<Option<Raised>> {
    let call = rules::of_pain_report(tenths, labor.first_dose_at, at);
    let calls = call.map(|call| (Alarm::PatientPain, call)).into_iter().collect();
    let raised = store::alarms(tx, labor.facility_id, &[labor.id]).await?;
    let said = store::pain_reports(tx, labor.facility_id, labor.id).await?;
    let calls = rules::unheard(&raised, calls, |_, known| {
        let mut since = said.iter().filter(|one| one.at > known.raised_at);
        since.all(|one| rules::of_pain_report(one.vas_tenths, labor.first_dose_at, one.at).is_some())
    });
    raise(tx, labor, (ALARM, labor.id.0), calls).await
}
