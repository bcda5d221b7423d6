//! What a staff member's proofs of presence look like on the wire.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use crate::base::{Error, Result};
use crate::people::acts::{Presence, Proposed};

/// A proof of presence: one of the two.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct StepUpIn {
    /// The password of this account.
    pub password: Option<String>,
    /// The code of the second factor, or a recovery code.
    pub totp: Option<String>,
}

impl StepUpIn {
    /// What is shown.
    pub fn presence(self) -> Result<Presence> {
        match (self.password, self.totp) {
            (Some(password), None) => Ok(Presence::Password(password)),
            (None, Some(code)) => Ok(Presence::Code(code)),
            (None, None) => Err(Error::invalid("/password", "required")),
            (Some(_), Some(_)) => Err(Error::invalid("/totp", "only_one")),
        }
    }
}

/// How long a proof of presence is good.
#[derive(Object)]
pub struct StepUpOut {
    /// Until.
    pub good_until: DateTime<Utc>,
}

/// The secret of a second factor, told once.
#[derive(Object)]
pub struct TotpOut {
    /// In base32, to be typed into an authenticator app.
    pub secret: String,
    /// The same as an address that the app reads from a QR code.
    pub uri: String,
}

impl From<Proposed> for TotpOut {
    fn from(p: Proposed) -> TotpOut {
        TotpOut {
            secret: p.secret,
            uri: p.uri,
        }
    }
}

/// A code of the app.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct TotpIn {
    /// Six digits.
    pub code: String,
}

/// What opens the account without the app, told once.
#[derive(Object)]
pub struct RecoveryCodesOut {
    /// Each works once, in the place of a code.
    pub recovery_codes: Vec<String>,
}
