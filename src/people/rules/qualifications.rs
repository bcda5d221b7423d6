//! Who is qualified on a day.
//!
//! Source: 附件1《分娩镇痛技术基本要求（2025年版）》二 (facility-readiness.md, part D).

use chrono::{Months, NaiveDate};

use crate::base::Role;
use crate::people::model::{Qualification, Requirement, Scope, Standing};

/// Years as a resident.
const YEARS: Months = Months::new(36);
/// How long the department's approval holds unless it says otherwise.
pub const APPROVAL: Months = Months::new(12);

/// How the requirements on a role stand on a day.
pub fn standing(role: Role, records: &[Qualification], on: NaiveDate) -> Vec<Standing> {
    let all = Requirement::of(role).iter();
    all.map(|item| stands(*item, records, on)).collect()
}

/// Of what was shown or taken away what was written last decides, of all that has begun: a correction may have an earlier
/// day.
fn stands(item: Requirement, records: &[Qualification], on: NaiveDate) -> Standing {
    let begun = records.iter().filter(|one| one.item == item && one.from <= on);
    let last = begun.max_by_key(|one| (one.at, one.id));
    let met = last.is_some_and(|one| meets(one, on));
    Standing {
        item,
        met,
        until: last.filter(|one| !one.withdrawn).and_then(|one| one.until),
    }
}

fn meets(one: &Qualification, on: NaiveDate) -> bool {
    let enough = match one.item {
        Requirement::License => one.scope == Some(Scope::Anesthesiology),
        Requirement::Seniority => {
            one.higher_title || one.from.checked_add_months(YEARS).is_some_and(|day| day <= on)
        }
        _ => true,
    };
    enough && !one.withdrawn && one.until.is_none_or(|until| on <= until)
}

/// What a countersignature asks of a person: license, scope and years.
pub fn may_countersign(standing: &[Standing]) -> bool {
    let asked = [Requirement::License, Requirement::Seniority];
    asked
        .iter()
        .all(|item| standing.iter().any(|one| one.item == *item && one.met))
}

/// What a person lacks.
pub fn lacking(standing: &[Standing]) -> Vec<Requirement> {
    let unmet = standing.iter().filter(|one| !one.met);
    unmet.map(|one| one.item).collect()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn shown(item: Requirement, from: &str, until: Option<&str>) -> Qualification {
        Qualification {
            id: Uuid::nil(),
            item,
            withdrawn: false,
            from: day(from),
            until: until.map(day),
            scope: Some(Scope::Anesthesiology),
            higher_title: false,
            number: None,
            approver: None,
            by: None,
            at: DateTime::UNIX_EPOCH,
        }
    }

    fn met(records: &[Qualification], item: Requirement, on: &str) -> bool {
        stands(item, records, day(on)).met
    }

    #[test]
    fn a_license_holds_on_its_days_and_for_its_scope() {
        let item = Requirement::License;
        let license = shown(item, "2024-01-01", Some("2026-03-02"));
        assert!(met(std::slice::from_ref(&license), item, "2026-03-02"));
        assert!(!met(std::slice::from_ref(&license), item, "2026-03-03"));
        assert!(!met(std::slice::from_ref(&license), item, "2023-12-31"));
        let other = Qualification {
            scope: Some(Scope::Other),
            ..license
        };
        assert!(!met(&[other], item, "2026-03-02"));
    }

    #[test]
    fn what_is_written_later_counts_from_its_day_on_also_an_earlier_one() {
        let item = Requirement::Competence;
        let later = |one: Qualification, days: i64| Qualification {
            at: one.at + TimeDelta::days(days),
            ..one
        };
        let approved = shown(item, "2026-01-01", None);
        let ended = |from: &str| Qualification {
            withdrawn: true,
            ..later(shown(item, from, None), 1)
        };
        let records = [ended("2026-02-01"), approved.clone()];
        assert!(met(&records, item, "2026-01-31"));
        assert!(!met(&records, item, "2026-02-01"));
        assert!(!met(&[ended("2020-01-01"), approved.clone()], item, "2026-02-01"));
        let corrected = later(shown(item, "2025-06-01", Some("2026-01-15")), 1);
        assert!(!met(&[approved, corrected], item, "2026-02-01"));
    }

    #[test]
    fn three_years_as_a_resident_or_a_higher_title() {
        let item = Requirement::Seniority;
        let resident = shown(item, "2023-03-02", None);
        assert!(!met(std::slice::from_ref(&resident), item, "2026-03-01"));
        assert!(met(std::slice::from_ref(&resident), item, "2026-03-02"));
        let attending = Qualification {
            higher_title: true,
            ..shown(item, "2026-01-01", None)
        };
        assert!(met(&[attending], item, "2026-01-01"));
    }

    #[test]
    fn all_that_a_role_needs_is_asked_and_a_countersignature_asks_less() {
        let records = [
            shown(Requirement::License, "2020-01-01", None),
            shown(Requirement::Seniority, "2020-01-01", None),
        ];
        let standing = standing(Role::Anesthesiologist, &records, day("2026-03-02"));
        assert!(may_countersign(&standing));
        assert_eq!(
            lacking(&standing),
            [
                Requirement::Competence,
                Requirement::ControlledDrugs,
                Requirement::Resuscitation
            ]
        );
        assert!(!may_countersign(&standing[1..]));
    }
}
