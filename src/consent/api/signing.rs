//! What is sent when somebody signs, and what a family says beside it.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

use super::asks::DeviceIn;
use crate::base::error::{Error, Result};
use crate::base::id::AuthorityId;
use crate::consent::acts::{Acknowledgement, Drawn, Mark, NewAuthority, Signatory, Word};
use crate::consent::model::{Authority, AuthorityBody, Power, Signer, SignerKind};
use crate::http::ink::{CanvasIn, StrokesIn, strokes};
use crate::journal::receipt::Receipt;

/// The log's signed promise about an entry, to be checked with its public key.
#[derive(Clone, Debug, Object)]
pub struct LogReceiptOut {
    /// The digest of the entry before it has its place, lower-case hex.
    entry_digest: String,
    /// A checkpoint signed by then holds it.
    include_by: DateTime<Utc>,
    /// The name of the log's key.
    key_name: String,
    /// Its id, lower-case hex.
    key_id: String,
    /// Ed25519 over `T("audit/receipt/v1", entry digest ‖ include_by)`, base64.
    signature: String,
}

impl From<Receipt> for LogReceiptOut {
    fn from(receipt: Receipt) -> LogReceiptOut {
        LogReceiptOut {
            entry_digest: receipt.entry_digest,
            include_by: receipt.include_by,
            key_name: receipt.key_name,
            key_id: receipt.key_id,
            signature: receipt.signature,
        }
    }
}

/// What is decided with a signature.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
pub enum ConsentDecisionIn {
    /// Yes.
    Agree,
}

/// Who signs. Anybody but her is checked by staff in person within the ten minutes before.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SignerIn {
    /// As what.
    kind: SignerKind,
    /// Name as on the identity document, 1–40 characters; needed of anybody but her.
    name: Option<String>,
    /// Relation to her, 1–20 characters; needed of anybody but her.
    relation: Option<String>,
    /// What proves guardianship, authority or relation, 1–60 characters; needed of anybody but her.
    document_ref: Option<String>,
}

/// A staff member's word with a reason.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct StaffWordIn {
    /// Why, 1–200 characters.
    reason: String,
    /// From `POST /attestations` for `consent.sign` and this consent.
    attestation: String,
}

impl From<StaffWordIn> for Word {
    fn from(word: StaffWordIn) -> Word {
        Word {
            reason: word.reason,
            attestation: word.attestation,
        }
    }
}

/// Words by hand.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct HandwrittenIn {
    /// `[[[x, y, t_ms, p], …], …]`, within the limits of a signature.
    strokes: StrokesIn,
    /// Where it was written.
    canvas: CanvasIn,
}

/// A signature.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SignIn {
    /// SHA-256 of the bytes that were shown, lower-case hex.
    presented_sha256: String,
    /// Ids of the statements that were affirmed.
    statements: Vec<String>,
    /// The decision.
    decision: ConsentDecisionIn,
    /// `[[[x, y, t_ms, p], …], …]`: what was drawn, pressure 0–1000 or −1; with `canvas`. Absent when she says it before a
    /// witness; then a mark is enough, too.
    strokes: Option<StrokesIn>,
    /// Where it was drawn.
    canvas: Option<CanvasIn>,
    /// Who signs; she herself if absent.
    signer: Option<SignerIn>,
    /// A statement of hers in her own hand.
    handwritten: Option<HandwrittenIn>,
    /// The staff member who saw her decide, and why she cannot write.
    witness: Option<StaffWordIn>,
    /// An anesthesiologist takes strokes that are too short or one straight line.
    ink_accepted: Option<StaffWordIn>,
    /// The device.
    device: Option<DeviceIn>,
}

fn drawn(drawn: Option<StrokesIn>, canvas: Option<CanvasIn>) -> Result<Option<Drawn>> {
    match (drawn, canvas) {
        (Some(drawn), Some(canvas)) => Ok(Some((strokes(drawn)?, canvas.try_into()?))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Error::invalid("/canvas", "required")),
        (None, Some(_)) => Err(Error::invalid("/strokes", "required")),
    }
}

impl TryFrom<SignIn> for Mark {
    type Error = Error;

