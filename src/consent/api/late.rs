//! What staff send at the bedside, or with an original on paper.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use poem_openapi::Object;

use super::orders::{CapacityIn, SigningIn};
use crate::base::error::{Error, Result};
use crate::consent::acts::{Bedside, BedsideCapacity, PaperDraft, ProxyWord};
use crate::consent::model::{TechniqueClass, YesHow};
use crate::people::model::{GuardianSigned, OtherPerson, Proxy};

/// An original that was signed on paper.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PaperIn {
    /// When she signed it, as it stands on the paper.
    signed_at: DateTime<Utc>,
    /// Where the original lies, 1–200 characters.
    original_place: String,
    /// Why it was not signed on a screen, 1–500 characters.
    reason: String,
    /// The class of technique that it names; `catheter` if absent.
    technique_class: Option<TechniqueClass>,
    /// The scan of all pages: one PDF, or 1–12 pictures (JPEG, PNG); at most 10 MiB.
    pages: Vec<PageIn>,
    /// The midwife's word that the copy equals the original, from `POST /attestations`.
    attestation: Option<String>,
    /// Who signed it, as for a release; absent, her age and capacity say it. A second doctor's word is for `consent.paper`.
    signing: Option<SigningIn>,
    /// On her capacity; absent, she can decide unless staff found otherwise.
    capacity: Option<CapacityIn>,
    /// Why there is no assessment, or one in which something was not judged, 1–500 characters.
    assessment_waived: Option<String>,
    /// Of a girl under 14, unless it was given on her page: the agreement to the use of her data that her guardian signed on
    /// paper, at the same time.
    child_data: Option<ChildDataIn>,
}

/// The agreement to the use of a child's data, on paper.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ChildDataIn {
    /// The version of the text that was signed; the one in force.
    version: String,
    /// Who signed it.
    guardian: PaperGuardianIn,
}

/// A guardian whose document staff saw.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct PaperGuardianIn {
    /// Name as on the identity document, 1–40 characters.
    name: String,
    /// Relation to her, 1–20 characters.
    relation: String,
    /// What proves guardianship: the document and its last characters, 1–60 characters.
    document_ref: String,
}

/// A page, or all of them in one PDF.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct PageIn {
    /// The file in base 64.
    content: String,
}

impl TryFrom<PaperIn> for PaperDraft {
    type Error = Error;

    fn try_from(body: PaperIn) -> Result<PaperDraft> {
        let page = |(at, page): (usize, PageIn)| {
            STANDARD
                .decode(page.content)
                .map_err(|_| Error::invalid(format!("/pages/{at}/content"), "format"))
        };
        Ok(PaperDraft {
            signed_at: body.signed_at,
            original_place: body.original_place,
            reason: body.reason,
            technique_class: body.technique_class.unwrap_or(TechniqueClass::Catheter),
            pages: body
                .pages
                .into_iter()
                .enumerate()
                .map(page)
                .collect::<Result<_>>()?,
            attestation: body.attestation,
            signing: body.signing.unwrap_or_default().into(),
            capacity: body.capacity.map(Into::into),
            assessment_waived: body.assessment_waived,
            child_data: body.child_data.map(|signed| GuardianSigned {
                version: signed.version,
                guardian: OtherPerson {
                    kind: Proxy::Guardian,
                    name: signed.guardian.name,
                    relation: signed.guardian.relation,
                    document_ref: signed.guardian.document_ref,
                },
                at: body.signed_at,
            }),
        })
    }
}

/// The confirmation at the bedside.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct BedsideIn {
    /// Two different ones of `name`, `birth_date`, `id_document`, `record_number`, `wristband`, `phone`.
    identifiers: Vec<String>,
    /// How she said her own yes; needed unless she can't decide for herself.
    yes: Option<YesHow>,
    /// The word of whoever signed for a woman who can't decide; needed of her, and of no other.
    proxy: Option<ProxyIn>,
    /// Why it can't be confirmed now, 1–500 characters. What was seen is kept as it is, nothing has to be affirmed, and the
    /// consent stays unconfirmed.
    unable: Option<String>,
    /// She still agrees; a no is a withdrawal.
    still_agrees: bool,
    /// Something has changed since she signed.
    anything_changed: bool,
    /// What has changed, 1–500 characters; needed when something has.
    changed: Option<String>,
    /// Her last questions are answered.
    questions_answered: bool,
    /// Rule ids of risks that are new since the release and explained now; no other ids.
    #[oai(default)]
    risks_confirmed: Vec<String>,
    /// Her capacity in labor.
    capacity: BedsideCapacityIn,
}

/// The word of whoever signed for her.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ProxyIn {
    /// The name that stands beside the signature, 1–40 characters.
    name: String,
    /// This person still agrees.
    still_agrees: bool,
}

/// Her capacity in labor.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct BedsideCapacityIn {
    /// Oriented; affirmed of a woman who decides.
    orientation: bool,
    /// She said it in her own words; affirmed of a woman who decides.
    teach_back: bool,
    /// Pain, 0–10.
    pain_score: i64,
    /// An opioid within the last four hours.
    opioid_4h: bool,
    /// Drugs of the last four hours, at most 20 of 1–60 characters.
    #[oai(default)]
    drugs_4h: Vec<String>,
}

impl From<BedsideIn> for Bedside {
    fn from(body: BedsideIn) -> Bedside {
        Bedside {
            identifiers: body.identifiers,
            yes: body.yes,
            proxy: body.proxy.map(|word| ProxyWord {
                name: word.name,
                still_agrees: word.still_agrees,
            }),
            unable: body.unable,
            still_agrees: body.still_agrees,
            anything_changed: body.anything_changed,
            changed: body.changed,
            questions_answered: body.questions_answered,
            risks_confirmed: body.risks_confirmed,
            capacity: BedsideCapacity {
                orientation: body.capacity.orientation,
                teach_back: body.capacity.teach_back,
                pain_score: body.capacity.pain_score,
                opioid_4h: body.capacity.opioid_4h,
                drugs_4h: body.capacity.drugs_4h,
            },
        }
    }
}
