//! What a form says of itself: its name, and when it is answered.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};

use serde_json::Value;

use super::definition::{self as read, Questionnaire};
use super::faults::Faults;
use super::value::{Answer, Kind, clinic};

/// The form's own members; returns `url|version`.
pub(super) fn canonical(definition: &Questionnaire, faults: &mut Faults) -> String {
    if definition.resource_type != "Questionnaire" {
        faults.add("unsupportedElement", "/resourceType", "not a Questionnaire");
    }
    for (member, value) in [
        ("url", &definition.url),
        ("version", &definition.version),
        ("title", &definition.title),
    ] {
        if value.is_none() {
            faults.demand(
                "unsupportedElement",
                &format!("/{member}"),
                format!("{member} is missing"),
            );
        }
    }
    if read::english(&definition.other, "_title").is_none() {
        faults.demand("missingTranslation", "/title", "no English title");
    }
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    format!("{}|{}", text(&definition.url), text(&definition.version))
}

/// The other members of a form, of their types: a number for a date would look as if it were one.
pub(super) fn members(definition: &Questionnaire, faults: &mut Faults) {
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    let day = |value: &Value| Answer::parse(Kind::DateTime, "DateTime", value).is_some();
    let list = Value::is_array;
    for (names, fits) in [
        (
            &[
                "id",
                "language",
                "publisher",
                "description",
                "purpose",
                "copyright",
            ][..],
            &text as &dyn Fn(&Value) -> bool,
        ),
        (&["date", "approvalDate", "lastReviewDate"][..], &day),
        (&["experimental"][..], &Value::is_boolean),
        (&["meta", "text", "effectivePeriod"][..], &Value::is_object),
        (
            &[
                "contained",
                "identifier",
                "contact",
                "useContext",
                "jurisdiction",
                "code",
                "subjectType",
            ][..],
            &list,
        ),
    ] {
        for name in names {
            if definition.other.get(*name).is_some_and(|value| !fits(value)) {
                faults.demand("ruleTypeMismatch", &format!("/{name}"), "of another type");
            }
        }
    }
    let description = definition.other.contains_key("description");
    if description && read::english(&definition.other, "_description").is_none() {
        faults.demand("missingTranslation", "/description", "no English description");
    }
}

/// From when to when answers are taken; a date without day or month means all of it.
pub(super) fn period(
    definition: &Questionnaire,
    faults: &mut Faults,
) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let mut end_of = |name: &str| {
        let text = definition.other.get("effectivePeriod")?.get(name)?;
        let moment = Answer::parse(Kind::DateTime, "DateTime", text);
        if moment.is_none() {
            let at = format!("/effectivePeriod/{name}");
            faults.add("ruleTypeMismatch", &at, "no date");
        }
        moment
    };
    let (start, end) = (end_of("start"), end_of("end"));
    let midnight = |day: NaiveDate| {
        let local = clinic()
            .from_local_datetime(&day.and_time(NaiveTime::MIN))
            .single()?;
        Some(local.to_utc())
    };
    let start = match start {
        Some(Answer::Date(date)) => midnight(date.first),
        other => other
            .and_then(|moment| moment.instant())
            .map(|moment| moment.to_utc()),
    };
    let end = match end {
        Some(Answer::Date(date)) => date.last.succ_opt().and_then(midnight),
        other => other
            .and_then(|moment| moment.instant())
            .map(|moment| moment.to_utc()),
    };
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        faults.add("minOverMax", "/effectivePeriod", "it ends before it begins");
    }
    (start, end)
}
