//! Drugs and consumables, from the supplier to the woman: the batches, and what may be done with them. Pure.
//!
//! Source: 附件1《分娩镇痛技术基本要求（2025年版）》一(三): 建立药品、耗材登记制度，来源可追溯.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::analgesia::model::Amount;
use crate::base::id::{FacilityId, LaborId, PatientId, StaffId};
use crate::http::params::Faults;

crate::words! {
    /// What a batch is of.
    SupplyKind {
        /// A drug.
        Drug = "drug",
        /// A consumable.
        Consumable = "consumable",
    }

    /// Where some of a batch went.
    MoveKind {
        /// Given to a woman in labor.
        Used = "used",
        /// Thrown away: a residue, or what is broken or out of date.
        Discarded = "discarded",
        /// Given back to the pharmacy or the supplier.
        Returned = "returned",
        /// Counted: so much is there.
        Counted = "counted",
    }
}

/// A batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Supply {
    /// Its id.
    pub id: Uuid,
    /// Where.
    pub facility_id: FacilityId,
    /// What it is of.
    pub kind: SupplyKind,
    /// Name with its strength.
    pub name: String,
    /// Number of the batch.
    pub batch: String,
    /// Who delivered it.
    pub supplier: String,
    /// What it is counted in.
    pub unit: String,
    /// Last day of use.
    pub expires_on: NaiveDate,
    /// The day on which it came; not known of batches that were registered before it was asked.
    pub received_on: Option<NaiveDate>,
    /// A controlled drug: nothing of it moves without a second person.
    pub controlled: bool,
    /// How much came.
    pub received: Amount,
    /// How much should be there.
    pub balance: Amount,
    /// Who received it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Some of a batch went somewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Move {
    /// Its id.
    pub id: Uuid,
    /// Where to.
    pub kind: MoveKind,
    /// How much; of a count, how much is there.
    pub amount: Amount,
    /// How much should have been there before.
    pub expected: Amount,
    /// The labor, of what was used.
    pub labor: Option<LaborId>,
    /// Whose.
    pub patient: Option<PatientId>,
    /// Why.
    pub reason: Option<String>,
    /// The one in whose place it stands.
    #[serde(default)]
    pub replaces: Option<Uuid>,
    /// Who.
    pub by: StaffId,
    /// Who saw it.
    pub second: Option<StaffId>,
    /// When it happened.
    pub moved_at: DateTime<Utc>,
    /// When it was written down.
    pub at: DateTime<Utc>,
}

/// A quantity in thousandths, as it is kept; none beyond them, below nothing or beyond a million.
pub fn thousandths(amount: Amount) -> Option<i64> {
    let milli = amount.0.checked_mul(Decimal::ONE_THOUSAND)?.normalize();
    let within = milli >= Decimal::ZERO && amount.0 <= Decimal::from(1_000_000);
    (milli.is_integer() && within)
        .then(|| i64::try_from(milli).ok())
        .flatten()
}

/// From thousandths.
pub fn amount(milli: i64) -> Amount {
    Amount(Decimal::new(milli, 3).normalize())
}

/// Checks a quantity; only a count may be of nothing.
pub fn quantity(faults: &mut Faults, given: Amount, pointer: &str, may_be_none: bool) -> i64 {
    let milli = thousandths(given);
    faults.check(
        milli.is_some_and(|milli| milli > 0 || may_be_none),
        pointer,
        "range",
    );
    milli.unwrap_or_default()
}

/// How much should be there afterwards.
pub fn left(kind: MoveKind, before: i64, moved: i64) -> i64 {
    match kind {
        MoveKind::Counted => moved,
        MoveKind::Used | MoveKind::Discarded | MoveKind::Returned => before - moved,
    }
}

/// Whether a controlled drug does not add up: a count that differs, or more gone than there was. It is recorded all the
/// same, since it happened, and comes before the quality office.
pub fn is_discrepancy(kind: MoveKind, before: i64, moved: i64) -> bool {
    match kind {
        MoveKind::Counted => moved != before,
        MoveKind::Used | MoveKind::Discarded | MoveKind::Returned => moved > before,
    }
}

/// A move that counts, in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its id.
    pub id: Uuid,
    /// How much should have been there before it.
    pub expected: i64,
    /// How much should be there after it.
    pub left: i64,
    /// Whether it does not add up.
    pub wrong: bool,
}

