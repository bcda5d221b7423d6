//! Six questions, the critical ones all right, shuffled and stable.

use super::*;

const EN: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/content/consents/labor-analgesia/1.0.0/en.json"
));

fn comprehension() -> Value {
    serde_json::from_str::<Value>(EN).unwrap()["comprehension"].clone()
}

fn consent(n: u128) -> ConsentId {
    ConsentId(uuid::Uuid::from_u128(n))
}

fn platelets() -> Vec<OwnRisk> {
    vec![OwnRisk {
        id: "R-PLT-2".into(),
        text: "Your platelets are low.".into(),
    }]
}

fn right(drawn: &[Drawn]) -> Vec<Given> {
    drawn
        .iter()
        .map(|question| Given {
            question: question.id.clone(),
            option: question.answer.clone(),
            took_ms: None,
        })
        .collect()
}

#[test]
fn six_questions_with_the_four_critical_and_one_on_her_own_risk() {
    let fired = vec!["R-PLT-2".to_owned(), "R-HB-1".to_owned()];
    let drawn = draw(
        &comprehension(),
        ConsentForm::Full,
        &platelets(),
        &fired,
        consent(1),
        1,
    );
    assert_eq!(drawn.len(), 6);
    assert_eq!(drawn.iter().filter(|question| question.critical).count(), 4);
    let own = drawn.iter().find(|question| question.id == "TB-OWN").unwrap();
    assert_eq!(own.answer, "platelets");
    assert_eq!(own.options.len(), 3);
    assert!(
        own.options.iter().all(|option| option.code != "anemia"),
        "she has that one too"
    );
    assert!(drawn.iter().any(|q| q.id == "TB03" || q.id == "TB05"));
}

#[test]
fn without_a_risk_of_her_own_the_general_question_takes_its_place() {
    let drawn = draw(&comprehension(), ConsentForm::Full, &[], &[], consent(2), 1);
    assert_eq!(drawn.len(), 6);
    assert!(drawn.iter().any(|question| question.id == "TB07"));
}

#[test]
fn a_risk_in_the_doctors_own_words_is_its_own_right_answer() {
    let own = vec![OwnRisk {
        id: "added-1".into(),
        text: "A rod in your back.".into(),
    }];
    let drawn = draw(&comprehension(), ConsentForm::Full, &own, &[], consent(3), 1);
    let question = drawn.iter().find(|question| question.id == "TB-OWN").unwrap();
    assert_eq!(question.answer, "own");
    assert!(
        question
            .options
            .iter()
            .any(|option| option.text == "A rod in your back.")
    );
}

#[test]
fn the_same_round_is_drawn_the_same_and_another_one_is_shuffled_anew() {
    let once = draw(&comprehension(), ConsentForm::Full, &[], &[], consent(4), 1);
    assert_eq!(
        once,
        draw(&comprehension(), ConsentForm::Full, &[], &[], consent(4), 1)
    );
    assert_ne!(
        once,
        draw(&comprehension(), ConsentForm::Full, &[], &[], consent(4), 2)
    );
    assert_ne!(
        once,
        draw(&comprehension(), ConsentForm::Full, &[], &[], consent(5), 1)
    );
}

#[test]
fn all_critical_and_five_in_all_pass() {
    let comprehension = comprehension();
    let least = pass_correct(&comprehension, ConsentForm::Full);
    let drawn = draw(&comprehension, ConsentForm::Full, &[], &[], consent(6), 1);
    assert!(grade(drawn.clone(), &right(&drawn), least).unwrap().passed);
    let wrong = |critical: bool, count: usize| {
        let mut given = right(&drawn);
        let of_kind = drawn
            .iter()
            .filter(|question| question.critical == critical)
            .take(count);
        for question in of_kind {
            let other = question
                .options
                .iter()
                .find(|option| option.code != question.answer)
                .unwrap();
            let answer = given
                .iter_mut()
                .find(|answer| answer.question == question.id)
                .unwrap();
            answer.option = other.code.clone();
        }
        grade(drawn.clone(), &given, least).unwrap()
    };
    assert!(wrong(false, 1).passed);
    assert!(!wrong(false, 2).passed);
    let critical = wrong(true, 1);
    assert!(!critical.passed);
    assert_eq!(critical.read_again().len(), 1);
}

#[test]
fn each_question_is_answered_once_with_one_of_its_options() {
    let drawn = draw(&comprehension(), ConsentForm::Full, &[], &[], consent(7), 1);
    let mut missing = right(&drawn);
    let left_out = missing.pop().unwrap();
    assert_eq!(
        grade(drawn.clone(), &missing, 5),
        Err(vec![left_out.question.clone()])
    );
    let mut twice = right(&drawn);
    twice.push(left_out.clone());
    assert_eq!(grade(drawn.clone(), &twice, 5), Err(vec![left_out.question]));
    let mut strange = right(&drawn);
    strange[0].option = "z".into();
    assert!(grade(drawn, &strange, 5).is_err());
}

#[test]
fn in_labor_two_questions_and_both_are_right() {
    let ids = |drawn: &[Drawn]| {
        let mut ids: Vec<String> = drawn.iter().map(|question| question.id.clone()).collect();
        ids.sort();
        ids
    };
    let none = draw(&comprehension(), ConsentForm::Short, &[], &[], consent(8), 1);
    assert_eq!(ids(&none), ["TB02", "TB08"]);
    let fired = vec!["R-PLT-2".to_owned()];
    let own = draw(
        &comprehension(),
        ConsentForm::Short,
        &platelets(),
        &fired,
        consent(8),
        1,
    );
    assert_eq!(ids(&own), ["TB-OWN", "TB02"]);
    let least = pass_correct(&comprehension(), ConsentForm::Short);
    assert_eq!(least, 2);
    let mut given = right(&own);
    assert!(grade(own.clone(), &given, least).unwrap().passed);
    let wrong = own[0].options.iter().find(|option| option.code != own[0].answer);
    given[0].option = wrong.unwrap().code.clone();
    assert!(!grade(own, &given, least).unwrap().passed);
}
