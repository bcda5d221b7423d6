//! Each trigger of CE §12.2 has one row, and what is no trigger has none.

use std::collections::BTreeSet;

use super::*;
use crate::base::Code;
use crate::consent::rules::Refusal;
use crate::consent::rules::bedside::may_begin;
use crate::consent::rules::guards::Finding;

fn finding(rule: &str, level: &str) -> Finding {
    Finding {
        rule: rule.into(),
        level: level.into(),
        inject: true,
        confidential: false,
        only_in_labor: false,
    }
}

fn assessed(findings: Vec<Finding>) -> Assessed {
    Assessed {
        findings,
        ..Assessed::default()
    }
}

fn shown(rule: &str, level: &str) -> Shown {
    Shown {
        rule: rule.into(),
        level: Some(level.into()),
    }
}

#[test]
fn the_ten_triggers_have_one_row_each_in_their_order() {
    let ids: Vec<&str> = TRIGGERS.iter().map(|row| row.id).collect();
    let wanted: Vec<String> = (1..=10).map(|number| format!("RC{number}")).collect();
    assert_eq!(ids, wanted);
    for row in TRIGGERS {
        assert_eq!(of(row.change).map(|found| found.id), Some(row.id));
    }
    let tasks: Vec<&str> = TRIGGERS.iter().filter_map(|row| row.task).collect();
    let different: BTreeSet<&str> = tasks.iter().copied().collect();
    assert_eq!(tasks.len(), different.len(), "each task says which trigger it is");
}

#[test]
fn a_new_risk_or_a_graver_one_needs_another_consent() {
    let before = [shown("R-PLT-4", "caution"), shown("R-HB-2", "caution")];
    let same = assessed(vec![finding("R-PLT-4", "caution")]);
    assert_eq!(
        gained(&before, Some(&same)),
        Gained::default(),
        "fewer is no gain"
    );
    let lower = assessed(vec![finding("R-PLT-2", "consult"), finding("R-HB-2", "caution")]);
    assert_eq!(gained(&before, Some(&lower)).renew, ["R-PLT-2"]);
    let graver = assessed(vec![finding("R-HB-2", "consult")]);
    assert_eq!(gained(&before, Some(&graver)).renew, ["R-HB-2"]);
    assert_eq!(
        gained(&[shown("R-HB-2", "consult")], Some(&graver)),
        Gained::default()
    );
    assert_eq!(gained(&before, None), Gained::default());
}

#[test]
fn what_labor_alone_brings_is_for_the_bedside() {
    let fever = Finding {
        only_in_labor: true,
        ..finding("R-INF-1", "consult")
    };
    let gained = gained(&[], Some(&assessed(vec![fever, finding("R-PLT-2", "consult")])));
    assert_eq!(
        (gained.bedside, gained.renew),
        (vec!["R-INF-1".to_owned()], vec!["R-PLT-2".to_owned()])
    );
}

#[test]
fn what_is_not_put_before_her_is_no_gain() {
    let confidential = Finding {
        confidential: true,
        ..finding("R-INF-5", "caution")
    };
    let wish = Finding {
        inject: false,
        ..finding("R-REF-1", "absolute")
    };
    assert_eq!(
        gained(&[], Some(&assessed(vec![confidential, wish]))),
        Gained::default()
    );
}

#[test]
fn the_catheter_techniques_are_one_class_and_an_operation_is_never_covered() {
    use TechniqueClass::{Catheter, Other, SpinalSingle};
    assert!(covers(Catheter, Catheter) && covers(SpinalSingle, SpinalSingle));
    assert!(!covers(Catheter, SpinalSingle) && !covers(SpinalSingle, Catheter));
    assert!(!covers(Catheter, Other) && !covers(Other, Other));
}

#[test]
fn she_is_of_age_on_her_eighteenth_birthday() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert_eq!(of_age_on(day("2008-05-06")), Some(day("2026-05-06")));
    assert_eq!(of_age_on(day("2008-02-29")), Some(day("2026-02-28")));
}

#[test]
fn in_labor_the_task_is_due_within_minutes() {
    let risk = of(Change::RiskGained).unwrap();
    let now = DateTime::UNIX_EPOCH;
    assert_eq!(due(risk, false, now) - now, Duration::hours(24));
    assert_eq!(due(risk, true, now) - now, Duration::minutes(15));
}

#[test]
fn what_came_after_the_confirmation_stops_the_start_unless_labor_alone_brought_it_and_it_was_confirmed() {
    let plain = |code| Err(Refusal::Plain(code));
    let fever = Finding {
        only_in_labor: true,
        ..finding("R-INF-1", "consult")
    };
    let open = |finding: &Finding| Assessed {
        undecided: true,
        open: vec![finding.rule.clone()],
        findings: vec![finding.clone()],
        ..Assessed::default()
    };
    let (labor, confirmed) = (open(&fever), ["R-INF-1".to_owned()]);
    assert_eq!(may_begin(&[], None, &[]), Ok(()));
    assert_eq!(may_begin(&[], Some(&labor), &confirmed), Ok(()));
    assert_eq!(
        may_begin(&[], Some(&labor), &[]),
        plain(Code::ConsentAssessmentUndecided)
    );
    let decided = Assessed {
        undecided: false,
        open: Vec::new(),
        ..labor
    };
    assert!(matches!(
        may_begin(&[], Some(&decided), &[]),
        Err(Refusal::RisksUnconfirmed { .. })
    ));
    let platelets = Finding {
        only_in_labor: false,
        ..fever
    };
    let undecided = open(&platelets);
    assert_eq!(
        may_begin(&[], Some(&undecided), &confirmed),
        plain(Code::ConsentAssessmentUndecided)
    );
    let decided = Assessed {
        undecided: false,
        ..undecided
    };
    assert!(matches!(
        may_begin(&[], Some(&decided), &confirmed),
        Err(Refusal::NewConsentRequired { .. })
    ));
}
