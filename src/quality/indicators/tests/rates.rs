//! Rates and the pain score at one hour.

use super::*;
use crate::base::Locale;
use crate::content::messages;

#[test]
fn a_rate_has_one_decimal_and_rounds_half_up() {
    assert_eq!(rate(1, 16, 100), Some("6.3".to_owned()));
    assert_eq!(rate(1, 8, 100), Some("12.5".to_owned()));
    assert_eq!(rate(2, 3, 100), Some("66.7".to_owned()));
    assert_eq!(rate(0, 5, 100), Some("0.0".to_owned()));
    assert_eq!(rate(5, 4, 100), Some("125.0".to_owned()));
}

#[test]
fn nothing_below_the_line_is_no_rate_and_not_zero() {
    assert_eq!(rate(0, 0, 100), None);
    assert_eq!(shown(&[], &[], Indicator::N1Literal), (0, 0, None));
}

#[test]
fn the_literal_rate_may_exceed_a_hundred() {
    let converted = Birth {
        mode: DeliveryMode::CesareanIntrapartum,
        ..eased(1, &[])
    };
    let births = [converted, eased(2, &[])];
    expect(&births, &[], &[(Indicator::N1Literal, 2, 1, "200.0")]);
}

#[test]
fn a_score_counts_from_45_to_75_minutes_both_included() {
    for (minute, counts) in [(44, false), (45, true), (75, true), (76, false)] {
        assert_eq!(
            score_at_one_hour(&eased(1, &[(minute, 2)]), 15).is_some(),
            counts,
            "{minute}"
        );
    }
    assert!(score_at_one_hour(&eased(1, &[(76, 2)]), 30).is_some());
    assert!(score_at_one_hour(&eased(1, &[(75, 2)]), 10).is_none());
}

#[test]
fn the_score_nearest_to_one_hour_is_taken() {
    let taken = |scores| score_at_one_hour(&eased(1, scores), 15).map(|score| score.tenths);
    assert_eq!(taken(&[(50, 1), (63, 6)]), Some(60));
    // Of two equally near the earlier.
    assert_eq!(taken(&[(61, 7), (59, 3)]), Some(30));
    assert_eq!(taken(&[(45, 4), (75, 3)]), Some(40));
    // Of several at one time the highest.
    assert_eq!(taken(&[(60, 2), (60, 5)]), Some(50));
}

#[test]
fn three_is_relieved_and_three_and_a_half_is_not() {
    for (tenths, relieved) in [(30, true), (35, false)] {
        let mut birth = eased(1, &[(60, 0)]);
        birth.pain[0].tenths = tenths;
        assert_eq!(
            one(birth, Indicator::N2Literal)[0].numerator,
            relieved,
            "{tenths}"
        );
    }
}

#[test]
fn a_birth_before_45_minutes_is_not_relieved_literally_and_left_out_of_the_complete_cases() {
    let mut early = eased(1, &[]);
    early.first_dose_at = Some(early.born_at - Duration::minutes(44));
    let literal = one(early.clone(), Indicator::N2Literal);
    assert_eq!(literal[0].note, Some(Reason::DeliveredBefore1h));
    assert!(literal[0].denominator && !literal[0].numerator);
    let complete = one(early, Indicator::N2CompleteCase);
    assert_eq!(complete[0].excluded, Some(Reason::DeliveredBefore1h));
    assert!(!complete[0].denominator);
}

#[test]
fn a_score_after_a_birth_before_45_minutes_counts_for_nothing() {
    for (minute, reason) in [(44, Some(Reason::DeliveredBefore1h)), (45, None)] {
        let mut birth = eased(1, &[(50, 1)]);
        birth.born_at = birth.first_dose_at.unwrap() + Duration::minutes(minute);
        let literal = &one(birth.clone(), Indicator::N2Literal)[0];
        let told = (literal.numerator, literal.denominator, literal.note);
        assert_eq!(told, (reason.is_none(), true, reason), "{minute}");
        assert_eq!(literal.complete, Some(reason.is_none()), "{minute}");
        let complete = &one(birth, Indicator::N2CompleteCase)[0];
        assert_eq!(complete.excluded, reason, "{minute}");
    }
}

#[test]
fn a_missing_score_is_listed_as_such() {
    let part = &one(eased(1, &[]), Indicator::N2Literal)[0];
    assert_eq!(part.note, Some(Reason::NoScore));
    assert_eq!(part.complete, Some(false));
}

