//! What is told to whoever verifies a document of a consent, or takes its evidence.

use chrono::{DateTime, Utc};

use super::{Sealable, TimeStatus};
use crate::evidence::verify::{Log, Standing};

crate::words! {
    /// Why the strokes leave with the evidence (CE-124).
    StrokesFor {
        /// A forensic examination of the handwriting.
        ForensicExamination = "forensic_examination",
        /// A court or an authority asks for them.
        CourtOrder = "court_order",
        /// A dispute in which the hospital has to show them.
        Dispute = "dispute",
    }
}

/// What of the evidence leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Export {
    /// Sections whose bodies stay here, by number.
    pub withheld: Vec<usize>,
    /// The strokes go with it, for this.
    pub strokes: Option<StrokesFor>,
}

/// Whether a consent is in force (CE §13.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Force {
    /// Where it stands.
    pub standing: Standing,
    /// In force until; none once the procedure is under way, which it carries to its end.
    pub until: Option<DateTime<Utc>>,
    /// Withdrawn, superseded, expired since.
    pub since: Option<DateTime<Utc>>,
}

/// A sealed document that is kept here, as whoever holds its code or its digest is told (CE §13.1).
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The hospital's name.
    pub institution: String,
    /// What kind of document.
    pub paper: Sealable,
    /// When it was made.
    pub issued_at: DateTime<Utc>,
    /// Whether the consent is in force: that is another question than whether a file is genuine.
    pub force: Force,
    /// Since when its seal is proved to exist; none while it has no seal.
    pub time: Option<TimeStatus>,
    /// Where its seal is in the log, for whoever asked by digest.
    pub log: Option<Log>,
    /// The newest head of the log.
    pub checkpoint: Option<Head>,
    /// Her family name, for whoever knows the second item.
    pub name: Option<String>,
}

/// The signed head of a log.
#[derive(Clone, Debug)]
pub struct Head {
    /// Entries.
    pub size: i64,
    /// The root over them, lower-case hex.
    pub root: String,
    /// When it was signed.
    pub at: DateTime<Utc>,
}
