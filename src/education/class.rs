//! Classes of the prenatal school on site: when and where, how many places, who comes. Pure.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::base::Code;
use crate::base::id::{ClassId, FacilityId, PatientId, StaffId};

/// The door is open so long before a class begins.
const DOOR: Duration = Duration::minutes(30);
/// She is reminded so long before.
const REMINDED: Duration = Duration::days(1);

crate::words! {
    /// Where she stands with a class.
    BookingState {
        /// She has a place.
        Booked = "booked",
        /// She gets a place when one becomes free.
        Waiting = "waiting",
        /// She does not come.
        Cancelled = "cancelled",
        /// She was there.
        Attended = "attended",
    }
}

impl BookingState {
    /// Whether it takes a place.
    pub fn takes_a_place(self) -> bool {
        matches!(self, BookingState::Booked | BookingState::Attended)
    }
}

/// A class.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Class {
    /// Its id.
    pub id: ClassId,
    /// Where.
    pub facility: FacilityId,
    /// What it is about.
    pub title: String,
    /// The room.
    pub place: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// How many women can come.
    pub places: i64,
    /// Shown in the room; whoever reads it there was there.
    pub code: String,
    /// When it was called off.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Turns given out so far.
    pub bookings: i64,
    /// Who offers it.
    pub by: StaffId,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// A woman and a class.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Booking {
    /// Which class.
    pub class: ClassId,
    /// Who.
    pub patient: PatientId,
    /// How it stands.
    pub state: BookingState,
    /// The order of asking.
    pub turn: i64,
    /// When she last changed it.
    pub at: DateTime<Utc>,
}

impl Class {
    /// May a place be taken or given back?
    ///
    /// Refuses: `education.class_closed`, once it has begun or was called off.
    pub fn is_open(&self, now: DateTime<Utc>) -> Result<(), Code> {
        if self.cancelled_at.is_none() && now < self.starts_at {
            Ok(())
        } else {
            Err(Code::EducationClassClosed)
        }
    }

    /// Was she there?
    ///
    /// Refuses: `education.class_not_booked`; `education.class_closed`, when the door is not open;
    /// `education.class_code_wrong`.
    pub fn check_in(&self, booking: Option<&Booking>, code: &str, now: DateTime<Utc>) -> Result<(), Code> {
        if !booking.is_some_and(|booking| booking.state.takes_a_place()) {
            return Err(Code::EducationClassNotBooked);
        }
        let open = self.starts_at - DOOR <= now && now <= self.ends_at;
        if self.cancelled_at.is_some() || !open {
            return Err(Code::EducationClassClosed);
        }
        if self.code == code.trim() {
            Ok(())
        } else {
            Err(Code::EducationClassCodeWrong)
        }
    }

    /// When she is reminded; not of what is nearer than that.
    pub fn reminder(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(self.starts_at - REMINDED).filter(|at| *at > now)
    }

    /// Places that nobody has.
    pub fn free(&self, bookings: &[Booking]) -> i64 {
        let taken = bookings.iter().filter(|one| one.state.takes_a_place()).count() as i64;
        (self.places - taken).max(0)
    }
}

/// Who waits for a place, the longest first.
pub fn line(bookings: &[Booking]) -> Vec<&Booking> {
    let waiting = bookings.iter().filter(|one| one.state == BookingState::Waiting);
    let mut line: Vec<&Booking> = waiting.collect();
    line.sort_by_key(|one| one.turn);
    line
}

/// How many wait before her, herself included.
pub fn place_in_line(bookings: &[Booking], patient: PatientId) -> Option<i64> {
    let mine = bookings
        .iter()
        .find(|one| one.patient == patient && one.state == BookingState::Waiting)?;
    let before = bookings
        .iter()
        .filter(|one| one.state == BookingState::Waiting && one.turn <= mine.turn);
    Some(before.count() as i64)
}
