//! What a hospital has set for itself.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::base::Role;
use crate::base::id::StaffId;

/// What a hospital decides itself, with the defaults of the pages that name them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Days that a consent holds from her signature.
    pub consent_validity_days: i64,
    /// Hours within which an anesthesiologist countersigns.
    pub countersign_hours: i64,
    /// Hours within which another hospital answers a referral, before those who sent it are told.
    pub referral_answer_hours: i64,
    /// Hours within which an adverse event is reported in writing, by its class.
    pub adverse_event_hours: AdverseEventHours,
    /// Upper limit of the hospital's normal APTT, seconds.
    pub aptt_uln: Decimal,
    /// Minutes either side of one hour that a pain score counts for.
    pub one_hour_window_min: i64,
    /// Days until behavioral data that belongs to no signed instance goes (CE-232).
    pub behavior_days: i64,
    /// Days on which the office does not work, beside weekends: they don't count for answers to requests.
    pub days_off: Vec<NaiveDate>,
    /// Records of a rehearsal: never in an indicator.
    pub is_test: bool,
    /// Whether a relative may acknowledge a consent beside her signature (CE-064).
    pub relative_acknowledgement: bool,
    /// What counts as low pressure in labor.
    pub low_pressure: LowPressure,
    /// The definition of neonatal asphyxia that it reports by.
    pub reporting_definition: AsphyxiaDefinition,
    /// When women are asked after birth; for births that are not planned yet.
    pub follow_up_windows: Windows,
    /// Whether what women suggest in the survey is checked by WeChat before the quality office reads it, of those who agree.
    pub content_checks: bool,
    /// Who is on duty.
    pub duty: Duty,
}

/// Hours from when an adverse event was found to its written report. Source: hospitals' reporting rules for
/// 医疗安全(不良)事件, which vary; to be confirmed by the hospital (GK).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdverseEventHours {
    /// Class I, 1–24.
    pub i: i64,
    /// Class II, 1–48.
    pub ii: i64,
    /// Class III, 1–168.
    pub iii: i64,
    /// Class IV, 1–168.
    pub iv: i64,
}

impl Default for AdverseEventHours {
    fn default() -> AdverseEventHours {
        AdverseEventHours {
            i: 24,
            ii: 24,
            iii: 5 * 24,
            iv: 7 * 24,
        }
    }
}

crate::words! {
    /// Neonatal asphyxia by one definition.
    AsphyxiaDefinition {
        /// By the Apgar score alone: the national indicator's reading.
        Apgar = "asphyxia_apgar",
        /// By the consensus of 2016, with the cord's pH.
        Consensus2016 = "asphyxia_consensus2016",
        /// By the proposal of 2013, with pH, breathing and other causes.
        Proposal2013 = "asphyxia_proposal2013",
    }
}

/// What counts as low pressure in labor: below a bound, or fallen by more than a share of her baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LowPressure {
    /// Systolic, mmHg, 80–110.
    pub below: i64,
    /// Fall from the baseline, %, 10–50.
    pub fall_percent: i64,
}

impl Default for LowPressure {
    fn default() -> LowPressure {
        LowPressure {
            below: 90,
            fall_percent: 20,
        }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            consent_validity_days: 30,
            countersign_hours: 24,
            referral_answer_hours: 24,
            adverse_event_hours: AdverseEventHours::default(),
            aptt_uln: Decimal::from(40),
            one_hour_window_min: 15,
            behavior_days: 180,
            days_off: Vec::new(),
            is_test: false,
            relative_acknowledgement: true,
            low_pressure: LowPressure::default(),
            reporting_definition: AsphyxiaDefinition::Apgar,
            follow_up_windows: Windows::default(),
            content_checks: false,
            duty: Duty::default(),
        }
    }
}

/// So many hours after birth a pregnancy is over, and no window is open any more.
pub const FOLLOW_UP_ENDS_H: i64 = 56 * 24;

/// The windows of the points of every birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Windows {
    /// A day after birth.
    pub f24: Window,
    /// Two to three days.
    pub f72: Window,
    /// A week.
    pub f7: Window,
    /// Six weeks.
    pub f42: Window,
}

/// When a point is asked, hours from birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// From when she can answer.
    pub opens_h: i64,
    /// When she should have.
    pub due_h: i64,
    /// From when it is overdue.
    pub expires_h: i64,
    /// Until when the form takes answers.
    pub closes_h: i64,
    /// When staff get the task to phone her.
    pub phone_h: i64,
}

impl Default for Windows {
    fn default() -> Windows {
        Windows {
            f24: Window {
                opens_h: 18,
                due_h: 24,
                expires_h: 36,
                closes_h: 48,
                phone_h: 30,
            },
            f72: Window {
                opens_h: 48,
                due_h: 60,
                expires_h: 96,
                closes_h: 6 * 24,
                phone_h: 84,
            },
            f7: Window {
                opens_h: 6 * 24,
                due_h: 7 * 24,
                expires_h: 10 * 24,
                closes_h: 38 * 24,
                phone_h: 10 * 24,
            },
            f42: Window {
                opens_h: 38 * 24,
                due_h: 42 * 24,
                expires_h: FOLLOW_UP_ENDS_H,
                closes_h: FOLLOW_UP_ENDS_H,
                phone_h: FOLLOW_UP_ENDS_H,
            },
        }
    }
}

/// Ordered staff ids; an empty list means all active staff of the role, an empty `duty_officer` means quality.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Duty {
    /// Anesthesiologists on call.
    pub anesthesia: Vec<StaffId>,
    /// Obstetricians on call.
    pub obstetrics: Vec<StaffId>,
    /// Midwives on duty.
    pub midwifery: Vec<StaffId>,
    /// Whom a mental-health alarm reaches.
    pub mental_health: Vec<StaffId>,
    /// Where escalation ends.
    pub duty_officer: Vec<StaffId>,
}

impl Duty {
    /// Whether the hospital lists somebody for a role.
    pub fn is_rostered(&self, role: Role) -> bool {
        match role {
            Role::Anesthesiologist => !self.anesthesia.is_empty(),
            Role::Obstetrician => !self.obstetrics.is_empty(),
            Role::Midwife => !self.midwifery.is_empty(),
            Role::Quality | Role::Admin => !self.duty_officer.is_empty(),
        }
    }
}
