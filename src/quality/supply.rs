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

#[cfg(test)]
mod tests {
    use super::*;

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
