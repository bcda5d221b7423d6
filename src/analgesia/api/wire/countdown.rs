//! The waiting times of anticoagulants on the board.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use crate::analgesia::model::{Countdown, CountdownState};
use crate::assessment::model::Wait;

/// The interval of one drug.
#[derive(Object)]
pub struct WaitOut {
    /// Id of the rule that asks for it.
    pub rule: String,
    /// The question on the last dose, as in `bld.lmwh_last_at`.
    pub link_id: String,
    /// The last dose.
    pub last_dose_at: DateTime<Utc>,
    /// How long to wait from it, hours.
    pub hours: i64,
    /// The end of the interval.
    pub not_before: DateTime<Utc>,
}

impl From<Wait> for WaitOut {
    fn from(w: Wait) -> WaitOut {
        WaitOut {
            rule: w.rule,
            link_id: w.link_id,
            last_dose_at: w.last_dose_at,
            hours: w.hours,
            not_before: w.not_before,
        }
    }
}

/// What she waits for because of anticoagulants, at the moment of the answer.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CountdownOut {
    /// Where it stands. `over` settles nothing else: see `unsettled` and the review.
    pub state: CountdownState,
    /// The end of the longest interval that still runs.
    pub not_before: Option<DateTime<Utc>>,
    /// Minutes until then, rounded up.
    pub remaining_min: Option<i64>,
    /// Each interval, the latest end first; those that are over too.
    pub waits: Vec<WaitOut>,
    /// Rules by which no time can be counted: the last dose, or the drug, is unknown or known too vaguely.
    pub unknown: Vec<String>,
    /// Rules on her drugs that the end of an interval does not settle, such as a blood test.
    pub unsettled: Vec<String>,
}

impl From<Countdown> for CountdownOut {
    fn from(c: Countdown) -> CountdownOut {
        CountdownOut {
            state: c.state,
            not_before: c.not_before,
            remaining_min: c.remaining_min,
            waits: c.waits.into_iter().map(Into::into).collect(),
            unknown: c.unknown,
            unsettled: c.unsettled,
        }
    }
}
