//! Which acts of staff are a look at one woman's record.

use crate::base::Act;
use crate::people::model::LookedAt;

/// What she is told of. A list shows many women and is not here; nor is what somebody did, which she finds in the record
/// itself, and nothing from which a report made in confidence could be guessed.
pub const LOOKS: [(Act, LookedAt); 24] = [
    (Act::EpisodePatient, LookedAt::Record),
    (Act::EpisodeAccess, LookedAt::Access),
    (Act::FormsReadStaff, LookedAt::Answers),
    (Act::FormsResponses, LookedAt::Answers),
    (Act::AssessmentObservations, LookedAt::Answers),
    (Act::FormsAttachment, LookedAt::File),
    (Act::AssessmentReview, LookedAt::Assessment),
    (Act::ConsentGet, LookedAt::Consent),
    (Act::ConsentDecisions, LookedAt::Consent),
    (Act::ConsentPresented, LookedAt::Document),
    (Act::ConsentDocument, LookedAt::Document),
    (Act::PeopleCopyFile, LookedAt::Document),
    (Act::PeopleSealDocument, LookedAt::Sealed),
    (Act::PeopleSealCopy, LookedAt::Sealed),
    (Act::ConsentEvidence, LookedAt::Evidence),
    (Act::ConsentVerification, LookedAt::Evidence),
    (Act::ConsentReleaseStrokes, LookedAt::Strokes),
    (Act::ConsentVoice, LookedAt::Voice),
    (Act::AnalgesiaLabor, LookedAt::Labor),
    (Act::AnalgesiaHistory, LookedAt::Labor),
    (Act::FollowupGet, LookedAt::FollowUp),
    (Act::QualityManagedCase, LookedAt::ManagedCase),
    (Act::QualityReferral, LookedAt::Referral),
    (Act::QualitySharedRecord, LookedAt::Shared),
];

/// What an act of the journal looked at.
pub fn looked_at(act: &str) -> Option<LookedAt> {
    let (_, page) = LOOKS.iter().find(|(look, _)| look.word() == act)?;
    Some(*page)
}
