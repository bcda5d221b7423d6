//! What she is shown: a pure function of the template and the inputs that are stored with it (CE-070).
//!
//! The same inputs give the same bytes, so an earlier consent reads the same for ever (CE-003).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::model::{Capacity, ConsentForm, LeftOut, SigningPlan, TechniqueClass};
use super::wording::{choose, color};
use crate::base::Locale;
use crate::base::canonical::canonical;
use crate::base::id::ConsentId;
use crate::episode::model::Color;
use crate::evidence::document::shown_time;
use crate::people::model::{IdType, Patient};

/// Everything that the document is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// The consent.
    pub consent_id: ConsentId,
    /// The content address of the template.
    pub template_id: String,
    /// The language.
    pub locale: Locale,
    /// The renderer's version.
    pub renderer: String,
    /// The version of [`present`].
    #[serde(default = "first")]
    pub presenter: u32,
    /// The hospital.
    pub hospital: Hospital,
    /// Facts of her record.
    pub patient: PatientFacts,
    /// Who she is for the evidence; what was released before this was kept has none.
    #[serde(default)]
    pub subject: Option<SubjectFacts>,
    /// How much of the wording is shown.
    #[serde(default = "full")]
    pub form: ConsentForm,
    /// The technique that is planned, in words.
    pub technique: Option<String>,
    /// Its class (RC4).
    #[serde(default = "catheter")]
    pub technique_class: TechniqueClass,
    /// Days that it holds from her signature.
    pub validity_days: i64,
    /// Her own risks, in the order shown.
    pub risks: Vec<OwnRisk>,
    /// Risks that had fired and were left out, with the reason.
    pub removed: Vec<LeftOut>,
    /// All rules that had fired.
    pub fired: Vec<String>,
    /// The assessment as evidence: form, versions, digest, answers used, decision; null without one.
    pub assessment: Value,
    /// Why there was no assessment.
    pub assessment_waived: Option<String>,
    /// The statement on her capacity.
    pub capacity: Capacity,
    /// Who signs; what was released before it could be chosen, she signs.
    #[serde(default)]
    pub signing: SigningPlan,
}

/// The version of [`present`] and of what it reads: it rises with every change that gives other bytes for the same
/// inputs, as those of before are kept and compared only with what made them (CE-003).
pub const PRESENTER: u32 = 1;

fn first() -> u32 {
    1
}

fn full() -> ConsentForm {
    ConsentForm::Full
}

fn catheter() -> TechniqueClass {
    TechniqueClass::Catheter
}

/// The hospital as it stands on the document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hospital {
    /// Its name.
    pub name: String,
    /// The 24-hour telephone.
    pub phone: String,
}

/// Facts of her record as they stand on the document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PatientFacts {
    /// Name.
    pub name: String,
    /// Full years.
    pub age: Option<i64>,
    /// The identity document's number, masked.
    pub id_document: Option<String>,
    /// Record number.
    pub record_number: String,
    /// Phone, masked.
    pub phone: Option<String>,
    /// Completed weeks and days of the pregnancy.
    pub gestation: (i64, i64),
    /// Pregnancies, this one included.
    pub gravidity: i64,
    /// Births before.
    pub parity: i64,
    /// Babies.
    pub fetuses: i64,
    /// Due date.
    pub edd: NaiveDate,
    /// Height, cm.
    pub height_cm: Option<String>,
    /// Weight before the pregnancy, kg.
    pub weight_kg: Option<String>,
    /// Color of the pregnancy's risk.
    pub risk_color: Option<Color>,
}

/// Who she is, as the record said it at the release: evidence says what was shown, not what stands there later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubjectFacts {
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// The kind of the identity document.
    pub id_type: Option<IdType>,
    /// Keyed digest of its number, hex.
    pub id_digest: Option<String>,
    /// The last four characters of its number.
    pub id_last_four: Option<String>,
}

