//! Every branch that a template can take, with a made-up woman: what an editor looks at and what is tried before a draft
//! goes on (CE-034). Pure; the press prints what it gives.
//!
//! It uses the same functions as the real thing, so a branch that fails here would have failed at a bedside.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{
    Basis, Capacity, CapacityBasis, Consent, ConsentForm, Decision, Medium, RefusalReason, SigningPlan,
    State, TechniqueClass,
};
use super::present::{self, Hospital, Inputs, OwnRisk, PatientFacts};
use super::proof::decision::{self, Told};
use super::wording::choose;
use crate::base::id::{ConsentId, EpisodeId, FacilityId, PatientId};
use crate::content::consents::Template;
use crate::episode::model::{Color, day};
use crate::evidence::document::shown_time;

/// What the previews of a template are made of.
pub struct Stage<'a> {
    /// The template.
    pub template: &'a Template,
    /// Whose name stands on them.
    pub hospital: Hospital,
    /// The sentence of each rule that can put a risk before her.
    pub rules: Vec<(String, String)>,
    /// The renderer's version.
    pub renderer: &'a str,
    /// The time that stands on them.
    pub at: DateTime<Utc>,
}

/// One way that a document can go.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// `plain`, `risk:R-PLT-2`, `added`, `signer:guardian`, `whole`, `refused`, `withdrawn`.
    pub name: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Form {
        risks: Vec<OwnRisk>,
        signers: Vec<String>,
    },
    Record(&'static str),
}

impl Branch {
    /// The layout that prints it.
    pub fn layout(&self) -> &'static str {
        match self.kind {
            Kind::Form { .. } => "/consent.typ",
            Kind::Record(_) => "/decision.typ",
        }
    }

    /// Whether its layout is tried: the others differ from `whole` in words alone.
    pub fn is_printed(&self) -> bool {
        ["whole", "refused", "withdrawn"].contains(&self.name.as_str())
    }

    /// The words that are not the template's.
    pub fn words(&self) -> Value {
        match &self.kind {
            Kind::Form { risks, .. } => json!(risks),
            Kind::Record(_) => Value::Null,
        }
    }
}

/// Every branch: without a risk of her own, with each that a rule can bring, with one in the doctor's words, with each
/// signer beside her, with some of each at once, refused, withdrawn.
pub fn branches(stage: &Stage<'_>) -> Vec<Branch> {
    let form = |name: String, risks: &[OwnRisk], signers: &[String]| Branch {
        name,
        kind: Kind::Form {
            risks: risks.to_vec(),
            signers: signers.to_vec(),
        },
    };
    let locale = stage.template.locale;
    let risks: Vec<OwnRisk> = stage
        .rules
        .iter()
        .map(|(rule, sentence)| OwnRisk {
            id: rule.clone(),
            text: sentence.clone(),
            because: choose(locale, "示例：她的回答", "Sample: her answer").to_owned(),
            plan: None,
            by: None,
        })
        .collect();
    let added = OwnRisk {
        id: "added-1".to_owned(),
        text: choose(
            locale,
            "示例：医生补充的风险",
            "Sample: a risk that the doctor added",
        )
        .to_owned(),
        because: choose(locale, "医生根据您的情况补充", "Your doctor's own judgment").to_owned(),
        plan: Some(choose(locale, "示例：安排", "Sample: the plan").to_owned()),
        by: Some(choose(locale, "示例医生", "Sample Doctor").to_owned()),
    };
    let signers = signers(&stage.template.document);
    let mut all = vec![form("plain".to_owned(), &[], &[])];
    for risk in &risks {
        all.push(form(format!("risk:{}", risk.id), std::slice::from_ref(risk), &[]));
    }
    all.push(form("added".to_owned(), std::slice::from_ref(&added), &[]));
    for signer in &signers {
        all.push(form(
            format!("signer:{signer}"),
            &[],
            std::slice::from_ref(signer),
        ));
    }
    let every: Vec<OwnRisk> = risks.into_iter().take(2).chain([added]).collect();
    all.push(form("whole".to_owned(), &every, &signers));
    all.extend(["refused", "withdrawn"].map(|kind| Branch {
        name: kind.to_owned(),
        kind: Kind::Record(kind),
    }));
    all
}

