//! Who may do what: one table of act × role. Pure; a nurse manager can read it.
//!
//! P she herself · M midwife · O obstetrician · A anesthesiologist · Q quality office · D administrator ·
//! `anyone` needs no session · `system` is never a request.

mod party;
mod second_factor;

pub use party::{Party, party};
use second_factor::WITH_SECOND_FACTOR;

use super::caller::{Caller, Factor, Who};
use crate::base::error::{Error, Result};
use crate::base::id::{AccountId, FacilityId};
use crate::base::request::RefusedAct;
use crate::base::{Act, Code, Noun};
use crate::ctx::Sender;

use Party::{A, Anyone, D, M, O, P, Q, System};

/// The table.
pub const TABLE: &[(Act, &[Party])] = &[
    (Act::PeopleLogInPatient, &[Anyone]),
    (Act::PeopleLogInStaff, &[Anyone]),
    (Act::PeopleLogInSignOnBegin, &[Anyone]),
    (Act::PeopleLogInSignOn, &[Anyone]),
    (Act::PeopleLogInPasskeyBegin, &[Anyone]),
    (Act::PeopleLogInPasskey, &[Anyone]),
    (Act::PeopleLogOut, &[P, M, O, A, Q, D]),
    (Act::PeopleSessions, &[P, M, O, A, Q, D]),
    (Act::PeopleEndSession, &[P, M, O, A, Q, D]),
    (Act::PeopleEndOtherSessions, &[P, M, O, A, Q, D]),
    (Act::PeopleEndHerSessions, &[M, O, A]),
    (Act::PeopleMe, &[P]),
    (Act::PeopleUpdateMe, &[P]),
    (Act::PeopleBindPhone, &[P]),
    (Act::PeopleAgreements, &[P]),
    (Act::PeopleAgree, &[P]),
    (Act::PeopleGuardianAgreements, &[P]),
    (Act::PeopleGuardianAgree, &[P]),
    (Act::PeopleGuardianWithdraw, &[M, O, A]),
    (Act::PeopleFacilities, &[P]),
    (Act::PeopleStaffMe, &[M, O, A, Q, D]),
    (Act::PeopleChangePassword, &[M, O, A, Q, D]),
    (Act::PeopleStepUp, &[M, O, A, Q, D]),
    (Act::PeopleEnrollTotp, &[M, O, A, Q, D]),
    (Act::PeopleConfirmTotp, &[M, O, A, Q, D]),
    (Act::PeopleRemoveTotp, &[M, O, A, Q, D]),
    (Act::PeopleEnrollPasskey, &[M, O, A, Q, D]),
    (Act::PeopleConfirmPasskey, &[M, O, A, Q, D]),
    (Act::PeoplePasskeys, &[M, O, A, Q, D]),
    (Act::PeopleRemovePasskey, &[M, O, A, Q, D]),
    (Act::PeopleAttest, &[M, O, A, Q, D]),
    (Act::PeopleStaffList, &[D]),
    (Act::PeopleStaffAdd, &[D]),
    (Act::PeopleStaffGet, &[D]),
    (Act::PeopleStaffUpdate, &[D]),
    (Act::PeopleStaffReset, &[D]),
    (Act::PeopleStaffResetTotp, &[D]),
    (Act::PeopleStaffResetSignOn, &[D]),
    (Act::PeopleQualify, &[Q, D]),
    (Act::PeopleQualification, &[Q, D]),
    (Act::PeopleQualifications, &[Q, D]),
    (Act::PeopleFacilityGet, &[M, O, A, Q, D]),
    (Act::PeopleFacilityUpdate, &[D]),
    (Act::PeopleFacilityAdd, &[System]),
    (Act::PeopleInvite, &[M, O, A]),
    (Act::PeopleIdentityCheck, &[M, O, A]),
    (Act::PeopleDeviceSession, &[M, O, A]),
    (Act::PeopleEvents, &[M, O, A]),
    (Act::PeopleAudit, &[Q, D]),
    (Act::PeopleContent, &[M, O, A, Q, D]),
    (Act::PeopleExport, &[P]),
    (Act::PeopleAccessLog, &[P]),
    (Act::PeopleErasure, &[P]),
    (Act::PeopleRequest, &[P]),
    (Act::PeopleRequests, &[P]),
    (Act::PeopleDataRequests, &[Q]),
    (Act::PeopleAnswerRequest, &[Q]),
    (Act::PeopleRequestOverdue, &[System]),
    (Act::PeopleHold, &[Q]),
    (Act::PeopleHolds, &[Q]),
    (Act::PeopleReleaseHold, &[Q]),
    (Act::PeopleListDestruction, &[Q]),
    (Act::PeopleDestructions, &[Q]),
    (Act::PeopleApproveDestruction, &[Q]),
    (Act::PeopleSeal, &[Q]),
    (Act::PeopleSeals, &[Q]),
    (Act::PeopleSealGet, &[Q]),
    (Act::PeopleSealAgain, &[Q]),
    (Act::PeopleSignSeal, &[Q]),
    (Act::PeopleSealDocument, &[Q]),
    (Act::PeopleSealCopy, &[Q]),
    (Act::PeopleSealClaim, &[Q]),
    (Act::PeopleReleaseSeal, &[Q]),
    (Act::PeopleSealOver, &[System]),
    (Act::PeopleSealFinished, &[System]),
    (Act::PeopleIssueCopy, &[P, Q]),
    (Act::PeopleCopies, &[P, Q]),
    (Act::PeopleCopyFile, &[P, Q]),
    (Act::PeopleFileAssessment, &[Q]),
    (Act::PeopleAssessments, &[Q]),
    (Act::PeopleRefused, &[System]),
    (Act::PeopleForget, &[System]),
    (Act::PeopleWechatEvent, &[System]),
    (Act::EpisodeRegister, &[M, O, A]),
    (Act::EpisodeEnroll, &[P]),
    (Act::EpisodeJourney, &[P]),
    (Act::EpisodeNotices, &[P]),
    (Act::EpisodeReadNotice, &[P]),
    (Act::EpisodeSubscriptions, &[P]),
    (Act::EpisodeSubscribe, &[P]),
    (Act::EpisodeDeliver, &[System]),
    (Act::EpisodeOver, &[System]),
    (Act::EpisodeTellLoss, &[M, O]),
    (Act::EpisodeTakeBackLoss, &[M, O]),
    (Act::EpisodeTellEnding, &[M, O]),
    (Act::EpisodeTakeBackEnding, &[M, O]),
    (Act::EpisodePatients, &[M, O, A]),
    (Act::EpisodePatient, &[M, O, A]),
    (Act::EpisodeSetRiskColor, &[O]),
    (Act::EpisodeSuggestColor, &[System]),
    (Act::EpisodeTasks, &[M, O, A, Q]),
    (Act::EpisodeTaskDone, &[M, O, A, Q]),
    (Act::EpisodeAccess, &[M, O, A]),
    (Act::EpisodeAccesses, &[Q]),
    (Act::EpisodeReviewAccess, &[Q]),
    (Act::EducationLessons, &[P]),
    (Act::EducationLesson, &[P]),
    (Act::EducationProgress, &[P]),
    (Act::EducationQuizAttempt, &[P]),
    (Act::EducationSearch, &[P]),
    (Act::EducationPack, &[P]),
    (Act::EducationOfferClass, &[M, O, A]),
    (Act::EducationClassList, &[M, O, A]),
    (Act::EducationClass, &[M, O, A]),
    (Act::EducationCancelClass, &[M, O, A]),
    (Act::EducationClasses, &[P]),
    (Act::EducationBookClass, &[P]),
    (Act::EducationLeaveClass, &[P]),
    (Act::EducationCheckIn, &[P]),
    (Act::EducationRemindClass, &[System]),
    (Act::ConsentRequest, &[P]),
    (Act::ConsentPrepare, &[M, A]),
    (Act::ConsentList, &[P, M, O, A]),
    (Act::ConsentGet, &[P, M, O, A]),
    (Act::ConsentRisks, &[A]),
    (Act::ConsentRelease, &[A]),
    (Act::ConsentPresented, &[P, M, O, A]),
    (Act::ConsentReadingEvents, &[P]),
    (Act::ConsentReadingStarted, &[System]),
    (Act::ConsentReady, &[System]),
    (Act::ConsentComprehensionQuestions, &[P]),
    (Act::ConsentComprehension, &[P]),
    (Act::ConsentAsk, &[P]),
    (Act::ConsentAskAloud, &[P]),
    (Act::ConsentVoice, &[P, A]),
    (Act::ConsentAnswer, &[A]),
    (Act::ConsentConversation, &[A]),
    (Act::ConsentWaive, &[A]),
    (Act::ConsentIdentity, &[P]),
    (Act::ConsentCodeSent, &[System]),
    (Act::ConsentSign, &[P]),
    (Act::ConsentAcknowledge, &[P]),
    (Act::ConsentAllowAcknowledgement, &[P]),
    (Act::ConsentAuthorize, &[M, O, A]),
    (Act::ConsentRefuse, &[P, M, A]),
    (Act::ConsentLater, &[P]),
    (Act::ConsentExplain, &[A]),
    (Act::ConsentWithdraw, &[P, M, A]),
    (Act::ConsentCountersign, &[A]),
    (Act::ConsentActivated, &[System]),
    (Act::ConsentReturn, &[A]),
    (Act::ConsentBedside, &[A]),
    (Act::ConsentDocument, &[P, M, O, A, Q]),
    (Act::ConsentReleaseStrokes, &[Q]),
    (Act::ConsentEvidence, &[P, A, Q]),
    (Act::ConsentVerification, &[P, M, O, A, Q]),
    (Act::ConsentDecisions, &[P, M, O, A]),
    (Act::ConsentRecordCharacter, &[M, O, A]),
    (Act::ConsentCharacters, &[M, O, A]),
    (Act::ConsentExpired, &[System]),
    (Act::ConsentFulfilled, &[System]),
    (Act::ConsentReissue, &[A]),
    (Act::ConsentSuperseded, &[System]),
    (Act::ConsentVoid, &[A]),
    (Act::ConsentRecorded, &[System]),
    (Act::ConsentSeal, &[System]),
    (Act::ConsentSealOrphaned, &[System]),
    (Act::ConsentSealRevoked, &[System]),
    (Act::ConsentTimestamp, &[System]),
    (Act::ConsentTimestampRefused, &[System]),
    (Act::ConsentTemplateList, &[A, Q]),
    (Act::ConsentTemplateGet, &[A, Q]),
    (Act::ConsentTemplatePreview, &[A, Q]),
    (Act::ConsentTemplateDraft, &[A, Q]),
    (Act::ConsentTemplateReview, &[A, Q]),
    (Act::ConsentTemplatePublish, &[Q]),
    (Act::ConsentTemplateRecall, &[Q]),
    (Act::ConsentTemplateChanged, &[System]),
    (Act::ConsentRenew, &[System]),
    (Act::ConsentStarted, &[System]),
    (Act::ConsentUnheard, &[System]),
    (Act::ConsentBroken, &[System]),
    (Act::ConsentPaper, &[A]),
    (Act::ConsentPaperFiled, &[System]),
    (Act::FollowupSchedule, &[System]),
    (Act::FollowupRemind, &[System]),
    (Act::FollowupList, &[M, A]),
    (Act::FollowupEnter, &[M, A]),
    (Act::FollowupRaise, &[System]),
    (Act::FollowupEscalate, &[System]),
    (Act::FollowupLogCall, &[M, A]),
    (Act::FollowupLose, &[M, A]),
    (Act::FollowupConfirmPdph, &[A]),
    (Act::FollowupGet, &[M, A]),
    (Act::FollowupExamine, &[M, A]),
    (Act::FollowupSurveys, &[Q]),
    (Act::FollowupSuggestions, &[Q]),
    (Act::FollowupCheckText, &[System]),
    (Act::FollowupOver, &[System]),
    (Act::FollowupAlerts, &[M, O, A, Q]),
    (Act::FollowupAcknowledge, &[M, O, A, Q]),
    (Act::FollowupCloseAlert, &[M, O, A]),
    (Act::QualityIndicators, &[O, A, Q]),
    (Act::QualityCases, &[O, A, Q]),
    (Act::QualityExport, &[Q]),
    (Act::QualityChart, &[O, A, Q]),
    (Act::QualityChartPicture, &[O, A, Q]),
    (Act::QualityStateBirths, &[Q]),
    (Act::QualityReport, &[M, O, A, Q]),
    (Act::QualityKeepDraft, &[M, O, A, Q]),
    (Act::QualityDrafts, &[M, O, A, Q]),
    (Act::QualityDraft, &[M, O, A, Q]),
    (Act::QualityChangeDraft, &[M, O, A, Q]),
    (Act::QualityDropDraft, &[M, O, A, Q]),
    (Act::QualitySubmitDraft, &[M, O, A, Q]),
    (Act::QualityAttach, &[M, O, A, Q]),
    (Act::QualityAttachment, &[M, O, A, Q]),
    (Act::QualityDetach, &[M, O, A, Q]),
    (Act::QualityOffers, &[M, O, A, Q]),
    (Act::QualityEvents, &[Q]),
    (Act::QualityEvent, &[M, O, A, Q]),
    (Act::QualityUpdateEvent, &[Q]),
    (Act::QualityEscalate, &[System]),
    (Act::QualityIncident, &[System]),
    (Act::QualityReceiveSupply, &[M, A]),
    (Act::QualityMoveSupply, &[M, A]),
    (Act::QualitySupplies, &[M, A, Q]),
    (Act::QualitySupply, &[M, A, Q]),
    (Act::QualityBags, &[System]),
    (Act::QualityOpenCase, &[System]),
    (Act::QualityManagedCases, &[M, O, A]),
    (Act::QualityManagedCase, &[M, O, A]),
    (Act::QualityReportCase, &[O]),
    (Act::QualityPlanCase, &[O, A]),
    (Act::QualityFollowCase, &[M, O, A]),
    (Act::QualityCloseCase, &[O]),
    (Act::QualityAlliance, &[M, O, A, Q]),
    (Act::QualityAgree, &[Q]),
    (Act::QualityRefer, &[O]),
    (Act::QualityReferrals, &[M, O, A]),
    (Act::QualityReferral, &[M, O, A]),
    (Act::QualityAcceptReferral, &[O]),
    (Act::QualityDeclineReferral, &[O]),
    (Act::QualityReturnReferral, &[O]),
    (Act::QualityWithdrawReferral, &[O]),
    (Act::QualityReferralUnanswered, &[System]),
    // Of another hospital's woman, for the one that took her and while it has her: see the act.
    (Act::QualitySharedRecord, &[M, O, A]),
    (Act::QualityAllianceFigures, &[O, A, Q]),
    (Act::QualityTrain, &[Q]),
    (Act::QualityTrainings, &[M, O, A, Q]),
    (Act::QualityTrainingsDue, &[M, O, A, Q]),
    (Act::QualityRemind, &[System]),
    (Act::QualityRecordedReadiness, &[Q, D]),
    (Act::QualityReadiness, &[Q, D]),
    (Act::QualityAttachReadiness, &[Q, D]),
    (Act::QualityFileOfReadiness, &[Q, D]),
    (Act::QualityCheckReadiness, &[Q, D]),
    (Act::FormsList, &[P]),
    (Act::FormsQuestionnaires, &[P, M, O, A, Q]),
    (Act::FormsResponses, &[P, M, O, A]),
    (Act::FormsValidate, &[P, M, O, A, Q]),
    (Act::FormsQuestionnaire, &[P, M, O, A, Q, D]),
    (Act::FormsStart, &[P]),
    (Act::FormsRead, &[P]),
    (Act::FormsSave, &[P]),
    (Act::FormsSubmit, &[P]),
    (Act::FormsAmend, &[P]),
    (Act::FormsRenew, &[P]),
    (Act::FormsAbandon, &[P]),
    (Act::FormsAttach, &[P]),
    (Act::FormsAttachment, &[P, M, O, A]),
    (Act::FormsSweep, &[System]),
    (Act::FormsExport, &[O, A, Q]),
    (Act::FormsReadStaff, &[M, O, A]),
    (Act::FormsStaffItems, &[M, O, A]),
    (Act::FormsVerify, &[M, O, A]),
    (Act::FormsEnter, &[M, O, A, Q]),
    (Act::FormsWithdraw, &[M, O, A, Q]),
    (Act::FormsAssign, &[System]),
    (Act::AssessmentAssess, &[System]),
    (Act::AssessmentReplay, &[System]),
    (Act::AssessmentReopen, &[System]),
    (Act::AssessmentReviews, &[O, A]),
    (Act::AssessmentReview, &[O, A]),
    (Act::AssessmentObservations, &[P, M, O, A]),
    (Act::AssessmentClaim, &[O, A]),
    (Act::AssessmentDecide, &[O, A]),
    (Act::AnalgesiaAdmit, &[M, O, A]),
    (Act::AnalgesiaBoard, &[M, O, A]),
    (Act::AnalgesiaLabor, &[M, O, A]),
    (Act::AnalgesiaRequest, &[P, M, O, A]),
    (Act::AnalgesiaTimeOut, &[A]),
    (Act::AnalgesiaRecord, &[A]),
    (Act::AnalgesiaObserve, &[M, O, A]),
    (Act::AnalgesiaComplication, &[M, O, A]),
    (Act::AnalgesiaStop, &[A, M]),
    (Act::AnalgesiaDeliver, &[M, O]),
    (Act::AnalgesiaClose, &[M, O]),
    (Act::AnalgesiaTakeAlarm, &[M, O, A, Q]),
    (Act::AnalgesiaCloseAlarm, &[M, O, A]),
    (Act::AnalgesiaCorrect, &[M, O, A]),
    (Act::AnalgesiaHistory, &[M, O, A]),
    (Act::AnalgesiaReportPain, &[P]),
    (Act::AnalgesiaEscalate, &[System]),
    (Act::AnalgesiaRemind, &[System]),
    (Act::JournalAcceptRestore, &[System]),
    (Act::JournalKeyUse, &[System]),
    (Act::JournalRotateKeys, &[System]),
];

