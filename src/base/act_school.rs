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
        }
    };
}

pub(super) use with_school;
