//! Decisions about labor, pure: time, limits and what was recorded come in, faults and calls go out.

mod asphyxia;
mod birth;
mod calls;
mod doses;
mod gate;
mod observing;
mod program;
mod recording;
mod sheet;
mod stopping;

pub use asphyxia::judge;
pub use birth::check_delivery;
pub use calls::{Background, Call, of_event, of_observation};
pub use gate::{
    ONE_HOUR, changes_class, check_admission, check_time_out, class, goes_on, has_block, missing,
    needs_consent, too_early, window,
};
pub use observing::check_observation;
pub use program::carry_pumps;
pub use recording::check_record;
pub use sheet::Sheet;
pub use stopping::{LEG_RAISE_MISSED, NextHeparin, check_stop, last_dose, next_heparin};
