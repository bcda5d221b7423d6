//! Sessions of staff.

use serde::{Deserialize, Serialize};

/// What staff sessions need.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// Whether acts on consents need a session with a second factor (CE-021).
    pub second_factor: SecondFactor,
    /// Failed log-ins of one address in a quarter of an hour before it rests: the staff of a hospital may share one.
    pub failures_per_address: i64,
}

impl Default for Sessions {
    fn default() -> Sessions {
        Sessions {
            second_factor: SecondFactor::default(),
            failures_per_address: 100,
        }
    }
}

/// Whether something needs a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// Without one it is refused.
    #[default]
    Required,
    /// Who has none acts without; the evidence says so.
    Optional,
}
