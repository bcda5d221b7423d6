//! Scores for other software: each as a hidden calculated item of the form that is served, with the expression of
//! `fhirpath`.
//!
//! What a client sends for a calculated item is compared
//! with our own number and never kept: the scores that count are made again from the answers.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::answers::Answers;
use super::decide::Facts;
use super::definition::{Extension, FHIR, Item, Questionnaire};
use super::evaluate::Context;
use super::form::Form;
use super::problems::Problem;
use super::reading::Reading;
use super::reckon::Scores;
use super::score::CompiledScore;
use super::value::exact;

const PREFIX: &str = "score.";
const CALCULATED: &str =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression";
impl Form {
    /// Ids of the scores, each with its FHIRPath expression over the answers to the whole form. A limit that a hospital sets
    /// itself stands there with its default.
    pub fn expressions(&self) -> impl Iterator<Item = (&str, String)> {
        self.rules
            .scores
            .iter()
            .filter_map(|score| Some((score.id.as_str(), self.expression(score)?)))
    }

    /// The form as it is served: with a hidden item for each score that the answers alone decide.
    pub fn served(&self) -> Questionnaire {
        let mut served = self.definition.clone();
        let scores = self.rules.scores.iter().filter(|score| score.fixed);
        served
            .item
            .extend(scores.filter_map(|score| Some(item(score, self.expression(score)?))));
        served
    }

    /// The score that this linkId of the served form stands for.
    pub(super) fn calculated(&self, link_id: &str) -> Option<usize> {
        let id = link_id.strip_prefix(PREFIX)?;
        self.rules
            .scores
            .iter()
            .position(|score| score.id == id && score.fixed)
    }

    /// A remark for each calculated item whose value is not ours.
    pub(super) fn recalculated(
        &self,
        reading: &Reading<'_>,
        answers: &Answers,
        context: &Context,
    ) -> Vec<Problem> {
        if reading.calculated.is_empty() {
            return Vec::new();
        }
        let slices = answers.by_index(self);
        let enabled = self.enabled(&slices);
        let facts = Facts {
            form: self,
            answers: &slices,
            enabled: &enabled,
            context,
            scores: &Scores::default(),
            outcomes: &[],
        };
        let ours = Scores::compute(&self.rules.scores, &facts);
        let sent = reading.calculated.iter();
        sent.filter(|sent| value_of(sent.raw) != ours.value(sent.score))
            .map(|sent| {
                let id = self.rules.scores.get(sent.score).map(|score| score.id.as_str());
                let link_id = format!("{PREFIX}{}", id.unwrap_or_default());
                Problem {
                    pointer: sent.pointer.clone(),
                    code: "calculatedReplaced",
                    link_id: Some(link_id.clone()),
                    path: vec![link_id],
                    params: Map::new(),
                }
            })
            .collect()
    }
}

/// The one number of an item of a response, if it has one.
fn value_of(item: &Map<String, Value>) -> Option<Decimal> {
    let answer = item.get("answer")?.get(0)?;
    exact(
        answer
            .get("valueDecimal")
            .or_else(|| answer.get("valueInteger"))?,
    )
}

fn item(score: &CompiledScore, expression: String) -> Item {
    let (zh, en) = score.method.words();
    let standard = |url: String, member: &str, value: Value| Extension {
        url,
        extension: Vec::new(),
        other: Map::from_iter([(member.to_owned(), value)]),
    };
    let translation = json!({ "extension": [{
        "url": format!("{FHIR}translation"),
        "extension": [{ "url": "lang", "valueCode": "en" }, { "url": "content", "valueString": en }],
    }] });
    Item {
        link_id: format!("{PREFIX}{}", score.id),
        text: Some(zh.to_owned()),
        kind: "decimal".to_owned(),
        extension: vec![
            standard(format!("{FHIR}questionnaire-hidden"), "valueBoolean", json!(true)),
            standard(
                CALCULATED.to_owned(),
                "valueExpression",
                json!({ "language": "text/fhirpath", "expression": expression }),
            ),
        ],
        enable_when: Vec::new(),
        enable_behavior: None,
        required: None,
        repeats: None,
        max_length: None,
        answer_option: Vec::new(),
        other: Map::from_iter([
            ("_text".to_owned(), translation),
            ("readOnly".to_owned(), json!(true)),
        ]),
        item: Vec::new(),
    }
}
