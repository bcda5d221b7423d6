//! The rules on the healthy woman of the published vectors, with one thing changed.

use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::*;
use crate::assessment::model::Used;
use crate::base::id::ReviewId;
use crate::content::forms::ASSESSMENT;
use crate::content::{Content, Origin};
use crate::questionnaire::{Answers, Context, Phase as Asked, assess};

fn now() -> DateTime<Utc> {
    "2025-09-01T01:00:00Z".parse().unwrap()
}

fn content() -> std::sync::Arc<Content> {
    Content::open(Origin::BuiltIn).unwrap()
}

/// The healthy woman of the published vectors at 33 weeks, but for what is given.
fn result(content: &Content, other: Value) -> Assessment {
    let vectors: Value = serde_json::from_str(include_str!(
        "../../../content/questionnaires/pre-analgesia/1.0.0.vectors.json"
    ))
    .unwrap();
    let mut flat: Map<String, Value> = vectors["base"].as_object().unwrap().clone();
    flat.extend(other.as_object().unwrap().clone());
    let version = &content.forms.current(ASSESSMENT).unwrap().version;
    let form = content.forms.authored(version).unwrap();
    let answers = Answers::from_flat(form, &flat);
    assess(form, &answers, &Context::at(now()).in_phase(Asked::Antenatal))
}

fn form(content: &Content) -> &Form {
    let version = &content.forms.current(ASSESSMENT).unwrap().version;
    content.forms.authored(version).unwrap()
}

fn decision(outcome: Outcome, by_role: Role) -> Decision {
    Decision {
        id: Uuid::nil(),
        review_id: ReviewId(Uuid::nil()),
        assessment_id: Uuid::nil(),
        outcome,
        by: StaffId(Uuid::nil()),
        by_role,
        second: None,
        at: now(),
        conditions: None,
        plan: None,
        summary: String::new(),
        reason: None,
    }
}

#[test]
fn the_clinic_sees_her_within_a_week_and_near_term_within_a_day() {
    let content = content();
    let low = result(&content, json!({ "lab.plt": 49 }));
    assert_eq!(
        due(form(&content), &low, Phase::Antenatal, 33, now()),
        now() + TimeDelta::days(7)
    );
    assert_eq!(
        due(form(&content), &low, Phase::Antenatal, 36, now()),
        now() + TimeDelta::hours(24)
    );
    assert_eq!(due(form(&content), &low, Phase::Recheck, 39, now()), now());
    assert_eq!(asked(form(&content), &low), [Role::Anesthesiologist]);
}

#[test]
fn an_urgent_finding_is_looked_at_now_by_both_doctors() {
    let content = content();
    let absent = result(&content, json!({ "preg.fetal_movement": "absent" }));
    assert_eq!(due(form(&content), &absent, Phase::Antenatal, 33, now()), now());
    assert_eq!(
        asked(form(&content), &absent),
        [Role::Anesthesiologist, Role::Obstetrician]
    );
}

#[test]
fn her_own_no_sends_her_to_no_clinic_and_wants_no_decision() {
    let content = content();
    let no = result(&content, json!({ "prf.wish": "not_want" }));
    assert_eq!(no.level, "absolute");
    assert!(asked(form(&content), &no).is_empty());
    assert!(undecided(&no, &[]).is_empty());
    assert_eq!(
        due(form(&content), &no, Phase::Antenatal, 33, now()),
        now() + TimeDelta::days(14)
    );
    let told = told(form(&content), &no, "010-1", Locale::ZhCn);
    assert_eq!(told.level, None);
    assert_eq!(
        told.lines,
        ["您选择目前不用分娩镇痛，我们尊重您。您随时可以改变主意。"]
    );
}

