//! Decisions about labor, pure: time, limits and what was recorded come in, faults and calls go out.

mod alarms;
mod asking;
mod asphyxia;
mod background;
mod birth;
mod calls;
mod carrying;
mod clocks;
mod correcting;
mod doses;
mod gate;
mod judging;
mod missing;
mod observing;
mod program;
mod reading;
mod recording;
mod schedule;
mod sheet;
mod stopping;

pub use alarms::{lasts_slow, of_observation, proposes};
pub use asking::waits_since;
pub use asphyxia::judge as judge_baby;
pub use background::{Background, baseline};
pub use birth::{born_by_cesarean, check_delivery, ending};
pub use calls::{Call, is_pain, of_event, of_pain_report, of_stop, since_stop};
pub use carrying::carry;
pub use clocks::{called_by, clocks, counts, was_done, was_replaced};
pub use correcting::{corrects_delivery, corrects_record, corrects_stop, unchanged};
pub use gate::{
    ONE_HOUR, changes_class, check_admission, check_time_out, class, goes_on, has_block, needs_consent,
    recheck_holds_until, too_early, window,
};
pub use judging::{
    Judged, after_all, judge, judge_all, names, newest, standing, unheard, unnamed, with_late_alarms,
};
pub use missing::missing;
pub use observing::{check_event, check_observation};
pub use reading::as_read;
pub use recording::check_record;
pub use schedule::{Course, due, rank};
pub use sheet::{Found, Sheet};
pub use stopping::{
    LEG_RAISE, NextHeparin, Totals, check_stop, last_dose, next_heparin, standing_end, totals,
};
