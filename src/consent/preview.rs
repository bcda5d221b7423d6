//! Every branch that a template can take, with a made-up woman: what an editor looks at and what is tried before a draft
//! goes on (CE-034). Pure; the press prints what it gives.
//!
//! It uses the same functions as the real thing, so a branch that fails here would have failed at a bedside.

mod sample;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::model::ConsentForm;
use super::present::{self, Hospital, OwnRisk};
use super::wording::choose;
use crate::content::consents::{Template, has_short_form};

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
    /// `plain`, `risk:R-PLT-2`, `added`, `signer:guardian`, `whole`, `short`, `refused`, `withdrawn`, `bedside`,
    /// `bedside:proxy`, `paper`.
    pub name: String,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Form {
        risks: Vec<OwnRisk>,
        signers: Vec<String>,
        form: ConsentForm,
    },
    Record(&'static str),
    /// Confirmed at the bedside, by a woman who decides or by whoever signed for her.
    Bedside {
        able: bool,
    },
    Paper,
}

impl Branch {
    /// The layout that prints it.
    pub fn layout(&self) -> &'static str {
        match self.kind {
            Kind::Form { .. } => "/consent.typ",
            Kind::Record(_) | Kind::Bedside { .. } => "/decision.typ",
            Kind::Paper => "/paper.typ",
        }
    }

    /// Whether its layout is tried: the others differ from `whole` in words alone.
    pub fn is_printed(&self) -> bool {
        !matches!(self.kind, Kind::Form { .. }) || ["whole", "short"].contains(&self.name.as_str())
    }

    /// What its layout reads beside the data.
    pub fn files(&self) -> Vec<(&'static str, Vec<u8>)> {
        match self.kind {
            Kind::Paper => vec![(sample::PAGE, sample::PICTURE.to_vec())],
            _ => Vec::new(),
        }
    }

    /// The words that are not the template's.
    pub fn words(&self) -> Value {
        match &self.kind {
            Kind::Form { risks, .. } => json!(risks),
            Kind::Record(_) | Kind::Bedside { .. } | Kind::Paper => Value::Null,
        }
    }
}

/// Every branch: without a risk of her own, with each that a rule can bring, with one in the doctor's words, with each
/// signer beside her, with some of each at once, the short form with the same, refused, withdrawn, confirmed at the
/// bedside by herself and by another, filed on paper.
pub fn branches(stage: &Stage<'_>) -> Vec<Branch> {
    let form = |name: String, risks: &[OwnRisk], signers: &[String]| Branch {
        name,
        kind: Kind::Form {
            risks: risks.to_vec(),
            signers: signers.to_vec(),
            form: ConsentForm::Full,
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
    let others = [
        (
            "short",
            Kind::Form {
                risks: every,
                signers,
                form: ConsentForm::Short,
            },
        ),
        ("refused", Kind::Record("refused")),
        ("withdrawn", Kind::Record("withdrawn")),
        ("bedside", Kind::Bedside { able: true }),
        ("bedside:proxy", Kind::Bedside { able: false }),
        ("paper", Kind::Paper),
    ];
    all.extend(others.map(|(name, kind)| Branch {
        name: name.to_owned(),
        kind,
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

/// `/data.json` of the branch's layout; none when the template has no words for it, or no short form that can be shown.
pub fn data(stage: &Stage<'_>, branch: &Branch) -> Option<Value> {
    match &branch.kind {
        Kind::Form { form, .. }
            if *form == ConsentForm::Short && !has_short_form(&stage.template.document) =>
        {
            None
        }
        Kind::Form { risks, signers, form } => Some(json!({
            "presented": present::present(&stage.template.document, &sample::inputs(stage, risks, *form), stage.at),
            "signed": sample::signed(stage, signers),
            "evidence": sample::evidence(stage),
        })),
        Kind::Record(kind) => sample::record(stage, kind),
        Kind::Bedside { able } => sample::bedside(stage, *able),
        Kind::Paper => Some(sample::paper(stage)),
    }
}

#[cfg(test)]
mod tests;
