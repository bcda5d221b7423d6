//! The further indicators.

use super::*;

fn with(code: ComplicationCode, n: u128) -> Birth {
    let birth = eased(n, &[]);
    Birth {
        complications: vec![complication(code, birth.born_at, None)],
        ..birth
    }
}

#[test]
fn first_births_are_those_of_women_who_had_none_before() {
    let cesarean = |n, parity| Birth {
        mode: DeliveryMode::CesareanPlanned,
        parity,
        ..birth(n)
    };
    let births = [
        cesarean(1, Some(0)),
        birth(2),
        cesarean(3, Some(2)),
        cesarean(4, None),
    ];
    let figure = figure(&births, &[], Indicator::A2);
    assert_eq!((figure.numerator, figure.denominator), (1, 2));
    assert_eq!(figure.excluded, [(Reason::ParityUnknown, 1)]);
    expect(&births, &[], &[(Indicator::A1, 3, 4, "75.0")]);
}

#[test]
fn instrumental_births_are_told_with_and_without_analgesia() {
    let vacuum = Birth {
        mode: DeliveryMode::Vacuum,
        ..eased(1, &[])
    };
    let forceps = Birth {
        mode: DeliveryMode::Forceps,
        ..birth(2)
    };
    let cesarean = Birth {
        mode: DeliveryMode::CesareanIntrapartum,
        ..birth(5)
    };
    expect(
        &[vacuum, forceps, eased(3, &[]), birth(4), cesarean],
        &[],
        &[
            (Indicator::A4, 2, 4, "50.0"),
            (Indicator::A4With, 1, 2, "50.0"),
            (Indicator::A4Without, 1, 2, "50.0"),
        ],
    );
}

#[test]
fn a_low_score_at_five_minutes_is_one_of_a_live_term_newborn() {
    let of = |n, days, babies| Birth {
        gestation_days: days,
        babies,
        ..birth(n)
    };
    let births = [
        of(1, Some(259), vec![baby(8, 6)]),
        of(2, Some(259), vec![baby(5, 7), stillborn()]),
        of(3, Some(258), vec![baby(3, 3)]),
        of(4, None, vec![baby(3, 3)]),
    ];
    let figure = figure(&births, &[], Indicator::A5);
    assert_eq!((figure.numerator, figure.denominator), (1, 2));
    assert_eq!(
        figure.excluded,
        [(Reason::Stillbirth, 1), (Reason::GestationUnknown, 1)]
    );
}

#[test]
fn a_puncture_of_the_dura_is_counted_among_placements_through_the_epidural_needle() {
    let again = Birth {
        resited: true,
        placements: 3,
        ..with(ComplicationCode::Adp, 1)
    };
    let spinal = Birth {
        technique: Some(Technique::SpinalSingle),
        placements: 0,
        ..eased(2, &[])
    };
    // Not for labor pain, but a placement all the same.
    let cesarean = Birth {
        mode: DeliveryMode::CesareanPlanned,
        technique: Some(Technique::Cse),
        placements: 1,
        ..birth(3)
    };
    expect(&[again, spinal, cesarean], &[], &[(Indicator::A6, 1, 4, "25.0")]);
}

#[test]
fn complications_are_counted_once_a_mother() {
    let both = Birth {
        complications: [ComplicationCode::Last, ComplicationCode::MaternalArrest]
            .map(|code| complication(code, at("2025-06-15T11:00:00Z"), None))
            .to_vec(),
        ..eased(2, &[])
    };
    let hot = Birth {
        fever: true,
        ..eased(3, &[])
    };
    let births = [
        with(ComplicationCode::Pdph, 1),
        both,
        hot,
        with(ComplicationCode::Fever, 4),
    ];
    expect(
        &births,
        &[],
        &[
            (Indicator::A7, 1, 4, "25.0"),
            (Indicator::A10, 1, 4, "25.0"),
            (Indicator::A18, 2, 4, "50.0"),
        ],
    );
}

#[test]
fn a_fever_that_began_after_the_birth_is_none_of_labor() {
    let began = |n, minutes| {
        let mut birth = with(ComplicationCode::Fever, n);
        birth.complications[0].onset_at += Duration::minutes(minutes);
        birth
    };
    expect(
        &[began(1, 0), began(2, 1)],
        &[],
        &[(Indicator::A18, 1, 2, "50.0")],
    );
}

