//! A score as a FHIRPath expression that gives the same number in other software.
//!
//! The expressions keep to what independent engines agree on. They do without `round()`, which engines do differently on a
//! tie, and without differences of dates, which the language lacks.

use super::form::{Form, Node};
use super::score::{CompiledScore, Method, Missing, Range};

/// A half, and a little more, so that a tie that binary fractions cannot say is not rounded down. Values of one decimal,
/// which is all that scales and sheets give, never lie closer to a tie than 10⁻⁷.
const HALF_UP: &str = "0.500000001";

impl Form {
    /// The expression of a score of this form.
    pub(super) fn expression(&self, score: &CompiledScore) -> Option<String> {
        let inputs = score.inputs.iter().map(|index| self.nodes.get(*index));
        let nodes: Vec<&Node> = inputs.collect::<Option<_>>()?;
        let input = |position: usize| Some(answer_to(nodes.get(position)?));
        let all = || nodes.iter().map(|node| answer_to(node)).collect::<Vec<String>>();
        Some(match &score.method {
            Method::AgeYears => age(&input(0)?),
            Method::GestationalWeeks => weeks(&input(0)?),
            Method::Bmi { round } => {
                let (weight, height) = (input(0)?, input(1)?);
                rounded(
                    &format!("{weight} * 10000"),
                    &format!("({height} * {height})"),
                    *round,
                )
            }
            Method::Ratio { default, round, .. } => rounded(&input(0)?, &default.to_string(), *round),
            Method::NewestPair { of } => newest(
                &input(*of)?,
                &input(2 + *of)?,
                &[input(2)?, input(3)?],
                &input(4)?,
                &input(5)?,
            ),
            Method::OrdinalSum(missing) => {
                let sum = joined(&ordinals(&nodes, *missing)?, " + ");
                guarded(&all(), *missing, sum, true)
            }
            Method::OrdinalMean(missing, round) => {
                let sum = joined(&ordinals(&nodes, *missing)?, " + ");
                let count = match missing {
                    Missing::Refuse => nodes.len().to_string(),
                    Missing::Skip => {
                        let one = |answer: &String| format!("iif({answer}.exists(), 1, 0)");
                        let ones: Vec<String> = all().iter().map(one).collect();
                        format!("({})", joined(&ones, " + "))
                    }
                };
                guarded(
                    &all(),
                    *missing,
                    rounded(&format!("({sum})"), &count, *round),
                    true,
                )
            }
            Method::Count(missing, codes) => {
                let one = |answer: &String| {
                    let said = if codes.is_empty() {
                        format!("{answer} = true")
                    } else {
                        let each: Vec<String> =
                            codes.iter().map(|code| format!("$this = '{code}'")).collect();
                        format!("{answer}.code.where({}).exists()", joined(&each, " or "))
                    };
                    format!("iif({said}, 1, 0)")
                };
                let ones: Vec<String> = all().iter().map(one).collect();
                guarded(&all(), *missing, joined(&ones, " + "), false)
            }
            Method::WeeksBetween => {
                let to = match input(1) {
                    Some(to) => day(&format!("{to}.toString()")),
                    None => day("today().toString()"),
                };
                let from = day(&format!("{}.toString()", input(0)?));
                format!("(({to} - {from}) / 7).floor()")
            }
            Method::Max(missing) => {
                let greatest = greatest(&all());
                guarded(&all(), *missing, greatest, false)
            }
            Method::Lookup { score: above, table } => {
                let number = match above {
                    Some(above) => self.expression(self.rules.scores.get(*above)?)?,
                    None => input(0)?,
                };
                lookup(&number, table)
            }
        })
    }
}

/// Nothing where the answers are too few. `carried`: the expression is nothing by itself when one is missing.
fn guarded(answers: &[String], missing: Missing, expression: String, carried: bool) -> String {
    let there: Vec<String> = answers
        .iter()
        .map(|answer| format!("{answer}.exists()"))
        .collect();
    let enough = match missing {
        Missing::Refuse if carried => return expression,
        Missing::Refuse => joined(&there, " and "),
        Missing::Skip => joined(&there, " or "),
    };
    format!("iif({enough}, {expression}, {{}})")
}

fn joined(parts: &[String], sign: &str) -> String {
    parts.join(sign)
}

/// The first answer that none exceeds.
fn greatest(answers: &[String]) -> String {
    answers.iter().rev().fold("{}".to_owned(), |rest, own| {
        let over: Vec<String> = answers
            .iter()
            .filter(|other| *other != own)
            .map(|other| format!("({other}.empty() or {own} >= {other})"))
            .collect();
        let tests: Vec<String> = std::iter::once(format!("{own}.exists()")).chain(over).collect();
        format!("iif({}, {own}, {rest})", joined(&tests, " and "))
    })
}

fn lookup(number: &str, table: &[Range]) -> String {
    let chain = table.iter().rev().fold("{}".to_owned(), |rest, range| {
        let from = range.from.map(|from| format!("$this >= {from}"));
        let to = range.to.map(|to| format!("$this < {to}"));
        let tests: Vec<String> = from.into_iter().chain(to).collect();
        let test = if tests.is_empty() {
            "true".to_owned()
        } else {
            joined(&tests, " and ")
        };
        format!("iif({test}, {}, {rest})", range.value)
    });
    format!("({number}).select({chain})")
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
    let day = number_of_day();
    format!(
        "{due}.toString().where(length() = 10).select(((280 + today().toString().select({day}) - ({day})) / 7).floor())"
    )
}

/// The number of a day, from the text of a whole date.
fn number_of_day() -> String {
    // Months since March of the year 0, in which leap days come last.
    let months = "(substring(0, 4).toInteger() * 12 + substring(5, 2).toInteger() - 3)";
    format!(
        "substring(8, 2).toInteger() + (153 * ({months} mod 12) + 2) div 5 + 365 * ({months} div 12) + {months} div 48 - \
         {months} div 1200 + {months} div 4800"
    )
}

fn day(text: &str) -> String {
    format!("{text}.where(length() = 10).select({})", number_of_day())
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

fn ordinals(nodes: &[&Node], missing: Missing) -> Option<Vec<String>> {
    let otherwise = match missing {
        Missing::Refuse => "{}",
        Missing::Skip => "0",
    };
    nodes.iter().map(|node| ordinal(node, otherwise)).collect()
}

/// The ordinal of the chosen option.
fn ordinal(node: &Node, otherwise: &str) -> Option<String> {
    let code = format!("{}.code", answer_to(node));
    node.options
        .iter()
        .rev()
        .try_fold(otherwise.to_owned(), |rest, option| {
            let (chosen, worth) = (option.answer.code()?, option.ordinal?);
            Some(format!("iif({code} = '{chosen}', {worth}, {rest})"))
        })
}
