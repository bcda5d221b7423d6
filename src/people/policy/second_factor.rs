//! Acts of staff in a session with a second factor.

use crate::base::Act;

/// What staff do to a consent, or give their word for, in a session with a second factor (CE-021). Also what it rests on, or
/// it would be worth no more than a password: accounts, what staff are qualified by and the second factors of others,
/// who somebody is, a hospital's device in her hands, the end of what is kept and what is sealed for a court.
///
/// Reading stays open, and so does writing down that she refuses or withdraws: her no waits for nobody's phone (CE-006,
/// CE-007).
pub(super) const WITH_SECOND_FACTOR: &[Act] = &[
    Act::PeopleStaffAdd,
    Act::PeopleStaffUpdate,
    Act::PeopleStaffReset,
    Act::PeopleStaffResetTotp,
    Act::PeopleStaffResetSignOn,
    Act::PeopleQualify,
    Act::PeopleFacilityUpdate,
    Act::PeopleIdentityCheck,
    Act::PeopleDeviceSession,
    Act::PeopleReleaseHold,
    Act::PeopleListDestruction,
    Act::PeopleApproveDestruction,
    Act::PeopleSeal,
    Act::PeopleSealAgain,
    Act::PeopleSealDocument,
    Act::PeopleSealCopy,
    Act::PeopleSealClaim,
    Act::ConsentPrepare,
    Act::ConsentRisks,
    Act::ConsentRelease,
    Act::ConsentAnswer,
    Act::ConsentConversation,
    Act::ConsentWaive,
    Act::ConsentSign,
    Act::ConsentAuthorize,
    Act::ConsentExplain,
    Act::ConsentCountersign,
    Act::ConsentReturn,
    Act::ConsentBedside,
    Act::ConsentReleaseStrokes,
    Act::ConsentRecordCharacter,
    Act::ConsentReissue,
    Act::ConsentVoid,
    Act::ConsentTemplateDraft,
    Act::ConsentTemplateReview,
    Act::ConsentTemplatePublish,
    Act::ConsentTemplateRecall,
    Act::ConsentPaper,
];
