//! Typed ids: one alphabetical list, UUIDv7, made only by [`Ids`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// An alarm in labor.
    AlarmId,
    /// A red flag of follow-up.
    AlertId,
    /// An assignment of a form to a woman.
    AssignmentId,
    /// A file that she uploaded.
    AttachmentId,
    /// A second person's word.
    AttestationId,
    /// A written authority of an agent.
    AuthorityId,
    /// A newborn.
    BabyId,
    /// The picture of a character that no font has.
    CharacterPictureId,
    /// A class on site.
    ClassId,
    /// A complication of analgesia.
    ComplicationId,
    /// A consent instance.
    ConsentId,
    /// A question of hers to the clinician.
    ConsentQuestionId,
    /// A request of hers about her data.
    DataRequestId,
    /// A notice on its way by one channel.
    DeliveryId,
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
    /// An assessment of the effect of processing personal information.
    ImpactAssessmentId,
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
    /// A passkey.
    PasskeyId,
    /// A quiz attempt.
    QuizAttemptId,
    /// A woman's record in one facility.
    PatientId,
    /// The opening of a record by somebody who treats her no longer.
    RecordAccessId,
    /// A copy of a record that was handed out.
    RecordCopyId,
    /// A sealing of a record in a dispute.
    RecordSealId,
    /// One list of a sealing.
    RecordSealListId,
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
    /// A release of what was drawn for an examination.
    StrokesReleaseId,
    /// Something to do.
    TaskId,
    /// An event that WeChat pushed.
    WechatEventId,
}

/// Room for the counter in an id: at a million ids a second, from the middle of it, 25 days without a restart.
const COUNTER_BITS: u32 = 42;

/// Makes ids. UUIDv7 of the injected clock's time, so that ids of a moved clock sort as its rows do.
///
/// Rows of one millisecond sort as they were written: after the time stands a counter that only rises while the process
/// lives (RFC 9562 §6.2, method 1), whichever transactions run between each other. The last 32 bits are random.
#[derive(Clone, Debug)]
pub struct Ids {
    next: Arc<AtomicU64>,
}

impl Default for Ids {
    fn default() -> Ids {
        // The lower half of the room, so that the upper one is left to count in.
        let (_, start) = random(0).as_u64_pair();
        Ids {
            next: Arc::new(AtomicU64::new(start & ((1 << (COUNTER_BITS - 1)) - 1))),
        }
    }
}

impl Ids {
    /// A new id for something that happened at `at`.
    pub fn make<T: From<Uuid>>(&self, at: DateTime<Utc>) -> T {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        let count = self.next.fetch_add(1, Ordering::Relaxed) & ((1 << COUNTER_BITS) - 1);
        let (high, low) = random(millis).as_u64_pair();
        let high = (high & !0xfff) | (count >> 30);
        let low = (0b10 << 62) | ((count & 0x3fff_ffff) << 32) | (low & 0xffff_ffff);
        T::from(Uuid::from_u64_pair(high, low))
    }
}

/// Version 7, everything after the time random.
fn random(millis: u64) -> Uuid {
    let nanos = u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, millis / 1000, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_millisecond_sort_as_they_were_made_also_with_another_time_between() {
        let ids = Ids::default();
        let now = DateTime::UNIX_EPOCH + chrono::Duration::days(20_000);
        let later = now + chrono::Duration::milliseconds(1);
        let (mut of_now, mut of_later) = (Vec::new(), Vec::new());
        for _ in 0..1000 {
            of_now.push(ids.make::<Uuid>(now));
            of_later.push(ids.clone().make::<Uuid>(later));
        }
        assert!(of_now.is_sorted_by(|a, b| a < b) && of_later.is_sorted_by(|a, b| a < b));
        assert!(of_now.last() < of_later.first(), "time comes first");
    }

    #[test]
    fn an_id_is_a_uuid_of_version_seven_with_its_time() {
        let at = DateTime::UNIX_EPOCH + chrono::Duration::milliseconds(1_772_413_200_123);
        let id: Uuid = Ids::default().make(at);
        assert_eq!(
            (id.get_version_num(), id.get_variant()),
            (7, uuid::Variant::RFC4122)
        );
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        assert_eq!((seconds, nanos / 1_000_000), (1_772_413_200, 123));
    }
}
