//! What staff, hospitals, the journal and content look like on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;
use uuid::Uuid;

use crate::base::id::{FacilityId, StaffId};
use crate::base::{Error, Result, Role};
use crate::content::Unconfirmed;
use crate::people::acts::{NewStaff, StaffDraft};
use crate::people::model::{Facility, News, NewsKind, Privilege, Settings, Staff, Urgency};
use crate::people::store::AuditRow;

/// The hospital with its settings.
#[derive(Object)]
pub struct FacilityOut {
    /// Its id.
    pub id: FacilityId,
    /// What staff type at log-in.
    pub code: String,
    /// Its name.
    pub name: String,
    /// IANA zone.
    pub time_zone: String,
    /// The 24-hour telephone.
    pub phone: String,
    /// Settings: consent_validity_days, countersign_hours, referral_answer_hours, aptt_uln, one_hour_window_min,
    /// behavior_days, days_off, is_test, relative_acknowledgement, low_pressure, reporting_definition, content_checks, duty,
    /// adverse_event_hours: for each of the classes i, ii, iii and iv the hours from when an event was found to its written
    /// report, and follow_up_windows: for each of f24, f72, f7 and f42 the hours from birth opens_h, due_h, expires_h, closes_h and
    /// phone_h, which count for births that are not planned yet.
    pub settings: Any<Value>,
    /// Revision.
    pub version: i64,
}

impl From<Facility> for FacilityOut {
    fn from(f: Facility) -> FacilityOut {
        FacilityOut {
            id: f.id,
            code: f.code,
            name: f.name,
            time_zone: f.time_zone,
            phone: f.phone,
            settings: Any(serde_json::to_value(&f.settings).unwrap_or_default()),
            version: f.version,
        }
    }
}

/// Changes of the hospital.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct FacilityIn {
    /// Its name.
    pub name: String,
    /// The 24-hour telephone.
    pub phone: String,
    /// Settings; a member left out takes its default, an unknown one is refused.
    pub settings: Any<Value>,
}

impl FacilityIn {
    /// The settings, typed.
    pub fn settings(&self) -> Result<Settings> {
        serde_json::from_value(self.settings.0.clone()).map_err(|_| Error::invalid("/settings", "format"))
    }
}

/// Staff log in.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct StaffLogInIn {
    /// The code of the hospital.
    pub facility: String,
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
    /// The code of the second factor, or a recovery code; needed once there is a second factor.
    pub totp: Option<String>,
}

/// A new password.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct NewPasswordIn {
    /// The one so far.
    pub old: String,
    /// At least 12 characters.
    pub new: String,
}

/// A word for a colleague's act.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AttestIn {
    /// The dotted name of the act, as `analgesia.time_out`.
    pub act: String,
    /// The subject of the act.
    pub subject: Uuid,
}

/// The word to be carried in the act's body.
#[derive(Object)]
pub struct AttestationOut {
    /// Single use.
    pub attestation: String,
    /// When it lapses.
    pub expires_at: DateTime<Utc>,
}

/// The right to sign consents.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PrivilegeIo {
    /// Whether it is given.
    pub granted: bool,
    /// The last day on which it holds; without one it does not end by itself.
    pub until: Option<NaiveDate>,
}

/// A staff account.
#[derive(Object)]
pub struct StaffOut {
    /// Its id.
    pub id: StaffId,
    /// What is typed at log-in.
    pub username: String,
    /// Name.
    pub name: String,
    /// License number.
    pub license: Option<String>,
    /// Professional title.
    pub title: String,
    /// Role.
    pub role: Role,
    /// Senior anesthesiologist.
    pub senior: bool,
    /// Further rights.
    pub grants: Vec<String>,
    /// The right to sign consents, for anesthesiologists.
    pub consent_privilege: PrivilegeIo,
    /// The password must be changed first.
    pub must_change: bool,
    /// Since when there is a second factor.
    pub second_factor_since: Option<DateTime<Utc>>,
    /// When an administrator took the second factor away, until there is another one: whoever did not ask for that tells
    /// the quality office.
    pub second_factor_reset_at: Option<DateTime<Utc>>,
    /// Since when closed.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Revision.
    pub version: i64,
}

impl From<Staff> for StaffOut {
    fn from(s: Staff) -> StaffOut {
        StaffOut {
            id: s.id,
            username: s.username,
            name: s.name,
            license: s.license,
            title: s.title,
            role: s.role,
            senior: s.senior,
            grants: s.grants,
            consent_privilege: PrivilegeIo {
                granted: s.consent_privilege.granted,
                until: s.consent_privilege.until,
            },
            must_change: s.must_change,
            second_factor_since: s.second_factor_since,
            second_factor_reset_at: s.second_factor_reset_at,
            disabled_at: s.disabled_at,
            version: s.version,
        }
    }
}

