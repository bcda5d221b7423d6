//! The rows behind a suggested color.

use crate::episode::model::Grounds;
use crate::questionnaire::{Assessment, Finding, Outcome};

/// The rows of the table that fired, by what they mean, and those that hang on open questions.
///
/// Source: five-color pregnancy risk grading, 2017 No. 35.
pub fn grounds(result: &Assessment) -> Grounds {
    let rows = |wanted: &dyn Fn(&Finding) -> bool| -> Vec<String> {
        let fired = result.fired().filter(|finding| wanted(finding));
        fired.map(|finding| finding.rule.clone()).collect()
    };
    let flagged = |flag: &'static str| move |finding: &Finding| finding.flag.as_deref() == Some(flag);
    // Green is no row of the table, but the absence of all others.
    let colored = |finding: &Finding| finding.flag.is_none() && finding.level != "green";
    let open = |finding: &&Finding| finding.outcome == Outcome::Indeterminate;
    Grounds {
        items: rows(&|finding| colored(finding) || flagged("purple")(finding)),
        screening: rows(&flagged("screening_positive")),
        review: rows(&flagged("review")),
        not_assessed: result
            .findings
            .iter()
            .filter(open)
            .map(|finding| finding.rule.clone())
            .collect(),
    }
}
