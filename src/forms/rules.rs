//! Decisions about forms, pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::model::{Assignment, AssignmentState, Response, ResponseStatus};
use crate::base::Code;
use crate::content::forms::{ASSESSMENT, RECHECK, STAFF};
use crate::questionnaire::{Form, Phase, Who};

/// Where an assignment stands.
pub fn state(assignment: &Assignment, now: DateTime<Utc>) -> AssignmentState {
    match assignment.response {
        Some((_, ResponseStatus::Completed | ResponseStatus::Amended)) => AssignmentState::Done,
        _ if assignment.closes_at.is_some_and(|at| at <= now) => AssignmentState::Closed,
        Some((_, ResponseStatus::InProgress)) => AssignmentState::Started,
        None if now < assignment.opens_at => AssignmentState::Upcoming,
        None => AssignmentState::Open,
    }
}

/// The assignment that she may answer now: the first open one of those given.
///
/// Refuses: `forms.already_completed` when the only ones are answered, `forms.window_closed` otherwise.
pub fn answerable<'a>(
    assignments: impl IntoIterator<Item = &'a Assignment>,
    now: DateTime<Utc>,
) -> Result<&'a Assignment, Code> {
    let mut refusal = Code::FormsWindowClosed;
    for assignment in assignments {
        match state(assignment, now) {
            AssignmentState::Open | AssignmentState::Started => return Ok(assignment),
            AssignmentState::Done => refusal = Code::FormsAlreadyCompleted,
            AssignmentState::Upcoming | AssignmentState::Closed => {}
        }
    }
    Err(refusal)
}

/// Whether she may replace submitted answers: once each, as long as she could still answer the form. `asked` are the
/// assignments of her pregnancy; answers that staff filed without one go by those of the same form.
///
/// Refuses: `forms.not_completed`, `forms.already_amended`, `forms.window_closed`.
pub fn may_amend(before: &Response, asked: &[Assignment], now: DateTime<Utc>) -> Result<(), Code> {
    match before.status {
        ResponseStatus::InProgress => return Err(Code::FormsNotCompleted),
        ResponseStatus::Amended => return Err(Code::FormsAlreadyAmended),
        ResponseStatus::Completed => {}
    }
    let mut windows = asked
        .iter()
        .filter(|one| match before.assignment_id {
            Some(id) => one.id == id,
            None => one.name == before.name,
        })
        .map(|one| one.closes_at.is_none_or(|at| now < at))
        .peekable();
    if windows.peek().is_none() || windows.any(|open| open) {
        Ok(())
    } else {
        Err(Code::FormsWindowClosed)
    }
}

/// The questions that two documents of the same form answer differently, in the order of their linkIds.
pub fn changed(before: &Value, after: &Value) -> Vec<String> {
    let (mut old, mut new) = (Given::new(), Given::new());
    given(before, "", &mut old);
    given(after, "", &mut new);
    let all: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    all.into_iter()
        .filter(|link_id| old.get(link_id) != new.get(link_id))
        .map(str::to_owned)
        .collect()
}

/// Answers by question, each with its place: a repeated group has the same question in several.
type Given<'a> = BTreeMap<&'a str, Vec<(String, &'a Value)>>;

fn given<'a>(node: &'a Value, place: &str, found: &mut Given<'a>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for item in node.get("item").and_then(Value::as_array).into_iter().flatten() {
        let Some(link_id) = item.get("linkId").and_then(Value::as_str) else {
            continue;
        };
        let nth = seen.entry(link_id).or_default();
        let here = format!("{place}/{nth}");
        *nth += 1;
        let answers = item.get("answer").and_then(Value::as_array);
        for answer in answers.into_iter().flatten() {
            let members = answer.as_object().into_iter().flatten();
            let values = members.filter(|(member, _)| member.starts_with("value"));
            for (_, value) in values {
                found.entry(link_id).or_default().push((here.clone(), value));
            }
            given(answer, &here, found);
        }
        given(item, &here, found);
    }
}

/// The phase in which a form is asked; forms other than the assessment have none.
pub fn phase(name: &str) -> Option<Phase> {
    match name {
        ASSESSMENT => Some(Phase::Antenatal),
        RECHECK => Some(Phase::Recheck),
        _ => None,
    }
}

/// Whether staff enter items beside this form.
pub fn takes_staff_items(name: &str) -> bool {
    phase(name).is_some()
}

/// Whether a form may be begun by its name: the staff part stands beside another form's answers.
pub fn stands_alone(name: &str) -> bool {
    name != STAFF
}

/// Whether a form asks about a woman; the hospital's self-check doesn't.
pub fn is_about_her(form: &Form) -> bool {
    let subjects = form.definition().other.get("subjectType");
    subjects.is_some_and(|kinds| *kinds == json!(["Patient"]))
}

