//! Decisions of quality, pure: deadlines, how a report moves.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::model::{Addition, Category, Class, EventState};
use crate::analgesia::model::{ComplicationCode, ComplicationFact};
use crate::base::Code;
use crate::content::Unconfirmed;
use crate::people::model::AdverseEventHours;

/// Within what time a class I or II report is verified at the latest, or it goes to whom the duty list ends with.
const VERIFY: Duration = Duration::hours(24);

/// By when a written report is due after the event was found.
pub fn deadline(class: Class, hours: AdverseEventHours) -> Duration {
    Duration::hours(match class {
        Class::I => hours.i,
        Class::II => hours.ii,
        Class::III => hours.iii,
        Class::IV => hours.iv,
    })
}

/// Hospitals' rules differ on when a written report is due (quality-indicators.md, 6 and 7).
pub fn unconfirmed() -> Unconfirmed {
    let AdverseEventHours { i, ii, iii, iv } = AdverseEventHours::default();
    Unconfirmed {
        kind: "setting",
        name: "facility".to_owned(),
        place: "adverse_event_hours".to_owned(),
        claim: format!("I {i}, II {ii}, III {iii}, IV {iv}"),
        source: "GK".to_owned(),
    }
}

/// Within what time a class I or II report is verified: sooner where the hospital's own deadline is shorter.
pub fn verified_within(class: Class, hours: AdverseEventHours) -> Duration {
    deadline(class, hours).min(VERIFY)
}

/// Whether care did harm.
pub fn is_grave(class: Class) -> bool {
    matches!(class, Class::I | Class::II)
}

/// Whether an event turns out to be graver than it was taken for, so that its time begins anew.
pub fn is_graver(class: Class, before: Class) -> bool {
    is_grave(class) && class != before && (class == Class::I || !is_grave(before))
}

/// Whether a report of this class may come without a name.
pub fn may_be_anonymous(class: Class) -> bool {
    !is_grave(class)
}

/// How old she was on a day, in years.
pub fn age(birth: NaiveDate, on: NaiveDate) -> Option<i64> {
    on.years_since(birth).map(i64::from)
}

/// Whether nobody verified a grave report in time.
pub fn escalates(class: Class, state: EventState) -> bool {
    is_grave(class) && state == EventState::Submitted
}

/// Whether an addition may bring a report to a state: the same one, or the next one.
///
/// Refuses: `quality.illegal_transition`, `quality.discussion_missing` when a class I or II report is closed without
/// its case discussion, or any report without having been analyzed, `quality.authority_untold` when a class I report is
/// closed before the health authority was told (notice of 2025, 三(一)).
pub fn may_become(
    from: EventState,
    to: EventState,
    class: Class,
    addition: &Addition,
    discussed_before: bool,
    authority_told_before: bool,
) -> Result<(), Code> {
    let order = [
        EventState::Submitted,
        EventState::Verified,
        EventState::Analyzed,
        EventState::Closed,
    ];
    let place = |state: EventState| order.iter().position(|one| *one == state);
    let forward = match (place(from), place(to)) {
        (Some(from), Some(to)) => to == from || to == from + 1,
        _ => false,
    };
    if !forward || from == EventState::Closed {
        return Err(Code::QualityIllegalTransition);
    }
    let discussed = discussed_before || is_discussed(addition);
    if to == EventState::Closed && is_grave(class) && !discussed {
        return Err(Code::QualityDiscussionMissing);
    }
    let told = authority_told_before || addition.authority_told_at.is_some();
    if to == EventState::Closed && class == Class::I && !told {
        return Err(Code::QualityAuthorityUntold);
    }
    Ok(())
}

/// Whether an addition carries the case discussion: its day and what it found.
pub fn is_discussed(addition: &Addition) -> bool {
    addition.discussed_on.is_some() && addition.conclusion.is_some()
}

/// A nerve deficit of this length must be reported.
const DEFICIT: Duration = Duration::hours(24);

/// As what a complication must be reported; none for one that need not be. Source: the list of adverse events of labor
/// analgesia (to be confirmed).
///
/// A problem with the catheter may be one that slipped out: that it broke is told by its tip. What is on the list by its
/// name is reported as that, also when it took intensive care; whatever she died of is reported as her death. A deficit that
/// is over, and nobody wrote down since when, is not known to have lasted.
pub fn must_report(complication: &ComplicationFact, now: DateTime<Utc>) -> Option<Category> {
    let lasted = complication.lasted(now);
    match complication.code {
        _ if complication.died() => Some(Category::MaternalDeathOrArrest),
        ComplicationCode::MaternalArrest => Some(Category::MaternalDeathOrArrest),
        ComplicationCode::HighTotalSpinal => Some(Category::TotalSpinal),
        ComplicationCode::Last => Some(Category::LocalAnestheticToxicity),
        ComplicationCode::Hematoma => Some(Category::Hematoma),
        ComplicationCode::AbscessMeningitis => Some(Category::AbscessOrMeningitis),
        ComplicationCode::Adp => Some(Category::AccidentalDuralPuncture),
        ComplicationCode::NerveInjury if lasted.is_some_and(|lasted| lasted >= DEFICIT) => {
            Some(Category::NerveDeficit)
        }
        _ => complication.intensive_care.then_some(Category::UnplannedIcu),
    }
}

/// From when the time to report something runs that began then: a nerve deficit must be reported once it has lasted.
pub fn runs_from(category: Category, began: DateTime<Utc>) -> DateTime<Utc> {
    match category {
        Category::NerveDeficit => began + DEFICIT,
        _ => began,
    }
}

