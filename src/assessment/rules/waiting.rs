//! The waiting times of anticoagulants, as they stand at a moment.

use chrono::{DateTime, Utc};

use crate::assessment::model::{Level, Wait, Waits};
use crate::questionnaire::{Assessment, Finding, Form, Outcome, Waiting};

/// What she waits for now. `stored` is what the rules said when her answers came in, `now` what they say of the same
/// answers at this moment: one wait may end and a weaker one begin, and the end of a wait settles no other rule. None when
/// there is nothing to count.
///
/// Source: assessment questionnaire, kind `time-limited`.
pub fn waits(form: &Form, stored: &Assessment, now: &Assessment) -> Option<Waits> {
    let wait = |finding: &Finding| {
        let not_before = parsed(finding.not_before.as_deref()?)?;
        let rule = form.rule(&finding.rule)?.not_before.as_ref()?;
        let hours = i64::from(rule.hours);
        Some(Wait {
            rule: finding.rule.clone(),
            link_id: rule.item.clone(),
            hours,
            last_dose_at: not_before - chrono::Duration::hours(hours),
            not_before,
        })
    };
    let mut all: Vec<Wait> = now.fired().filter_map(wait).collect();
    for over in stored.fired().filter_map(wait) {
        if !all.iter().any(|one| one.link_id == over.link_id) {
            all.push(over);
        }
    }
    all.sort_by(|one, two| (two.not_before, &two.rule).cmp(&(one.not_before, &one.rule)));
    let drug = |finding: &Finding| form.rule(&finding.rule).and_then(|rule| rule.waiting);
    let uncounted: Vec<String> = now
        .findings
        .iter()
        .filter(|finding| match finding.outcome {
            Outcome::Fired => drug(finding) == Some(Waiting::Uncounted),
            // A drug was named, and what is said of it does not tell whether its interval is over.
            Outcome::Indeterminate => drug(finding).is_some(),
            Outcome::Clear => false,
        })
        .map(|finding| finding.rule.clone())
        .collect();
    let unsettled = now.fired().filter(|finding| {
        drug(finding).is_some() && finding.not_before.is_none() && Level::of(&finding.level) >= Level::Consult
    });
    let unsettled = unsettled.map(|finding| finding.rule.clone()).collect();
    (!uncounted.is_empty() || !all.is_empty()).then_some(Waits {
        waits: all,
        uncounted,
        unsettled,
    })
}

fn parsed(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.with_timezone(&Utc))
}
