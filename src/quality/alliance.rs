//! What hospitals agreed on among themselves: to be compared, to refer women. Either may take its word back. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::base::id::FacilityId;

/// What one hospital says of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Figures may stand beside each other.
    pub comparison: bool,
    /// Women may be referred.
    pub referral: bool,
}

/// A word, with whose it is and when it was given.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Who says it.
    pub of: FacilityId,
    /// Of whom.
    pub partner: FacilityId,
    /// What.
    pub says: Agreement,
    /// When.
    pub at: DateTime<Utc>,
}

/// How two hospitals stand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ally {
    /// The other one.
    pub facility: FacilityId,
    /// Its name.
    pub name: String,
    /// What this hospital said last, and when.
    pub ours: Option<(Agreement, DateTime<Utc>)>,
    /// What the other one said last, and when.
    pub theirs: Option<(Agreement, DateTime<Utc>)>,
}

impl Ally {
    /// What both agreed on.
    pub fn both(&self) -> Agreement {
        let says = |word: Option<(Agreement, DateTime<Utc>)>| word.map(|(says, _)| says);
        match (says(self.ours), says(self.theirs)) {
            (Some(ours), Some(theirs)) => Agreement {
                comparison: ours.comparison && theirs.comparison,
                referral: ours.referral && theirs.referral,
            },
            _ => Agreement {
                comparison: false,
                referral: false,
            },
        }
    }
}

/// How a hospital stands with all others; `words` from the first to the last.
pub fn allies(me: FacilityId, others: Vec<(FacilityId, String)>, words: &[Word]) -> Vec<Ally> {
    let mut last = BTreeMap::new();
    for word in words {
        last.insert((word.of, word.partner), (word.says, word.at));
    }
    let ally = |(facility, name)| Ally {
        ours: last.get(&(me, facility)).copied(),
        theirs: last.get(&(facility, me)).copied(),
        facility,
        name,
    };
    others
        .into_iter()
        .filter(|(facility, _)| *facility != me)
        .map(ally)
        .collect()
}
