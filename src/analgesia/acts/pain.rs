//! Her own word on her pain, from her phone. It calls somebody and never stands in the place of the score that a midwife
//! takes at the peak of a contraction: the national indicator counts that one.

use serde_json::json;
use tracing::instrument;

use super::admission::hers;
use super::alarms::{ALARM, raise};
use crate::analgesia::model::{Alarm, Amount, PainReport};
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::{Act, Subject};
use crate::ctx::Ctx;
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
    let mut calls = Vec::new();
    if let Some(call) = rules::of_pain_report(vas_tenths, labor.first_dose_at, tx.now) {
        calls.push((Alarm::PatientPain, call));
    }
    let raised = store::alarms(&mut tx, labor.facility_id, &[labor.id]).await?;
    let said = store::pain_reports(&mut tx, labor.facility_id, labor.id).await?;
    let calls = rules::unheard(&raised, calls, |_, known| {
        let mut since = said.iter().filter(|one| one.at > known.raised_at);
        since.all(|one| rules::of_pain_report(one.vas_tenths, labor.first_dose_at, one.at).is_some())
    });
    let called = raise(&mut tx, &labor, (ALARM, labor.id.0), calls).await?;
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({ "alarms": i64::from(called.is_some()), "urgent": false });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&report).await?;
    Ok(report)
}
