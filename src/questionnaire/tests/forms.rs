//! Every form of the house: it compiles, it is bilingual, and its vectors come out.

use super::super::{Mode, Who, after_loss, assess};
use super::*;

/// Every version: what was answered with an older one is judged by it for as long as it is kept.
const FOLLOW_UPS: [&str; 10] = [
    "follow-up-f24/1.0.0",
    "follow-up-f24/1.0.1",
    "follow-up-f72/1.0.0",
    "follow-up-f72/1.0.1",
    "follow-up-f7/1.0.0",
    "follow-up-f7/1.0.1",
    "follow-up-f42/1.0.0",
    "follow-up-f42/1.0.1",
    "follow-up-fadp/1.0.0",
    "follow-up-fadp/1.0.1",
];

fn form(version: &str) -> std::sync::Arc<Form> {
    compile(
        &content(&format!("{version}.json")),
        Some(&content(&format!("{version}.rules.json"))),
    )
    .unwrap()
}

#[test]
fn the_follow_up_vectors_come_out_as_given() {
    let mut count = 0;
    for name in FOLLOW_UPS {
        let form = form(name);
        let data = content(&format!("{name}.vectors.json"));
        assert_eq!(data["form"], form.canonical());
        for vector in data["vectors"].as_array().unwrap() {
            let mut context = Context::at(time(data["now"].as_str().unwrap()));
            for (fact, value) in vector["facts"].as_object().into_iter().flatten() {
                context
                    .facts
                    .insert(fact.clone(), value.as_str().unwrap().to_owned());
            }
            let mut flat = with(data["base"].as_object().unwrap().clone(), &vector["answers"]);
            flat.retain(|_, value| !value.is_null());
            let checked = form.check(&form.response_from_flat(&flat), Mode::SubmitStrict, &context);
            assert_eq!(codes(&checked.errors), vec![], "{name} {}", vector["id"]);
            let result = assess(&form, &checked.answers, &context);
            let hits: Vec<&str> = result.fired().map(|finding| finding.rule.as_str()).collect();
            let given = json!({"hits": hits, "level": result.level, "status": result.status});
            assert_eq!(
                given, vector["expected"],
                "{name} {} {}",
                vector["id"], vector["story"]
            );
            count += 1;
        }
    }
    assert_eq!(count, 61);
}

#[test]
fn a_red_flag_is_urgent_and_says_whom_to_call_and_how_soon() {
    for name in FOLLOW_UPS {
        let form = form(name);
        for rule in form.rules() {
            assert_eq!(
                rule.level == "red",
                rule.kind.as_deref() == Some("urgent"),
                "{name} {}",
                rule.id
            );
            assert!(
                !rule.notify.is_empty() && rule.within_minutes.is_some(),
                "{name} {}",
                rule.id
            );
        }
    }
}

#[test]
fn who_cannot_pass_urine_is_seen_at_once_on_the_ward() {
    for name in FOLLOW_UPS {
        let form = form(name);
        let rule = form.rule("F10").unwrap();
        let on_ward = name.ends_with("1.0.1").then_some(10);
        assert_eq!(
            (rule.within_minutes, rule.on_ward_within_minutes),
            (Some(240), on_ward),
            "{name}"
        );
    }
}

#[test]
fn after_a_loss_nothing_asks_about_the_baby() {
    for name in FOLLOW_UPS {
        let rules = content(&format!("{name}.rules.json"));
        let gentle = after_loss(&form(name), Some(&rules)).unwrap();
        assert!(!gentle.has_item("fu.feeding") && !gentle.has_item("fu.feeding_help"));
        let text = serde_json::to_string(gentle.definition()).unwrap();
        assert!(
            text.contains("\"display\":\"想伤害自己\"") && !text.contains("想伤害自己或宝宝"),
            "{name}"
        );
    }
}

#[test]
fn every_placeholder_answer_of_the_epds_slot_leads_to_the_right_alert() {
    let option = |code: u32, ordinal: u32| {
        json!({"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": ordinal}],
            "valueCoding": {"code": code.to_string()}})
    };
    let ids: Vec<String> = (1..=10).map(|item| format!("epds{item}")).collect();
    let items: Vec<(&str, &str, Value)> = ids
        .iter()
        .enumerate()
        .map(|(item, id)| {
            // Items 1, 2 and 4 rise from the first option, the others fall.
            let rising = [0, 1, 3].contains(&item);
            let options: Vec<Value> = (0..4)
                .map(|n| option(n, if rising { n } else { 3 - n }))
                .collect();
            (
                id.as_str(),
                "choice",
                json!({"required": true, "answerOption": options}),
            )
        })
        .collect();
    let mut document = small(&items);
    document["url"] = json!("https://muan.invalid/fhir/Questionnaire/epds");
    let form = compile(&document, Some(&content("epds/slot.rules.json"))).unwrap();
    let scored = |scores: [u32; 10]| {
        let flat: Map<String, Value> = ids
            .iter()
            .zip(scores)
            .enumerate()
            .map(|(item, (id, score))| {
                let option = if [0, 1, 3].contains(&item) {
                    score
                } else {
                    3 - score
                };
                (id.clone(), json!(option.to_string()))
            })
            .collect();
        let result = assess(
            &form,
            &Answers::from_flat(&form, &flat),
            &Context::at(time("2025-10-20T01:00:00Z")),
        );
        let hits: Vec<String> = result.fired().map(|finding| finding.rule.clone()).collect();
        (result.scores["total"].unwrap().to_string(), hits.join(" "))
    };
    assert_eq!(scored([0, 0, 1, 1, 1, 0, 0, 0, 0, 1]), ("4".into(), "F12".into()));
    assert_eq!(
        scored([2, 2, 2, 2, 2, 1, 1, 1, 0, 0]),
        ("13".into(), "F13".into())
    );
    assert_eq!(
        scored([2, 2, 2, 2, 2, 1, 0, 0, 0, 0]),
        ("11".into(), "F13b".into())
    );
    assert_eq!(scored([0; 10]), ("0".into(), String::new()));
}

