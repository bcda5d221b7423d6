//! Rates and the pain score at one hour.

use super::*;
use crate::base::Locale;
use crate::content::messages;

#[test]
fn a_rate_has_one_decimal_and_rounds_half_up() {
    assert_eq!(percent(1, 16), Some("6.3".to_owned()));
    assert_eq!(percent(1, 8), Some("12.5".to_owned()));
    assert_eq!(percent(2, 3), Some("66.7".to_owned()));
    assert_eq!(percent(0, 5), Some("0.0".to_owned()));
    assert_eq!(percent(5, 4), Some("125.0".to_owned()));
}

#[test]
fn nothing_below_the_line_is_no_rate_and_not_zero() {
    assert_eq!(percent(0, 0), None);
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
    assert_eq!(score_at_one_hour(&eased(1, &[(50, 1), (63, 6)]), 15), Some(60));
    // Of two equally near the earlier.
    assert_eq!(score_at_one_hour(&eased(1, &[(61, 7), (59, 3)]), 15), Some(30));
    assert_eq!(score_at_one_hour(&eased(1, &[(45, 4), (75, 3)]), 15), Some(40));
    // Of several at one time the highest.
    assert_eq!(score_at_one_hour(&eased(1, &[(60, 2), (60, 5)]), 15), Some(50));
}

#[test]
fn three_is_relieved_and_three_and_a_half_is_not() {
    for (tenths, relieved) in [(30, true), (35, false)] {
        let mut birth = eased(1, &[(60, 0)]);
        birth.pain[0].1 = tenths;
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
fn a_missing_score_is_listed_as_such() {
    let part = &one(eased(1, &[]), Indicator::N2Literal)[0];
    assert_eq!(part.note, Some(Reason::NoScore));
    assert_eq!(part.complete, Some(false));
}

#[test]
fn every_indicator_has_a_title_in_both_languages() {
    for indicator in Indicator::ALL {
        for locale in Locale::ALL {
            assert_ne!(messages::indicator(locale, indicator.code()), indicator.code());
        }
    }
}
