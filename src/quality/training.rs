//! Trainings and drills of the service team, and what the records say of the self-check's items on people. Pure.
//!
//! Source: 附件1《分娩镇痛技术基本要求（2025年版）》二、通知三 (facility-readiness.md, D1–D8, E5, E7, E9).

use std::collections::BTreeSet;

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::clock::clinic_midnight;
use crate::base::id::{FacilityId, StaffId};
use crate::content::Unconfirmed;
use crate::people::model::{Qualified, Requirement};

/// A drill is due again after so long: the page's default.
const DRILL: Months = Months::new(6);
/// How long before its end a qualification is shown as due.
const AHEAD: Months = Months::new(1);
/// How the kind of a task begins that reminds of something due.
pub const REMINDERS: &str = "quality.due_";

crate::words! {
    /// What was trained.
    TrainingKind {
        /// Neuraxial labor analgesia, systematically.
        Analgesia = "analgesia",
        /// The service team together.
        Joint = "joint",
        /// Rescue and resuscitation.
        Resuscitation = "resuscitation",
        /// An emergency, tried by obstetrics and anesthesia together.
        Drill = "drill",
    }

    /// How it went for one who took part.
    TrainingResult {
        /// There; nothing was asked.
        Attended = "attended",
        /// Asked, and passed.
        Passed = "passed",
        /// Asked, and not passed.
        Failed = "failed",
    }

    /// How an item stands by the records.
    ItemValue {
        /// Of everybody.
        Met = "met",
        /// Of some.
        Partly = "partly",
        /// Of nobody.
        NotMet = "not_met",
    }
}

/// One who took part.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Trainee {
    /// Who.
    pub staff: StaffId,
    /// How it went.
    pub result: TrainingResult,
    /// Points of an assessment, 0–100.
    pub score: Option<i64>,
}

/// What is said of a training.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrainingWords {
    /// What it was about; of a drill its scenario.
    pub title: String,
    /// What was found.
    pub note: Option<String>,
}

/// A training or a drill; never changed, a correction is another one in its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Training {
    /// Its id.
    pub id: Uuid,
    /// What was trained.
    pub kind: TrainingKind,
    /// The day.
    pub held_on: NaiveDate,
    /// What is said of it.
    pub words: TrainingWords,
    /// When a cesarean was decided on, in a drill.
    pub decided_at: Option<DateTime<Utc>>,
    /// When the baby was out, in a drill.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Who took part.
    pub people: Vec<Trainee>,
    /// The one in whose place it stands.
    pub replaces: Option<Uuid>,
    /// Who wrote it down.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Training {
    /// Minutes from the decision to the delivery.
    pub fn ddi_min(&self) -> Option<i64> {
        Some((self.delivered_at? - self.decided_at?).num_minutes())
    }
}

/// Something that is due, or soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The item of the self-check, as in `D3` and `E7`.
    pub item: &'static str,
    /// Whose; of a drill or a joint training nobody's.
    pub staff: Option<(StaffId, String)>,
    /// By when, or since when; absent of what was never shown.
    pub on: Option<NaiveDate>,
}

/// A task of the quality office about something that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Its kind, as in `quality.due_d3` and `quality.due_e7`.
    pub kind: String,
    /// Whose qualification; of a drill or a joint training the hospital; of what is not reported the labor.
    pub subject: Uuid,
    /// The end of the last day; none of a drill that was never held.
    pub due: Option<DateTime<Utc>>,
    /// Whether it waits for nothing.
    pub urgent: bool,
}

impl Reminder {
    /// Whether a task reminds of this, and not of an end before or after.
    pub fn is(&self, kind: &str, subject: Uuid, due: DateTime<Utc>) -> bool {
        self.kind == kind && self.subject == subject && self.due.is_none_or(|day| day == due)
    }
}

impl Due {
    /// What the quality office is reminded of: drills, joint trainings, and what runs out. What was never shown
    /// stands in the list only.
    pub fn reminder(&self, facility: FacilityId) -> Option<Reminder> {
        let of_person = self.staff.as_ref().map(|(staff, _)| staff.0);
        (of_person.is_none() || self.on.is_some()).then(|| Reminder {
            kind: format!("{REMINDERS}{}", self.item.to_lowercase()),
            subject: of_person.unwrap_or(facility.0),
            due: self.on.map(|day| clinic_midnight(day + Days::new(1))),
            urgent: false,
        })
    }
}

/// What is due on a day: the next drill, the next joint training where the hospital said by when, and what people
/// lack or will soon lack.
pub fn due(
    last_drill: Option<NaiveDate>,
    next_joint: Option<NaiveDate>,
    people: &[Qualified],
    trained: &BTreeSet<StaffId>,
    on: NaiveDate,
) -> Vec<Due> {
    let soon = on.checked_add_months(AHEAD).unwrap_or(on);
    let next_drill = last_drill.and_then(|day| day.checked_add_months(DRILL));
    let mut all = Vec::new();
    if next_drill.is_none_or(|day| day <= soon) {
        all.push(Due {
            item: "E7",
            staff: None,
            on: next_drill,
        });
    }
    if next_joint.is_some_and(|day| day <= soon) {
        all.push(Due {
            item: "E9",
            staff: None,
            on: next_joint,
        });
    }
    for person in people {
        for one in &person.standing {
            let met = meets(person, one.item, trained);
            let ends = one.until.filter(|day| *day <= soon);
            let by_training = one.item == Requirement::Training && trained.contains(&person.staff);
            if !met || (ends.is_some() && !by_training) {
                all.push(Due {
                    item: one.item.word(),
                    staff: Some((person.staff, person.name.clone())),
                    on: ends,
                });
            }
        }
    }
    all.sort_by_key(|one| one.on);
    all
}

