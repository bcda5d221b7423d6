//! The words of a report (CE §13.2): dimensions, the steps in their order, and what follows from all of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use crate::evidence::pades::Integrity;

crate::words! {
    /// Whose signature is it?
    Authenticity {
        /// The institution's, by a certificate that was good at that time.
        Trusted = "trusted",
        /// Somebody else's.
        OtherSigner = "other_signer",
        /// Of a certificate that leads to no root that we know.
        UntrustedChain = "untrusted_chain",
        /// Revoked before the attested time.
        Revoked = "revoked",
        /// It cannot be said.
        Unknown = "unknown",
    }
}

crate::words! {
    /// Since when was it signed?
    Time {
        /// A time authority says so.
        Attested = "attested",
        /// Only the signer says so.
        ClaimedOnly = "claimed_only",
        /// The time authority is still being asked.
        Pending = "pending",
        /// The token does not belong to this signature, or does not hold.
        Invalid = "invalid",
    }
}

crate::words! {
    /// Do we know this file? Asked on line only.
    Content {
        /// It is what is kept here.
        MatchesRecord = "matches_record",
        /// Nothing of the kind is kept here.
        UnknownHere = "unknown_here",
        /// Nobody was asked.
        NotChecked = "not_checked",
    }
}

crate::words! {
    /// Do the sections of the evidence give the root that was signed?
    Evidence {
        /// All bodies are there and give the root.
        Complete = "complete",
        /// Some bodies are withheld, all digests give the root.
        Redacted = "redacted",
        /// Something differs.
        Mismatch = "mismatch",
        /// A document alone.
        NotIncluded = "not_included",
    }
}

crate::words! {
    /// Is the seal in the log?
    Log {
        /// In a checkpoint.
        Included = "included",
        /// The log has promised to include it.
        PendingCheckpoint = "pending_checkpoint",
        /// There is no proof of it.
        Missing = "missing",
        /// The log contradicts itself.
        Inconsistent = "inconsistent",
    }
}

crate::words! {
    /// What became of the consent; it never changes [`Overall`].
    Standing {
        /// Signed by her alone so far.
        NotYetActive = "not_yet_active",
        /// It may be acted on.
        InForce = "in_force",
        /// What it allowed was done.
        Fulfilled = "fulfilled",
        /// She said no.
        Refused = "refused",
        /// She took it back.
        Withdrawn = "withdrawn",
        /// Another one took its place.
        Superseded = "superseded",
        /// Its time is over.
        Expired = "expired",
        /// Entered in error.
        Voided = "voided",
        /// Nobody was asked.
        Unknown = "unknown",
    }
}

crate::words! {
    /// The verdict.
    Overall {
        /// Not from this institution, or not to be believed.
        NotAuthentic = "not_authentic",
        /// Not what was signed.
        Altered = "altered",
        /// What this institution signed.
        Authentic = "authentic",
        /// It cannot be said; a message names what is missing.
        Indeterminate = "indeterminate",
    }
}

crate::words! {
    /// The steps of CE-221.
    Name {
        /// Is each file of the bundle as the manifest lists it?
        Manifest = "manifest",
        /// The signature on the document, and what came after it.
        Signature = "signature",
        /// The certificate at the attested time.
        Chain = "chain",
        /// The time-stamp.
        Token = "token",
        /// The content address of the template.
        Template = "template",
        /// The digest of what she was shown.
        Presented = "presented",
        /// The sections and their root.
        Sections = "sections",
        /// The root in the document.
        PrintedRoot = "printed_root",
        /// The national signature over the root; only where there is one.
        Sm2 = "sm2",
        /// The log's entry of the seal.
        SealEntry = "seal_entry",
        /// Its proof of inclusion.
        Inclusion = "inclusion",
        /// The signature on the checkpoint.
        Checkpoint = "checkpoint",
        /// The time-stamp over the checkpoint; only where there is one.
        CheckpointTime = "checkpoint_time",
        /// A newer checkpoint, and earlier ones.
        Consistency = "consistency",
    }
}

crate::words! {
    /// How a step ended.
    Outcome {
        /// It holds.
        Passed = "passed",
        /// It does not.
        Failed = "failed",
        /// What it needs is not there.
        Missing = "missing",
        /// Nothing to check here.
        NotChecked = "not_checked",
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which.
    pub step: Name,
    /// How it ended.
    pub result: Outcome,
    /// Why, from the closed list of [`super::words`].
    pub code: &'static str,
    /// What the text of the code speaks of: names of files and sections, digests, times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<String>,
}

impl Step {
    /// A step without particulars.
    pub fn new(step: Name, result: Outcome, code: &'static str) -> Step {
        Step {
            step,
            result,
            code,
            params: Vec::new(),
        }
    }

    /// The same with particulars.
    pub fn with(mut self, params: impl IntoIterator<Item = String>) -> Step {
        self.params.extend(params);
        self
    }
}

/// The dimensions of CE §13.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimensions {
    /// The file.
    pub integrity: Integrity,
    /// The signer.
    pub authenticity: Authenticity,
    /// The time.
    pub time: Time,
    /// The record here.
    pub content: Content,
    /// The sections.
    pub evidence: Evidence,
    /// The log.
    pub log: Log,
    /// The consent.
    pub consent: Standing,
}

impl Dimensions {
    /// Each dimension's name and value as it is shown, the consent last.
    pub fn shown(&self) -> [(&'static str, &'static str); 7] {
        [
            ("integrity", self.integrity.word()),
            ("authenticity", self.authenticity.word()),
            ("time", self.time.word()),
            ("content", self.content.word()),
            ("evidence", self.evidence.word()),
            ("log", self.log.word()),
            ("consent", self.consent.word()),
        ]
    }
}

/// What was found beside the dimensions, as far as messages speak of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Something came after the signed revision, and it is validation data or document time-stamps only.
    pub preserved: bool,
    /// The certificate has expired since it signed.
    pub certificate_expired: bool,
    /// The certificate was revoked after the attested time.
    pub revoked_later: bool,
    /// The trusted keys come from whoever checks, not from the bundle that is checked.
    pub trust_pinned: bool,
    /// Proofs of the log were given or asked for; a document alone has none.
    pub log_asked: bool,
    /// Whoever checks gave trust without any key of the log: nothing that the log signed can be judged.
    pub log_keyless: bool,
    /// Sections that differ.
    pub mismatched: Vec<String>,
    /// Sections without their body.
    pub withheld: Vec<String>,
    /// In force until, for [`Standing::InForce`].
    pub until: Option<DateTime<Utc>>,
    /// Since when it is withdrawn, superseded or expired.
    pub since: Option<DateTime<Utc>>,
    /// What superseded it, for callers who may know.
    pub by: Option<String>,
    /// Where the original on paper is kept, if it is one.
    pub paper: Option<String>,
}

/// One sentence of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// From the closed list of [`super::words`].
    pub code: &'static str,
    /// What the text speaks of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<String>,
}

/// The report on one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The verdict.
    pub overall: Overall,
    /// What it follows from.
    #[serde(flatten)]
    pub dimensions: Dimensions,
    /// What it means, the most important first.
    pub messages: Vec<Message>,
    /// How it was found, in the order of CE-221.
    pub steps: Vec<Step>,
}
