//! Scores for other software: each as a FHIRPath expression that gives the same number, and as a hidden calculated item of
//! the form that is served.
//!
//! The expressions keep to what independent engines agree on. They do without `round()`, which engines do differently on a
//! tie, and without differences of dates, which the language lacks. What a client sends for a calculated item is compared
//! with our own number and never kept: the scores that count are made again from the answers.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::answers::Answers;
use super::decide::Facts;
use super::definition::{Extension, FHIR, Item, Questionnaire};
use super::evaluate::Context;
use super::form::{Form, Node};
use super::problems::Problem;
use super::reading::Reading;
use super::score::{CompiledScore, Method, Scores};
use super::value::exact;

const PREFIX: &str = "score.";
const CALCULATED: &str =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression";
/// A half, and a little more, so that a tie that binary fractions cannot say is not rounded down. Values of one decimal,
/// which is all that scales and sheets give, never lie closer to a tie than 10⁻⁷.
const HALF_UP: &str = "0.500000001";

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
        let scores = self.rules.scores.iter().filter(|score| score.method.is_fixed());
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
            .position(|score| score.id == id && score.method.is_fixed())
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

    fn expression(&self, score: &CompiledScore) -> Option<String> {
        let node = |position: usize| self.nodes.get(*score.inputs.get(position)?);
        let input = |position: usize| Some(answer_to(node(position)?));
        Some(match &score.method {
            Method::AgeYears => age(&input(0)?),
            Method::GestationalWeeks => weeks(&input(0)?),
            Method::Bmi => {
                let (weight, height) = (input(0)?, input(1)?);
                rounded(&format!("{weight} * 10000"), &format!("({height} * {height})"), 1)
            }
            Method::Ratio { default, round, .. } => rounded(&input(0)?, &default.to_string(), *round),
            Method::NewestPair { of } => newest(
                &input(*of)?,
                &input(2 + *of)?,
                &[input(2)?, input(3)?],
                &input(4)?,
                &input(5)?,
            ),
            Method::OrdinalSum => {
                let all = score.inputs.iter().map(|index| ordinal(self.nodes.get(*index)?));
                all.collect::<Option<Vec<String>>>()?.join(" + ")
            }
        })
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

fn answer_to(node: &Node) -> String {
    let steps: String = node
        .path
        .iter()
        .map(|link_id| format!(".item.where(linkId = '{link_id}')"))
        .collect();
    format!("%resource{steps}.answer.value")
}

/// Completed years. Dates are compared as texts, and only whole ones.
fn age(birth: &str) -> String {
    let today = "today().toString()";
    format!(
        "{birth}.toString().where(length() = 10 and $this <= {today}).select({today}.substring(0, 4).toInteger() - \
         substring(0, 4).toInteger() - iif({today}.substring(5) < substring(5), 1, 0))"
    )
}

/// Completed weeks: 280 days less those that are left.
fn weeks(due: &str) -> String {
    // Months since March of the year 0, in which leap days come last; from them the number of a day.
    let months = "(substring(0, 4).toInteger() * 12 + substring(5, 2).toInteger() - 3)";
    let day = format!(
        "substring(8, 2).toInteger() + (153 * ({months} mod 12) + 2) div 5 + 365 * ({months} div 12) + {months} div 48 - \
         {months} div 1200 + {months} div 4800"
    );
    format!(
        "{due}.toString().where(length() = 10).select(((280 + today().toString().select({day}) - ({day})) / 7).floor())"
    )
}

/// A quotient, half up.
fn rounded(over: &str, under: &str, digits: u32) -> String {
    let tens = 10_u64.pow(digits);
    format!("({over} * {tens} / {under} + {HALF_UP}).floor() / {tens}")
}

/// One half of the newer of two pairs.
fn newest(hers: &str, theirs: &str, staff: &[String; 2], on: &str, at: &str) -> String {
    let [one, two] = staff;
    let is_day = |text: &str, length: &str| format!("{text}.toString().length() {length} 10");
    // The day at the clinic has begun when its first instant there has.
    let not_before = format!(
        "iif({}, {at}.toString() >= {on}.toString(), {at} >= ({on}.toString() + 'T00:00:00+08:00').toDateTime())",
        is_day(at, "=")
    );
    format!(
        "iif({one}.exists() and {two}.exists() and {at}.where($this.toString().length() >= 10).exists() and \
         ({on}.where($this.toString().length() = 10).empty() or {not_before}), {theirs}, {hers})"
    )
}

/// The ordinal of the chosen option; nothing for an answer that is missing, and so no sum.
fn ordinal(node: &Node) -> Option<String> {
    let code = format!("{}.code", answer_to(node));
    node.options
        .iter()
        .rev()
        .try_fold("{}".to_owned(), |rest, option| {
            let (chosen, worth) = (option.answer.code()?, option.ordinal?);
            Some(format!("iif({code} = '{chosen}', {worth}, {rest})"))
        })
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
