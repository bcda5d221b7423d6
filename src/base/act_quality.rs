//! What is done for quality: a part of the list in [`super::act`].

macro_rules! with_quality {
    ($($before:tt)*) => {
        $crate::base::act_labor::with_labor! {
            $($before)*
            /// The indicators of a period.
            QualityIndicators = "quality.indicators";
            /// The cases behind a figure.
            QualityCases = "quality.cases";
            /// The indicators of a period as a table.
            QualityExport = "quality.export";
            /// An indicator over time, with the limits of chance.
            QualityChart = "quality.chart";
            /// The same as a picture.
            QualityChartPicture = "quality.chart_picture";
            /// The hospital states how many births a month had.
            QualityStateBirths = "quality.state_births";
            /// Somebody reports an adverse event.
            QualityReport = "quality.report", keyed;
            /// Somebody begins a report that is handed in later.
            QualityKeepDraft = "quality.keep_draft";
            /// The reports that the caller has begun.
            QualityDrafts = "quality.drafts";
            /// One of them.
            QualityDraft = "quality.draft";
            /// A report that was begun is written anew.
            QualityChangeDraft = "quality.change_draft";
            /// A report that was begun is given up.
            QualityDropDraft = "quality.drop_draft";
            /// A report that was begun is handed in.
            QualitySubmitDraft = "quality.submit_draft", keyed;
            /// A file is added to a report or a draft.
            QualityAttach = "quality.attach";
            /// A file of a report or a draft.
            QualityAttachment = "quality.attachment";
            /// A file is taken from a draft.
            QualityDetach = "quality.detach";
            /// What was recorded, must be reported and is not yet.
            QualityOffers = "quality.offers";
            /// The adverse events.
            QualityEvents = "quality.events";
            /// One adverse event.
            QualityEvent = "quality.event";
            /// The quality office adds to an adverse event.
            QualityUpdateEvent = "quality.update_event";
            /// The service itself puts something before the quality office.
            QualityIncident = "quality.incident";
            /// A grave report that nobody verified goes further.
            QualityEscalate = "quality.escalate";
            /// A batch of a drug or a consumable is received.
            QualityReceiveSupply = "quality.receive_supply", keyed;
            /// Some of a batch is used, discarded, given back or counted.
            QualityMoveSupply = "quality.move_supply", keyed;
            /// The batches with what is left of them.
            QualitySupplies = "quality.supplies";
            /// One batch with where it went.
            QualitySupply = "quality.supply";
            /// A bag of a pump is of a batch that nobody registered, or of such a one no more.
            QualityBags = "quality.bags";
            /// A grading opens a managed case, or changes the color of the open one.
            QualityOpenCase = "quality.open_case";
            /// The managed cases of women at high risk.
            QualityManagedCases = "quality.managed_cases";
            /// One managed case.
            QualityManagedCase = "quality.managed_case";
            /// A managed case was reported.
            QualityReportCase = "quality.report_case";
            /// A managed case has a plan.
            QualityPlanCase = "quality.plan_case";
            /// The woman of a managed case was seen or called.
            QualityFollowCase = "quality.follow_case";
            /// A managed case is over.
            QualityCloseCase = "quality.close_case";
            /// How the hospital stands with the others.
            QualityAlliance = "quality.alliance";
            /// The quality office says what another hospital may do.
            QualityAgree = "quality.agree";
            /// A woman is referred to another hospital.
            QualityRefer = "quality.refer";
            /// The referrals that the hospital sent or received.
            QualityReferrals = "quality.referrals";
            /// One referral.
            QualityReferral = "quality.referral";
            /// A hospital takes a woman who was referred to it.
            QualityAcceptReferral = "quality.accept_referral";
            /// A hospital does not take her.
            QualityDeclineReferral = "quality.decline_referral";
            /// A hospital sends her back.
            QualityReturnReferral = "quality.return_referral";
            /// The hospital that sent her takes the referral back.
            QualityWithdrawReferral = "quality.withdraw_referral";
            /// Nobody answered a referral in time.
            QualityReferralUnanswered = "quality.referral_unanswered";
            /// The record of a woman is read by the hospital that took her.
            QualitySharedRecord = "quality.shared_record";
            /// The indicators of hospitals that agreed to be compared.
            QualityAllianceFigures = "quality.alliance_figures";
            /// A training or a drill is written down.
            QualityTrain = "quality.train";
            /// The trainings and drills.
            QualityTrainings = "quality.trainings";
            /// What is due of trainings, drills and qualifications.
            QualityTrainingsDue = "quality.trainings_due";
            /// What is due comes before the quality office, and what is due no more goes.
            QualityRemind = "quality.remind";
            /// What the records say of the self-check.
            QualityRecordedReadiness = "quality.recorded_readiness";
            /// The self-checks of the hospital against the technical requirements.
            QualityReadiness = "quality.readiness";
            /// Evidence for a self-check is uploaded.
            QualityAttachReadiness = "quality.attach_readiness";
            /// Evidence for a self-check.
            QualityFileOfReadiness = "quality.file_of_readiness";
            /// A self-check of the hospital is filed.
            QualityCheckReadiness = "quality.check_readiness";
        }
    };
}

pub(super) use with_quality;
