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
        withdrawn: None,
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
    let content = Content::open(Origin::BuiltIn).unwrap();
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
    let content = Content::open(Origin::BuiltIn).unwrap();
    let others = content
        .forms
        .all()
        .filter(|entry| !is_about_her(&entry.form))
        .map(|entry| entry.name.as_str());
    assert_eq!(others.collect::<Vec<_>>(), ["facility-readiness"]);
}

#[test]
fn a_draft_says_what_is_known_and_nothing_that_the_form_does_not_ask() {
    let content = Content::open(Origin::BuiltIn).unwrap();
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

#[test]
fn files_are_found_wherever_they_are_answered() {
    let id = "01900000-0000-7000-8000-000000000000";
    let file = |url: &str| json!({ "valueAttachment": { "url": url } });
    let content = json!({ "item": [{ "linkId": "g", "item": [{ "linkId": "photo", "answer": [
        file(&format!("attachments/{id}")), file(&format!("https://h/api/staff/v1/attachments/{id}")),
        file(&format!("https://elsewhere/{id}")), { "valueAttachment": { "data": "AAAA" } },
    ] }] }] });
    let found = files(&content);
    let known: Vec<bool> = found.iter().map(|file| file.id.is_some()).collect();
    assert_eq!(known, [true, true, false, false]);
    assert_eq!(found[1].pointer, "/item/0/item/0/answer/1/valueAttachment");
    assert_eq!(found[1].link_id.as_deref(), Some("photo"));
}

#[test]
fn what_a_form_begins_with_stays_beside_what_is_known_of_her() {
    let english = json!({ "extension": [{ "url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [
        { "url": "lang", "valueCode": "en" }, { "url": "content", "valueString": "Text" }] }] });
    let asked = |link_id: &str, initial: i64| json!({ "linkId": link_id, "type": "integer", "text": "问", "_text": english, "initial": [{ "valueInteger": initial }] });
    let form = json!({ "resourceType": "Questionnaire", "url": "u", "version": "1.0.0", "title": "表", "_title": english,
        "status": "active", "item": [asked("a", 1), asked("preg.gravida", 1), asked("b", 1)] });
    let form = crate::questionnaire::compile(&form, None).unwrap();
    let known = Known {
        gravidity: Some(3),
        ..Known::default()
    };
    let earlier = json!({ "b": 7 }).as_object().unwrap().clone();
    let draft = values(&prefilled(&form, &known, earlier), &|_| true);
    assert_eq!(json!(draft), json!({ "a": [1], "preg.gravida": [3], "b": [7] }));
    let untouched = prefilled(&form, &Known::default(), Map::new());
    assert_eq!(untouched, form.draft());
}