#[test]
fn only_an_anesthesiologist_clears_more_than_caution() {
    let content = content();
    let low = result(&content, json!({ "lab.plt": 60 }));
    let refused = Err(Code::AssessmentNeedsAnesthesiologist);
    assert_eq!(
        may_decide(&low, Outcome::Cleared, Role::Obstetrician, &[]),
        refused
    );
    assert!(may_decide(&low, Outcome::NeedsConsult, Role::Obstetrician, &[]).is_ok());
    assert!(may_decide(&low, Outcome::Cleared, Role::Anesthesiologist, &[]).is_ok());
    let tattoo = result(&content, json!({ "spn.skin": ["tattoo"] }));
    assert!(may_decide(&tattoo, Outcome::Cleared, Role::Obstetrician, &[]).is_ok());
}

#[test]
fn clearing_an_absolute_finding_is_overruling_it() {
    let content = content();
    let low = result(&content, json!({ "lab.plt": 49 }));
    assert!(overrules(&low, Outcome::Cleared));
    assert!(!overrules(&low, Outcome::NotSuitable));
    assert!(!overrules(
        &result(&content, json!({ "lab.plt": 60 })),
        Outcome::Cleared
    ));
}

#[test]
fn a_decision_holds_for_the_answers_that_it_saw() {
    let content = content();
    let sixty = result(&content, json!({ "lab.plt": 60 }));
    let fifty = result(&content, json!({ "lab.plt": 52 }));
    let cleared = [(decision(Outcome::Cleared, Role::Anesthesiologist), sixty.clone())];
    assert!(undecided(&sixty, &cleared).is_empty());
    assert_eq!(undecided(&fifty, &cleared), ["R-PLT-2"]);
    let by_obstetrician = [(decision(Outcome::Cleared, Role::Obstetrician), sixty.clone())];
    assert_eq!(undecided(&sixty, &by_obstetrician), ["R-PLT-2"]);
    let withdrawn = [
        (
            decision(Outcome::NotSuitable, Role::Anesthesiologist),
            sixty.clone(),
        ),
        (decision(Outcome::Cleared, Role::Anesthesiologist), sixty.clone()),
    ];
    assert_eq!(undecided(&sixty, &withdrawn), ["R-PLT-2"]);
    assert!(not_suitable(&withdrawn));
}

#[test]
fn she_reads_what_is_urgent_first_and_never_a_word_for_staff() {
    let content = content();
    let both = result(
        &content,
        json!({ "preg.fetal_movement": "absent", "lab.plt": 49 }),
    );
    let told = told(form(&content), &both, "010-12345678", Locale::ZhCn);
    assert!(told.urgent);
    assert!(told.lines[0].contains("胎动"));
    assert!(told.lines[1].contains("010-12345678") && told.lines[1].contains("120"));
    assert_eq!(told.level.as_deref(), Some("absolute"));
    assert!(told.lines[2].contains("麻醉医生会亲自和您谈"));
    assert!(told.lines.iter().all(|line| !line.contains("禁忌")));
}

#[test]
fn an_unfinished_assessment_is_not_called_nothing_found() {
    let content = content();
    let unfinished = result(&content, json!({ "spn.cond": null }));
    assert_eq!(unfinished.level, "none");
    let told = told(form(&content), &unfinished, "010-1", Locale::En);
    assert_eq!(told.level, None);
    assert!(told.lines[0].contains("no result yet"));
}

fn review() -> Review {
    Review {
        id: ReviewId(Uuid::nil()),
        facility_id: crate::base::id::FacilityId(Uuid::nil()),
        patient_id: crate::base::id::PatientId(Uuid::nil()),
        episode_id: crate::base::id::EpisodeId(Uuid::nil()),
        response_id: crate::base::id::ResponseId(Uuid::nil()),
        phase: Phase::Antenatal,
        level: Level::None,
        told_level: None,
        urgent: false,
        complete: true,
        state: ReviewState::Waiting,
        due_at: now(),
        claimed_by: None,
        claim_ends_at: None,
        created_at: now(),
    }
}