impl SubjectFacts {
    /// Of a record; `digest` makes the keyed digest of a number.
    pub fn of(patient: &Patient, digest: impl FnOnce(&str) -> String) -> SubjectFacts {
        let last_four = |number: &str| {
            let letters: Vec<char> = number.chars().collect();
            letters.iter().skip(letters.len().saturating_sub(4)).collect()
        };
        SubjectFacts {
            birth_date: patient.birth_date,
            id_type: patient.id_type,
            id_digest: patient.id_number.as_deref().map(digest),
            id_last_four: patient.id_number.as_deref().map(last_four),
        }
    }
}

/// A risk of her own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnRisk {
    /// The rule; for one in free text `added-1`, ….
    pub id: String,
    /// What it means for her.
    pub text: String,
    /// The answer that caused it.
    pub because: String,
    /// What is planned.
    pub plan: Option<String>,
    /// Who added it in free text.
    pub by: Option<String>,
}

/// The document, CE-141-clean; its JCS bytes are what is sent and hashed.
pub fn present(template: &Value, inputs: &Inputs, issued_at: DateTime<Utc>) -> Value {
    let member = |name: &str| template.get(name).cloned().unwrap_or_default();
    let sections: Vec<Value> = sections(template, inputs.form)
        .map(|section| filled(section, template, inputs))
        .collect();
    let title = match inputs.form {
        ConsentForm::Full => member("title"),
        ConsentForm::Short => template.pointer("/short_form/title").cloned().unwrap_or_default(),
    };
    json!({
        "consent_id": inputs.consent_id.to_string(),
        "template_id": inputs.template_id,
        "code": member("code"),
        "version": member("version"),
        "locale": member("locale"),
        "title": title,
        "form": inputs.form,
        "technique_class": inputs.technique_class,
        "labels": member("labels"),
        "sources": member("sources"),
        "issued_at": shown_time(issued_at),
        "hospital": {
            "name": inputs.hospital.name,
            "department": choose(inputs.locale, "麻醉科", "Anesthesiology"),
        },
        "sections": sections,
    })
}

/// Whether these inputs still make these bytes. Inputs of another version of [`present`] can't be asked: then the digest
/// alone says whether the bytes are those that were shown.
pub fn still_makes(template: &Value, inputs: &Inputs, issued_at: DateTime<Utc>, bytes: &[u8]) -> bool {
    inputs.presenter != PRESENTER
        || canonical(&present(template, inputs, issued_at)).is_ok_and(|again| again == bytes)
}

/// The sections that a form shows, in order; the short form begins with what it leaves to the doctor (CE-203).
pub fn sections(template: &Value, form: ConsentForm) -> impl Iterator<Item = &Value> {
    let short = template.get("short_form").filter(|_| form == ConsentForm::Short);
    let kept = short.and_then(|short| short.get("sections")?.as_array());
    let all = template.get("sections").and_then(Value::as_array);
    let of_form = move |section: &&Value| {
        form == ConsentForm::Full
            || kept.is_some_and(|kept| section.get("id").is_some_and(|id| kept.contains(id)))
    };
    let first = short.and_then(|short| short.get("section"));
    first.into_iter().chain(all.into_iter().flatten().filter(of_form))
}

fn filled(section: &Value, template: &Value, inputs: &Inputs) -> Value {
    let mut section: Map<String, Value> = section.as_object().cloned().unwrap_or_default();
    match section.get("kind").and_then(Value::as_str) {
        Some("facts") => {
            let fields = section.remove("fields").unwrap_or_default();
            let facts: Vec<Value> = fields
                .as_array()
                .into_iter()
                .flatten()
                .map(|field| {
                    let text = |name: &str| {
                        field
                            .get(name)
                            .and_then(Value::as_str)
                            .unwrap_or_default()
                            .to_owned()
                    };
                    let value = fact(&text("key"), template, inputs).unwrap_or_else(|| text("default"));
                    json!({ "label": text("label"), "value": value })
                })
                .collect();
            section.insert("facts".into(), facts.into());
        }
        Some("own_risks") => {
            let risks: Vec<Value> = inputs.risks.iter().map(own_risk).collect();
            section.insert("own_risks".into(), risks.into());
        }
        Some("costs") => {
            section.insert("costs".into(), Value::Array(Vec::new()));
        }
        _ => {}
    }
    Value::Object(section)
}

