//! What invitations, checks of identity and devices look like on the wire.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use crate::base::id::IdentityCheckId;
use crate::people::model::{IdentityMethod, OtherPerson, Proxy};

/// A check of identity.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct IdentityCheckIn {
    /// How.
    pub method: IdentityMethod,
    /// Two different ones of `name`, `birth_date`, `id_document`, `record_number`, `wristband`, `phone`.
    pub identifiers: Vec<String>,
    /// Who was checked, where it was not she: somebody who signs beside her or for her.
    pub of: Option<OtherPersonIn>,
}

/// Somebody who signs beside her or for her.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct OtherPersonIn {
    /// As what.
    pub kind: Proxy,
    /// Name as on the identity document, 1–40 characters.
    pub name: String,
    /// Relation to her, 1–20 characters.
    pub relation: String,
    /// What proves it: the document and its last characters, 1–60 characters.
    pub document_ref: String,
}

impl From<OtherPersonIn> for OtherPerson {
    fn from(of: OtherPersonIn) -> OtherPerson {
        OtherPerson {
            kind: of.kind,
            name: of.name,
            relation: of.relation,
            document_ref: of.document_ref,
        }
    }
}

/// A hospital device.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct DeviceSessionIn {
    /// Its number in the hospital's inventory, 1–40 characters.
    pub asset: String,
    /// Where it stands, 1–40 characters.
    pub ward: Option<String>,
}

/// A check of identity.
#[derive(Object)]
pub struct IdentityCheckOut {
    /// Its id.
    pub id: IdentityCheckId,
    /// For the bedside: six digits that she types in.
    pub code: Option<String>,
    /// When the code lapses.
    pub expires_at: Option<DateTime<Utc>>,
}

/// An invitation.
#[derive(Object)]
pub struct InvitationOut {
    /// The scene code, 22 characters.
    pub scene: String,
    /// When it lapses.
    pub expires_at: DateTime<Utc>,
    /// The mini-program code as base64 of a PNG or JPEG; absent while WeChat is out of reach.
    pub image: Option<String>,
    /// An address that opens the same page from a text message; absent while WeChat is out of reach.
    pub link: Option<String>,
}
