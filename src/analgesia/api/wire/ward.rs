//! What the ward looks at: the board, alarms, what is due.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use uuid::Uuid;

use super::{CountdownOut, LaborOut};
use crate::analgesia::model::{
    Alarm, AlarmState, Amount, BoardLine, ComplicationCode, Due, DueKind, Latest, LatestValues, Raised,
};
use crate::analgesia::rules;
use crate::base::Role;
use crate::base::id::{AlarmId, LaborId, StaffId};

/// Something that is due, or comes next.
#[derive(Object)]
pub struct DueOut {
    /// What.
    pub what: DueKind,
    /// From when on; later than now: it comes next.
    pub due_at: DateTime<Utc>,
    /// When it is missed.
    pub overdue_at: DateTime<Utc>,
    /// Members of the observation, or of the end of analgesia, that are still missing.
    pub fields: Vec<String>,
}

impl From<Due> for DueOut {
    fn from(d: Due) -> DueOut {
        DueOut {
            what: d.kind,
            due_at: d.due_at,
            overdue_at: d.overdue_at,
            fields: d.fields.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// An alarm of a labor.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct AlarmOut {
    /// Its id.
    pub id: AlarmId,
    /// The labor.
    pub labor: LaborId,
    /// The observation, the complication, or the version of the record or of the end of analgesia that it is about; of a
    /// request that nobody answered, the labor.
    pub about: Uuid,
    /// What was seen.
    pub codes: Vec<Alarm>,
    /// Complications that it may be the sign of; somebody decides and records one.
    pub proposed: Vec<ComplicationCode>,
    /// Who is called.
    pub roles: Vec<Role>,
    /// At once, before everything else.
    pub urgent: bool,
    /// Where it stands.
    pub state: AlarmState,
    /// How far it went: 0 all of the roles, 1 the next on call, 2 the duty officer.
    pub step: i64,
    /// Who was called by name.
    pub called: Vec<StaffId>,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// By when somebody comes.
    pub due_at: DateTime<Utc>,
    /// Who took it.
    pub taken_by: Option<StaffId>,
    /// When.
    pub taken_at: Option<DateTime<Utc>>,
    /// Who closed it.
    pub closed_by: Option<StaffId>,
    /// When.
    pub closed_at: Option<DateTime<Utc>>,
    /// What came of it.
    pub outcome: Option<String>,
}

impl From<Raised> for AlarmOut {
    fn from(r: Raised) -> AlarmOut {
        let mut proposed: Vec<ComplicationCode> = Vec::new();
        for code in r.codes.iter().flat_map(|alarm| rules::proposes(*alarm, r.urgent)) {
            if !proposed.contains(code) {
                proposed.push(*code);
            }
        }
        let (taken_by, taken_at) = r.taken.unzip();
        let (closed_by, closed_at) = r.closed.unzip();
        AlarmOut {
            id: r.id,
            labor: r.labor,
            about: r.subject,
            codes: r.codes,
            proposed,
            roles: r.roles,
            urgent: r.urgent,
            state: r.state,
            step: r.step,
            called: r.called,
            raised_at: r.raised_at,
            due_at: r.due_at,
            taken_by,
            taken_at,
            closed_by,
            closed_at,
            outcome: r.outcome,
        }
    }
}

/// An alarm is closed.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CloseAlarmIn {
    /// What came of it, 2–1000 characters.
    pub outcome: String,
}

/// A newest value, and when it was seen.
#[derive(Object)]
pub struct LatestOut {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub value: Amount,
}

impl From<Latest> for LatestOut {
    fn from(l: Latest) -> LatestOut {
        LatestOut {
            at: l.at,
            value: l.value,
        }
    }
}

/// The newest value of each kind.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LatestValuesOut {
    /// Pain, 0–10.
    pub pain: Option<LatestOut>,
    /// Systolic pressure, mmHg.
    pub sbp: Option<LatestOut>,
    /// Diastolic pressure, mmHg.
    pub dbp: Option<LatestOut>,
    /// Pulse, bpm.
    pub hr: Option<LatestOut>,
    /// Saturation, %.
    pub spo2: Option<LatestOut>,
    /// Temperature, °C.
    pub temp_c: Option<LatestOut>,
    /// Fetal heart, bpm.
    pub fhr: Option<LatestOut>,
    /// Bromage score.
    pub bromage: Option<LatestOut>,
    /// Cervix, cm.
    pub cervix_cm: Option<LatestOut>,
}

impl From<LatestValues> for LatestValuesOut {
    fn from(l: LatestValues) -> LatestValuesOut {
        LatestValuesOut {
            pain: l.pain.map(Into::into),
            sbp: l.sbp.map(Into::into),
            dbp: l.dbp.map(Into::into),
            hr: l.hr.map(Into::into),
            spo2: l.spo2.map(Into::into),
            temp_c: l.temp_c.map(Into::into),
            fhr: l.fhr.map(Into::into),
            bromage: l.bromage.map(Into::into),
            cervix_cm: l.cervix_cm.map(Into::into),
        }
    }
}

/// One line of the board.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct BoardOut {
    /// The labor.
    #[oai(flatten)]
    pub labor: LaborOut,
    /// Her name.
    pub name: Option<String>,
    /// Record number of the hospital.
    pub record_number: String,
    /// State of her consent.
    pub consent_state: Option<String>,
    /// When it was confirmed at the bedside.
    pub bedside_confirmed_at: Option<DateTime<Utc>>,
    /// Level of her assessment.
    pub review_level: Option<String>,
    /// Rules that an anesthesiologist has yet to decide on.
    pub undecided: Vec<String>,
    /// Not before, for her anticoagulant.
    pub not_before: Option<DateTime<Utc>>,
    /// What she waits for because of anticoagulants; absent when there is nothing to count.
    pub anticoagulant: Option<CountdownOut>,
    /// Minutes since she asked, while no dose was given.
    pub waiting_min: Option<i64>,
    /// When her pain score of one hour is due, until it is there.
    pub one_hour_due_at: Option<DateTime<Utc>>,
    /// The newest values.
    pub latest: LatestValuesOut,
    /// Alarms that are not closed.
    pub alarms: Vec<AlarmOut>,
    /// What is due, and what comes next, the soonest first.
    pub due: Vec<DueOut>,
}

impl From<BoardLine> for BoardOut {
    fn from(b: BoardLine) -> BoardOut {
        BoardOut {
            labor: b.labor.into(),
            name: b.name,
            record_number: b.record_number,
            consent_state: b.consent_state,
            bedside_confirmed_at: b.bedside_confirmed_at,
            review_level: b.review_level,
            undecided: b.undecided,
            not_before: b.not_before,
            anticoagulant: b.anticoagulant.map(Into::into),
            waiting_min: b.waiting_min,
            one_hour_due_at: b.one_hour_due_at,
            latest: b.latest.into(),
            alarms: b.alarms.into_iter().map(Into::into).collect(),
            due: b.due.into_iter().map(Into::into).collect(),
        }
    }
}