#[test]
fn a_score_that_was_written_down_more_than_an_hour_later_counts_and_is_marked() {
    for (minutes, note) in [(60, None), (61, Some(Reason::LateEntry))] {
        let mut birth = eased(1, &[(60, 2)]);
        birth.pain[0].recorded_at = birth.pain[0].at + Duration::minutes(minutes);
        let part = &one(birth, Indicator::N2Literal)[0];
        assert!(part.numerator, "{minutes}");
        assert_eq!(part.note, note, "{minutes}");
    }
}

#[test]
fn a_mother_in_danger_within_the_hour_is_missing_and_left_out_of_the_complete_cases() {
    let mut birth = eased(1, &[]);
    let dose = birth.first_dose_at.unwrap();
    birth.complications = vec![complication(
        ComplicationCode::MaternalArrest,
        dose + Duration::minutes(40),
        None,
    )];
    let literal = &one(birth.clone(), Indicator::N2Literal)[0];
    assert!(literal.denominator && !literal.numerator);
    assert_eq!(literal.note, Some(Reason::MotherInDanger));
    let complete = &one(birth.clone(), Indicator::N2CompleteCase)[0];
    assert_eq!(complete.excluded, Some(Reason::MotherInDanger));
    birth.complications[0].onset_at = dose + Duration::minutes(76);
    let later = &one(birth.clone(), Indicator::N2Literal)[0];
    assert_eq!(later.note, Some(Reason::NoScore));
    // She died of something else, and nobody called it grave.
    birth.complications = vec![ComplicationFact {
        outcome: Some(EventOutcome::Death),
        ..complication(
            ComplicationCode::RespiratoryDepression,
            dose + Duration::minutes(40),
            None,
        )
    }];
    let died = &one(birth.clone(), Indicator::N2Literal)[0];
    assert_eq!(died.note, Some(Reason::MotherInDanger));
    // Born before the window as well: what is graver is told.
    birth.born_at = dose + Duration::minutes(30);
    let died = &one(birth, Indicator::N2CompleteCase)[0];
    assert_eq!(died.excluded, Some(Reason::MotherInDanger));
}

#[test]
fn who_left_before_the_birth_is_listed_and_counted_nowhere() {
    let births = [eased(1, &[(60, 2)])];
    let gone = Left {
        labor: LaborId(Uuid::from_u128(9)),
        patient: PatientId(Uuid::from_u128(9)),
        at: births[0].born_at,
    };
    let nothing = BTreeMap::new();
    let data = Data {
        left: &[gone],
        ..data(&births, &[], &nothing)
    };
    for indicator in [
        Indicator::N1Literal,
        Indicator::N1Trial,
        Indicator::ObEpd02,
        Indicator::N2Literal,
    ] {
        let figure = data.figure(indicator);
        let counted = (figure.numerator, figure.denominator);
        assert_eq!(counted, (1, 1), "{}", indicator.code());
        let listed = [(Reason::LeftBeforeBirth, 1)];
        assert_eq!(figure.excluded, listed, "{}", indicator.code());
    }
    assert!(data.figure(Indicator::A1).excluded.is_empty());
}

#[test]
fn a_failed_block_a_second_puncture_and_a_change_of_mind_are_one_episode() {
    let failed = Birth {
        abandoned: true,
        ..eased(1, &[(60, 8)])
    };
    let again = Birth {
        resited: true,
        ..eased(2, &[(60, 3)])
    };
    expect(
        &[failed, again, eased(3, &[])],
        &[],
        &[
            (Indicator::N1Literal, 3, 3, "100.0"),
            (Indicator::N2Literal, 1, 3, "33.3"),
            (Indicator::N2CompleteCase, 1, 2, "50.0"),
            (Indicator::A8, 2, 3, "66.7"),
        ],
    );
}

#[test]
fn every_reason_has_a_text_in_both_languages() {
    for reason in Reason::ALL {
        for locale in Locale::ALL {
            assert_ne!(messages::reason(locale, reason.word()), reason.word());
        }
    }
}

#[test]
fn every_indicator_has_a_title_and_a_definition_in_both_languages() {
    for indicator in Indicator::ALL {
        for locale in Locale::ALL {
            assert_ne!(messages::indicator(locale, indicator.code()), indicator.code());
            assert_ne!(messages::definition(locale, indicator.code()), indicator.code());
        }
    }
}
