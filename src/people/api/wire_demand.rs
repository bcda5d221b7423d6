//! Who demands a record, on the wire, and the file in which it leaves.

use chrono::NaiveDate;
use poem_openapi::Object;

use crate::base::id::AuthorityId;
use crate::http::answer::Kinds;
use crate::people::model::{Entitled, Entitlement};

/// Who demands a record, and how staff know that it is theirs to demand.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct EntitlementIn {
    /// As what.
    kind: Entitled,
    /// Name as on the identity document, 1–40 characters.
    name: String,
    /// Relation to her, 1–20 characters; needed of anybody but her.
    relation: Option<String>,
    /// The proof of identity that was seen: kind and last characters, 1–60 characters.
    document_ref: String,
    /// The recorded authority, with `record` in its scope; needed of an agent.
    authority: Option<AuthorityId>,
    /// When she died; needed of relatives and heirs.
    died_on: Option<NaiveDate>,
    /// The proofs of her death and of the relation that were seen, 1–200 characters; needed of relatives and heirs.
    kinship_ref: Option<String>,
}

impl From<EntitlementIn> for Entitlement {
    fn from(who: EntitlementIn) -> Entitlement {
        Entitlement {
            kind: who.kind,
            name: who.name,
            relation: who.relation,
            document_ref: who.document_ref,
            authority: who.authority,
            died_on: who.died_on,
            kinship_ref: who.kinship_ref,
        }
    }
}

/// Who demands a record.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct EntitlementOut {
    /// As what.
    kind: Entitled,
    /// Name.
    name: String,
    /// Relation to her.
    relation: Option<String>,
    /// The proof of identity that was seen.
    document_ref: String,
    /// The recorded authority.
    authority: Option<AuthorityId>,
    /// When she died.
    died_on: Option<NaiveDate>,
    /// The proofs of her death and of the relation that were seen.
    kinship_ref: Option<String>,
}

impl From<Entitlement> for EntitlementOut {
    fn from(who: Entitlement) -> EntitlementOut {
        EntitlementOut {
            kind: who.kind,
            name: who.name,
            relation: who.relation,
            document_ref: who.document_ref,
            authority: who.authority,
            died_on: who.died_on,
            kinship_ref: who.kinship_ref,
        }
    }
}

/// A file that holds a record.
pub struct Packages;

impl Kinds for Packages {
    const MEDIA_TYPES: &'static [&'static str] = &["application/zip"];
    const CACHED: bool = false;
}
