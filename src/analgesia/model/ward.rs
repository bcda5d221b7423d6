//! What the ward looks at: what is due, the newest values, one line of the board.

use chrono::{DateTime, Utc};

use super::{Amount, Countdown, Labor, Observation, ObservationRow, Raised};

crate::words! {
    /// What is due in labor.
    DueKind {
        /// Her request waits for the anesthesiologist.
        Response = "response",
        /// The re-check, before a block that she has asked for.
        Recheck = "recheck",
        /// Observations after a dose, and by the hour.
        Round = "round",
        /// The score of one hour.
        OneHourPain = "one_hour_pain",
        /// The fetal heart.
        FetalHeart = "fetal_heart",
        /// Temperature.
        Temperature = "temperature",
        /// The bladder.
        Bladder = "bladder",
        /// Pain at full dilation.
        FullDilation = "full_dilation",
        /// Observations at birth.
        Birth = "birth",
        /// The child, after labor became a cesarean.
        Delivery = "delivery",
        /// The catheter is to come out.
        Catheter = "catheter",
        /// She raises her straight legs.
        LegRaise = "leg_raise",
    }
}

/// Something that is due, or comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// What.
    pub kind: DueKind,
    /// From when on.
    pub due_at: DateTime<Utc>,
    /// When it is missed.
    pub overdue_at: DateTime<Utc>,
    /// Members of the observation that are still missing.
    pub fields: Vec<&'static str>,
}

/// A newest value, and when it was seen.
#[derive(Clone, Copy, Debug)]
pub struct Latest {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub value: Amount,
}

/// The newest value of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct LatestValues {
    /// Pain, 0–10.
    pub pain: Option<Latest>,
    /// Systolic pressure.
    pub sbp: Option<Latest>,
    /// Diastolic pressure.
    pub dbp: Option<Latest>,
    /// Pulse.
    pub hr: Option<Latest>,
    /// Saturation.
    pub spo2: Option<Latest>,
    /// Temperature.
    pub temp_c: Option<Latest>,
    /// Fetal heart.
    pub fhr: Option<Latest>,
    /// Bromage score.
    pub bromage: Option<Latest>,
    /// Cervix.
    pub cervix_cm: Option<Latest>,
}

impl LatestValues {
    /// Of what was seen, by time.
    pub fn of(rows: &[ObservationRow]) -> LatestValues {
        let newest = |value: fn(&Observation) -> Option<Amount>| {
            rows.iter().rev().find_map(|row| {
                Some(Latest {
                    at: row.observation.observed_at,
                    value: value(&row.observation)?,
                })
            })
        };
        LatestValues {
            pain: newest(|seen| seen.pain_tenths().map(Amount::from_tenths)),
            sbp: newest(|seen| seen.sbp.map(Amount::from)),
            dbp: newest(|seen| seen.dbp.map(Amount::from)),
            hr: newest(|seen| seen.hr.map(Amount::from)),
            spo2: newest(|seen| seen.spo2.map(Amount::from)),
            temp_c: newest(|seen| seen.temp_c),
            fhr: newest(|seen| seen.fhr.map(Amount::from)),
            bromage: newest(|seen| seen.bromage.map(Amount::from)),
            cervix_cm: newest(|seen| seen.cervix_cm),
        }
    }
}

/// How soon a line of the board is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// An urgent alarm is open.
    Urgent,
    /// An alarm is open.
    Alarm,
    /// She waits for the anesthesiologist.
    Waiting,
    /// Something was missed.
    Overdue,
    /// Something is due.
    Due,
    /// Nothing of it.
    Calm,
}

/// One line of the board.
#[derive(Clone, Debug)]
pub struct BoardLine {
    /// The labor.
    pub labor: Labor,
    /// How soon somebody looks.
    pub rank: Rank,
    /// Her name.
    pub name: Option<String>,
    /// Record number of the hospital.
    pub record_number: String,
    /// State of her consent.
    pub consent_state: Option<String>,
    /// Confirmed at the bedside.
    pub bedside_confirmed_at: Option<DateTime<Utc>>,
    /// Level of her assessment.
    pub review_level: Option<String>,
    /// Rules that an anesthesiologist has yet to decide on.
    pub undecided: Vec<String>,
    /// Not before, for her anticoagulant.
    pub not_before: Option<DateTime<Utc>>,
    /// What she waits for because of anticoagulants.
    pub anticoagulant: Option<Countdown>,
    /// Minutes since she asked, while no dose was given.
    pub waiting_min: Option<i64>,
    /// When her pain score of one hour is due, until it is there.
    pub one_hour_due_at: Option<DateTime<Utc>>,
    /// The newest values.
    pub latest: LatestValues,
    /// Alarms that are not closed.
    pub alarms: Vec<Raised>,
    /// What is due, and what comes next.
    pub due: Vec<Due>,
}
