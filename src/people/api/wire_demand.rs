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
    /// Name as on the identity document, 1–40 characters; her own is that on her record.
    name: String,
    /// Relation to her, 1–20 characters; needed of anybody but her, and not of her.
    relation: Option<String>,
    /// The proof of identity that was seen: kind and last characters, 1–60 characters.
    document_ref: String,
    /// The recorded authority, with `record` in its scope; of an agent, and needed.
    authority: Option<AuthorityId>,
    /// When she died; of relatives and heirs, and needed.
    died_on: Option<NaiveDate>,
    /// The proofs that were seen, 1–200 characters: of guardianship; of her death and the relation, of relatives and heirs.
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
    /// The proofs of guardianship, or of her death and the relation, that were seen.
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