/// The signers that stand beside the two who always sign.
fn signers(template: &Value) -> Vec<String> {
    let blocks = template.get("signatures").and_then(Value::as_array);
    blocks
        .into_iter()
        .flatten()
        .filter_map(|block| block.get("role")?.as_str())
        .filter(|role| !["patient", "anesthesiologist"].contains(role))
        .map(str::to_owned)
        .collect()
}

/// `/data.json` of the branch's layout; none when the template has no words for it.
pub fn data(stage: &Stage<'_>, branch: &Branch) -> Option<Value> {
    match &branch.kind {
        Kind::Form { risks, signers } => Some(json!({
            "presented": present::present(&stage.template.document, &inputs(stage, risks), stage.at),
            "signed": signed(stage, signers),
            "evidence": evidence(stage),
        })),
        Kind::Record(kind) => record(stage, kind),
    }
}

fn name(stage: &Stage<'_>) -> String {
    choose(stage.template.locale, "样本", "Sample").to_owned()
}

fn inputs(stage: &Stage<'_>, risks: &[OwnRisk]) -> Inputs {
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
        presenter: present::PRESENTER,
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
        form: ConsentForm::Full,
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

fn signed(stage: &Stage<'_>, signers: &[String]) -> Value {
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

fn evidence(stage: &Stage<'_>) -> Value {
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

fn record(stage: &Stage<'_>, kind: &str) -> Option<Value> {
    let consent = Consent {
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
        heard: Some((doctor.clone(), doctor)),
        document: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Locale, canonical};
    use crate::content::consents::texts;
    use crate::content::{Content, Origin};

    #[test]
    fn every_branch_of_the_releases_templates_can_be_shown() {
        let content = Content::open(Origin::BuiltIn).unwrap_or_else(|faults| panic!("{faults:?}"));
        for template in content.consents.all() {
            let stage = Stage {
                template,
                hospital: Hospital {
                    name: "仁爱妇产医院".into(),
                    phone: "010-12345678".into(),
                },
                rules: vec![
                    ("R-PLT-2".into(), "Low platelets.".into()),
                    ("R-BMI-1".into(), "Weight.".into()),
                ],
                renderer: "typst",
                at: "2026-03-02T01:00:00Z".parse().unwrap(),
            };
            let all = branches(&stage);
            let names: Vec<&str> = all.iter().map(|branch| branch.name.as_str()).collect();
            assert_eq!(
                names,
                [
                    "plain",
                    "risk:R-PLT-2",
                    "risk:R-BMI-1",
                    "added",
                    "signer:guardian",
                    "signer:agent",
                    "signer:relative",
                    "signer:witness",
                    "signer:interpreter",
                    "whole",
                    "refused",
                    "withdrawn",
                ]
            );
            for branch in &all {
                let data = data(&stage, branch).unwrap();
                canonical::canonical(&data).unwrap();
                let shown: Vec<String> = texts(&data).into_values().collect();
                let says = |word: &str| shown.iter().any(|text| text.contains(word));
                assert_eq!(
                    says("Low platelets."),
                    ["risk:R-PLT-2", "whole"].contains(&branch.name.as_str())
                );
                let needle = choose(template.locale, "怕打针", "needle");
                assert!(says(needle), "{} {:?}", branch.name, template.locale);
            }
        }
        assert_eq!(content.consents.all().len(), Locale::ALL.len());
    }

    #[test]
    fn the_reasons_of_a_template_are_those_that_she_can_give() {
        assert_eq!(
            RefusalReason::ALL
                .iter()
                .map(|one| one.word())
                .collect::<Vec<_>>(),
            crate::content::consents::REASONS
        );
    }
}
