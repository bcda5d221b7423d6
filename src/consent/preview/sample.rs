//! The made-up woman of the previews: what she is shown, who signed, and the records beside it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Stage;
use crate::base::id::{ConsentId, EpisodeId, FacilityId, PatientId, StaffId};
use crate::consent::model::{
    Basis, Capacity, CapacityBasis, Consent, ConsentForm, Decision, Explanation, ExplanationBody, Medium,
    RefusalReason, SigningPlan, State, TechniqueClass,
};
use crate::consent::present::{Inputs, OwnRisk, PRESENTER, PatientFacts};
use crate::consent::proof::bedside::{self, Seen};
use crate::consent::proof::decision::{self, Told};
use crate::consent::proof::paper;
use crate::consent::wording::choose;
use crate::episode::model::{Color, day};
use crate::evidence::document::shown_time;

/// Where the layout finds the page of an original on paper.
pub(super) const PAGE: &str = "/page-01";
/// That page: a white pixel, PNG.
pub(super) const PICTURE: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\xda\x63\xf8\x0f\x00\x01\x01\x01\x00\x1c\xb0\x8c\x99\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

fn name(stage: &Stage<'_>) -> String {
    choose(stage.template.locale, "样本", "Sample").to_owned()
}

/// What the shown document is made of.
pub(super) fn inputs(stage: &Stage<'_>, risks: &[OwnRisk], form: ConsentForm) -> Inputs {
    let days = stage
        .template
        .document
        .get("validity_days")
        .and_then(Value::as_i64);
    Inputs {
        consent_id: ConsentId(Uuid::nil()),
        template_id: stage.template.id.clone(),
        locale: stage.template.locale,
        renderer: stage.renderer.to_owned(),
        presenter: PRESENTER,
        subject: None,
        hospital: stage.hospital.clone(),
        patient: PatientFacts {
            name: name(stage),
            age: Some(29),
            id_document: Some("**************0000".to_owned()),
            record_number: "0000000000".to_owned(),
            phone: Some("*******0000".to_owned()),
            gestation: (38, 2),
            gravidity: 1,
            parity: 0,
            fetuses: 1,
            edd: day(stage.at),
            height_cm: Some("162".to_owned()),
            weight_kg: Some("58".to_owned()),
            risk_color: Some(Color::Green),
        },
        technique: Some(choose(stage.template.locale, "硬膜外镇痛", "Epidural analgesia").to_owned()),
        validity_days: days.unwrap_or_default(),
        risks: risks.to_vec(),
        removed: Vec::new(),
        fired: risks.iter().map(|risk| risk.id.clone()).collect(),
        assessment: Value::Null,
        assessment_waived: None,
        signing: SigningPlan::default(),
        form,
        technique_class: TechniqueClass::Catheter,
        capacity: Capacity {
            basis: CapacityBasis::Seen,
            note: None,
            able: true,
        },
    }
}

fn statements(template: &Value, kind: &str) -> Vec<Value> {
    let sections = template.get("sections").and_then(Value::as_array);
    sections
        .into_iter()
        .flatten()
        .filter(|section| section.get("kind").and_then(Value::as_str) == Some(kind))
        .filter_map(|section| section.get("statements")?.as_array())
        .flatten()
        .filter_map(|statement| statement.get("id").cloned())
        .collect()
}

/// Who signed.
pub(super) fn signed(stage: &Stage<'_>, signers: &[String]) -> Value {
    let (template, at) = (&stage.template.document, shown_time(stage.at));
    let locale = stage.template.locale;
    let mut signatures = vec![json!({ "role": "patient", "name": name(stage), "at": at })];
    signatures.extend(signers.iter().map(|role| {
        json!({
            "role": role,
            "name": choose(locale, "示例姓名", "Sample Name"),
            "relation": choose(locale, "示例关系", "sample relation"),
            "document_ref": choose(locale, "示例文件", "sample document"),
            "at": at,
        })
    }));
    signatures.push(json!({
        "role": "anesthesiologist",
        "name": choose(locale, "示例医生", "Sample Doctor"),
        "license": "000000000000000",
        "at": at,
        "statements": statements(template, "clinician_signature"),
    }));
    json!({
        "decision": "agree",
        "decided_at": at,
        "statements": statements(template, "statements"),
        "costs": [],
        "questions": [],
        "signatures": signatures,
    })
}

