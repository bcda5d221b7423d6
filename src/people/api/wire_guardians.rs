//! What a guardian's word on a child's data looks like on the wire.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use crate::base::id::AgreementId;
use crate::people::acts::GuardianSays;
use crate::people::model::{GuardianWord, OtherPerson, Proxy};

/// A guardian.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct GuardianIn {
    /// Name as on the identity document, 1–40 characters.
    name: String,
    /// Relation to her, 1–20 characters.
    relation: String,
    /// What proves guardianship: the document and its last characters, 1–60 characters.
    document_ref: String,
}

impl From<GuardianIn> for OtherPerson {
    fn from(guardian: GuardianIn) -> OtherPerson {
        OtherPerson {
            kind: Proxy::Guardian,
            name: guardian.name,
            relation: guardian.relation,
            document_ref: guardian.document_ref,
        }
    }
}

/// A guardian's word.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct GuardianAgreeIn {
    /// The version that the guardian read.
    version: String,
    /// Its SHA-256 as the list gives it, lower-case hex.
    sha256: String,
    /// Given, or refused or withdrawn.
    accepted: bool,
    /// Who says it, exactly as staff checked in person within the ten minutes before.
    guardian: GuardianIn,
}

impl From<GuardianAgreeIn> for GuardianSays {
    fn from(body: GuardianAgreeIn) -> GuardianSays {
        GuardianSays {
            version: body.version,
            sha256: body.sha256,
            accepted: body.accepted,
            guardian: body.guardian.into(),
        }
    }
}

/// That a guardian takes an agreement back.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct GuardianWithdrawalIn {
    /// The agreement, as `child_data`.
    pub kind: String,
    /// Who said so.
    pub guardian: GuardianIn,
}

/// A guardian's word that is recorded.
#[derive(Object)]
pub struct GuardianWordOut {
    /// Its id.
    id: AgreementId,
    /// Kind of the agreement.
    kind: String,
    /// Version of the text.
    version: String,
    /// SHA-256 of the text in all languages, lower-case hex.
    sha256: String,
    /// Given, or refused or withdrawn.
    accepted: bool,
    /// When.
    at: DateTime<Utc>,
}

impl From<GuardianWord> for GuardianWordOut {
    fn from(word: GuardianWord) -> GuardianWordOut {
        GuardianWordOut {
            id: word.id,
            kind: word.kind,
            version: word.version,
            sha256: word.sha256,
            accepted: word.accepted,
            at: word.at,
        }
    }
}