#[test]
fn a_claim_runs_out_by_itself() {
    let me = StaffId(Uuid::nil());
    let other = StaffId(Uuid::max());
    let review = Review {
        state: ReviewState::Claimed,
        claimed_by: Some(me),
        claim_ends_at: Some(now() + CLAIM),
        ..review()
    };
    assert!(may_work_on(&review, me, now()).is_ok());
    assert_eq!(
        may_work_on(&review, other, now()),
        Err(Code::AssessmentClaimedByAnother)
    );
    assert!(may_work_on(&review, other, now() + CLAIM).is_ok());
    assert_eq!(state(&review, now() + CLAIM), ReviewState::Waiting);
}

#[test]
fn only_answers_that_a_rule_looked_at_go_into_evidence() {
    let content = content();
    let base = result(&content, json!({}));
    let form = form(&content);
    let mut flat = Map::new();
    flat.insert("id.name".to_owned(), json!("测试甲"));
    flat.insert("lab.plt".to_owned(), json!(212));
    let used = answers_used(&base, &Answers::from_flat(form, &flat));
    assert_eq!(
        used,
        [Used {
            link_id: "lab.plt".to_owned(),
            kind: "integer".to_owned(),
            value: json!(212)
        }]
    );
}

#[test]
fn what_staff_did_not_measure_is_not_told_as_left_open_by_her() {
    let content = content();
    let due_date_left_out = json!({ "preg.edd": null, "pe.bp_known": false });
    let result = result(&content, due_date_left_out);
    let asks = result.fired().find(|finding| finding.rule == "R-PE-6").unwrap();
    assert!(
        asks.missing.iter().any(|link_id| link_id == "stf.sbp"),
        "{asks:?}"
    );
    assert_eq!(unanswered_by_her(form(&content), asks), ["preg.edd"]);
}

/// What the rules say at admission of what is given on top of the healthy woman.
fn recheck(content: &Content, other: Value) -> Assessment {
    let vectors: Value = serde_json::from_str(include_str!(
        "../../../content/questionnaires/pre-analgesia/1.0.0.vectors.json"
    ))
    .unwrap();
    let mut flat: Map<String, Value> = vectors["base"].as_object().unwrap().clone();
    flat.extend(vectors["recheck_base"].as_object().unwrap().clone());
    flat.extend(other.as_object().unwrap().clone());
    let answers = Answers::from_flat(form(content), &flat);
    assess(
        form(content),
        &answers,
        &Context::at(now()).in_phase(Asked::Recheck),
    )
}

#[test]
fn a_last_dose_without_its_hour_is_a_time_unknown() {
    let content = content();
    let vague = recheck(
        &content,
        json!({ "bld.drug": ["lmwh"], "bld.lmwh_dose": "prophylactic", "bld.lmwh_last_at": "2025-08-31" }),
    );
    let fired = vague.fired_rules();
    assert!(fired.contains("R-AC-5") && !fired.contains("R-AC-2"));
    let waits = waits(form(&content), &vague, &vague).expect("it is shown");
    assert_eq!(waits.uncounted, ["R-AC-5"]);
    let refused = Err(Code::AssessmentNeedsAnesthesiologist);
    assert_eq!(
        may_decide(&vague, Outcome::Cleared, Role::Obstetrician, &[]),
        refused
    );
}

#[test]
fn of_a_healthy_woman_nothing_of_weight_is_left_unjudged() {
    let content = content();
    for healthy in [result(&content, json!({})), recheck(&content, json!({}))] {
        assert_eq!(not_assessed(&healthy, &[]), [] as [&str; 0]);
        assert!(may_decide(&healthy, Outcome::Cleared, Role::Obstetrician, &[]).is_ok());
    }
}

#[test]
fn what_she_was_asked_and_left_open_in_labor_calls_the_anesthesiologist_now() {
    let content = content();
    let form = form(&content);
    let healthy = recheck(&content, json!({}));
    let untaken = recheck(&content, json!({ "inf.temp_c": null }));
    assert_eq!(untaken.level, healthy.level, "the level is that of the vectors");
    assert_eq!(not_assessed(&untaken, &[]), ["R-INF-1"]);
    assert_eq!(asked(form, &untaken), [Role::Anesthesiologist]);
    assert_eq!(due(form, &untaken, Phase::Recheck, 39, now()), now());
    // Of every woman who is admitted staff have yet to enter their part.
    let unseen = json!({ "stf.hypovolaemia": null, "stf.sepsis": null, "stf.dic_suspected": null,
        "stf.no_vaginal_trial": null, "stf.urgent_delivery": null, "stf.position_ok": null, "stf.capacity": null });
    let unseen = recheck(&content, unseen);
    assert!(!not_assessed(&unseen, &[]).is_empty());
    assert_eq!(asked(form, &unseen), [] as [Role; 0]);
    assert_eq!(due(form, &unseen, Phase::Recheck, 39, now()), now() + ROUTINE);
}

