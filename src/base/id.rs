//! Typed ids: one alphabetical list, UUIDv7, made only by [`Ids`].

use chrono::{DateTime, Utc};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type, poem_openapi::NewType)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                $name(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A WeChat account, global.
    AccountId,
    /// An adverse event report.
    AdverseEventId,
    /// An agreement given or withdrawn.
    AgreementId,
    /// A red flag of follow-up.
    AlertId,
    /// An assignment of a form to a woman.
    AssignmentId,
    /// A file that she uploaded.
    AttachmentId,
    /// A second person's word.
    AttestationId,
    /// A newborn.
    BabyId,
    /// A complication of analgesia.
    ComplicationId,
    /// A consent instance.
    ConsentId,
    /// A question of hers to the clinician.
    ConsentQuestionId,
    /// A request of hers about her data.
    DataRequestId,
    /// A list of records to be destroyed.
    DestructionListId,
    /// A drug given.
    DoseId,
    /// One pregnancy.
    EpisodeId,
    /// A hospital.
    FacilityId,
    /// A follow-up point.
    FollowUpId,
    /// An identity check.
    IdentityCheckId,
    /// An invitation to bind an account.
    InvitationId,
    /// A labor.
    LaborId,
    /// A legal hold.
    LegalHoldId,
    /// A notice to her.
    NoticeId,
    /// An observation in labor.
    ObservationId,
    /// A quiz attempt.
    QuizAttemptId,
    /// A woman's record in one facility.
    PatientId,
    /// A set of answers.
    ResponseId,
    /// An assessment in the review queue.
    ReviewId,
    /// A session.
    SessionId,
    /// A signature act.
    SignatureId,
    /// A staff account.
    StaffId,
    /// Something to do.
    TaskId,
}

/// Makes ids. UUIDv7 of the injected clock's time, so that ids of a moved clock sort as its rows do.
#[derive(Clone, Debug, Default)]
pub struct Ids;

impl Ids {
    /// A new id for something that happened at `at`.
    pub fn make<T: From<Uuid>>(&self, at: DateTime<Utc>) -> T {
        let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
        let stamp = uuid::Timestamp::from_unix(uuid::NoContext, seconds, at.timestamp_subsec_nanos());
        T::from(Uuid::new_v7(stamp))
    }
}