#[test]
fn one_missing_epds_item_means_no_total() {
    let option = json!({"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 1}],
        "valueCoding": {"code": "1"}});
    let items = [
        ("a", "choice", json!({"answerOption": [option]})),
        ("b", "choice", json!({"answerOption": [option]})),
    ];
    let rules = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0", "levels": ["none", "red"],
        "scores": [{"id": "total", "kind": "ordinalSum", "items": ["a", "b"]}],
        "rules": [{"id": "r", "level": "red", "when": {"score": "total", ">=": 1}, "staff": "", "patient": {"zh": "文", "en": "text"},
            "source": "", "confirmed": true}]});
    let form = compile(&small(&items), Some(&rules)).unwrap();
    let result = assess(
        &form,
        &answers(&form, &json!({"a": "1"})),
        &Context::at(time("2025-10-20T01:00:00Z")),
    );
    assert_eq!(result.scores["total"], None);
    assert_eq!(result.findings[0].missing, ["b"]);
}

#[test]
fn satisfaction_needs_one_answer_only() {
    let form = form("satisfaction/1.0.0");
    assert_eq!(
        codes(&submit(&form, json!({})).errors),
        [("sat.overall", "required")]
    );
    assert_eq!(codes(&submit(&form, json!({"sat.overall": "4"})).errors), vec![]);
    let call = submit(&form, json!({"sat.overall": "2", "sat.call": true}));
    let result = assess(&form, &call.answers, &Context::at(time("2025-10-20T01:00:00Z")));
    assert_eq!(result.level, "service_recovery");
}

#[test]
fn the_refusal_survey_forces_nobody_to_answer() {
    let form = compile(&content("refusal-survey/1.0.0.json"), None).unwrap();
    assert_eq!(form.questions().count(), 3);
    assert_eq!(codes(&submit(&form, json!({})).errors), vec![]);
}

#[test]
fn the_assessment_is_published_in_three_parts() {
    let published = assessment();
    let count = |form: &Form| form.questions().count();
    assert_eq!(count(&published.authored), 87);
    assert_eq!(count(&published.patient), 70);
    assert_eq!(
        published.patient.canonical(),
        "https://muan.invalid/fhir/Questionnaire/pre-analgesia|1.0.0"
    );
    assert_eq!(
        published.recheck.canonical(),
        "https://muan.invalid/fhir/Questionnaire/pre-analgesia-recheck|1.0.0"
    );
    assert_eq!(count(&published.staff), 15);
    assert!(published.recheck.has_item("fas.solid_at") && !published.recheck.has_item("id.name"));
    assert!(
        published
            .recheck
            .questions()
            .all(|item| published.recheck.who(item) == Some(Who::Patient))
    );
    assert_eq!(published.authored.rules().count(), 147);
}

#[test]
fn yesterdays_blood_pressure_is_never_prefilled() {
    let published = assessment();
    let offered: Vec<&str> = published.recheck.prefilled_at_recheck().collect();
    assert!(offered.contains(&"preg.presentation"));
    for never in [
        "pe.sbp",
        "pe.dbp",
        "pe.bp_date",
        "bld.lmwh_last_at",
        "inf.temp_c",
        "preg.fetal_movement",
    ] {
        assert!(!offered.contains(&never), "{never}");
    }
}

#[test]
fn a_form_read_and_written_again_loses_nothing() {
    for name in FOLLOW_UPS.into_iter().chain([
        "pre-analgesia/1.0.0",
        "pregnancy-risk-screening/1.0.0",
        "facility-readiness/1.0.0",
        "satisfaction/1.0.0",
        "refusal-survey/1.0.0",
    ]) {
        let document = content(&format!("{name}.json"));
        let read: super::super::Questionnaire = serde_json::from_value(document.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), document, "{name}");
    }
}

#[test]
fn what_is_confidential_or_never_injected_is_marked() {
    let form = assessment().authored;
    let ids = |wanted: fn(&super::super::Rule) -> bool| -> Vec<String> {
        form.rules()
            .filter(|rule| wanted(rule))
            .map(|rule| rule.id.clone())
            .collect()
    };
    assert_eq!(ids(|rule| rule.confidential), ["R-INF-5", "R-INF-6", "R-SUB-1"]);
    assert_eq!(ids(|rule| !rule.inject), ["R-PLT-5", "R-PLT-6", "R-PLT-7"]);
    assert_eq!(
        ids(|rule| !rule.level_sentence),
        ["R-REF-1", "R-OBS-1", "R-FEAR-1"]
    );
    assert!(ids(|rule| rule.confirmed && rule.source.contains("GK")).is_empty());
    assert_eq!(form.rules().filter(|rule| rule.not_before.is_some()).count(), 13);
}

#[test]
fn a_new_draft_carries_the_initial_answers() {
    let form = compiled(&[
        ("a", "boolean", json!({"initial": [{"valueBoolean": true}]})),
        ("b", "boolean", json!({})),
    ]);
    let draft = form.draft();
    assert_eq!(
        draft["item"],
        json!([{"linkId": "a", "answer": [{"valueBoolean": true}]}])
    );
    assert_eq!(draft["questionnaire"], form.canonical());
}
