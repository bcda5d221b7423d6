//! The account's templates of subscription messages. Ids and keys differ per account, so they are settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One template, as the account's console shows it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its id.
    pub id: String,
    /// One permission holds until she takes it back; otherwise it is worth one message.
    #[serde(default)]
    pub long_term: bool,
    /// The kinds of notices that it is for, as in `follow_up_due`; every kind unless given. The first that fits is taken.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// The page that the card opens, with the notice's id in `notice`; without one it opens nothing.
    pub page: Option<String>,
    /// Every key of the template, as in `title = "thing1"`.
    pub keys: BTreeMap<Part, String>,
}

impl Template {
    /// Whether it is for notices of a kind.
    pub fn takes(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|one| one == kind)
    }
}

/// What a card can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The title of the notice.
    Title,
    /// The hospital's name.
    Hospital,
    /// When she was told.
    Time,
    /// Where to look.
    Hint,
}
