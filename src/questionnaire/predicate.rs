//! Conditions of rules and checks: a typed grammar with three outcomes. It is data, not an expression language.
//!
//! ```json
//! {"all": […]}  {"any": […]}  {"not": …}  {"atLeast": {"n": 2, "of": […]}}
//! {"item": "x", "is": true}   {"item": "x", "is": "code"}   {"item": "x", "in": ["a", "b"]}
//! {"item": "x", "has": "code"}   {"item": "x", "anyOf": ["a", "b"]}
//! {"item": "x", "answered": true}   {"item": "x", "missing": true}   {"score": "s", "missing": true}
//! {"item": "x", ">=": 30}   {"item": "x", ">": {"item": "y", "plus": -1}}   {"score": "s", "<": 90}
//! {"item": "x", "between": [18, 35]}   {"item": "x", "timeOfDay": false}
//! {"hoursSince": "x", "<": 12}   {"daysSince": "x", ">": 28}   {"hoursBetween": ["x", "y"], "<": 4}
//! {"countOf": {"item": "x", "codes": ["a", "b"]}, ">=": 2}
//! {"phase": "recheck"}   {"fact": "delivery_mode", "in": ["cesarean_planned"]}   {"notFired": ["F02"]}
//! ```
//!
//! An enabled question without an answer is *unknown*. A disabled one is not applicable: `missing` is true, everything else
//! false. `between` has both its ends. A month or a year where a day is needed is no answer: `missing` is true, a comparison
//! unknown. A day counts from its first minute; `timeOfDay` tells whether a time was given with it. A fact that the caller
//! does not state is not the case, and a rule that is indeterminate has not fired: both lean to the alarm. Reading stands
//! here, deciding in `decide`.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::faults::Faults;
use super::form::{Comparison, Phase};
use super::parts::strings;
use super::scope::Scope;
use super::value::{Kind, exact};

/// What a caller may state in [`super::Context`], with the words for it. A rule about anything else would never fire.
const FACTS: &[(&str, &[&str])] = &[("delivery_mode", &DELIVERY_MODES)];
const DELIVERY_MODES: [&str; 6] = [
    "spontaneous_vaginal",
    "forceps",
    "vacuum",
    "vaginal_breech",
    "cesarean_intrapartum",
    "cesarean_planned",
];
/// Limits that a hospital sets itself.
pub(super) const SETTINGS: &[&str] = &["aptt_uln"];

#[derive(Debug)]
pub(super) enum Predicate {
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    AtLeast(usize, Vec<Predicate>),
    Answered(usize),
    Missing(usize),
    Boolean(usize, bool),
    Codes(usize, Vec<String>),
    ScoreAnswered(usize),
    ScoreMissing(usize),
    Compare(Measure, Comparison, Operand),
    /// Both ends count.
    Between(Measure, Decimal, Decimal),
    TimeOfDay(usize, bool),
    Phase(Phase),
    Fact(String, Vec<String>),
    NotFired(Vec<usize>),
}

impl Predicate {
    /// Whether it never holds before the re-check.
    pub(super) fn needs_recheck(&self) -> bool {
        match self {
            Predicate::Phase(phase) => *phase == Phase::Recheck,
            Predicate::All(parts) => parts.iter().any(Predicate::needs_recheck),
            Predicate::Any(parts) => !parts.is_empty() && parts.iter().all(Predicate::needs_recheck),
            _ => false,
        }
    }
}

#[derive(Debug)]
pub(super) enum Measure {
    Item(usize),
    Score(usize),
    HoursSince(usize),
    DaysSince(usize),
    HoursBetween(usize, usize),
    CountOf(usize, Vec<String>),
}

#[derive(Debug)]
pub(super) enum Operand {
    Constant(Decimal),
    Item(usize, Decimal),
}

impl Predicate {
    /// Reads one condition; faults name the place inside the rules.
    pub(super) fn compile(
        value: &Value,
        pointer: &str,
        scope: &Scope<'_>,
        faults: &mut Faults,
    ) -> Option<Self> {
        let Some(object) = value.as_object() else {
            faults.add("ruleTypeMismatch", pointer, "a condition is an object");
            return None;
        };
        let before = faults.all.len();
        let found = read(object, pointer, scope, faults);
        if found.is_none() && faults.all.len() == before {
            faults.add("ruleTypeMismatch", pointer, "not a condition of the grammar");
        }
        found
    }
}

