//! What is done in labor, and what of follow-up came later: the end of the list in [`super::act`].

macro_rules! with_labor {
    ($($before:tt)*) => {
        $crate::base::act_macro::acts! {
            $($before)*
            /// She is admitted for birth.
            AnalgesiaAdmit = "analgesia.admit", keyed;
            /// Who is in labor.
            AnalgesiaBoard = "analgesia.board";
            /// One labor, whole.
            AnalgesiaLabor = "analgesia.labor";
            /// She asks for analgesia.
            AnalgesiaRequest = "analgesia.request", keyed;
            /// Anesthesiologist and midwife check together before the block.
            AnalgesiaTimeOut = "analgesia.time_out", keyed;
            /// The analgesia record is written.
            AnalgesiaRecord = "analgesia.record";
            /// Observations in labor.
            AnalgesiaObserve = "analgesia.observe", keyed;
            /// A complication is reported.
            AnalgesiaComplication = "analgesia.complication", keyed;
            /// Analgesia ends.
            AnalgesiaStop = "analgesia.stop", keyed;
            /// The birth is recorded.
            AnalgesiaDeliver = "analgesia.deliver";
            /// A labor is closed.
            AnalgesiaClose = "analgesia.close", keyed;
            /// Somebody takes an alarm in labor.
            AnalgesiaTakeAlarm = "analgesia.take_alarm", keyed;
            /// An alarm in labor is closed with what came of it.
            AnalgesiaCloseAlarm = "analgesia.close_alarm", keyed;
            /// What was written down in labor is corrected, or marked as entered in error.
            AnalgesiaCorrect = "analgesia.correct", keyed;
            /// Everything that was ever written down of a labor.
            AnalgesiaHistory = "analgesia.history";
            /// She says how strong her pain is.
            AnalgesiaReportPain = "analgesia.report_pain", keyed;
            /// An alarm in labor that nobody took goes a step further.
            AnalgesiaEscalate = "analgesia.escalate";
            /// Something in labor is missing and somebody is told.
            AnalgesiaRemind = "analgesia.remind";
            /// Staff have called her about a follow-up point.
            FollowupLogCall = "followup.log_call", keyed;
            /// Staff give her up as lost to a follow-up point.
            FollowupLose = "followup.lose", keyed;
            /// An anesthesiologist says that a headache is one after dural puncture.
            FollowupConfirmPdph = "followup.confirm_pdph", keyed;
            /// One follow-up point with what staff found.
            FollowupGet = "followup.get";
            /// Staff examine her beside her answers.
            FollowupExamine = "followup.examine", keyed;
            /// What the surveys came to.
            FollowupSurveys = "followup.surveys";
            /// What women suggested in a survey.
            FollowupSuggestions = "followup.suggestions";
            /// WeChat has checked a suggestion.
            FollowupCheckText = "followup.check_text";
            /// The weeks after a birth are over, and its pregnancy is closed.
            FollowupOver = "followup.over";
        }
    };
}

pub(super) use with_labor;