/// Whether staff alone answer a form: no question of it is hers, so she is neither asked it nor shown it.
pub fn is_for_staff(form: &Form) -> bool {
    form.questions()
        .all(|link_id| form.who(link_id) == Some(Who::Staff))
}

/// What the hospital knows of her already.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Name as on the identity document.
    pub name: Option<String>,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Mobile phone.
    pub phone: Option<String>,
    /// Height, cm.
    pub height_cm: Option<Decimal>,
    /// Estimated due date.
    pub edd: Option<NaiveDate>,
    /// Pregnancies, this one included.
    pub gravidity: Option<i64>,
    /// Births from 28 weeks.
    pub parity: Option<i64>,
    /// Babies in this pregnancy.
    pub fetuses: Option<i64>,
    /// Weight before pregnancy, kg.
    pub pre_pregnancy_weight_kg: Option<Decimal>,
}

/// A new draft with what is known filled in, where the form asks for it; she looks it over before she submits.
pub fn prefilled(form: &Form, known: &Known, earlier: Map<String, Value>) -> Value {
    let number = |value: Option<Decimal>| {
        value
            .and_then(|d| d.to_string().parse::<f64>().ok())
            .map(Value::from)
    };
    let facts: [(&str, Option<Value>); 9] = [
        ("id.name", known.name.clone().map(Value::from)),
        ("id.birth_date", known.birth_date.map(|day| json!(day))),
        ("id.phone", known.phone.clone().map(Value::from)),
        ("preg.height_cm", number(known.height_cm)),
        ("preg.edd", known.edd.map(|day| json!(day))),
        ("preg.gravida", known.gravidity.map(Value::from)),
        ("preg.para", known.parity.map(Value::from)),
        ("preg.fetus_count", known.fetuses.map(Value::from)),
        ("preg.prepreg_weight_kg", number(known.pre_pregnancy_weight_kg)),
    ];
    let mut flat = earlier;
    for (link_id, value) in facts {
        if let Some(value) = value {
            flat.entry(link_id).or_insert(value);
        }
    }
    flat.retain(|link_id, _| form.has_item(link_id));
    if flat.is_empty() {
        form.draft()
    } else {
        form.response_from_flat(&flat)
    }
}

/// The values of a response by linkId, as they stand in it; of the questions that `wanted` names.
pub fn values(response: &Value, wanted: &dyn Fn(&str) -> bool) -> Map<String, Value> {
    let mut flat = Map::new();
    collect(response, wanted, &mut flat);
    flat
}