fn read(
    object: &Map<String, Value>,
    pointer: &str,
    scope: &Scope<'_>,
    faults: &mut Faults,
) -> Option<Predicate> {
    let mut members = object.iter();
    let (head, value) = members.next()?;
    let second = members.next();
    if members.next().is_some() {
        return None;
    }
    match (head.as_str(), second) {
        ("all", None) => list(value, &format!("{pointer}/all"), scope, faults).map(Predicate::All),
        ("any", None) => list(value, &format!("{pointer}/any"), scope, faults).map(Predicate::Any),
        ("not", None) => {
            let inner = Predicate::compile(value, &format!("{pointer}/not"), scope, faults)?;
            Some(Predicate::Not(Box::new(inner)))
        }
        ("atLeast", None) => {
            let n = usize::try_from(value.get("n")?.as_u64()?).ok()?;
            let of = list(value.get("of")?, &format!("{pointer}/atLeast/of"), scope, faults)?;
            if n == 0 || n > of.len() {
                let reason = format!("{n} of {} always holds or never does", of.len());
                faults.add("ruleTypeMismatch", &format!("{pointer}/atLeast/n"), reason);
                return None;
            }
            Some(Predicate::AtLeast(n, of))
        }
        ("phase", None) => match value.as_str()? {
            "antenatal" => Some(Predicate::Phase(Phase::Antenatal)),
            "recheck" => Some(Predicate::Phase(Phase::Recheck)),
            _ => None,
        },
        ("notFired", None) => {
            let mut earlier = Vec::new();
            for id in strings(value)? {
                let Some(position) = scope.rules.iter().position(|rule| rule == id) else {
                    faults.add("ruleUnknownItem", pointer, format!("no rule {id} above this one"));
                    return None;
                };
                earlier.push(position);
            }
            Some(Predicate::NotFired(earlier))
        }
        ("fact", Some((test, codes))) if test == "in" => {
            let name = value.as_str()?;
            let codes: Vec<String> = strings(codes)?.into_iter().map(str::to_owned).collect();
            let known = FACTS.iter().find(|(known, _)| *known == name);
            let Some((_, stated)) = known else {
                faults.add("ruleUnknownItem", pointer, format!("nobody states a fact {name}"));
                return None;
            };
            if let Some(code) = codes.iter().find(|code| !stated.contains(&code.as_str())) {
                faults.add("ruleUnknownOption", pointer, format!("{name} is never {code}"));
                return None;
            }
            Some(Predicate::Fact(name.to_owned(), codes))
        }
        ("item", Some((test, argument))) => item(value.as_str()?, test, argument, pointer, scope, faults),
        ("score", Some((test, argument))) => {
            let index = scope.score(value.as_str()?, pointer, faults)?;
            match (test.as_str(), argument) {
                ("missing", Value::Bool(true)) => Some(Predicate::ScoreMissing(index)),
                ("answered", Value::Bool(true)) => Some(Predicate::ScoreAnswered(index)),
                _ => compare(Measure::Score(index), test, argument, pointer, scope, faults),
            }
        }
        (_, Some((test, argument))) => {
            let measure = measure(head, value, pointer, scope, faults)?;
            compare(measure, test, argument, pointer, scope, faults)
        }
        _ => None,
    }
}

fn list(value: &Value, pointer: &str, scope: &Scope<'_>, faults: &mut Faults) -> Option<Vec<Predicate>> {
    let conditions = value.as_array()?;
    let read: Vec<Predicate> = conditions
        .iter()
        .enumerate()
        .filter_map(|(position, condition)| {
            Predicate::compile(condition, &format!("{pointer}/{position}"), scope, faults)
        })
        .collect();
    (!conditions.is_empty() && read.len() == conditions.len()).then_some(read)
}

fn item(
    link_id: &str,
    test: &str,
    argument: &Value,
    pointer: &str,
    scope: &Scope<'_>,
    faults: &mut Faults,
) -> Option<Predicate> {
    let index = scope.of_kind(link_id, Kind::is_question, pointer, faults)?;
    match (test, argument) {
        ("answered", Value::Bool(true)) => Some(Predicate::Answered(index)),
        ("missing", Value::Bool(true)) => Some(Predicate::Missing(index)),
        ("timeOfDay", Value::Bool(wanted)) => {
            scope.of_kind(link_id, |kind| kind == Kind::DateTime, pointer, faults)?;
            Some(Predicate::TimeOfDay(index, *wanted))
        }
        ("is", Value::Bool(wanted)) => {
            scope.of_kind(link_id, |kind| kind == Kind::Boolean, pointer, faults)?;
            Some(Predicate::Boolean(index, *wanted))
        }
        ("is" | "has", Value::String(code)) => Some(Predicate::Codes(
            index,
            scope.codes(index, &[code], pointer, faults)?,
        )),
        ("in" | "anyOf", _) => {
            let codes = strings(argument)?;
            Some(Predicate::Codes(
                index,
                scope.codes(index, &codes, pointer, faults)?,
            ))
        }
        _ => {
            scope.number(link_id, pointer, faults)?;
            compare(Measure::Item(index), test, argument, pointer, scope, faults)
        }
    }
}

fn measure(
    head: &str,
    value: &Value,
    pointer: &str,
    scope: &Scope<'_>,
    faults: &mut Faults,
) -> Option<Measure> {
    match head {
        "hoursSince" => Some(Measure::HoursSince(scope.moment(
            value.as_str()?,
            pointer,
            faults,
        )?)),
        "daysSince" => Some(Measure::DaysSince(scope.moment(
            value.as_str()?,
            pointer,
            faults,
        )?)),
        "hoursBetween" => match strings(value)?.as_slice() {
            [from, to] => Some(Measure::HoursBetween(
                scope.moment(from, pointer, faults)?,
                scope.moment(to, pointer, faults)?,
            )),
            _ => None,
        },
        "countOf" => {
            let index = scope.item(value.get("item")?.as_str()?, pointer, faults)?;
            let codes = strings(value.get("codes")?)?;
            Some(Measure::CountOf(
                index,
                scope.codes(index, &codes, pointer, faults)?,
            ))
        }
        _ => None,
    }
}

fn compare(
    measure: Measure,
    sign: &str,
    argument: &Value,
    pointer: &str,
    scope: &Scope<'_>,
    faults: &mut Faults,
) -> Option<Predicate> {
    if sign == "between" {
        let [low, high] = argument.as_array()?.as_slice() else {
            return None;
        };
        let (least, most) = (exact(low)?, exact(high)?);
        if least > most {
            faults.add("minOverMax", pointer, "between a number and a smaller one");
        }
        return (least <= most).then_some(Predicate::Between(measure, least, most));
    }
    let comparison = Comparison::parse(sign)?;
    let operand = match argument {
        Value::Object(other) => Operand::Item(
            scope.number(other.get("item")?.as_str()?, pointer, faults)?,
            other.get("plus").map_or(Some(Decimal::ZERO), exact)?,
        ),
        number => Operand::Constant(exact(number)?),
    };
    Some(Predicate::Compare(measure, comparison, operand))
}