/// What the evidence page says.
pub(super) fn evidence(stage: &Stage<'_>) -> Value {
    json!({
        "presented_sha256": "",
        "root": "",
        "renderer": stage.renderer,
        "verification_code": "",
        "identity": [{ "method": "in_person", "level": 2, "at": shown_time(stage.at) }],
        "reading": { "read": 0, "total": 0, "seconds": 0 },
        "comprehension": { "asked": 0, "correct": 0, "critical": 0, "critical_correct": 0, "rounds": 0 },
        "clock": "unverified",
        "timestamp": "none",
        "level": "e1",
        "second_factor": false,
        "seal": "none",
        "authority": "test",
    })
}

fn consent(stage: &Stage<'_>) -> Consent {
    Consent {
        receipt: None,
        id: ConsentId(Uuid::nil()),
        facility_id: FacilityId(Uuid::nil()),
        patient_id: PatientId(Uuid::nil()),
        episode_id: EpisodeId(Uuid::nil()),
        procedure_class: String::new(),
        template_id: stage.template.id.clone(),
        locale: stage.template.locale,
        basis: Basis::Patient,
        form: ConsentForm::Full,
        medium: Medium::Electronic,
        technique_class: TechniqueClass::Catheter,
        started_at: None,
        state: State::Issued,
        revision: 1,
        requested: false,
        presented_sha256: None,
        issued_at: None,
        sign_deadline: None,
        understood_at: None,
        failed_rounds: 0,
        signed_at: None,
        countersign_due_at: None,
        activated_at: None,
        valid_until: None,
        ended_at: None,
        created_at: stage.at,
    }
}

/// The data of the record of a refusal or a withdrawal.
pub(super) fn record(stage: &Stage<'_>, kind: &str) -> Option<Value> {
    let consent = consent(stage);
    let body = ExplanationBody {
        held_at: stage.at,
        said: choose(stage.template.locale, "示例：讲解的内容", "Sample: what was said").to_owned(),
        told: vec![choose(stage.template.locale, "示例：助产士", "Sample: the midwife").to_owned()],
        ask_again_at: Some(stage.at),
    };
    let explanation = Explanation {
        by: StaffId(Uuid::nil()),
        body,
        at: stage.at,
    };
    let decision = Decision {
        consent: consent.id,
        kind: kind.to_owned(),
        ask_again: true,
        explained: "explained".to_owned(),
        body: json!({ "reasons": RefusalReason::ALL, "offered_sha256": "0".repeat(64) }),
        at: stage.at,
    };
    let doctor = choose(stage.template.locale, "示例医生", "Sample Doctor").to_owned();
    decision::data(&Told {
        consent: &consent,
        template: &stage.template.document,
        hospital: &stage.hospital.name,
        name: &name(stage),
        record_number: "0000000000",
        decision: &decision,
        printable: true,
        heard: Some((doctor.clone(), doctor.clone())),
        explanation: (kind == "refused").then_some((doctor, &explanation)),
        document: None,
        test: false,
    })
}

/// The data of the record of a confirmation at the bedside.
pub(super) fn bedside(stage: &Stage<'_>, able: bool) -> Option<Value> {
    let locale = stage.template.locale;
    let named = choose(locale, "示例姓名", "Sample Name");
    let body = json!({
        "identifiers": ["name", "birth_date", "id_document", "record_number", "wristband", "phone"],
        "able": able,
        "yes": able.then(|| json!({ "how": "tap" })),
        "proxy": (!able).then(|| json!({ "name": named, "still_agrees": true })),
        "still_agrees": able,
        "questions_answered": true,
        "changed": choose(locale, "示例：有变化", "Sample: a change"),
        "risks_confirmed": [{
            "rule": "R-INF-1",
            "text": choose(locale, "示例：临产后新出现的风险", "Sample: a risk that labor brought"),
            "because": choose(locale, "示例：她的回答", "Sample: her answer"),
        }],
        "capacity": { "pain_score": 7, "opioid_4h": able },
    });
    let consent = consent(stage);
    bedside::data(&Seen {
        consent: &consent,
        template: &stage.template.document,
        hospital: &stage.hospital.name,
        name: &name(stage),
        record_number: "0000000000",
        by: choose(locale, "示例医生", "Sample Doctor").to_owned(),
        body: &body,
        at: stage.at,
        printable: true,
        document: None,
        test: false,
    })
}

/// The data of the pages of an original on paper.
pub(super) fn paper(stage: &Stage<'_>) -> Value {
    paper::data(&consent(stage), &stage.template.document, &[PAGE])
}
