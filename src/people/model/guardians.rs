//! A guardian's word on the use of a child's data (CE-062).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::OtherPerson;
use crate::base::id::{AgreementId, StaffId};

/// Below this age a guardian also agrees to the processing of her data (Personal Information Protection Law art. 31).
const CHILD: u32 = 14;

/// The agreement of a guardian on a child's data, its kind.
pub const CHILD_DATA: &str = "child_data";

/// Whether a guardian also has to agree to the use of her data; without a birth date she is taken for an adult.
pub fn is_child(birth: Option<NaiveDate>, on: NaiveDate) -> bool {
    birth.is_some_and(|birth| on.years_since(birth).is_some_and(|years| years < CHILD))
}

/// What a guardian signed on paper about the rules for a child's data.
#[derive(Clone, Debug)]
pub struct GuardianSigned {
    /// Version of the text on the paper.
    pub version: String,
    /// Who signed it.
    pub guardian: OtherPerson,
    /// When; staff saw the guardian's document then.
    pub at: DateTime<Utc>,
}

/// What a guardian said on the rules for a child's data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GuardianWord {
    /// Its id.
    pub id: AgreementId,
    /// Kind of the agreement.
    pub kind: String,
    /// Version of the text.
    pub version: String,
    /// SHA-256 of the text in all languages, lower-case hex.
    pub sha256: String,
    /// Given, or refused or withdrawn.
    pub accepted: bool,
    /// Who said it.
    pub guardian: OtherPerson,
    /// Who saw the guardian's document, or wrote down what was said.
    pub staff: StaffId,
    /// When the document was seen; none where staff wrote down what was said to them.
    pub checked_at: Option<DateTime<Utc>>,
    /// When.
    pub at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_girl_is_a_child_until_the_day_on_which_she_is_fourteen() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let born = Some(day("2012-03-02"));
        assert!(is_child(born, day("2026-03-01")));
        assert!(!is_child(born, day("2026-03-02")));
        assert!(!is_child(None, day("2026-03-02")));
    }
}
