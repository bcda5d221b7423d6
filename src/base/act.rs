//! Every operation's name, one list: policy row, function, OpenAPI operation id, tracing span, journal entry, chapter.

use super::act_people::with_people;

// What came later of people, what is done in the school, in labor and for quality follows in files of their own: no file is
// longer than 400 lines.
with_people! {
    /// She logs in with a WeChat code.
    PeopleLogInPatient = "people.log_in_patient";
    /// Staff log in with a password.
    PeopleLogInStaff = "people.log_in_staff";
    /// A session ends.
    PeopleLogOut = "people.log_out";
    /// Her profile.
    PeopleMe = "people.me";
    /// She changes her profile.
    PeopleUpdateMe = "people.update_me";
    /// She binds her phone number by WeChat's button.
    PeopleBindPhone = "people.bind_phone";
    /// Her agreements.
    PeopleAgreements = "people.agreements";
    /// She gives or withdraws an agreement.
    PeopleAgree = "people.agree";
    /// The rules on a child's data, for her guardian.
    PeopleGuardianAgreements = "people.guardian_agreements";
    /// A guardian gives or withdraws the agreement on a child's data.
    PeopleGuardianAgree = "people.guardian_agree";
    /// Staff write down that a guardian takes the agreement on a child's data back.
    PeopleGuardianWithdraw = "people.guardian_withdraw";
    /// Where she can enroll.
    PeopleFacilities = "people.facilities";
    /// The staff member's own account.
    PeopleStaffMe = "people.staff_me";
    /// Staff change their password.
    PeopleChangePassword = "people.change_password";
    /// A fresh proof of the staff member's presence.
    PeopleStepUp = "people.step_up";
    /// Staff ask for the secret of a second factor.
    PeopleEnrollTotp = "people.enroll_totp";
    /// Staff confirm a second factor with its first code.
    PeopleConfirmTotp = "people.confirm_totp";
    /// Staff take their second factor away.
    PeopleRemoveTotp = "people.remove_totp";
    /// A second person's word for an act.
    PeopleAttest = "people.attest";
    /// The facility's accounts.
    PeopleStaffList = "people.staff_list";
    /// A new account.
    PeopleStaffAdd = "people.staff_add";
    /// One account.
    PeopleStaffGet = "people.staff_get";
    /// An account changes or is disabled.
    PeopleStaffUpdate = "people.staff_update";
    /// A new one-time password for an account.
    PeopleStaffReset = "people.staff_reset";
    /// The lost second factor of an account is taken away.
    PeopleStaffResetTotp = "people.staff_reset_totp";
    /// What a staff member is qualified by is written down.
    PeopleQualify = "people.qualify";
    /// What a staff member is qualified by.
    PeopleQualification = "people.qualification";
    /// What all staff are qualified by.
    PeopleQualifications = "people.qualifications";
    /// The facility and its settings.
    PeopleFacilityGet = "people.facility_get";
    /// The facility's settings change.
    PeopleFacilityUpdate = "people.facility_update";
    /// A facility is added from the command line.
    PeopleFacilityAdd = "people.facility_add";
    /// An invitation that binds her account.
    PeopleInvite = "people.invite";
    /// Staff check who she is.
    PeopleIdentityCheck = "people.identity_check";
    /// Staff hand her a hospital device on which she is logged in.
    PeopleDeviceSession = "people.device_session";
    /// What staff are told at once.
    PeopleEvents = "people.events";
    /// Who saw or did what.
    PeopleAudit = "people.audit";
    /// What content is loaded and what awaits confirmation.
    PeopleContent = "people.content";
    /// The copy of everything held on her.
    PeopleExport = "people.export";
    /// She asks for erasure.
    PeopleErasure = "people.erasure";
    /// She asks something about her data.
    PeopleRequest = "people.request";
    /// Her requests.
    PeopleRequests = "people.requests";
    /// The requests that wait for the quality office.
    PeopleDataRequests = "people.data_requests";
    /// The quality office answers a request.
    PeopleAnswerRequest = "people.answer_request";
    /// Nobody answered a request in time.
    PeopleRequestOverdue = "people.request_overdue";
    /// The quality office places a legal hold.
    PeopleHold = "people.hold";
    /// The legal holds.
    PeopleHolds = "people.holds";
    /// The quality office ends a legal hold.
    PeopleReleaseHold = "people.release_hold";
    /// The quality office lists records whose time of keeping is over.
    PeopleListDestruction = "people.list_destruction";
    /// The lists of records to be destroyed.
    PeopleDestructions = "people.destructions";
    /// One of two people approves a list; with the second its keys are destroyed.
    PeopleApproveDestruction = "people.approve_destruction";
    /// The record is sealed in a dispute, at her demand or of whom she leaves it to: what there is is listed.
    PeopleSeal = "people.seal";
    /// The sealed records.
    PeopleSeals = "people.seals";
    /// One sealing with its lists.
    PeopleSealGet = "people.seal_get";
    /// What was finished since a record was sealed is listed, too.
    PeopleSealAgain = "people.seal_again";
    /// Both sides sign a list.
    PeopleSignSeal = "people.sign_seal";
    /// A list as a document.
    PeopleSealDocument = "people.seal_document";
    /// The copy of what is sealed, for an independent medium.
    PeopleSealCopy = "people.seal_copy";
    /// A claim is made in the dispute.
    PeopleSealClaim = "people.seal_claim";
    /// The hospital ends a sealing.
    PeopleReleaseSeal = "people.release_seal";
    /// Three years went by without a claim, and a sealing ends.
    PeopleSealOver = "people.seal_over";
    /// Something that was unfinished when it was sealed is finished.
    PeopleSealFinished = "people.seal_finished";
    /// A copy of a record is issued with the hospital's proof mark.
    PeopleIssueCopy = "people.issue_copy";
    /// The copies that were handed out.
    PeopleCopies = "people.copies";
    /// The file of a copy, as it was handed out.
    PeopleCopyFile = "people.copy_file";
    /// An assessment of the processing of personal information is filed.
    PeopleFileAssessment = "people.file_assessment";
    /// The assessments of the processing of personal information.
    PeopleAssessments = "people.assessments";
    /// Somebody asked for what his role may not do.
    PeopleRefused = "people.refused";
    /// WeChat told what she allows or refuses, or what became of a message: it is kept, and then taken into account.
    PeopleWechatEvent = "people.wechat_event";
    /// Behavioral data whose time is over goes.
    PeopleForget = "people.forget";
    /// A woman is registered in the clinic.
    EpisodeRegister = "episode.register";
    /// She gives the dates of her pregnancy.
    EpisodeEnroll = "episode.enroll";
    /// Where she is on the pathway.
    EpisodeJourney = "episode.journey";
    /// What was sent to her.
    EpisodeNotices = "episode.notices";
    /// She has read a notice.
    EpisodeReadNotice = "episode.read_notice";
    /// What WeChat may send her, and how often.
    EpisodeSubscriptions = "episode.subscriptions";
    /// She allowed WeChat's message of a template, or not.
    EpisodeSubscribe = "episode.subscribe";
    /// A notice left the house, or could not.
    EpisodeDeliver = "episode.deliver";
    /// A pregnancy of which nothing was heard is over.
    EpisodeOver = "episode.over";
    /// Staff heard that she lost the pregnancy outside the hospital.
    EpisodeTellLoss = "episode.tell_loss";
    /// That is taken back.
    EpisodeTakeBackLoss = "episode.take_back_loss";
    /// Staff heard that she gave birth elsewhere or changed to another hospital.
    EpisodeTellEnding = "episode.tell_ending";
    /// That is taken back.
    EpisodeTakeBackEnding = "episode.take_back_ending";
    /// The women of the clinic.
    EpisodePatients = "episode.patients";
    /// One woman's whole pathway on one page.
    EpisodePatient = "episode.patient";
    /// An obstetrician grades the risk.
    EpisodeSetRiskColor = "episode.set_risk_color";
    /// What the answers to the risk table suggest is put beside the color that is set.
    EpisodeSuggestColor = "episode.suggest_color";
    /// What waits for whom.
    EpisodeTasks = "episode.tasks";
    /// Something that waited is done.
    EpisodeTaskDone = "episode.task_done";
    /// She asks for a consent.
    ConsentRequest = "consent.request";
    /// Staff prepare a consent for her.
    ConsentPrepare = "consent.prepare";
    /// Consents, hers or the hospital's.
    ConsentList = "consent.list";
    /// One consent.
    ConsentGet = "consent.get";
    /// An anesthesiologist decides which risks of hers she is shown.
    ConsentRisks = "consent.risks";
    /// An anesthesiologist releases the consent; what she is shown is frozen.
    ConsentRelease = "consent.release";
    /// What she is shown, byte for byte.
    ConsentPresented = "consent.presented";
    /// What she did while reading.
    ConsentReadingEvents = "consent.reading_events";
    /// Her first reading event was taken.
    ConsentReadingStarted = "consent.reading_started";
    /// All gates are passed.
    ConsentReady = "consent.ready";
    /// The questions before signing.
    ConsentComprehensionQuestions = "consent.comprehension_questions";
    /// She answers the questions.
    ConsentComprehension = "consent.comprehension";
    /// She asks the clinician something.
    ConsentAsk = "consent.ask";
    /// She asks the clinician something aloud.
    ConsentAskAloud = "consent.ask_aloud";
    /// What she asked aloud.
    ConsentVoice = "consent.voice";
    /// An anesthesiologist answers her question.
    ConsentAnswer = "consent.answer";
    /// An anesthesiologist records the explanation.
    ConsentConversation = "consent.conversation";
    /// An anesthesiologist closes a gate with a reason.
    ConsentWaive = "consent.waive";
    /// She proves who she is.
    ConsentIdentity = "consent.identity";
    /// A code went to her phone.
    ConsentCodeSent = "consent.code_sent";
    /// She signs.
    ConsentSign = "consent.sign", keyed;
    /// A relative acknowledges what she decides.
    ConsentAcknowledge = "consent.acknowledge";
    /// She says whether a relative may acknowledge.
    ConsentAllowAcknowledgement = "consent.allow_acknowledgement";
    /// Staff record the written authority of an agent.
    ConsentAuthorize = "consent.authorize";
    /// She says no, herself or by a word that staff heard.
    ConsentRefuse = "consent.refuse", keyed;
    /// She wants time to think.
    ConsentLater = "consent.later";
    /// What was explained to her after she had said no.
    ConsentExplain = "consent.explain";
    /// She takes her consent back, herself or by a word that staff heard.
    ConsentWithdraw = "consent.withdraw", keyed;
    /// An anesthesiologist countersigns.
    ConsentCountersign = "consent.countersign", keyed;
    /// The consent is in force.
    ConsentActivated = "consent.activated";
    /// An anesthesiologist sends it back to her for a defect.
    ConsentReturn = "consent.return";
    /// An anesthesiologist confirms it at the bedside.
    ConsentBedside = "consent.bedside";
    /// The signed document.
    ConsentDocument = "consent.document";
    /// The quality office hands out what was drawn, for a forensic examination.
    ConsentReleaseStrokes = "consent.release_strokes", keyed;
    /// The evidence bundle of a sealed consent.
    ConsentEvidence = "consent.evidence";
    /// The report on what is kept of a consent.
    ConsentVerification = "consent.verification";
    /// A woman's decisions with their documents and signature acts, for other systems.
    ConsentDecisions = "consent.decisions";
    /// Staff record the picture of a character that no font has.
    ConsentRecordCharacter = "consent.record_character";
    /// The recorded pictures of characters.
    ConsentCharacters = "consent.characters";
    /// A deadline or its validity is over.
    ConsentExpired = "consent.expired";
    /// What it covers is finished.
    ConsentFulfilled = "consent.fulfilled";
    /// Another consent is begun in the place of one that no longer fits.
    ConsentReissue = "consent.reissue";
    /// A newer one took its place.
    ConsentSuperseded = "consent.superseded";
    /// It was entered in error.
    ConsentVoid = "consent.void";
    /// The document of a refusal or a withdrawal is made.
    ConsentRecorded = "consent.recorded";
    /// The institution's seal is on a document.
    ConsentSeal = "consent.seal";
    /// A sealed document came too late for its consent and is kept beside it.
    ConsentSealOrphaned = "consent.seal_orphaned";
    /// The issuer of a certificate that seals revoked it.
    ConsentSealRevoked = "consent.seal_revoked";
    /// A time authority attested when a document was sealed, or when it still was.
    ConsentTimestamp = "consent.timestamp";
    /// No time authority gave a time-stamp.
    ConsentTimestampRefused = "consent.timestamp_refused";
    /// The hospital's consent templates.
    ConsentTemplateList = "consent.template_list";
    /// One template with its history, the reports on it and the consents that a change of it touched.
    ConsentTemplateGet = "consent.template_get";
    /// One branch of a template as she would see it.
    ConsentTemplatePreview = "consent.template_preview";
    /// An editor files the draft of a template.
    ConsentTemplateDraft = "consent.template_draft";
    /// A draft is checked and handed in for publication.
    ConsentTemplateReview = "consent.template_review";
    /// The quality office publishes a template that another person wrote.
    ConsentTemplatePublish = "consent.template_publish";
    /// The quality office takes a template out of use.
    ConsentTemplateRecall = "consent.template_recall";
    /// A published version is in effect, and what it replaces is so no longer.
    ConsentTemplateChanged = "consent.template_changed";
    /// Another consent is needed in the place of this one, and the anesthesiologists are asked.
    ConsentRenew = "consent.renew";
    /// The procedure that it covers is under way.
    ConsentStarted = "consent.started";
    /// Nobody has said in time that they know of a withdrawal.
    ConsentUnheard = "consent.unheard";
    /// What is kept of it is not what was signed.
    ConsentBroken = "consent.integrity_failed";
    /// Staff file an original that was signed on paper.
    ConsentPaper = "consent.paper";
    /// An original on paper is in force.
    ConsentPaperFiled = "consent.paper_filed";
    /// The points of a birth are made, or turned to the forms after a loss.
    FollowupSchedule = "followup.schedule";
    /// She is reminded, or staff are told to phone her.
    FollowupRemind = "followup.remind";
    /// Follow-up points that are due, overdue or answered.
    FollowupList = "followup.list";
    /// Staff enter her answers.
    FollowupEnter = "followup.enter", keyed;
    /// Her answers raise an alert.
    FollowupRaise = "followup.raise";
    /// A red flag that nobody took goes further.
    FollowupEscalate = "followup.escalate";
    /// The alerts.
    FollowupAlerts = "followup.alerts";
    /// A staff member takes an alert.
    FollowupAcknowledge = "followup.acknowledge";
    /// A staff member closes an alert with its outcome.
    FollowupCloseAlert = "followup.close_alert";
    /// The forms assigned to her.
    FormsList = "forms.list";
    /// The definition of a form.
    FormsQuestionnaire = "forms.questionnaire";
    /// The published forms.
    FormsQuestionnaires = "forms.questionnaires";
    /// A woman's answers to all forms.
    FormsResponses = "forms.responses";
    /// Answers are judged and nothing is kept.
    FormsValidate = "forms.validate";
    /// She begins a form.
    FormsStart = "forms.start";
    /// Her own answers.
    FormsRead = "forms.read";
    /// She saves a draft.
    FormsSave = "forms.save";
    /// She submits her answers.
    FormsSubmit = "forms.submit", keyed;
    /// She begins a change of her submitted answers.
    FormsAmend = "forms.amend";
    /// She moves a draft to the newest version of its form.
    FormsRenew = "forms.renew";
    /// She gives up a draft.
    FormsAbandon = "forms.abandon";
    /// She uploads a photo of a lab sheet.
    FormsAttach = "forms.attach";
    /// An uploaded file.
    FormsAttachment = "forms.attachment";
    /// An uploaded file that no answer names goes.
    FormsSweep = "forms.sweep";
    /// Submitted answers leave as a table.
    FormsExport = "forms.export";
    /// Staff read a woman's answers.
    FormsReadStaff = "forms.read_staff";
    /// Staff enter their part beside her answers.
    FormsStaffItems = "forms.staff_items";
    /// Staff confirm answers against their source.
    FormsVerify = "forms.verify";
    /// Staff fill in a form on her behalf.
    FormsEnter = "forms.enter";
    /// Staff mark answers as entered in error.
    FormsWithdraw = "forms.withdraw";
    /// The assessment is assigned in its window.
    FormsAssign = "forms.assign";
    /// The rules are run on her answers.
    AssessmentAssess = "assessment.assess";
    /// The stored runs of the rules are made again and compared.
    AssessmentReplay = "assessment.replay";
    /// An assessment that was decided waits again, because what it rests on has changed.
    AssessmentReopen = "assessment.reopen";
    /// The review queue.
    AssessmentReviews = "assessment.reviews";
    /// One assessment with its findings.
    AssessmentReview = "assessment.review";
    /// A woman's numbers: laboratory values that were checked, and scores.
    AssessmentObservations = "assessment.observations";
    /// A doctor takes an assessment in hand.
    AssessmentClaim = "assessment.claim";
    /// A doctor decides on an assessment.
    AssessmentDecide = "assessment.decide";
    /// An operator takes a log as it came back from a backup.
    JournalAcceptRestore = "journal.accept_restore";
    /// A key comes into use: of the seal, of the log, of the national algorithms.
    JournalKeyUse = "journal.key_use";
}
