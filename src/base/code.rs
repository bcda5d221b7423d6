//! The closed list of error codes, `<slice>.<reason>`. Every code has a text in each file of `content/messages`;
//! a retired code keeps its line.

macro_rules! codes {
    ($($variant:ident = $word:literal;)*) => {
        /// A stable error code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each code is its own word; its meaning is its text in content/messages")]
        pub enum Code { $($variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The wire word.
            pub fn word(self) -> &'static str {
                match self { $(Code::$variant => $word,)* }
            }
        }
    };
}

codes! {
    HttpBroken = "http.broken";
    HttpForbidden = "http.forbidden";
    HttpIdempotencyKeyInvalid = "http.idempotency_key_invalid";
    HttpIdempotencyKeyMissing = "http.idempotency_key_missing";
    HttpIdempotencyKeyReused = "http.idempotency_key_reused";
    HttpInvalid = "http.invalid";
    HttpMalformed = "http.malformed";
    HttpMethodNotAllowed = "http.method_not_allowed";
    HttpNotFound = "http.not_found";
    HttpOverloaded = "http.overloaded";
    HttpPageInvalid = "http.page_invalid";
    HttpPreconditionRequired = "http.precondition_required";
    HttpRangeNotSatisfiable = "http.range_not_satisfiable";
    HttpReadOnly = "http.read_only";
    HttpRateLimited = "http.rate_limited";
    HttpRequestInProgress = "http.request_in_progress";
    HttpStale = "http.stale";
    HttpTooLarge = "http.too_large";
    HttpUnauthenticated = "http.unauthenticated";
    HttpUnsupportedMediaType = "http.unsupported_media_type";
    PeopleAccountBound = "people.account_bound";
    PeopleAlreadyApproved = "people.already_approved";
    PeopleGuardianUnchecked = "people.guardian_unchecked";
    PeopleHoldReleased = "people.hold_released";
    PeopleAssessmentReplaced = "people.assessment_replaced";
    PeopleListMismatch = "people.list_mismatch";
    PeopleListSigned = "people.list_signed";
    PeopleListUnsigned = "people.list_unsigned";
    PeopleNotEntitled = "people.not_entitled";
    PeopleNothingToCopy = "people.nothing_to_copy";
    PeopleCopiesOfToday = "people.copies_of_today";
    PeopleRecordTooLarge = "people.record_too_large";
    PeopleNothingToSeal = "people.nothing_to_seal";
    PeopleRecordSealed = "people.record_sealed";
    PeopleSealReleased = "people.seal_released";
    PeopleRequestAnswered = "people.request_answered";
    PeopleAgreementMissing = "people.agreement_missing";
    PeopleAgreementVersion = "people.agreement_version";
    PeopleCredentialsInvalid = "people.credentials_invalid";
    PeopleIdentityUnchecked = "people.identity_unchecked";
    PeopleInvitationInvalid = "people.invitation_invalid";
    PeopleRebindingUnchecked = "people.rebinding_unchecked";
    PeoplePhoneCodeInvalid = "people.phone_code_invalid";
    PeopleRecordMismatch = "people.record_mismatch";
    PeopleNotEnrolled = "people.not_enrolled";
    PeoplePasskeyInvalid = "people.passkey_invalid";
    PeoplePasskeysOff = "people.passkeys_off";
    PeoplePasswordWeak = "people.password_weak";
    PeopleSecondFactorRequired = "people.second_factor_required";
    PeopleSecondPersonRequired = "people.second_person_required";
    PeopleSignOnInvalid = "people.sign_on_invalid";
    PeopleSignOnUnavailable = "people.sign_on_unavailable";
    PeopleSignOnUnknown = "people.sign_on_unknown";
    PeopleStepUpRequired = "people.step_up_required";
    PeopleTotpInvalid = "people.totp_invalid";
    PeopleUsernameTaken = "people.username_taken";
    PeopleWechatCodeInvalid = "people.wechat_code_invalid";
    PeopleWechatUnavailable = "people.wechat_unavailable";
    PeopleWechatUserBlocked = "people.wechat_user_blocked";
    EpisodeAccessNeeded = "episode.access_needed";
    EpisodeAccessOpen = "episode.access_open";
    EpisodeAccessReviewed = "episode.access_reviewed";
    EpisodeAdmitted = "episode.admitted";
    EpisodeAlreadyRegistered = "episode.already_registered";
    EpisodeClosed = "episode.closed";
    EpisodePastAntenatal = "episode.past_antenatal";
    EpisodeTaskDone = "episode.task_done";
    EpisodeTaskOfAlarm = "episode.task_of_alarm";
    EpisodeTaskOfDraft = "episode.task_of_draft";
    EpisodeTaskOfReport = "episode.task_of_report";
    EducationClassClosed = "education.class_closed";
    EducationClassCodeWrong = "education.class_code_wrong";
    EducationClassNotBooked = "education.class_not_booked";
    EducationVersionOld = "education.version_old";
    ConsentAcknowledgementOff = "consent.acknowledgement_off";
    ConsentAlreadyExplained = "consent.already_explained";
    ConsentAfterBirth = "consent.after_birth";
    ConsentAlreadyOpen = "consent.already_open";
    ConsentAlreadySigned = "consent.already_signed";
    ConsentAlreadyUnderstood = "consent.already_understood";
    ConsentAnswerGiven = "consent.answer_given";
    ConsentAssessmentMissing = "consent.assessment_missing";
    ConsentAssessmentUndecided = "consent.assessment_undecided";
    ConsentAuthorityMissing = "consent.authority_missing";
    ConsentBasisNotAllowed = "consent.basis_not_allowed";
    ConsentCodeInvalid = "consent.code_invalid";
    ConsentContentMismatch = "consent.content_mismatch";
    ConsentCountersignerInvolved = "consent.countersigner_involved";
    ConsentDeadlinePassed = "consent.deadline_passed";
    ConsentEpisodeMissing = "consent.episode_missing";
    ConsentGateWaived = "consent.gate_waived";
    ConsentIdentityFresh = "consent.identity_fresh";
    ConsentIdentityLevel = "consent.identity_level";
    ConsentIllegalTransition = "consent.illegal_transition";
    ConsentInterpreterMissing = "consent.interpreter_missing";
    ConsentLicenseMissing = "consent.license_missing";
    ConsentMethodLocked = "consent.method_locked";
    ConsentMethodUnavailable = "consent.method_unavailable";
    ConsentNotSealed = "consent.not_sealed";
    ConsentNotSuitable = "consent.not_suitable";
    ConsentIntegrityFailed = "consent.integrity_failed";
    ConsentNewRequired = "consent.new_required";
    ConsentPaperNotCurrent = "consent.paper_not_current";
    ConsentSealUnavailable = "consent.seal_unavailable";
    ConsentPhoneMismatch = "consent.phone_mismatch";
    ConsentPhoneUnconfirmed = "consent.phone_unconfirmed";
    ConsentPrivilegeMissing = "consent.privilege_missing";
    ConsentQuestionsOpen = "consent.questions_open";
    ConsentReadingImpossible = "consent.reading_impossible";
    ConsentRecordMismatch = "consent.record_mismatch";
    ConsentRisksOpen = "consent.risks_open";
    ConsentRisksUnconfirmed = "consent.risks_unconfirmed";
    ConsentSignerChanged = "consent.signer_changed";
    ConsentSignerNotAccepted = "consent.signer_not_accepted";
    ConsentSignerUnchecked = "consent.signer_unchecked";
    ConsentSeniorNeeded = "consent.senior_needed";
    ConsentShortFormInLabor = "consent.short_form_in_labor";
    ConsentShortFormMissing = "consent.short_form_missing";
    ConsentStatementMissing = "consent.statement_missing";
    ConsentStrokesReplayed = "consent.strokes_replayed";
    ConsentTemplateChecksFailed = "consent.template_checks_failed";
    ConsentTemplateExists = "consent.template_exists";
    ConsentTemplateOriginalMissing = "consent.template_original_missing";
    ConsentTemplateRecalled = "consent.template_recalled";
    ConsentTemplateRetired = "consent.template_retired";
    ConsentTemplateScheduled = "consent.template_scheduled";
    ConsentTemplateUnavailable = "consent.template_unavailable";
    ConsentTemplateVersionOld = "consent.template_version_old";
    ConsentUnqualified = "consent.unqualified";
    ConsentValidityOver = "consent.validity_over";
    ConsentWitnessInvolved = "consent.witness_involved";
    FollowupAlertClosed = "followup.alert_closed";
    FollowupAlreadyAnswered = "followup.already_answered";
    FollowupCallsMissing = "followup.calls_missing";
    FollowupNoExamination = "followup.no_examination";
    FollowupNoProposal = "followup.no_proposal";
    QualityAuthorityUntold = "quality.authority_untold";
    QualityCaseClosed = "quality.case_closed";
    QualityDiscussionMissing = "quality.discussion_missing";
    QualityFilesFull = "quality.files_full";
    QualityIllegalTransition = "quality.illegal_transition";
    QualityNotAllied = "quality.not_allied";
    QualityReferralOpen = "quality.referral_open";
    QualityTrainingReplaced = "quality.training_replaced";
    FormsAlreadyAmended = "forms.already_amended";
    FormsAlreadyCompleted = "forms.already_completed";
    FormsAmendmentOpen = "forms.amendment_open";
    FormsAttachmentInvalid = "forms.attachment_invalid";
    FormsAttachmentsFull = "forms.attachments_full";
    FormsEnteredInError = "forms.entered_in_error";
    FormsNotCompleted = "forms.not_completed";
    FormsQuestionnaireRetired = "forms.questionnaire_retired";
    FormsResponseInvalid = "forms.response_invalid";
    FormsStopped = "forms.stopped";
    FormsWindowClosed = "forms.window_closed";
    AssessmentAlreadyDecided = "assessment.already_decided";
    AssessmentClaimedByAnother = "assessment.claimed_by_another";
    AssessmentNeedsAnesthesiologist = "assessment.needs_anesthesiologist";
    AnalgesiaAlarmClosed = "analgesia.alarm_closed";
    AnalgesiaAlreadyDelivered = "analgesia.already_delivered";
    AnalgesiaBlockRecorded = "analgesia.block_recorded";
    AnalgesiaConsentMissing = "analgesia.consent_missing";
    AnalgesiaLaborClosed = "analgesia.labor_closed";
    AnalgesiaLaborOpen = "analgesia.labor_open";
    AnalgesiaNoPregnancy = "analgesia.no_pregnancy";
    AnalgesiaOperatorUnqualified = "analgesia.operator_unqualified";
    AnalgesiaRecheckDue = "analgesia.recheck_due";
    AnalgesiaTechniqueNotConsented = "analgesia.technique_not_consented";
    AnalgesiaTimeOutMissing = "analgesia.time_out_missing";
    AnalgesiaTooEarly = "analgesia.too_early";
    JournalInconsistent = "journal.inconsistent";
}