#[test]
fn a_death_is_severe_whatever_she_died_of() {
    let of = |n, outcome| {
        let mut birth = with(ComplicationCode::RespiratoryDepression, n);
        birth.complications[0].outcome = Some(outcome);
        birth
    };
    let births = [of(1, EventOutcome::Death), of(2, EventOutcome::Ongoing)];
    expect(&births, &[], &[(Indicator::A10, 1, 2, "50.0")]);
}

#[test]
fn a_deficit_is_severe_when_it_lasts_more_than_72_hours() {
    let lasting = |n, hours: Option<i64>| {
        let birth = eased(n, &[]);
        let over = hours.map(|hours| birth.born_at + Duration::hours(hours));
        Birth {
            complications: vec![complication(ComplicationCode::NerveInjury, birth.born_at, over)],
            ..birth
        }
    };
    let births = [
        lasting(1, Some(72)),
        lasting(2, Some(73)),
        lasting(3, None),
        with(ComplicationCode::Hypotension, 4),
    ];
    expect(&births, &[], &[(Indicator::A9, 2, 4, "5000.0")]);
}

#[test]
fn a_deficit_that_is_over_since_nobody_knows_when_is_left_out() {
    let recovered = |n| {
        let mut birth = with(ComplicationCode::NerveInjury, n);
        birth.complications[0].outcome = Some(EventOutcome::Recovered);
        birth
    };
    let mut both = recovered(2);
    let lasts = complication(ComplicationCode::Pdph, both.born_at, None);
    both.complications.push(lasts);
    let births = [recovered(1), both, eased(3, &[])];
    let figure = figure(&births, &[], Indicator::A9);
    assert_eq!((figure.numerator, figure.denominator), (1, 2));
    assert_eq!(figure.excluded, [(Reason::EndMissing, 1)]);
    let nothing = BTreeMap::new();
    let early = Data {
        now: births[0].born_at,
        ..data(&births[..1], &[], &nothing)
    };
    assert_eq!(early.turns_at(), None, "time decides nothing");
}

#[test]
fn a_cesarean_in_labor_is_in_time_within_thirty_minutes_of_the_decision() {
    let decided = |n, minutes: Option<i64>| {
        let birth = birth(n);
        Birth {
            mode: DeliveryMode::CesareanIntrapartum,
            cs_decision_at: minutes.map(|minutes| birth.born_at - Duration::minutes(minutes)),
            ..birth
        }
    };
    let births = [
        decided(1, Some(30)),
        decided(2, Some(31)),
        decided(3, None),
        birth(4),
    ];
    let figure = figure(&births, &[], Indicator::A11);
    assert_eq!((figure.numerator, figure.denominator), (1, 2));
    assert_eq!(figure.excluded, [(Reason::DecisionTimeMissing, 1)]);
    assert_eq!(figure.minutes, [(30, 1), (31, 1)]);
}

#[test]
fn a_second_twin_is_in_time_by_the_decision_after_the_first_was_born() {
    let later = |minutes| {
        let first = baby(9, 10);
        BabyFacts {
            born_at: first.born_at + Duration::minutes(minutes),
            ..first
        }
    };
    let twins = |n, decided, second| {
        let birth = birth(n);
        Birth {
            mode: DeliveryMode::CesareanIntrapartum,
            cs_decision_at: Some(birth.born_at + Duration::minutes(decided)),
            babies: vec![baby(9, 10), later(second)],
            ..birth
        }
    };
    // Decided on between the two; before both; after both, which can't be.
    let births = [twins(1, 10, 45), twins(2, -20, 45), twins(3, 60, 45)];
    let figure = figure(&births, &[], Indicator::A11);
    assert_eq!((figure.numerator, figure.denominator), (1, 2));
    assert_eq!(figure.minutes, [(20, 1), (35, 1)]);
    assert_eq!(figure.excluded, [(Reason::DecisionTimeMissing, 1)]);
}

#[test]
fn half_an_hour_and_a_second_is_not_within_half_an_hour() {
    for (seconds, in_time) in [(1800, true), (1801, false), (1859, false)] {
        let took = Duration::seconds(seconds);
        let decided = birth(1);
        let decided = Birth {
            mode: DeliveryMode::CesareanIntrapartum,
            cs_decision_at: Some(decided.born_at - took),
            ..decided
        };
        let asked = eased(2, &[]);
        let asked = Birth {
            requested_at: asked.first_dose_at.map(|dose| dose - took),
            ..asked
        };
        for (birth, indicator) in [(decided, Indicator::A11), (asked, Indicator::A13)] {
            let part = &one(birth, indicator)[0];
            assert_eq!((part.numerator, part.minutes), (in_time, Some(30)), "{seconds}");
        }
    }
}

