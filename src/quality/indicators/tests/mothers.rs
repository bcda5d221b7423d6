//! Who is counted: mothers, newborns, replies.

use super::*;

#[test]
fn twins_are_one_mother_and_two_newborns() {
    let twins = Birth {
        babies: vec![baby(9, 10), baby(7, 9)],
        ..eased(1, &[(60, 2)])
    };
    let births = [twins];
    expect(
        &births,
        &[],
        &[
            (Indicator::N1Literal, 1, 1, "100.0"),
            (Indicator::N2Literal, 1, 1, "100.0"),
            (Indicator::N3Literal, 1, 2, "50.0"),
            (Indicator::N4Literal, 0, 1, "0.0"),
        ],
    );
}

#[test]
fn a_stillborn_is_no_newborn_while_the_mother_stays() {
    let births = [Birth {
        babies: vec![stillborn()],
        ..eased(1, &[(60, 2)])
    }];
    let nothing = BTreeMap::new();
    let data = data(&births, &[], &nothing);
    let newborns = data.figure(Indicator::N3Literal);
    assert_eq!((newborns.numerator, newborns.denominator), (0, 0));
    assert_eq!(newborns.excluded, [(Reason::Stillbirth, 1)]);
    for indicator in [Indicator::N1Literal, Indicator::N2Literal, Indicator::N4Literal] {
        assert_eq!(data.figure(indicator).denominator, 1, "{}", indicator.code());
    }
}

#[test]
fn a_baby_that_dies_after_birth_is_a_live_newborn() {
    let died = BabyFacts {
        outcome: BabyOutcome::NeonatalDeath,
        ..baby(3, 5)
    };
    let births = [Birth {
        babies: vec![died],
        ..eased(1, &[])
    }];
    expect(&births, &[], &[(Indicator::N3Literal, 1, 1, "100.0")]);
}

#[test]
fn a_missing_apgar_keeps_the_newborn_below_the_line() {
    let unscored = BabyFacts {
        apgar1: None,
        apgar5: None,
        asphyxia_apgar: None,
        ..baby(0, 0)
    };
    let part = &one(
        Birth {
            babies: vec![unscored],
            ..eased(1, &[])
        },
        Indicator::N3Literal,
    )[0];
    assert!(part.denominator && !part.numerator);
    assert_eq!(part.note, Some(Reason::ApgarMissing));
}

#[test]
fn a_low_score_counts_nowhere_above_the_line_while_the_first_one_is_missing() {
    let later = BabyFacts {
        apgar1: None,
        asphyxia_apgar: None,
        ..baby(0, 5)
    };
    let births = [Birth {
        babies: vec![later],
        ..eased(1, &[])
    }];
    let figure = figure(&births, &[], Indicator::N3Literal);
    assert_eq!((figure.numerator, figure.denominator), (0, 1));
    assert_eq!(figure.notes, [(Reason::ApgarMissing, 1)]);
    assert_eq!(figure.completeness, (0, 1));
}

#[test]
fn the_definition_that_the_hospital_reports_by_decides_who_had_asphyxia() {
    let low = BabyFacts {
        asphyxia_consensus2016: Some(false),
        asphyxia_proposal2013: Some(true),
        ..baby(6, 8)
    };
    // Of the second only the scores are known, and the third scored well.
    let births = [Birth {
        babies: vec![low, baby(4, 8), baby(9, 10)],
        ..eased(1, &[])
    }];
    let nothing = BTreeMap::new();
    let undecided = [(Reason::AsphyxiaUndecided, 1)];
    for (asphyxia, numerator, notes, complete) in [
        (AsphyxiaDefinition::Apgar, 2, [].as_slice(), 3),
        (AsphyxiaDefinition::Consensus2016, 0, undecided.as_slice(), 2),
        (AsphyxiaDefinition::Proposal2013, 1, undecided.as_slice(), 2),
    ] {
        let data = Data {
            chosen: Chosen {
                window_min: 15,
                asphyxia,
            },
            ..data(&births, &[], &nothing)
        };
        let figure = data.figure(Indicator::N3Literal);
        assert_eq!(
            (figure.numerator, figure.denominator),
            (numerator, 3),
            "{asphyxia:?}"
        );
        assert_eq!(figure.notes, notes, "{asphyxia:?}");
        assert_eq!(figure.completeness, (complete, 3), "{asphyxia:?}");
    }
}

