//! One function per operation of labor.

mod admission;
mod alarms;
mod birth;
mod block;
mod chart;
mod corrections;
mod mistaken;
mod monitoring;
mod operator;
mod pain;
mod puncture;
mod stop;
mod time_out;

pub use admission::*;
pub(in crate::analgesia) use alarms::{
    ALARM, ALARM_NEXT, ALARM_OFFICER, CLOCK, ESCALATE, LAST_STEP, OfAlarm, OfClock, REQUEST, UNANSWERED,
    raise,
};
pub use alarms::{close_alarm, take_alarm};
pub use birth::*;
pub use block::*;
pub use chart::{board, labor};
pub(in crate::analgesia) use chart::{chart, due};
pub use corrections::{CorrectionDraft, correct, history};
pub(in crate::analgesia) use monitoring::{ONE_HOUR, background};
pub use monitoring::{complication, observe};
pub use pain::report_pain;
pub(in crate::analgesia) use stop::LEGS;
pub use stop::stop;
pub use time_out::*;

use chrono::Duration;
use uuid::Uuid;

use super::model::{CloseReason, Labor, LaborState};
use super::rules::Call;
use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::LaborId;
use crate::base::{Act, Code, Noun};
use crate::ctx::Tx;
use crate::episode::facts as episodes;
use crate::episode::model::{Episode, NewTask};
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};

/// A labor of the caller's hospital with its pregnancy locked. Whoever writes in it reads it, too.
///
/// Errors: `Missing`, `episode.access_needed`.
async fn locked(tx: &mut Tx, caller: &Caller, act: Act, id: LaborId) -> Result<(Labor, Episode)> {
    let facility = caller.place()?;
    let missing = || Error::Missing(Noun::Labor);
    let episode = store::episode_of(tx, facility, id).await?.ok_or_else(missing)?;
    let belongs = Belongs {
        facility,
        account: None,
    };
    policy::may(caller, act, Noun::Labor, belongs)?;
    let episode = episodes::lock(tx, facility, episode).await?.ok_or_else(missing)?;
    let labor = store::labor(tx, facility, id).await?.ok_or_else(missing)?;
    let now = tx.now;
    episodes::may_read(tx, caller, act, labor.patient_id, now).await?;
    Ok((labor, episode))
}

/// What was given or seen is taken also after she left, and late; a labor that was opened by mistake takes nothing.
///
/// Errors: `analgesia.labor_closed`.
fn not_cancelled(labor: &Labor) -> Result<()> {
    match labor.close_reason {
        Some(CloseReason::Cancelled) => Err(Error::Refused(Code::AnalgesiaLaborClosed)),
        _ => Ok(()),
    }
}

/// Errors: `analgesia.labor_closed`.
fn not_closed(labor: &Labor) -> Result<()> {
    if labor.state == LaborState::Closed {
        Err(Error::Refused(Code::AnalgesiaLaborClosed))
    } else {
        Ok(())
    }
}

/// A task for whoever is called.
pub(in crate::analgesia) async fn call(
    tx: &mut Tx,
    labor: &Labor,
    kind: &'static str,
    subject: impl Into<Uuid>,
    call: &Call,
) -> Result<()> {
    let task = NewTask {
        facility: labor.facility_id,
        patient: labor.patient_id,
        episode: labor.episode_id,
        kind,
        subject: subject.into(),
        roles: call.roles.clone(),
        due: tx.now + Duration::minutes(call.within_min),
        urgent: call.urgent,
    };
    episodes::add_labor_task(tx, &task, labor.id).await?;
    Ok(())
}