#[test]
fn a_loss_of_a_liter_is_severe_and_one_that_is_not_recorded_is_told() {
    let lost = |n, blood_loss_ml| Birth {
        blood_loss_ml,
        ..birth(n)
    };
    let births = [lost(1, Some(1000)), lost(2, Some(999)), lost(3, None)];
    let figure = figure(&births, &[], Indicator::A12);
    assert_eq!((figure.numerator, figure.denominator), (1, 3));
    assert_eq!(figure.notes, [(Reason::BloodLossMissing, 1)]);
    assert_eq!(figure.completeness, (2, 3));
}

#[test]
fn the_response_has_a_median_and_a_ninetieth_percentile() {
    let waited = |n, minutes: Option<i64>| {
        let birth = eased(n, &[]);
        Birth {
            requested_at: birth
                .first_dose_at
                .zip(minutes)
                .map(|(dose, minutes)| dose - Duration::minutes(minutes)),
            ..birth
        }
    };
    let births: Vec<Birth> = (1..=10)
        .map(|n| waited(n, Some(n as i64 * 5)))
        .chain([waited(11, None), waited(12, Some(-1))])
        .collect();
    let figure = figure(&births, &[], Indicator::A13);
    assert_eq!((figure.numerator, figure.denominator), (6, 10));
    assert_eq!(
        (figure.percentile(50), figure.percentile(90)),
        (Some(25), Some(45))
    );
    assert_eq!(figure.excluded, [(Reason::RequestMissing, 2)]);
    assert_eq!(
        Figure {
            minutes: vec![],
            ..figure
        }
        .percentile(50),
        None
    );
}

#[test]
fn the_way_to_a_birth_is_told_by_what_other_slices_know() {
    let birth = eased(1, &[]);
    let point = |point, overdue: &str, complete| PointFact {
        point,
        overdue_at: at(overdue),
        complete,
    };
    use crate::followup::model::Point;
    let way = Way {
        assessed_at: Some(birth.admitted_at - Duration::days(1)),
        registered_at: Some(birth.admitted_at - Duration::days(90)),
        taught: true,
        consented: true,
        points: vec![
            point(Point::F24, "2025-06-17T00:00:00Z", true),
            point(Point::F72, "2025-06-20T00:00:00Z", false),
            point(Point::F42, "2025-08-10T00:00:00Z", false),
        ],
    };
    let late = Way {
        assessed_at: Some(birth.admitted_at - Duration::hours(23)),
        registered_at: Some(birth.admitted_at - Duration::hours(23)),
        ..Way::default()
    };
    let births = [birth, eased(2, &[])];
    let ways = [way, late].into_iter().zip(&births);
    let ways: BTreeMap<LaborId, Way> = ways.map(|(way, birth)| (birth.labor, way)).collect();
    let data = data(&births, &[], &ways);
    for (indicator, numerator, denominator) in [
        (Indicator::A14, 1, 2),
        (Indicator::A15, 1, 1),
        (Indicator::A16, 1, 2),
        (Indicator::A17At24h, 1, 1),
        (Indicator::A17At72h, 0, 1),
        (Indicator::A17At42d, 0, 0),
    ] {
        let figure = data.figure(indicator);
        let counted = (figure.numerator, figure.denominator);
        assert_eq!(counted, (numerator, denominator), "{}", indicator.code());
    }
    let later = data.figure(Indicator::A17At42d);
    assert_eq!(later.excluded, [(Reason::NotYetDue, 1)]);
}

#[test]
fn a_block_for_an_operation_counts_where_any_block_counts() {
    let births = [
        Birth {
            technique: Some(Technique::SpinalSingle),
            dosed: true,
            ..birth(1)
        },
        eased(2, &[]),
        // A catheter, and no drug.
        Birth {
            technique: Some(Technique::Epidural),
            ..birth(3)
        },
    ];
    expect(
        &births,
        &[],
        &[(Indicator::A19, 2, 3, "66.7"), (Indicator::ObEpd02, 1, 3, "33.3")],
    );
}