fn own_risk(risk: &OwnRisk) -> Value {
    let mut shown = json!({ "id": risk.id, "text": risk.text, "because": risk.because });
    if let Some(members) = shown.as_object_mut() {
        for (name, value) in [("plan", &risk.plan), ("by", &risk.by)] {
            if let Some(value) = value {
                members.insert(name.into(), value.clone().into());
            }
        }
    }
    shown
}

/// One fact; none leaves the template's default, and an empty text is printed as not recorded.
fn fact(key: &str, template: &Value, inputs: &Inputs) -> Option<String> {
    let (patient, locale) = (&inputs.patient, inputs.locale);
    let weeks = || {
        let (weeks, days) = patient.gestation;
        match locale {
            Locale::ZhCn => format!("{weeks}周+{days}天"),
            Locale::En => format!("{weeks} weeks + {days} days"),
        }
    };
    let gravida = || format!("G{}P{}", patient.gravidity, patient.parity);
    Some(match key {
        "name" => patient.name.clone(),
        "sex" => choose(locale, "女", "Female").to_owned(),
        "age" => match (patient.age?, locale) {
            (age, Locale::ZhCn) => format!("{age}岁"),
            (age, Locale::En) => format!("{age} years"),
        },
        "id_document" => patient.id_document.clone()?,
        "record_number" => patient.record_number.clone(),
        "phone" => patient.phone.clone()?,
        "gestation" => weeks(),
        "gravida_para" => gravida(),
        "due_date" => patient.edd.to_string(),
        "height_weight" => match (&patient.height_cm, &patient.weight_kg) {
            (Some(height), Some(weight)) => format!("{height} cm / {weight} kg"),
            (Some(height), None) => format!("{height} cm"),
            (None, Some(weight)) => format!("{weight} kg"),
            (None, None) => return None,
        },
        "diagnosis" => {
            let babies = match (patient.fetuses, locale) {
                (1, Locale::ZhCn) => "单胎".to_owned(),
                (1, Locale::En) => "one baby".to_owned(),
                (count, Locale::ZhCn) => format!("{count}胎"),
                (count, Locale::En) => format!("{count} babies"),
            };
            match locale {
                Locale::ZhCn => format!("孕{} {} {babies}", weeks(), gravida()),
                Locale::En => format!("Pregnancy of {}, {}, {babies}", weeks(), gravida()),
            }
        }
        "risk_color" => color(locale, patient.risk_color?).to_owned(),
        "technique" => match (&inputs.technique, inputs.technique_class) {
            (Some(words), _) => words.clone(),
            (None, TechniqueClass::SpinalSingle) => choose(locale, "单次腰麻", "Single spinal").to_owned(),
            (None, TechniqueClass::Catheter | TechniqueClass::Other) => return None,
        },
        "phone_24h" | "night" => inputs.hospital.phone.clone(),
        "template" => {
            let text = |name: &str| template.get(name).and_then(Value::as_str).unwrap_or_default();
            format!("{} {}", text("code"), text("version"))
        }
        "valid_until" => match locale {
            Locale::ZhCn => format!(
                "自您签名之日起 {} 天，每次使用前在床旁再次确认",
                inputs.validity_days
            ),
            Locale::En => {
                format!(
                    "{} days from your signature, confirmed again at the bedside",
                    inputs.validity_days
                )
            }
        },
        _ => return None,
    })
}

/// Every text that is not the template's own, with where it comes from: what CE-152 is checked on.
pub fn variable(inputs: &Inputs) -> Vec<(String, String)> {
    let mut texts = vec![
        ("/patient/name".to_owned(), inputs.patient.name.clone()),
        ("/hospital/name".to_owned(), inputs.hospital.name.clone()),
        (
            "/technique".to_owned(),
            inputs.technique.clone().unwrap_or_default(),
        ),
    ];
    for (at, risk) in inputs.risks.iter().enumerate() {
        let plan = risk.plan.clone().unwrap_or_default();
        let by = risk.by.clone().unwrap_or_default();
        texts.push((
            format!("/risks/{at}"),
            [risk.text.clone(), risk.because.clone(), plan, by].join("\n"),
        ));
    }
    texts
}

#[cfg(test)]
#[path = "present_tests.rs"]
mod tests;
