//! The clinical vectors that came with the content.

use super::super::{Language, Mode, Outcome, Status, assess, message};
use super::*;

struct Vectors {
    data: Value,
    published: Published,
}

impl Vectors {
    fn load() -> Self {
        Self {
            data: content("pre-analgesia/1.0.0.vectors.json"),
            published: assessment(),
        }
    }

    fn flat(&self, vector: &Value) -> Map<String, Value> {
        let mut base = self.data["base"].as_object().unwrap().clone();
        if vector["phase"] == "recheck" {
            base.extend(self.data["recheck_base"].as_object().unwrap().clone());
        }
        with(base, &vector["answers"])
    }

    fn context(&self, vector: &Value) -> Context {
        let phase_name = vector["phase"].as_str().unwrap();
        let now = self.data["contexts"][phase_name]["now"].as_str().unwrap();
        let mut context = Context::at(time(now)).in_phase(phase(&vector["phase"]));
        let limit = self.data["config"]["aptt_uln"].to_string().parse().unwrap();
        context.settings.insert("aptt_uln".to_owned(), limit);
        context
    }
}

#[test]
fn every_vector_and_boundary_case_comes_out_as_given() {
    let vectors = Vectors::load();
    let form = &vectors.published.authored;
    let list = |name: &str| vectors.data[name].as_array().unwrap().clone();
    let cases: Vec<Value> = [list("vectors"), list("boundary")].concat();
    assert_eq!(cases.len(), 182);
    let mut wrong = Vec::new();
    for vector in &cases {
        let context = vectors.context(vector);
        let response = form.response_from_flat(&vectors.flat(vector));
        let checked = form.check(&response, Mode::Submit, &context);
        for problem in &checked.errors {
            // One boundary case is a contradiction that the staff form refuses; its rules are given all the same.
            if !matches!(problem.code, "required" | "inconsistent") {
                wrong.push(format!("{}: {problem:?}", vector["name"]));
            }
        }
        let result = assess(form, &checked.answers, &context);
        let expected = &vector["expected"];
        let given = json!({
            "hits": result.fired().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(),
            "level": result.level,
            "urgent": result.urgent,
            "status": result.status,
            "missing": result.missing,
            "not_before": result.not_before,
        });
        let expected = json!({
            "hits": expected["hits"], "level": expected["level"], "urgent": expected["urgent"],
            "status": expected["status"], "missing": expected["missing"], "not_before": expected["not_before"],
        });
        if given != expected {
            wrong.push(format!(
                "{}{}: {given}\n   expected {expected}",
                vector["id"], vector["name"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_validation_vector_is_rejected_at_the_item_it_is_about() {
    let vectors = Vectors::load();
    let form = &vectors.published.authored;
    for vector in vectors.data["validation"].as_array().unwrap() {
        let response = form.response_from_flat(&vectors.flat(vector));
        let checked = form.check(&response, Mode::SubmitStrict, &vectors.context(vector));
        let wanted = (
            vector["link_id"].as_str().unwrap(),
            vector["code"].as_str().unwrap(),
        );
        assert!(
            codes(&checked.errors).contains(&wanted),
            "{wanted:?} not in {:?}",
            checked.errors
        );
    }
}

#[test]
fn the_same_answers_give_the_same_bytes() {
    let vectors = Vectors::load();
    let form = &vectors.published.authored;
    let vector = &vectors.data["vectors"][12];
    let bytes = || {
        let result = assess(
            form,
            &Answers::from_flat(form, &vectors.flat(vector)),
            &vectors.context(vector),
        );
        serde_json::to_vec(&result).unwrap()
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn the_parts_joined_give_what_the_whole_gives() {
    let vectors = Vectors::load();
    let published = &vectors.published;
    let vector = &vectors.data["vectors"][5];
    let (flat, context) = (vectors.flat(vector), vectors.context(vector));
    let mut joined = Answers::default();
    for part in [&published.patient, &published.recheck, &published.staff] {
        let own: Map<String, Value> = flat
            .iter()
            .filter(|(item, _)| part.has_item(item))
            .map(|(item, value)| (item.clone(), value.clone()))
            .collect();
        let checked = part.check(&part.response_from_flat(&own), Mode::Submit, &context);
        assert_eq!(codes(&checked.errors), vec![], "{}", part.canonical());
        joined.merge(checked.answers);
    }
    let whole = Answers::from_flat(&published.authored, &flat);
    assert_eq!(
        assess(&published.authored, &joined, &context),
        assess(&published.authored, &whole, &context)
    );
}

#[test]
fn a_missing_blood_count_leaves_its_rules_unassessed() {
    let published = assessment();
    let form = &published.authored;
    let context = Context::at(time("2025-09-01T02:00:00Z")).in_phase(Phase::Antenatal);
    let result = assess(form, &answers(form, &json!({})), &context);
    let finding = result
        .findings
        .iter()
        .find(|finding| finding.rule == "R-PLT-1")
        .unwrap();
    assert_eq!(
        (finding.outcome, &finding.missing),
        (Outcome::Indeterminate, &vec!["lab.plt".to_owned()])
    );
    assert_eq!(result.status, Status::Incomplete);
}

#[test]
fn a_fired_rule_names_the_answers_that_decided_it() {
    let published = assessment();
    let form = &published.authored;
    let context = Context::at(time("2025-09-01T02:00:00Z")).in_phase(Phase::Antenatal);
    let result = assess(form, &answers(form, &json!({"lab.plt": 49})), &context);
    let finding = result.fired().find(|finding| finding.rule == "R-PLT-1").unwrap();
    assert_eq!(finding.decided_by, vec![("lab.plt".to_owned(), json!(49))]);
}

#[test]
fn not_wanting_analgesia_is_absolute_but_gives_no_level_sentence() {
    let vectors = Vectors::load();
    let form = &vectors.published.authored;
    let vector = json!({"phase": "antenatal", "answers": {"prf.wish": "not_want"}});
    let result = assess(
        form,
        &Answers::from_flat(form, &vectors.flat(&vector)),
        &vectors.context(&vector),
    );
    assert_eq!((result.level.as_str(), result.told_level), ("absolute", None));
}

#[test]
fn a_check_speaks_both_languages() {
    let vectors = Vectors::load();
    let form = &vectors.published.authored;
    let vector = json!({"phase": "antenatal", "answers": {"pe.sbp": 90, "pe.dbp": 95}});
    let response = form.response_from_flat(&vectors.flat(&vector));
    let checked = form.check(&response, Mode::Submit, &vectors.context(&vector));
    let problem = &checked.errors[0];
    assert_eq!(
        message(problem.code, &problem.params, Language::Zh),
        "低压应小于高压"
    );
    assert_eq!(
        message(problem.code, &problem.params, Language::En),
        "The lower number must be below the upper number"
    );
}

#[test]
fn what_is_required_at_the_recheck_does_not_block_but_leaves_it_incomplete() {
    let vectors = Vectors::load();
    let form = &vectors.published.authored;
    let vector = json!({"phase": "recheck", "answers": {"inf.temp_c": null}});
    let response = form.response_from_flat(&vectors.flat(&vector));
    let checked = form.check(&response, Mode::Submit, &vectors.context(&vector));
    assert_eq!(codes(&checked.errors), vec![]);
    let result = assess(form, &checked.answers, &vectors.context(&vector));
    assert_eq!(
        (result.status, result.missing),
        (Status::Incomplete, vec!["inf.temp_c".to_owned()])
    );
}

#[test]
fn a_contradiction_between_two_parts_is_found_on_their_union() {
    let published = assessment();
    let context = Context::at(time("2025-10-05T00:00:00Z")).in_phase(Phase::Recheck);
    let staff = json!({"stf.drug_identified": "clotting_recorded"});
    let mut joined = answers(&published.staff, &staff);
    assert!(published.staff.inconsistencies(&joined, &context).0.is_empty());
    joined.merge(answers(
        &published.recheck,
        &json!({"bld.drug": ["unknown_injection"]}),
    ));
    let (errors, warnings) = published.authored.inconsistencies(&joined, &context);
    assert_eq!(codes(&errors), [("stf.drug_identified", "inconsistent")]);
    assert!(warnings.is_empty());
}

#[test]
fn a_last_dose_without_a_time_of_day_is_refused_and_never_clears_the_waiting_time() {
    let vectors = Vectors::load();
    let form = &vectors.published.authored;
    for given in ["2025-10-04", "2025-10", "2025"] {
        let vector = json!({"phase": "recheck", "answers": {"bld.drug": ["lmwh"], "bld.lmwh_dose": "prophylactic",
            "bld.lmwh_last_at": given}});
        let response = form.response_from_flat(&vectors.flat(&vector));
        let checked = form.check(&response, Mode::Submit, &vectors.context(&vector));
        assert_eq!(
            codes(&checked.errors),
            [("bld.lmwh_last_at", "inconsistent")],
            "{given}"
        );
        let problem = &checked.errors[0];
        let told = |language| message(problem.code, &problem.params, language);
        assert_eq!(told(Language::Zh), "请填写最后一次用药的具体时间（几点钟）");
        assert_eq!(
            told(Language::En),
            "Please give the time of day of the last dose as well"
        );
        let result = assess(form, &checked.answers, &vectors.context(&vector));
        let finding = result.fired().find(|finding| finding.rule == "R-AC-5").unwrap();
        assert!(
            finding.missing.contains(&"bld.lmwh_last_at".to_owned()),
            "{given}"
        );
        assert_eq!(result.level, "absolute");
        let waiting = result
            .findings
            .iter()
            .find(|finding| finding.rule == "R-AC-2")
            .unwrap();
        if given.len() < 10 {
            assert_eq!(waiting.outcome, Outcome::Indeterminate);
            assert_eq!(waiting.missing, ["bld.lmwh_last_at"]);
        }
    }
}