fn collect(node: &Value, wanted: &dyn Fn(&str) -> bool, flat: &mut Map<String, Value>) {
    let items = node.get("item").and_then(Value::as_array);
    for item in items.into_iter().flatten() {
        if let (Some(link_id), Some(answers)) = (
            item.get("linkId").and_then(Value::as_str).filter(|id| wanted(id)),
            item.get("answer").and_then(Value::as_array),
        ) {
            let values: Vec<Value> = answers
                .iter()
                .filter_map(Value::as_object)
                .filter_map(|answer| answer.iter().find(|(member, _)| member.starts_with("value")))
                .map(|(_, value)| value.clone())
                .collect();
            flat.insert(link_id.to_owned(), Value::Array(values));
        }
        collect(item, wanted, flat);
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::base::id::{AssignmentId, EpisodeId, FacilityId, PatientId, ResponseId};
    use crate::content::{Content, Origin};
    use uuid::Uuid;

    fn assignment(opens: i64, closes: Option<i64>) -> Assignment {
        let at = |day| DateTime::UNIX_EPOCH + Duration::days(day);
        Assignment {
            id: AssignmentId(Uuid::nil()),
            facility_id: FacilityId(Uuid::nil()),
            patient_id: PatientId(Uuid::nil()),
            episode_id: EpisodeId(Uuid::nil()),
            name: ASSESSMENT.to_owned(),
            reference: String::new(),
            opens_at: at(opens),
            due_at: None,
            closes_at: closes.map(at),
            after_loss: false,
            response: None,
        }
    }

    #[test]
    fn an_assignment_opens_and_closes() {
        let now = DateTime::UNIX_EPOCH + Duration::days(5);
        assert_eq!(state(&assignment(6, None), now), AssignmentState::Upcoming);
        assert_eq!(state(&assignment(5, None), now), AssignmentState::Open);
        assert_eq!(state(&assignment(1, Some(5)), now), AssignmentState::Closed);
    }

    #[test]
    fn the_first_open_assignment_is_answered() {
        let now = DateTime::UNIX_EPOCH + Duration::days(5);
        let done = Assignment {
            response: Some((ResponseId(Uuid::nil()), ResponseStatus::Completed)),
            ..assignment(1, None)
        };
        assert_eq!(answerable([&done], now).unwrap_err(), Code::FormsAlreadyCompleted);
        assert_eq!(
            answerable([&assignment(9, None)], now).unwrap_err(),
            Code::FormsWindowClosed
        );
        assert!(answerable([&done, &assignment(2, None)], now).is_ok());
    }

    fn answered(status: ResponseStatus, assignment_id: Option<AssignmentId>) -> Response {
        Response {
            id: ResponseId(Uuid::nil()),
            facility_id: FacilityId(Uuid::nil()),
            patient_id: PatientId(Uuid::nil()),
            episode_id: EpisodeId(Uuid::nil()),
            assignment_id,
            questionnaire: String::new(),
            name: ASSESSMENT.to_owned(),
            after_loss: false,
            status,
            content: json!({}),
            staff_items: None,
            authored_at: DateTime::UNIX_EPOCH,
            completed_at: None,
            entered_by: None,
            amending: Default::default(),
            version: 1,
        }
    }

    #[test]
    fn submitted_answers_are_amended_once_and_within_their_window() {
        let now = DateTime::UNIX_EPOCH + Duration::days(5);
        let own = Some(AssignmentId(Uuid::nil()));
        let (open, over) = (assignment(1, None), assignment(1, Some(5)));
        let may = |status, own, asked: &[Assignment]| may_amend(&answered(status, own), asked, now);
        let completed = ResponseStatus::Completed;
        assert_eq!(may(completed, own, std::slice::from_ref(&open)), Ok(()));
        assert_eq!(
            may(completed, own, std::slice::from_ref(&over)),
            Err(Code::FormsWindowClosed)
        );
        assert_eq!(
            may(completed, None, std::slice::from_ref(&over)),
            Err(Code::FormsWindowClosed)
        );
        assert_eq!(may(completed, None, &[over, open.clone()]), Ok(()));
        assert_eq!(may(completed, None, &[]), Ok(()), "nobody asked for it");
        assert_eq!(
            may(ResponseStatus::InProgress, own, std::slice::from_ref(&open)),
            Err(Code::FormsNotCompleted)
        );
        assert_eq!(
            may(ResponseStatus::Amended, own, &[open]),
            Err(Code::FormsAlreadyAmended)
        );
    }

    #[test]
    fn a_change_names_the_questions_also_within_groups_and_under_answers() {
        let number =
            |link_id: &str, value: i64| json!({ "linkId": link_id, "answer": [{ "valueInteger": value }] });
        let group = |items: Vec<Value>| json!({ "linkId": "g", "item": items });
        let under =
            |inner: Value| json!({ "linkId": "q", "answer": [{ "valueBoolean": true, "item": [inner] }] });
        let before = json!({ "item": [
            number("a", 1), group(vec![number("b", 2)]), group(vec![]), under(number("c", 3)), number("d", 4),
        ] });
        let after = json!({ "item": [
            number("a", 1), group(vec![]), group(vec![number("b", 2)]), under(number("c", 5)), number("e", 6),
        ] });
        assert_eq!(changed(&before, &after), ["b", "c", "d", "e"]);
        assert!(changed(&before, &before).is_empty());
        assert!(changed(&json!({}), &json!({ "item": [] })).is_empty());
    }

    #[test]
    fn the_questionnaires_of_staff_are_theirs_alone() {
        let content = Content::load(Origin::BuiltIn).unwrap();
        let theirs: Vec<&str> = content
            .forms
            .all()
            .filter(|entry| is_for_staff(&entry.form))
            .map(|entry| entry.name.as_str())
            .collect();
        assert_eq!(theirs, ["facility-readiness", STAFF, "pregnancy-risk-screening"]);
    }

    #[test]
    fn only_the_self_check_of_the_hospital_is_not_about_her() {
        let content = Content::load(Origin::BuiltIn).unwrap();
        let others = content
            .forms
            .all()
            .filter(|entry| !is_about_her(&entry.form))
            .map(|entry| entry.name.as_str());
        assert_eq!(others.collect::<Vec<_>>(), ["facility-readiness"]);
    }

    #[test]
    fn a_draft_says_what_is_known_and_nothing_that_the_form_does_not_ask() {
        let content = Content::load(Origin::BuiltIn).unwrap();
        let known = Known {
            name: Some("测试甲".to_owned()),
            gravidity: Some(2),
            height_cm: Some(Decimal::from(162)),
            ..Known::default()
        };
        let form = &content.forms.current(ASSESSMENT).unwrap().form;
        let draft = prefilled(form, &known, Map::new());
        let flat = values(&draft, &|_| true);
        assert_eq!(flat["id.name"], json!(["测试甲"]));
        assert_eq!(flat["preg.gravida"], json!([2]));
        assert!(!flat.contains_key("preg.para"));
        let recheck = &content.forms.current(RECHECK).unwrap().form;
        assert!(values(&prefilled(recheck, &known, Map::new()), &|_| true).is_empty());
    }
}