#[test]
fn a_birth_on_the_way_and_a_rehearsal_count_nowhere() {
    let cases = [
        (
            Birth {
                birth_place: BirthPlace::BeforeArrival,
                ..eased(1, &[(60, 2)])
            },
            Reason::BornElsewhere,
        ),
        (
            Birth {
                is_test: true,
                ..eased(1, &[(60, 2)])
            },
            Reason::TestRecord,
        ),
    ];
    for (birth, reason) in cases {
        for indicator in Indicator::ALL {
            let parts = one(birth.clone(), *indicator);
            assert!(
                parts
                    .iter()
                    .all(|part| part.excluded == Some(reason) && !part.numerator && !part.denominator),
                "{}",
                indicator.code()
            );
            assert!(!parts.is_empty(), "{}", indicator.code());
        }
    }
}

#[test]
fn a_birth_before_28_weeks_is_out_of_the_first_indicator_only() {
    let early = Birth {
        gestation_days: Some(195),
        ..eased(1, &[(60, 2)])
    };
    assert_eq!(
        one(early.clone(), Indicator::N1Literal)[0].excluded,
        Some(Reason::Before28Weeks)
    );
    assert!(one(early, Indicator::N2Literal)[0].denominator);
    let at_28 = Birth {
        gestation_days: Some(196),
        ..eased(1, &[])
    };
    assert!(one(at_28, Indicator::N1Literal)[0].denominator);
}

#[test]
fn analgesia_of_a_planned_cesarean_is_no_episode() {
    let planned = Birth {
        mode: DeliveryMode::CesareanPlanned,
        ..eased(1, &[(60, 2)])
    };
    assert_eq!(
        one(planned.clone(), Indicator::N1Literal)[0].excluded,
        Some(Reason::PlannedCesarean)
    );
    assert_eq!(
        one(planned, Indicator::N2Literal)[0].excluded,
        Some(Reason::PlannedCesarean)
    );
}

#[test]
fn the_last_reply_within_thirty_days_counts() {
    let births = [eased(1, &[])];
    let born_at = births[0].born_at;
    let say = |overall: i64, days: i64| Reply {
        at: born_at + Duration::days(days),
        ..reply(&births[0], overall)
    };
    let replies = [say(5, 1), say(2, 30), say(5, 31)];
    assert_eq!(
        shown(&births, &replies, Indicator::N4Literal),
        (0, 1, Some("0.0".to_owned()))
    );
    let before = [say(5, -1)];
    assert_eq!(shown(&births, &before, Indicator::N4Response), (0, 0, None));
    let late = [say(5, 31)];
    assert_eq!(shown(&births, &late, Indicator::N4Response), (0, 0, None));
}

#[test]
fn a_survey_that_was_not_sent_is_not_satisfied_literally_and_left_out_of_the_responses() {
    let births = [Birth {
        babies: vec![stillborn()],
        ..eased(1, &[])
    }];
    assert_eq!(
        shown(&births, &[], Indicator::N4Literal),
        (0, 1, Some("0.0".to_owned()))
    );
    assert_eq!(shown(&births, &[], Indicator::N4Response), (0, 0, None));
    assert_eq!(shown(&births, &[], Indicator::N4ResponseRate), (0, 0, None));
    let nothing = BTreeMap::new();
    let data = data(&births, &[], &nothing);
    assert_eq!(
        data.figure(Indicator::N4ResponseRate).excluded,
        [(Reason::SurveySuppressed, 1)]
    );
}

#[test]
fn every_code_is_read_back() {
    for indicator in Indicator::ALL {
        assert_eq!(Indicator::parse(indicator.code()), Some(*indicator));
    }
    assert_eq!(Indicator::parse("N5"), None);
}
