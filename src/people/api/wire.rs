//! What she and her log-in look like on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use rust_decimal::Decimal;

use crate::base::id::{FacilityId, PatientId};
use crate::base::{Error, Result};
use crate::http::params::masked;
use crate::people::acts::Profile;
use crate::people::model::{AgreementState, EmergencyContact, Facility, IdType, LoggedIn, Patient};

/// A log-in that worked.
#[derive(Object)]
pub struct SessionOut {
    /// Send it as `Authorization: Bearer`.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Whether a hospital knows her; always true for staff.
    pub registered: bool,
}

impl From<LoggedIn> for SessionOut {
    fn from(l: LoggedIn) -> SessionOut {
        SessionOut {
            token: l.token,
            expires_at: l.expires_at,
            registered: l.registered,
        }
    }
}

/// She logs in.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PatientLogInIn {
    /// The code of `wx.login`.
    pub wechat_code: String,
    /// The scene of an invitation.
    pub invite: Option<String>,
}

/// A code of a WeChat button.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct WechatCodeIn {
    /// The code of the phone-number button.
    pub wechat_code: String,
}

/// Whom to call.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ContactIo {
    /// Name.
    pub name: String,
    /// Relation to her.
    pub relation: String,
    /// Phone.
    pub phone: String,
}

/// Her profile.
#[derive(Object)]
pub struct MeOut {
    /// Her record.
    pub id: PatientId,
    /// The hospital.
    pub facility_id: FacilityId,
    /// Record number of the hospital.
    pub record_number: String,
    /// Name.
    pub name: Option<String>,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Kind of identity document.
    pub id_type: Option<IdType>,
    /// Its number, all but four hidden.
    pub id_number: Option<String>,
    /// Phone, all but four hidden.
    pub phone: Option<String>,
    /// Whether WeChat or staff confirmed the phone.
    pub phone_confirmed: bool,
    /// Height, cm.
    pub height_cm: Option<String>,
    /// Language she is most at ease with.
    pub language: String,
    /// Whom to call.
    pub emergency_contact: Option<ContactIo>,
    /// Identity level 0–2.
    pub identity_level: i64,
    /// Whether she was matched with what the hospital wrote before.
    pub matched: bool,
    /// Revision.
    pub version: i64,
}

impl From<Patient> for MeOut {
    fn from(p: Patient) -> MeOut {
        MeOut {
            id: p.id,
            facility_id: p.facility_id,
            record_number: p.record_number,
            name: p.name,
            birth_date: p.birth_date,
            id_type: p.id_type,
            id_number: p.id_number.as_deref().map(masked),
            phone: p.phone.as_deref().map(masked),
            phone_confirmed: p.phone_confirmed,
            height_cm: p.height_cm.map(|cm| cm.to_string()),
            language: p.language,
            emergency_contact: p.emergency_contact.map(|c| ContactIo {
                name: c.name,
                relation: c.relation,
                phone: c.phone,
            }),
            identity_level: p.level,
            matched: p.matched,
            version: p.version,
        }
    }
}

/// An identity document.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct IdDocumentIn {
    /// Kind.
    pub kind: IdType,
    /// Number; a masked one leaves it as it is.
    pub number: String,
}

/// What she writes of herself.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct MeIn {
    /// Name as on the identity document.
    pub name: String,
    /// Birth date.
    pub birth_date: NaiveDate,
    /// Identity document.
    pub id_document: Option<IdDocumentIn>,
    /// Height, cm, as a decimal in a string.
    pub height_cm: Option<String>,
    /// Language she is most at ease with, a language tag.
    pub language: String,
    /// Whom to call.
    pub emergency_contact: Option<ContactIo>,
}

impl TryFrom<MeIn> for Profile {
    type Error = Error;

    fn try_from(me: MeIn) -> Result<Profile> {
        let height = me.height_cm.as_deref().map(str::parse::<Decimal>).transpose();
        Ok(Profile {
            name: me.name,
            birth_date: me.birth_date,
            id_document: me.id_document.map(|d| (d.kind, d.number)),
            height_cm: height.map_err(|_| Error::invalid("/height_cm", "format"))?,
            language: me.language,
            emergency_contact: me.emergency_contact.map(|c| EmergencyContact {
                name: c.name,
                relation: c.relation,
                phone: c.phone,
            }),
        })
    }
}

/// An agreement with her word on it, or with her guardian's on one that a guardian is asked for.
#[derive(Object)]
pub struct AgreementOut {
    /// Kind.
    pub kind: String,
    /// Version of the text in force.
    pub version: String,
    /// Whether anything needs it.
    pub required: bool,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// What the data are for.
    pub purpose: String,
    /// Kinds of data.
    pub data: String,
    /// Who gets them.
    pub recipients: String,
    /// How long they are kept.
    pub period: String,
    /// Why they are needed for that.
    pub necessity: String,
    /// What it means for her to agree or not.
    pub effect: String,
    /// SHA-256 of the text in all languages, lower-case hex.
    pub sha256: String,
    /// The word; absent if none was said of this version.
    pub accepted: Option<bool>,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

impl From<AgreementState> for AgreementOut {
    fn from(a: AgreementState) -> AgreementOut {
        AgreementOut {
            kind: a.kind,
            version: a.version,
            required: a.required,
            title: a.title,
            body: a.body,
            purpose: a.parts.purpose,
            data: a.parts.data,
            recipients: a.parts.recipients,
            period: a.parts.period,
            necessity: a.parts.necessity,
            effect: a.parts.effect,
            sha256: a.sha256,
            accepted: a.accepted,
            at: a.at,
        }
    }
}

/// Her word on an agreement.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AgreeIn {
    /// The version that she read.
    pub version: String,
    /// Given or withdrawn.
    pub accepted: bool,
}

/// Where she can enroll.
#[derive(Object)]
pub struct FacilityBriefOut {
    /// Its id.
    pub id: FacilityId,
    /// Its name.
    pub name: String,
    /// The 24-hour telephone.
    pub phone: String,
}

impl From<Facility> for FacilityBriefOut {
    fn from(f: Facility) -> FacilityBriefOut {
        FacilityBriefOut {
            id: f.id,
            name: f.name,
            phone: f.phone,
        }
    }
}