    fn try_from(body: SignIn) -> Result<Mark> {
        let signer = body.signer.map_or(
            Signatory {
                kind: SignerKind::Patient,
                name: None,
                relation: None,
                document_ref: None,
            },
            |signer| Signatory {
                kind: signer.kind,
                name: signer.name,
                relation: signer.relation,
                document_ref: signer.document_ref,
            },
        );
        let (words, field) = body.handwritten.map(|one| (one.strokes, one.canvas)).unzip();
        Ok(Mark {
            presented_sha256: body.presented_sha256,
            statements: body.statements,
            ink: drawn(body.strokes, body.canvas)?,
            handwritten: drawn(words, field)?,
            signer,
            witness: body.witness.map(Into::into),
            accepted: body.ink_accepted.map(Into::into),
            device: body.device.unwrap_or_default().evidence(),
        })
    }
}

/// A relative takes note.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AcknowledgementIn {
    /// Name, 1–40 characters.
    name: String,
    /// Relation to her, 1–20 characters.
    relation: String,
    /// The relative objects: it is recorded, a talk is offered, and nothing is blocked.
    #[oai(default)]
    objects: bool,
    /// `[[[x, y, t_ms, p], …], …]`.
    strokes: StrokesIn,
    /// Where it was drawn.
    canvas: CanvasIn,
    /// The device.
    device: Option<DeviceIn>,
}

impl TryFrom<AcknowledgementIn> for Acknowledgement {
    type Error = Error;

    fn try_from(body: AcknowledgementIn) -> Result<Acknowledgement> {
        Ok(Acknowledgement {
            name: body.name,
            relation: body.relation,
            objects: body.objects,
            ink: (strokes(body.strokes)?, body.canvas.try_into()?),
            device: body.device.unwrap_or_default().evidence(),
        })
    }
}

/// Whether a relative may acknowledge.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AcknowledgementSwitchIn {
    /// Whether.
    pub allowed: bool,
}

/// Whom she authorizes.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct AgentIn {
    /// Name as on the identity document, 1–40 characters.
    name: String,
    /// Relation to her, 1–20 characters.
    relation: String,
    /// The identity document and its last characters, 1–60 characters.
    document_ref: String,
}

/// A written authority as staff read it.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AuthorityIn {
    /// Whom.
    agent: AgentIn,
    /// The procedure class that it is about, as `neuraxial_labor_analgesia`.
    matter: String,
    /// What the agent may do.
    scope: Vec<Power>,
    /// Since when; now if absent.
    begins_at: Option<DateTime<Utc>>,
    /// Until when; 400 days after it begins at most.
    ends_at: DateTime<Utc>,
    /// Where the document is, 1–60 characters.
    document_ref: String,
    /// It carries her signature; it has to.
    patient_signed: bool,
}

impl From<AuthorityIn> for NewAuthority {
    fn from(body: AuthorityIn) -> NewAuthority {
        NewAuthority {
            body: AuthorityBody {
                agent: body.agent.name,
                relation: body.agent.relation,
                agent_document_ref: body.agent.document_ref,
                document_ref: body.document_ref,
            },
            matter: body.matter,
            scope: body.scope,
            begins_at: body.begins_at,
            ends_at: body.ends_at,
            patient_signed: body.patient_signed,
        }
    }
}

/// A written authority that is recorded.
#[derive(Object)]
pub struct AuthorityOut {
    /// Its id.
    id: AuthorityId,
    /// The procedure class.
    matter: String,
    /// What the agent may do.
    scope: Vec<Power>,
    /// Since when.
    begins_at: DateTime<Utc>,
    /// Until when.
    ends_at: DateTime<Utc>,
}

impl From<Authority> for AuthorityOut {
    fn from(authority: Authority) -> AuthorityOut {
        AuthorityOut {
            id: authority.id,
            matter: authority.matter,
            scope: authority.scope,
            begins_at: authority.begins_at,
            ends_at: authority.ends_at,
        }
    }
}

/// One of those who sign.
#[derive(Clone, Debug, Object)]
pub struct SignerOut {
    /// As what.
    kind: SignerKind,
    /// When; absent while it is waited for.
    signed_at: Option<DateTime<Utc>>,
}

impl From<Signer> for SignerOut {
    fn from(signer: Signer) -> SignerOut {
        SignerOut {
            kind: signer.kind,
            signed_at: signer.signed_at,
        }
    }
}