#[test]
fn a_decided_review_waits_again_when_something_of_weight_can_no_longer_be_judged() {
    let content = content();
    let healthy = recheck(&content, json!({}));
    let untaken = recheck(&content, json!({ "inf.temp_c": null }));
    let decided = Review {
        state: ReviewState::Decided,
        ..review()
    };
    let cleared = [(
        decision(Outcome::Cleared, Role::Anesthesiologist),
        healthy.clone(),
    )];
    assert!(stays_decided(&decided, &healthy, &cleared));
    assert!(!stays_decided(&decided, &untaken, &cleared));
    let knowing = [(
        decision(Outcome::Cleared, Role::Anesthesiologist),
        untaken.clone(),
    )];
    assert!(stays_decided(&decided, &untaken, &knowing));
}

#[test]
fn only_an_anesthesiologist_lifts_an_anesthesiologists_no() {
    let content = content();
    let tattoo = result(&content, json!({ "spn.skin": ["tattoo"] }));
    let said = |outcome, role| (decision(outcome, role), tattoo.clone());
    let no = said(Outcome::NotSuitable, Role::Anesthesiologist);
    let later = [said(Outcome::Cleared, Role::Obstetrician), no.clone()];
    assert!(not_suitable(&later));
    let refused = Err(Code::AssessmentNeedsAnesthesiologist);
    let before = [no.clone()];
    assert_eq!(
        may_decide(&tattoo, Outcome::Cleared, Role::Obstetrician, &before),
        refused
    );
    assert!(!not_suitable(&[
        said(Outcome::Cleared, Role::Anesthesiologist),
        no
    ]));
    // What an obstetrician ruled out, either may lift.
    let hers = said(Outcome::NotSuitable, Role::Obstetrician);
    assert!(not_suitable(std::slice::from_ref(&hers)));
    assert!(!not_suitable(&[said(Outcome::Cleared, Role::Obstetrician), hers]));
}

#[test]
fn a_fever_and_a_fresh_blood_pressure_are_of_labor_and_a_platelet_count_is_not() {
    let content = content();
    let form = form(&content);
    let found = result(
        &content,
        json!({ "inf.temp_c": 38.4, "pe.sbp": 165, "pe.dbp": 112, "lab.plt": 65, "spn.cond": ["ankylosing"] }),
    );
    let of_labor = |rule: &str| {
        let finding = found.fired().find(|finding| finding.rule == rule);
        is_of_labor(form, finding.unwrap_or_else(|| panic!("{rule} did not fire")))
    };
    assert!(of_labor("R-INF-1") && of_labor("R-PE-1"));
    assert!(!of_labor("R-PLT-2") && !of_labor("R-SPN-4"));
    let stale = form.is_of_recheck("R-PLT-9") && form.is_of_recheck("R-AC-2");
    assert!(stale && !form.is_of_recheck("R-PLT-2") && !form.is_of_recheck("R-AC-1"));
}

#[test]
fn her_wish_and_the_obstetricians_matters_are_no_risks_of_hers() {
    let content = content();
    let found = result(
        &content,
        json!({ "prf.wish": "not_want", "preg.fetus_count": 2, "prf.fear": ["needle_severe"], "lab.plt": 85 }),
    );
    let put: Vec<&str> = found
        .fired()
        .filter(|finding| is_put_before_her(finding))
        .map(|finding| finding.rule.as_str())
        .collect();
    assert_eq!(put, ["R-PLT-4"]);
}