/// The moves that count, first to last, of all of a batch in the order in which they were written down: a correction
/// stands where the row stood that it replaces.
pub fn course(received: i64, moves: &[Move]) -> Vec<Placed> {
    let instead = |gone: &Move| moves.iter().find(|one| one.replaces == Some(gone.id));
    let mut there = received;
    let mut course = Vec::new();
    for first in moves.iter().filter(|one| one.replaces.is_none()) {
        let mut now = first;
        while let Some(later) = instead(now) {
            now = later;
        }
        let moved = thousandths(now.amount).unwrap_or_default();
        let expected = there;
        there = left(now.kind, expected, moved);
        course.push(Placed {
            id: now.id,
            expected,
            left: there,
            wrong: is_discrepancy(now.kind, expected, moved),
        });
    }
    course
}

/// What a correction makes of a balance, and whether the corrected row does not add up or a later one does so no more. A
/// count after it stays the truth.
pub fn corrected(balance: i64, before: &[Placed], after: &[Placed]) -> (i64, bool) {
    let end = |course: &[Placed]| course.last().map_or(0, |last| last.left);
    let mut both = before.iter().zip(after);
    let wrong = both.any(|(was, is)| is.wrong && (!was.wrong || was.id != is.id));
    (balance + end(after) - end(before), wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(id: u128, kind: MoveKind, milli: i64, replaces: Option<u128>) -> Move {
        let at = "2026-03-02T00:40:00Z".parse().unwrap();
        Move {
            id: Uuid::from_u128(id),
            kind,
            amount: amount(milli),
            expected: amount(0),
            labor: None,
            patient: None,
            reason: None,
            replaces: replaces.map(Uuid::from_u128),
            by: StaffId(Uuid::nil()),
            second: None,
            moved_at: at,
            at,
        }
    }

    #[test]
    fn a_correction_stands_where_the_row_stood_and_a_later_count_is_held_against_it() {
        let mut moves = vec![
            written(1, MoveKind::Used, 2_000, None),
            written(2, MoveKind::Counted, 8_000, None),
            written(3, MoveKind::Used, 1_000, None),
        ];
        let before = course(10_000, &moves);
        assert_eq!(before.last().unwrap().left, 7_000);
        assert!(before.iter().all(|one| !one.wrong));
        moves.push(written(4, MoveKind::Used, 3_000, Some(3)));
        moves.push(written(5, MoveKind::Used, 2_500, Some(4)));
        let after = course(10_000, &moves);
        let ids: Vec<u128> = after.iter().map(|one| one.id.as_u128()).collect();
        assert_eq!(ids, [1, 2, 5]);
        assert_eq!(corrected(7_000, &before, &after), (5_500, false));
        moves.push(written(6, MoveKind::Used, 1_000, Some(1)));
        let counted = course(10_000, &moves);
        assert_eq!(counted.last().unwrap().left, 5_500, "the count is the truth");
        assert_eq!(corrected(5_500, &after, &counted), (5_500, true));
    }

    #[test]
    fn what_is_left_follows_what_went_and_a_count_is_the_truth() {
        for (kind, before, moved, after, wrong) in [
            (MoveKind::Used, 10_000, 2_500, 7_500, false),
            (MoveKind::Discarded, 1_000, 1_000, 0, false),
            (MoveKind::Returned, 1_000, 1_001, -1, true),
            (MoveKind::Counted, 7_500, 7_500, 7_500, false),
            (MoveKind::Counted, 7_500, 7_000, 7_000, true),
        ] {
            assert_eq!(left(kind, before, moved), after, "{kind:?}");
            assert_eq!(is_discrepancy(kind, before, moved), wrong, "{kind:?}");
        }
    }

    #[test]
    fn a_quantity_has_three_decimals_at_most() {
        let of = |text: &str| thousandths(Amount(text.parse().unwrap()));
        assert_eq!(of("2.5"), Some(2_500));
        assert_eq!(of("0.001"), Some(1));
        assert_eq!(of("0.0001"), None);
        assert_eq!(of("-1"), None);
        assert_eq!(of("1000001"), None);
        assert_eq!(amount(2_500).to_string(), "2.5");
    }
}