/// What is needed for an account.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct StaffIn {
    /// What is typed at log-in, 2–32 of `a-z0-9._-`; never changes.
    pub username: String,
    /// Name.
    pub name: String,
    /// License number.
    pub license: Option<String>,
    /// Professional title.
    #[oai(default)]
    pub title: String,
    /// Role.
    pub role: Role,
    /// Senior anesthesiologist.
    #[oai(default)]
    pub senior: bool,
    /// Further rights: `emergency_approval`.
    #[oai(default)]
    pub grants: Vec<String>,
    /// The right to sign consents; absent, a new account has it and a changed one keeps what it has.
    pub consent_privilege: Option<PrivilegeIo>,
    /// Whether the account is closed.
    #[oai(default)]
    pub disabled: bool,
}

impl From<StaffIn> for StaffDraft {
    fn from(s: StaffIn) -> StaffDraft {
        StaffDraft {
            username: s.username,
            name: s.name,
            license: s.license,
            title: s.title,
            role: s.role,
            senior: s.senior,
            grants: s.grants,
            consent_privilege: s.consent_privilege.map(|one| Privilege {
                granted: one.granted,
                until: one.until,
            }),
            disabled: s.disabled,
        }
    }
}

/// A new account or a reset one.
#[derive(Object)]
pub struct NewStaffOut {
    /// The account.
    pub staff: StaffOut,
    /// Told once; must be changed at first use.
    pub one_time_password: String,
}

impl From<NewStaff> for NewStaffOut {
    fn from(n: NewStaff) -> NewStaffOut {
        NewStaffOut {
            staff: n.staff.into(),
            one_time_password: n.one_time_password,
        }
    }
}

/// An entry of the journal.
#[derive(Clone, Debug, Object)]
pub struct AuditOut {
    /// Its id.
    pub id: Uuid,
    /// Place in the chain; absent for a moment after the act.
    pub seq: Option<i64>,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub act: String,
    /// Who: kind, id and role.
    pub actor: String,
    /// About what.
    pub subject: String,
    /// The woman it concerns.
    pub patient: Option<Uuid>,
    /// Numbers, states and codes.
    pub detail: Any<Value>,
    /// The request.
    pub request_id: Option<String>,
}

impl From<AuditRow> for AuditOut {
    fn from(r: AuditRow) -> AuditOut {
        AuditOut {
            id: r.id,
            seq: r.seq,
            at: r.at,
            act: r.act,
            actor: r.actor,
            subject: r.subject,
            patient: r.patient_id,
            detail: Any(serde_json::from_str(&r.detail).unwrap_or_default()),
            request_id: r.request_id,
        }
    }
}

/// Something that a clinician has yet to confirm.
#[derive(Object)]
pub struct UnconfirmedOut {
    /// `lesson`, `questionnaire` or `consent`.
    pub kind: String,
    /// Which one.
    pub name: String,
    /// The fact, rule or risk.
    pub place: String,
    /// What it says.
    pub claim: String,
    /// Its source.
    pub source: String,
}

impl From<Unconfirmed> for UnconfirmedOut {
    fn from(u: Unconfirmed) -> UnconfirmedOut {
        UnconfirmedOut {
            kind: u.kind.to_owned(),
            name: u.name,
            place: u.place,
            claim: u.claim,
            source: u.source,
        }
    }
}

/// What content is loaded.
#[derive(Object)]
pub struct ContentOut {
    /// Lessons by slug and version.
    pub lessons: Vec<VersionOut>,
    /// Forms by name and version.
    pub questionnaires: Vec<VersionOut>,
    /// Consent templates by code, language and address.
    pub consents: Vec<VersionOut>,
    /// What awaits a clinician's confirmation, with its source.
    pub unconfirmed: Vec<UnconfirmedOut>,
}

/// One piece of content.
#[derive(Object)]
pub struct VersionOut {
    /// Its name.
    pub name: String,
    /// Its version or address.
    pub version: String,
}

/// Something that happened: what kind, and where to look.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct NewsOut {
    /// Place in the log of the hospital; also the id of the event.
    pub seq: i64,
    /// What it is about; also the type of the event.
    pub kind: NewsKind,
    /// How soon somebody looks.
    pub urgency: Urgency,
    /// The noun of the record: `response`, `review`, `patient`, `alert` or `consent`.
    pub subject: Option<String>,
    /// The record, to be fetched with the rights that the caller has.
    pub id: Option<Uuid>,
    /// The woman's record.
    pub patient: Option<Uuid>,
}

impl From<News> for NewsOut {
    fn from(n: News) -> NewsOut {
        NewsOut {
            seq: n.seq,
            kind: n.kind,
            urgency: n.urgency,
            subject: n.subject,
            id: n.id,
            patient: n.patient,
        }
    }
}