/// The row of an act; an act without one may be done by nobody.
pub fn row(act: Act) -> &'static [Party] {
    TABLE
        .iter()
        .find(|(named, _)| *named == act)
        .map_or(&[], |(_, parties)| parties)
}

/// Whose something is.
#[derive(Clone, Copy, Debug)]
pub struct Belongs {
    /// The hospital.
    pub facility: FacilityId,
    /// The woman's account, where it concerns one woman.
    pub account: Option<AccountId>,
}

/// Whether this kind of caller may ever do it; before anything is loaded.
///
/// Errors: `Forbidden`, since which roles may do what is no secret; the edge journals it. `people.second_factor_required`.
pub fn allowed(caller: &Caller, act: Act) -> Result<()> {
    let party = match &caller.who {
        Who::Patient { .. } => P,
        Who::Staff { role, .. } => party(*role),
    };
    if row(act).contains(&party) {
        proved(caller, act)
    } else {
        caller.request.mark_refused(RefusedAct {
            act,
            actor: caller.actor(),
            facility: caller.facility(),
        });
        Err(Error::Forbidden)
    }
}

/// Whether this session proves enough for an act, or for a word for it.
///
/// Errors: `people.second_factor_required`.
pub fn proved(caller: &Caller, act: Act) -> Result<()> {
    if caller.second_factor == Factor::Lacking && WITH_SECOND_FACTOR.contains(&act) {
        return Err(Error::Refused(Code::PeopleSecondFactorRequired));
    }
    Ok(())
}

/// Whether this caller may do it to this subject; after it is loaded, before anything is decided.
///
/// Errors: `Forbidden` for the role, `Missing` without a relation to the subject, `people.record_mismatch` before her account
/// is matched with the record that the subject stands in.
pub fn may(caller: &Caller, act: Act, noun: Noun, subject: Belongs) -> Result<()> {
    allowed(caller, act)?;
    let related = match &caller.who {
        Who::Patient { account, .. } => subject.account == Some(*account),
        Who::Staff { facility, .. } => subject.facility == *facility,
    };
    match caller.who {
        _ if !related => Err(Error::Missing(noun)),
        Who::Patient { matched: false, .. } => Err(Error::Refused(Code::PeopleRecordMismatch)),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
