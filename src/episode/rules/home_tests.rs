//! Every stage with every ending, before and after a no: nothing pushes her.

use uuid::Uuid;

use super::*;
use crate::base::Locale;
use crate::base::id::{EpisodeId, FacilityId, PatientId};
use crate::content::messages;

/// Words that urge, and words that hurt after a loss.
const URGING: [&str; 17] = [
    "尽快",
    "抓紧",
    "赶快",
    "赶紧",
    "必须",
    "务必",
    "别忘",
    "不要错过",
    "应该",
    "马上",
    "重新考虑",
    "must",
    "should",
    "hurry",
    "don't forget",
    "reconsider",
    "as soon as",
];
const GLAD: [&str; 4] = ["恭喜", "祝贺", "congratulat", "happy"];
const OF_A_BABY: [&str; 8] = ["宝宝", "孩子", "新生儿", "喂", "母乳", "baby", "child", "breast"];

fn episode(stage: Stage, ending: Option<Ending>, declined: bool, edd: &str) -> Episode {
    Episode {
        id: EpisodeId(Uuid::nil()),
        facility_id: FacilityId(Uuid::nil()),
        patient_id: PatientId(Uuid::nil()),
        edd: edd.parse().unwrap(),
        gravidity: 1,
        parity: 0,
        fetuses: 1,
        pre_pregnancy_weight_kg: None,
        stage,
        risk_color: None,
        purple: false,
        is_test: false,
        enrolled_at: None,
        born_at: None,
        closed_at: None,
        ending,
        declined,
        version: 1,
    }
}

fn now() -> DateTime<Utc> {
    "2026-03-02T01:00:00Z".parse().unwrap()
}

fn today() -> NaiveDate {
    crate::episode::model::day(now())
}

/// Every state that a pregnancy can be in.
fn every() -> Vec<Episode> {
    let endings = std::iter::once(None).chain(Ending::ALL.iter().copied().map(Some));
    let mut all = Vec::new();
    for ending in endings {
        for stage in Stage::ALL {
            for declined in [false, true] {
                for edd in ["2026-04-20", "2026-02-20", "2025-12-01"] {
                    all.push(episode(*stage, ending, declined, edd));
                }
            }
        }
    }
    all
}

/// One step of every kind, open, due and required.
fn steps() -> Vec<Step> {
    let step = |kind: &StepKind| Step {
        episode: EpisodeId(Uuid::nil()),
        facility: FacilityId(Uuid::nil()),
        kind: *kind,
        reference: "one".to_owned(),
        subject: None,
        state: StepState::Open,
        due_from: Some(now() - Duration::days(9)),
        due_to: Some(now() - Duration::days(1)),
        required: true,
    };
    StepKind::ALL.iter().map(step).collect()
}

#[test]
fn after_a_no_no_step_of_analgesia_is_hers_to_do() {
    for one in every().into_iter().filter(|one| one.declined) {
        for step in shown(&one, steps(), now()) {
            let asked = [StepKind::Lessons, StepKind::Assessment, StepKind::Recheck];
            if asked.contains(&step.kind) {
                assert_eq!(step.state, StepState::Closed, "{one:?} {step:?}");
            }
        }
    }
}

#[test]
fn what_is_closed_is_neither_due_nor_required() {
    for one in every() {
        for step in shown(&one, steps(), now()) {
            if step.state == StepState::Closed {
                assert!(!step.required && step.due_from.is_none() && step.due_to.is_none());
            }
        }
    }
}

#[test]
fn after_the_pregnancy_nothing_of_before_is_open() {
    let after = |stage| matches!(stage, Stage::Postpartum | Stage::Closed);
    for one in every().into_iter().filter(|one| after(one.stage)) {
        for step in shown(&one, steps(), now()) {
            if step.kind < StepKind::Admission || step.kind == StepKind::Recheck {
                assert_eq!(step.state, StepState::Closed, "{one:?} {step:?}");
            }
        }
        assert_eq!(gestation(&one, today()), None, "{one:?}");
    }
}

#[test]
fn she_is_congratulated_on_a_birth_and_on_nothing_else() {
    for one in every() {
        let born = situation(&one, today()) == Situation::Born;
        assert_eq!(
            born,
            one.stage == Stage::Postpartum && one.ending == Some(Ending::Birth),
            "{one:?}"
        );
    }
}

#[test]
fn every_situation_has_words_that_urge_nobody_and_hurt_nobody() {
    for situation in Situation::ALL {
        for locale in Locale::ALL {
            let text = messages::home(locale, situation.word()).unwrap();
            let said = format!("{} {}", text.title, text.body).to_lowercase();
            let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
            assert!(!has(&URGING), "{said}");
            assert_eq!(has(&GLAD), *situation == Situation::Born, "{said}");
            assert!(!has(&OF_A_BABY) || *situation == Situation::Born, "{said}");
        }
    }
}

#[test]
fn weeks_are_counted_until_nobody_is_pregnant_for_so_long() {
    let on = |edd| gestation(&episode(Stage::Antenatal, None, false, edd), today());
    assert_eq!(on("2026-04-20"), Some(Gestation { weeks: 33, days: 0 }));
    assert_eq!(on("2026-02-09"), Some(Gestation { weeks: 43, days: 0 }));
    assert_eq!(on("2026-02-08"), None);
    let over = over_at(&episode(Stage::Antenatal, None, false, "2026-02-09"));
    assert_eq!(over.to_rfc3339(), "2026-04-26T16:00:00+00:00");
}

#[test]
fn a_loss_outside_is_mourned_for_as_long_as_a_birth_is_followed_up() {
    let lost = |days: i64| Episode {
        closed_at: Some(now() - Duration::days(days)),
        ..episode(Stage::Closed, Some(Ending::Loss), false, "2026-04-20")
    };
    assert_eq!(situation(&lost(0), today()), Situation::AfterLoss);
    assert_eq!(situation(&lost(55), today()), Situation::AfterLoss);
    assert_eq!(situation(&lost(56), today()), Situation::Over);
    let here = Episode {
        born_at: Some(now()),
        ..lost(1)
    };
    assert_eq!(
        situation(&here, today()),
        Situation::Over,
        "its follow-up is over"
    );
}