/// Whether a person meets a requirement by a record, or by a training that is one.
fn meets(person: &Qualified, item: Requirement, trained: &BTreeSet<StaffId>) -> bool {
    let shown = person.standing.iter().any(|one| one.item == item && one.met);
    shown || (item == Requirement::Training && trained.contains(&person.staff))
}

/// How many of those whom a requirement asks meet it.
pub fn met(item: Requirement, people: &[Qualified], trained: &BTreeSet<StaffId>) -> (usize, usize) {
    let asked: Vec<&Qualified> = people
        .iter()
        .filter(|one| Requirement::of(one.role).contains(&item))
        .collect();
    let met = asked.iter().filter(|one| meets(one, item, trained)).count();
    (met, asked.len())
}

/// How an item stands when so many of so many meet it; nothing is said of nobody.
pub fn share(met: usize, of: usize) -> Option<ItemValue> {
    match (met, of) {
        (_, 0) => None,
        (0, _) => Some(ItemValue::NotMet),
        (met, of) if met < of => Some(ItemValue::Partly),
        _ => Some(ItemValue::Met),
    }
}

/// How the item on drills stands: held within the interval, held before, or never.
pub fn drilled(last: Option<NaiveDate>, on: NaiveDate) -> ItemValue {
    let next = last.and_then(|day| day.checked_add_months(DRILL));
    match next {
        None => ItemValue::NotMet,
        Some(next) if on <= next => ItemValue::Met,
        Some(_) => ItemValue::Partly,
    }
}

/// The page asks for regular joint training (E9) and does not say how often.
pub fn unconfirmed() -> Unconfirmed {
    Unconfirmed {
        kind: "limit",
        name: "readiness".to_owned(),
        place: "E9".to_owned(),
        claim: "no interval: the last self-check says by when the team trains together again".to_owned(),
        source: "CN-NOT/GK".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::base::Role;
    use crate::people::model::Standing;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn midwife(number: u128, trained: bool, license: Option<&str>) -> Qualified {
        let standing = |item, met, until: Option<&str>| Standing {
            item,
            met,
            until: until.map(day),
        };
        Qualified {
            staff: StaffId(Uuid::from_u128(number)),
            name: String::new(),
            role: Role::Midwife,
            on: day("2026-03-02"),
            standing: vec![
                standing(Requirement::MidwifeLicense, true, license),
                standing(Requirement::Training, trained, None),
            ],
            records: Vec::new(),
        }
    }

    #[test]
    fn an_item_is_met_by_all_by_some_or_by_nobody() {
        let people = [midwife(1, true, None), midwife(2, false, None)];
        let none = BTreeSet::new();
        assert_eq!(met(Requirement::Training, &people, &none), (1, 2));
        assert_eq!(met(Requirement::License, &people, &none), (0, 0));
        let trained = BTreeSet::from([people[1].staff]);
        assert_eq!(met(Requirement::Training, &people, &trained), (2, 2));
        for (met, of, value) in [
            (0, 0, None),
            (0, 2, Some(ItemValue::NotMet)),
            (1, 2, Some(ItemValue::Partly)),
            (2, 2, Some(ItemValue::Met)),
        ] {
            assert_eq!(share(met, of), value);
        }
    }

    #[test]
    fn a_drill_is_due_every_half_year() {
        assert_eq!(drilled(None, day("2026-03-02")), ItemValue::NotMet);
        assert_eq!(
            drilled(Some(day("2025-09-02")), day("2026-03-02")),
            ItemValue::Met
        );
        assert_eq!(
            drilled(Some(day("2025-09-01")), day("2026-03-02")),
            ItemValue::Partly
        );
    }

    #[test]
    fn what_ends_within_a_month_is_due_and_what_is_lacking_comes_first() {
        let people = [
            midwife(1, true, Some("2026-03-20")),
            midwife(2, false, Some("2026-12-31")),
        ];
        let all = due(
            Some(day("2026-01-05")),
            None,
            &people,
            &BTreeSet::new(),
            day("2026-03-02"),
        );
        let told: Vec<(&str, Option<NaiveDate>)> = all.iter().map(|one| (one.item, one.on)).collect();
        assert_eq!(told, [("D8", None), ("D7", Some(day("2026-03-20")))]);
        let here = FacilityId(Uuid::from_u128(9));
        assert_eq!(all[0].reminder(here), None, "never shown: in the list only");
        let reminder = all[1].reminder(here).unwrap();
        let end = "2026-03-20T16:00:00Z".parse().unwrap();
        assert_eq!(
            (reminder.kind.as_str(), reminder.subject, reminder.due),
            ("quality.due_d7", people[0].staff.0, Some(end))
        );
        assert!(!reminder.is("quality.due_d7", people[0].staff.0, end + Days::new(1)));
        let all = due(None, None, &[], &BTreeSet::new(), day("2026-03-02"));
        assert_eq!(all[0].item, "E7");
        let first = all[0].reminder(here).unwrap();
        assert!(first.is("quality.due_e7", here.0, end));
    }
}
