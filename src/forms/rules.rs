//! Decisions about forms, pure.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::model::{Assignment, AssignmentState, ResponseStatus};
use crate::base::Code;
use crate::content::forms::{ASSESSMENT, RECHECK, STAFF};
use crate::questionnaire::{Form, Phase, Who};

/// Where an assignment stands.
pub fn state(assignment: &Assignment, now: DateTime<Utc>) -> AssignmentState {
    match assignment.response {
        Some((_, ResponseStatus::Completed)) => AssignmentState::Done,
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
