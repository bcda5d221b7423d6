//! Gestation and words.

use super::*;

fn due(edd: &str) -> Episode {
    Episode {
        id: EpisodeId(Uuid::nil()),
        facility_id: FacilityId(Uuid::nil()),
        patient_id: PatientId(Uuid::nil()),
        edd: edd.parse().unwrap(),
        gravidity: 1,
        parity: 0,
        fetuses: 1,
        pre_pregnancy_weight_kg: None,
        stage: Stage::Antenatal,
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

#[test]
fn forty_weeks_end_on_the_expected_date() {
    let episode = due("2026-04-20");
    let on = |day: &str| episode.gestation(day.parse().unwrap());
    assert_eq!(on("2026-04-20"), Gestation { weeks: 40, days: 0 });
    assert_eq!(on("2026-03-02"), Gestation { weeks: 33, days: 0 });
    assert_eq!(on("2026-04-26"), Gestation { weeks: 40, days: 6 });
    assert_eq!(on("2024-01-01"), Gestation { weeks: 0, days: 0 });
}

#[test]
fn a_week_begins_at_midnight_in_the_hospital() {
    let episode = due("2026-04-20");
    assert_eq!(episode.reaches(40, 0).to_rfc3339(), "2026-04-19T16:00:00+00:00");
    assert_eq!(day(episode.reaches(40, 0)), episode.edd);
    assert_eq!(
        episode.gestation(day(episode.reaches(36, 3))),
        Gestation { weeks: 36, days: 3 }
    );
}

#[test]
fn every_word_is_read_as_it_was_written() {
    assert!(
        Stage::ALL
            .iter()
            .all(|one| Stage::parse(one.word()) == Some(*one))
    );
    assert!(
        Color::ALL
            .iter()
            .all(|one| Color::parse(one.word()) == Some(*one))
    );
    assert!(
        StepKind::ALL
            .iter()
            .all(|one| StepKind::parse(one.word()) == Some(*one))
    );
    assert!(
        StepState::ALL
            .iter()
            .all(|one| StepState::parse(one.word()) == Some(*one))
    );
}
