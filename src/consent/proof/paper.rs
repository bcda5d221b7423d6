//! The evidence of an original on paper (T17), and the data of the document that shows its pictures.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{NAMES, stamp};
use crate::base::id::{SessionId, StaffId};
use crate::consent::model::Consent;
use crate::consent::store::PaperBody;
use crate::people::model::{Patient, Staff};

/// Everything that the evidence rests on.
pub struct Filed<'a> {
    /// The instance as it comes into force.
    pub consent: &'a Consent,
    /// Her record.
    pub patient: &'a Patient,
    /// The anesthesiologist who files it.
    pub doctor: &'a Staff,
    /// The midwife who stands for the copy too.
    pub second: StaffId,
    /// What both say.
    pub body: &'a PaperBody,
    /// SHA-256 of each page, lower-case hex.
    pub pages: Vec<&'a str>,
    /// What a child's guardian said on the use of her data; none of an adult.
    pub data_consents: Option<Vec<Value>>,
    /// The session that it was filed in.
    pub session: SessionId,
    /// Whether that session had a second factor.
    pub second_factor: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// All bodies, in order; what stands on the paper alone is absent here.
pub fn sections(filed: &Filed<'_>) -> Vec<(&'static str, Value)> {
    NAMES.into_iter().map(|name| (name, body(name, filed))).collect()
}

fn body(name: &str, filed: &Filed<'_>) -> Value {
    let consent = filed.consent;
    match name {
        "header" => json!({
            "consent_id": consent.id.to_string(),
            "institution_id": consent.facility_id.to_string(),
            "template_id": consent.template_id,
            "basis": consent.basis,
            "signing": filed.body.signing,
            "capacity": filed.body.capacity,
            "medium": consent.medium,
            "locale": consent.locale.tag(),
            "procedure_class": consent.procedure_class,
            "technique_class": consent.technique_class,
            "created_at": stamp(consent.created_at),
        }),
        "subject" => json!({
            "name": filed.patient.name,
            "birth_date": filed.patient.birth_date.map(|date| date.to_string()),
            "record_number": filed.patient.record_number,
            "episode_id": consent.episode_id.to_string(),
        }),
        "assessment" => {
            super::sections::assessed(&filed.body.assessment, filed.body.assessment_waived.as_deref())
        }
        "presented" => json!({
            "pages": filed.pages,
            "original_place": filed.body.original_place,
            "reason": filed.body.reason,
            "risks": filed.body.confirmed,
            "removed": filed.body.removed,
        }),
        "others" => json!({ "copy_equals_original": filed.second.to_string(), "role": "midwife" }),
        "countersignature" => json!({
            "staff": filed.doctor.id.to_string(),
            "name": filed.doctor.name,
            "license": filed.doctor.license,
            "statements": ["copy_equals_original"],
            "session": filed.session.to_string(),
            "second_factor": filed.second_factor,
            "at": stamp(filed.at),
        }),
        "data_consents" if filed.data_consents.is_some() => json!(filed.data_consents),
        "time" => json!({
            "signed_at": stamp(filed.body.signed_at),
            "signed_at_source": "paper",
            "filed_at": stamp(filed.at),
            "source": "server_clock",
            "clock": "unverified",
            "timestamp": "none",
        }),
        _ => json!({ "absent": true, "reason": "on_paper" }),
    }
}

/// `/data.json` of the layout: the pictures in their order.
pub fn data(consent: &Consent, template: &Value, pages: &[&str]) -> Value {
    json!({
        "shown": {
            "consent_id": consent.id.to_string(),
            "locale": consent.locale.tag(),
            "title": template.pointer("/records/paper/title"),
            "labels": template.get("labels"),
        },
        "alt": template.pointer("/records/paper/alt"),
        "pages": pages,
    })
}
