//! What a hospital reads of a woman who was referred to it.

use chrono::NaiveDate;
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::referrals::{both_journals, known_referral};
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::{Act, Noun, Role};
use crate::ctx::Ctx;
use crate::episode::model::{Episode, Gestation, Graded};
use crate::people::caller::Caller;
use crate::people::model::Patient;
use crate::people::policy;
use crate::quality::case::CaseEntry;
use crate::quality::referral::Side;
use crate::quality::store;
use crate::{assessment, consent, episode, people};

/// What a hospital reads of a woman who was referred to it.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The last day on which it reads.
    pub until: NaiveDate,
    /// Her record.
    pub patient: Patient,
    /// The pregnancy.
    pub episode: Episode,
    /// How far it is today.
    pub gestation: Gestation,
    /// The last grading of the risk, with its grounds.
    pub graded: Option<Graded>,
    /// What the assessment before analgesia found.
    pub assessment: Option<assessment::facts::Standing>,
    /// How her consent to analgesia stands.
    pub consent: Option<consent::model::Standing>,
    /// What was done in the managed case.
    pub entries: Vec<CaseEntry>,
}

/// Her record, for the hospital that took her and only while it has her. Each reading stands in the journals of both.
///
/// Errors: `Missing` for every other hospital, before she is taken and once she was sent back.
#[instrument(name = "quality.shared_record", skip_all)]
pub async fn shared_record(ctx: &Ctx, caller: &Caller, id: Uuid) -> Result<Shared> {
    policy::allowed(caller, Act::QualitySharedRecord)?;
    let missing = || Error::Missing(Noun::Referral);
    let mut tx = ctx.write(Act::QualitySharedRecord).await?;
    let (referral, side) = known_referral(&mut tx, caller, Act::QualitySharedRecord, id).await?;
    let today = clinic_date(tx.now);
    if side != Side::Received || !referral.is_shared(today) {
        return Err(missing());
    }
    let (owner, episode) = (referral.facility_id, referral.episode_id);
    let case = store::case(&mut tx, owner, referral.case_id).await?;
    let case = case.ok_or_else(missing)?;
    let episode_row = episode::facts::get(&mut tx, owner, episode).await?;
    let episode_row = episode_row.ok_or_else(missing)?;
    let patient = people::facts::patient(&mut tx, owner, referral.patient_id).await?;
    let mut found = assessment::facts::standing(&mut tx, ctx, owner, episode).await?;
    if let Some(found) = &mut found
        && caller.staff()?.role != Role::Anesthesiologist
    {
        found.fired.retain(|one| !one.confidential);
    }
    let shared = Shared {
        until: referral.until,
        patient: patient.ok_or_else(missing)?,
        gestation: episode_row.gestation(today),
        episode: episode_row,
        graded: episode::facts::graded(&mut tx, owner, episode).await?,
        assessment: found,
        consent: consent::facts::standing(&mut tx, owner, episode).await?,
        entries: store::case_entries(&mut tx, &case).await?,
    };
    let detail = json!({ "until": shared.until });
    both_journals(&mut tx, caller, Act::QualitySharedRecord, &referral, detail).await?;
    tx.commit().await?;
    Ok(shared)
}
