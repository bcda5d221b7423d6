//! What is done in the prenatal school: a part of the list in [`super::act`].

macro_rules! with_school {
    ($($before:tt)*) => {
        $crate::base::act_quality::with_quality! {
            $($before)*
            /// The lessons of the prenatal school.
            EducationLessons = "education.lessons";
            /// One lesson.
            EducationLesson = "education.lesson";
            /// How far she is with a lesson.
            EducationProgress = "education.progress";
            /// A try at a quiz.
            EducationQuizAttempt = "education.quiz_attempt";
            /// Where words stand in the lessons.
            EducationSearch = "education.search";
            /// The lessons due now in one file.
            EducationPack = "education.pack";
            /// Staff offer a class on site.
            EducationOfferClass = "education.offer_class";
            /// The classes of the hospital.
            EducationClassList = "education.class_list";
            /// One class with who comes.
            EducationClass = "education.class";
            /// Staff call a class off.
            EducationCancelClass = "education.cancel_class";
            /// The classes still to come, for her.
            EducationClasses = "education.classes";
            /// She takes a place in a class.
            EducationBookClass = "education.book_class";
            /// She gives a place back.
            EducationLeaveClass = "education.leave_class";
            /// She is there.
            EducationCheckIn = "education.check_in";
            /// She is reminded of a class.
            EducationRemindClass = "education.remind_class";
        }
    };
}

pub(super) use with_school;