/// The gravest class that an event which must be reported is taken for until a person says which it is: its report is due
/// by the deadline of that class.
pub fn taken_for(category: Category) -> Class {
    match category {
        Category::MaternalDeathOrArrest => Class::I,
        _ => Class::II,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analgesia::model::EventOutcome;

    #[test]
    fn an_event_becomes_graver_when_its_class_rises_to_one_that_is_grave() {
        for (before, class, graver) in [
            (Class::II, Class::I, true),
            (Class::IV, Class::I, true),
            (Class::III, Class::II, true),
            (Class::II, Class::II, false),
            (Class::I, Class::II, false),
            (Class::IV, Class::III, false),
        ] {
            assert_eq!(is_graver(class, before), graver, "{before:?} {class:?}");
        }
    }

    #[test]
    fn a_report_moves_one_state_at_a_time_and_never_back() {
        let none = Addition::default();
        let may = |from, to| may_become(from, to, Class::III, &none, false, false);
        assert!(may(EventState::Submitted, EventState::Verified).is_ok());
        assert!(may(EventState::Verified, EventState::Verified).is_ok());
        assert_eq!(
            may(EventState::Submitted, EventState::Closed),
            Err(Code::QualityIllegalTransition)
        );
        assert_eq!(
            may(EventState::Analyzed, EventState::Verified),
            Err(Code::QualityIllegalTransition)
        );
        assert_eq!(
            may(EventState::Closed, EventState::Closed),
            Err(Code::QualityIllegalTransition)
        );
    }

    #[test]
    fn a_grave_event_is_closed_after_its_discussion_only() {
        let none = Addition::default();
        let close = |addition, before| {
            may_become(
                EventState::Analyzed,
                EventState::Closed,
                Class::II,
                addition,
                before,
                false,
            )
        };
        assert_eq!(close(&none, false), Err(Code::QualityDiscussionMissing));
        assert!(close(&none, true).is_ok());
        let discussed = Addition {
            discussed_on: "2026-03-02".parse().ok(),
            conclusion: Some("两人核对".to_owned()),
            ..Addition::default()
        };
        assert!(close(&discussed, false).is_ok());
    }

    #[test]
    fn the_gravest_event_is_closed_after_the_authority_was_told_only() {
        let close = |class, addition: &Addition, before| {
            may_become(
                EventState::Analyzed,
                EventState::Closed,
                class,
                addition,
                true,
                before,
            )
        };
        let none = Addition::default();
        let told = Addition {
            authority_told_at: "2026-03-02T12:00:00Z".parse().ok(),
            ..Addition::default()
        };
        assert_eq!(close(Class::I, &none, false), Err(Code::QualityAuthorityUntold));
        assert!(close(Class::I, &none, true).is_ok());
        assert!(close(Class::I, &told, false).is_ok());
        assert!(close(Class::II, &none, false).is_ok());
    }

    #[test]
    fn only_events_without_harm_may_be_reported_without_a_name() {
        let anonymous = [Class::I, Class::II, Class::III, Class::IV].map(may_be_anonymous);
        assert_eq!(anonymous, [false, false, true, true]);
    }

    #[test]
    fn a_grave_report_is_due_within_a_day() {
        let hours = AdverseEventHours::default();
        assert_eq!(deadline(Class::I, hours), Duration::hours(24));
        assert_eq!(deadline(Class::II, hours), Duration::hours(24));
        assert!(deadline(Class::III, hours) > Duration::hours(24));
        let own = AdverseEventHours {
            i: 6,
            ii: 48,
            ..hours
        };
        assert_eq!(verified_within(Class::I, own), Duration::hours(6));
        assert_eq!(verified_within(Class::II, own), Duration::hours(24));
    }

    #[test]
    fn what_must_be_reported_follows_from_what_was_recorded() {
        let now: DateTime<Utc> = "2026-03-02T12:00:00Z".parse().unwrap();
        let fact = |code, severity, hours| ComplicationFact {
            code,
            severity,
            intensive_care: severity == 3,
            onset_at: now - Duration::hours(hours),
            resolved_at: None,
            outcome: None,
        };
        use ComplicationCode as Code;
        for (code, severity, hours, category) in [
            (Code::Adp, 1, 0, Some(Category::AccidentalDuralPuncture)),
            (Code::Last, 3, 0, Some(Category::LocalAnestheticToxicity)),
            (Code::MaternalDeath, 4, 0, Some(Category::MaternalDeathOrArrest)),
            (Code::NerveInjury, 2, 23, None),
            (Code::NerveInjury, 2, 24, Some(Category::NerveDeficit)),
            (Code::CatheterProblem, 2, 0, None),
            (Code::Fever, 3, 0, Some(Category::UnplannedIcu)),
            (Code::NerveInjury, 3, 23, Some(Category::UnplannedIcu)),
            (Code::Pruritus, 2, 48, None),
        ] {
            assert_eq!(
                must_report(&fact(code, severity, hours), now),
                category,
                "{}",
                code.word()
            );
        }
        let over = ComplicationFact {
            resolved_at: Some(now - Duration::hours(30)),
            ..fact(Code::NerveInjury, 2, 48)
        };
        assert_eq!(must_report(&over, now), None);
        let recovered = ComplicationFact {
            outcome: Some(EventOutcome::Recovered),
            ..fact(Code::NerveInjury, 2, 48)
        };
        assert_eq!(must_report(&recovered, now), None, "since when is not known");
        for code in [Code::RespiratoryDepression, Code::Hematoma] {
            let died = ComplicationFact {
                outcome: Some(EventOutcome::Death),
                ..fact(code, 4, 0)
            };
            assert_eq!(must_report(&died, now), Some(Category::MaternalDeathOrArrest));
        }
    }
}
