//! Cases of the decisions about a pregnancy.

use uuid::Uuid;

use super::*;
use crate::base::Error;
use crate::base::id::{EpisodeId, FacilityId, PatientId};
use crate::episode::model::Ending;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn episode(edd: &str, stage: Stage) -> Episode {
    Episode {
        id: EpisodeId(Uuid::nil()),
        facility_id: FacilityId(Uuid::nil()),
        patient_id: PatientId(Uuid::nil()),
        edd: date(edd),
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
        ending: None,
        declined: false,
        version: 1,
    }
}

fn grading(color: Color, purple: bool, items: &[&str]) -> Grading {
    Grading {
        color,
        purple,
        items: items.iter().map(|item| (*item).to_owned()).collect(),
        reasons: String::new(),
        table_version: "2017-35".to_owned(),
    }
}

fn faults_of(check: impl FnOnce(&mut Faults)) -> Vec<(String, String)> {
    let mut faults = Faults::default();
    check(&mut faults);
    match faults.done() {
        Err(Error::Invalid(_, faults)) => faults.into_iter().map(|f| (f.pointer, f.code)).collect(),
        _ => Vec::new(),
    }
}

fn dates(edd: Option<&str>, lmp: Option<&str>) -> Dates {
    Dates {
        edd: edd.map(date),
        lmp: lmp.map(date),
        gravidity: 2,
        parity: 1,
        fetuses: 1,
        pre_pregnancy_weight_kg: Some(Decimal::from(54)),
    }
}

#[test]
fn the_expected_date_is_280_days_after_the_last_period() {
    let today = date("2026-03-02");
    let mut faults = Faults::default();
    let edd = check_dates(&mut faults, &dates(None, Some("2025-07-14")), today);
    assert_eq!(edd, Some(date("2026-04-20")));
    assert!(faults.done().is_ok());
}

#[test]
fn an_expected_date_is_at_most_three_weeks_past_and_forty_ahead() {
    let today = date("2026-03-02");
    for (edd, right) in [
        ("2026-02-08", false),
        ("2026-02-09", true),
        ("2026-12-07", true),
        ("2026-12-08", false),
    ] {
        assert_eq!(plausible(date(edd), today), right, "{edd}");
    }
}

#[test]
fn exactly_one_of_the_two_dates_is_needed() {
    let today = date("2026-03-02");
    let of = |edd, lmp| {
        faults_of(|faults| {
            let _day = check_dates(faults, &dates(edd, lmp), today);
        })
    };
    assert_eq!(of(None, None), [("/edd".to_owned(), "required".to_owned())]);
    assert_eq!(
        of(Some("2026-04-20"), Some("2025-07-14")),
        [("/lmp".to_owned(), "only_one".to_owned())]
    );
}

#[test]
fn births_are_fewer_than_pregnancies() {
    let mut said = dates(Some("2026-04-20"), None);
    said.parity = 2;
    let found = faults_of(|faults| {
        let _day = check_dates(faults, &said, date("2026-03-02"));
    });
    assert_eq!(found, [("/parity".to_owned(), "range".to_owned())]);
}

#[test]
fn dates_stay_as_they_are_from_admission_on() {
    assert!(may_enroll(&episode("2026-04-20", Stage::Antenatal)).is_ok());
    for stage in [Stage::Labor, Stage::Postpartum, Stage::Closed] {
        assert_eq!(
            may_enroll(&episode("2026-04-20", stage)),
            Err(Code::EpisodePastAntenatal)
        );
    }
}

#[test]
fn an_expected_date_begins_another_pregnancy_only_where_it_is_of_another() {
    let another = |stage, ending, edd| {
        let standing = Episode {
            ending,
            ..episode("2026-04-20", stage)
        };
        begins_another(&standing, date(edd), date("2026-06-20"))
    };
    for (stage, ending, same, next) in [
        (Stage::Antenatal, None, false, true),
        (Stage::Labor, None, false, false),
        (Stage::Postpartum, Some(Ending::Birth), false, true),
        (Stage::Closed, Some(Ending::Loss), false, true),
        (Stage::Closed, Some(Ending::Transferred), false, true),
        (Stage::Closed, None, true, true),
    ] {
        assert_eq!(another(stage, ending, "2026-04-25"), same, "{stage:?}");
        assert_eq!(another(stage, ending, "2026-12-30"), next, "{stage:?}");
    }
    let early = begins_another(
        &episode("2026-04-20", Stage::Antenatal),
        date("2026-12-30"),
        date("2026-05-11"),
    );
    assert!(!early, "she may still be pregnant");
}

#[test]
fn a_color_below_its_items_is_against_them() {
    let wrong =
        faults_of(|faults| check_grading(faults, &grading(Color::Yellow, false, &["Y1.1", "O2.6.1"])));
    assert_eq!(wrong, [("/color".to_owned(), "against_items".to_owned())]);
    let unflagged = faults_of(|faults| check_grading(faults, &grading(Color::Green, false, &["P1"])));
    assert_eq!(unflagged, [("/purple".to_owned(), "against_items".to_owned())]);
    assert!(
        faults_of(|faults| check_grading(faults, &grading(Color::Red, true, &["R1.6.2", "P1"]))).is_empty()
    );
}

#[test]
fn high_risk_opens_a_case_and_asks_the_anesthesia_clinic() {
    let now: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
    let of = |color, purple| {
        high_risk_tasks(
            &episode("2026-04-20", Stage::Antenatal),
            &grading(color, purple, &[]),
            now,
        )
    };
    assert!(of(Color::Green, false).is_empty());
    assert!(of(Color::Yellow, false).is_empty());
    let purple = of(Color::Green, true);
    assert_eq!(purple.len(), 1);
    let red = of(Color::Red, false);
    assert!(red.iter().all(|task| task.urgent));
    assert_eq!(red.first().unwrap().due, now + Duration::hours(24));
    assert_eq!(red.last().unwrap().due, now + Duration::hours(48));
}

#[test]
fn the_clinic_sees_orange_by_32_weeks_or_within_a_week_if_that_is_later() {
    let now: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
    let clinic = |edd: &str| {
        let episode = episode(edd, Stage::Antenatal);
        let tasks = high_risk_tasks(&episode, &grading(Color::Orange, false, &[]), now);
        (tasks.last().unwrap().due, episode.reaches(32, 0))
    };
    assert_eq!(clinic("2026-04-20").0, now + Duration::days(7));
    let (due, week_32) = clinic("2026-08-01");
    assert_eq!(due, week_32);
}

#[test]
fn a_birth_date_stands_in_the_identity_number() {
    assert_eq!(birth_date_of("11010519491231002X"), Some(date("1949-12-31")));
    assert_eq!(birth_date_of("11010519"), None);
}
